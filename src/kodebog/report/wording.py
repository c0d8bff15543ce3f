"""Short phrases in which numbers and labels stand in captions and text."""

from __future__ import annotations

import pandas as pd


def of(n: int, total: int) -> str:
    """Return “n of N”."""
    return f"{n} of {total}"


def leading(labels: pd.Series[str], counts: pd.Series[int]) -> tuple[str, int]:
    """Return the labels with the highest count, quoted and joined, and that count."""
    most = int(counts.max())
    return listed(list(labels[counts == most])), most


def listed(labels: list[str]) -> str:
    """Return labels in quotation marks, as a list in a sentence."""
    words = [f"“{label}”" for label in labels]
    return ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else "".join(words)


def reading_name(reading: str) -> str:
    """Return the name of a reading in running text: “reading-1” is “Reading 1”."""
    return reading.replace("-", " ").capitalize()


SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
"""Small whole numbers as words, before what is counted."""


def in_words(number: int | str) -> str:
    """Return a small whole number as a word, any other value as it is.

    “3” in “3 of 29” stays a figure: this is for numbers that stand alone before what they count.
    """
    return SMALL[number] if isinstance(number, int) and number < len(SMALL) else str(number)


SMALL_DA = ("intet", "ét", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni", "ti", "elleve", "tolv")
"""The same in Danish, before a word of neuter gender, as “citat” and “fund” are."""


def in_danish_words(number: int | str) -> str:
    """Return a small whole number as a Danish word, any other value as it is."""
    return SMALL_DA[number] if isinstance(number, int) and number < len(SMALL_DA) else str(number)
