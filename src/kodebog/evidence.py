"""From a finding to the excerpts and initiatives it rests on."""

from __future__ import annotations

import functools

import pandas as pd

from kodebog.coding import carried, practice_of_excerpts
from kodebog.study import Lang, Study


@functools.lru_cache(maxsize=2)
def finding_evidence(study: Study) -> pd.DataFrame:
    """Return every excerpt and initiative that bears on a finding.

    Codes of one family are alternatives, codes of different families must meet: an excerpt (or initiative) speaks
    for a finding when it carries, in every family that the finding asserts, at least one of the asserted codes. It
    speaks against the finding when it speaks against one of them and meets the other families. An excerpt meets a
    practice also through its initiative.

    Columns: finding, source (“excerpt” or “initiative”), id, stance.
    """
    spoken = carried(study)[["excerpt", "code", "stance"]].rename(columns={"excerpt": "id"})
    practice = practice_of_excerpts(study).rename(columns={"excerpt": "id", "practice": "code"}).assign(stance="for")
    excerpts = pd.concat([spoken, practice]).drop_duplicates().assign(source="excerpt")
    cases = study.case_codes[["case", "code"]].rename(columns={"case": "id"}).assign(stance="for", source="initiative")
    borne = pd.concat([excerpts, cases], ignore_index=True)

    asserted = study.finding_codes.merge(study.codes[["code", "family"]], on="code")
    needed = asserted.groupby("finding")["family"].nunique().rename("needed")
    met = asserted.merge(borne, on="code").drop_duplicates(["finding", "family", "source", "id", "stance"])
    keys = ["finding", "source", "id"]
    per = met.groupby([*keys, "stance"])["family"].nunique().unstack(fill_value=0).reset_index()
    for stance in ("for", "against"):
        if stance not in per:
            per[stance] = 0
    families_met = met.groupby(keys)["family"].nunique().rename("met").reset_index()
    per = per.merge(families_met, on=keys).merge(needed, on="finding")
    speaks_for = per[per["for"] == per["needed"]].assign(stance="for")
    speaks_against = per[(per["against"] > 0) & (per["met"] == per["needed"])].assign(stance="against")
    found = pd.concat([speaks_for, speaks_against])[[*keys, "stance"]]
    return found.sort_values([*keys, "stance"], ignore_index=True)


def findings_with_evidence(study: Study, lang: Lang = "en") -> pd.DataFrame:
    """Return the findings with the ids of what bears on them.

    Columns: finding, section, question, kind, claim, concept, statement, excerpts, against, cases (tuples of ids).
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
