"""How pages are written: Sphinx's translator, with attributes that transforms set, and figures in the page itself."""

from __future__ import annotations

import html
import re
import struct
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.writers.html5 import HTML5Translator

from kodebog.publish.outputs import FIGURE
from kodebog.report.style import MUTED, SPEAKERS


class BookTranslator(HTML5Translator):
    """Writes pages that can be read without a mouse, without colour and without inline styles."""

    def starttag(self, node: Any, tagname: str, *rest: Any, **attributes: Any) -> str:
        """Return a tag, with the attributes that the transforms have set on its node."""
        if isinstance(node, nodes.Element):
            attributes |= node.get("html", {})
        if tagname == "col" and "style" in attributes:  # the content security policy forbids style attributes
            attributes["width"] = attributes.pop("style").removeprefix("width:").strip()
        if attributes.get("role") == "doc-biblioentry":
            attributes["role"] = "listitem"  # which is what the list around it must hold
        return str(super().starttag(node, tagname, *rest, **attributes))

    def visit_image(self, node: nodes.Element) -> None:
        """Put a figure into the page itself: its marks can then be links, and its text follows light and dark."""
        figure = node.parent
        if not (isinstance(figure, nodes.figure) and FIGURE in figure["classes"]):
            source = Path(self.builder.srcdir) / node["uri"]  # which Sphinx now replaces by an address
            super().visit_image(node)
            if source.suffix == ".png":  # a picture whose size is known moves nothing when it comes
                width, height = _size(source)
                self.body[-1] = self.body[-1].replace("<img ", f'<img width="{width}" height="{height}" ', 1)
            return
        svg = (Path(self.builder.srcdir) / node["uri"]).read_text(encoding="utf-8")
        self.body.append(inline_svg(svg, figure["ids"][0], node["alt"]))
        raise nodes.SkipNode

    def visit_literal_block(self, node: nodes.Element) -> None:
        """Let the keyboard reach code, whose long lines are moved sideways."""
        try:
            super().visit_literal_block(node)
        except nodes.SkipNode:
            self.body[-1] = self.body[-1].replace("<pre>", '<pre tabindex="0">', 1)
            raise


def _size(png: Path) -> tuple[int, int]:
    """Width and height of a PNG file, which stand at its beginning."""
    with png.open("rb") as file:
        head = file.read(24)
    width, height = struct.unpack(">II", head[16:24])
    return width, height


class UnsearchedCode(nodes.General, nodes.Element):
    """Code of a notebook, shown but not found: the search, which reads what a page's nodes say, sees nothing in it."""


def visit_unsearched_code(self: HTML5Translator, node: nodes.Element) -> None:
    """Write the code, as Sphinx does."""
    self.visit_literal_block(node["block"])


def inline_svg(svg: str, name: str, alt: str) -> str:
    """Return an SVG file's picture for use inside a page: ids of its own, the page's text colour, its alternative."""
    svg = re.sub(r"<style.*?</style>", "", svg[svg.index("<svg") :], flags=re.DOTALL)  # kodebog.css says the same
    for identifier in set(re.findall(r'\bid="([^"]+)"', svg)):
        for before, after in (('id="', '"'), ('href="#', '"'), ("url(#", ")")):
            svg = svg.replace(f"{before}{identifier}{after}", f"{before}{name}-{identifier}{after}")
    svg = svg.replace(MUTED, "currentColor")
    for number, colour in enumerate(SPEAKERS, 1):
        svg = svg.replace(colour, f"var(--speaker-{number})")
    svg = re.sub(r'<a [^>]*?xlink:href="([^"]*#)([EF]\d+)"[^>]*>', r'<a href="\1\2" aria-label="\2">', svg)
    svg = svg.replace("xlink:href", "href")
    # a picture is one thing to a screen reader; one with links in it is a group that holds them
    role = "group" if "<a " in svg else "img"
    return svg.replace("<svg ", f'<svg role="{role}" aria-label="{html.escape(alt)}" ', 1)


def visit_folded_code(self: HTML5Translator, node: nodes.Element) -> None:
    """Fold code; MyST-NB's own fold has a name for screen readers that is not what it shows."""
    classes = " ".join(["admonition", "hide", *node["classes"]])
    words = "".join(
        f'<span class="{state} admonition-title">{html.escape(node[prompt])}</span>\n'
        for state, prompt in (("collapsed", "prompt_show"), ("expanded", "prompt_hide"))
    )
    self.body.append(f'<details class="{classes}">\n<summary>\n{words}</summary>\n')


def depart_folded_code(self: HTML5Translator, node: nodes.Element) -> None:
    """End the fold."""
    self.body.append("</details>\n")
