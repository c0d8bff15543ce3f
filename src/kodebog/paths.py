"""Every folder and file of the project that code names, once."""

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
PRIVATE = bool(os.environ.get("STUDY"))
"""Whether the study is another than `data/`, such as a private copy with the article's words."""
BUILD = ROOT / "_build" / ("private" if PRIVATE else "")
"""Everything that is built; what is built from a private study stays apart from the rest."""
HTML = BUILD / "html"
"""The built book."""
PDF = BUILD / ("private-copy.pdf" if PRIVATE else "report.pdf")
"""The PDF edition: a link to the file of this name in the built book, so that both change at one moment."""
EXECUTED = BUILD / "executed"
"""Outputs of executed notebooks, by what they were made from."""


def study() -> Path:
    """Return the folder of the study: what STUDY in the environment names, else `data/`."""
    return Path(os.environ.get("STUDY") or DATA).resolve()
