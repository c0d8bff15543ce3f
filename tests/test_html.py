"""How pages are written, and what happens to their doctrees before."""

import pickle

import lxml.html
import pytest
from docutils import nodes
from docutils.core import publish_doctree

from kodebog.publish.html import inline_svg
from kodebog.publish.transforms import ReadableTables
from kodebog.report.style import MUTED

TABLE = """
.. list-table::
   :header-rows: 1
   :stub-columns: 1

   * - Factor
     - Who says
       it
   * - Room
     - E13
"""


def test_every_cell_of_a_table_knows_its_head():
    document = publish_doctree(TABLE)
    ReadableTables(document).run()
    (table,) = document.findall(nodes.table)
    assert table["html"] == {"role": "table"}
    assert [row["html"] for row in table.findall(nodes.row)] == [{"role": "row"}] * 2
    assert [cell["html"] for cell in table.findall(nodes.entry)] == [
        {"scope": "col", "role": "columnheader"},
        {"scope": "col", "role": "columnheader"},
        {"scope": "row", "role": "rowheader"},
        {"data-head": "Who says it", "role": "cell"},
    ]


def test_a_table_can_be_read_by_its_columns():
    document = publish_doctree(TABLE)
    next(document.findall(nodes.table))["classes"] = ["kodebog-columns"]
    ReadableTables(document).run()
    assert list(document.findall(nodes.entry))[-1]["html"] == {
        "data-head": "Room",
        "data-card": "Who says it",
        "role": "cell",
    }


def test_a_row_keeps_what_others_have_set():
    document = publish_doctree(TABLE)
    row = list(document.findall(nodes.row))[1]
    row["html"] = {"data-code": "room"}
    ReadableTables(document).run()
    assert row["html"] == {"data-code": "room", "role": "row"}


SVG = (
    '<?xml version="1.0"?><svg xmlns="x"><style>*{}</style><defs><path id="p"/></defs>'
    f'<use xlink:href="#p" fill="{MUTED}"/><g clip-path="url(#p)"/>%s</svg>'
)


def test_a_picture_in_a_page_has_ids_of_its_own_and_an_alternative():
    made = inline_svg(SVG % "", "fig-a", 'Two "marks"')
    assert made.startswith('<svg role="img" aria-label="Two &quot;marks&quot;" ')
    assert 'id="fig-a-p"' in made and 'href="#fig-a-p"' in made and "url(#fig-a-p)" in made
    assert "<style" not in made and MUTED not in made and "currentColor" in made


def test_a_picture_with_links_is_a_group():
    made = inline_svg(SVG % '<a target="_top" xlink:href="evidence.html#E03">x</a>', "fig-a", "Marks")
    assert made.startswith('<svg role="group"')
    assert '<a href="evidence.html#E03" aria-label="E03">' in made


@pytest.mark.built
def test_the_book_uses_them(book):
    page = (book / "html/notebooks/support.html").read_text(encoding="utf-8")
    assert '<col width="50.0%"' in page and "<col style" not in page
    assert 'role="columnheader"' in page and 'data-head="Printed excerpts"' in page
    assert '<pre tabindex="0">' in page and 'role="doc-biblioentry"' not in page
    assert "<summary>" in page and 'aria-label="Toggle' not in page.split("<article", 1)[1].split("</article>")[0]


@pytest.mark.built
def test_no_cell_says_that_a_value_is_missing_as_a_program_would(book):
    for page in sorted((book / "html").rglob("*.html")):
        cells = lxml.html.parse(str(page)).getroot().iter("td")
        assert not {cell.text_content().strip() for cell in cells} & {"nan", "NaN", "None", "<NA>", "NaT"}, page


@pytest.mark.locked
@pytest.mark.xdist_group("book")
def test_the_tree_of_a_small_page_is_what_somebody_last_saw(book, file_regression):
    """As it is kept between reading and writing: roles made, numbers in place, links not yet resolved."""
    tree = pickle.loads((book / ".work/doctrees/book/brief.doctree").read_bytes())
    for node in tree.findall(nodes.Element):
        for name in ("source", "translation_progress"):
            node.attributes.pop(name, None)
    file_regression.check(tree.pformat(), basename="brief")
