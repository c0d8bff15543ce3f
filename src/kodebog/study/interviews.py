"""Coded interviews as a study: their tables as the analysis reads them, and the rules that tie them together.

Such a study has small tables of its own (`interviews.json`). The analysis reads the tables of an article that is
examined again; what interviews have no part of stays empty there.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from kodebog.study.faults import Fault
from kodebog.study.package import QUOTATION, QUOTATIONS, WORDING, Package, empty_frame, known_tables
from kodebog.study.rules import (
    Rule,
    Tables,
    a_typology_has_types_and_dimensions,
    labels_are_unique,
    parents_form_a_tree,
    rows,
)

TOGETHER = "together"
"""What a descriptor says of coders who have shared the work: what each of them gives counts."""


def frames(package: Package) -> Tables:
    """Return the tables of coded interviews by the names and columns that the analysis knows.

    A document stands for a section, a group for a perspective; labels are the same in both languages, since interviews
    have one. An excerpt keeps its place (columns `start`, `end`) and the words that may be published, if any
    (`quotation`). Its codes are those of the first coder who has coded it, or, where the descriptor says that coders
    have worked together, those of all; what several have coded stands in `readings`, a reading for each coder.
    """
    t = package.frames
    tables = {name: empty_frame(schema) for name, schema in known_tables().items()}
    tables["sections"] = _filled("sections", t["documents"].rename(columns={"document": "section"}), keep=("group",))
    tables["sample"] = _filled("sample", t["groups"].rename(columns={"group": "perspective"}))
    tables["families"] = _filled("families", t["families"])
    tables["codes"] = _filled("codes", t["codes"])
    group = t["documents"].set_index("document")["group"]
    placed = t["excerpts"].assign(perspective=t["excerpts"]["document"].map(group))
    if QUOTATIONS in t and len(t[QUOTATIONS]):
        placed[QUOTATION] = placed["excerpt"].map(t[QUOTATIONS].set_index("excerpt")[QUOTATION])
    kept = ("start", "end", WORDING, QUOTATION)
    tables["excerpts"] = _filled("excerpts", placed.rename(columns={"document": "section"}), keep=kept)
    rank = t["codings"]["coder"].str.removeprefix("coder-").astype("int64")
    first = rank == rank.groupby(t["codings"]["excerpt"]).transform("min")
    if package.descriptor.get("coders") == TOGETHER:
        first[:] = True
    once = t["codings"][first].assign(rank=rank).sort_values("rank", kind="stable").drop_duplicates(["excerpt", "code"])
    counted = once.sort_index().assign(basis="content", stance="for")
    tables["excerpt_codes"] = _filled("excerpt_codes", counted)
    several = t["codings"].groupby("excerpt")["coder"].transform("nunique") > 1
    compared = t["codings"][several].assign(stance="for").rename(columns={"coder": "reading"})
    tables["readings"] = _filled("readings", compared)
    return tables


def _filled(name: str, frame: pd.DataFrame, keep: tuple[str, ...] = ()) -> pd.DataFrame:
    """A table with all columns of its schema; labels, definitions and gists stand in both languages."""
    found = {}
    for column, empty in empty_frame(known_tables()[name]).items():
        plain = str(column).removesuffix("_en").removesuffix("_da")
        source = column if column in frame.columns else plain
        if source in frame.columns:
            found[str(column)] = frame[source].reset_index(drop=True)
        else:
            found[str(column)] = pd.Series([pd.NA] * len(frame), dtype="Int64" if empty.dtype == "int64" else "string")
    found |= {column: frame[column].reset_index(drop=True) for column in keep if column in frame}
    return pd.DataFrame(found)


def _excerpts_are_coded(t: Tables) -> Iterator[Fault]:
    coded = set(t["codings"]["excerpt"])
    for row, excerpt in rows(t["excerpts"], ~t["excerpts"]["excerpt"].isin(coded)):
        yield Fault(
            file="excerpts.csv",
            row=row,
            column="excerpt",
            value=excerpt["excerpt"],
            problem="has no code",
            allowed="at least one row in codings.csv",
        )


def _excerpts_have_a_length(t: Tables) -> Iterator[Fault]:
    start, end = t["excerpts"]["start"], t["excerpts"]["end"]
    bad = (start.isna() != end.isna()) | (start >= end).fillna(False)
    for row, excerpt in rows(t["excerpts"], bad.astype("bool")):
        value = "" if pd.isna(excerpt["end"]) else str(excerpt["end"])
        allowed = "a number above start, or neither of the two"
        yield Fault(
            file="excerpts.csv", row=row, column="end", value=value, problem="does not go with start", allowed=allowed
        )


def _codes_are_used(t: Tables) -> Iterator[Fault]:
    """A code is given to an excerpt itself, or one below it is."""
    parent = t["codes"].set_index("code")["parent"].dropna().to_dict()
    used: set[str] = set()
    for code in t["codings"]["code"].unique():
        above = code
        while above not in used:
            used.add(above)
            above = parent.get(above, above)
    for row, code in rows(t["codes"], ~t["codes"]["code"].isin(used)):
        yield Fault(
            file="codes.csv",
            row=row,
            column="code",
            value=code["code"],
            problem="is never given, and none below it is",
            allowed="a code of codings.csv, or one above it",
        )


def _nothing_is_empty(t: Tables) -> Iterator[Fault]:
    for name in ("groups", "documents", "families", "codes", "excerpts", "codings"):
        if t[name].empty:
            yield Fault(file=f"{name}.csv", problem="has no row")


def _groups_count_their_documents(t: Tables) -> Iterator[Fault]:
    """A group has as many documents as it says, with or without excerpts in them."""
    counted = t["groups"]["group"].map(t["documents"]["group"].value_counts()).fillna(0)
    for row, group in rows(t["groups"], t["groups"]["interviews"] != counted):
        yield Fault(
            file="groups.csv",
            row=row,
            column="interviews",
            value=str(group["interviews"]),
            problem="is not the number of documents of the group",
            allowed=str(int(counted[row - 2])),
        )


def _families_are_used(t: Tables) -> Iterator[Fault]:
    for row, family in rows(t["families"], ~t["families"]["family"].isin(t["codes"]["family"])):
        yield Fault(file="families.csv", row=row, column="family", value=family["family"], problem="has no code")


RULES: tuple[Rule, ...] = (
    _nothing_is_empty,
    labels_are_unique,
    parents_form_a_tree,
    _codes_are_used,
    _families_are_used,
    _excerpts_are_coded,
    _excerpts_have_a_length,
    _groups_count_their_documents,
    a_typology_has_types_and_dimensions,
)
