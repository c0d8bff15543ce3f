"""The PDF edition: the pages of the built book, in the order of its contents, set by Typst."""

from __future__ import annotations

import datetime
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Set
from importlib.metadata import version
from pathlib import Path
from typing import Any

import typst
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.environment import BuildEnvironment
from sphinx.errors import NoUri

from kodebog import edition, paths
from kodebog.edition import _
from kodebog.errors import KodebogError
from kodebog.files import hash_files
from kodebog.publish.addresses import addresses
from kodebog.publish.background import InBackground
from kodebog.publish.contents import in_order, parts, titles
from kodebog.publish.typst_writer import IMAGES, REGIONS, TypstWriter, UnknownNodeError, quote
from kodebog.report.figures import themes_as_marks, words_of_marks
from kodebog.report.metadata import article, author, book_title, citation, licence, released
from kodebog.report.style import truetype
from kodebog.report.tables import both_sides
from kodebog.report.wording import joined, known
from kodebog.study import Study
from kodebog.study.package import content_hash

STANDARD: typst.PDFStandard = "ua-1"
COUNTED = ".pages.json"
PAGE_COUNT = "kodebog-page-count"
"""Event of Sphinx that asks how many pages the PDF has; nobody answers where none is made."""
"""PDF/UA-1, the standard for accessible PDF; Typst refuses to write a file that does not meet it."""


BRIEF = "book/brief"
"""The page that is also a PDF of its own, to pass on."""


class PdfError(KodebogError):
    """The PDF could not be made; the message says why."""


class TypstBuilder(Builder):
    """Sphinx's builder `typst`: the whole book as one PDF. Refers to labels within one document."""

    name = "typst"
    format = "typst"
    epilog = "The PDF is in %(outdir)s."
    allow_parallel = False
    supported_image_types = ["image/svg+xml", "image/png"]  # noqa: RUF012 - as Sphinx declares it

    def get_outdated_docs(self) -> str:
        """Return that the one document is always made anew."""
        return "the report"

    def prepare_writing(self, docnames: Set[str]) -> None:
        """Nothing to prepare."""

    def write_documents(self, docnames: Set[str]) -> None:
        """Write the PDF."""
        write(self.app, Path(self.outdir) / paths.PDF.name)

    def write(self, *_documents: Any) -> None:
        """Write the PDF, as Sphinx before 8.1 calls it."""
        self.write_documents(set())

    def get_target_uri(self, docname: str, typ: str | None = None) -> str:
        """Return the label of a page; for one that stays out of the PDF there is none, and links to it are words."""
        if stays_out(self.env, docname):
            raise NoUri(docname, typ)
        return docname

    def get_relative_uri(self, from_: str, to: str, typ: str | None = None) -> str:
        """Return the label of a page: within one document nothing is relative."""
        return self.get_target_uri(to, typ)


def stays_out(env: BuildEnvironment, docname: str) -> bool:
    """Whether a page says `pdf: false`; MyST hands it over as “False”."""
    return str(env.metadata[docname].get("pdf")).casefold() == "false"


def pages(app: Sphinx) -> Iterator[str]:
    """Yield the pages of the PDF in the order of the book's contents; pages that say `pdf: false` stay out of it."""
    for page in in_order(app.env):
        if not stays_out(app.env, page):
            yield page


def write(app: Sphinx, out: Path) -> Path:
    """Write the PDF from the pages that Sphinx has read, without executing or reading anything again.

    Raises:
        PdfError: for a node that the writer does not know, a link that leads nowhere, or what Typst refuses.

    """
    look = Path(__file__).with_name("report.typ").read_text(encoding="utf-8")
    markup = [look, _front(_parts(app))]
    brief = ""
    labels: set[str] = set()
    targets: dict[str, str] = {}
    named = titles(app.env)
    first = next((page for page in pages(app) if re.match(r"1\D", named.get(page, ""))), None)
    numbered = first is None  # as in the contents: what stands before chapter 1 has no number
    try:
        for docname in pages(app):
            numbered = numbered or docname == first
            doctree = app.env.get_and_resolve_doctree(docname, app.builder)
            if docname == app.config.root_doc:  # the title of the book stands on the title page
                next(doctree.findall(nodes.title)).children = [nodes.Text(_("The report at a glance"))]
            writer = TypstWriter(doctree, docname, app.env.toc_fignumbers.get(docname, {}), Path(app.srcdir), numbered)
            markup.append(writer.write())
            if docname == BRIEF:
                brief = markup[-1]
            labels |= writer.labels
            targets |= dict.fromkeys(writer.targets, docname)
            _take_along(writer.images, Path(app.srcdir), out.parent / IMAGES)
    except UnknownNodeError as error:
        raise PdfError(str(error)) from None
    if lost := sorted(set(targets) - labels):
        raise PdfError("\n".join(f"{targets[target]}: the link to “{target}” leads nowhere" for target in lost))
    markup.append("\n#context [#metadata(here().page()) <page-count>]\n")
    if brief:
        _compile("".join([look, _sheet(), brief, _picture(), "]"]), out.with_name(paths.BRIEF.name))
    return _compile("".join(markup), out)


def _compile(markup: str, out: Path) -> Path:
    """Let Typst make a PDF, without warnings; return the file. What was made of the same before is left as it is.

    Beside it stands what it says of itself under the label `page-count`.
    """
    source, said, fonts = out.with_suffix(".typ"), out.with_suffix(COUNTED), truetype()
    pictures = hash_files(out.parent, out.parent / IMAGES, known=hash_files(fonts, fonts))
    markup = f"// Typst {version('typst')}, {pictures}\n{markup}"
    kept = out.is_file() and said.is_file() and source.is_file()
    if kept and source.read_text(encoding="utf-8") == markup:
        return out
    out.unlink(missing_ok=True)
    source.write_text(markup, encoding="utf-8")
    try:
        compiler = typst.Compiler(
            str(source), root=str(source.parent), font_paths=[str(fonts)], ignore_system_fonts=True
        )
        options: Any = {"pdf_standards": [STANDARD], "timestamp": int(_released().timestamp())}
        made: Any
        made, warnings = compiler.compile_with_warnings(**options)
        said.write_text(compiler.query("<page-count>", field="value"), encoding="utf-8")
    except typst.TypstError as error:
        raise PdfError(f"Typst: {error.message}\n{error.diagnostic}") from None
    if warnings:
        raise PdfError("\n".join(f"Typst: {warning.message}" for warning in warnings))
    out.write_bytes(made)
    return out


def page_count(pdf: Path) -> int:
    """Return how many pages a PDF has that was made here."""
    (count,) = json.loads(pdf.with_suffix(COUNTED).read_text(encoding="utf-8"))
    return int(count)


def _take_along(images: Iterable[str], source: Path, folder: Path) -> None:
    """Copy pictures into the Typst project: Typst reads no file outside of it."""
    folder.mkdir(parents=True, exist_ok=True)
    for image in images:
        shutil.copyfile(source / image, folder / Path(image).name)


class PdfInBackground(InBackground):
    """Runs the builder `typst` beside Sphinx while it writes the pages: both need what it has read."""

    what = "The PDF"

    def __init__(self, app: Sphinx) -> None:
        super().__init__(app, TypstBuilder.name, Path(app.doctreedir) / "typst", Path(app.doctreedir))

    def options(self) -> dict[str, Any]:
        """Return the settings that differ."""
        return {"kodebog_pdf": False}

    def result(self) -> Path:
        """Wait until the PDF is written; return the file."""
        return super().result() / paths.PDF.name


def _released() -> datetime.datetime:
    return datetime.datetime.combine(released(), datetime.time(), datetime.UTC)


def _parts(app: Sphinx) -> list[tuple[int, str]]:
    """The chapter with which each part of the contents begins, and what the part is called."""
    numbers = {page: number for number, page in enumerate(pages(app), start=1)}
    begins = [(min((numbers[p] for p in part if p in numbers), default=0), name) for name, part in parts(app.env)]
    return [(number, name) for number, name in begins if number]


def _front(begins: list[tuple[int, str]]) -> str:
    """The title page, the contents, the imprint, and what the document says of itself."""
    about, day = citation(), released()
    source, team = article(), author()
    version = _("Version {version}, {date}.").format(version=about["version"], date=about["date-released"])
    facts = [(_("This report"), f"{team} ({day.year}). {known(about['title'])}. {version}")]
    subtitle = _("Coded interviews, counted and laid open")
    if source:
        authors = joined(f"{a['given-names']} {a['family-names']}" for a in source["authors"])
        data = _("Interviews January to April 2019; excerpts, initiatives and findings as printed in the article")
        facts = [
            (_("The article"), f"{authors} ({source['year']}). {source['title']}. {source['journal']}."),
            *facts,
            (_("The data"), data),
        ]
        before, after = (
            quote(part) for part in _("The Danish study {title}, rebuilt from coded data").split("{title}")
        )
        subtitle = f"#{before}#emph[#{quote(source['title'])};]#{after}"
    else:
        subtitle = f"#{quote(subtitle)}"
    rows = "".join(f"({quote(name)}, [#{quote(value)}])," for name, value in facts)
    abstract, keywords = known(about["abstract"]), (quote(known(word)) for word in about["keywords"])
    kind, study = _("A reproducible research report"), Study.load()
    picture, alt = _themes(study)
    words = {"abstract": _("Abstract."), "contents": _("Contents"), **words_of_marks(study)}
    return (
        "#show: report.with((\n"
        f"  kind: [#{quote(kind)}],\n  title: {quote(book_title())},\n"
        f"  subtitle: [{subtitle}],\n"
        f"  authors: ({quote(team)},),\n"
        f"  date: datetime(year: {day.year}, month: {day.month}, day: {day.day}),\n"
        f"  description: {quote(abstract)},\n  keywords: ({', '.join(keywords)},),\n"
        f"  abstract: [#{quote(abstract)}],\n  facts: ({rows}),\n"
        f"  parts: {_data(begins)},\n"
        f"  imprint: [{_imprint()}],\n"
        f"  themes: {picture},\n  picture: {quote(alt)},\n"
        f"  words: {_data(words)},\n"
        f"  {_tongue()}\n))\n"
    )


def _themes(study: Study) -> tuple[str, str]:
    """What hinders and helps, theme by theme, for Typst, and what the picture of it says."""
    if study.of_interviews:
        return "()", ""
    return _data(themes_as_marks(study)), both_sides(study).caption


def _data(data: Any) -> str:
    """Lists and words by name, for Typst, which has no typeface for every character in them."""
    return f"json(bytes({quote(json.dumps(data, ensure_ascii=False))}))"


def _picture() -> str:
    """The picture at the foot of the brief."""
    study = Study.load()
    rows, alt = _themes(study)
    return f"\n#v(1fr)\n#themes({rows}, {_data(words_of_marks(study))}, {quote(alt)}, tight: true)\n"


def _tongue() -> str:
    """The language of the document, as options in Typst."""
    name = edition.language()
    return f"lang: {quote(name)}, region: {REGIONS.get(name, 'none')}"


def _sheet() -> str:
    """The look of a page that stands alone, and what the document says of itself."""
    about, day = citation(), released()
    version = _("Version {version}, {date}.").format(version=about["version"], date=about["date-released"])
    said = [
        f"{known(about['title'])}. {version} CC BY 4.0.",
        addresses().book,
        _("F and E number its findings and excerpts."),
    ]
    where = " ".join(filter(None, said))
    return (
        f"#show: sheet.with({_tongue()}, title: {quote(book_title())}, "
        f"author: {quote(author())}, "
        f"date: datetime(year: {day.year}, month: {day.month}, day: {day.day}), foot: {quote(where)})\n"
        "#let link(target, body) = if type(target) == label { body } else { std.link(target, body) }\n#["
    )


def _imprint() -> str:
    """Which version of what this is."""
    about = citation()
    rights = f"{licence()}."
    if article():
        rights = _(
            "Text and data: CC BY 4.0. Code: MIT. The article belongs to its authors and publisher; its sentences are "
            "not reproduced here."
        )
    version = _("Version {version}, released {date}.").format(version=about["version"], date=about["date-released"])
    paragraphs = [
        f"#{quote(text)}"
        for text in (
            " ".join([version, _("The data this report was computed from have the SHA-256 fingerprint")]),
            " ".join([_("over the tables in data/ and their descriptor, by name and content."), rights]),
            _("Set in Source Sans 3 with Typst, from the same executed notebooks as the HTML edition."),
        )
    ]
    paragraphs.insert(1, f"#raw({quote(content_hash(paths.study()))})")
    name = _("Colophon")
    head = f'#par[#text(weight: "semibold", {quote(name)})]\n'
    return head + "\n".join(f"#par[{paragraph}]" for paragraph in paragraphs)
