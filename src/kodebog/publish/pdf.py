"""The PDF edition: the pages of the built book, in the order of its contents, set by Typst."""

from __future__ import annotations

import datetime
import io
import shutil
from collections.abc import Iterable, Iterator, Set
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import typst
from docutils import nodes
from docutils.parsers import rst
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError, NoUri
from sphinx.util import docutils

from kodebog import paths
from kodebog.errors import KodebogError
from kodebog.publish import language
from kodebog.publish.forking import obey_parent
from kodebog.publish.typst_writer import IMAGES, TypstWriter, UnknownNodeError, quote
from kodebog.report.metadata import article, author, book_title, citation, licence, released
from kodebog.report.style import truetype
from kodebog.study.package import content_hash

STANDARD: typst.PDFStandard = "ua-1"
"""PDF/UA-1, the standard for accessible PDF; Typst refuses to write a file that does not meet it."""


BRIEFS = {"en": "book/brief", "da": "book/brief-da"}
"""The page that is also a PDF of its own, to pass on, by language; the Danish one is no part of the report."""
GLANCE = "The report at a glance"
"""Heading of the landing page."""


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

    def write(self, *_: Any) -> None:
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
    root = app.config.root_doc
    for page in (root, *_below(app, root)):
        if not stays_out(app.env, page):
            yield page


def _below(app: Sphinx, docname: str) -> Iterator[str]:
    for child in app.env.toctree_includes.get(docname, []):
        yield child
        yield from _below(app, child)


def write(app: Sphinx, out: Path) -> Path:
    """Write the PDF from the pages that Sphinx has read, without executing or reading anything again.

    Raises:
        PdfError: for a node that the writer does not know, a link that leads nowhere, or what Typst refuses.

    """
    look = Path(__file__).with_name("report.typ").read_text(encoding="utf-8")
    markup = [look, _front()]
    briefs: dict[str, str] = {}
    labels: set[str] = set()
    targets: dict[str, str] = {}
    try:
        for docname in pages(app):
            doctree = app.env.get_and_resolve_doctree(docname, app.builder)
            if docname == app.config.root_doc:  # the title of the book stands on the title page
                next(doctree.findall(nodes.title)).children = [nodes.Text(GLANCE)]
            writer = TypstWriter(doctree, docname, app.env.toc_fignumbers.get(docname, {}), Path(app.srcdir))
            markup.append(writer.write())
            if docname == BRIEFS["en"]:
                briefs[docname] = markup[-1]
            labels |= writer.labels
            targets |= dict.fromkeys(writer.targets, docname)
            _take_along(writer.images, Path(app.srcdir), out.parent / IMAGES)
        if (danish := BRIEFS["da"]) in app.env.found_docs:
            doctree = app.env.get_and_resolve_doctree(danish, app.builder)
            briefs[danish] = TypstWriter(doctree, danish, {}, Path(app.srcdir)).write()
    except UnknownNodeError as error:
        raise PdfError(str(error)) from None
    if lost := sorted(set(targets) - labels):
        raise PdfError("\n".join(f"{targets[target]}: the link to “{target}” leads nowhere" for target in lost))
    markup.append(_back())
    for docname, brief in briefs.items():
        _compile("".join([look, _sheet(language.of_page(docname)), brief, "]"]), out.with_name(brief_file(docname)))
    return _compile("".join(markup), out)


def _compile(markup: str, out: Path) -> Path:
    """Let Typst make a PDF, without warnings; return the file."""
    source = out.with_suffix(".typ")
    source.write_text(markup, encoding="utf-8")
    try:
        compiler = typst.Compiler(
            str(source), root=str(source.parent), font_paths=[str(truetype())], ignore_system_fonts=True
        )
        options: Any = {"pdf_standards": [STANDARD], "timestamp": int(_released().timestamp())}
        made: Any
        made, warnings = compiler.compile_with_warnings(**options)
    except typst.TypstError as error:
        raise PdfError(f"Typst: {error.message}\n{error.diagnostic}") from None
    if warnings:
        raise PdfError("\n".join(f"Typst: {warning.message}" for warning in warnings))
    out.write_bytes(made)
    return out


def _take_along(images: Iterable[str], source: Path, folder: Path) -> None:
    """Copy pictures into the Typst project: Typst reads no file outside of it."""
    folder.mkdir(parents=True, exist_ok=True)
    for image in images:
        shutil.copyfile(source / image, folder / Path(image).name)


class PdfInBackground:
    """Runs the builder `typst` in a process of its own while Sphinx writes the pages: both need what it has read."""

    def __init__(self, app: Sphinx) -> None:
        self.app = app
        self.folder = Path(app.doctreedir) / "typst"
        self._process: BaseProcess | None = None
        self._answer, self._there = get_context("fork").Pipe(duplex=False)

    def start(self) -> None:
        """Set to work, with the pages as they have been read by now."""
        self._process = get_context("fork").Process(target=self._work, daemon=True)
        self._process.start()
        self._there.close()

    def _work(self) -> None:
        obey_parent()
        warnings = io.StringIO()
        config: Any = self.app.config
        options = {**config.overrides, "extensions": config.extensions, "kodebog_pdf": False}
        fault = ""
        try:
            _forget_registrations()
            app = Sphinx(
                srcdir=self.app.srcdir,
                confdir=self.app.confdir,
                outdir=self.folder,
                doctreedir=self.app.doctreedir,
                buildername=TypstBuilder.name,
                confoverrides=options,
                status=None,
                warning=warnings,
            )
            app.build()
        except PdfError as error:
            fault = str(error)
        except OSError as error:
            fault = f"{error.strerror or error}: {error.filename or self.folder}"
        except Exception as error:  # whatever it is, the parent must hear of it
            fault = f"{type(error).__name__}: {error}"
        self._there.send(fault or warnings.getvalue().strip())

    def result(self) -> Path:
        """Wait until the PDF is written; return the file.

        Raises:
            sphinx.errors.ExtensionError: when it could not be made, or only with warnings.

        """
        try:
            fault = self._answer.recv()
        except EOFError:
            fault = "Its process ended without a word."
        if fault:
            raise ExtensionError(f"The PDF was not made.\n{fault}")
        return self.folder / paths.PDF.name

    def stop(self) -> None:
        """Leave nothing running."""
        if self._process is not None:
            self._process.kill()
            self._process.join()


def _forget_registrations() -> None:
    """Let docutils know no roles, directives and nodes but its own, as when a program starts.

    This process was forked from one in which Sphinx has registered its own; it registers them again.
    """
    directives: Any = rst.directives
    roles: Any = rst.roles
    directives._directives.clear()
    roles._roles.clear()
    for node in list(docutils.additional_nodes):
        docutils.unregister_node(node)
        docutils.additional_nodes.discard(node)


def _released() -> datetime.datetime:
    return datetime.datetime.combine(released(), datetime.time(), datetime.UTC)


def _front() -> str:
    """The title page and what the document says of itself."""
    about, day = citation(), released()
    source, team = article(), author()
    cite = f"{team} ({day.year}). {about['title']}. Version {about['version']}."
    facts = [("This report", cite)]
    subtitle = "Coded interviews, counted and laid open"
    if source:
        authors = " and ".join(f"{a['given-names']} {a['family-names']}" for a in source["authors"])
        data = "Interviews January to April 2019; excerpts, initiatives and findings as printed in the article"
        facts = [
            ("The article", f"{authors} ({source['year']}). {source['title']}. {source['journal']}."),
            *facts,
            ("The data", data),
        ]
        subtitle = f"The Danish study #emph[#{quote(source['title'])};], rebuilt from coded data"
    facts.append(("The code", "Left out here. Every table and figure is made by a notebook in the folder notebooks/."))
    rows = "".join(f"({quote(name)}, [#{quote(value)}])," for name, value in facts)
    return (
        "#show: report.with((\n"
        f"  kind: [A reproducible research report],\n  title: {quote(book_title())},\n"
        f"  subtitle: [{subtitle}],\n"
        f"  authors: ({quote(team)},),\n"
        f"  date: datetime(year: {day.year}, month: {day.month}, day: {day.day}),\n"
        f"  description: {quote(about['abstract'])},\n  keywords: ({', '.join(map(quote, about['keywords']))},),\n"
        f"  abstract: [#{quote(about['abstract'])}],\n  facts: ({rows}),\n))\n"
    )


def brief_file(docname: str) -> str:
    """Return the name of the PDF that a brief is by itself."""
    return paths.BRIEF.name.replace("brief", docname.removeprefix("book/"))


def _sheet(lang: str) -> str:
    """The look of a page that stands alone, and what the document says of itself."""
    about, day = citation(), released()
    danish = lang == language.DANISH
    title = f"{about['references'][0]['title']}: én side til kommunale ledere" if danish else book_title()
    where = f"{about['title']}. Version {about['version']}, {about['date-released']}. CC BY 4.0."
    return (
        f"#show: sheet.with(lang: {quote(lang)}, title: {quote(title)}, "
        f"author: {quote(author())}, "
        f"date: datetime(year: {day.year}, month: {day.month}, day: {day.day}), foot: {quote(where)})\n"
        "#let link(target, body) = if type(target) == label { body } else { std.link(target, body) }\n#["
    )


def _back() -> str:
    """The last page: which version of what this is."""
    about = citation()
    rights = f"#{quote(licence())};."
    if article():
        rights = (
            "Text and data: CC BY 4.0. Code: MIT. The article belongs to its authors and publisher; its sentences are "
            "not reproduced here."
        )
    return (
        "\n#block(breakable: false)[#heading(level: 1, numbering: none)[Colophon]\n"
        f"#par[Version {about['version']}, released {about['date-released']}. The data this report was computed from "
        f"have the SHA-256 fingerprint]\n#par[#raw({quote(content_hash(paths.study()))})]\n"
        f'#par[over the tables in #raw("data/") and their descriptor, by name and content. {rights}]\n'
        "#par[Set in Source Sans 3 with Typst, from the same executed notebooks as the HTML edition.]]\n"
    )
