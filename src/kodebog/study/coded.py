"""Coded interviews, whatever program they were coded in: what every reader returns.

Positions are characters (Unicode code points) of `Document.text`, start included and end not, as Python's slices are.
Programs count otherwise: some in UTF-16 units, some in bytes. Which it is shows in the passages themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Literal

from kodebog.errors import KodebogError

Unit = Literal["characters", "UTF-16 units", "UTF-8 bytes"]
"""What a program counts its positions in."""
LARGEST = 200 * 2**20
"""Bytes of a file, or of one file in an archive when unpacked, that is read at most."""
NAMED = 12
"""Characters that the name of a passage must have, at least, to be taken for its first words."""


class ReadError(KodebogError):
    """A file that cannot be read; the message says which, why, and what to do."""


@dataclass(frozen=True)
class Document:
    """An interview, or whatever was coded; `text` is None where the file does not hold it."""

    id: str
    name: str
    text: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    """What the file says of it: values of variables, cases it belongs to, columns beside its codings."""


@dataclass(frozen=True)
class Code:
    """A code; `parent` is the id of the code or category above it."""

    id: str
    name: str
    parent: str = ""
    definition: str = ""


@dataclass(frozen=True)
class Passage:
    """A coded passage of a document, or the whole; without positions where the file gives none that hold."""

    id: str
    document: str
    start: int | None = None
    end: int | None = None
    words: str | None = None
    """What was said, where the file holds it and no text of the document."""
    where: str = ""
    """Where it stands in what is no text, such as a recording or a picture; it stays when ids change at each export."""


@dataclass(frozen=True)
class Coding:
    """A code given to a passage, by a coder where the file says by whom: a login, which an import makes a pseudonym."""

    passage: str
    code: str
    coder: str = ""


@dataclass
class Coded:
    """All that a file holds of coded documents."""

    program: str
    """What wrote it, in words."""
    documents: dict[str, Document] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    passages: dict[str, Passage] = field(default_factory=dict)
    codings: list[Coding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What was joined, repaired, guessed or left out, a sentence each: shown, never silent."""

    def joined(self) -> Coded:
        """Return the same with passages at one place as one, and a code there by one coder once.

        Some programs write a passage for each of its codes; taken as they are no two codes would ever meet.
        """
        first: dict[tuple[object, ...], str] = {}
        same: dict[str, str] = {}
        for passage in self.passages.values():
            place: tuple[object, ...] = (passage.id,)
            if passage.start is not None:
                place = (passage.document, passage.start, passage.end)
            elif passage.where:
                place = (passage.document, passage.where)
            same[passage.id] = first.setdefault(place, passage.id)
        codings = list(dict.fromkeys(replace(coding, passage=same[coding.passage]) for coding in self.codings))
        notes = list(self.notes)
        if gone := len(self.passages) - len(first):
            notes.append(f"{gone} passages stand at the place of another one and were joined with it.")
        if gone := len(self.codings) - len(codings):
            notes.append(f"{gone} codings repeat another one (same place, code and coder) and count once.")
        kept = {name: self.passages[name] for name in first.values()}
        return replace(self, passages=kept, codings=codings, notes=notes)


def by_dots(codes: Mapping[str, Code]) -> dict[str, Code]:
    """Return codes with those below others placed there: as Taguette has it, “a.b” is below “a” where there is an “a”.

    >>> codes = [Code("1", "a"), Code("2", "a.b"), Code("3", "c.d")]
    >>> [(code.name, code.parent) for code in by_dots({code.id: code for code in codes}).values()]
    [('a', ''), ('b', '1'), ('c.d', '')]

    """
    by_path = {code.name: code.id for code in codes.values()}
    placed = {}
    for key, code in codes.items():
        above = max((other for other in by_path if code.name.startswith(f"{other}.")), key=len, default="")
        placed[key] = replace(code, name=code.name.removeprefix(f"{above}."), parent=by_path[above]) if above else code
    return placed


def on_words(text: str, start: int, end: int) -> bool:
    """Return whether a passage holds something and cuts no word at either end.

    >>> on_words("so it went", 3, 5), on_words("so it went", 3, 7), on_words("so it went", 6, 10)
    (True, False, True)

    """

    def cuts(at: int) -> bool:
        return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()

    return 0 <= start < end <= len(text) and not cuts(start) and not cuts(end)


def characters(text: str, unit: Unit) -> dict[int, int] | None:
    """Return which character stands at each position in a unit; None where positions are characters anyway.

    A position inside a character is no position.

    >>> characters("a🙂b", "UTF-16 units")
    {0: 0, 1: 1, 3: 2, 4: 3}

    """
    if unit == "characters" or text.isascii():
        return None
    at, found = 0, {}
    for number, character in enumerate(text):
        found[at] = number
        if unit == "UTF-16 units":
            at += 2 if character > "\uffff" else 1
        else:
            at += len(character.encode("utf-8", "surrogatepass"))
    found[at] = len(text)
    return found


def placed(text: str, unit: Unit, start: int, end: int, known: dict[int, int] | None) -> tuple[int, int] | None:
    """Return a passage's characters, from positions in a unit; None where there is no such passage."""
    first, last = (start, end) if known is None else (known.get(start, -1), known.get(end, -1))
    return (first, last) if 0 <= first < last <= len(text) else None


def unit_of(
    text: str, places: Sequence[tuple[int, int]], units: Sequence[Unit], names: Sequence[str] = ()
) -> tuple[Unit, dict[Unit, int]]:
    """Return the unit under which most passages are right, and for each unit how many are; at a tie the first.

    A passage is right when it begins with the words of its name, where a program writes them there, else when it begins
    and ends at words.
    """
    fits: dict[Unit, int] = {}
    for unit in units:
        known, fits[unit] = characters(text, unit), 0
        for number, (start, end) in enumerate(places):
            if place := placed(text, unit, start, end, known):
                name = names[number] if number < len(names) else ""
                words = " ".join(text[slice(*place)].split())
                told = len(name) > NAMED and " " in name
                fits[unit] += words.startswith(name) if told else on_words(text, *place)
    return max(units, key=lambda unit: fits[unit]), fits


RUN = 5
"""Words in a row that, shared with a document, are taken for its own."""


def words_of_documents(coded: Coded, spoken: Set[tuple[str, ...]]) -> Iterator[Code]:
    """Yield the codes whose name or definition repeats a run of words that was spoken, as `said` returns them.

    Codes in vivo do; published, they would tell what was said.
    """
    for code in coded.codes.values():
        if any(run in spoken for text in (code.name, code.definition) for run in runs_of_words(text)):
            yield code


def said(coded: Coded) -> set[tuple[str, ...]]:
    """Return every run of words of the documents, as far as the file holds them."""
    return {run for text in texts_of(coded) for run in runs_of_words(text)}


def texts_of(coded: Coded) -> Iterator[str]:
    """Yield what was said, as far as the file holds it."""
    texts = [document.text for document in coded.documents.values()]
    texts += [passage.words for passage in coded.passages.values()]
    return (text for text in texts if text)


def runs_of_words(text: str) -> Iterator[tuple[str, ...]]:
    """Yield each run of words in a text, in small letters and without marks."""
    words = re.findall(r"[^\W_]+", text.casefold())
    return (tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1))


def numbered(n: int, what: str) -> str:
    """Return a number of things in words: “1 code”, “2 codes”."""
    several = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{n} {what}" if n == 1 else f"{n} {several}"
