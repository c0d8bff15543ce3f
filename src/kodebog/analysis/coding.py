"""What excerpts and initiatives carry: codings, with the codes above them, and practices."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from kodebog.analysis.once import once_per_study
from kodebog.study import Study


def ancestors(codes: pd.DataFrame) -> pd.DataFrame:
    """Return each code with itself and every code above it.

    Columns in: code, parent. Columns out: code, ancestor.

    >>> list(ancestors(study.codes).query("code == 'incentives'")["ancestor"])
    ['incentives', 'barrier']

    """
    parent = codes[["code", "parent"]].dropna().rename(columns={"code": "ancestor"})
    level = pd.DataFrame({"code": codes["code"], "ancestor": codes["code"]})
    levels = []
    while len(level):
        levels.append(level)
        level = level.merge(parent, on="ancestor")[["code", "parent"]].rename(columns={"parent": "ancestor"})
    return pd.concat(levels, ignore_index=True)


@once_per_study
def coded(study: Study) -> pd.DataFrame:
    """Return which codes each excerpt carries, a row for each excerpt, code, basis and stance.

    An excerpt that speaks for a code also carries the codes above it; one that speaks against a code does not
    speak against those. Columns: excerpt, code, basis, stance.

    >>> print(coded(study).query("excerpt == 'E25' and basis == 'placed'").to_string(index=False))
    excerpt           code  basis stance
        E25     incentives placed    for
        E25        barrier placed    for
        E25 cross-pressure placed    for
        E25       own-silo placed    for

    """
    given = study.excerpt_codes[["excerpt", "code", "basis", "stance"]]
    up = given[given["stance"] == "for"].merge(ancestors(study.codes), on="code")
    up = up.drop(columns="code").rename(columns={"ancestor": "code"})
    both = pd.concat([up[given.columns], given[given["stance"] == "against"]], ignore_index=True)
    return both.drop_duplicates(ignore_index=True)


CODINGS = ("placed", "content")
"""Ways to look at the codings that count, besides the readings: the article's placing alone, the agreed alone."""


def with_codings(study: Study, which: str) -> Study:
    """Return the study with no codings of excerpts but those of one way to look: a basis, or a reading.

    >>> len(with_codings(study, "placed").excerpt_codes) < len(study.excerpt_codes)
    True

    """
    if which in CODINGS:
        kept = study.excerpt_codes[study.excerpt_codes["basis"] == which]
    else:
        kept = study.readings[study.readings["reading"] == which].assign(basis="content", coder=which)
    return replace(study, excerpt_codes=kept[study.excerpt_codes.columns].reset_index(drop=True))


def practice_of_excerpts(study: Study) -> pd.DataFrame:
    """Return the practices an excerpt speaks of: by its initiative, or by a code that is a type of the typology.

    Columns: excerpt, practice.

    >>> print(practice_of_excerpts(study).head(2).to_string(index=False))
    excerpt     practice
        E01 mobilisation
        E02 mobilisation

    """
    under_a_practice = study.cases[["case", "practice"]].dropna()
    by_case = study.excerpts[["excerpt", "case"]].merge(under_a_practice, on="case")
    coded = study.excerpt_codes[
        study.excerpt_codes["code"].isin(study.types) & (study.excerpt_codes["stance"] == "for")
    ].rename(columns={"code": "practice"})
    both = pd.concat([by_case[["excerpt", "practice"]], coded[["excerpt", "practice"]]])
    return both.drop_duplicates(ignore_index=True)


def placed_against_content(study: Study) -> pd.DataFrame:
    """Return, for each code that the article places an excerpt under, whether the words of the excerpt bear it out.

    Headings and examples of initiatives are left out: the first no words can meet, the second the lead-in decides. A
    code counts as borne out also by one below it. Columns: code, placed (excerpts), both (of them, those that speak
    for it by content, too), only_placed, only_content (tuples of ids).

    >>> print(placed_against_content(study).query("code == 'empowerment'")[["placed", "both"]].to_string(index=False))
        placed   both
    (E03, E04) (E04,)

    """
    left_out = study.headings() | set(study.codes.loc[study.codes["family"] == "example", "code"])
    rows = coded(study).query("stance == 'for'")
    by = {basis: rows[rows["basis"] == basis].groupby("code")["excerpt"].agg(set) for basis in ("placed", "content")}
    found = []
    for code in [c for c in study.codes["code"] if c in by["placed"] and c not in left_out]:
        placed, content = by["placed"][code], by["content"].get(code, set())
        parts = (placed, placed & content, placed - content, content - placed)
        found.append((code, *(tuple(sorted(part)) for part in parts)))
    return pd.DataFrame(found, columns=["code", "placed", "both", "only_placed", "only_content"])


def ordered(values: pd.Series[str]) -> tuple[str, ...]:
    """Return the distinct values, sorted, as a tuple.

    >>> ordered(pd.Series(["b", "a", "b", None]))
    ('a', 'b')

    """
    return tuple(sorted(set(values.dropna())))
