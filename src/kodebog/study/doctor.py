"""What a file of coded interviews holds, in one screen: `kodebog doctor`. Nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kodebog.study.coded import RUN, Coded, numbered, said, words_of_documents

SHOWN = 5
"""Names listed in a line, at most."""


def report(found: Coded) -> str:
    """Return what was read, what was noticed on the way, and what stands between the file and a study for others.

    Documents and coders are counted, never named.
    """
    coded = found.joined()
    lines = [counted(coded)]
    for head, told in (("Noticed", coded.notes), ("In the way of a study that others may read", [*obstacles(coded)])):
        if told:
            lines += ["", head, *(f"  - {line}" for line in told)]
    return "\n".join(lines)


def counted(coded: Coded) -> str:
    """Return how much was read, in a few lines."""
    used = {coding.code for coding in coded.codings}
    with_text = sum(bool((document.text or "").strip()) for document in coded.documents.values())
    coders = len({coding.coder for coding in coded.codings} - {""})
    lines = [
        coded.program,
        f"  {numbered(len(coded.documents), 'document')}, {with_text} of them with text",
        f"  {numbered(len(coded.codes), 'code')}, {len(used)} of them used, on {numbered(_levels(coded), 'level')}",
        f"  {numbered(len(coded.passages), 'passage')}, {numbered(len(coded.codings), 'coding')}"
        + (f", by {numbered(coders, 'coder')}" if coders else ""),
    ]
    return "\n".join(lines)


def obstacles(coded: Coded) -> Iterator[str]:
    """Yield what a study could not be made of, or should not be published with."""
    if not coded.codings:
        yield "Nothing is coded."
    bare = set(coded.passages) - {coding.passage for coding in coded.codings}
    if bare:
        yield f"{numbered(len(bare), 'passage')} without any code."
    several = [name for name, n in Counter(code.name for code in coded.codes.values()).items() if n > 1]
    if several:
        yield f"Names that stand for more than one code: {len(several)}, {_some(several)}"
    if unnamed := sum(not code.name for code in coded.codes.values()):
        yield f"{numbered(unnamed, 'code')} without a name."
    told = [code.name for code in words_of_documents(coded, said(coded))]
    if told:
        yield (
            f"Codes that repeat {RUN} or more words of a document, in name or definition, and so would tell what was "
            f"said: {len(told)}, {_some(told)}"
        )
    silent = sum(document.text is None for document in coded.documents.values())
    if silent and silent < len(coded.documents):
        yield f"{numbered(silent, 'document')} without text: nobody can look for its words in what is published."
    elif silent:
        yield "No text at all, so that nobody can look for what was said in what is published."


def _levels(coded: Coded) -> int:
    """How deep codes stand below each other; a circle, which no program writes, counts once."""
    depth = {}
    for code in coded.codes:
        seen, above = set(), code
        while above in coded.codes and above not in seen:
            seen.add(above)
            above = coded.codes[above].parent
        depth[code] = len(seen)
    return max(depth.values(), default=0)


def _some(names: list[str]) -> str:
    shown = ", ".join(f"“{' '.join(name.split())[:60]}”" for name in names[:SHOWN])
    return f"{shown} and {len(names) - SHOWN} more" if len(names) > SHOWN else shown
