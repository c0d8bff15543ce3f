"""Factor summaries against values worked out by hand from excerpts and excerpt_codes."""

import pytest

from kodebog.analysis.factors import cooccurrence, counts_by_perspective, factor_summary, side_by_side

# family → code → (director, leader, employee, excerpts for, excerpts against), read off the tables by hand
BY_HAND = {
    "approach": {
        "trust-relations": (1, 3, 3, "E02 E07 E08 E09 E10 E12 E29", ""),
        "openness": (1, 2, 0, "E04 E10 E29", ""),
        "clear-expectations": (0, 2, 0, "E01 E07", ""),
        "political-tact": (0, 0, 0, "", ""),
        "courage": (0, 1, 0, "E07", ""),
        "personal-attitude": (0, 0, 2, "E08 E09", ""),
        "connect-projects": (0, 1, 0, "E10", ""),
    },
    "support": {
        "resources": (1, 1, 2, "E03 E04 E11 E12", ""),
        "present-leadership": (0, 0, 1, "E13", "E27"),
        "mandate": (0, 0, 4, "E11 E12 E13 E14", ""),
    },
    "anchoring": {
        "anchored-politically": (0, 0, 1, "E15", ""),
        "short-circuit": (0, 0, 1, "E15", ""),
        "unrealistic-picture": (0, 0, 2, "E12 E16", ""),
    },
    "focus": {
        "clear-backing": (0, 1, 1, "E17 E18", ""),
        "direction": (0, 3, 0, "E17 E19 E27", ""),
        "muscle": (0, 1, 1, "E20 E27", ""),
    },
    "shared-line": {"shared-line": (0, 1, 2, "E11 E20 E29", "")},
    "barrier": {
        "incentives": (0, 3, 1, "E21 E22 E23 E25", ""),
        "unmeasured-volunteering": (0, 0, 1, "E22", ""),
        "cross-pressure": (0, 2, 1, "E24 E25 E28", ""),
        "digital-self-service": (0, 0, 1, "E24", ""),
        "own-silo": (0, 2, 0, "E25 E28", ""),
        "decentral-culture": (0, 2, 0, "E27 E28", ""),
        "no-binding-agreements": (0, 1, 0, "E28", "E29"),
        "volunteer-uncertainty": (0, 1, 1, "E11 E26", ""),
    },
}


@pytest.mark.parametrize("family", BY_HAND)
def test_a_family_as_worked_out_by_hand(study, family):
    rows = factor_summary(study, family)
    spoken = counts_by_perspective(study)
    found = {
        r.code: (
            *spoken.loc[r.code, ["director", "leader", "employee"]],
            " ".join(r.excerpts),
            " ".join(r.excerpts_against),
        )
        for r in rows.itertuples()
    }
    assert found == BY_HAND[family]
    assert list(rows["code"]) == list(BY_HAND[family])
    assert (rows["N"] == 29).all() and (rows["n"] == rows["excerpts"].map(len)).all()


def test_sub_codes_follow_their_parent(study):
    rows = factor_summary(study, "barrier")
    assert dict(zip(rows["code"], rows["level"], strict=True))["unmeasured-volunteering"] == 1


def test_placed_and_content_are_told_apart(study):
    row = factor_summary(study, "shared-line").iloc[0]
    assert (row["placed"], row["content"], row["n"]) == (1, 3, 3)


def test_labels_in_the_language_asked_for(study):
    assert factor_summary(study, "support", "da")["label"].iloc[0] == "Ressourcer og kapacitet"


def test_an_unknown_family_is_named(study):
    with pytest.raises(ValueError, match="no family “supports”; known: practice, "):
        factor_summary(study, "supports")


def test_cooccurrence_by_hand(study):
    counts = cooccurrence(study, ["trust-relations", "personal-attitude", "resources", "unrealistic-picture"])
    assert counts.to_numpy().tolist() == [[7, 2, 1, 1], [2, 2, 0, 0], [1, 0, 4, 1], [1, 0, 1, 2]]


def test_cooccurrence_is_symmetric_with_totals_on_the_diagonal(study):
    counts = cooccurrence(study)
    assert (counts.to_numpy() == counts.to_numpy().T).all()
    given = study.excerpt_codes[study.excerpt_codes["stance"] == "for"]
    totals = given.groupby("code")["excerpt"].nunique()
    assert {c: counts.loc[c, c] for c in counts} == totals.to_dict()


def test_both_sides_of_a_theme(study):
    rows = side_by_side(study)
    time_resources = rows[rows["theme"] == "time-resources"]
    assert list(zip(time_resources["effect"], time_resources["code"], time_resources["n"], strict=True)) == [
        ("supports", "resources", 4), ("hinders", "cross-pressure", 3), ("hinders", "digital-self-service", 1)
    ]  # fmt: skip
    assert set(rows["code"]) == set(study.codes.dropna(subset=["theme"])["code"])
