"""The numbers and short lists that stand in running text, computed once and inserted by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from kodebog.analysis.agreement import agreement_by_family, readings_by_cell, statuses_by_reading
from kodebog.analysis.coding import placed_against_content
from kodebog.analysis.evidence import findings_with_evidence
from kodebog.analysis.factors import effects_by_perspective, factor_summary, side_by_side
from kodebog.analysis.ledger import STATUSES, TWO_SIDES, finding_status, published_results, shown_apart
from kodebog.analysis.once import once_per_study
from kodebog.analysis.sample import coverage, labels_that_differ, sample_against_print, voices_at_most
from kodebog.analysis.typology import compare_with_print, grounds
from kodebog.edition import _, decimal, language, whole
from kodebog.report.wording import in_words, joined, lang, listed, numbered
from kodebog.study import Study

Facts = Mapping[str, int | str]


def facts(study: Study) -> Facts:
    """Return every number and list that the prose inserts, by name, as the language of the edition writes it.

    Keys that start with `n_` count printed excerpts unless the name says otherwise.
    """
    return _facts(study, language())


@once_per_study
def _facts(study: Study, _language: str) -> Facts:
    if study.of_interviews:
        return MappingProxyType(_of_interviews(study))
    sample = sample_against_print(study).set_index("perspective")
    shown = coverage(study, lang())
    typology = compare_with_print(study)
    findings = findings_with_evidence(study)
    differ = labels_that_differ(study)
    named = shown[shown["area"] != ""]
    found: dict[str, int | str] = {
        "excerpts": len(study.excerpts),
        "words": int(study.excerpts["words"].sum()),
        "interviews": int(study.sample["interviews"].sum()),
        "perspectives": len(study.sample),
        "cases": len(study.cases),
        "cases_under_a_practice": int(study.cases["practice"].notna().sum()),
        "cases_under_none": int(study.cases["practice"].isna().sum()),
        "areas": len(study.policy_areas),
        "codes": len(study.codes),
        "families": len(study.families),
        "findings": len(study.findings),
        "works": study.literature["work"].nunique(),
        "practices": len(study.types),
        "excerpts_with_case": int(study.excerpts["case"].notna().sum()),
        "areas_named_only": int((named["shown"] == "named only").sum()),
        "areas_named_only_list": listed(list(named.loc[named["shown"] == "named only", "label"])),
        "cases_without_area": len(shown.loc[shown["area"] == "", "cases"].iloc[0]),
        "labels_differ": len(differ),
        "labels_differ_chef": int((differ["role_in_text"] == "chef").sum()),
        "printed_entries": len(study.published_typology),
        "rebuilt_entries": int((typology["status"] != "only printed").sum()),
        "codings": len(study.excerpt_codes),
    }
    for perspective, row in sample.iterrows():
        found[f"interviews_{perspective}"] = int(row["interviews"])
        found[f"excerpts_{perspective}"] = int(row["excerpts"])
        found[f"expected_{perspective}"] = decimal(row["expected"])
        found[f"interviews_but_{perspective}"] = int(sample.loc[sample.index != perspective, "interviews"].sum())
    found |= _of_typology(typology)
    for section, number in study.excerpts["section"].value_counts().items():
        found[f"excerpts_{section}"] = int(number)
    for practice in study.types:
        found[f"cases_{practice}"] = int((study.cases["practice"] == practice).sum())
    per_practice = set(study.cases["practice"].value_counts())
    found["cases_per_practice"] = _(" or ").join(map(in_words, sorted(map(int, per_practice))))
    approaches = sorted(factor_summary(study, "approach")["n"], reverse=True)
    found["n_approach_others"] = int(approaches[1]) if len(approaches) > 1 else 0
    for (section, perspective), rows in study.excerpts.groupby(["section", "perspective"]):
        found[f"excerpts_{section}_{perspective}"] = len(rows)
    for section, rows in study.excerpts.groupby("section"):
        found[f"excerpts_{section}_with_case"] = int(rows["case"].notna().sum())
        for perspective in sample.index:
            found[f"excerpts_{section}_but_{perspective}"] = int((rows["perspective"] != perspective).sum())
    for theme in study.themes["theme"]:
        found |= {f"theme_{theme}_{effect}": 0 for effect in ("supports", "wished", "hinders")}
    for (theme, effect), rows in side_by_side(study).groupby(["theme", "effect"]):
        found[f"theme_{theme}_{effect}"] = len({excerpt for ids in rows["excerpts"] for excerpt in ids})
    section_of = study.excerpts.set_index("excerpt")["section"]
    for family in study.families["family"]:
        summary = factor_summary(study, family)
        for row in summary.itertuples():
            found[f"n_{row.code}"] = int(str(row.n))
            found[f"placed_{row.code}"] = int(str(row.placed))
            found[f"sections_{row.code}"] = len({section_of[e] for e in row.excerpts})
        found[f"list_{family}"] = int((study.published_lists["family"] == family).sum())
    for row in study.published_numbers.itertuples():
        found.setdefault(str(row.number), whole(int(str(row.value))))
    results = published_results(study)
    found["results_same"] = int((results["status"] == "same").sum())
    found["results_compared"] = int(results["status"].isin(["same", "differs"]).sum())
    counts = finding_status(study)["status"].value_counts()
    for name, words in STATUSES.items():
        found[f"findings_in_print_{name}"] = int(counts.get(words, 0))
    two_sides, one = int(counts.reindex(TWO_SIDES, fill_value=0).sum()), int(counts.get(STATUSES["one"], 0))
    found["findings_two_sides"] = two_sides
    found["two_sides_apart"] = joined(shown_apart(study))
    for finding, number in zip(findings["finding"], findings["excerpts"].map(len), strict=True):
        found[f"shown_{finding}"] = int(number)
    found |= {f"told_{r.finding}": len(r.cases) for r in findings.itertuples()}
    shown = int((findings["excerpts"].map(len) > 0).sum())
    found |= {"findings_shown": shown, "findings_without_excerpt": len(findings) - shown}
    found["findings_shown_apart"] = shown - two_sides - one
    found["findings_qualified"] = int((findings["qualified"].map(len) > 0).sum())
    found |= _of_readings(study)
    found["judgements"] = int((study.finding_excerpts["relation"] != "no").sum())
    for kind, number in study.findings["kind"].value_counts().items():
        found[f"findings_{kind}"] = int(number)
    found["findings_against"] = int((findings["against"].map(len) > 0).sum())
    found["recommendations_without_excerpt"] = int(
        ((findings["kind"] == "recommendation") & (findings["excerpts"].map(len) == 0)).sum()
    )
    return MappingProxyType(found)


def _of_interviews(study: Study) -> dict[str, int | str]:
    """What a book of coded interviews says of itself: each number, and with what it counts, as “1 document”."""
    counts = {
        "documents": (len(study.sections), "document"),
        "groups": (len(study.sample), "group"),
        "families": (len(study.families), "family"),
        "codes": (int(study.excerpt_codes["code"].nunique()), "code"),
        "excerpts": (len(study.excerpts), "excerpt"),
        "codings": (len(study.excerpt_codes), "coding"),
        "excerpts_of_several": (int(study.readings["excerpt"].nunique()), "excerpt"),
    }
    words = {f"counted_{name}": numbered(n, what) for name, (n, what) in counts.items()}
    return {name: n for name, (n, _) in counts.items()} | words


def _of_typology(typology: pd.DataFrame) -> dict[str, int | str]:
    """The typology against print, and its examples. Columns: those of `compare_with_print`."""
    found: dict[str, int | str] = {
        f"typology_{str(status).replace(' ', '_')}": int(number)
        for status, number in typology["status"].value_counts().items()
    }
    examples = typology[typology["dimension"] == "example"]
    beyond_print = examples["status"] == "only rebuilt"
    return found | {
        "typology_same_of_printed": int((typology["status"] == "same").sum()),
        "examples_printed": int((~beyond_print).sum()),
        "examples_only_rebuilt": int(beyond_print.sum()),
        "excerpts_only_rebuilt": int(examples.loc[beyond_print, "excerpts"].map(len).sum()),
    }


def _of_readings(study: Study) -> dict[str, int | str]:
    """What depends on who reads, and on how few are printed."""
    found: dict[str, int | str] = {}
    placed = placed_against_content(study)
    found["placings"] = int(placed["placed"].map(len).sum())
    found["placings_borne_out"] = int(placed["both"].map(len).sum())
    entries = grounds(study)
    found["entries_on_one_excerpt"] = int((entries["grounds"].map(len) == 1).sum())
    for effect, row in effects_by_perspective(study).iterrows():
        found |= {f"{effect}_{perspective}": int(n) for perspective, n in row.items()}
    people = voices_at_most(study).set_index("perspective")
    found["people_at_most"] = int(people["at_most"].sum())
    found |= {f"least_by_one_{p}": int(n) for p, n in people["at_least_by_one"].items()}
    by_reading = readings_by_cell(study)
    found["readings"] = len(by_reading.columns)
    found |= {f"codings_{name}": int(n) for name, n in by_reading.sum().items()}
    found["alpha"] = decimal(agreement_by_family(study).loc[0, "alpha"], 2)
    found["disagreements"] = len(study.settled)
    found["disagreements_given"] = int((study.settled["decision"] == "given").sum())
    by_way = statuses_by_reading(study)
    found |= {f"moved_{way}": int((by_way[way] != by_way["now"]).sum()) for way in by_way.columns[1:]}
    return found
