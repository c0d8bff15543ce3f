"""From a finding to the excerpts and initiatives it rests on."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pandas as pd

from kodebog.analysis.coding import coded, practice_of_excerpts
from kodebog.study import Lang, Study


@functools.lru_cache(maxsize=2)
def finding_evidence(study: Study) -> pd.DataFrame:
    """Return every excerpt and initiative that bears on a finding.

    Codes of one family are alternatives, codes of different families must meet: an excerpt (or initiative) speaks
    for a finding when it carries, in every family that the finding asserts, at least one of the asserted codes. It
    speaks against the finding when it speaks against one of them and meets the other families. An excerpt meets a
    practice also through its initiative.

    Columns: finding, source (“excerpt” or “initiative”), id, stance.

    >>> print(finding_evidence(study).query("finding == 'F37'").to_string(index=False))
    finding  source  id  stance
        F37 excerpt E13     for
        F37 excerpt E27 against

    """
    spoken = coded(study).rename(columns={"excerpt": "id"})
    practice = practice_of_excerpts(study).rename(columns={"excerpt": "id", "practice": "code"}).assign(stance="for")
    excerpts = pd.concat([spoken[["id", "code", "stance"]], practice[["id", "code", "stance"]]])
    cases = study.case_codes[["case", "code"]].rename(columns={"case": "id"}).assign(stance="for")
    family = study.codes.set_index("code")["family"]
    asserted = {
        finding: [list(codes) for _, codes in part.groupby(part.map(family))]
        for finding, part in study.finding_codes.groupby("finding")["code"]
    }
    found = []
    for source, rows in (("excerpt", excerpts), ("initiative", cases)):
        ids = np.sort(rows["id"].unique())
        speaks_for, speaks_against = (
            _code_matrix(rows[rows["stance"] == stance], ids, study.codes["code"]) for stance in ("for", "against")
        )
        for finding, families in asserted.items():
            agrees = np.logical_and.reduce([speaks_for[codes].any(axis=1) for codes in families])
            contradicts = np.logical_or.reduce([speaks_against[codes].any(axis=1) for codes in families])
            touches = np.logical_and.reduce(
                [speaks_for[codes].any(axis=1) | speaks_against[codes].any(axis=1) for codes in families]
            )
            for stance, bearing in (("against", contradicts & touches), ("for", agrees)):
                found.append(pd.DataFrame({"finding": finding, "source": source, "id": ids[bearing], "stance": stance}))
    columns = ["finding", "source", "id", "stance"]
    return pd.concat(found)[columns].sort_values(columns, ignore_index=True)


def _code_matrix(rows: pd.DataFrame, ids: Any, codes: pd.Series[str]) -> pd.DataFrame:
    """Return which of the ids bear which codes: a row for each id, a column of truth values for each code."""
    bears = np.zeros((len(ids), len(codes)), dtype=bool)
    bears[np.searchsorted(ids, rows["id"].to_numpy()), pd.Index(codes).get_indexer(rows["code"])] = True
    return pd.DataFrame(bears, columns=list(codes))


def findings_with_evidence(study: Study, lang: Lang = "en") -> pd.DataFrame:
    """Return the findings with the ids of what bears on them.

    Columns: finding, section, question, kind, claim, concept, statement, excerpts, against, cases (tuples of ids).

    >>> rows = findings_with_evidence(study).query("finding == 'F37'")
    >>> print(rows[["finding", "excerpts", "against"]].to_string(index=False))
    finding excerpts against
        F37   (E13,)  (E27,)

    """
    rows = finding_evidence(study)
    lists = {key: tuple(ids) for key, ids in rows.groupby(["source", "stance", "finding"])["id"]}
    table = study.findings[["finding", "section", "question", "kind", "claim", "concept"]].copy()
    table["statement"] = study.findings[f"statement_{lang}"]
    for column, source, stance in (
        ("excerpts", "excerpt", "for"),
        ("against", "excerpt", "against"),
        ("cases", "initiative", "for"),
    ):
        table[column] = [lists.get((source, stance, finding), ()) for finding in table["finding"]]
    return table
