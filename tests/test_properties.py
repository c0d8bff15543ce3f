"""What must hold for any study, not for this one alone."""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodebog.analysis.evidence import finding_evidence
from kodebog.analysis.factors import cooccurrence, counts_by_perspective, factor_summary, side_by_side
from kodebog.analysis.ledger import finding_status
from kodebog.analysis.sample import coverage, sample_against_print
from kodebog.analysis.typology import compare_with_print, typology

pytestmark = pytest.mark.checks

SUMMARIES = [
    typology, compare_with_print, cooccurrence, side_by_side, sample_against_print, coverage, finding_evidence,
    finding_status, lambda s: factor_summary(s, "approach"), lambda s: factor_summary(s, "barrier"),
]  # fmt: skip
SHUFFLED = ("excerpts", "excerpt_codes", "case_codes", "finding_codes", "published_typology")


@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_rows_does_not_matter(study, seed):
    mixed = replace(study, **{n: getattr(study, n).sample(frac=1, random_state=seed) for n in SHUFFLED})
    for summary in SUMMARIES:
        pd.testing.assert_frame_equal(summary(mixed), summary(study))


def without(study, excerpts):
    return replace(
        study,
        excerpts=study.excerpts[~study.excerpts["excerpt"].isin(excerpts)],
        excerpt_codes=study.excerpt_codes[~study.excerpt_codes["excerpt"].isin(excerpts)],
    )


@pytest.mark.thorough
@given(out=st.sets(st.integers(1, 29), min_size=1, max_size=8))
def test_removing_excerpts_never_raises_a_count(study, out):
    less = without(study, {f"E{i:02}" for i in out})
    for family in study.families["family"]:
        before = factor_summary(study, family).set_index("code")
        after = factor_summary(less, family).set_index("code")
        for column in ("n", "placed", "content", "against", "N"):
            assert (after[column] <= before[column]).all()
    assert (counts_by_perspective(less) <= counts_by_perspective(study)).all(axis=None)
    codes = list(cooccurrence(study))
    assert (cooccurrence(less, codes) <= cooccurrence(study)).all(axis=None)
    assert set(map(tuple, finding_evidence(less).to_numpy())) <= set(map(tuple, finding_evidence(study).to_numpy()))


@given(out=st.sets(st.integers(1, 29), max_size=20))
def test_totals_agree_with_the_tables(study, out):
    less = without(study, {f"E{i:02}" for i in out})
    spoken = counts_by_perspective(less).sum(axis=1)
    for family in study.families["family"]:
        rows = factor_summary(less, family)
        assert (spoken[rows["code"]].to_numpy() == rows["n"]).all()
        assert (rows["excerpts"].map(len) == rows["n"]).all()
        assert (rows["excerpts_against"].map(len) == rows["against"]).all()
        assert (rows["N"] == len(less.excerpts)).all()
    assert sample_against_print(less)["excerpts"].sum() == len(less.excerpts)
    direct = less.excerpt_codes[less.excerpt_codes["stance"] == "for"].drop_duplicates(["excerpt", "code"])
    counts = cooccurrence(less)
    assert sum(counts.loc[c, c] for c in counts) == len(direct)


@given(out=st.sets(st.integers(1, 29), max_size=20))
def test_every_entry_of_the_typology_has_something_behind_it(study, out):
    less = without(study, {f"E{i:02}" for i in out})
    rows = typology(less)
    assert ((rows["excerpts"].map(len) + rows["cases"].map(len)) > 0).all()
