"""What a link to an excerpt or finding leads to, in a few words."""

import json
import re

import pytest
from bs4 import BeautifulSoup

from kodebog.analysis import ledger
from kodebog.publish import previews


def test_every_excerpt_and_finding_has_one(study):
    found = previews.previews(study)
    assert set(found) == {*study.excerpts["excerpt"], *study.findings["finding"]}
    assert found["E07"]["head"].startswith("E07 · manager, Harbours · ")
    assert found["E07"]["text"] == study.excerpts.set_index("excerpt").loc["E07", "gist_en"]
    assert found["F69"]["head"] == "F69 · a voice against it"
    rule, codes, *voices = found["F69"]["more"]
    assert rule == ledger.STATUS_RULES["against"] and codes == "Codes: Clear backing from the top"
    assert [line.partition(":")[0] for line in voices] == [
        "Shown by E17 (manager)", "Shown by E19 (manager)", "Reservation or near it E18 (employee)", "Against it E27 (manager)",
    ]  # fmt: skip
    assert voices[-1].endswith(found["E27"]["text"])
    assert found["F09"]["more"][0] == ledger.STATUS_RULES["alone"]
    assert "Shown by: E12, E13" in "; ".join(found["F75"]["more"]), "three are told in words, the others named"


def test_only_those_that_the_page_leads_to(study):
    body = '<a href="evidence.html#E07">E07</a> <a href="#F111">F111</a> <a href="#E99">E99</a> <a href="#F12b">no</a>'
    assert list(previews.wanted(body, study)) == ["E07", "F111"]
    assert list(previews.wanted(f'{body} <span id="F111">F111</span>', study)) == ["E07"], "its row says it"


@pytest.mark.xdist_group("book")
def test_the_page_holds_what_its_links_need(book):
    page = (book / "html/notebooks/barriers.html").read_text(encoding="utf-8")
    data = re.search(r'<script type="application/json" id="kodebog-previews">(.*?)</script>', page, re.DOTALL)[1]
    linked = set(re.findall(previews.SIGN, page))
    assert (
        {name for name in json.loads(data) if "#" not in name} == linked
        and len(linked) > 10
        and previews.SCRIPT in page
    )


@pytest.mark.xdist_group("book")
def test_a_citation_shows_the_reference(book):
    page = (book / "html/notebooks/theory.html").read_text(encoding="utf-8")
    data = re.search(r'<script type="application/json" id="kodebog-previews">(.*?)</script>', page, re.DOTALL)[1]
    known = json.loads(data)
    cited = {match[1] for match in re.finditer(previews.CITED, page)}
    assert cited and cited == {name for name in known if name.startswith("references.html")}
    lipsky = next(about for about in known.values() if about["head"] == "Lipsky 1980")
    assert "Street-Level Bureaucracy" in lipsky["text"]
    references = (book / "html/book/references.html").read_text(encoding="utf-8")
    assert all(f'id="{name.partition("#")[2]}"' in references for name in cited)
    assert previews.SCRIPT not in references


@pytest.mark.xdist_group("book")
@pytest.mark.parametrize(
    ("page", "term", "meaning"),
    [
        ("html/notebooks/barriers.html", "krydspres", "Cross-pressure. Demands"),
        ("html/da/notebooks/theory.html", "interaktiv-styring", "At styre sammen med"),
    ],
)
def test_the_first_mention_of_a_term_leads_to_the_glossary_and_shows_what_it_means(book, page, term, meaning):
    text = (book / page).read_text(encoding="utf-8")
    assert text.count(f'href="../book/glossary.html#term-{term}"') == 1
    data = re.search(r'<script type="application/json" id="kodebog-previews">(.*?)</script>', text, re.DOTALL)[1]
    assert json.loads(data)[f"glossary.html#term-{term}"]["text"].startswith(meaning)
    assert f'id="term-{term}"' in (book / page).parents[1].joinpath("book/glossary.html").read_text(encoding="utf-8")


@pytest.mark.xdist_group("book")
@pytest.mark.thorough
def test_terms_are_no_links_in_tables_and_titles_and_on_their_own_page(book):
    for page in sorted((book / "html").rglob("*.html")):
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "lxml")
        assert not soup.select("table a.kodebog-term, :is(h1, h2, h3) a.kodebog-term, dl a.kodebog-term"), page
        targets = [link["href"] for link in soup.select("a.kodebog-term")]
        assert len(targets) == len(set(targets)), page
