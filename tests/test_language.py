"""Danish words of a page are marked as Danish, once for the HTML and the PDF."""

import pytest
from docutils import nodes
from docutils.core import publish_doctree

from kodebog.publish import language
from kodebog.publish.typst_writer import TypstWriter


def marked(document):
    return [n.astext() for n in document.findall(nodes.Element) if language.CLASS in n.get("classes", ())]


def table(*cells, head="A"):
    rows = "".join(f"   * - x\n     - {cell}\n" for cell in cells)
    return f".. list-table::\n   :header-rows: 1\n   :stub-columns: 1\n\n   * - Stub\n     - {head}\n{rows}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It *mobilisering* gathers", ["mobilisering"]),
        ("Tourism (Turismen), Harbours (Havnene)", ["Turismen", "Havnene"]),
        ("Barriers (Barrierer)\n====================\n", ["Barrierer"]),
        (table("Harbours", "Havnene"), ["Havnene"]),
        (table("anything", head="Dansk"), ["anything"]),
        ("*Samskabelse set fra frontlinjen*", ["Samskabelse set fra frontlinjen"]),
        (table("Leader (mellemleder), Harbours"), ["mellemleder"]),
        ("**Empowerment** and *together* (Harbours)", []),
        ("``(Turismen)``\n\n::\n\n  (Turismen)\n", []),
    ],
)
def test_what_is_danish(study, text, words):
    document = publish_doctree(text)
    before = document.astext()
    language.mark(document, study)
    assert marked(document) == words
    assert document.astext() == before


def test_first_words_of_excerpts_are_danish(study):
    opening = study.excerpts["opening"].iloc[0]
    document = publish_doctree(table(f"Practices: “{opening} …”"))
    language.mark(document, study)
    assert marked(document) == [opening]


def test_the_pdf_says_it_too(study, tmp_path):
    document = publish_doctree("Harbours (Havnene) and *mobilisering*")
    language.mark(document, study)
    written = TypstWriter(document, "page", {}, tmp_path).write()
    assert written.count('#set text(lang: "da", region: "DK");') == 2
