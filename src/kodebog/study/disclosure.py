"""Could a study give away who spoke? Direct identifiers in texts, and excerpts that single a person out.

What is found stops `kodebog check`, unless a line in `disclosure_exceptions.csv` names it. Such a line is a decision
of the study's owner, who fills in by whom and why.
"""

from __future__ import annotations

import datetime
import functools
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from kodebog.study.faults import Fault, in_order, short
from kodebog.study.package import DESCRIPTOR, QUOTATIONS, WORDING, Package, strings
from kodebog.study.texts import read_text

FEW = 5
"""A perspective with fewer interviews than this is a small group: with an initiative named, one can guess who spoke."""
GENERIC_ROLES = {"chef", "direktør", "leder", "medarbejder", "mellemleder"}
"""Roles that many hold; any other role in the running text may name an office that one person holds."""
EXCEPTIONS = "disclosure_exceptions"
"""The table of what the study's owner has decided on, or must decide on."""
NAMED = {("literature", "authors"), (QUOTATIONS, "signed_by")}
"""Tables and columns that name people on purpose: authors of works, and who answers for a quotation."""

_CPR = re.compile(r"(?<!\w)(\d\d)[ .]?(\d\d)[ .]?(\d\d)\s?[-–—]?\s?\d{4}(?!\w)")
_PATTERNS = {
    "phone number": re.compile(
        r"(?<![\w+-])(?:(?:\+|00)45[ -]?)?\d\d([ .-]?)\d\d\1\d\d\1\d\d(?![\w-])"
        r"|(?<![\w+-])(?!(?:19|20)\d\d)[2-9]\d{3} \d{4}(?![\w-])|(?<![\w+-])[2-9]\d \d{3} \d{3}(?![\w-])"
    ),
    "e-mail address": re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+\.\w+"),
    "web address": re.compile(r"(?:https?://|\bwww\.)\S+", re.IGNORECASE),
    "street address": re.compile(
        r"\b[A-ZÆØÅ]\w*(?:vej|gade|allé|alle|stræde|vænge|plads|torv|boulevard|vænget|gården|parken)"
        r"(?:,? (?:nr|no)\.?)? \d+",
        re.IGNORECASE,
    ),
}
_KOMMUNE = re.compile(r"\b([A-ZÆØÅ][\w-]+) (?:[Kk]ommune|[Mm]unicipality)\b")
_WORD = re.compile(r"\b[A-ZÆØÅ][\w-]*\w")


@functools.cache
def _listed(name: str) -> frozenset[str]:
    lines = (Path(__file__).parent / "wordlists" / name).read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def identifiers(text: str) -> Iterator[tuple[str, str]]:
    """Yield every direct identifier in a text: what kind it is, and what was found.

    Letters of other forms, marks that do not show, and other dashes and spaces hide none. Names in small letters are
    not told from words.
    """
    text = _plain(text)
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
        # as a whole and by its parts: Anne-Mette, Odense-området; in small letters but the first: METTE
        forms = {form for part in (word, *word.split("-")) for form in (part, re.sub(r"[’']?s$", "", part))}
        if {form.title() for form in forms} & names:
            yield "personal name", word
        if any(hashlib.sha256(form.casefold().encode()).hexdigest() in municipalities for form in forms):
            yield "municipality", word
    for match in _KOMMUNE.finditer(text):
        if match.group(1) not in {"The", "En", "Den", "Kommune", "Danish"}:
            yield "municipality", match.group()


def _plain(text: str) -> str:
    """Text with one form of each letter, one dash and one space, and without characters that do not show."""
    if text.isascii():
        return text
    plain = (c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return "".join("-" if unicodedata.category(c) == "Pd" else " " if c.isspace() and c != "\n" else c for c in plain)


def _is_birthday(day: int, month: int, year: int) -> bool:
    """Whether six digits are a date: the rule by which CPR numbers are told from other numbers of ten digits."""
    for century in (1900, 2000):
        try:
            datetime.date(century + year, month, day - 60 if day > 60 else day)  # a number given in place of one
        except ValueError:
            continue
        return True
    return False


WORDLISTS = "Danish first names, municipalities, addresses, phone and CPR numbers"
"""What direct identifiers are told by: other countries' are not known here."""
ADDRESS = ("table", "key", "column", "kind", "value")
"""The columns by which an exception names what it covers."""


class _Found(NamedTuple):
    """What could give a person away: the cell, what kind it is, what was found, and why it could."""

    table: str
    key: str
    column: str
    kind: str
    value: str
    row: int
    why: str

    def address(self) -> tuple[str, ...]:
        """What an exception must name to cover it."""
        return self.table, self.key, self.column, self.kind, self.value


def disclosures(package: Package) -> tuple[list[Fault], list[str]]:
    """Return what could give a person away, and the exceptions that still wait for the owner's decision.

    Everything of a valid study that is published is looked at: the descriptor and every column of text. An exception
    covers the one value that it names.
    """
    known = package.frames.get(EXCEPTIONS, pd.DataFrame(columns=[*ADDRESS, "decided_by"]))
    addresses = list(known[list(ADDRESS)].itertuples(index=False, name=None))
    found = found_in(package)
    faults = [
        Fault(
            file=f"{f.table}.csv",
            row=f.row,
            column=f.column,
            value=short(f.value),
            problem=f"{f.kind}: {f.why}",
            allowed="remove it, or let the owner decide in disclosure_exceptions.csv",
        )
        for f in found
        if f.address() not in addresses
    ]
    faults += [
        Fault(file=DESCRIPTOR, column=place, value=short(value), problem=f"{kind}: a direct identifier in a text")
        for place, text in strings({k: v for k, v in package.descriptor.items() if k not in {"licenses", "sources"}})
        for kind, value in identifiers(text)
    ]
    needed = {f.address() for f in found}
    faults += [
        Fault(
            file=f"{EXCEPTIONS}.csv",
            row=i,
            column="value",
            value=short(address[4]),
            problem="is an exception from nothing",
            allowed="a row for what the check finds; take this one out",
        )
        for i, address in enumerate(addresses, 2)
        if address not in needed
    ]
    undecided = known[known["decided_by"].isna()]
    return in_order(faults), [f"{r.table} {r.key}, {r.column}: {r.kind}" for r in undecided.itertuples()]


def found_in(package: Package) -> list[_Found]:
    """Return what could give a person away in the tables of a valid study, whatever has been decided on it."""
    return [*_in_texts(package), *(_small_groups(package) if package.of_interviews else _single_out(package))]


def _small_groups(package: Package) -> Iterator[_Found]:
    """Groups of few documents, where there are several groups: who is in one may be known to others."""
    groups = package.frames["groups"]
    for i, row in enumerate(groups.itertuples(), 2):
        if len(groups) > 1 and row.interviews < FEW:
            why = (
                f"the group “{row.label}” has {row.interviews} documents; whoever knows the field may tell who is meant"
            )
            yield _Found("groups", row.group, "label", "small group", row.label, i, why)


def _in_texts(package: Package) -> Iterator[_Found]:
    clean: set[str] = set()  # many cells are the same
    for name, table in package.frames.items():
        columns = table.select_dtypes("string").columns
        for column in [c for c in columns if (name, c) != (EXCEPTIONS, "value") and c != WORDING]:
            for i, text in enumerate(table[column].fillna("")):
                if text in clean:
                    continue
                found = list(identifiers(text))
                if not found:
                    clean.add(text)
                for kind, value in found:
                    if (name, column) not in NAMED or kind != "personal name":
                        why = "a direct identifier in a text"
                        yield _Found(name, str(table.iloc[i, 0]), column, kind, value, i + 2, why)


def _single_out(package: Package) -> Iterator[_Found]:
    sample = package.frames["sample"].set_index("perspective")
    for i, row in enumerate(package.frames["excerpts"].itertuples(), 2):
        n = int(sample.loc[row.perspective, "interviews"])
        if isinstance(row.case, str) and n < FEW:
            why = (
                f"the {sample.loc[row.perspective, 'label_en'].lower()} perspective has {n} interviews; with the "
                "initiative named, whoever knows the municipality can tell which of them spoke"
            )
            yield _Found("excerpts", row.excerpt, "case", "small cell", row.case, i, why)
        if isinstance(row.role_in_text, str) and row.role_in_text not in GENERIC_ROLES:
            why = "the running text names an office that one person may hold"
            yield _Found("excerpts", row.excerpt, "role_in_text", "single office", row.role_in_text, i, why)


def in_prose(files: Iterable[Path], authors: Iterable[str]) -> list[Fault]:
    """Return direct identifiers in texts that are published, but for web addresses and authors of published works.

    A notebook counts with all its cells; what the cells show comes from the study, which is looked at by itself.
    """
    names = {word for author in authors for word in re.findall(r"\w+", author)}
    faults = []
    for path in files:
        for number, line in enumerate(read_text(path).splitlines(), 1):
            for kind, value in identifiers(line):
                if kind != "web address" and value not in names:
                    problem = f"{kind}: a direct identifier in a text"
                    faults.append(
                        Fault(file=path.name, row=number, value=short(value), problem=problem, allowed="remove it")
                    )
    return in_order(faults)
