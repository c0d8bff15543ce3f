"""Files as a whole: which of them are the project's own."""

import shutil
import subprocess

import pytest

from kodebog import paths
from kodebog.files import project_files


@pytest.mark.skipif(not (paths.ROOT / ".git").exists() or not shutil.which("git"), reason="no git checkout")
def test_with_and_without_git_the_same_files(tmp_path):
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", f"file://{paths.ROOT}", str(clone)], check=True)
    by_git = project_files(clone)
    for made in ("_build/x", "src/kodebog/__pycache__/x.pyc", ".venv/x", "mutants/x"):
        (clone / made).parent.mkdir(parents=True, exist_ok=True)
        (clone / made).write_text("")
    assert project_files(clone) == by_git
    shutil.rmtree(clone / ".git")
    assert project_files(clone) == by_git
    assert clone / "README.md" in by_git


def test_what_git_does_not_keep_is_not_the_projects(tmp_path):
    for command in (["init", "-q"], ["add", "kept"], ["rm", "-q", "--cached", "kept"]):
        (tmp_path / "kept").write_text("")
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
    assert project_files(tmp_path) == []
    subprocess.run(["git", "-C", str(tmp_path), "add", "kept"], check=True)
    (tmp_path / "private").write_text("")
    assert project_files(tmp_path) == [tmp_path / "kept"]
