"""Could a study give away who spoke? Direct identifiers in texts, and excerpts that single a person out.

What is found stops `kodebog check`, unless a line in `disclosure_exceptions.csv` names it. Such a line is a decision
of the study's owner, who fills in by whom and why.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from kodebog.paths import PACKAGE
from kodebog.study import Study, read_tables
from kodebog.validation import Fault

FEW = 5
"""A perspective with fewer interviews than this is a small group: with an initiative named, one can guess who spoke."""
GENERIC_ROLES = {"chef", "direktør", "leder", "medarbejder", "mellemleder"}
"""Roles that many hold; any other role in the running text may name an office that one person holds."""
TEXT = re.compile(r".*_(en|da)|opening|wording")
"""Columns that hold text written by people."""

_CPR = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{2})[- ]?\d{4}(?!\d)")
_PATTERNS = {
    "phone number": re.compile(r"(?<![\d-])(?:\+45 ?|0045 ?)?\d{2} ?\d{2} ?\d{2} ?\d{2}(?![\d-])"),
    "e-mail address": re.compile(r"[\w.+-]+@[\w-]+\.\w+"),
    "web address": re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE),
    "street address": re.compile(
        r"\b[A-ZÆØÅ]\w*(?:vej|gade|allé|alle|stræde|vænge|plads|torv|boulevard|vænget|gården|parken) \d+"
    ),
}
_KOMMUNE = re.compile(r"\b([A-ZÆØÅ][\w-]+) (?:[Kk]ommune|[Mm]unicipality)\b")
_WORD = re.compile(r"\b[A-ZÆØÅ][\w-]*\w")


def _listed(name: str) -> frozenset[str]:
    lines = (PACKAGE / "wordlists" / name).read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def identifiers(text: str) -> Iterator[tuple[str, str]]:
    """Yield every direct identifier in a text: what kind it is, and what was found."""
    taken = []
    for match in _CPR.finditer(text):
        if _is_birthday(*map(int, match.groups())):
            taken.append(match.span())
            yield "CPR number", match.group()
    for kind, pattern in _PATTERNS.items():
        for match in pattern.finditer(text):
            if not any(start <= match.start() < end for start, end in taken):
                yield kind, match.group()
    names, municipalities = _listed("names.txt"), _listed("municipalities.sha256")
    for match in _WORD.finditer(text):
        word = match.group()
        forms = {word, word.removesuffix("s"), word.removesuffix("’s").removesuffix("'s")}
        if forms & names:
            yield "personal name", word
        if any(hashlib.sha256(form.casefold().encode()).hexdigest() in municipalities for form in forms):
            yield "municipality", word
    for match in _KOMMUNE.finditer(text):
        if match.group(1) not in {"The", "En", "Den", "Kommune"}:
            yield "municipality", match.group()


def _is_birthday(day: int, month: int, year: int) -> bool:
    """Whether six digits are a date: the rule by which CPR numbers are told from other numbers of ten digits."""
    for century in (1900, 2000):
        try:
            datetime.date(century + year, month, day)
        except ValueError:
            continue
        return True
    return False


def disclosures(folder: Path) -> tuple[list[Fault], list[str]]:
    """Return what could give a person away, and the exceptions that still wait for the owner's decision.

    The folder must hold a valid study.
    """
    tables = read_tables(folder)
    known = tables.get("disclosure_exceptions", pd.DataFrame(columns=["table", "key", "column", "kind"]))
    allowed = set(known[["table", "key", "column", "kind"]].itertuples(index=False, name=None))
    found = [*_in_texts(tables), *_single_out(Study.load(folder))]
    faults = [
        Fault(
            f"{table}.csv",
            row,
            column,
            value,
            f"{kind}: {why}",
            "remove it, or let the owner decide in disclosure_exceptions.csv",
        )
        for table, key, column, kind, row, value, why in found
        if (table, key, column, kind) not in allowed
    ]
    open_ = known[known.get("decided_by", pd.Series(dtype="str")).isna()] if len(known) else known
    waiting = [f"{r.table} {r.key}, {r.column}: {r.kind}" for r in open_.itertuples()]
    return sorted(faults), waiting


Found = tuple[str, str, str, str, int, str, str]


def _in_texts(tables: dict[str, pd.DataFrame]) -> Iterator[Found]:
    for name, table in tables.items():
        for column in [c for c in table.columns if TEXT.fullmatch(c)]:
            for i, text in enumerate(table[column]):
                if isinstance(text, str):
                    for kind, value in identifiers(text):
                        yield name, str(table.iloc[i, 0]), column, kind, i + 2, value, "a direct identifier in a text"


def _single_out(study: Study) -> Iterator[Found]:
    interviews = study.sample.set_index("perspective")["interviews"]
    labels = study.labels("sample")
    for i, row in enumerate(study.excerpts.itertuples(), 2):
        n = int(interviews[row.perspective])
        if isinstance(row.case, str) and n < FEW:
            why = (
                f"the {labels[row.perspective].lower()} perspective has {n} interviews; with the initiative named, "
                "whoever knows the municipality can tell which of them spoke"
            )
            yield "excerpts", row.excerpt, "case", "small cell", i, row.case, why
        if isinstance(row.role_in_text, str) and row.role_in_text not in GENERIC_ROLES:
            why = "the running text names an office that one person may hold"
            yield "excerpts", row.excerpt, "role_in_text", "single office", i, row.role_in_text, why
