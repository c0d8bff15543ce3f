"""What opens in place: what a finding rests on, and what is said behind a line of the brief."""

import lxml.html
import pytest

from kodebog.analysis.evidence import findings_with_evidence
from kodebog.analysis.ledger import STATUS_RULES, STATUSES, status_of_findings


def page(book, name):
    return lxml.html.parse(str(book / "html" / name)).getroot()


def links(node):
    return [link.get("href") for link in node.xpath(".//a")]


@pytest.mark.parametrize("below", ["", "da/"])
def test_every_finding_tells_its_voices_and_each_leads_to_its_excerpt(book, study, below):
    evidence = findings_with_evidence(study).set_index("finding")
    cards = {
        row.get("id"): row.xpath(".//details")
        for row in page(book, f"{below}notebooks/reproduction.html").xpath("//table[@id='tab-findings']/tbody/tr")
    }
    assert list(cards) == list(study.findings["finding"])
    for finding, (card,) in cards.items():
        has = evidence.loc[finding]
        voices = [*has["excerpts"], *has["qualified"], *has["against"]]
        assert [links(entry) for entry in card.xpath("./ul/li")] == [[f"evidence.html#{e}"] for e in voices], finding


def test_a_finding_tells_its_rule_its_codes_and_where_it_is_spoken_of(book, study):
    ledger = page(book, "notebooks/reproduction.html")
    rules = {words: STATUS_RULES[key].replace("'", "’") for key, words in STATUSES.items()}
    for finding, status in status_of_findings(study).items():
        (card,) = ledger.xpath(f"//tr[@id='{finding}']//details")
        rule, about, *_, spoken = card.xpath("./p")
        assert rule.text_content() == rules[status]
        codes = study.finding_codes.loc[study.finding_codes["finding"] == finding, "code"]
        assert links(about) == [f"../book/codebook.html#code-{code}" for code in codes]
        assert spoken.text_content().startswith("Spoken of in") and links(spoken), "every finding is in a chapter"


def test_tables_of_detail_are_folded_under_their_captions(book):
    ledger = page(book, "notebooks/reproduction.html")
    for name in ("tab-robustness", "tab-transcribed"):
        (fold,) = ledger.xpath(f"//details[.//table[@id='{name}']]")
        caption = " ".join(fold.xpath(".//caption")[0].text_content().replace("¶", "").split())
        assert " ".join(fold.xpath("./summary")[0].text_content().split()) == caption
