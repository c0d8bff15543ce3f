"""What excerpts and initiatives carry: codings, with the codes above them, and practices."""

from __future__ import annotations

import functools

import pandas as pd

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


@functools.lru_cache(maxsize=2)
def coded(study: Study) -> pd.DataFrame:
    """Return which codes each excerpt carries, a row for each excerpt, code, basis and stance.

    An excerpt that speaks for a code also carries the codes above it; one that speaks against a code does not
    speak against those. Columns: excerpt, code, basis, stance.

    >>> print(coded(study).query("excerpt == 'E25' and basis == 'placed'").to_string(index=False))
    excerpt           code  basis stance
        E25 cross-pressure placed    for
        E25        barrier placed    for
        E25     incentives placed    for
        E25       own-silo placed    for

    """
    given = study.excerpt_codes[["excerpt", "code", "basis", "stance"]]
    up = given[given["stance"] == "for"].merge(ancestors(study.codes), on="code")
    up = up.drop(columns="code").rename(columns={"ancestor": "code"})
    both = pd.concat([up[given.columns], given[given["stance"] == "against"]], ignore_index=True)
    return both.drop_duplicates(ignore_index=True)


def practice_of_excerpts(study: Study) -> pd.DataFrame:
    """Return the practices an excerpt speaks of: by its initiative, or by a code of the family “practice”.

    Columns: excerpt, practice.

    >>> print(practice_of_excerpts(study).head(2).to_string(index=False))
    excerpt     practice
        E01 mobilisation
        E02 mobilisation

    """
    by_case = study.excerpts[["excerpt", "case"]].merge(study.cases[["case", "practice"]], on="case")
    practices = study.codes.loc[study.codes["family"] == "practice", "code"]
    coded = study.excerpt_codes[
        study.excerpt_codes["code"].isin(practices) & (study.excerpt_codes["stance"] == "for")
    ].rename(columns={"code": "practice"})
    both = pd.concat([by_case[["excerpt", "practice"]], coded[["excerpt", "practice"]]])
    return both.drop_duplicates(ignore_index=True)


def ordered(values: pd.Series[str]) -> tuple[str, ...]:
    """Return the distinct values, sorted, as a tuple.

    >>> ordered(pd.Series(["b", "a", "b", None]))
    ('a', 'b')

    """
    return tuple(sorted(set(values.dropna())))
