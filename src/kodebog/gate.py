"""What must hold before anything is published: a valid study that gives nobody away, and pages that fit it."""

from __future__ import annotations

from pathlib import Path

from kodebog import paths
from kodebog.disclosure import disclosures, in_prose
from kodebog.facts import facts
from kodebog.faults import Fault
from kodebog.files import digest
from kodebog.metadata import citation
from kodebog.package import fingerprint
from kodebog.prose import unknown_names
from kodebog.study import Study
from kodebog.validation import validated


def published_texts() -> list[Path]:
    """Return the files of the project whose text is published: pages, notebooks, references, citation, licence."""
    single = [paths.BOOK / "references.bib", paths.ROOT / "CITATION.cff", paths.ROOT / "LICENSE-data"]
    return [*sorted(paths.BOOK.glob("*.md")), *sorted(paths.NOTEBOOKS.glob("*.ipynb")), *single]


def key(folder: Path) -> str:
    """Return a hash over all that `faults` looks at, and over this library."""
    known = fingerprint(folder)
    return digest(paths.ROOT, paths.PACKAGE, *published_texts(), known=known)


def faults(folder: Path) -> tuple[list[Fault], list[str]]:
    """Return what stands in the way of publishing, and the disclosure exceptions that wait for the owner's decision.

    Each step is only taken when the one before finds nothing: the study's files and rules; direct identifiers and
    small groups, in the study and in the project's own texts; numbers, excerpts and findings that the pages name and
    the study does not have.
    """
    package, found = validated(folder)
    if package is None:
        return found, []
    found, waiting = disclosures(package)
    article = citation()["references"][0]["authors"]
    authors = [*package.frames["literature"]["authors"], *(author["family-names"] for author in article)]
    found += in_prose(published_texts(), authors)
    if not found:
        study = Study.load(folder)
        ids = {*study.excerpts["excerpt"], *study.findings["finding"]}
        found = unknown_names(published_texts(), set(facts(study)), ids)
    return found, waiting
