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
