"""Sample against print, labels, and coverage."""

from dataclasses import replace

from kodebog.analysis.sample import coverage, excerpts_by_section, labels_that_differ, sample_against_print


def test_interviews_beside_excerpts(study):
    rows = sample_against_print(study).set_index("perspective")
    assert rows["interviews"].to_dict() == {"director": 3, "leader": 10, "employee": 5}
    assert rows["excerpts"].to_dict() == {"director": 2, "leader": 14, "employee": 13}
    assert rows["expected"].round(2).to_dict() == {"director": 4.83, "leader": 16.11, "employee": 8.06}
    assert rows["expected"].sum() == rows["excerpts"].sum() == 29
    assert rows["words"].sum() == study.excerpts["words"].sum()


def test_excerpts_by_section(study):
    counts = excerpts_by_section(study)
    assert counts.loc["support"].to_dict() == {"director": 0, "leader": 0, "employee": 4}
    assert list(counts.sum(axis=1).items()) == [
        ("practices", 6), ("roles", 4), ("support", 4), ("wishes", 6), ("barriers", 9)
    ]  # fmt: skip
    assert list(counts.columns) == ["director", "leader", "employee"]


def test_a_perspective_that_nobody_printed_has_no_excerpts(study):
    less = replace(study, excerpts=study.excerpts[study.excerpts["perspective"] != "director"])
    assert excerpts_by_section(less)["director"].tolist() == [0, 0, 0, 0, 0]


def test_labels_that_differ(study):
    rows = labels_that_differ(study)
    assert list(rows["excerpt"]) == ["E01", "E19", "E21", "E23", "E29"]
    assert list(rows["role_in_text"]) == ["chef"] * 5


def test_coverage(study):
    rows = coverage(study).set_index("area")
    assert list(rows.index[rows["shown"] == "named only"]) == ["culture-leisure", "school"]
    assert rows.loc["", "cases"] == ("building-permits", "rehabilitation")
    assert rows.loc["green-harbours", "excerpts"] == ("E01", "E07")
    assert rows.loc["local-development", "excerpts"] == ("E08", "E09", "E12")


def test_coverage_in_danish(study):
    labels = coverage(study, "da").set_index("area")["label"]
    assert labels["school"] == "Folkeskole" and labels[""] == "Ikke nævnt på listen"
    assert coverage(study).set_index("area")["label"][""] == "Not named in the list"


def test_coverage_holds_every_initiative_once(study):
    shown = [case for cases in coverage(study)["cases"] for case in cases]
    assert sorted(shown) == sorted(study.cases["case"])
