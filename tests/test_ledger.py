"""The ledger: its rules, and proof that it can fail."""

from dataclasses import replace

import pandas as pd
import pytest

from kodebog import Study, paths
from kodebog.analysis import ledger
from kodebog.analysis.coding import coded
from kodebog.analysis.evidence import unjudged, without_shared_codes
from kodebog.analysis.factors import factor_summary
from kodebog.analysis.typology import compare_with_print
from kodebog.study.rules import RULES


def test_published_results(study):
    rows = ledger.published_results(study).set_index("result")
    assert rows["status"].value_counts().to_dict() == {
        "transcribed": 11, "same": 10, "differs": 8, "not checkable": 4
    }  # fmt: skip
    assert rows.loc["interviews", ["printed", "rebuilt", "status"]].tolist() == ["18", "18", "transcribed"]
    assert rows.loc["list-approach", "why"].endswith("Think in the larger whole")
    assert rows.loc["cell-value-mobilisation", "why"].endswith("bears it out: More sustainable solutions")
    assert (rows.loc[rows["status"] == "differs", "why"] != "").all()


def test_published_results_in_danish(study):
    rows = ledger.published_results(study, "da").set_index("result")
    assert rows.loc["list-approach", "why"].endswith("Tænke i den større helhed")
    words = "trykt, men uden belæg i noget citat eller initiativ: Mere bæredygtige løsninger"
    assert rows.loc["cell-value-mobilisation", "why"] == words


def test_the_rules_for_findings(study):
    """By hand, from finding_excerpts and excerpts."""
    status = ledger.finding_status(study).set_index("finding")["status"]
    words = ledger.STATUSES
    assert status["F36"] == words["robust"]  # E03 leader, E04 director, E11 and E12 employees
    assert status["F13"] == words["sides"]  # E03 leader, E04 director; without either, one is left
    assert status["F08"] == words["one"]  # E01 alone
    assert status["F33"] == words["one"]  # E08 and E09, both employees and tied to no initiative
    assert status["F61"] == words["one"]  # E28 alone; E29 qualifies
    assert status["F54"] == words["alone"]  # E27, E28 and E29 qualify
    assert status["F09"] == words["alone"]
    assert status["F69"] == words["against"]  # E27
    assert status["F21"] == words["beyond"]  # says that it holds for most initiatives
    assert status["F70"] == words["asked"] and status["F72"] == words["own"]
    assert set(status) == set(words.values())
    assert set(ledger.STATUS_RULES) == set(words)


def excerpts(*rows):
    return [ledger.Voice(excerpt, perspective, case or "") for excerpt, perspective, case in rows]


@pytest.mark.parametrize(
    ("shown", "status"),
    [
        ([("a", "p", "x")], "one"),
        ([("a", "p", None), ("b", "p", None)], "one"),
        ([("a", "p", "x"), ("b", "p", "x")], "one"),
        ([("a", "p", "x"), ("b", "p", "y")], "sides"),
        ([("a", "p", None), ("b", "q", None)], "sides"),
        ([("a", "p", None), ("b", "q", None), ("c", "p", None)], "sides"),
        ([("a", "p", None), ("b", "q", None), ("c", "r", None)], "robust"),
        ([("a", "p", "x"), ("b", "q", "x"), ("c", "q", "y")], "sides"),
        ([("a", "p", "x"), ("b", "q", "x"), ("c", "q", "y"), ("d", "r", None)], "robust"),
    ],
)
def test_sides_are_perspectives_and_initiatives(shown, status):
    assert ledger._status("content", "answer", excerpts(*shown), against=False) == status


@pytest.mark.parametrize(
    ("claim", "kind", "shown", "against", "status"),
    [
        ("frequency", "answer", [("a", "p", "x")], True, "beyond"),
        ("literature", "recommendation", [], False, "beyond"),
        ("content", "recommendation", [], False, "own"),
        ("content", "recommendation", [("a", "p", "x")], True, "asked"),
        ("content", "wish", [("a", "p", "x")], True, "against"),
        ("content", "wish", [], True, "against"),
        ("content", "wish", [], False, "alone"),
    ],
)
def test_the_first_rule_that_fits(claim, kind, shown, against, status):
    assert ledger._status(claim, kind, excerpts(*shown), against) == status


def test_a_rule_may_leave_out_what_makes_a_side():
    of_one_perspective = excerpts(("a", "p", "x"), ("b", "p", "y"))
    of_one_initiative = excerpts(("a", "p", "x"), ("b", "q", "x"))
    assert ledger.SideRule(perspectives=False).holds(of_one_perspective)
    assert not ledger.SideRule(initiatives=False).holds(of_one_perspective)
    assert ledger.SideRule(initiatives=False).holds(of_one_initiative)
    assert not ledger.SideRule(perspectives=False).holds(of_one_initiative)


def test_findings_of_which_no_part_has_two_sides(study):
    """By hand, from the parts in finding_excerpts.csv."""
    assert ledger.shown_apart(study) == ("F07", "F25", "F53", "F74")
    of_one_part = study.finding_excerpts.assign(part="all of it")
    assert ledger.shown_apart(replace(study, finding_excerpts=of_one_part)) == ()


def test_robustness_by_hand(study):
    words = ledger.STATUSES
    changes = ledger.robustness(study)
    f13 = changes[changes["finding"] == "F13"]  # rests on E03 (leader) and E04 (director)
    assert {(r.left_out, r.before, r.after) for r in f13.itertuples()} == {
        (out, words["sides"], words["one"]) for out in ("E03", "E04", "leader", "director")
    }
    f69 = changes[(changes["finding"] == "F69") & (changes["what"] == "excerpt")]
    assert {(r.left_out, r.before) for r in f69.itertuples()} == {("E27", words["against"])}
    assert "F36" not in set(changes["finding"])


def test_as_recorded(study):
    assert ledger.deviations(study, paths.DATA).empty


def test_recording_is_the_only_way_to_change_what_is_recorded(study, folder):
    changed = replace(study, sample=study.sample.assign(interviews=[3, 11, 5]))
    rows = ledger.deviations(changed, folder)
    assert set(rows["result"]) == {"interviews", "interviews-leader"}
    assert set(zip(rows["recorded"], rows["now"], strict=True)) >= {
        ("18", "19"),
        ("10", "11"),
        ("transcribed", "differs"),
    }
    ledger.record(changed, folder)
    assert ledger.deviations(changed, folder).empty and len(ledger.deviations(study, folder))


def test_nothing_recorded_yet(study, tmp_path):
    with pytest.raises(ledger.LedgerError, match="nothing is recorded yet"):
        ledger.deviations(study, tmp_path)


# A coding of who takes part (family “partner”) belongs to no printed list, no cell of the typology and no finding:
# nothing published rests on it, so nothing sees it change.
UNPUBLISHED = {"partner"}


def carries_the_same(study, mutant):
    """Whether every excerpt still carries the same codes. Then only the basis of a coding has changed: a placement
    that content confirms, or a content code that a placement or a sub-code repeats. Results do not rest on that."""
    sets = [
        set(map(tuple, coded(s)[["excerpt", "code", "stance"]].drop_duplicates().to_numpy())) for s in (study, mutant)
    ]
    return sets[0] == sets[1]


def shown(study):
    """What the tables of the typology and of factors show of every entry, with the excerpts behind it: nbval compares it.
    Placements under a heading, such as those under an approach, count there and nowhere else."""
    listed = [factor_summary(study, family) for family in study.families["family"]]
    return [compare_with_print(study), *(rows[["code", "excerpts", "excerpts_against"]] for rows in listed)]


def mutants(study):
    """One corrupted study for each row: a coding gets the next code of its family, a case the next practice, a
    number of interviews goes up by one."""
    following = {}
    for _, codes in study.codes.groupby("family")["code"]:
        listed = list(codes)
        following |= dict(zip(listed, [*listed[1:], listed[0]], strict=True))
    following["shared-line"] = "incentives"  # alone in its family
    for name, column, change in (
        ("excerpt_codes", "code", following.get),
        ("case_codes", "code", following.get),
        ("cases", "practice", following.get),
        ("sample", "interviews", lambda n: n + 1),
    ):
        table = getattr(study, name)
        for i in table.index[table[column].notna()]:
            changed = table.copy()
            changed.loc[i, column] = change(table.loc[i, column])
            yield name, table.loc[i], replace(study, **{name: changed})


@pytest.mark.trial
def test_one_corrupted_coding_at_a_time(study, record_property):
    """Every row of the coded tables is corrupted in turn; what rules, ledger, judgements and tables miss is explained."""
    recorded = pd.read_csv(paths.DATA / ledger.LEDGER, dtype="str", keep_default_na=False)
    family = study.codes.set_index("code")["family"]
    apart, as_shown = without_shared_codes(study), shown(study)
    total, caught, unexplained, survivors = 0, 0, [], {}
    for name, row, mutant in mutants(study):
        total += 1
        tables = {name: getattr(mutant, name) for name in Study.tables()}
        duplicated = name.endswith("_codes") and tables[name].duplicated(list(tables[name].columns[:3])).any()
        if (
            duplicated
            or any(True for rule in RULES for _ in rule(tables))
            or not ledger.ledger(mutant).astype("str").equals(recorded.astype("str"))
            or unjudged(mutant)
            or not without_shared_codes(mutant).equals(apart)
            or any(not now.equals(was) for now, was in zip(shown(mutant), as_shown, strict=True))
        ):
            caught += 1
            continue
        kind = family[row["code"]] if "code" in row else name
        survivors[(name, kind)] = survivors.get((name, kind), 0) + 1
        if kind not in UNPUBLISHED and not carries_the_same(study, mutant):
            unexplained.append((name, row.tolist()))
    record_property(
        "corrupted codings caught by schema, rules, ledger, judgements or tables",
        f"{caught} of {total}; not: {survivors}",
    )
    assert total == len(study.excerpt_codes) + len(study.case_codes) + study.cases["practice"].count() + len(
        study.sample
    )
    assert unexplained == []
    assert caught / total > 0.85


@pytest.mark.parametrize("content", [b"", b"\xe6", b"a,b\n1,2\n", b"result,printed\nx,1,2,3\n", b"\0"])
def test_a_recorded_ledger_that_is_none(study, tmp_path, content):
    (tmp_path / ledger.LEDGER).write_bytes(content)
    with pytest.raises(ledger.LedgerError, match="--record writes it anew"):
        ledger.deviations(study, tmp_path)


def test_a_recorded_ledger_is_compared_as_text_and_both_ways(study, folder):
    path = folder / ledger.LEDGER
    lines = path.read_text(encoding="utf-8").splitlines()
    gone = lines.pop(1).partition(",")[0]
    path.write_text("\n".join([*lines, "extra,007,8,same,"]) + "\n", encoding="utf-8")
    found = ledger.deviations(study, folder)
    assert found[found["result"] == "extra"].values.tolist() == [
        ["extra", "printed", "007", "(no row)"],
        ["extra", "rebuilt", "8", "(no row)"],
        ["extra", "status", "same", "(no row)"],
        ["extra", "why", "", "(no row)"],
    ]
    assert set(found.loc[found["result"] == gone, "recorded"]) == {"(no row)"}
    assert set(found["result"]) == {"extra", gone}


def test_a_recorded_ledger_is_plain_csv(study, folder):
    text = ledger.record(study, folder).read_bytes()
    assert text == (paths.DATA / ledger.LEDGER).read_bytes()
    assert b"\r" not in text
    now = ledger.ledger(study)
    assert list(now.index) == list(range(len(now))) and list(now.columns) == ledger.COLUMNS


def test_a_ledger_without_a_header_of_its_own(study, tmp_path):
    (tmp_path / ledger.LEDGER).write_text("result,printed,rebuilt,status,why\na,1,2,same,\na,1,2,same,\n")
    with pytest.raises(ledger.LedgerError, match="with a row for each result"):
        ledger.deviations(study, tmp_path)
    with pytest.raises(ledger.LedgerError, match="nothing is recorded yet"):
        ledger.deviations(study, tmp_path / "nowhere")
