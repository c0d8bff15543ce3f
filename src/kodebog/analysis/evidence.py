"""From a finding to the excerpts and initiatives it rests on.

Whether an excerpt bears on a finding is judged, row by row, in `finding_excerpts`. Codes that both share prove nothing
but are a check: a pair that shares codes must have been judged, and a judgement without shared codes has its reason.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from kodebog.analysis.coding import coded, practice_of_excerpts, with_codings
from kodebog.analysis.once import once_per_study
from kodebog.study import Lang, Study

STANCES = {"shows": "for", "qualifies": "qualifies", "speaks against": "against"}
"""What a judged relation means for a finding; “no” means nothing for it."""


@once_per_study
def finding_evidence(study: Study) -> pd.DataFrame:
    """Return every excerpt and initiative that bears on a finding.

    Excerpts by judgement. An initiative that the article describes is evidence of a kind of its own: it bears on a
    finding when it has, in every family that the finding asserts, at least one of the asserted codes.

    Columns: finding, source (“excerpt” or “initiative”), id, stance (“for”, “qualifies”, “against”).

    >>> print(finding_evidence(study).query("finding == 'F37'").to_string(index=False))
    finding  source  id stance
        F37 excerpt E13    for

    """
    judged = study.finding_excerpts
    excerpts = judged.assign(source="excerpt", id=judged["excerpt"], stance=judged["relation"].map(STANCES))
    initiatives = sharing(study, "initiative").assign(stance="for")
    columns = ["finding", "source", "id", "stance"]
    both = pd.concat([excerpts.dropna(subset=["stance"])[columns], initiatives[columns]])
    return both.sort_values(columns, ignore_index=True)


def sharing(study: Study, source: str) -> pd.DataFrame:
    """Return findings with what shares codes with them: one of those asserted, in each family that is.

    `source`: “excerpt” or “initiative”. An excerpt has a practice also through its initiative; one that speaks against
    a code shares it, too. Columns: finding, source, id.

    >>> print(sharing(study, "excerpt").query("finding == 'F37'").to_string(index=False))
    finding  source  id
        F37 excerpt E13
        F37 excerpt E27

    """
    if source == "excerpt":
        spoken = coded(study).rename(columns={"excerpt": "id"})
        practice = practice_of_excerpts(study).rename(columns={"excerpt": "id", "practice": "code"})
        rows = pd.concat([spoken[["id", "code"]], practice[["id", "code"]]])
    else:
        rows = study.case_codes[["case", "code"]].rename(columns={"case": "id"})
    ids = np.sort(rows["id"].unique())
    has = _code_matrix(rows, ids, study.codes["code"])
    asserted = study.finding_codes["code"]
    place = pd.Series(pd.Index(study.codes["code"]).get_indexer(asserted), index=asserted.index)
    family = asserted.map(study.codes.set_index("code")["family"])
    found = []
    for finding, part in place.groupby(study.finding_codes["finding"]):
        shared = np.logical_and.reduce([has[:, columns].any(axis=1) for columns in part.groupby(family).agg(list)])
        found.append(pd.DataFrame({"finding": finding, "source": source, "id": ids[shared]}))
    return pd.concat(found, ignore_index=True)


def _code_matrix(rows: pd.DataFrame, ids: Any, codes: pd.Series[str]) -> Any:
    """Return which of the ids bear which codes, as truth values: a row for each id, a column for each code."""
    bears = np.zeros((len(ids), len(codes)), dtype=bool)
    bears[np.searchsorted(ids, rows["id"].to_numpy()), pd.Index(codes).get_indexer(rows["code"])] = True
    return bears


def shared_pairs(study: Study) -> set[tuple[str, str]]:
    """Return the pairs of finding and excerpt that share codes.

    >>> ("F37", "E13") in shared_pairs(study)
    True

    """
    shared = sharing(study, "excerpt")
    return set(zip(shared["finding"], shared["id"], strict=True))


@once_per_study
def pairs_in_any_reading(study: Study) -> frozenset[tuple[str, str]]:
    """Return the pairs of finding and excerpt that share codes in the codings that count, or in some reading.

    >>> pair = ("F36", "E16")
    >>> pair in shared_pairs(study), pair in pairs_in_any_reading(study)
    (False, True)

    """
    readings = study.readings["reading"].unique()
    return frozenset(shared_pairs(study)).union(*(shared_pairs(with_codings(study, reading)) for reading in readings))


def unjudged(study: Study) -> list[tuple[str, str]]:
    """Return the pairs of finding and excerpt that share codes, in what counts or in a reading, without a judgement.

    Findings whose claim excerpts cannot show need none.

    >>> unjudged(study)
    []

    """
    content = study.findings.loc[study.findings["claim"] == "content", "finding"]
    judged = set(zip(study.finding_excerpts["finding"], study.finding_excerpts["excerpt"], strict=True))
    return sorted(pair for pair in pairs_in_any_reading(study) - judged if pair[0] in set(content))


def without_shared_codes(study: Study) -> pd.DataFrame:
    """Return the judgements of an excerpt and a finding that share no codes, in what counts or in a reading.

    A “no” among them was not needed: only what shares codes has to be judged. Columns: those of `finding_excerpts`.

    >>> list(without_shared_codes(study)["excerpt"].head(2))
    ['E02', 'E01']

    """
    pairs = pairs_in_any_reading(study)
    judged = study.finding_excerpts
    apart = [pair not in pairs for pair in zip(judged["finding"], judged["excerpt"], strict=True)]
    return judged[apart].reset_index(drop=True)


@once_per_study
def findings_with_evidence(study: Study, lang: Lang = "en") -> pd.DataFrame:
    """Return the findings with the ids of what bears on them.

    Columns: finding, section, question, kind, claim, concept, statement, excerpts (that show it), qualified, against,
    cases (tuples of ids).

    >>> rows = findings_with_evidence(study).query("finding == 'F18'")
    >>> print(rows[["finding", "excerpts", "qualified", "against"]].to_string(index=False))
    finding excerpts qualified against
        F18   (E06,) (E05, E26)      ()

    """
    rows = finding_evidence(study)
    lists = {key: tuple(ids) for key, ids in rows.groupby(["source", "stance", "finding"])["id"]}
    table = study.findings[["finding", "section", "question", "kind", "claim", "concept"]].copy()
    table["statement"] = study.findings[f"statement_{lang}"]
    for column, source, stance in (
        ("excerpts", "excerpt", "for"),
        ("qualified", "excerpt", "qualifies"),
        ("against", "excerpt", "against"),
        ("cases", "initiative", "for"),
    ):
        table[column] = [lists.get((source, stance, finding), ()) for finding in table["finding"]]
    return table
