"""How MyST-NB renders what notebooks show: captioned tables and figures with a link to the data behind them."""

from __future__ import annotations

from typing import Any, ClassVar

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from kodebog.edition import _
from kodebog.report.display import METADATA, escape

BUILT = "kodebog-built"
"""Type of references to files beside the pages."""
SHOWN = "data/shown"
"""Folder of the site that holds the data behind tables and figures."""
FIGURE = "kodebog-figure"
"""Class of the figures that notebooks show."""


class ShownOutput:
    """MyST-NB plugin: renders what `kodebog.report.display` shows, with a link to the data behind it."""

    mime_priority_overrides: ClassVar[list[tuple[str, str, int | None]]] = [("*", "text/csv", None)]

    @staticmethod
    def handle_mime(renderer: NbElementRenderer, data: MimeData, inline: bool) -> list[nodes.Element] | None:
        """Return the nodes of a shown table or figure; None for what others have made."""
        known = data.output_metadata
        if not any(METADATA in about for about in known.values() if isinstance(about, dict)):
            return None
        about = known.get(data.mime_type, {}).get(METADATA)
        if about is None:  # a form for JupyterLab, which no page shows
            return []
        name = about["name"]
        environment: Any = renderer.renderer.sphinx_env
        files = kept(environment).setdefault(environment.docname, {})
        if data.mime_type == "text/csv":
            files[f"{name}.csv"] = str(data.content)
            return []
        if data.mime_type == "text/markdown":
            return [*renderer.render_markdown(data), _provenance(name)]
        files[f"{name}.svg"] = str(data.content)
        return [_figure(renderer, data, about), _provenance(name, picture=True)]


def _figure(renderer: NbElementRenderer, data: MimeData, about: dict[str, str]) -> nodes.figure:
    (image,) = renderer.render_image(data)
    image["alt"] = about["alt"]
    figure = nodes.figure("", image, classes=[FIGURE])
    markdown = renderer.renderer
    caption = nodes.caption()
    with markdown.current_node_context(caption):
        markdown.nested_render_text(escape(about["caption"]), data.line or 0, inline=True)
    figure += caption
    name = nodes.fully_normalize_name(about["name"])
    figure["names"].append(name)
    markdown.document.note_explicit_target(figure, figure)
    return figure


def kept(env: BuildEnvironment) -> dict[str, dict[str, str]]:
    """Return the data behind tables and figures as they were read, and figures: page → file name → CSV or SVG."""
    if not hasattr(env, "kodebog_data"):
        setattr(env, "kodebog_data", {})  # noqa: B010 - Sphinx keeps what extensions put there
    found: dict[str, dict[str, str]] = env.kodebog_data  # type: ignore[attr-defined]
    return found


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget the data of a page that is read again or gone."""
    kept(env).pop(docname, None)


def _provenance(name: str, picture: bool = False) -> nodes.Element:
    """The data behind a table or figure, the picture as a file, and its address; the code stands folded beside them."""
    line = nodes.paragraph(classes=["kodebog-provenance"], code=f"code-{name}")
    files = [(f"{name}.csv", _("Data (CSV)")), *([(f"{name}.svg", _("Picture (SVG)"))] if picture else [])]
    for file, words in files:
        link = addnodes.pending_xref("", reftype=BUILT, refdomain="", reftarget=f"{SHOWN}/{file}", refexplicit=True)
        link += nodes.inline("", words)
        line += [link, nodes.Text(" ")]
    line += nodes.reference("", _("Link"), refid=name, internal=True)
    return line


def name_cells(app: Sphinx, document: nodes.document) -> None:
    """Give the code of every cell that shows something an address of its own."""
    for line in [p for p in document.findall(nodes.paragraph) if "code" in p]:
        target = line["code"]
        cell: Any = line.parent
        while cell is not None and cell.get("nb_element") != "cell_code":
            cell = cell.parent
        code = next((n for n in cell.children if n.get("nb_element") == "cell_code_source"), None)
        if code is not None and target not in code["ids"]:
            code["ids"].append(target)
