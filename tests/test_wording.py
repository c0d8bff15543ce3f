"""Phrases with numbers and labels."""

import json

import pandas as pd
import pytest

from kodebog import Study
from kodebog.edition import _
from kodebog.report import tables
from kodebog.report.wording import leading, listed, of
from kodebog.study.package import read


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


def test_a_study_may_say_other_words(folder, monkeypatch):
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    descriptor["words"] = {"excerpts": "passages", "excerpt": "passage", "an excerpt": "a passage"}
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    package, faults = read(folder)
    assert package is not None and not faults
    before = _("Excerpts by theme")
    monkeypatch.setenv("STUDY", str(folder))
    assert [_(text) for text in ("Excerpts by theme", "an excerpt", "AN EXCERPT", "{excerpts} of it")] == [
        "Passages by theme", "a passage", "A passage", "{excerpts} of it"
    ]  # fmt: skip
    assert _("{excerpt}`E01`, evidence.html#excerpt-1, excerpts.csv") == (
        "{excerpt}`E01`, evidence.html#excerpt-1, excerpts.csv"
    )
    assert next(iter(tables.excerpts(Study.load(folder)).frame)) == "Passage"
    monkeypatch.delenv("STUDY")
    assert _("Excerpts by theme") == before == "Excerpts by theme"


@pytest.mark.parametrize("words", [{"excerpt": "{facts}"}, {"excerpt": "<b>"}, {"e1": "x"}, {"excerpt": ""}])
def test_a_word_is_a_word(folder, words):
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    (folder / "datapackage.json").write_text(json.dumps(descriptor | {"words": words}), encoding="utf-8")
    _package, faults = read(folder)
    assert [fault.column.partition(".")[0] for fault in faults] == ["words"]
