"""Danish words of a page are marked as Danish."""

import pytest
from bs4 import BeautifulSoup

from kodebog.publish import language


@pytest.mark.parametrize(
    ("html", "marked"),
    [
        ("<p>It <em>mobilisering</em> gathers</p>", ["mobilisering"]),
        ("<p>Tourism (Turismen), Harbours (Havnene)</p>", ["Turismen", "Havnene"]),
        ("<h2>Barriers (Barrierer)</h2>", ["Barrierer"]),
        ("<td><ul><li>Harbours</li><li>Havnene</li></ul></td>", ["Havnene"]),
        ("<dl class='glossary'><dt>råderum</dt><dd>Room to act</dd></dl>", ["råderum"]),
        ("<p><em>Samskabelse set fra frontlinjen</em></p>", ["Samskabelse set fra frontlinjen"]),
        ("<td>Leader (mellemleder), Harbours</td>", ["mellemleder"]),
        ("<p><strong>Empowerment</strong> and <em>together</em> (Harbours)</p>", []),
        ("<pre>(Turismen)</pre><option>Tourism (Turismen)</option>", []),
    ],
)
def test_what_is_danish(study, html, marked):
    soup = BeautifulSoup(html, "html.parser")
    before = soup.get_text()
    language.mark(soup, study)
    assert [part.get_text() for part in soup.select("[lang=da]")] == marked
    assert soup.get_text() == before


def test_first_words_of_excerpts_are_danish(study):
    opening = study.excerpts["opening"].iloc[0]
    soup = BeautifulSoup(f"<td>Practices: “{opening} …”</td>", "html.parser")
    language.mark(soup, study)
    assert [part.string for part in soup.select("[lang=da]")] == [opening]
