"""What the book adds to Sphinx: links to excerpts and findings, shown tables and figures, generated pages."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from bs4 import BeautifulSoup
from docutils import nodes
from docutils.parsers.rst.states import Inliner
from myst_nb.core.render import MimeData, NbElementRenderer
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode
from sphinx.util.osutil import relative_uri

from kodebog import paths
from kodebog.publish import execution, explorer, language, web
from kodebog.report import metadata
from kodebog.report.display import METADATA, MUTED, escape
from kodebog.report.facts import facts
from kodebog.report.pages import citations, codebook, codings_of_initiatives, data_dictionary, wording
from kodebog.study import Study

HOMES = {"E": "notebooks/evidence", "F": "notebooks/reproduction"}
"""The page on which each excerpt and finding has its address."""


def _to(
    name: str, rawtext: str, text: str, lineno: int, inliner: Inliner, options: Any = None, content: Any = ()
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """Role `excerpt` or `finding`: a link to it."""
    link = addnodes.pending_xref(rawtext, reftype="kodebog", refdomain="", reftarget=text, refexplicit=True)
    link += nodes.inline(text, text, classes=["kodebog-id"])
    return [link], []


def _anchor(
    name: str, rawtext: str, text: str, lineno: int, inliner: Inliner, options: Any = None, content: Any = ()
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """Role `anchor`: the address of an excerpt or finding."""
    return [nodes.inline(text, text, ids=[text], classes=["kodebog-id"])], []


def _fact(
    name: str, rawtext: str, text: str, lineno: int, inliner: Inliner, options: Any = None, content: Any = ()
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """Role `fact`: a number computed from the study, for pages that run no code."""
    known = facts(Study.load())
    if text not in known:
        return [], [inliner.reporter.error(f"no fact “{text}”", line=lineno)]
    return [nodes.inline(rawtext, str(known[text]))], []


def _built(
    name: str, rawtext: str, text: str, lineno: int, inliner: Inliner, options: Any = None, content: Any = ()
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """Role `built`: a link to a file beside the pages, `words <file>`; in the PDF the words alone."""
    words, _, target = text.removesuffix(">").partition(" <")
    target = target.replace("DATA.zip", metadata.package_name(paths.study())).replace("REPORT.pdf", paths.PDF.name)
    link = addnodes.pending_xref(rawtext, reftype="kodebog-built", refdomain="", reftarget=target, refexplicit=True)
    link += nodes.inline(words, words)
    return [link], []


def _resolve(app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, child: nodes.Node) -> nodes.Node | None:
    target = node["reftarget"]
    if node.get("reftype") == "kodebog-built":
        if app.builder.format != "html" or (paths.PRIVATE and target.endswith((".zip", web.SUMS))):
            return child
        address = relative_uri(app.builder.get_target_uri(node["refdoc"]), target)
        return nodes.reference("", "", child, refuri=address, internal=True)
    if node.get("reftype") != "kodebog":
        return None
    return make_refnode(app.builder, node["refdoc"], HOMES[target[0]], target, child)


class ShownOutput:
    """MyST-NB plugin: renders what `kodebog.display` shows, with a link to the data behind it."""

    mime_priority_overrides: ClassVar[list[tuple[str, str, int | None]]] = [("*", "text/csv", None)]

    @staticmethod
    def handle_mime(renderer: NbElementRenderer, data: MimeData, inline: bool) -> list[nodes.Element] | None:
        """Return the nodes of a shown table or figure; None for what others have made."""
        about = data.output_metadata.get(data.mime_type, {}).get(METADATA)
        if about is None:
            return None
        name = about["name"]
        if data.mime_type == "text/csv":
            renderer.write_file([f"{name}.csv"], str(data.content).encode(), overwrite=True)
            return []
        shown: list[nodes.Element]
        if data.mime_type == "text/markdown":
            shown = renderer.render_markdown(data)
        else:
            shown = [_figure(renderer, data, about)]
        csv_file = renderer.write_file([f"{name}.csv"], b"", overwrite=False, exists_ok=True)
        return [*shown, _provenance(name, csv_file)]


def _figure(renderer: NbElementRenderer, data: MimeData, about: dict[str, str]) -> nodes.figure:
    (image,) = renderer.render_image(data)
    image["alt"] = about["alt"]
    figure = nodes.figure("", image, classes=["kodebog-figure"])
    markdown = renderer.renderer
    caption = nodes.caption()
    with markdown.current_node_context(caption):
        markdown.nested_render_text(escape(about["caption"]), data.line or 0, inline=True)
    figure += caption
    name = nodes.fully_normalize_name(about["name"])
    figure["names"].append(name)
    markdown.document.note_explicit_target(figure, figure)
    return figure


def _provenance(name: str, csv_file: str) -> nodes.Element:
    """«Data» leads to the CSV file, «Made by» to the cell."""
    line = nodes.paragraph(classes=["kodebog-provenance"], code=f"code-{name}")
    data = addnodes.download_reference("", "", reftarget=csv_file, refexplicit=True, refdoc="")
    data += nodes.inline("", "Data (CSV)")
    made = nodes.reference("", "Made by this code", refid=line["code"], internal=True)
    line += [data, nodes.Text(" · "), made]
    return line


def _name_cells(app: Sphinx, document: nodes.document) -> None:
    """Give the code of every cell that shows something an address of its own."""
    for line in [p for p in document.findall(nodes.paragraph) if "code" in p]:
        target = line["code"]
        cell: Any = line.parent
        while cell is not None and cell.get("nb_element") != "cell_code":
            cell = cell.parent
        code = next((n for n in cell.children if n.get("nb_element") == "cell_code_source"), None)
        if code is not None and target not in code["ids"]:
            code["ids"].append(target)


def _generate(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the generated part into the pages that ask for one."""
    parts: dict[str, Callable[[], str]] = {
        "data dictionary": lambda: data_dictionary(paths.study()),
        "citations": citations,
        "codebook": lambda: codebook(Study.load()),
        "codings of initiatives": lambda: codings_of_initiatives(Study.load()),
        "wording": lambda: wording(Study.load()),
    }
    for name, make in parts.items():
        if (mark := f"% generated: {name}\n") in source[0]:
            source[0] = source[0].replace(mark, f"{make()}\n")


def _finish_body(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Make a page's body one that can be read without a mouse, without colour and without inline styles."""
    if not context.get("body"):
        return
    soup = BeautifulSoup(context["body"], "html.parser")
    _readable_tables(soup)
    _inline_figures(soup, app)
    _no_inline_styles(soup)
    for entry in soup.select(".citation[role=doc-biblioentry]"):
        entry["role"] = "listitem"  # which is what the list around it must hold
    for summary in soup.select("details.hide > summary"):
        summary.attrs.pop("aria-label", None)  # what it shows is its name
        for words in summary.select("p"):
            words.name = "span"  # no paragraph may stand here
    for code in soup.select("div.highlight pre"):
        code["tabindex"] = "0"  # a long line is moved sideways, with the keyboard too
    if pagename == explorer.PAGE:
        explorer.equip(soup, Study.load())
        for script in explorer.SCRIPTS:
            app.add_js_file(script)
    language.mark(soup, Study.load())
    context["body"] = str(soup)


def _readable_tables(soup: BeautifulSoup) -> None:
    """Tie every cell to its heads, for screen readers and for phones, where a row becomes a card."""
    for wrapper in soup.select("div.table-wrapper[id]"):
        del wrapper["id"]  # the theme gives it the address of the table within
    for table in soup.select("table.docutils"):
        heads = [th.get_text(" ", strip=True) for th in table.select("thead th")]
        # the roles keep the table a table where the style sheet lays it out as cards
        table["role"] = "table"
        for part in table.select("thead, tbody"):
            part["role"] = "rowgroup"
        for row in table.select("tr"):
            row["role"] = "row"
        for head in table.select("thead th"):
            head.attrs |= {"scope": "col", "role": "columnheader"}
        for row in table.select("tbody tr"):
            for text, cell in zip(heads, row.find_all(["td", "th"], recursive=False), strict=False):
                if cell.name == "th":
                    cell.attrs |= {"scope": "row", "role": "rowheader"}
                else:
                    cell.attrs |= {"data-head": text, "role": "cell"}


def _no_inline_styles(soup: BeautifulSoup) -> None:
    """Say widths of columns without a style attribute, which the content security policy forbids."""
    for column in soup.select("col[style]"):
        column["width"] = str(column["style"]).removeprefix("width:").strip()
        del column["style"]


def _inline_figures(soup: BeautifulSoup, app: Sphinx) -> None:
    """Put each figure into the page itself: its marks can then be links, and its text follows light and dark."""
    files = {Path(copy).name: Path(app.srcdir) / original for original, copy in app.builder.images.items()}
    for image in soup.select("figure.kodebog-figure img"):
        name = str(image.find_parents("figure")[0]["id"])
        svg = files[Path(str(image["src"])).name].read_text(encoding="utf-8")
        image.replace_with(BeautifulSoup(inline_svg(svg, name, str(image["alt"])), "html.parser"))


def inline_svg(svg: str, name: str, alt: str) -> str:
    """Return an SVG file's picture for use inside a page: ids of its own, the page's text colour, its alternative."""
    svg = re.sub(r"<style.*?</style>", "", svg[svg.index("<svg") :], flags=re.DOTALL)  # kodebog.css says the same
    for identifier in set(re.findall(r'\bid="([^"]+)"', svg)):
        for before, after in (('id="', '"'), ('href="#', '"'), ("url(#", ")")):
            svg = svg.replace(f"{before}{identifier}{after}", f"{before}{name}-{identifier}{after}")
    svg = svg.replace(MUTED, "currentColor")
    svg = re.sub(r'<a [^>]*?xlink:href="([^"]*#)([EF]\d+)"[^>]*>', r'<a href="\1\2" aria-label="\2">', svg)
    svg = svg.replace("xlink:href", "href")
    # a picture is one thing to a screen reader; one with links in it is a group that holds them
    role = "group" if "<a " in svg else "img"
    return svg.replace("<svg ", f'<svg role="{role}" aria-label="{html.escape(alt)}" ', 1)


def _outdated(app: Sphinx, env: BuildEnvironment, *_: Any) -> list[str]:
    """All pages, when anything that outputs and citations are made from has changed since they were read."""
    now = execution.environment_hash() + (paths.ROOT / "CITATION.cff").read_text(encoding="utf-8")
    before = getattr(env, "kodebog_causes", None)
    setattr(env, "kodebog_causes", now)  # noqa: B010 - Sphinx keeps what extensions put there
    return [] if before == now else list(env.found_docs)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register all of it."""
    app.add_builder(web.BookBuilder, override=True)
    app.add_config_value("kodebog_addresses", web.Addresses("", ""), "html")
    # what stands on pages other than its own: checksums of style sheets and scripts, Danish terms
    app.add_config_value("kodebog_around", [], "html")
    app.add_role("excerpt", _to)
    app.add_role("finding", _to)
    app.add_role("anchor", _anchor)
    app.add_role("fact", _fact)
    app.add_role("built", _built)
    app.connect("config-inited", web.mark_private)
    app.connect("missing-reference", _resolve)
    app.connect("source-read", _generate)
    app.connect("doctree-read", _name_cells, priority=400)
    app.connect("env-get-outdated", _outdated)
    app.connect("html-page-context", _finish_body)
    app.connect("html-page-context", web.page_context, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}
