"""The prose types no result, and its words of quantity hold."""

import csv
import re
from pathlib import Path

import nbformat
import pytest

from kodebog import paths
from kodebog.report import prose
from kodebog.report.facts import facts

PAGES = {
    **{
        path.stem: [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "markdown"]
        for path in sorted(paths.NOTEBOOKS.glob("*.ipynb"))
    },
    **{path.stem: [path.read_text(encoding="utf-8")] for path in sorted(paths.BOOK.glob("*.md"))},
}
QUANTITIES = list(csv.DictReader((Path(__file__).parent / "quantities.csv").open(encoding="utf-8")))


@pytest.mark.parametrize("page", PAGES)
def test_no_result_is_typed(page):
    assert [hit for text in PAGES[page] for hit in prose.typed_numbers(text)] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_word_of_quantity_is_accounted_for(page):
    listed = {row["phrase"] for row in QUANTITIES if row["page"] == page}
    found = {hit.phrase for text in PAGES[page] for hit in prose.quantities(text)}
    assert found == listed, "tests/quantities.csv says what each stands for"


@pytest.mark.parametrize("row", QUANTITIES, ids=lambda row: f"{row['page']}: {row['phrase']}")
def test_every_word_of_quantity_holds(study, row):
    if not row["n"]:
        assert row["why"]
        return
    known = facts(study)
    (hit,) = prose.quantities(row["phrase"])
    assert prose.holds(hit.word, int(known.get(row["n"], 0)), int(known[row["N"]]))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It prints 29 excerpts.", ["29"]),
        ("It prints twenty short excerpts, no more.", ["twenty"]),
        ("It prints {glue:}`excerpts` excerpts.", []),
        ("In 2019 interviews were held.", []),
        ("All 4 printed excerpts", ["4"]),
        ("See {excerpt}`E12` excerpts and F36 findings", []),
        ("`4 excerpts`", []),
        ("```\n4 excerpts\n```", []),
        ("Python 3.11 or newer", []),
        ("the second and third factors", []),
        ("There were seven. Excerpts came later.", []),
        ("**three** initiatives", ["three"]),
    ],
)
def test_typed_numbers(text, words):
    assert [hit.word for hit in prose.typed_numbers(text)] == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Most of the excerpts say so", ["most"]),
        ("nearly all findings", ["nearly all"]),
        ("de fleste factors", ["de fleste"]),
        ("Few leaders", ["few"]),
        ("Most people like it", []),
        ("most of {glue:}`n` excerpts", []),
    ],
)
def test_quantities(text, words):
    assert [hit.word for hit in prose.quantities(text)] == words


@pytest.mark.parametrize(
    ("word", "n", "total", "right"),
    [
        ("most", 15, 29, True), ("most", 14, 29, False), ("all", 4, 4, True), ("all", 3, 4, False),
        ("nearly all", 18, 19, True), ("nearly all", 19, 19, False), ("few", 7, 29, True), ("few", 8, 29, False),
        ("nobody", 0, 29, True), ("nobody", 1, 29, False), ("several", 0, 29, False),
    ],
)  # fmt: skip
def test_what_words_of_quantity_stand_for(word, n, total, right):
    assert prose.holds(word, n, total) is right


def test_every_statement_of_the_brief_leads_to_its_evidence():
    (page,) = PAGES["brief"]
    body = page.split("\n## ", 1)[1]
    lines = [re.sub(r"^(- |\d\. )", "", line) for line in body.splitlines() if line and "## " not in line]
    sentences = [s for line in lines for s in re.split(r"(?<=[.?]) (?=[A-Z])", line) if len(s.split()) > 2]
    assert len(sentences) > 15
    assert [s for s in sentences if not re.search(r"\{(finding|excerpt)\}`|\]\(\.\./notebooks/", s)] == []
