"""The PDF edition: whole, accessible, and the same report as the HTML."""

import re

import lxml.html
import pikepdf
import pypdfium2
import pytest
import yaml
from docutils import nodes
from docutils.utils import new_document

from kodebog import paths
from kodebog.publish import pdf
from kodebog.publish.typst_writer import TypstWriter, UnknownNodeError, quote
from kodebog.study.package import content_hash
from reading import pages_of

pytestmark = pytest.mark.xdist_group("book")


@pytest.fixture(scope="module")
def report(book):
    with pikepdf.open(book / "report.pdf") as opened:
        yield opened


@pytest.fixture(scope="module")
def text(book):
    return "\n".join(pages_of(book / "report.pdf"))


STAY_OUT = [
    "book/changes",
    "book/data-dictionary",
    "book/interviews",
    "book/judgements",
    "book/reuse",
    "book/wording",
]
"""Pages of the book that say `pdf: false`."""


def outline_titles(items):
    for item in items:
        yield item.title
        yield from outline_titles(item.children)


def test_tagged_with_language_and_title_shown(report):
    assert report.Root.MarkInfo.Marked
    assert str(report.Root.Lang) == "en-GB"
    assert report.Root.ViewerPreferences.DisplayDocTitle
    assert "/StructTreeRoot" in report.Root


def test_danish_words_are_marked_as_danish(report):
    """In the tree of the document; within lines more are marked."""
    told = [str(o["/Lang"]) for o in report.objects if isinstance(o, pikepdf.Dictionary) and "/Lang" in o]
    assert told.count("da-DK") > 100


def test_says_it_is_pdf_ua_1(report):
    assert report.open_metadata()["pdfuaid:part"] == "1"


def test_every_figure_has_a_text_alternative_and_every_table_its_heads(report):
    kinds = {"/Figure": 0, "/Table": 0, "/TH": 0}
    stack = [report.Root.StructTreeRoot]
    while stack:
        node = stack.pop()
        if isinstance(node, pikepdf.Array):
            stack += list(node)
        elif isinstance(node, pikepdf.Dictionary):
            kind = str(node.get("/S", ""))
            kinds[kind] = kinds.get(kind, 0) + 1
            if kind == "/Figure":
                assert len(str(node.get("/Alt", ""))) > 40
            if "/K" in node:
                stack.append(node.K)
    assert kinds["/TH"] > kinds["/Table"] > 0


def test_outline_follows_the_contents(report):
    toc = yaml.safe_load((paths.ROOT / "_toc.yml").read_text(encoding="utf-8"))
    listed = [toc["root"], *(c["file"] for part in toc["parts"] for c in part["chapters"])]
    chapters = [chapter for chapter in listed if chapter not in STAY_OUT]
    assert len(chapters) == len(listed) - len(STAY_OUT)
    with report.open_outline() as outline:
        top = [re.sub(r"^[\d.]+\s*", "", item.title) for item in outline.root]
    assert top[0] == "The report at a glance"
    headings = [lxml.html.parse(str(paths.HTML / f"{c}.html")).getroot().xpath("//h1")[0] for c in chapters[1:]]
    assert top[1:] == [h.text_content().removesuffix("¶").strip() for h in headings]


def test_as_many_figures_and_tables_as_the_html(book, text):
    html = {"Fig.": set(), "Table": set()}
    left_out = {"Fig.": set(), "Table": set()}
    for page in [book / "html/index.html", *book.glob("html/notebooks/*.html"), *book.glob("html/book/*.html")]:
        stays_out = page.relative_to(book / "html").with_suffix("").as_posix() in STAY_OUT
        for number in lxml.html.parse(str(page)).getroot().xpath("//*[contains(@class,'caption-number')]"):
            word, n = number.text_content().split()[:2]
            (left_out if stays_out else html)[word].add(int(n))
    for word, numbers in html.items():
        printed = {int(n) for n in re.findall(rf"^{re.escape(word)} (\d+) ", text, re.MULTILINE)}
        assert printed == numbers, word
        assert numbers | left_out[word] == set(range(1, len(numbers | left_out[word]) + 1)), word


def test_pages_that_stay_out_are_not_in_it_and_named_in_words(text):
    said = [p for p in paths.BOOK.glob("*.md") if re.match("---\npdf: false\n", p.read_text(encoding="utf-8"))]
    assert sorted(f"book/{page.stem}" for page in said) == STAY_OUT
    assert "English and Danish wording" not in text and "Judged not to bear on it" not in text
    assert not re.search(r"\bbook/\w", text)


def test_every_link_leads_somewhere(report):
    pages = {page.objgen for page in report.pages}
    links = 0
    for page in report.pages:
        for annotation in page.get("/Annots", []):
            links += 1
            action = annotation.get("/A")
            destination = annotation.get("/Dest", action.get("/D") if action is not None else None)
            if destination is None:
                assert str(action.URI).startswith(("https://", "http://"))
            else:
                if isinstance(destination, (pikepdf.String, pikepdf.Name)):
                    named = report.Root.Names.Dests
                    found = pikepdf.NameTree(named)[str(destination)]
                    destination = found.D if isinstance(found, pikepdf.Dictionary) else found
                assert destination[0].objgen in pages
    assert links > 500


def test_all_fonts_are_embedded(report):
    fonts = 0
    for page in report.pages:
        for font in page.get("/Resources", {}).get("/Font", {}).values():
            for descendant in font.get("/DescendantFonts", [font]):
                descriptor = descendant.FontDescriptor
                assert any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
                fonts += 1
    assert fonts


def test_danish_comes_out_right(text):
    for word in ("samskabelse", "Koordinering", "råderum", "Åbenhed", "fælles fodslag", "Kløft", "grænsekrydser"):
        assert word in text, word


def test_no_source_shows_through(text):
    assert "??" not in text
    for trace in (
        "{glue:}",
        "{excerpt}",
        "{finding}",
        "{cite:",
        "{numref}",
        "```",
        ":::",
        "<div",
        "<span",
        "&amp;",
        "%)",
    ):
        assert trace not in text, trace
    # a number that was not inserted leaves a gap before its noun
    assert not re.search(r"\bOf (of|findings|printed|entries)\b|\bhas have\b|\( of ", text)


def test_the_imprint_names_version_and_data(book):
    for name, head, colophon in (("report.pdf", "Contents", "Colophon"), ("html/da/report.pdf", "Indhold", "Kolofon")):
        contents = pages_of(book / name)[1]
        imprint = contents[contents.index(colophon) :]
        assert head in contents and str(pdf.citation()["version"]) in imprint
        assert content_hash(paths.DATA) in imprint.replace("\n", "")


def test_the_contents_name_the_parts(book):
    contents = pages_of(book / "report.pdf")[1]
    parts = [part["caption"] for part in yaml.safe_load((paths.ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"]]
    places = [contents.index(f"\n{part}\n") for part in parts]
    assert places == sorted(places)


@pytest.mark.parametrize("name", ["report.pdf", "html/da/report.pdf"])
def test_no_page_but_the_last_is_more_than_a_third_empty(book, name):
    top, bottom = 68, 62
    for number, page in enumerate(list(pypdfium2.PdfDocument(book / name))[2:-1], start=3):
        words = page.get_textpage()
        lowest = min(y for y in (words.get_rect(i)[1] for i in range(words.count_rects())) if y > bottom)
        assert (lowest - bottom) / (page.get_height() - top - bottom) < 1 / 3, number


def test_the_report_itself_has_at_most_32_pages(report):
    with report.open_outline() as outline:
        (ledger,) = [item for item in outline.root if "Ledger" in item.title]
    assert list(report.pages).index(pikepdf.Page(ledger.destination[0])) <= 32


def test_the_typology_is_on_one_page(book):
    ((number, words),) = [(n, p) for n, p in enumerate(pages_of(book / "report.pdf")) if "The typology, rebuilt:" in p]
    assert "Focus on" in words and "Empirical" in words and "Rehabilitation" in words
    page = pypdfium2.PdfDocument(book / "report.pdf")[number].get_textpage()
    signs = range(page.count_chars())
    sizes = [pypdfium2.raw.FPDFText_GetFontSize(page, i) for i in signs if page.get_text_range(i, 1) == "R"]
    assert sizes and min(round(size, 1) for size in sizes) >= 9


def test_html_pages_link_to_the_pdf(book):
    with pikepdf.open(book / "report.pdf") as report:
        pages = f"PDF, {len(report.pages)} pages"
    for page in [book / "html/index.html", *book.glob("html/notebooks/*.html"), *book.glob("html/book/*.html")]:
        words = pages if page.name == "index.html" else "PDF"
        (link,) = lxml.html.parse(str(page)).getroot().xpath(f"//a[text()='{words}']")
        assert (page.parent / link.get("href")).resolve() == (book / "html/report.pdf").resolve()
    assert (book / "html/report.pdf").read_bytes() == (book / "report.pdf").read_bytes()


def write(*children):
    document = new_document("page.md")
    document += children
    return TypstWriter(document, "page", {}, paths.ROOT).write()


def test_what_the_writer_does_not_know_stops_it():
    with pytest.raises(UnknownNodeError, match="does not know “math_block”"):
        write(nodes.math_block("", "x"))


def test_raw_html_is_not_dropped_in_silence():
    with pytest.raises(UnknownNodeError, match="“raw”"):
        write(nodes.raw("", "<b>x</b>", format="html"))


def test_an_image_needs_a_text_alternative():
    with pytest.raises(UnknownNodeError, match=r"x\.svg has no text alternative"):
        write(nodes.image(uri="x.svg"))


def test_text_is_never_markup():
    risky = 'a #b $c$ *d* _e_ `f` <g> @h \\i "j" // [k] 2. l'
    assert quote(risky) in write(nodes.paragraph("", risky))


def test_a_footnote_becomes_one():
    note = nodes.footnote("", nodes.label("", "1"), nodes.paragraph("", "said"), ids=["n1"])
    call = nodes.paragraph("", "", nodes.footnote_reference("", "1", refid="n1"))
    assert '#footnote[#"said";]' in write(call, note)


@pytest.mark.parametrize(
    ("folder", "lang", "words"), [("", "en-GB", "This page as PDF"), ("da/", "da-DK", "Siden som PDF")]
)
def test_the_brief_is_a_pdf_of_one_page_to_pass_on(book, folder, lang, words):
    with pikepdf.open(book / f"html/{folder}brief.pdf") as brief:
        assert len(brief.pages) == 1
        assert brief.open_metadata()["pdfuaid:part"] == "1" and str(brief.Root.Lang) == lang
        assert not [a for a in brief.pages[0].get("/Annots", []) if a.get("/Dest") is not None]
    (said,) = pages_of(book / f"html/{folder}brief.pdf")
    page = (paths.BOOK / "brief.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\{finding\}`(F\d+)`", page)) <= set(re.findall(r"F\d+", said))
    assert "Version" in said and "E13" in said
    links = lxml.html.parse(str(book / f"html/{folder}book/brief.html")).getroot().xpath(f"//a[text()='{words}']/@href")
    assert links == ["../brief.pdf"]


def test_the_danish_report_is_one_too(book):
    """The same standard, in Danish, with as many tables and figures, and no English word of the machinery."""
    with pikepdf.open(book / "html/da/report.pdf") as danish, pikepdf.open(book / "report.pdf") as english:
        assert danish.open_metadata()["pdfuaid:part"] == "1" and str(danish.Root.Lang) == "da-DK"
        assert "fundene og deres belæg" in str(danish.docinfo["/Title"])
        with danish.open_outline() as ours, english.open_outline() as theirs:
            assert len(ours.root) == len(theirs.root)
            assert ours.root[0].title.endswith("Rapporten i overblik")
        words = f"PDF, {len(danish.pages)} sider"
    assert lxml.html.parse(str(book / "html/da/index.html")).getroot().xpath(f"//a[text()='{words}']/@href")
    said, other = ("\n".join(pages_of(book / name)) for name in ("html/da/report.pdf", "report.pdf"))
    for kind, word in (("Tabel", "Table"), ("Figur", "Fig.")):
        ours, theirs = (
            set(re.findall(rf"^{re.escape(k)} (\d+)", t, re.MULTILINE)) for k, t in ((kind, said), (word, other))
        )
        assert ours == theirs != set()
    assert not re.search(r"\b(Table|Fig\.|Contents|Abstract|Colophon)\b", said)
