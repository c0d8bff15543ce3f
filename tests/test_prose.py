"""The prose types no result, and its words of quantity hold."""

import re
from dataclasses import replace

import nbformat
import pytest

from kodebog import paths
from kodebog.edition import making
from kodebog.report import catalogues, gate, prose
from kodebog.report.facts import facts

PAGES = {
    **{
        path.stem: [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "markdown"]
        for path in sorted(paths.NOTEBOOKS.glob("*.ipynb"))
    },
    **{
        path.stem: [path.read_text(encoding="utf-8")]
        for path in (paths.ROOT / "index.md", *sorted(paths.BOOK.glob("*.md")))
    },
}


@pytest.mark.parametrize("page", PAGES)
def test_no_result_is_typed(page):
    assert [hit for text in PAGES[page] for hit in prose.typed_numbers(text)] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_word_of_quantity_is_a_role_that_can_fail(page):
    assert [hit for text in PAGES[page] for hit in prose.quantities(text)] == []


def danish(page):
    with making("da"):
        source = catalogues.page_file(page).read_text(encoding="utf-8")
        return [text for _, text in catalogues.cells(catalogues.translated(page, source))]


@pytest.mark.parametrize("page", catalogues.pages())
def test_no_result_is_typed_in_danish(page):
    assert [hit for text in danish(page) for hit in prose.typed_numbers(text, "da")] == []


@pytest.mark.parametrize("page", catalogues.pages())
def test_every_word_of_quantity_is_a_role_in_danish(page):
    assert [hit for text in danish(page) for hit in prose.quantities(text, "da")] == []


def test_the_prose_says_only_what_the_study_has(study):
    files = [*paths.NOTEBOOKS.glob("*.ipynb"), *paths.BOOK.glob("*.md"), paths.ROOT / "index.md"]
    files += paths.LOCALE.rglob("*.po")
    ids = {*study.excerpts["excerpt"], *study.findings["finding"]}
    assert prose.unfounded(files, facts(study), ids) == []


def test_what_is_published_in_danish_is_looked_at_before():
    assert set(paths.LOCALE.rglob("*.po")) <= set(gate.published_texts())


@pytest.mark.checks
def test_an_excerpt_that_changes_sides_is_noticed(study):
    """E12, if a leader had said it: pages that say all excerpts on supporting leadership come from employees fail."""
    excerpts = study.excerpts.copy()
    excerpts.loc[excerpts["excerpt"] == "E12", "perspective"] = "leader"
    known = facts(replace(study, excerpts=excerpts))
    files = [*paths.NOTEBOOKS.glob("*.ipynb"), *paths.LOCALE.rglob("*.po")]
    found = prose.unfounded(files, known, {*study.excerpts["excerpt"], *study.findings["finding"]})
    assert {(f.file, f.problem) for f in found} == {
        ("method.ipynb", "does not hold: 3 of 4"), ("support.ipynb", "does not hold: 3 of 4"),
        ("method.po", "does not hold: 3 of 4"), ("support.po", "does not hold: 3 of 4"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It prints 29 excerpts.", ["29"]),
        ("It prints twenty short excerpts, no more.", ["twenty"]),
        ("It prints {fact}`excerpts` excerpts.", []),
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
        ("most of {fact}`n` excerpts", ["most"]),
        ("All {fact}`excerpts_support` excerpts come from employees", ["all"]),
        ("{all}`All: n / excerpts` {fact}`n` excerpts", []),
        ("{reported}`most` of the initiatives", []),
        ("# All findings", []),
        ("In all, {fact}`n` excerpts", []),
        ("half of the excerpts, a third of the findings", ["half", "a third"]),
        ("almost every excerpt; more than {fact}`n` excerpts", ["almost every", "more than"]),
    ],
)
def test_quantities(text, words):
    assert [hit.word for hit in prose.quantities(text)] == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("atten interview", ["atten"]),
        ("seksten trykte fund", ["seksten"]),
        ("otte interviewede", ["otte"]),
        ("fem chefer og tre direktører", ["fem", "tre"]),
        ("tre af medarbejderne", ["tre"]),
        ("atten år", []),
        ("{count}`n` interview", []),
    ],
)
def test_typed_numbers_in_danish(text, words):
    assert [hit.word for hit in prose.typed_numbers(text, "da")] == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("de fleste interviewede", ["de fleste"]),
        ("Alle medarbejderne", ["alle"]),
        ("de fleste af lederne", ["de fleste"]),
        ("hovedparten af citaterne, størstedelen af fundene", ["hovedparten af", "størstedelen af"]),
        ("samtlige citater", ["samtlige"]),
        ("næsten hvert fund", ["næsten hvert"]),
        ("{most}`de fleste: n / excerpts` citater", []),
        ("de fleste mennesker", []),
    ],
)
def test_quantities_in_danish(text, words):
    assert [hit.word for hit in prose.quantities(text, "da")] == words


KNOWN = {"a": 1, "b": 2, "two": 2, "ten": 10, "eight": 8, "nil": 0}


@pytest.mark.parametrize(
    ("role", "text", "fault"),
    [
        ("all", "two / b", ""), ("all", "a / b", "does not hold: 1 of 2"), ("all", "nil / nil", "does not hold: 0 of 0"),
        ("only", "ten / ten", ""), ("only", "eight / ten", "does not hold: 8 of 10"),
        ("both", "two / two", ""), ("both", "ten / ten", "does not hold: 10 of 10"), ("both", "a / b", "does not hold: 1 of 2"),
        ("most", "two / b", ""), ("most", "a / b", "does not hold: 1 of 2"), ("most", "eight / ten", ""),
        ("nearly-all", "eight / ten", ""), ("nearly-all", "ten / ten", "does not hold: 10 of 10"), ("nearly-all", "two / ten", "does not hold: 2 of 10"),
        ("few", "b / eight", ""), ("few", "two / a", "does not hold: 2 of 1"), ("few", "nil / ten", "does not hold: 0 of 10"),
        ("none", "nil / ten", ""), ("none", "a / ten", "does not hold: 1 of 10"),
        ("several", "two / ten", ""), ("several", "a / ten", "does not hold: 1 of 10"),
        ("more", "ten / eight", ""), ("more", "two / b", "does not hold: 2 of 2"), ("more", "3 / b", ""),
        ("all", "c / b", "names a number that the study does not have: c"),
    ],
)  # fmt: skip
def test_a_word_of_quantity_holds_or_says_why_not(role, text, fault):
    assert prose.quantity(role, text).fault(KNOWN) == fault


def test_what_a_word_of_quantity_shows():
    assert prose.quantity("none", "Nobody: a / b").shown == "Nobody"
    assert prose.quantity("nearly-all", "a / b").shown == "nearly all"
    assert prose.quantity("all", "of them") is None


@pytest.mark.parametrize("language", ["en", "da"])
def test_every_statement_of_the_brief_leads_to_its_evidence(language):
    with making(language):
        page = catalogues.translated("book/brief", (paths.BOOK / "brief.md").read_text(encoding="utf-8"))
    body = page.split("\n## ", 1)[1]
    lines = [re.sub(r"^(- |\d\. )", "", line) for line in body.splitlines() if line and not re.match("## |%|:::", line)]
    sentences = [s for line in lines for s in re.split(r"(?<=[.?]) (?=[A-Z])", line) if len(s.split()) > 2]
    assert len(sentences) > 15
    assert [s for s in sentences if not re.search(r"\{(finding|excerpt|voice)\}`|\]\(\.\./notebooks/", s)] == []


def test_every_finding_is_spoken_of_in_some_chapter(study):
    """The ledger lists all, the page for managers some; the chapters say where each belongs."""
    spoken = {
        name
        for path in paths.NOTEBOOKS.glob("*.ipynb")
        for text in PAGES[path.stem]
        for name in re.findall(r"\{(?:finding|voices)\}`(F\d+)`", text)
    }
    assert set(study.findings["finding"]) - spoken == set()
