"""Every folder and file of the project that code names, once."""

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The checkout."""
DATA = ROOT / "data"
"""The coded study."""
NOTEBOOKS = ROOT / "notebooks"
"""One notebook per section of the article, then the ledger and the excerpts."""
BOOK = ROOT / "book"
"""Pages that run no code."""
CONFIG = ROOT / "_config.yml"
"""How Jupyter Book builds."""
LOCK = ROOT / "requirements.lock"
"""Every package version and hash."""
PACKAGE = Path(__file__).resolve().parent
"""This library."""
BUILD = ROOT / "_build" / ("private" if os.environ.get("STUDY") else "")
"""Everything that is built; what is built from another study than `data/` stays apart from it."""
HTML = BUILD / "html"
"""The built book."""
PDF = BUILD / "report.pdf"
"""The PDF edition."""
EXECUTED = BUILD / "executed"
"""Outputs of executed notebooks, by what they were made from."""


def study() -> Path:
    """Return the folder of the study: what STUDY in the environment names, else `data/`."""
    return Path(os.environ.get("STUDY") or DATA).resolve()


def fingerprint(folder: Path) -> str:
    """Return a SHA-256 over the tables of a study and their descriptor, by name and content."""
    return digest(folder, *folder.glob("*.csv"), *folder.glob("datapackage.json"))


def digest(root: Path, *places: Path, known: str = "") -> str:
    """Return a SHA-256 over files, those in folders included, by place below `root` and content.

    What is known besides goes in first; leftovers of tools do not count.
    """
    found = hashlib.sha256(known.encode())
    for path in sorted(p for place in places for p in [place, *place.rglob("*")] if p.is_file()):
        if ".ipynb_checkpoints" not in path.parts and path.suffix != ".pyc":
            found.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()
