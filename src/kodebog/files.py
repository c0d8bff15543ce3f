"""Files as a whole: their checksum, and writing them so that nobody ever sees half of one."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from fnmatch import fnmatch
from pathlib import Path


def hash_files(root: Path, *places: Path, known: str = "") -> str:
    """Return a SHA-256 over files, those in folders included, by place below `root` and content.

    What is known besides goes in first; leftovers of tools do not count.
    """
    found = hashlib.sha256(known.encode())
    for path in sorted({p for place in places for p in [place, *place.rglob("*")] if p.is_file()}):
        if ".ipynb_checkpoints" not in path.parts and path.suffix != ".pyc":
            found.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def project_files(root: Path) -> list[Path]:
    """Return a project's own files: what git keeps of it, or, without git, all but what `.gitignore` names."""
    listed = ["git", "-C", str(root), "ls-files", "-z"]
    if (root / ".git").exists() and shutil.which("git"):
        said = subprocess.run(listed, check=False, capture_output=True, text=True)
        if said.returncode == 0:
            return sorted(root / name for name in said.stdout.split("\0") if (root / name).is_file() and name)
    rules = root / ".gitignore"
    ignored = ["_build", *(rules.read_text(encoding="utf-8").split() if rules.is_file() else ())]
    found = [
        path
        for path in root.rglob("*")
        if not any(fnmatch(part, name.strip("/")) for part in path.relative_to(root).parts for name in ignored)
    ]
    return sorted(path for path in found if path.is_file() and not path.is_symlink())


def write_whole(path: Path, content: str | bytes, mode: int | None = None) -> None:
    """Write a file, text as UTF-8, whole or not at all; folders above it are made. `mode` sets who may read it.

    Raises:
        OSError: when it cannot be written; what stood there before then still stands.

    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    beside = Path(name)
    try:
        with open(handle, "wb") as file:  # noqa: PTH123 - it is open already
            file.write(content.encode() if isinstance(content, str) else content)
        beside.chmod(_usual_mode() if mode is None else mode)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _usual_mode() -> int:
    """The mode that the user's umask gives a new file."""
    mask = os.umask(0o022)
    os.umask(mask)
    return 0o666 & ~mask
