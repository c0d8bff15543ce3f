"""ROCK sources: plain text in which codes stand between double square brackets behind what they are given to.

Source: the Reproducible Open Coding Kit, rock.science. An utterance is a line; `[[above>below]]` is a code below one;
`[[cid=1]]` and the like name what the utterances from there on belong to, `[[uid=…]]` an utterance.
"""

from __future__ import annotations

import re
from pathlib import Path

from kodebog.study.coded import LARGEST, Code, Coded, Coding, Document, Passage, ReadError

MARK = re.compile(r"\[\[([^\[\]\n]{1,300})\]\]")
"""A code, or an identifier, in a line."""
_CODE = re.compile(r"[\w .-]+(>[\w .-]+)*")
_BREAK = re.compile(r"---+<<[^>]*>>---+|<<[^>]*>>")
"""Where a section begins: no words of anybody."""


def is_one(text: str) -> bool:
    """Return whether a text is a ROCK source: marks as such stand in it, and no line of columns before the first."""
    first = MARK.search(text)
    return first is not None and not re.search(
        r"^[^\[\n]*[,;\t][^\[\n]*[,;\t]", text[: first.start()].partition("\n")[0]
    )


def read(path: Path) -> Coded:
    """Return what a source holds; each is one document.

    Raises:
        ReadError: when it is too large.

    """
    if path.stat().st_size > LARGEST:
        raise ReadError(f"{path.name}: is larger than {LARGEST >> 20} MiB.")
    made = Coded("ROCK source")
    text = path.read_bytes().decode("utf-8-sig", "replace").replace("\r\n", "\n")
    spoken, at, others = [], 0, 0
    lines = text.split("\n")
    hidden = _about_itself(lines)
    for number, line in enumerate(lines, 1):
        if number in hidden:
            continue
        marks = MARK.findall(line)
        words = " ".join(_BREAK.sub("", MARK.sub("", line)).split())
        codes = [mark.strip() for mark in marks if "=" not in mark and _CODE.fullmatch(mark.strip())]
        others += len(marks) - len(codes)
        if words and codes:
            passage = f"line {number}"
            made.passages[passage] = Passage(passage, path.stem, at, at + len(words))
            for code in dict.fromkeys(codes):
                made.codings.append(Coding(passage, _code(code, made)))
        if words:
            spoken.append(words)
            at += len(words) + 1
    made.documents[path.stem] = Document(path.stem, path.stem, "\n".join(spoken))
    if others:
        made.notes.append(f"{others} identifiers and other marks that are no codes were left out.")
    return made


def _about_itself(lines: list[str]) -> set[int]:
    """Numbers of the lines in which a file speaks of itself: between two lines of three hyphens, with no code there.

    Other such lines part sections.
    """
    hyphens = [number for number, line in enumerate(lines, 1) if line.strip() == "---"]
    hidden = set(hyphens)
    while len(hyphens) > 1:
        first, second, *rest = hyphens
        inside = range(first + 1, second)
        if any(MARK.search(lines[number - 1]) for number in inside):
            hyphens = [second, *rest]
        else:
            hidden |= {*inside}
            hyphens = rest
    return hidden


def _code(path: str, made: Coded) -> str:
    """The id of a code, which is its path; those above it are made with it."""
    parts = [part.strip() for part in path.split(">")]
    for depth in range(1, len(parts) + 1):
        name = ">".join(parts[:depth])
        made.codes.setdefault(name, Code(name, parts[depth - 1], ">".join(parts[: depth - 1])))
    return ">".join(parts)
