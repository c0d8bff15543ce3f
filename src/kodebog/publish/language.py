"""Which words of a page are in the other language, so that screen readers say them as such, on screen and in the PDF.

On an English page these are Danish words, on a Danish one English ones. What the study or the glossary knows is found
here; other words are marked where they are written, as `[word]{.language-da}`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes

from kodebog import edition
from kodebog.analysis.once import once_per_study
from kodebog.report import catalogues
from kodebog.report.metadata import citation
from kodebog.report.wording import other_language
from kodebog.study import Study

DANISH, ENGLISH = "da", "en"
CLASS = f"language-{DANISH}"
"""Class of nodes whose words are Danish; docutils writes it as the language of the HTML element."""
GLOSSARY = "book/glossary"
"""The page on which terms are explained."""
GLOSSED = re.compile(r"^(\S.*)\n +\*([^*]+?)\.?\*", re.MULTILINE)
"""A term on that page whose meaning begins with English words for it."""
LABELLED = ("sections", "questions", "sample", "policy_areas", "cases", "families", "themes", "codes", "concepts")
"""Tables whose labels are shown in both languages."""


def glossary() -> list[Path]:
    """Return the files that the glossary is made from: its page, and the translation into the edition's language."""
    files = catalogues.page_file(GLOSSARY), catalogues.place(edition.language(), GLOSSARY)
    return [file for file in files if file.is_file()]


def glossed() -> dict[str, str]:
    """Return the Danish terms of the glossary, as it lists them, with the English words that it gives for them."""
    page = catalogues.page_file(GLOSSARY)
    return _glossed(page, page.stat().st_mtime_ns) if page.is_file() else {}


@functools.lru_cache(maxsize=1)
def _glossed(page: Path, _changed: int) -> dict[str, str]:
    return dict(GLOSSED.findall(page.read_text(encoding="utf-8")))


def terms() -> set[str]:
    """Return the Danish terms of the glossary, each by itself."""
    return {term.strip() for listed in glossed() for term in listed.split(",")}


def labels(study: Study, column: str) -> set[str]:
    """Return the labels in one column of every table that has labels."""
    return {str(label) for name in LABELLED for label in getattr(study, name)[column]}


def known(study: Study) -> tuple[frozenset[str], re.Pattern[str]]:
    """Return every expression in the other language in small letters, and a pattern for those in brackets or quotes."""
    return _known(study, edition.language())


@once_per_study
def _known(study: Study, language: str) -> tuple[frozenset[str], re.Pattern[str]]:
    articles = {work["title"] for work in citation().get("references", []) if DANISH in work["languages"]}
    printed = set(study.roles["role_printed"]) | set(study.excerpts["opening"])
    danish = terms() | labels(study, "label_da") | articles | printed
    english = labels(study, "label_en")
    ours, theirs = (danish, english) if language == DANISH else (english, danish)
    own = {expression.casefold() for expression in ours}
    expressions = {e for e in theirs if e.casefold() not in own}
    longest_first = sorted(map(re.escape, expressions), key=lambda e: (-len(e), e))
    pattern = re.compile(rf"(?<=[(“])(?:{'|'.join(longest_first)})(?=[)”,]| …”)")
    return frozenset(e.casefold() for e in expressions), pattern


UNTOUCHED = (nodes.literal, nodes.literal_block, nodes.raw, nodes.math, nodes.comment)
"""Nodes whose text is no prose."""


def mark(document: nodes.document, study: Study, untranslated: bool = False) -> None:
    """Mark the words of a page in the other language: terms, glossary entries, labels in brackets, first words.

    A page that is `untranslated` is marked as a whole, but for what is put around its text later.
    """
    expressions, pattern = known(study)
    if untranslated and edition.language() != edition.source():
        for part in [part for section in document.findall(nodes.section) for part in section.children]:
            if isinstance(part, nodes.Element) and not isinstance(part, nodes.section):
                part["classes"].append(f"language-{edition.source()}")
        return
    other = f"language-{ENGLISH if edition.language() == DANISH else DANISH}"
    for node in [*_words_of(document, expressions), *_cells_of(document, expressions)]:
        node["classes"].append(other)
    for text in [t for t in document.findall(nodes.Text) if pattern.search(t)]:
        if not any(_marked_or_code(above) for above in ancestors(text)):
            text.parent.replace(text, pieces(text.astext(), pattern, other))


def ancestors(node: nodes.Node) -> Iterator[Any]:
    """Yield the nodes that a node stands in, the nearest first."""
    while node.parent is not None:
        node = node.parent
        yield node


def _marked_or_code(node: Any) -> bool:
    return isinstance(node, UNTOUCHED) or any(name.startswith("language-") for name in node.get("classes", ()))


def _words_of(document: nodes.document, expressions: frozenset[str]) -> Iterator[nodes.Element]:
    """Yield emphasised words and terms in the other language; `expressions` are the known ones, in small letters."""
    for node in document.findall(lambda n: isinstance(n, nodes.emphasis | nodes.strong | nodes.term)):
        assert isinstance(node, nodes.Element)
        if isinstance(node, nodes.term) and isinstance(node.parent.parent.parent, addnodes.glossary):
            if edition.language() != DANISH and node.astext() in glossed():
                yield node
        elif _is_one(node, expressions):
            yield node


def _cells_of(document: nodes.document, expressions: frozenset[str]) -> Iterator[nodes.Element]:
    """Yield cells in a column that is headed as the other language, and words of it that stand alone in a cell."""
    cell: Any
    for group in document.findall(nodes.tgroup):
        columns = [spec for spec in group.children if isinstance(spec, nodes.colspec)]
        head = next(group.findall(nodes.thead), None)
        heads = [cell.astext() for cell in head.children[0].children] if head else [""] * len(columns)
        for row in group.findall(nodes.row):
            for column, above, cell in zip(columns, heads, row.children, strict=False):
                if column.get("stub"):
                    continue
                if above == other_language() and row.parent is not head:
                    yield cell
                yield from (part for part in _alone(cell) if _is_one(part, expressions))


def _alone(cell: nodes.Node) -> Iterator[nodes.Element]:
    """Yield what can stand alone in a cell: its paragraphs, and the items of its lists."""
    for part in cell.children:
        inner = part.children if isinstance(part, nodes.bullet_list) else [part]
        yield from (one for one in inner if isinstance(one, nodes.paragraph | nodes.list_item))


def _is_one(node: nodes.Element, expressions: frozenset[str]) -> bool:
    """Whether the words of a node are among the expressions."""
    return " ".join(node.astext().split()).removesuffix(".").casefold() in expressions


def pieces(text: str, pattern: re.Pattern[str], other: str = CLASS) -> list[nodes.Node]:
    """Return a text in pieces, of which the expressions in the other language are marked."""
    found: list[nodes.Node] = []
    end = 0
    for match in pattern.finditer(text):
        found += [nodes.Text(text[end : match.start()]), nodes.inline("", match.group(), classes=[other])]
        end = match.end()
    return [piece for piece in [*found, nodes.Text(text[end:])] if piece.astext()]
