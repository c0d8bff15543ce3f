"""Are two builds the same, byte for byte? Built twice from fresh clones, in as different surroundings as one can.

The clones lie in folders of different depth and are built one after the other under another time zone, locale, hash
seed, home and user; where the system lets nobody become another user, under another user's name.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from kodebog import paths
from kodebog.errors import KodebogError

SURROUNDINGS = (
    ("a", {"TZ": "UTC", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1", "USER": "first"}),
    (
        "b/deep/er",
        {"TZ": "Asia/Tokyo", "LANG": "da_DK.UTF-8", "LC_ALL": "C", "PYTHONHASHSEED": "4711", "USER": "second"},
    ),
)
"""Folder and environment of each build."""
SHOWN = 5
"""Lines of difference that are printed for a file."""


class ReproduceError(KodebogError):
    """One of the two builds failed; the message is what it said."""


def reproduce(say: Callable[[str], None] = print) -> list[str]:
    """Build the last commit twice and return what differs, a line or more for each file; nothing when all is equal.

    Raises:
        ReproduceError: when a build fails.

    """
    with tempfile.TemporaryDirectory(prefix="kodebog-") as temporary:
        built = []
        for (place, surroundings), become in zip(SURROUNDINGS, ([], _as_another()), strict=True):
            root = Path(temporary) / place
            said = " ".join([*(f"{k}={v}" for k, v in surroundings.items()), *become])
            say(f"Building in {root} with {said} …")
            built.append(_build(root, surroundings, become))
        return differences(*built)


def _build(root: Path, surroundings: dict[str, str], become: list[str]) -> Path:
    home = root.parent / f"home-{surroundings['USER']}"
    home.mkdir(parents=True)
    clone = ["git", "clone", "--quiet", "--no-hardlinks", f"file://{paths.ROOT}", str(root)]
    make = [*become, sys.executable, "-m", "kodebog.cli", "build"]
    environment = {**os.environ, **surroundings, "HOME": str(home), "PYTHONPATH": str(root / "src")}
    environment.pop("STUDY", None)
    for command in (clone, make):
        where = root if command is make else None
        made = subprocess.run(command, cwd=where, env=environment, capture_output=True, text=True, check=False)
        if made.returncode:
            raise ReproduceError(f"{' '.join(command)}\n{made.stdout[-2000:]}{made.stderr[-2000:]}")
    return root / "_build"


def _as_another() -> list[str]:
    """Return the command that runs another as another user, in a namespace of its own; none where that fails."""
    command = ["unshare", "--user", "--map-user=4711", "--map-group=4711"]
    if not shutil.which(command[0]):
        return []
    return command if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0 else []


def differences(first: Path, second: Path) -> list[str]:
    """Return what differs between two built books: files of the HTML, and the PDF."""
    names = sorted({str(p.relative_to(b)) for b in (first, second) for p in _files(b)})
    return [line for name in names for line in _difference(first / name, second / name, name)]


def _files(build: Path) -> list[Path]:
    return [p for p in [*(build / "html").rglob("*"), build / paths.PDF.name] if p.is_file()]


def _difference(a: Path, b: Path, name: str) -> list[str]:
    for path, which in ((a, "second"), (b, "first")):
        if not path.is_file():
            return [f"{name}: only in the {which} build"]
    one, two = a.read_bytes(), b.read_bytes()
    if one == two:
        return []
    head = f"{name}: {len(one)} and {len(two)} bytes, {_short(one)} and {_short(two)}"
    try:
        lines = difflib.unified_diff(one.decode().splitlines(), two.decode().splitlines(), lineterm="", n=0)
    except UnicodeDecodeError:
        place = next((i for i, (x, y) in enumerate(zip(one, two, strict=False)) if x != y), min(len(one), len(two)))
        return [head, f"  first at byte {place}: {one[place : place + 24]!r} and {two[place : place + 24]!r}"]
    return [head, *(f"  {line[:160]}" for line in list(lines)[2 : 2 + SHOWN])]


def _short(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
