"""Rules that tie the tables of a study together, beyond what a Table Schema can declare."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from kodebog.validation import Fault, nearest

DIMENSIONS = ("characteristic", "role", "value", "example")
"""Families of codes that are the rows of the typology."""

Tables = dict[str, pd.DataFrame]
Rule = Callable[[Tables], Iterator[Fault]]


def broken_rules(folder: Path) -> list[Fault]:
    """Return a fault for every row that breaks a rule; the folder must already agree with its schema."""
    from kodebog.study import read_tables  # noqa: PLC0415 - study imports the module that calls this one

    tables = read_tables(folder)
    return [fault for rule in RULES for fault in rule(tables)]


def _rows(frame: pd.DataFrame, bad: pd.Series[bool]) -> Iterator[tuple[int, pd.Series[Any]]]:
    """Yield the bad rows with their number in the file (the header is row 1)."""
    for position, row in frame[bad].iterrows():
        yield int(str(position)) + 2, row


def _practices_are_practices(t: Tables) -> Iterator[Fault]:
    allowed = list(t["codes"].loc[t["codes"]["family"] == "practice", "code"])
    for name in ("cases", "published_typology"):
        for row, found in _rows(t[name], ~t[name]["practice"].isin(allowed)):
            value = found["practice"]
            yield Fault(
                f"{name}.csv",
                row,
                "practice",
                value,
                "is no practice",
                ", ".join(allowed),
                nearest(value, allowed),
            )


def _cases_are_placed_under_their_practice(t: Tables) -> Iterator[Fault]:
    placed = set(zip(t["case_codes"]["case"], t["case_codes"]["code"], strict=True))
    missing = pd.Series([pair not in placed for pair in zip(t["cases"]["case"], t["cases"]["practice"], strict=True)])
    for row, case in _rows(t["cases"], missing):
        yield Fault(
            "cases.csv",
            row,
            "practice",
            case["practice"],
            f"is not among the codes of “{case['case']}”",
            "a row in case_codes.csv",
        )


def _evidence_exists(t: Tables) -> Iterator[Fault]:
    """Evidence of a case coding is a section, or an excerpt tied to the case that carries the code itself."""
    tied = t["excerpts"].set_index("excerpt")["case"].fillna("").to_dict()
    sections = set(t["sections"]["section"])
    carried = set(zip(t["excerpt_codes"]["excerpt"], t["excerpt_codes"]["code"], strict=True))
    for position, row in t["case_codes"].iterrows():
        where, line = row["evidence"], int(str(position)) + 2
        if where in sections:
            continue
        if where not in tied:
            yield Fault(
                "case_codes.csv",
                line,
                "evidence",
                where,
                "is neither an excerpt nor a section",
                "a value of excerpt in excerpts.csv or of section in sections.csv",
                nearest(where, [*tied, *sections]),
            )
        elif tied[where] != row["case"]:
            yield Fault(
                "case_codes.csv",
                line,
                "evidence",
                where,
                f"is not tied to “{row['case']}”",
                "an excerpt of that initiative",
            )
        elif (where, row["code"]) not in carried:
            yield Fault(
                "case_codes.csv",
                line,
                "evidence",
                where,
                f"does not carry the code “{row['code']}”",
                "an excerpt with that code in excerpt_codes.csv",
            )


def _examples_name_their_initiative(t: Tables) -> Iterator[Fault]:
    """The code of an empirical example goes with the initiative it stands for: code “ex-NAME”, initiative “NAME”."""
    examples = set(t["codes"].loc[t["codes"]["family"] == "example", "code"])
    tied = t["excerpts"].set_index("excerpt")["case"].fillna("")
    for name, case in (
        ("case_codes", t["case_codes"]["case"]),
        ("excerpt_codes", t["excerpt_codes"]["excerpt"].map(tied)),
    ):
        bad = t[name]["code"].isin(examples) & (t[name]["code"] != "ex-" + case)
        for row, coding in _rows(t[name], bad):
            yield Fault(
                f"{name}.csv",
                row,
                "code",
                coding["code"],
                "is the example of another initiative",
                "“ex-” and the initiative",
            )


def _excerpts_are_coded_both_ways(t: Tables) -> Iterator[Fault]:
    for basis in ("placed", "content"):
        coded = set(t["excerpt_codes"].loc[t["excerpt_codes"]["basis"] == basis, "excerpt"])
        for row, excerpt in _rows(t["excerpts"], ~t["excerpts"]["excerpt"].isin(coded)):
            yield Fault(
                "excerpts.csv",
                row,
                "excerpt",
                excerpt["excerpt"],
                f"has no code with basis “{basis}”",
                "at least one row in excerpt_codes.csv",
            )


def _area_only_without_case(t: Tables) -> Iterator[Fault]:
    both = t["excerpts"]["case"].notna() & t["excerpts"]["area"].notna()
    for row, excerpt in _rows(t["excerpts"], both):
        yield Fault(
            "excerpts.csv",
            row,
            "area",
            excerpt["area"],
            "must be empty where an initiative is named",
            "empty: the initiative has its own area",
        )


def _excerpts_follow_the_sections(t: Tables) -> Iterator[Fault]:
    """Excerpts are numbered in the order of printing, so their sections never go back."""
    order = {section: i for i, section in enumerate(t["sections"]["section"])}
    excerpts = t["excerpts"].sort_values("excerpt")
    place = excerpts["section"].map(order)
    for row, excerpt in _rows(excerpts, place < place.cummax()):
        yield Fault(
            "excerpts.csv",
            row,
            "section",
            excerpt["section"],
            "comes before the section of the excerpt above",
            "sections in the order of sections.csv",
        )


def _findings_assert_codes(t: Tables) -> Iterator[Fault]:
    for row, finding in _rows(t["findings"], ~t["findings"]["finding"].isin(t["finding_codes"]["finding"])):
        yield Fault(
            "findings.csv",
            row,
            "finding",
            finding["finding"],
            "asserts no code",
            "at least one row in finding_codes.csv",
        )


def _codes_are_used(t: Tables) -> Iterator[Fault]:
    used = set().union(*(t[n]["code"] for n in ("excerpt_codes", "case_codes", "finding_codes", "published_typology")))
    for row, code in _rows(t["codes"], ~t["codes"]["code"].isin(used)):
        yield Fault(
            "codes.csv",
            row,
            "code",
            code["code"],
            "is never used",
            "a row in excerpt_codes, case_codes, finding_codes or published_typology",
        )


def _parents_form_a_tree(t: Tables) -> Iterator[Fault]:
    parent = t["codes"].set_index("code")["parent"].dropna().to_dict()
    family = t["codes"].set_index("code")["family"].to_dict()
    for position, code in t["codes"].iterrows():
        seen, here, line = set(), code["code"], int(str(position)) + 2
        while here in parent and here not in seen:
            seen.add(here)
            here = parent[here]
        if here in seen:
            yield Fault("codes.csv", line, "parent", code["parent"], "goes round in a circle", "a code above this one")
        if code["code"] in parent and family[parent[code["code"]]] != code["family"]:
            yield Fault(
                "codes.csv",
                line,
                "parent",
                code["parent"],
                "is of another family",
                f"a code of the family “{code['family']}”",
            )


def _factors_have_theme_and_effect(t: Tables) -> Iterator[Fault]:
    lone = t["codes"]["theme"].isna() != t["codes"]["effect"].isna()
    for row, code in _rows(t["codes"], lone):
        column = "theme" if pd.isna(code["theme"]) else "effect"
        yield Fault("codes.csv", row, column, "", "must not be empty", "theme and effect both, or neither")


def _printed_entries_are_of_their_family(t: Tables) -> Iterator[Fault]:
    family = t["codes"].set_index("code")["family"]
    for name, column in (("published_typology", "dimension"), ("published_lists", "family")):
        actual = t[name]["code"].map(family)
        for row, entry in _rows(t[name], actual != t[name][column]):
            yield Fault(
                f"{name}.csv",
                row,
                "code",
                entry["code"],
                "is of another family",
                f"a code of the family “{entry[column]}”",
            )


def _recommendations_rest_on_findings(t: Tables) -> Iterator[Fault]:
    kind = t["findings"].set_index("finding")["kind"]
    for row, basis in _rows(t["finding_basis"], t["finding_basis"]["finding"].map(kind) != "recommendation"):
        yield Fault(
            "finding_basis.csv",
            row,
            "finding",
            basis["finding"],
            "is no recommendation",
            "a finding of kind “recommendation”",
        )


RULES: tuple[Rule, ...] = (
    _practices_are_practices,
    _cases_are_placed_under_their_practice,
    _evidence_exists,
    _examples_name_their_initiative,
    _excerpts_are_coded_both_ways,
    _area_only_without_case,
    _excerpts_follow_the_sections,
    _findings_assert_codes,
    _codes_are_used,
    _parents_form_a_tree,
    _factors_have_theme_and_effect,
    _printed_entries_are_of_their_family,
    _recommendations_rest_on_findings,
)
