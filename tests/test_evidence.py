"""Which excerpts and initiatives a finding rests on: by judgement, with shared codes as a check."""

from dataclasses import replace

from kodebog.analysis.evidence import finding_evidence, findings_with_evidence, unjudged, without_shared_codes


def test_excerpts_bear_on_a_finding_by_judgement(study):
    rows = findings_with_evidence(study).set_index("finding")
    # F18: E06 is judged to show it, E05 and E26 to qualify it, though E26 is coded against the value
    assert rows.loc["F18", "excerpts"] == ("E06",)
    assert rows.loc["F18", "qualified"] == ("E05", "E26")
    assert rows.loc["F18", "against"] == ()
    assert rows.loc["F18", "cases"] == ("care-homes",)


def test_shared_codes_are_no_evidence(study):
    # E27 carries the code of F37 and speaks of the executive board, not of the nearest manager
    rows = finding_evidence(study).query("finding == 'F37' and source == 'excerpt'")
    assert list(rows["id"]) == ["E13"]


def test_one_voice_speaks_against_a_claim_itself(study):
    rows = finding_evidence(study).query("stance == 'against'")
    assert rows[["finding", "id"]].values.tolist() == [["F69", "E27"]]


def test_a_finding_without_excerpt(study):
    rows = findings_with_evidence(study).set_index("finding")
    assert rows.loc["F09", ["excerpts", "against", "cases"]].tolist() == [(), (), ()]


def test_every_pair_that_shares_codes_is_judged(study):
    assert unjudged(study) == []


def test_a_pair_without_judgement_is_noticed(study):
    judged = study.finding_excerpts
    less = replace(study, finding_excerpts=judged[(judged["finding"] != "F37") | (judged["excerpt"] != "E27")])
    assert unjudged(less) == [("F37", "E27")]


def test_judgements_without_shared_codes_are_those_known(study, data_regression):
    apart = without_shared_codes(study)
    assert apart["why"].notna().all()
    data_regression.check([f"{finding} {excerpt}" for finding, excerpt in apart[["finding", "excerpt"]].to_numpy()])
