"""Marks the Danish words of a page as Danish, so that screen readers say them as such.

What the study or the glossary knows is found here; other Danish words are marked where they are written, as
`[word]{.language-da}`.
"""

from __future__ import annotations

import functools
import re

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement

from kodebog import paths
from kodebog.report.metadata import citation
from kodebog.study import Study

DANISH = "da"
LABELLED = ("sections", "questions", "sample", "policy_areas", "cases", "families", "themes", "codes", "concepts")
"""Tables whose Danish labels are shown."""


def terms() -> set[str]:
    """Return the Danish terms of the glossary."""
    lines = (paths.BOOK / "glossary.md").read_text(encoding="utf-8").partition(":::{glossary}\n")[2].splitlines()
    listed = [line for line in lines if line and not line.startswith((" ", ":"))]
    return {term.strip() for line in listed for term in line.split(",")}


def labels(study: Study, column: str) -> set[str]:
    """Return the labels in one column of every table that has labels."""
    return {str(label) for name in LABELLED for label in getattr(study, name)[column]}


@functools.lru_cache(maxsize=2)
def known(study: Study) -> tuple[frozenset[str], re.Pattern[str]]:
    """Return every Danish expression in small letters, and a pattern for those in brackets or quotation marks."""
    articles = {work["title"] for work in citation()["references"] if DANISH in work["languages"]}
    printed = set(study.roles["role_printed"]) | set(study.excerpts["opening"])
    english = {label.casefold() for label in labels(study, "label_en")}
    expressions = {e for e in terms() | labels(study, "label_da") | articles | printed if e.casefold() not in english}
    longest_first = sorted(map(re.escape, expressions), key=lambda e: (-len(e), e))
    pattern = re.compile(rf"(?<=[(“])(?:{'|'.join(longest_first)})(?=[)”,]| …”)")
    return frozenset(e.casefold() for e in expressions), pattern


def mark(soup: BeautifulSoup, study: Study) -> None:
    """Give `lang="da"` to the Danish words of a page: terms, glossary entries, labels in brackets, first words."""
    expressions, pattern = known(study)
    for part in soup.select("em, strong, dt, td li, td > p"):
        if part.get_text(" ", strip=True).removesuffix(".").casefold() in expressions:
            part["lang"] = DANISH
    for part in soup.select('dl.glossary dt, td[data-head="Dansk"]'):
        part["lang"] = DANISH
    for text in soup.find_all(string=pattern):
        if text.find_parent(["script", "pre", "svg", "option"]) or text.find_parent(lang=True):
            continue
        pieces: list[PageElement] = []
        end = 0
        for found in pattern.finditer(text):
            span = soup.new_tag("span", lang=DANISH)
            span.string = found.group()
            pieces += [NavigableString(text[end : found.start()]), span]
            end = found.end()
        text.replace_with(*pieces, NavigableString(text[end:]))
