"""What the book adds to Sphinx, all of it through Sphinx's own extension points.

`kodebog build`, `jupyter-book build .` and `sphinx-build` run this same extension, and so make the same book.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxRole
from sphinx.util.nodes import make_refnode
from sphinx.util.osutil import relative_uri

from kodebog import edition, paths
from kodebog.analysis.evidence import findings_with_evidence
from kodebog.analysis.ledger import STATUSES, status_of_findings
from kodebog.edition import _, noop
from kodebog.files import hash_files
from kodebog.publish import cards, editions, execution, explorer, head, language, outputs, references, site, transforms
from kodebog.publish.addresses import Addresses, addresses
from kodebog.publish.html import (
    BookTranslator,
    UnsearchedCode,
    depart_folded_code,
    visit_folded_code,
    visit_unsearched_code,
)
from kodebog.publish.pdf import PAGE_COUNT, PdfInBackground, TypstBuilder, page_count
from kodebog.publish.search import KodebogDomain, kept
from kodebog.report import catalogues, gate, metadata
from kodebog.report.display import home, speakers
from kodebog.report.facts import facts
from kodebog.report.pages import (
    citations,
    codebook,
    codings_of_initiatives,
    data_dictionary,
    imprint,
    judgements,
    settled,
    themes,
    themes_again,
    wording,
)
from kodebog.report.prose import HOLDS, NUMBERS, quantity
from kodebog.report.style import STATIC
from kodebog.report.wording import joined, known, labels
from kodebog.study import Study

THEME = Path(__file__).with_name("theme")
"""Templates, styles and scripts of the pages."""
Made = tuple[list[nodes.Node], list[nodes.system_message]]
"""What a role makes: nodes, and what went wrong."""


def _leading(to: str, said: str, *classes: str, kind: str = "kodebog", source: str = "") -> nodes.Node:
    """Words that lead to an excerpt, finding, code or file; where to is settled when all pages have been read."""
    link = addnodes.pending_xref(source, reftype=kind, refdomain="", reftarget=to, refexplicit=True)
    link += nodes.inline(said, said, classes=list(classes))
    return link


class _Link(SphinxRole):
    """Role `excerpt` or `finding`: a link to it."""

    def run(self) -> Made:
        return [_leading(self.text, self.text, "kodebog-id", source=self.rawtext)], []


MANNERS = (noop("wished"), noop("against"))
"""How an excerpt can be shown other than simply for something."""


def _study(env: BuildEnvironment) -> Study:
    """The study, looked for once in each page: whether its files have changed takes time to see."""
    if "kodebog_study" not in env.temp_data:
        env.temp_data["kodebog_study"] = Study.load()
    found: Study = env.temp_data["kodebog_study"]
    return found


class _OfStudy(SphinxRole):
    """A role that looks something up in the study."""

    @property
    def study(self) -> Study:
        """The study."""
        return _study(self.env)


def _mark(study: Study, excerpt: str, manner: str = "") -> nodes.Node:
    """A mark that leads to an excerpt: who speaks gives its look, and so does how."""
    speaker = dict(study.excerpts[["excerpt", "perspective"]].itertuples(index=False, name=None))[excerpt]
    said = f"{excerpt}, {known(manner)}" if manner else excerpt
    return _leading(excerpt, said, "kodebog-voice", speakers(study)[speaker], f"of-{speaker}", *manner.split())


class _Voice(_OfStudy):
    """Role `voice`: an excerpt as a mark that leads to it; `E07 wished` is hollow, `E07 against` struck through."""

    def run(self) -> Made:
        excerpt, _, manner = self.text.partition(" ")
        if excerpt not in set(self.study.excerpts["excerpt"]):
            return [], [self.inliner.reporter.error(f"no excerpt “{excerpt}”", line=self.lineno)]
        return [_mark(self.study, excerpt, manner)], []


class _Rung(_OfStudy):
    """Role `rung`: a finding as a mark that leads to it; `F07 sides` is as dark as its status is strong."""

    def run(self) -> Made:
        finding, _, strength = self.text.partition(" ")
        if finding not in set(self.study.findings["finding"]) or strength not in STATUSES:
            return [], [self.inliner.reporter.error(f"no finding or no status “{self.text}”", line=self.lineno)]
        return [_leading(finding, finding, "kodebog-rung", strength)], []


class _Voices(_OfStudy):
    """Role `voices`: the excerpts that show a finding and those that speak against it, as marks; or that none does."""

    def run(self) -> Made:
        rows = findings_with_evidence(self.study).set_index("finding")
        if self.text not in rows.index:
            return [], [self.inliner.reporter.error(f"no finding “{self.text}”", line=self.lineno)]
        row = rows.loc[self.text]
        marks = [_mark(self.study, excerpt) for excerpt in row["excerpts"]]
        marks += [_mark(self.study, excerpt, "against") for excerpt in row["against"]]
        return marks or [nodes.emphasis("", _("no excerpt"))], []


class _Status(_OfStudy):
    """Role `status`: what is said of a finding by what is printed for it, in words."""

    def run(self) -> Made:
        said = status_of_findings(self.study)
        if self.text not in said.index:
            return [], [self.inliner.reporter.error(f"no finding “{self.text}”", line=self.lineno)]
        return [nodes.emphasis("", known(said[self.text]))], []


class _Speakers(_OfStudy):
    """Role `speakers`: from which perspectives excerpts show a finding, in words."""

    def run(self) -> Made:
        rows = findings_with_evidence(self.study).set_index("finding")["excerpts"]
        if not len(rows.get(self.text, ())):
            return [], [self.inliner.reporter.error(f"no excerpt shows “{self.text}”", line=self.lineno)]
        spoken = set(self.study.excerpts.set_index("excerpt").loc[list(rows[self.text]), "perspective"])
        names = [name.lower() for key, name in labels(self.study, "sample").items() if key in spoken]
        return [nodes.Text(joined(names))], []


class _Anchor(SphinxRole):
    """Role `anchor`: the address of an excerpt, a finding or a code."""

    def run(self) -> Made:
        said = self.text.removeprefix("code-")
        return [nodes.inline(said, said, ids=[self.text], classes=["kodebog-id"])], []


class _Definition(_OfStudy):
    """Role `definition`: a code's label, which leads to its definition."""

    def run(self) -> Made:
        names = labels(self.study, "codes")
        if self.text not in names:
            return [], [self.inliner.reporter.error(f"no code “{self.text}”", line=self.lineno)]
        return [_leading(f"code-{self.text}", names[self.text])], []


class _Holders(SphinxRole):
    """Role `holders`: a number, which leads to the excerpts that carry the code; `incentives 4`."""

    def run(self) -> Made:
        code, _, number = self.text.partition(" ")
        return [_leading(code, number, kind="kodebog-filter")], []


class _Fact(_OfStudy):
    """Role `fact`, `count` or `capital-count`: a number computed from the study, in figures or in words."""

    def run(self) -> Made:
        known = facts(self.study)
        if self.text not in known:
            return [], [self.inliner.reporter.error(f"no fact “{self.text}”", line=self.lineno)]
        return [nodes.Text(NUMBERS[self.name](known[self.text]))], []


class _Quantity(_OfStudy):
    """Role `all`, `most`, `none` …: a word of quantity, which fails when it does not hold."""

    def run(self) -> Made:
        said = quantity(self.name, self.text)
        fault = said.fault(facts(self.study)) if said else "is not of the form n / total"
        if said is None or fault:
            return [], [self.inliner.reporter.error(f"“{self.name}” {fault}, in “{self.text}”", line=self.lineno)]
        return [nodes.Text(said.shown)], []


class _Reported(SphinxRole):
    """Role `reported`: a word of quantity that the article says and that its excerpts cannot show."""

    def run(self) -> Made:
        return [nodes.Text(self.text)], []


class _Built(SphinxRole):
    """Role `built`: a link to a file beside the pages, `words <file>`; in the PDF the words alone."""

    def run(self) -> Made:
        words, _, target = self.text.removesuffix(">").partition(" <")
        target = target.replace("DATA.zip", metadata.package_name(paths.study())).replace("REPORT.pdf", paths.PDF.name)
        return [_leading(target, words, kind=outputs.BUILT, source=self.rawtext)], []


def _resolve(app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, child: nodes.Node) -> nodes.Node | None:
    target = node["reftarget"]
    if node.get("reftype") == outputs.BUILT:
        if app.builder.format != "html" or (paths.PRIVATE and target.endswith((".zip", site.SUMS))):
            return child
        address = relative_uri(app.builder.get_target_uri(node["refdoc"]), editions.beside(target))
        kept = {"html": {"download": ""}} if target.endswith((".csv", ".zip")) else {}
        return nodes.reference("", "", child, refuri=address, internal=True, **kept)
    if node.get("reftype") == "kodebog-filter":
        if app.builder.format != "html":
            return child
        address = app.builder.get_relative_uri(node["refdoc"], explorer.first_with(_study(env), target))
        return nodes.reference("", "", child, refuri=f"{address}?code={target}", internal=True)
    if node.get("reftype") != "kodebog":
        return None
    if target.startswith("code-"):
        return make_refnode(app.builder, node["refdoc"], "book/codebook", target, child)
    return make_refnode(app.builder, node["refdoc"], f"notebooks/{home(_study(env), target)}", target, child)


def _generate(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the generated part into the pages that ask for one."""
    parts: dict[str, Callable[[], str]] = {
        "data dictionary": lambda: data_dictionary(paths.study()),
        "citations": citations,
        "codebook": lambda: codebook(Study.load()),
        "codings of initiatives": lambda: codings_of_initiatives(Study.load()),
        "judgements": lambda: judgements(Study.load()),
        "settled": lambda: settled(Study.load()),
        "themes": lambda: themes(Study.load()),
        "themes again": lambda: themes_again(Study.load()),
        "imprint": imprint,
        "wording": lambda: wording(Study.load()),
    }
    for name, make in parts.items():
        if (mark := f"% generated: {name}\n") in source[0]:
            made = make()
            source[0] = source[0].replace(mark, f"{made}\n")
            if edition.language() != edition.source() and any(catalogues.headings_of([(made, made)])):
                with edition.making(edition.source()):
                    app.env.temp_data.setdefault(editions.GENERATED, []).append((make(), made))


def _settle(app: Sphinx, config: Config) -> None:
    """Settle what depends on more than the configuration: where the book is published, whether it is private."""
    where = addresses()
    config.kodebog_addresses = where
    config.html_baseurl, config.notfound_urls_prefix = where.book, where.path()
    if edition.language() != edition.source():
        config.myst_heading_slug_func = "kodebog.report.catalogues.slug"
    if "bibtex_bibfiles" in config and config.bibtex_bibfiles:
        references.use(config)
    if config.notfound_context:
        config.notfound_context = editions.not_found(config.notfound_context)
    config.html_show_search_summary = False  # which asks for every page that it finds; snippets.js knows them
    config.templates_path = [*config.templates_path, str(THEME / "templates")]
    config.html_static_path = [*config.html_static_path, str(THEME / "static"), str(STATIC)]
    config.html_favicon = config.html_favicon or str(THEME / "static" / "favicon.svg")
    config.kodebog_around = [
        hash_files(THEME, THEME / "static"),
        hash_files(STATIC, STATIC),
        hash_files(paths.ROOT, *language.glossary()),  # terms are marked, linked and shown on every page
        edition.language(),
    ]
    config.kodebog_draft = not paths.PRIVATE and bool(gate.questions(paths.study()))
    if config.kodebog_draft:
        config.html_theme_options["announcement"] = known(head.DRAFT_WORDS)
    if paths.PRIVATE:
        config.html_title = metadata.book_title()
        config.html_theme_options["announcement"] = known(head.PRIVATE_WORDS)


def _outdated(app: Sphinx, env: BuildEnvironment, *_: Any) -> list[str]:
    """The pages to read again: all, when anything that outputs and citations are made from has changed.

    The landing page always, but while one writes: with no page to write Sphinx copies no style sheets.
    """
    now = execution.book_hash() + (paths.ROOT / "CITATION.cff").read_text(encoding="utf-8")
    before = getattr(env, "kodebog_causes", None)
    setattr(env, "kodebog_causes", now)  # noqa: B010 - Sphinx keeps what extensions put there
    if before != now:
        return list(env.found_docs)
    return [app.config.root_doc] if app.builder.format == "html" and not app.config.kodebog_live else []


class _Finishing:
    """Makes the other editions and the PDF beside the pages, and the folder of pages a site when all are there."""

    def __init__(self) -> None:
        self.pdf: PdfInBackground | None = None
        self.others: dict[str, editions.EditionInBackground] = {}

    def begin(self, app: Sphinx) -> None:
        first = edition.language() == edition.source()
        if app.builder.name == "html" and first and not app.config.kodebog_alone:
            for name in edition.editions():  # once for all processes
                with edition.making(name):
                    facts(Study.load())
            for name in edition.others():
                self.others[name] = editions.EditionInBackground(app, name)
                self.others[name].start()

    def start(self, app: Sphinx, *_: Any) -> None:
        if app.builder.name == "html" and app.config.kodebog_pdf:
            Study.load()  # once for both processes
            self.pdf = PdfInBackground(app)
            self.pdf.start()

    def pages(self, _app: Sphinx) -> int | None:
        """Return how many pages the PDF has, when it is there."""
        return page_count(self.pdf.result()) if self.pdf else None

    def end(self, app: Sphinx, fault: Exception | None) -> None:
        try:
            if fault is None and app.builder.name == "html":
                for other in self.others.values():
                    other.result()
                if app.config.kodebog_live:
                    site.write_data(app)
                else:
                    site.finish(app, self.pdf.result() if self.pdf else None, self.others)
        finally:
            for process in (self.pdf, *self.others.values()):
                if process is not None:
                    process.stop()


def setup(app: Sphinx) -> dict[str, Any]:
    """Register all of it."""
    app.setup_extension("myst_nb")
    # Jupyter Book 1 sets these for extensions of its own, which this book does without
    for name in ("comments_config", "use_jupyterbook_latex", "use_multitoc_numbering"):
        if name not in app.config.values:
            app.add_config_value(name, None, "")
    app.add_config_value("kodebog_addresses", Addresses("", ""), "html")
    # what stands on pages other than its own: checksums of style sheets, of scripts and of the glossary
    app.add_config_value("kodebog_around", [], "html")
    app.add_config_value("kodebog_pdf", True, "")
    app.add_config_value("kodebog_draft", False, "html")
    app.add_config_value("kodebog_live", False, "html")
    app.add_config_value("kodebog_alone", False, "html")
    app.add_builder(TypstBuilder)
    app.add_domain(KodebogDomain)
    app.add_css_file("kodebog.css")
    app.add_node(UnsearchedCode, html=(visit_unsearched_code, None))
    app.add_node(cards.Fold, html=(cards.visit_fold, cards.depart_fold))
    app.set_translator("html", BookTranslator)
    app.add_node(HideCodeCellNode, override=True, html=(visit_folded_code, depart_folded_code))
    for name, role in {
        "excerpt": _Link(),
        "finding": _Link(),
        "anchor": _Anchor(),
        "definition": _Definition(),
        "holders": _Holders(),
        "voice": _Voice(),
        "rung": _Rung(),
        "voices": _Voices(),
        "status": _Status(),
        "speakers": _Speakers(),
        **{name: _Fact() for name in NUMBERS},
        "built": _Built(),
        "reported": _Reported(),
        **dict.fromkeys(HOLDS, _Quantity()),
    }.items():
        app.add_role(name, role)
    for transform in (
        transforms.MarkOtherLanguage,
        transforms.GlossaryTerms,
        transforms.ReadableTables,
        cards.Findings,
        cards.Brief,
        cards.FoldedTables,
        transforms.Explorer,
        transforms.Experiment,
        transforms.QuietCode,
        transforms.Tools,
    ):
        app.add_post_transform(transform)
    finishing = _Finishing()
    app.connect("config-inited", _settle, priority=100)
    app.connect("missing-reference", _resolve)
    app.connect("source-read", editions.translate, priority=400)
    app.connect("source-read", _generate)
    app.connect("doctree-read", editions.keep_addresses, priority=300)
    app.connect("doctree-read", editions.translate_contents, priority=300)
    app.connect("doctree-read", outputs.name_cells, priority=400)
    app.connect("doctree-read", lambda app, document: kept(app.env).note(app.env.docname, document), priority=500)
    app.connect("env-get-outdated", _outdated)
    app.connect("env-purge-doc", outputs.forget)
    app.connect("env-updated", lambda _, env: kept(env).outdated())
    app.add_event(PAGE_COUNT)
    app.connect(PAGE_COUNT, finishing.pages)
    app.connect("builder-inited", finishing.begin)
    app.connect("write-started", finishing.start)
    app.connect("html-page-context", head.page_context, priority=900)
    app.connect("html-collect-pages", site.clean_search_index)
    app.connect("html-collect-pages", site.write_texts)
    app.connect("build-finished", finishing.end)
    return {"parallel_read_safe": False, "parallel_write_safe": True, "version": "2"}
