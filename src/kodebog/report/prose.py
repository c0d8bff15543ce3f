"""Does the prose keep to the data? Numbers of results must be inserted, and words of quantity must hold.

A number counts as a result when a word for what the study counts (excerpts, findings, initiatives …) follows it within
three words. A word of quantity in the same position is written as a role that knows the two numbers it stands for and
fails when it is not so: ``{most}`n_resources / excerpts` ``, or with other words, ``{none}`Nobody: n / excerpts` ``.
What the article says and its excerpts cannot show is written ``{reported}`most` ``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from kodebog.report.wording import in_words, in_words_of_common_gender
from kodebog.study.faults import Fault, nearest
from kodebog.study.texts import read_text

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

HOLDS: dict[str, Callable[[int, int], bool]] = {
    "all": lambda n, total: n == total > 0,
    "both": lambda n, total: n == total == 2,
    "few": lambda n, total: 0 < n <= Fraction(total, 4),
    "more": lambda n, other: n > other,
    "most": lambda n, total: n > Fraction(total, 2),
    "nearly-all": lambda n, total: Fraction(4, 5) * total <= n < total,
    "none": lambda n, _: n == 0,
    "only": lambda n, total: n == total > 0,
    "several": lambda n, _: n >= 2,
}
"""Roles for words of quantity, and when n of a total may be called so; for “more”, more than the second number."""
WORDS_OF_QUANTITY = (
    "all|nearly all|almost all|most|mostly|de fleste|several|few|only|seldom|no|none|nobody|never|both|half|a third|"
    "a quarter|almost every|nearly every|a dozen|a majority|a minority|more than|fewer than"
)
"""Words that must stand in a role where they are followed by something that the study counts."""
QUANTITY = re.compile(rf"(?<!\bin )\b({WORDS_OF_QUANTITY})\b({_BETWEEN})({COUNTED})\b", re.IGNORECASE)

COUNTED_DA = (
    "citat(?:er|erne|et)?|fund(?:ene|et)?|interview(?:ene)?|interviewede|initiativ(?:er|erne|et)?|"
    "praksis(?:ser|serne)?|faktor(?:er|erne)?|barrierer(?:ne)?|tilgang(?:e|ene)|ønsker(?:ne)?|"
    "anbefaling(?:er|erne)?|koder(?:ne)?|typer(?:ne)?|områder(?:ne)?|perspektiv(?:er|erne)?|punkt(?:er|erne)?|"
    "værker(?:ne)?|ledere|lederne|medarbejdere|medarbejderne|chefer(?:ne)?|direktører(?:ne)?|temaer(?:ne)?"
)
_WORDS_DA = (
    "to|tre|fire|fem|seks|syv|otte|ni|ti|elleve|tolv|tretten|fjorten|femten|seksten|sytten|atten|nitten|tyve|tredive|"
    "fyrre|halvtreds"
)
WORDS_OF_QUANTITY_DA = (
    "alle|næsten alle|de fleste|flest|mest|flere|få|kun|sjældent|ingen|intet|aldrig|begge|halvdelen af|"
    "en tredjedel af|en fjerdedel af|et dusin|et flertal af|et mindretal af|mere end|mindre end|færre end|"
    "hovedparten af|størstedelen af|samtlige|næsten hvert|næsten hver"
)
PATTERNS = {
    "en": (NUMBER, QUANTITY),
    "da": (
        re.compile(rf"\b(\d[\d.,]*|{_WORDS_DA})\b({_BETWEEN})({COUNTED_DA})\b", re.IGNORECASE),
        re.compile(rf"(?<!\bi )\b({WORDS_OF_QUANTITY_DA})\b({_BETWEEN})({COUNTED_DA})\b", re.IGNORECASE),
    ),
}
"""What finds numbers and words of quantity before what the study counts, by language."""

_YEAR = re.compile(r"(19|20)\d\d")
NUMBERS: Mapping[str, Callable[[int | str], str]] = {
    "fact": str,
    "count": in_words,
    "count-common": in_words_of_common_gender,
    "capital-count": lambda number: in_words(number).capitalize(),
}
"""Roles for computed numbers, and how they show one: in figures, or small ones in words."""
_INSERTED = re.compile(rf"\{{(?:{'|'.join(NUMBERS)})\}}`[^`]+`")
_NOT_PROSE = re.compile(
    r"```.*?```|`[^`]*`|\{[\w:+-]*\}|\]\([^)]*\)|^\(.*\)=$|https?://\S+|\b[EF]\d{2,3}\b", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True)
class Hit:
    """A number or word of quantity in a text: the word, and the phrase it stands in."""

    word: str
    phrase: str


def plain(markdown: str) -> str:
    """Return Markdown without code, roles and links, which leave a mark that is no word; inserted numbers are “n”."""
    markdown = re.sub(r"^#+ .*$", "", markdown, flags=re.MULTILINE)  # headings claim nothing
    return " ".join(_NOT_PROSE.sub(" § ", _INSERTED.sub("n", markdown)).replace("*", "").split())


def typed_numbers(markdown: str, language: str = "en") -> Iterator[Hit]:
    """Yield numbers of results that are typed; years, citations and section numbers apart."""
    for match in PATTERNS[language][0].finditer(plain(markdown)):
        if "§" not in match.group(2) and not _YEAR.fullmatch(match.group(1)):
            yield Hit(match.group(1), match.group())


def quantities(markdown: str, language: str = "en") -> Iterator[Hit]:
    """Yield words of quantity before something that the study counts."""
    for match in PATTERNS[language][1].finditer(plain(markdown)):
        if "§" not in match.group(2):
            yield Hit(match.group(1).lower(), match.group())


@dataclass(frozen=True)
class Quantity:
    """A word of quantity in a role: what is shown, and the names of the two numbers it stands for."""

    role: str
    shown: str
    n: str
    total: str

    def fault(self, facts: Mapping[str, int | str]) -> str:
        """Return why the word may not stand there; nothing where it may."""
        for name in (self.n, self.total):
            if not name.isdigit() and name not in facts:
                return f"names a number that the study does not have: {name}"
        n, total = (int(name) if name.isdigit() else int(facts[name]) for name in (self.n, self.total))
        return "" if HOLDS[self.role](n, total) else f"does not hold: {n} of {total}"


def quantity(role: str, text: str) -> Quantity | None:
    """Return what the text of a role says, `n / total` or `words: n / total`; none where it is of another form."""
    found = re.fullmatch(r"(?:([^:/]+):\s*)?([\w-]+)\s*/\s*([\w-]+)", text)
    return Quantity(role, found[1] or role.replace("-", " "), found[2], found[3]) if found else None


_NAMED = re.compile(rf"\{{(excerpt|finding|voices|{'|'.join([*NUMBERS, *HOLDS])})\}}`([^`]+)`")


def unfounded(files: Iterable[Path], facts: Mapping[str, int | str], ids: set[str]) -> list[Fault]:
    """Return where pages, notebooks and catalogues say what the study does not have.

    That is: a number, excerpt or finding that there is not, and a word of quantity that does not hold.
    """
    found = []
    for path in files:
        for number, line in enumerate(read_text(path, code=False).splitlines(), 1):
            for role, name in _NAMED.findall(line):
                problem, near = _problem(role, name, facts, ids)
                if problem:
                    found.append(Fault(file=path.name, row=number, value=name, problem=problem, nearest=near))
    return found


def _problem(role: str, name: str, facts: Mapping[str, int | str], ids: set[str]) -> tuple[str, str]:
    if role in HOLDS:
        said = quantity(role, name)
        return (said.fault(facts) if said else "is not of the form n / total, or words: n / total"), ""
    known = set(facts) if role in NUMBERS else ids
    what = "number" if role in NUMBERS else role
    return ("", "") if name in known else (f"names a {what} that the study does not have", nearest(name, known))
