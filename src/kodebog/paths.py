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
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("*.csv"), *folder.glob("datapackage.json")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
