"""Phrases with numbers and labels."""

import pandas as pd
import pytest

from kodebog.report.wording import leading, listed, of


def test_of():
    assert of(3, 18) == "3 of 18"


@pytest.mark.parametrize(
    ("labels", "said"),
    [([], ""), (["A"], "“A”"), (["A", "B"], "“A” and “B”"), (["A", "B", "C"], "“A”, “B” and “C”")],
)
def test_listed(labels, said):
    assert listed(labels) == said


def test_leading_names_all_that_share_the_first_place():
    labels, counts = pd.Series(["A", "B", "C"]), pd.Series([2, 1, 2])
    assert leading(labels, counts) == ("“A” and “C”", 2)
