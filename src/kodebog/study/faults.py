"""One thing that is wrong with a study, said to the person who must mend the file."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

SHOWN = 12
"""Allowed values that a fault lists."""


@dataclass(frozen=True, order=True, kw_only=True)
class Fault:
    """Where a fault stands, what was found, what is allowed; rows are counted as in the file, its header is row 1."""

    file: str
    row: int | None = None
    column: str = ""
    value: str = ""
    problem: str
    allowed: str = ""
    nearest: str = ""

    def __str__(self) -> str:
        row = f"row {self.row}" if self.row else ""
        place = ", ".join(filter(None, [self.file, row, f"column {self.column}" * bool(self.column)]))
        found = f", found “{self.value}”" if self.value else ""
        allowed = f"; allowed: {self.allowed}" if self.allowed else ""
        nearest = f"; did you mean “{self.nearest}”?" if self.nearest else ""
        return f"{place}: {self.problem}{found}{allowed}{nearest}"


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """Return distinct faults by file, row and column."""
    return sorted(set(faults), key=lambda f: (f.file, f.row or 0, f.column, f.problem, f.value))


def nearest(value: str, allowed: Iterable[str]) -> str:
    """Return the allowed value most like `value`, or nothing where none is near."""
    return next(iter(difflib.get_close_matches(value[:100], sorted(set(allowed)))), "")


def few(values: Iterable[str]) -> str:
    """Return the first values as a list in a sentence."""
    listed = list(values)
    return ", ".join(listed[:SHOWN]) + (" …" if len(listed) > SHOWN else "")


def short(value: object) -> str:
    """Return what was found, shortened, on one line and without characters that a terminal would obey."""
    text = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in str(value)[:80])
    return text + ("…" if len(str(value)) > 80 else "")
