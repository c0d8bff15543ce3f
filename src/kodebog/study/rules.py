"""Rules that tie the tables of a study together, beyond what a Table Schema can declare."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pandas as pd

from kodebog.study.faults import Fault, few, nearest

LONGEST_REASON = 15
"""Words that a reason may have."""

Tables = dict[str, pd.DataFrame]
Rule = Callable[[Tables], Iterator[Fault]]


def broken_rules(tables: Tables, rules: Iterable[Rule] | None = None) -> list[Fault]:
    """Return a fault for every row that breaks a rule, by default of those for an article that is examined again.

    The tables must already agree with their schemas.
    """
    return [fault for rule in rules or RULES for fault in rule(tables)]


def rows(frame: pd.DataFrame, bad: pd.Series[bool]) -> Iterator[tuple[int, pd.Series[Any]]]:
    """Yield the bad rows with their number in the file (the header is row 1)."""
    for position, row in frame[bad].iterrows():
        yield int(str(position)) + 2, row


def _types(t: Tables) -> list[str]:
    """The codes of the family whose use is “type”."""
    families = t["families"].loc[t["families"]["use"] == "type", "family"]
    return list(t["codes"].loc[t["codes"]["family"].isin(families), "code"])


def _practices_are_practices(t: Tables) -> Iterator[Fault]:
    allowed = _types(t)
    for name in ("cases", "published_typology"):
        for row, found in rows(t[name], t[name]["practice"].notna() & ~t[name]["practice"].isin(allowed)):
            value = found["practice"]
            yield Fault(
                file=f"{name}.csv",
                row=row,
                column="practice",
                value=value,
                problem="is no practice",
                allowed=", ".join(allowed),
                nearest=nearest(value, allowed),
            )


def _cases_are_placed_under_their_practice(t: Tables) -> Iterator[Fault]:
    placed = set(zip(t["case_codes"]["case"], t["case_codes"]["code"], strict=True))
    pairs = zip(t["cases"]["case"], t["cases"]["practice"], strict=True)
    missing = t["cases"]["practice"].notna() & pd.Series([pair not in placed for pair in pairs])
    for row, case in rows(t["cases"], missing):
        yield Fault(
            file="cases.csv",
            row=row,
            column="practice",
            value=case["practice"],
            problem=f"is not among the codes of “{case['case']}”",
            allowed="a row in case_codes.csv",
        )


def _evidence_exists(t: Tables) -> Iterator[Fault]:
    """Evidence of a case coding is a section, or an excerpt tied to the case that carries the code itself."""
    tied = t["excerpts"].set_index("excerpt")["case"].fillna("").to_dict()
    sections = set(t["sections"]["section"])
    coded = set(zip(t["excerpt_codes"]["excerpt"], t["excerpt_codes"]["code"], strict=True))
    for position, row in t["case_codes"].iterrows():
        where, line = row["evidence"], int(str(position)) + 2
        if where in sections:
            continue
        if where not in tied:
            yield Fault(
                file="case_codes.csv",
                row=line,
                column="evidence",
                value=where,
                problem="is neither an excerpt nor a section",
                allowed="a value of excerpt in excerpts.csv or of section in sections.csv",
                nearest=nearest(where, [*tied, *sections]),
            )
        elif tied[where] != row["case"]:
            yield Fault(
                file="case_codes.csv",
                row=line,
                column="evidence",
                value=where,
                problem=f"is not tied to “{row['case']}”",
                allowed="an excerpt of that initiative",
            )
        elif (where, row["code"]) not in coded:
            yield Fault(
                file="case_codes.csv",
                row=line,
                column="evidence",
                value=where,
                problem=f"does not carry the code “{row['code']}”",
                allowed="an excerpt with that code in excerpt_codes.csv",
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
        for row, coding in rows(t[name], bad):
            yield Fault(
                file=f"{name}.csv",
                row=row,
                column="code",
                value=coding["code"],
                problem="is the example of another initiative",
                allowed="“ex-” and the initiative",
            )


def _excerpts_are_coded_both_ways(t: Tables) -> Iterator[Fault]:
    for basis in ("placed", "content"):
        coded = set(t["excerpt_codes"].loc[t["excerpt_codes"]["basis"] == basis, "excerpt"])
        for row, excerpt in rows(t["excerpts"], ~t["excerpts"]["excerpt"].isin(coded)):
            yield Fault(
                file="excerpts.csv",
                row=row,
                column="excerpt",
                value=excerpt["excerpt"],
                problem=f"has no code with basis “{basis}”",
                allowed="at least one row in excerpt_codes.csv",
            )


def _area_only_without_case(t: Tables) -> Iterator[Fault]:
    both = t["excerpts"]["case"].notna() & t["excerpts"]["area"].notna()
    for row, excerpt in rows(t["excerpts"], both):
        yield Fault(
            file="excerpts.csv",
            row=row,
            column="area",
            value=excerpt["area"],
            problem="must be empty where an initiative is named",
            allowed="empty: the initiative has its own area",
        )


def _excerpts_follow_the_sections(t: Tables) -> Iterator[Fault]:
    """Excerpts are numbered in the order of printing, so their sections never go back."""
    order = {section: i for i, section in enumerate(t["sections"]["section"])}
    excerpts = t["excerpts"].sort_values("excerpt")
    place = excerpts["section"].map(order)
    for row, excerpt in rows(excerpts, place < place.cummax()):
        yield Fault(
            file="excerpts.csv",
            row=row,
            column="section",
            value=excerpt["section"],
            problem="comes before the section of the excerpt above",
            allowed="sections in the order of sections.csv",
        )


def _findings_assert_codes(t: Tables) -> Iterator[Fault]:
    """A finding about what is said asserts a code; one that excerpts cannot show need not."""
    bare = ~t["findings"]["finding"].isin(t["finding_codes"]["finding"]) & (t["findings"]["claim"] == "content")
    for row, finding in rows(t["findings"], bare):
        yield Fault(
            file="findings.csv",
            row=row,
            column="finding",
            value=finding["finding"],
            problem="asserts no code",
            allowed="at least one row in finding_codes.csv",
        )


def _codes_are_used(t: Tables) -> Iterator[Fault]:
    used = set().union(*(t[n]["code"] for n in ("excerpt_codes", "case_codes", "finding_codes", "published_typology")))
    for row, code in rows(t["codes"], ~t["codes"]["code"].isin(used)):
        yield Fault(
            file="codes.csv",
            row=row,
            column="code",
            value=code["code"],
            problem="is never used",
            allowed="a row in excerpt_codes, case_codes, finding_codes or published_typology",
        )


def parents_form_a_tree(t: Tables) -> Iterator[Fault]:
    """Yield codes that stand above themselves, and those whose code above is of another family."""
    parent = t["codes"].set_index("code")["parent"].dropna().to_dict()
    family = t["codes"].set_index("code")["family"].to_dict()
    for position, code in t["codes"].iterrows():
        seen, here, line = set(), code["code"], int(str(position)) + 2
        while here in parent and here not in seen:
            seen.add(here)
            here = parent[here]
        if here in seen:
            yield Fault(
                file="codes.csv",
                row=line,
                column="parent",
                value=code["parent"],
                problem="goes round in a circle",
                allowed="a code above this one",
            )
        if code["code"] in parent and family[parent[code["code"]]] != code["family"]:
            yield Fault(
                file="codes.csv",
                row=line,
                column="parent",
                value=code["parent"],
                problem="is of another family",
                allowed=f"a code of the family “{code['family']}”",
            )


def _factors_have_theme_and_effect(t: Tables) -> Iterator[Fault]:
    lone = t["codes"]["theme"].isna() != t["codes"]["effect"].isna()
    for row, code in rows(t["codes"], lone):
        column = "theme" if pd.isna(code["theme"]) else "effect"
        yield Fault(
            file="codes.csv",
            row=row,
            column=column,
            value="",
            problem="must not be empty",
            allowed="theme and effect both, or neither",
        )


def _printed_entries_are_of_their_family(t: Tables) -> Iterator[Fault]:
    family = t["codes"].set_index("code")["family"]
    for name, column in (("published_typology", "dimension"), ("published_lists", "family")):
        actual = t[name]["code"].map(family)
        for row, entry in rows(t[name], actual != t[name][column]):
            yield Fault(
                file=f"{name}.csv",
                row=row,
                column="code",
                value=entry["code"],
                problem="is of another family",
                allowed=f"a code of the family “{entry[column]}”",
            )


def _recommendations_rest_on_findings(t: Tables) -> Iterator[Fault]:
    kind = t["findings"].set_index("finding")["kind"]
    for row, basis in rows(t["finding_basis"], t["finding_basis"]["finding"].map(kind) != "recommendation"):
        yield Fault(
            file="finding_basis.csv",
            row=row,
            column="finding",
            value=basis["finding"],
            problem="is no recommendation",
            allowed="a finding of kind “recommendation”",
        )


def labels_are_unique(t: Tables) -> Iterator[Fault]:
    """Two rows of a table that are called the same cannot be told apart in a figure or a filter."""
    for name, table in t.items():
        for column in [
            c for c in table.columns if re.fullmatch(r"label|(label|text|statement|gist)_(en|da)|heading", c)
        ]:
            for row, found in rows(table, table[column].str.casefold().duplicated()):
                yield Fault(
                    file=f"{name}.csv",
                    row=row,
                    column=column,
                    value=found[column],
                    problem="stands twice",
                    allowed=f"another {column.partition('_')[0]} for each row",
                )


def _coder_goes_with_basis(t: Tables) -> Iterator[Fault]:
    """Placement is the article's own coding; content is what the readings agree on, once settled."""
    right = t["excerpt_codes"]["basis"].map({"placed": "article", "content": "agreed"})
    for row, coding in rows(t["excerpt_codes"], t["excerpt_codes"]["coder"] != right):
        yield Fault(
            file="excerpt_codes.csv",
            row=row,
            column="coder",
            value=coding["coder"],
            problem=f"does not go with the basis “{coding['basis']}”",
            allowed="article with placed, agreed with content",
        )


CODING = ["excerpt", "code", "stance"]
"""What makes two codings of different readings the same."""


def disputed(readings: pd.DataFrame) -> set[tuple[str, str, str]]:
    """Return the codings (excerpt, code, stance) that some readings give and others do not."""
    number = readings["reading"].nunique()
    given = readings.groupby(CODING).size()
    return set(given[given < number].index)


def _every_disagreement_is_settled(t: Tables) -> Iterator[Fault]:
    """What some readings give and others do not is settled once; nothing else is."""
    open_ = disputed(t["readings"])
    done = list(t["settled"][CODING].itertuples(index=False, name=None))
    for excerpt, code, stance in sorted(open_ - set(done)):
        yield Fault(
            file="settled.csv",
            problem=f"lacks a row for “{code}” ({stance}) in {excerpt}, which some readings give and others do not",
            allowed="a row for every disagreement in readings.csv",
        )
    for row, found in rows(t["settled"], pd.Series([key not in open_ for key in done], dtype="bool")):
        yield Fault(
            file="settled.csv",
            row=row,
            column="code",
            value=found["code"],
            problem=f"is no disagreement about {found['excerpt']}",
            allowed="a coding that some readings give and others do not",
        )


def _content_is_what_was_agreed(t: Tables) -> Iterator[Fault]:
    """The codings by content are those that every reading gives and those that were settled as given."""
    if t["readings"].empty:
        return
    given = t["settled"].loc[t["settled"]["decision"] == "given", CODING].itertuples(index=False, name=None)
    unanimous = set(t["readings"][CODING].itertuples(index=False, name=None)) - disputed(t["readings"])
    agreed = unanimous | set(given)
    content = t["excerpt_codes"][t["excerpt_codes"]["basis"] == "content"]
    coded = list(content[CODING].itertuples(index=False, name=None))
    for excerpt, code, stance in sorted(agreed - set(coded)):
        yield Fault(
            file="excerpt_codes.csv",
            problem=f"lacks “{code}” ({stance}) for {excerpt} by content, which was agreed",
            allowed="every coding that all readings give or that was settled as given",
        )
    for row, found in content[[key not in agreed for key in coded]].iterrows():
        yield Fault(
            file="excerpt_codes.csv",
            row=int(str(row)) + 2,
            column="code",
            value=found["code"],
            problem=f"was not agreed for {found['excerpt']}",
            allowed="what all readings give, or settled.csv has as given",
        )


def _what_is_said_of_a_type_stands_in_a_section(t: Tables) -> Iterator[Fault]:
    """What is said of a whole type stands under its heading, in a section, not in an excerpt."""
    sections = list(t["sections"]["section"])
    bad = (t["case_codes"]["said_of"] == "type") & ~t["case_codes"]["evidence"].isin(sections)
    for row, coding in rows(t["case_codes"], bad):
        yield Fault(
            file="case_codes.csv",
            row=row,
            column="evidence",
            value=coding["evidence"],
            problem="is no section, though the code is said of the whole type",
            allowed=few(sections),
        )


def _what_is_said_of_a_type_needs_one(t: Tables) -> Iterator[Fault]:
    """An initiative under no type has nothing said of its type, and a type is no code of its own."""
    practices = set(_types(t))
    none = set(t["cases"].loc[t["cases"]["practice"].isna(), "case"])
    typed = (t["case_codes"]["said_of"] == "type") | t["case_codes"]["code"].isin(practices)
    for row, coding in rows(t["case_codes"], typed & t["case_codes"]["case"].isin(none)):
        yield Fault(
            file="case_codes.csv",
            row=row,
            column="said_of",
            value=coding["said_of"],
            problem=f"speaks of a type, and “{coding['case']}” is under none in cases.csv",
            allowed="initiative",
        )


def _codes_stand_in_their_familys_section(t: Tables) -> Iterator[Fault]:
    section = t["codes"]["family"].map(t["families"].set_index("family")["section"])
    for row, code in rows(t["codes"], t["codes"]["section"] != section):
        yield Fault(
            file="codes.csv",
            row=row,
            column="section",
            value=code["section"],
            problem=f"is not the section of the family “{code['family']}”",
            allowed=section[row - 2],
        )


def _an_example_carries_its_code(t: Tables) -> Iterator[Fault]:
    """The excerpt that a code gives as its example carries the code, or one below it."""
    parents = t["codes"].dropna(subset=["parent"]).groupby("parent")["code"].agg(list).to_dict()
    given = set(zip(t["excerpt_codes"]["excerpt"], t["excerpt_codes"]["code"], strict=True))
    for position, code in t["codes"].dropna(subset=["example"]).iterrows():
        below, here = {code["code"]}, [code["code"]]
        while here:
            here = [child for parent in here for child in parents.get(parent, []) if child not in below]
            below |= set(here)
        if not any((code["example"], c) in given for c in below):
            yield Fault(
                file="codes.csv",
                row=int(str(position)) + 2,
                column="example",
                value=code["example"],
                problem=f"does not carry the code “{code['code']}”",
                allowed="an excerpt with that code in excerpt_codes.csv",
            )


def _concepts_belong_to_research(t: Tables) -> Iterator[Fault]:
    bad = t["findings"]["concept"].notna() & (t["findings"]["kind"] != "research")
    for row, finding in rows(t["findings"], bad):
        yield Fault(
            file="findings.csv",
            row=row,
            column="concept",
            value=finding["concept"],
            problem=f"must be empty for a finding of kind “{finding['kind']}”",
            allowed="a concept for kind “research” only",
        )


def _judgements_are_of_content(t: Tables) -> Iterator[Fault]:
    """What excerpts cannot show is not judged by them."""
    claim = t["finding_excerpts"]["finding"].map(t["findings"].set_index("finding")["claim"])
    for row, judged in rows(t["finding_excerpts"], claim != "content"):
        yield Fault(
            file="finding_excerpts.csv",
            row=row,
            column="finding",
            value=judged["finding"],
            problem="is beyond what excerpts can show",
            allowed="a finding whose claim is “content”",
        )


def _reasons_are_short(t: Tables) -> Iterator[Fault]:
    for name, column in itertools.product(("finding_excerpts", "settled", "elements"), ("why", "why_da")):
        for row, found in rows(t[name], t[name][column].str.split().str.len() > LONGEST_REASON):
            yield Fault(
                file=f"{name}.csv",
                row=row,
                column=column,
                value=found[column],
                problem="is too long",
                allowed="at most fifteen words",
            )


def _statements_keep_the_reservation(t: Tables) -> Iterator[Fault]:
    """A finding for which the article has a reservation keeps its words in English, each part of it."""
    hedged = t["findings"].dropna(subset=["hedge"])
    for position, finding in hedged.iterrows():
        for part in str(finding["hedge"]).split(";"):
            if part.strip().casefold() not in str(finding["statement_en"]).casefold():
                yield Fault(
                    file="findings.csv",
                    row=int(str(position)) + 2,
                    column="statement_en",
                    value=finding["finding"],
                    problem=f"does not keep the reservation “{part.strip()}”",
                    allowed="a statement that has it",
                )


def work_id(authors: str, year: str) -> str:
    """Return the id of a work: the names of its authors as cited and the year, in small plain letters."""
    plain = authors.casefold().replace("æ", "ae").replace("ø", "o").replace("å", "a")
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return "-".join([*re.findall(r"[a-z]+", plain), year])


def _works_are_named_for_authors_and_year(t: Tables) -> Iterator[Fault]:
    literature = t["literature"]
    right = pd.Series([work_id(a, y) for a, y in zip(literature["authors"], literature["year"], strict=True)])
    for row, work in rows(literature, literature["work"] != right):
        yield Fault(
            file="literature.csv",
            row=row,
            column="work",
            value=work["work"],
            problem="does not agree with authors and year",
            allowed=right[row - 2],
        )


def _printed_entries_are_numbered(t: Tables) -> Iterator[Fault]:
    """Entries of a printed list or cell are numbered from 1, in their order, and none stands twice."""
    for name, keys in (("published_typology", ["dimension", "practice"]), ("published_lists", ["family"])):
        right = t[name].groupby(keys).cumcount() + 1
        for row, entry in rows(t[name], t[name]["order"] != right):
            yield Fault(
                file=f"{name}.csv",
                row=row,
                column="order",
                value=str(entry["order"]),
                problem="is not the next number",
                allowed=str(right[row - 2]),
            )
        for row, entry in rows(t[name], t[name].duplicated([*keys, "code"])):
            yield Fault(file=f"{name}.csv", row=row, column="code", value=entry["code"], problem="stands twice")


def a_typology_has_types_and_dimensions(t: Tables) -> Iterator[Fault]:
    """One family holds the types; at least one says what they are like; neither stands without the other."""
    use = t["families"]["use"]
    for row, family in rows(t["families"], (use == "type") & (use == "type").cumsum().gt(1)):
        problem = "is the second family of types"
        yield Fault(file="families.csv", row=row, column="use", value=family["use"], problem=problem, allowed="one")
    for row, family in rows(t["families"], use.notna() & (use.nunique() == 1)):
        other = {"type": "dimension", "dimension": "type"}[family["use"]]
        allowed = f"another family whose use is “{other}”, or none"
        yield Fault(
            file="families.csv", row=row, column="use", value=family["use"], problem="stands alone", allowed=allowed
        )


NEEDED = {
    "families": ("leading", "approach", "support", "anchoring", "focus", "shared-line", "barrier"),
    "questions": ("RQ1", "RQ2", "RQ3"),
    "sections": ("practices",),
}
"""Rows that tables and figures of this report ask for by name."""


def _what_the_report_names_is_there(t: Tables) -> Iterator[Fault]:
    for name, keys in NEEDED.items():
        column = t[name].columns[0]
        for key in [k for k in keys if k not in set(t[name][column])]:
            yield Fault(
                file=f"{name}.csv",
                column=column,
                problem=f"has no row “{key}”, which the report asks for",
                nearest=nearest(key, set(t[name][column])),
            )
    family = set(t["codes"]["family"])
    for key in [k for k in NEEDED["families"] if k not in family]:
        yield Fault(file="codes.csv", column="family", problem=f"has no code of the family “{key}”")
    if not _types(t):
        yield Fault(
            file="families.csv", column="use", problem="has no “type” that has codes, which the report asks for"
        )
    for name in ("excerpts", "cases", "sample", "findings", "published_lists", "published_typology"):
        if t[name].empty:
            yield Fault(file=f"{name}.csv", problem="has no row")


RULES: tuple[Rule, ...] = (
    _what_the_report_names_is_there,
    a_typology_has_types_and_dimensions,
    labels_are_unique,
    _coder_goes_with_basis,
    _every_disagreement_is_settled,
    _content_is_what_was_agreed,
    _what_is_said_of_a_type_stands_in_a_section,
    _what_is_said_of_a_type_needs_one,
    _codes_stand_in_their_familys_section,
    _an_example_carries_its_code,
    _concepts_belong_to_research,
    _works_are_named_for_authors_and_year,
    _printed_entries_are_numbered,
    _practices_are_practices,
    _cases_are_placed_under_their_practice,
    _evidence_exists,
    _examples_name_their_initiative,
    _excerpts_are_coded_both_ways,
    _area_only_without_case,
    _excerpts_follow_the_sections,
    _findings_assert_codes,
    _codes_are_used,
    parents_form_a_tree,
    _factors_have_theme_and_effect,
    _printed_entries_are_of_their_family,
    _recommendations_rest_on_findings,
    _judgements_are_of_content,
    _reasons_are_short,
    _statements_keep_the_reservation,
)
