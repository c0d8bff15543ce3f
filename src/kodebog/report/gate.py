"""What must hold before anything is published: a valid study that gives nobody away, and pages that fit it."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import yaml

from kodebog import paths
from kodebog.files import hash_files
from kodebog.report.facts import facts
from kodebog.report.metadata import citation
from kodebog.report.prose import unfounded
from kodebog.study import Study
from kodebog.study.disclosure import EXCEPTIONS, disclosures, identifiers, in_prose
from kodebog.study.faults import Fault
from kodebog.study.leaks import leaks
from kodebog.study.package import LEDGER, content_hash, datapackage, recorded_cells
from kodebog.study.questions import open_questions
from kodebog.study.validation import validated


def published_texts(root: Path = paths.ROOT) -> list[Path]:
    """Return the files of a project whose text is published: pages, notebooks, translations, citation, licence, README.

    The references are left out: they name the authors of published works on purpose.
    None where one stands in no project and only a study's folder is looked at.
    """
    if paths.project(root) is None:
        return []
    single = [root / name for name in ("README.md", "index.md", "CITATION.cff", "LICENSE-data")]
    pages = [*sorted((root / "book").glob("*.md")), *sorted((root / "notebooks").glob("*.ipynb"))]
    words = sorted((root / paths.LOCALE.name).rglob("*.po"))
    return [path for path in [*pages, *words, *single] if path.is_file()]


def key(folder: Path) -> str:
    """Return a hash over all that `faults` looks at, and over this library."""
    known = content_hash(folder)
    return hash_files(paths.ROOT, *published_texts(), known=hash_files(paths.PACKAGE, paths.PACKAGE, known=known))


def questions(folder: Path, root: Path = paths.ROOT) -> list[str]:
    """Return what the owner of a valid study has still to say before it is published; `root`: of its project."""
    exceptions = folder / f"{EXCEPTIONS}.csv"
    waiting = 0
    if exceptions.is_file():
        with exceptions.open(encoding="utf-8-sig", newline="") as file:
            waiting = sum(not row["decided_by"] for row in csv.DictReader(file))
    about = root / "CITATION.cff"
    authors = yaml.safe_load(about.read_text(encoding="utf-8"))["authors"] if about.is_file() else []
    return open_questions(datapackage(folder), authors, waiting)


TOLD_AMONG_NUMBERS = ("CPR number", "e-mail address")
"""Direct identifiers that can be told from what tables of numbers and labels show."""


def shown_faults(folder: Path, shown: Iterable[tuple[str, str]]) -> list[Fault]:
    """Return what notebooks show and nobody may read: direct identifiers, words and names of interviews.

    `shown`: what notebooks show, as their names and a text each. Of an article's study they show its own tables, which
    are looked through as such; a private copy is not published.
    """
    if paths.PRIVATE or not Study.load(folder).of_interviews:
        return []
    package, _ = validated(folder)
    assert package is not None
    texts = list(shown)
    found = [
        Fault(file=name, value=value, problem=f"shows a direct identifier: {kind}", allowed="show it not")
        for name, text in texts
        for kind, value in identifiers(text)
        if kind in TOLD_AMONG_NUMBERS
    ]
    return [*found, *leaks(paths.ROOT, package, [], texts)[0]]


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
    rows, unsafe = recorded_cells(folder)
    found += unsafe
    for number, row in enumerate(rows, 1):
        for kind, value in identifiers("; ".join(row)):
            found.append(Fault(file=LEDGER, row=number, value=value, problem=f"{kind}: a direct identifier in a text"))
    texts = published_texts()
    if texts and not found:
        works = package.frames.get("literature", pd.DataFrame({"authors": []}))["authors"]
        people = [author for work in citation().get("references", []) for author in work["authors"]]
        people += citation()["authors"]
        found = in_prose(texts, [*works, *(" ".join(map(str, person.values())) for person in people)])
    if texts and not found and package.of_interviews:
        found, unread = leaks(paths.ROOT, package, texts)
        waiting += unread
    if texts and not found:
        study = Study.of(package, folder)
        ids = {*study.excerpts["excerpt"], *study.findings["finding"]}
        found = unfounded(texts, facts(study), ids)
    return found, waiting
