"""Two codings of the same documents: what a second coder says of the passages that a first one has coded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from kodebog.study import readers
from kodebog.study.coded import Code, Coded, Coding, Document, Passage, ReadError, numbered
from kodebog.study.readers.tables import Columns

SECOND = "\tsecond"
"""Ends what coders of a second file are known by: a coder may have coded twice."""


def compared(first: Coded, second: Coded) -> Coded:
    """Return what was coded, with what a second file says of the same passages, by coders of its own.

    Documents are the same by their names, codes by their names and those above them, passages by their place. Only what
    the first file has is compared: further documents and passages of the second are left out, and counted in a note.

    Raises:
        ReadError: when the two have no passage in common.

    """
    first, second = first.joined(), second.joined()
    documents = _documents_in_both(first, second)
    counted = {coding.passage for coding in first.codings}
    places = {_place(p, p.document): p.id for p in first.passages.values() if p.id in counted}
    same = {
        passage.id: places[place]
        for passage in second.passages.values()
        if (place := _place(passage, documents.get(passage.document, ""))) in places
    }
    given = [coding for coding in second.codings if coding.passage in same]
    if not given:
        raise ReadError(
            "The second file has no coded passage in common with the first: no document of the same name and text, "
            "or no passage at the same place."
        )
    codes, known = dict(first.codes), {_path(first.codes, code): code for code in first.codes}

    def code_of(code: str) -> str:
        path = _path(second.codes, code)
        if path not in known:
            known[path], there = f"{code}{SECOND}", second.codes[code]
            above = code_of(there.parent) if len(path) > 1 else ""
            codes[known[path]] = replace(there, id=known[path], parent=above)
        return known[path]

    codings = [Coding(same[c.passage], code_of(c.code), f"{c.coder}{SECOND}") for c in given]
    coded = {coding.passage for coding in second.codings}
    texts = {one: second.documents[other].text for other, one in documents.items()}
    told = {id_: replace(d, text=d.text or texts.get(id_)) for id_, d in first.documents.items()}
    notes = [*first.notes, *(f"Second file: {note}" for note in second.notes)]
    notes.append(f"Coded in both files, and compared: {numbered(len(coded & same.keys()), 'passage')}.")
    if apart := len(coded - same.keys()):
        notes.append(f"Second file: {numbered(apart, 'passage')} left out, since the first has none at the same place.")
    if new := len(codes) - len(first.codes):
        notes.append(f"Second file: {numbered(new, 'code')} that the first does not have.")
    return replace(first, documents=told, codes=codes, codings=[*first.codings, *codings], notes=notes)


def read_second(path: Path, columns: Columns) -> Coded:
    """Return what a second coder's file holds: a table with the heads of the first one, or with the usual ones.

    Raises:
        ReadError: when it cannot be read.

    """
    try:
        return readers.read(path, columns)
    except ReadError:
        if columns == Columns():
            raise
        return readers.read(path, Columns())


def _documents_in_both(first: Coded, second: Coded) -> dict[str, str]:
    """Documents of the second by those of the first: the same name, once in each, and one text."""
    ours, theirs = _by_name(first), _by_name(second)
    pairs = [(ours[name], theirs[name]) for name in ours.keys() & theirs.keys()]
    if len(first.documents) == len(second.documents) == 1:  # a table that names none is called by its file
        pairs = [*zip(first.documents.values(), second.documents.values(), strict=True)]
    return {o.id: d.id for d, o in pairs if d.text is None or o.text is None or d.text == o.text}


def _by_name(coded: Coded) -> dict[str, Document]:
    several = Counter(document.name for document in coded.documents.values())
    return {document.name: document for document in coded.documents.values() if several[document.name] == 1}


def _place(passage: Passage, document: str) -> tuple[object, ...]:
    if passage.start is None:
        return document, passage.id.removeprefix(f"{passage.document}\t")
    return document, passage.start, passage.end


def _path(codes: Mapping[str, Code], code: str) -> tuple[str, ...]:
    """Names of a code and of those above it, the highest last."""
    names, seen = [], set()
    while code in codes and code not in seen:
        seen.add(code)
        names.append(codes[code].name.strip().casefold())
        code = codes[code].parent
    return tuple(names)
