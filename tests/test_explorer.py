"""What the evidence explorer filters by."""

import pytest
from bs4 import BeautifulSoup

from kodebog import edition
from kodebog.publish import explorer


def test_rows_can_be_filtered_by_everything(study):
    rows = explorer.excerpt_attributes(study)
    assert set(rows) == set(study.excerpts["excerpt"])
    e07 = rows["E07"]
    assert e07["perspective"] == "leader" and e07["practice"] == "mobilisation" and e07["initiative"] == "harbours"
    assert "courage" in e07["code"].split() and "approach" in e07["family"].split()
    told = study.excerpts.set_index("excerpt").loc["E07"]
    assert e07["text"] == f"{told['role_printed']} {told['opening']} {told['gist_da']}"
    with edition.making("da"):
        assert explorer.excerpt_attributes(study)["E07"]["text"].endswith(told["gist_en"])


def test_sub_codes_are_found_under_their_parent(study):
    assert "incentives" in explorer.excerpt_attributes(study)["E22"]["code"].split()


@pytest.mark.xdist_group("book")
def test_the_page_is_a_table_with_a_form_before_it(book):
    soup = BeautifulSoup((book / "html/notebooks/evidence.html").read_text(encoding="utf-8"), "html.parser")
    form = soup.find("form", id="explorer")
    table = form.find_next("table")
    assert table["id"] == "tab-excerpts"
    assert {field["name"] for field in form.select("[name]")} == {
        "perspective", "practice", "initiative", "section", "family", "code", "q"
    }  # fmt: skip
    for select in form.select("select"):
        for option in select.select("option[value]:not([value=''])"):
            values = [row[f"data-{select['name']}"].split() for row in table.select("tbody tr")]
            assert any(option["value"] in v for v in values), "a filter that shows nothing"


def test_findings_can_be_filtered_by_everything(study):
    rows = explorer.finding_attributes(study)
    assert set(rows) == set(study.findings["finding"])
    assert rows["F69"]["status"] == "against" and rows["F69"]["perspective"] == "leader"
    assert rows["F36"]["status"] == "robust" and set(rows["F36"]["perspective"].split()) == set(
        study.sample["perspective"]
    )
    assert rows["F36"]["text"] == study.findings.set_index("finding").loc["F36", "statement_da"]


@pytest.mark.xdist_group("book")
def test_the_ledger_has_a_form_whose_filters_all_show_something(book):
    soup = BeautifulSoup((book / "html/notebooks/reproduction.html").read_text(encoding="utf-8"), "html.parser")
    form = soup.find("form", id="explorer")
    table = soup.find("table", id=form["data-table"])
    assert form.find_next("table") == table
    for select in form.select("select"):
        values = [row[f"data-{select['name']}"].split() for row in table.select("tbody tr")]
        assert all(any(o["value"] in v for v in values) for o in select.select("option[value]:not([value=''])"))


@pytest.mark.xdist_group("book")
def test_codes_lead_to_their_definition_and_back(book, study):
    pages = {
        page: BeautifulSoup((book / f"html/{page}.html").read_text(encoding="utf-8"), "html.parser")
        for page in ("notebooks/evidence", "notebooks/reproduction", "book/codebook")
    }
    homes = {i["id"] for i in pages["book/codebook"].select("[id^=code-]")}
    assert homes >= {f"code-{code}" for code in study.codes["code"]}
    for page in ("notebooks/evidence", "notebooks/reproduction"):
        leads = {a["href"].partition("#")[2] for a in pages[page].select("td a[href*='codebook.html#code-']")}
        assert leads and leads <= homes
    back = {a["href"].partition("?code=")[2] for a in pages["book/codebook"].select("a[href*='evidence.html?code=']")}
    assert back <= set(study.codes["code"]) and set(study.excerpt_codes["code"]) <= back


@pytest.mark.xdist_group("book")
def test_every_excerpt_and_finding_has_its_address(book, study):
    for page, ids in (("evidence", study.excerpts["excerpt"]), ("reproduction", study.findings["finding"])):
        soup = BeautifulSoup((book / f"html/notebooks/{page}.html").read_text(encoding="utf-8"), "html.parser")
        assert [i for i in ids if not soup.find(id=i)] == []
