"""The typology, rebuilt from codings alone, and its comparison with the printed table."""

from __future__ import annotations

import pandas as pd

from kodebog.analysis.coding import ordered, practice_of_excerpts
from kodebog.analysis.once import once_per_study
from kodebog.study import Study


def typology(study: Study) -> pd.DataFrame:
    """Return the typology rebuilt from `cases`, `case_codes`, `excerpts` and `excerpt_codes`.

    A code of a dimension stands in a practice's cell when an initiative of that practice carries it, or an excerpt
    that speaks of the practice speaks for it. A row is an entry of a cell, in codebook order.
    Columns: dimension, practice, order (from 1, within the cell), code, excerpts, cases (tuples of ids).

    >>> print(typology(study).head(1)[["dimension", "practice", "code", "excerpts"]].to_string(index=False))
         dimension     practice        code   excerpts
    characteristic mobilisation many-actors (E01, E02)

    """
    from_cases = study.case_codes.merge(study.cases[["case", "practice"]], on="case")
    from_excerpts = study.excerpt_codes[study.excerpt_codes["stance"] == "for"].merge(
        practice_of_excerpts(study), on="excerpt"
    )
    both = pd.concat([from_cases[["practice", "code", "case"]], from_excerpts[["practice", "code", "excerpt"]]])
    both = both.merge(study.codes[["code", "family"]], on="code").rename(columns={"family": "dimension"})
    both = both[both["dimension"].isin(study.dimensions)]
    entries = both.groupby(["dimension", "practice", "code"], as_index=False).agg(
        excerpts=("excerpt", ordered), cases=("case", ordered)
    )
    return _in_order(study, entries)[["dimension", "practice", "order", "code", "excerpts", "cases"]]


def _in_order(study: Study, entries: pd.DataFrame) -> pd.DataFrame:
    codes = list(study.codes["code"])
    place = entries.assign(
        _d=entries["dimension"].map(study.dimensions.index),
        _p=entries["practice"].map(codes.index),
        _c=entries["code"].map(codes.index),
    ).sort_values(["_d", "_p", "_c"], ignore_index=True)
    place["order"] = place.groupby(["dimension", "practice"]).cumcount() + 1
    return place.drop(columns=["_d", "_p", "_c"])


@once_per_study
def compare_with_print(study: Study) -> pd.DataFrame:
    """Return every entry of the rebuilt or the printed typology, and in which of them it stands.

    Columns: dimension, practice, code, status (“same”, “only printed”, “only rebuilt”), excerpts, cases.

    >>> sorted(compare_with_print(study)["status"].unique())
    ['only printed', 'only rebuilt', 'same']

    """
    keys = ["dimension", "practice", "code"]
    both = (
        typology(study)
        .drop(columns="order")
        .merge(study.published_typology[keys], on=keys, how="outer", indicator="status")
    )
    words = {"both": "same", "right_only": "only printed", "left_only": "only rebuilt"}
    both["status"] = both["status"].astype("str").map(words)
    for column in ("excerpts", "cases"):
        both[column] = [value if isinstance(value, tuple) else () for value in both[column]]
    return _in_order(study, both)[[*keys, "status", "excerpts", "cases"]]


@once_per_study
def grounds(study: Study) -> pd.DataFrame:
    """Return what each entry rests on that print and data share, each ground once.

    A ground is an excerpt, or an initiative as the article's text describes it; what an initiative is coded with
    because of an excerpt rests on the excerpt. An entry with one ground goes when that is left out.
    Columns: dimension, practice, code, grounds (tuple of ids).

    >>> rows = grounds(study).query("dimension == 'value' and practice == 'empowerment'")
    >>> print(rows[["code", "grounds"]].to_string(index=False))
                   code                 grounds
         better-results              (E03, E04)
    higher-satisfaction (E03, building-permits)

    """
    sections = set(study.sections["section"])
    told = study.case_codes.merge(study.cases[["case", "practice"]], on="case")
    told["ground"] = told["evidence"].mask(told["evidence"].isin(sections), told["case"])
    by_case = told.groupby(["practice", "code"])["ground"].agg(set).to_dict()
    rows = compare_with_print(study).query("status == 'same'")
    found = [
        ordered(pd.Series([*row.excerpts, *by_case.get((row.practice, row.code), ())], dtype="string"))
        for row in rows.itertuples()
    ]
    return rows.assign(grounds=found)[["dimension", "practice", "code", "grounds"]].reset_index(drop=True)
