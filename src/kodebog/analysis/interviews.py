"""Summaries of coded interviews: documents, codes that meet, and how far coders agree."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pandas as pd

from kodebog.analysis.agreement import agreement_of_pairs
from kodebog.analysis.coding import coded
from kodebog.study import Study


def documents(study: Study) -> pd.DataFrame:
    """Return each document with what is coded in it, in the study's order.

    Columns: document, label, group (its key), excerpts, codings, codes (distinct ones given), words (in the excerpts,
    those that lie in each other counted twice; missing where the file did not hold the text).

    >>> int(documents(study)["excerpts"].sum()) == len(study.excerpts)
    True

    """
    given = study.excerpt_codes.merge(study.excerpts[["excerpt", "section"]], on="excerpt").groupby("section")
    own = study.excerpts.groupby("section")
    table = study.sections[["section", "label_en"]].set_index("section")
    table["group"] = study.sections.set_index("section").get("group", own["perspective"].first())
    table["excerpts"] = own.size()
    table["codings"] = given.size()
    table["codes"] = given["code"].nunique()
    table["words"] = own["words"].sum(min_count=1)
    counts = {"excerpts": 0, "codings": 0, "codes": 0}
    return (
        table.fillna(counts)
        .astype(dict.fromkeys(counts, "int64"))
        .rename_axis("document")
        .reset_index()
        .rename(columns={"label_en": "label"})
    )


ON_A_PAGE = 700
"""Excerpts that are listed on one page, at most: with some codes each they stay well under a megabyte."""


def paged(excerpts: Iterable[str], documents: Iterable[str]) -> dict[str, int]:
    """Return on which page each excerpt is listed, from 1; `documents`: the document of each.

    A page holds whole documents, as many as fit; a document with more excerpts than fit has pages of its own.

    >>> set(paged(["E01", "E02"], ["D01", "D02"]).values())
    {1}

    """
    found: dict[str, int] = {}
    page, filled = 1, 0
    for _, group in itertools.groupby(zip(excerpts, documents, strict=True), key=lambda pair: pair[1]):
        own = [excerpt for excerpt, _ in group]
        for excerpt, rest in zip(own, range(len(own), 0, -1), strict=True):
            begins = excerpt == own[0] and filled + rest > ON_A_PAGE
            if filled and (begins or filled == ON_A_PAGE):
                page, filled = page + 1, 0
            found[excerpt], filled = page, filled + 1
    return found


def codes_together(study: Study, overlap: bool = False) -> pd.DataFrame:
    """Return the pairs of codes that meet, those that meet most first.

    Two codes meet in an excerpt that carries both itself (codes above them do not count); with `overlap` also where
    an excerpt with the one and an excerpt with the other share characters of a document, each such pair counted once.
    Columns: one, other (codes in codebook order), n (excerpts, or pairs of them, in which they meet), either
    (excerpts that carry at least one of the two).

    >>> print(codes_together(study).head(1).to_string(index=False))
         one           other  n  either
    hands-on trust-relations  4       8
    """
    given = study.excerpt_codes[study.excerpt_codes["stance"] == "for"]
    carried = {str(e): sorted(set(part)) for e, part in given.groupby("excerpt")["code"]}
    met: Counter[tuple[str, str]] = Counter()
    for codes in carried.values():
        met.update(itertools.combinations(codes, 2))
    if overlap:
        for one, other in overlapping(study):
            pairs = {(min(a, b), max(a, b)) for a in carried.get(one, ()) for b in carried.get(other, ()) if a != b}
            met.update(pairs)
    order = {code: place for place, code in enumerate(study.codes["code"])}
    holders = {str(code): set(part) for code, part in given.groupby("code")["excerpt"]}
    rows = [
        (*sorted(pair, key=order.__getitem__), n, len(holders[pair[0]] | holders[pair[1]])) for pair, n in met.items()
    ]
    table = pd.DataFrame(rows, columns=["one", "other", "n", "either"])
    places = table["one"].map(order), table["other"].map(order)
    ranked = table.assign(less=-table["n"], first=places[0], second=places[1])
    return ranked.sort_values(["less", "first", "second"])[table.columns].reset_index(drop=True)


def overlapping(study: Study) -> Iterator[tuple[str, str]]:
    """Yield pairs of excerpts of a document that share characters; each pair once."""
    placed = study.excerpts.dropna(subset=["start", "end"]).sort_values(["section", "start", "end"])
    for _, part in placed.groupby("section"):
        open_: list[tuple[int, str]] = []
        for excerpt, start, end in part[["excerpt", "start", "end"]].itertuples(index=False, name=None):
            open_ = [(last, before) for last, before in open_ if last > start]
            yield from ((before, excerpt) for _, before in open_)
            open_.append((end, excerpt))


def typology(study: Study) -> pd.DataFrame:
    """Return what each type is like: the codes of each dimension that excerpts of the type carry.

    Types are the codes of the family whose `use` is “type”; an excerpt is of a type when it carries its code or one
    below it. Columns: dimension (a family), type, code, excerpts (tuple of ids that carry both), in codebook order;
    codes that no excerpt of the type carries are left out. No rows where nothing is marked.

    >>> len(typology(study))
    21

    """
    use = study.families.set_index("family")["use"] if "use" in study.families else pd.Series(dtype="string")
    carried = coded(study).query("stance == 'for'").drop_duplicates(["excerpt", "code"])
    holders = {str(code): set(part) for code, part in carried.groupby("code")["excerpt"]}
    of_family = study.codes.groupby("family")["code"].agg(list)
    types = [c for family in use.index[use == "type"] for c in of_family[family]]
    found = [
        (dimension, kind, code, tuple(sorted(both)))
        for dimension in use.index[use == "dimension"]
        for kind in types
        for code in of_family[dimension]
        if (both := holders.get(kind, set()) & holders.get(code, set()))
    ]
    return pd.DataFrame(found, columns=["dimension", "type", "code", "excerpts"])


FEWEST = 5
"""Excerpts that two must both have coded, at least, for an interval around their agreement to mean anything."""


def coders(study: Study) -> pd.DataFrame:
    """Return how far each two coders agree on the excerpts that both have coded, before anything was settled.

    Columns: one, other, excerpts (that both have coded), both, either, kappa, low, high, as in
    `kodebog.analysis.agreement.agreement_of_pairs`; no interval over fewer than `FEWEST` excerpts. No
    rows where no two have coded the same excerpt.

    >>> print(coders(study)[["one", "other", "excerpts", "both"]].head(1).to_string(index=False))
          one     other  excerpts  both
    reading-1 reading-2        29    81

    """
    found = []
    for one, other in itertools.combinations(sorted(study.readings["reading"].unique()), 2):
        shared = _coded_by_both(study, one, other)
        if len(shared.excerpts):
            row = agreement_of_pairs(shared).iloc[0]
            few = {"low": float("nan"), "high": float("nan")} if len(shared.excerpts) < FEWEST else {}
            found.append({**row.to_dict(), "excerpts": len(shared.excerpts), **few})
    columns = ["one", "other", "excerpts", "both", "either", "kappa", "low", "high"]
    return pd.DataFrame(found, columns=columns)


def differences(study: Study) -> pd.DataFrame:
    """Return, for each two coders and code, the excerpts that only one of them gives it, of those that both have coded.

    Columns: one, other, code, both (excerpts to which both give it), only_one, only_other (tuples of excerpts); codes
    with most differences first, those without any left out.

    >>> print(differences(study)[["one", "other", "code", "both"]].head(1).to_string(index=False))
          one     other      code  both
    reading-1 reading-2 direction     2

    """
    rows = []
    for one, other in itertools.combinations(sorted(study.readings["reading"].unique()), 2):
        given = _coded_by_both(study, one, other).readings
        sets = {(str(r), str(c)): set(part) for (r, c), part in given.groupby(["reading", "code"])["excerpt"]}
        for code in study.codes["code"]:
            a, b = sets.get((one, code), set()), sets.get((other, code), set())
            if a ^ b:
                rows.append((one, other, code, len(a & b), tuple(sorted(a - b)), tuple(sorted(b - a))))
    table = pd.DataFrame(rows, columns=["one", "other", "code", "both", "only_one", "only_other"])
    apart = table["only_one"].map(len) + table["only_other"].map(len)
    return table.loc[apart.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def _coded_by_both(study: Study, one: str, other: str) -> Study:
    """The study with what two coders both have coded, and no codes but those that either gives there."""
    of_both = study.readings[study.readings["reading"].isin([one, other])]
    number = of_both.groupby("excerpt")["reading"].nunique()
    of_both = of_both[of_both["excerpt"].isin(number[number == 2].index)].reset_index(drop=True)
    excerpts = study.excerpts[study.excerpts["excerpt"].isin(of_both["excerpt"])].reset_index(drop=True)
    codes = study.codes[study.codes["code"].isin(of_both["code"])].reset_index(drop=True)
    return replace(study, excerpts=excerpts, readings=of_both, codes=codes)


def codes_of_excerpts(study: Study) -> pd.DataFrame:
    """Return a table of zeros and ones: a row for each excerpt, a column for each code, those above them included.

    Index: excerpt. Columns: the codes that any excerpt carries, in codebook order.

    >>> codes_of_excerpts(study)["incentives"].sum().item()
    4

    """
    carried = coded(study).query("stance == 'for'")
    table = pd.crosstab(carried["excerpt"], carried["code"]).clip(upper=1)
    shown = [code for code in study.codes["code"] if code in table.columns]
    return table.reindex(index=study.excerpts["excerpt"], columns=shown, fill_value=0)
