"""Shared fixtures: the study, a copy to break, and the article where there is one."""

import os
import shutil
from pathlib import Path

import pytest

from kodebog import Study, paths


@pytest.fixture(scope="session")
def study():
    return Study.load(paths.DATA)


@pytest.fixture
def folder(tmp_path):
    """A copy of the study that a test may break."""
    return Path(shutil.copytree(paths.DATA, tmp_path / "data"))


@pytest.fixture(scope="session")
def article():
    """The text of the source article; tests that need it are skipped where ARTICLE does not name it."""
    where = os.environ.get("ARTICLE")
    if not where:
        pytest.skip("ARTICLE is not set: checks against the source article are left out")
    return Path(where).read_text(encoding="utf-8")


def pytest_terminal_summary(terminalreporter):
    """Say what tests have measured, also when they pass."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")


@pytest.fixture(scope="session")
def book():
    """The folder of the built book, built now where anything has changed."""
    from kodebog.build import build

    build()
    return paths.BUILD
