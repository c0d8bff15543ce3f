"""The sample against what is printed of it, and the policy areas against what is shown of them."""

from __future__ import annotations

import pandas as pd

from kodebog.analysis.coding import ordered
from kodebog.study import Lang, Study


def sample_against_print(study: Study, lang: Lang = "en") -> pd.DataFrame:
    """Return the interviews held beside the excerpts printed, for each perspective.

    Columns: perspective, label, interviews, interviews_total, excerpts, excerpts_total, words (in the excerpts),
    expected (excerpts there would be, were they printed in proportion to the interviews; not a whole number).

    >>> print(sample_against_print(study)[["perspective", "interviews", "excerpts"]].to_string(index=False))
    perspective  interviews  excerpts
       director           3         2
         leader          10        14
       employee           5        13

    """
    table = study.sample[["perspective", "interviews"]].copy()
    table.insert(1, "label", table["perspective"].map(study.labels("sample", lang)))
    table["interviews_total"] = table["interviews"].sum()
    by = study.excerpts.groupby("perspective")
    table["excerpts"] = table["perspective"].map(by.size()).fillna(0).astype("int64")
    table["excerpts_total"] = len(study.excerpts)
    table["words"] = table["perspective"].map(by["words"].sum()).fillna(0).astype("int64")
    table["expected"] = table["excerpts_total"] * table["interviews"] / table["interviews_total"]
    return table


def excerpts_by_section(study: Study) -> pd.DataFrame:
    """Return the number of printed excerpts in each section that prints any, by perspective.

    Index: section, in the order of printing. Columns: one for each perspective.

    >>> print(excerpts_by_section(study).loc[["support"]].to_string())
    perspective  director  leader  employee
    section
    support             0       0         4

    """
    counts = pd.crosstab(study.excerpts["section"], study.excerpts["perspective"])
    sections = [s for s in study.sections["section"] if s in counts.index]
    return counts.reindex(index=sections, columns=list(study.sample["perspective"]), fill_value=0)


def labels_that_differ(study: Study) -> pd.DataFrame:
    """Return the excerpts whose speaker the running text calls otherwise than the printed label.

    Columns: excerpt, role_printed, role_in_text, perspective.

    >>> print(labels_that_differ(study).head(1).drop(columns="perspective").to_string(index=False))
    excerpt role_printed role_in_text
        E01  mellemleder         chef

    """
    named = study.excerpts.dropna(subset=["role_in_text"])
    differ = named[named["role_in_text"] != named["role_printed"]]
    return differ[["excerpt", "role_printed", "role_in_text", "perspective"]].reset_index(drop=True)


def coverage(study: Study, lang: Lang = "en") -> pd.DataFrame:
    """Return what the article shows of each policy area that its Methods section names.

    Columns: area, label, cases, excerpts (tuples of ids), shown (“initiative and excerpt”, “initiative only”,
    “excerpt only”, “named only”). A last row, with an empty area, holds the initiatives of no named area.

    >>> list(coverage(study).query("shown == 'named only'")["area"])
    ['culture-leisure', 'school']

    """
    cases = study.cases.groupby(study.cases["area"].fillna(""))["case"].agg(ordered)
    area = study.excerpts["case"].map(study.cases.set_index("case")["area"]).fillna(study.excerpts["area"])
    placed = study.excerpts[area.notna() | study.excerpts["case"].notna()]
    excerpts = placed.groupby(area[placed.index].fillna(""))["excerpt"].agg(ordered)
    labels = study.labels("policy_areas", lang)
    areas = [*study.policy_areas["area"], ""]
    table = pd.DataFrame({"area": areas})
    table["label"] = [labels.get(a, {"en": "Not named in the list", "da": "Ikke nævnt på listen"}[lang]) for a in areas]
    table["cases"] = [cases.get(a, ()) for a in areas]
    table["excerpts"] = [excerpts.get(a, ()) for a in areas]
    words = {
        (True, True): "initiative and excerpt",
        (True, False): "initiative only",
        (False, True): "excerpt only",
    }
    table["shown"] = [
        words.get((bool(c), bool(e)), "named only") for c, e in zip(table["cases"], table["excerpts"], strict=True)
    ]
    return table


def voices_at_most(study: Study) -> pd.DataFrame:
    """Return how many people can be behind the printed excerpts, at most: nobody is counted who was not interviewed.

    An excerpt has one speaker, and a perspective has only so many interviewees. Where it has more excerpts than that,
    at least one of them speaks more than once. Columns: perspective, interviews, excerpts, at_most (people),
    at_least_by_one (excerpts that some one of them must then have spoken).

    >>> voices_at_most(study)["at_most"].sum().item()
    17

    """
    table = sample_against_print(study)[["perspective", "interviews", "excerpts"]].copy()
    table["at_most"] = table[["interviews", "excerpts"]].min(axis=1)
    table["at_least_by_one"] = -(-table["excerpts"] // table["interviews"])
    return table
