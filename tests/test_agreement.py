"""Agreement of readings: against published examples, by hand, and where it cannot be worked out."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from kodebog.analysis import agreement
from kodebog.analysis.coding import with_codings
from kodebog.analysis.ledger import STATUSES


def numbers(*values: float) -> list[np.ndarray]:
    return [np.array(float(value)) for value in values]


def test_kappa_as_published():
    """Viera and Garrett, Understanding interobserver agreement, Family Medicine 37 (2005): 15, 5, 10 and 70 of 100."""
    assert agreement.cohens_kappa(*numbers(15, 20, 25, 100)) == pytest.approx(0.57, abs=0.005)


def test_alpha_as_published():
    """Krippendorff (2011), binary data: 0100000010 against 1110010000."""
    one, other = np.array([0, 1, 0, 0, 0, 0, 0, 0, 1, 0]), np.array([1, 1, 1, 0, 0, 1, 0, 0, 0, 0])
    given = one + other
    alpha = agreement.krippendorffs_alpha(*numbers((given * (2 - given)).sum(), given.sum(), 10), 2)
    assert alpha == pytest.approx(0.095, abs=0.0005)


def test_readings_that_are_equal_agree_fully():
    assert agreement.cohens_kappa(*numbers(7, 7, 7, 29)) == 1
    assert agreement.krippendorffs_alpha(*numbers(0, 21, 29), 3) == 1


def test_where_nothing_was_given_nothing_can_be_said():
    assert np.isnan(agreement.cohens_kappa(*numbers(0, 0, 0, 29)))
    assert np.isnan(agreement.krippendorffs_alpha(*numbers(0, 0, 29), 3))


def test_every_excerpt_and_code_is_a_cell_and_headings_are_none(study):
    cells = agreement.readings_by_cell(study)
    assert len(cells) == len(study.excerpts) * (len(study.codes) - len(study.headings()))
    assert not set(cells.index.get_level_values("code")) & study.headings()
    assert cells.loc[("E01", "many-actors")].all() and not cells.loc[("E01", "partner-local"), "reading-1"]


def test_pairs_and_families(study):
    """The numbers that were worked out for this study by other code before this module was written."""
    pairs = agreement.agreement_of_pairs(study)
    assert pairs["kappa"].round(2).tolist() == [0.77, 0.73, 0.84]
    families = agreement.agreement_by_family(study)
    assert families.loc[0, ["family", "all"]].tolist() == ["", 81] and round(families.loc[0, "alpha"], 2) == 0.78
    for table, measure in ((pairs, "kappa"), (families, "alpha")):
        assert (table["low"] <= table[measure]).all() and (table[measure] <= table["high"]).all()
    assert (families.loc[1:, "any"].sum(), families.loc[1:, "all"].sum()) == (families.loc[0, "any"], 81)
    assert agreement.agreement_of_pairs(study).equals(pairs), "drawn anew, the interval is the same"


@pytest.mark.checks
def test_what_hangs_on_a_reading(study):
    statuses = agreement.statuses_by_reading(study)
    assert list(statuses.columns) == ["finding", "now", "placed", "content", "reading-1", "reading-2", "reading-3"]
    row = statuses.set_index("finding").loc["F07"]
    assert row["now"] == row["reading-1"] == STATUSES["sides"]
    assert row["reading-2"] == STATUSES["one"], "it does not tie E01 to the place"
    counts = agreement.status_counts(statuses)
    assert (counts.sum() == len(study.findings)).all() and list(counts.index) == list(STATUSES.values())
    assert list(counts.columns) == ["now", "placed", "content", "reading-1", "reading-2", "reading-3"]
    assert (counts.dtypes == "int64").all()


@pytest.mark.checks
def test_judgements_without_shared_codes_stay_whatever_is_read(study):
    nothing = study.readings.assign(code="learning-arenas").drop_duplicates()
    nothing = replace(study, readings=nothing)
    statuses = agreement.statuses_by_reading(nothing).set_index("finding")
    assert statuses.loc["F69", "reading-1"] == STATUSES["against"]  # E27 speaks against it, by no shared code


def test_a_reading_more(study):
    mine = study.readings.query("reading == 'reading-2'")[["excerpt", "code", "stance"]]
    more, name = agreement.with_reading(study, mine)
    assert name == "reading-4" and len(more.readings) == len(study.readings) + len(mine)
    pairs = agreement.agreement_of_pairs(more).set_index(["one", "other"])
    assert pairs.loc[("reading-2", "reading-4"), "kappa"] == 1
    none = replace(study, readings=study.readings.iloc[:0])
    assert agreement.with_reading(none, mine)[1] == "reading-1"


def test_one_way_to_look_alone(study):
    assert set(with_codings(study, "placed").excerpt_codes["basis"]) == {"placed"}
    read = with_codings(study, "reading-3").excerpt_codes
    assert len(read) == (study.readings["reading"] == "reading-3").sum() and set(read["coder"]) == {"reading-3"}
    assert isinstance(read, pd.DataFrame) and list(read.columns) == list(study.excerpt_codes.columns)
