"""Short phrases in which numbers and labels stand in captions and text, in the language of the edition."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from kodebog.edition import CODE, _, language
from kodebog.study import Lang, Study, coded


def lang() -> Lang:
    """Return the language of the study's own texts that the edition shows: English where it has no other."""
    return "da" if language() == "da" else "en"


def other_lang() -> Lang:
    """Return the other language of the study's own texts."""
    return "en" if lang() == "da" else "da"


def other_language() -> str:
    """Return the head of the column that says in the other language what stands beside it."""
    return _("English") if lang() == "da" else "Dansk"


def labels(study: Study, table: str) -> dict[str, str]:
    """Return the labels of a table's rows in the language of the edition, by their key."""
    return study.labels(table, lang())


def in_both(study: Study, table: str) -> dict[str, str]:
    """Return the labels of a table's rows as they head a row, by their key: English ones with the Danish in brackets.

    The Danish edition has the Danish alone.
    """
    danish = study.labels(table, "da")
    if lang() == "da":
        return danish
    return {key: f"{label} ({danish[key]})" for key, label in study.labels(table).items()}


def told(frame: pd.DataFrame, stem: str) -> pd.Series[str]:
    """Return a column of texts in the language of the edition, such as `gist` or `why`."""
    return frame[stem if lang() == "en" and stem in frame else f"{stem}_{lang()}"]


def known(text: str) -> str:
    """Return words of the library that stand in a variable, in the language of the edition."""
    return _(text)


def of(n: int, total: int) -> str:
    """Return “n of N”."""
    return _("{n} of {total}").format(n=n, total=total)


def leading(labels: pd.Series[str], counts: pd.Series[int]) -> tuple[str, int]:
    """Return the labels with the highest count, quoted and joined, and that count."""
    most = int(counts.max())
    return listed(list(labels[counts == most])), most


def each(n: int, counts: pd.Series[int], total: int) -> str:
    """Return “n of N”, or “n of N each” where several have that count."""
    return _("{of} each").format(of=of(n, total)) if int((counts == n).sum()) > 1 else of(n, total)


def listed(labels: list[str]) -> str:
    """Return labels in quotation marks, as a list in a sentence."""
    return joined([_("“{label}”").format(label=label) for label in labels])


def joined(words: Iterable[str]) -> str:
    """Return words as a list in a sentence."""
    *most, last = [*words] or [""]
    return _("{first} and {last}").format(first=", ".join(most), last=last) if most else last


COUNTED = ("document", "group", "family", "code", "excerpt", "coded excerpt", "coding", "type")
"""What a book of interviews counts."""


def numbered(n: int, what: str) -> str:
    """Return a number of things in words, such as “1 code” or “2 codes”; `what` is one of `COUNTED`."""
    return known(counted(n, what)).format(n=n)


def counted(n: int, what: str) -> str:
    """Return the words of that, with a place for the number."""
    return coded.numbered(n, what).replace(str(n), "{n}", 1)


def reading_name(reading: str) -> str:
    """Return the name of a reading in running text: “reading-1” is “Reading 1”."""
    return known(reading.replace("-", " ").capitalize())


SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
"""Small whole numbers as words, before what is counted."""
SMALL_DA = ("intet", "ét", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni", "ti", "elleve", "tolv")
"""The same in Danish, before a word of neuter gender, as “citat” and “fund” are."""
COMMON_DA = ("ingen", "én", *SMALL_DA[2:])
"""The same before a word of common gender, as “leder” and “faktor” are."""


def in_words(number: int | str) -> str:
    """Return a small whole number as a word, any other value as it is.

    “3” in “3 of 29” stays a figure: this is for numbers that stand alone before what they count.
    """
    return _small(number, SMALL_DA)


def in_words_of_common_gender(number: int | str) -> str:
    """Return the same before a word that is not neuter, where the language knows the difference."""
    return _small(number, COMMON_DA)


def _small(number: int | str, danish: tuple[str, ...]) -> str:
    words = {CODE: SMALL, "da": danish}.get(language())
    return words[number] if words and isinstance(number, int) and number < len(words) else str(number)
