"""The experiment on the ledger: what its script needs; that it agrees with Python is in test_browser."""

from kodebog.analysis.ledger import STATUSES
from kodebog.publish import experiment


def test_the_data_are_the_evidence(study):
    data = experiment.data(study)
    assert set(data["excerpts"]) == set(study.excerpts["excerpt"]) and set(data["findings"]) == set(
        study.findings["finding"]
    )
    assert data["excerpts"]["E01"] == ["leader", "harbours"] and data["excerpts"]["E08"] == ["employee", ""]
    assert data["findings"]["F69"]["against"] == ["E27"] and data["findings"]["F36"]["shown"] == [
        "E03",
        "E04",
        "E11",
        "E12",
    ]
    assert "F07 E01" in data["lost"]["reading-2"] and data["statuses"] == STATUSES


def test_everything_can_be_left_out_and_every_reading_chosen(study):
    form = experiment.form(study)
    for value in (*study.excerpts["excerpt"], *study.sample["perspective"], *experiment.data(study)["lost"]):
        assert f'<option value="{value}">' in form
