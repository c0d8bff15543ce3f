"""Does anything that is to be published repeat what was said, or name a document? Looked up with the key at hand.

The key beside a project says what documents are called, and where the file lies that was imported. Where the key is not
there, as on another machine, nothing can be looked up, and the answer says so.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Set
from pathlib import Path
from typing import NamedTuple

from kodebog.study import readers
from kodebog.study.coded import RUN, ReadError, runs_of_words, said, texts_of
from kodebog.study.disclosure import NAMED
from kodebog.study.faults import Fault, in_order, short
from kodebog.study.importing import KEY, Key, private_folder
from kodebog.study.names import patterns, small_words
from kodebog.study.package import DESCRIPTOR, QUOTATION, QUOTATIONS, WORDING, Package, strings
from kodebog.study.readers.tables import Columns
from kodebog.study.texts import read_text

UNLOOKED = "words of interviews not looked for"
WORD = r"[^\W_]+"


class Looked(NamedTuple):
    """What was found, and what was not looked for."""

    faults: list[Fault]
    unread: list[str]
    """Why nothing could be looked for from here: the key or the interviews lie elsewhere."""
    bare: list[str]
    """Which file holds no words that could be looked for."""


def leaks(project: Path, package: Package, texts: Iterable[Path], shown: Iterable[tuple[str, str]] = ()) -> Looked:
    """Return what repeats a run of words of a document or names one, and what could not be looked up.

    `shown`: what notebooks or pages show, as their names and a text each.
    """
    key = Key.read(private_folder(project))
    if not key.ids:
        return Looked([], [f"no key in {private_folder(project)}: names of documents and {UNLOOKED}"], [])
    spoken, small, unread = _spoken(key)
    found = in_order([*lookup(package, texts, key, spoken, small, shown), *_not_said(package, key)])
    bare = [] if spoken or unread else [f"{_imported(key)[0].name} holds no text: {UNLOOKED}"]
    return Looked(found, unread, bare)


def sources(project: Path) -> list[Path]:
    """Return the files that tell what may not be published: the key, and those that were imported; those there are."""
    key = Key.read(private_folder(project))
    return [path for path in (private_folder(project) / KEY, *_imported(key)) if path.is_file()]


def lookup(
    package: Package,
    texts: Iterable[Path],
    key: Key,
    spoken: Set[tuple[str, ...]],
    small: Set[str],
    shown: Iterable[tuple[str, str]] = (),
) -> list[Fault]:
    """Return what repeats a run of words that was spoken, or names a document or coder of the key.

    `small`: words that were spoken and are written in small letters; they and those of the owner's title and groups are
    no names by themselves.

    Words that somebody has signed for, in the table of quotations, may stand anywhere.
    """
    signed = {run for text in _signed(package) for run in runs_of_words(text)}
    published = [*_cells(package), *_described(package), *_lines(texts), *((n, None, "", t) for n, t in shown)]
    pseudonyms = {known.casefold() for (kind, _), known in key.ids.items() if kind in {"document", "excerpt", "coder"}}
    chosen = [package.descriptor["title"], *package.frames["groups"]["label"]]
    common = (
        small
        | small_words(text for *_, text in published)
        | {w.casefold() for t in chosen for w in re.findall(WORD, t)}
    )
    names = patterns(key.people(), common | pseudonyms)
    faults: list[Fault] = []
    clean: set[str] = set()  # many cells are the same
    for file, row, column, text in published:
        if text in clean:
            continue
        before = len(faults)
        for name, pattern in names.items():
            if pattern.search(text):
                faults.append(_fault(file, row, column, name, "is the name of a document or coder, or a word of it"))
        repeated = [run for run in runs_of_words(text) if run in spoken and run not in signed]
        if repeated:
            faults.append(_fault(file, row, column, " ".join(repeated[0]), f"repeats {RUN} words of a document"))
        if len(faults) == before:
            clean.add(text)
    return in_order(faults)


def _fault(file: str, row: int | None, column: str, value: str, problem: str) -> Fault:
    allowed = "words of your own"
    return Fault(file=file, row=row, column=column, value=short(value), problem=problem, allowed=allowed)


def _imported(key: Key) -> list[Path]:
    return [Path(name) for kind, name in key.ids if kind in {"file", "second file"}]


def _spoken(key: Key) -> tuple[set[tuple[str, ...]], set[str], list[str]]:
    """Every run of words of the imported files, their words in small letters, and why there are none."""
    found: set[tuple[str, ...]] = set()
    small: set[str] = set()
    paths = _imported(key)
    if missing := next((path for path in paths if not path.exists()), None if paths else "the file that was imported"):
        return set(), set(), [f"{missing} is not there: {UNLOOKED}"]
    try:
        for path in paths:
            runs, words = _told(path, path.stat().st_mtime_ns, key.columns())
            found |= runs
            small |= words
    except ReadError as error:
        return set(), set(), [f"{error} Hence {UNLOOKED}"]
    return found, small, []


@functools.lru_cache(maxsize=2)
def _told(path: Path, _changed: int, columns: Columns | None) -> tuple[set[tuple[str, ...]], set[str]]:
    """Every run of words of a file and its words in small letters; a build asks several times."""
    coded = readers.read(path, columns)
    return said(coded), small_words(texts_of(coded))


def _signed(package: Package) -> list[str]:
    """Quotations with a signature."""
    table = package.frames.get(QUOTATIONS)
    return [] if table is None else list(table.loc[table["signed_by"].notna(), QUOTATION])


LEFT_OUT = re.compile(r"…|\.\.\.|\[[^\]]*\]")
"""What stands in a quotation for words that were left out, or around words that were added."""


def _not_said(package: Package, key: Key) -> Iterator[Fault]:
    """Quotations whose words are not said in their passage, one part after the other; where the words are at hand."""
    table = package.frames.get(QUOTATIONS)
    path = next((Path(name) for kind, name in key.ids if kind == "file"), None)
    if table is None or table.empty or path is None or not path.exists():
        return
    words = key.words_of_excerpts(path)
    for row, (excerpt, quotation) in enumerate(zip(table["excerpt"], table[QUOTATION], strict=True), 2):
        rest = _spelt(words.get(excerpt, ""))
        for part in map(_spelt, LEFT_OUT.split(quotation)):
            if rest and part not in rest:
                allowed = "words of the passage; “…” for what is left out, square brackets for what is added"
                yield Fault(
                    file=f"{QUOTATIONS}.csv",
                    row=row,
                    column=QUOTATION,
                    value=short(quotation),
                    problem="is not said in the passage",
                    allowed=allowed,
                )
                break
            rest = f" {rest.partition(part)[2]}" if part else rest


def _spelt(text: str) -> str:
    """The words of a text, in small letters, a space before and behind each; nothing of none."""
    return "".join(f" {word}" for word in re.findall(WORD, text.casefold())) + " " * bool(re.search(WORD, text))


def _cells(package: Package) -> Iterator[tuple[str, int, str, str]]:
    """Cells of text, but for ids, numbers, and who answers for something; nor the words in a private copy."""
    for table in package.tables.values():
        heads, *rows = table.rows
        tied = {c for key in table.schema.get("foreignKeys", []) for c in key["fields"]} | {WORDING}
        named = {column for name, column in NAMED if name == table.name}
        texts = {f["name"] for f in table.schema["fields"] if f["type"] == "string"} - tied - named
        for number, row in enumerate(rows, 2):
            for head, cell in zip(heads, row, strict=False):
                if head in texts:
                    yield table.file, number, head, cell


def _described(package: Package) -> Iterator[tuple[str, None, str, str]]:
    """What the descriptor says."""
    return ((DESCRIPTOR, None, place, text) for place, text in strings(package.descriptor))


def _lines(texts: Iterable[Path]) -> Iterator[tuple[str, int, str, str]]:
    """Paragraphs of pages, notebooks and catalogues: a run of words may go on in the next line."""
    for path in texts:
        row = 1
        for paragraph in re.split(r"(\n\s*\n)", read_text(path)):
            if paragraph.strip():
                yield path.name, row, "", paragraph
            row += paragraph.count("\n")
