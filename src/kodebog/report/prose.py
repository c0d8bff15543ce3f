"""Does the prose keep to the data? Numbers of results must be inserted, and words of quantity must hold.

A number counts as a result when a word for what the study counts (excerpts, findings, initiatives …) follows it within
three words. A word of quantity in the same position must be listed with the numbers that it stands for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from kodebog.study.faults import Fault, nearest

COUNTED = (
    "excerpts?|findings?|interviews?|interviewees?|initiatives?|practices?|factors?|barriers?|approaches|wishes|"
    "recommendations?|codes|types|areas|perspectives|entries|works|leaders|employees|themes"
)
"""What the study counts."""
_WORDS = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|"
    "nineteen|twenty|thirty|forty|fifty|tre|fire|fem|seks|syv|otte|ti|elleve|tolv"
)
_BETWEEN = r"(?:[^\w.:;!?]+[\w'’-]+){0,3}?[^\w.:;!?]+"
NUMBER = re.compile(rf"\b(\d[\d.,]*|{_WORDS})\b({_BETWEEN})({COUNTED})\b", re.IGNORECASE)

HOLDS = {
    "all": lambda share: share == 1,
    "nearly all": lambda share: Fraction(4, 5) <= share < 1,
    "most": lambda share: share > Fraction(1, 2),
    "de fleste": lambda share: share > Fraction(1, 2),
    "mostly": lambda share: share > Fraction(1, 2),
    "several": lambda share: share > 0,
    "few": lambda share: share <= Fraction(1, 4),
    "few of": lambda share: share <= Fraction(1, 4),
    "seldom": lambda share: share <= Fraction(1, 4),
    "none": lambda share: share == 0,
    "nobody": lambda share: share == 0,
}
"""What share of n in N a word of quantity stands for."""
QUANTITY = re.compile(
    rf"\b({'|'.join(sorted(HOLDS, key=len, reverse=True))})\b({_BETWEEN})({COUNTED})\b", re.IGNORECASE
)

_YEAR = re.compile(r"(19|20)\d\d")
_NOT_PROSE = re.compile(
    r"```.*?```|`[^`]*`|\{[\w:+-]*\}|\]\([^)]*\)|^\(.*\)=$|https?://\S+|\b[EF]\d\d\b", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True)
class Hit:
    """A number or word of quantity in a text: the word, and the phrase it stands in."""

    word: str
    phrase: str


def plain(markdown: str) -> str:
    """Return Markdown without code, roles, links and inserted values; these leave a mark that is no word."""
    return " ".join(_NOT_PROSE.sub(" § ", markdown).replace("*", "").split())


def typed_numbers(markdown: str) -> Iterator[Hit]:
    """Yield numbers of results that are typed; years, citations and section numbers apart."""
    for match in NUMBER.finditer(plain(markdown)):
        if "§" not in match.group(2) and not _YEAR.fullmatch(match.group(1)):
            yield Hit(match.group(1), match.group())


def quantities(markdown: str) -> Iterator[Hit]:
    """Yield words of quantity before something that the study counts."""
    for match in QUANTITY.finditer(plain(markdown)):
        if "§" not in match.group(2):
            yield Hit(match.group(1).lower(), match.group())


def holds(word: str, n: int, total: int) -> bool:
    """Whether a word of quantity may stand for n of a total.

    Raises:
        KeyError: for a word that has no rule.

    """
    return bool(HOLDS[word](Fraction(n, total)))


_NAMED = re.compile(r"\{(fact|glue:|excerpt|finding)\}`([^`]+)`")


def unknown_names(files: Iterable[Path], facts: set[str], ids: set[str]) -> list[Fault]:
    """Return where pages and notebooks insert a number, or lead to an excerpt or finding, that the study lacks."""
    found = []
    for path in files:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".ipynb":
            text = "\n".join("".join(c["source"]) for c in json.loads(text)["cells"] if c["cell_type"] == "markdown")
        for number, line in enumerate(text.splitlines(), 1):
            for role, name in _NAMED.findall(line):
                number_wanted = role in {"fact", "glue:"}
                known = facts if number_wanted else ids
                if name not in known:
                    what = "number" if number_wanted else role
                    problem = f"names a {what} that the study does not have"
                    found.append(
                        Fault(file=path.name, row=number, value=name, problem=problem, nearest=nearest(name, known))
                    )
    return found
