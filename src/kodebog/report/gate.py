"""What must hold before anything is published: a valid study that gives nobody away, and pages that fit it."""

from __future__ import annotations

from pathlib import Path

from kodebog import paths
from kodebog.files import hash_files
from kodebog.report.facts import facts
from kodebog.report.metadata import citation
from kodebog.report.prose import unfounded
from kodebog.study import Study
from kodebog.study.disclosure import disclosures, in_prose
from kodebog.study.faults import Fault
from kodebog.study.package import content_hash
from kodebog.study.validation import validated


def published_texts() -> list[Path]:
    """Return the files of the project whose text is published: pages, notebooks, citation, licence.

    The references are left out: they name the authors of published works on purpose.
    None where one stands in no project and only a study's folder is looked at.
    """
    if paths.project(paths.ROOT) is None:
        return []
    single = [paths.ROOT / "CITATION.cff", paths.ROOT / "LICENSE-data"]
    return [
        paths.ROOT / "index.md",
        *sorted(paths.BOOK.glob("*.md")),
        *sorted(paths.NOTEBOOKS.glob("*.ipynb")),
        *single,
    ]


def key(folder: Path) -> str:
    """Return a hash over all that `faults` looks at, and over this library."""
    known = content_hash(folder)
    return hash_files(paths.ROOT, paths.PACKAGE, *published_texts(), known=known)


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
    texts = published_texts()
    if texts and not found:
        article = citation()["references"][0]["authors"]
        authors = [*package.frames["literature"]["authors"], *(author["family-names"] for author in article)]
        found = in_prose(texts, authors)
    if texts and not found:
        study = Study.of(package, folder)
        ids = {*study.excerpts["excerpt"], *study.findings["finding"]}
        found = unfounded(texts, facts(study), ids)
    return found, waiting
