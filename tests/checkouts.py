"""Copies of the project for tests to break."""

import shutil
import subprocess

from kodebog import paths


def project_files():
    """The files of the project: what git does not ignore, or, in a copy without git, all that is no one's leftover."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        return [name for name in listed.stdout.split("\0") if name and (paths.ROOT / name).is_file()]
    made = {".venv", "_build", "__pycache__", ".ipynb_checkpoints", ".hypothesis", ".git"}
    made |= {".pytest_cache", ".mypy_cache", ".ruff_cache"}
    found = (path.relative_to(paths.ROOT) for path in paths.ROOT.rglob("*") if path.is_file())
    return sorted(str(path) for path in found if not made & set(path.parts))


def copy_checkout(to):
    """Copy the files of the project."""
    for name in project_files():
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(paths.ROOT / name, to / name)
    return to
