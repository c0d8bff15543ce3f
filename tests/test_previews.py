"""What a link to an excerpt or finding leads to, in a few words."""

import json
import re

import pytest

from kodebog.publish import previews


def test_every_excerpt_and_finding_has_one(study):
    found = previews.previews(study)
    assert set(found) == {*study.excerpts["excerpt"], *study.findings["finding"]}
    assert found["E07"]["head"].startswith("E07 · manager, Harbours · ")
    assert found["E07"]["text"] == study.excerpts.set_index("excerpt").loc["E07", "gist_en"]
    assert found["F69"]["head"] == "F69 · a voice against it" and "Against it: E27" in found["F69"]["more"]
    assert found["F09"]["more"] == ""


def test_only_those_that_the_page_leads_to(study):
    body = '<a href="evidence.html#E07">E07</a> <a href="#F111">F111</a> <a href="#E99">E99</a> <a href="#F12b">no</a>'
    assert list(previews.wanted(body, study)) == ["E07", "F111"]


@pytest.mark.xdist_group("book")
def test_the_page_holds_what_its_links_need(book):
    page = (book / "html/notebooks/barriers.html").read_text(encoding="utf-8")
    data = re.search(r'<script type="application/json" id="kodebog-previews">(.*?)</script>', page, re.DOTALL)[1]
    linked = set(re.findall(previews.SIGN, page))
    assert set(json.loads(data)) == linked and len(linked) > 10 and previews.SCRIPT in page


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
    glossary = (book / "html/book/references.html").read_text(encoding="utf-8")
    assert previews.SCRIPT not in glossary
