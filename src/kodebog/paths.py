"""Every folder and file of the project that code names, once.

The project is the nearest folder, from the working folder upwards, that has Jupyter Book's two files; so the installed
package works on whatever project one stands in.
"""

import os
from pathlib import Path

from kodebog.errors import KodebogError

MARKS = ("_config.yml", "_toc.yml")
"""The files by which a project is known."""


def project(start: Path) -> Path | None:
    """Return the nearest folder, from `start` upwards, that is a project; None where there is none."""
    return next((f for f in (start, *start.parents) if all((f / mark).is_file() for mark in MARKS)), None)


ROOT = project(Path.cwd().resolve()) or Path.cwd().resolve()
"""The project; the working folder where there is none."""
DATA = ROOT / "data"
"""The coded study."""
NOTEBOOKS = ROOT / "notebooks"
"""One notebook per section of the article, then the ledger and the excerpts."""
BOOK = ROOT / "book"
"""Pages that run no code."""
CONFIG, TOC = (ROOT / mark for mark in MARKS)
"""How Jupyter Book builds, and the contents."""
LOCALE = ROOT / "locale"
"""The pages in other languages: a folder for each, with a catalogue for each page."""
SINGLE = tuple(ROOT / name for name in (*MARKS, "index.md", "conf.py", "CITATION.cff", "LICENSE-data"))
"""Files outside these folders that the book is made from."""
LOCK = ROOT / "requirements.lock"
"""Every package version and hash."""
PACKAGE = Path(__file__).resolve().parent
"""This library."""
PRIVATE = bool(os.environ.get("STUDY"))
"""Whether the study is another than `data/`, such as a private copy with words in it."""
BUILD = ROOT / "_build" / ("private" if PRIVATE else "")
"""Everything that is built; what is built from a private study stays apart from the rest."""
HTML = BUILD / "html"
"""The built book."""
BRIEF = Path("private-brief.pdf" if PRIVATE else "brief.pdf")
"""Name of the brief as a PDF of its own, which stands beside the pages."""
PDF = BUILD / ("private-copy.pdf" if PRIVATE else "report.pdf")
"""The PDF edition: a link to the file of this name in the built book, so that both change at one moment."""
EXECUTED = BUILD / "executed"
"""Outputs of executed notebooks, by what they were made from."""


class ProjectError(KodebogError):
    """There is no project here."""


def require_project() -> None:
    """See to it that there is a project to work on.

    Raises:
        ProjectError: when neither the working folder nor one above it has the two files.

    """
    if project(Path.cwd().resolve()) is None:
        raise ProjectError(f"No project: neither {Path.cwd()} nor a folder above it has {' and '.join(MARKS)}.")


def study() -> Path:
    """Return the folder of the study: what STUDY in the environment names, else `data/`."""
    return Path(os.environ.get("STUDY") or DATA).resolve()
