"""What must hold before anything is published: a valid study that gives nobody away, and pages that fit it."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from kodebog import paths
from kodebog.files import hash_files
from kodebog.report.facts import facts
from kodebog.report.metadata import citation
from kodebog.report.prose import unfounded
from kodebog.settings import read_settings
from kodebog.study import Study, leaks
from kodebog.study.disclosure import EXCEPTIONS, disclosures, identifiers, in_prose
from kodebog.study.faults import Fault
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
    pages = [path for name in ("book", "notebooks") for path in sorted((root / name).rglob("*.*"))]
    words = sorted((root / paths.LOCALE.name).rglob("*.po"))
    texts = [path for path in pages if path.suffix in {".md", ".ipynb"} and ".ipynb_checkpoints" not in path.parts]
    return [path for path in [*texts, *words, *single] if path.is_file()]


def key(folder: Path, root: Path = paths.ROOT) -> str:
    """Return a hash over all that `faults` looks at, and over this library."""
    told = [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in leaks.sources(root)]
    known = f"{content_hash(folder)} {told}"
    return hash_files(root, *published_texts(root), known=hash_files(paths.PACKAGE, paths.PACKAGE, known=known))


def questions(folder: Path, root: Path = paths.ROOT) -> list[str]:
    """Return what the owner of a valid study has still to say before it is published; `root`: of its project."""
    exceptions = folder / f"{EXCEPTIONS}.csv"
    waiting = 0
    if exceptions.is_file():
        with exceptions.open(encoding="utf-8-sig", newline="") as file:
            waiting = sum(not row["decided_by"] for row in csv.DictReader(file))
    about = root / "CITATION.cff"
    authors = read_settings(about, "authors")["authors"] if about.is_file() else []
    return open_questions(datapackage(folder), authors, waiting, root.name)


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
    return [*found, *leaks.leaks(paths.ROOT, package, [], texts).faults]


_BLOCK = re.compile(
    r"</?(?:p|div|section|article|nav|header|footer|aside|main|h\d|[uod]l|li|d[td]|table|caption|t[rhd]|figure|figcaption|"
    r"details|summary|button|option|label|title|text)\b[^>]*>|<br\b[^>]*>"
)
"""Where a text ends and another begins, in HTML and SVG."""
_SAID = re.compile(r"""\b(?:alt|title|content|aria-label|data-[\w-]+)="([^"]*)\"""")
"""Words that a page holds and does not show by itself."""
_HIDDEN = re.compile(r"<(script|style)\b.*?</\1>", re.DOTALL)


def texts_of_page(html: str) -> Iterator[str]:
    r"""Yield each text of a page of HTML, or of a picture of SVG: paragraphs, cells, and what its attributes say.

    >>> list(texts_of_page('<p>one <b>two</b>\nthree</p><img alt="four &amp; five">'))
    ['one two three', 'four & five']

    """
    shown = " ".join(_HIDDEN.sub("", html).split())
    texts = [*(re.sub(r"<[^>]*>", "", part) for part in _BLOCK.split(shown)), *_SAID.findall(shown)]
    return (unescape(text.strip()) for text in texts if text.strip())


def book_faults(folder: Path, html: Path, root: Path = paths.ROOT) -> list[Fault]:
    """Return what a book, as it was made, repeats of interviews, in whatever way it came in.

    `html`: its folder; `root`: its project. Pages, pictures, tables and archives are looked through. An article's study
    has no key, and a private copy is not published.
    """
    if paths.PRIVATE or not Study.load(folder).of_interviews:
        return []
    package, _ = validated(folder)
    assert package is not None
    return leaks.leaks(root, package, [], _published(html)).faults


def _published(html: Path) -> Iterator[tuple[str, str]]:
    """Yield each text of a book, with the file that it stands in."""
    for path in sorted(html.rglob("*")):
        name = path.relative_to(html).as_posix()
        if path.suffix in {".html", ".svg"}:
            yield from ((name, text) for text in texts_of_page(path.read_text(encoding="utf-8")))
        elif path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                inside = [member for member in archive.namelist() if Path(member).suffix in _PLAIN]
                yield from ((f"{name}, {m}", archive.read(m).decode("utf-8", "replace")) for m in inside)
        elif path.suffix in _PLAIN and not name.startswith("_static/"):
            yield name, path.read_text(encoding="utf-8", errors="replace")


_PLAIN = {".md", ".ipynb", ".txt", ".csv", ".json", ".yml", ".cff", ".bib", ".po", ".rst", ".py"}
"""Endings of files that are text."""


class Looked(NamedTuple):
    """What stands in the way of publishing, and what is not said by that."""

    faults: list[Fault]
    waiting: list[str]
    """Disclosure exceptions that wait for the owner's decision, and files that hold no words to look for."""
    unread: list[str]
    """Why words of interviews could not be looked for from here."""


def faults(folder: Path) -> Looked:
    """Return what stands in the way of publishing, what waits for the owner, and what could not be looked for.

    Each step is only taken when the one before finds nothing: the study's files and rules; direct identifiers and
    small groups, in the study and in the project's own texts; numbers, excerpts and findings that the pages name and
    the study does not have.
    """
    package, found = validated(folder)
    if package is None:
        return Looked(found, [], [])
    unread: list[str] = []
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
        found, unread, bare = leaks.leaks(paths.ROOT, package, texts)
        waiting += bare
    if texts and not found:
        study = Study.of(package, folder)
        ids = {*study.excerpts["excerpt"], *study.findings["finding"]}
        found = unfounded(texts, facts(study), ids)
    return Looked(found, waiting, unread)
