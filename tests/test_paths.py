"""The project is found upwards from where one stands."""

import subprocess
import sys

import pytest

from kodebog import paths


def test_found_from_a_folder_within():
    assert paths.project(paths.NOTEBOOKS) == paths.ROOT
    assert paths.project(paths.ROOT) == paths.ROOT


def test_nothing_is_found_elsewhere(tmp_path):
    assert paths.project(tmp_path) is None


def run(cwd, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "kodebog.cli", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("command", ["build", "notebooks", "metadata", "reproduce", "live"])
def test_what_needs_a_project_says_so(tmp_path, command):
    made = run(tmp_path, command)
    assert made.returncode == 1
    assert made.stderr == f"No project: neither {tmp_path} nor a folder above it has _config.yml and _toc.yml.\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.thorough
def test_a_study_alone_can_be_checked_anywhere(tmp_path):
    made = run(tmp_path, "check", str(paths.DATA))
    assert made.returncode == 0, made.stderr
    assert "valid" in made.stdout


@pytest.mark.thorough
def test_from_a_folder_within_the_project_is_the_projects_study():
    made = run(paths.NOTEBOOKS, "check")
    assert made.returncode == 0, made.stderr
    assert f"{paths.DATA}: valid" in made.stdout
