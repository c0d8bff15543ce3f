"""Which excerpts and initiatives a finding rests on."""

from kodebog.analysis.evidence import findings_with_evidence


def test_codes_of_different_families_must_meet(study):
    rows = findings_with_evidence(study).set_index("finding")
    # F18 asserts coordination and mobilise-resources: E06 has both, E01 has the value but is mobilisation,
    # E26 speaks of coordination and against the value
    assert rows.loc["F18", "excerpts"] == ("E06",)
    assert rows.loc["F18", "against"] == ("E26",)
    assert rows.loc["F18", "cases"] == ("care-homes",)


def test_codes_of_one_family_are_alternatives(study):
    rows = findings_with_evidence(study).set_index("finding")
    assert rows.loc["F74", "excerpts"] == ("E01", "E08", "E09", "E10", "E16", "E29")


def test_a_heading_gathers_what_is_below_it(study):
    rows = findings_with_evidence(study).set_index("finding")
    assert rows.loc["F75", "excerpts"] == ("E03", "E04", "E11", "E12", "E13", "E14")


def test_a_finding_without_excerpt(study):
    rows = findings_with_evidence(study).set_index("finding")
    assert rows.loc["F09", ["excerpts", "against", "cases"]].tolist() == [(), (), ()]
