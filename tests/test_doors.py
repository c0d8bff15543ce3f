"""Three ways to build, one book: `make book`, Sphinx alone, and Jupyter Book's own command."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from checkouts import copy_checkout

pytestmark = [pytest.mark.trial, pytest.mark.locked, pytest.mark.xdist_group("doors")]

BIN = Path(sys.executable).parent
DOORS = {
    "sphinx-build": (["sphinx-build", "-W", "-q", ".", "OUT"], "OUT"),
    "jupyter-book": (["jupyter-book", "build", "-W", "-q", "--path-output", "OUT", "."], "OUT/_build/html"),
}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    root = copy_checkout(tmp_path_factory.mktemp("doors") / "checkout")
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    for name in ("STUDY", "BOOK_URL", "REPOSITORY_URL", "SOURCE_DATE_EPOCH"):
        environment.pop(name, None)

    def run(*command):
        made = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stdout + made.stderr

    run(sys.executable, "-m", "kodebog.cli", "build")
    return root, run


def contents(folder):
    private = {".buildinfo", ".doctrees"}  # what Sphinx keeps for itself
    found = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    return {str(name): path.read_bytes() for name, path in found.items() if not {*name.parts} & private}


@pytest.mark.parametrize("door", DOORS)
def test_the_same_book(checkout, tmp_path, door):
    root, run = checkout
    command, where = DOORS[door]
    run(str(BIN / command[0]), *(part.replace("OUT", str(tmp_path / "out")) for part in command[1:]))
    ours, theirs = contents(root / "_build/html"), contents(Path(where.replace("OUT", str(tmp_path / "out"))))
    assert sorted(ours) == sorted(theirs)
    assert [name for name in ours if ours[name] != theirs[name]] == []
    assert "report.pdf" in ours and "SHA256SUMS" in ours
