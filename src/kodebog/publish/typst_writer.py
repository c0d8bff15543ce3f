"""From a resolved Sphinx doctree to Typst markup.

A node type that has no method here stops the build with its name; nothing is left out in silence. Text is written as
Typst strings, so no character of it can be taken for markup.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from docutils import nodes

from kodebog.edition import _
from kodebog.errors import KodebogError
from kodebog.publish.search import running_text
from kodebog.report.style import drawable
from kodebog.report.tables import FOLDED

TEXT_WIDTH = 470
"""Width of the page's text in points: A4 with margins of 22 mm."""


class UnknownNodeError(KodebogError):
    """The doctree holds a node that the writer does not know."""


def quote(text: str) -> str:
    """Return a Typst string literal; PDF/UA-1 allows no character that no typeface has."""
    return json.dumps(drawable(text), ensure_ascii=False)


def _width(image: Path) -> str:
    """The width at which an SVG's text is as large as the text around it: its own, or the page's where that is less."""
    own = (
        re.search(r'<svg[^>]* width="([\d.]+)pt"', image.read_text(encoding="utf-8"))
        if image.suffix == ".svg"
        else None
    )
    return f"{own.group(1)}pt" if own and float(own.group(1)) < TEXT_WIDTH else "100%"


def label(docname: str, identifier: str = "") -> str:
    """Return the name of the Typst label of a page, or of a place on it."""
    return f"{docname}#{identifier}" if identifier else docname


SOME_ROWS = 14
"""A table of so many rows stays on one page where it is not high."""
ENOUGH = 1500
"""Characters of a chapter that have to follow on a table at the foot of a page; else it would leave the chapter."""
IMAGES = "images"
"""Folder of the Typst project that holds the pictures."""
REGIONS = {"da": '"DK"', "en": '"GB"'}
"""Where a language is spoken, as Typst writes it; others have none."""


def _speak(node: Any) -> str:
    """Markup after which the rest of a block is in the language of the node; nothing where that is the document's."""
    languages = [name.removeprefix("language-") for name in node["classes"] if name.startswith("language-")]
    return f"#set text(lang: {quote(languages[0])}, region: {REGIONS.get(languages[0], 'none')});" if languages else ""


def _before_table(node: nodes.Element) -> bool:
    """Whether a paragraph in a section leads to a table."""
    after = node.next_node(descend=False, siblings=True) if isinstance(node.parent, nodes.section) else None
    return after is not None and any(True for _ in after.findall(nodes.table))


def _text_follows(node: nodes.Element) -> bool:
    """Whether text of the same section follows on a table, and so much of the chapter that the table stays in it."""
    if not _next_is_text(node):
        return False
    lengths = itertools.accumulate(len(paragraph.astext()) for paragraph in running_text(node, onwards=True))
    return any(length >= ENOUGH for length in lengths)


def _next_is_text(node: nodes.Node) -> bool:
    while not isinstance(node.parent, nodes.section | nodes.document | None):
        node = node.parent
    after: Any = node.next_node(descend=False, siblings=True)
    if after is not None and "kodebog-provenance" in after.get("classes", ()):  # which the PDF leaves out
        return _next_is_text(after)
    return after is not None and not isinstance(after, nodes.section)


class TypstWriter(nodes.NodeVisitor):
    """Writes one page of the book; `labels`, `targets` and `images` are what it defines, leads to, shows."""

    def __init__(
        self,
        document: nodes.document,
        docname: str,
        numbers: dict[str, dict[str, tuple[int, ...]]],
        source: Path,
        numbered: bool = True,
    ) -> None:
        super().__init__(document)
        self.numbered = numbered
        self.docname, self.numbers, self.source = docname, numbers, source
        self.body: list[str] = []
        self.level = 0
        self.labels: set[str] = set()
        self.targets: set[str] = set()
        self.images: set[str] = set()
        self.counts = {"figure": 0, "table": 0}
        self.legend = ""
        self._define(label(docname))

    def write(self) -> str:
        """Return the page as Typst markup."""
        self.document.walkabout(self)
        return "".join(self.body)

    # what helps the methods below

    def _put(self, text: str) -> None:
        self.body.append(text)

    def _define(self, name: str) -> None:
        """A place that links can lead to."""
        if name not in self.labels:
            self.labels.add(name)
            self._put(f"#metadata(none)#label({quote(name)})")

    def _ids(self, node: nodes.Element) -> None:
        for identifier in node["ids"]:
            self._define(label(self.docname, identifier))

    def _captured(self, node: nodes.Node | None) -> str:
        """The children of a node as content, taken out of the running text."""
        if node is None:
            return ""
        outer, self.body = self.body, []
        for child in node.children:
            child.walkabout(self)
        inner, self.body = "".join(self.body), outer
        return inner

    def _number(self, kind: str, node: nodes.Element) -> str:
        word = {"figure": _("Fig. %s"), "table": _("Table %s")}[kind]
        for identifier in node["ids"]:
            if found := self.numbers.get(kind, {}).get(identifier):
                return word % ".".join(map(str, found))
        return ""

    def unknown_visit(self, node: nodes.Node) -> None:
        """Stop: the page holds something this writer cannot write."""
        place = f"{node.source or self.docname}, line {node.line}"
        raise UnknownNodeError(f"{place}: the PDF writer does not know “{type(node).__name__}”; add it to {__name__}")

    def unknown_departure(self, node: nodes.Node) -> None:
        """Leave a node that needed no end."""

    # structure

    def visit_document(self, node: nodes.Element) -> None:
        pass

    def visit_section(self, node: nodes.Element) -> None:
        self.level += 1
        self._ids(node)

    def depart_section(self, node: nodes.Element) -> None:
        self.level -= 1

    def visit_title(self, node: nodes.Element) -> None:
        flush = "\n#place.flush()" if self.level == 1 else ""  # no table goes on into the next chapter
        plain = "" if self.numbered else ", numbering: none"
        self._put(f"{flush}\n#heading(level: {self.level}{plain})[")

    def depart_title(self, node: nodes.Element) -> None:
        self._put("]\n")

    def visit_paragraph(self, node: nodes.Element) -> None:
        if "kodebog-provenance" in node["classes"]:  # where data and code are is said once, in the front matter
            raise nodes.SkipNode
        if "kodebog-legend" in node["classes"]:  # it stays with the table behind it
            self.legend = self._captured(node)
            raise nodes.SkipNode
        self._ids(node)
        self._put(f"#{'kept-with-next' if _before_table(node) else 'par'}[{_speak(node)}")

    def depart_paragraph(self, node: nodes.Element) -> None:
        self._put("]\n")

    def visit_compound(self, node: nodes.Element) -> None:
        pass

    def visit_toctree(self, node: nodes.Element) -> None:
        raise nodes.SkipNode

    visit_index = visit_comment = visit_toctree

    def visit_target(self, node: nodes.Element) -> None:
        self._ids(node)

    def visit_container(self, node: nodes.Element) -> None:
        if node.get("nb_element") == "cell_code_source" or "kodebog-ways" in node["classes"]:
            raise nodes.SkipNode
        self._ids(node)
        if "sd-card" in node["classes"]:
            self._put("#boxed(none)[")

    def depart_container(self, node: nodes.Element) -> None:
        if "sd-card" in node["classes"]:
            self._put("]\n")

    def visit_PassthroughTextElement(self, node: nodes.Element) -> None:
        if "sd-stretched-link" in node["classes"]:
            raise nodes.SkipNode
        self._put("#par[#strong[" if "sd-card-title" in node.parent["classes"] else "")

    def depart_PassthroughTextElement(self, node: nodes.Element) -> None:
        self._put("]]\n" if "sd-card-title" in node.parent["classes"] else "")

    # inline

    def visit_Text(self, node: nodes.Text) -> None:
        self._put("#" + quote(node.astext().replace("\n", " ")) + ";")

    def visit_emphasis(self, node: nodes.Element) -> None:
        self._put(f"#emph[{_speak(node)}")

    def visit_strong(self, node: nodes.Element) -> None:
        self._put(f"#strong[{_speak(node)}")

    def _close(self, node: nodes.Element) -> None:
        self._put("]")

    depart_emphasis = depart_strong = _close

    def visit_inline(self, node: nodes.Element) -> None:
        self._ids(node)
        kinds = node["classes"]
        if "kodebog-rung" in kinds:
            self._put(f"#rung({quote(kinds[-1])}, {quote(node.astext())})")
            raise nodes.SkipNode
        if "kodebog-voice" in kinds or "kodebog-key" in kinds:
            manner = next((k for k in ("wished", "against") if k in kinds), "")
            words = node.astext().partition(",")[0] if "kodebog-voice" in kinds else node.astext()
            who = next((k for k in kinds if k.startswith("speaker-")), "")
            self._put(f"#voice({quote(who)}, {quote(manner)}, {quote(words)})")
            raise nodes.SkipNode
        if speak := _speak(node):
            self._put(f"#[{speak}")

    def depart_inline(self, node: nodes.Element) -> None:
        if _speak(node):
            self._put("]")

    def visit_literal(self, node: nodes.Element) -> None:
        self._put(f"#raw({quote(node.astext())})")
        raise nodes.SkipNode

    def visit_literal_block(self, node: nodes.Element) -> None:
        self._put(f"#raw(block: true, {quote(node.astext())})\n")
        raise nodes.SkipNode

    def visit_reference(self, node: nodes.Element) -> None:
        self._ids(node)
        if "refid" in node:
            target = label(self.docname, node["refid"])
        elif node.get("internal"):
            target = str(node["refuri"]).removesuffix("#")
        else:
            self._put(f"#link({quote(node['refuri'])})[")
            return
        self.targets.add(target)
        self._put(f"#link(label({quote(target)}))[")

    depart_reference = _close
    visit_number_reference, depart_number_reference = visit_reference, depart_reference

    def visit_footnote_reference(self, node: nodes.Element) -> None:
        note = next(n for n in self.document.findall(nodes.footnote) if node["refid"] in n["ids"])
        body = "".join(self._captured(child) for child in note.children if not isinstance(child, nodes.label))
        self._put(f"#footnote[{body}]")
        raise nodes.SkipNode

    def visit_footnote(self, node: nodes.Element) -> None:
        raise nodes.SkipNode

    # lists

    def _list(self, node: nodes.Element, function: str, options: str = "") -> None:
        self._ids(node)
        items = ", ".join(f"[{_speak(item)}{self._captured(item)}]" for item in node.children)
        self._put(f"#{function}({options}{items})\n")
        raise nodes.SkipNode

    def visit_bullet_list(self, node: nodes.Element) -> None:
        self._list(node, "list")

    def visit_enumerated_list(self, node: nodes.Element) -> None:
        self._list(node, "enum", f"start: {node.get('start', 1)}, ")

    def visit_definition_list(self, node: nodes.Element) -> None:
        for item in node.children:
            terms = [child for child in item.children if isinstance(child, nodes.term)]
            for term in terms:
                self._ids(term)
            name = ", ".join(f"#[{_speak(term)}{self._captured(term)}]" for term in terms)
            definition = next(child for child in item.children if isinstance(child, nodes.definition))
            self._put(f"#term([{name}])[{self._captured(definition)}]\n")
        raise nodes.SkipNode

    def visit_glossary(self, node: nodes.Element) -> None:
        pass

    def visit_citation(self, node: nodes.Element) -> None:
        self._ids(node)
        body = [child for child in node.children if not isinstance(child, nodes.label)]
        content = "".join(self._captured(child) for child in body)
        self._put(f"#par(hanging-indent: 1.2em)[{content}]\n")
        raise nodes.SkipNode

    def visit_block_quote(self, node: nodes.Element) -> None:
        self._put("#quote(block: true)[")

    def depart_block_quote(self, node: nodes.Element) -> None:
        self._put("]\n")

    # boxes

    def _box(self, node: nodes.Element, title: str) -> None:
        self._put(f"#boxed([{title}])[{self._captured(node)}]\n")
        raise nodes.SkipNode

    def visit_admonition(self, node: nodes.Element) -> None:
        title = next(iter(node.findall(nodes.title)))
        node.remove(title)
        self._box(node, self._captured(title))

    def visit_note(self, node: nodes.Element) -> None:
        self._box(node, _("Note"))

    def visit_important(self, node: nodes.Element) -> None:
        self._box(node, _("Important"))

    def visit_tip(self, node: nodes.Element) -> None:
        self._box(node, _("Tip"))

    # figures and tables

    def visit_figure(self, node: nodes.Element) -> None:
        self._ids(node)
        self.counts["figure"] += 1
        caption = next(iter(node.findall(nodes.caption)), None)
        images = "".join(self._image(image) for image in node.findall(nodes.image))
        self._put(f"#shown-figure([{self._number('figure', node)}], [{self._captured(caption)}], {{{images}}})\n")
        raise nodes.SkipNode

    def visit_image(self, node: nodes.Element) -> None:
        self._put("#" + self._image(node))
        raise nodes.SkipNode

    def _image(self, node: nodes.Element) -> str:
        if not node.get("alt"):
            raise UnknownNodeError(f"{self.docname}: the image {node['uri']} has no text alternative")
        path = str(node["uri"])
        if not (self.source / path).is_file():
            raise UnknownNodeError(f"{self.docname}: the image {path} is missing")
        self.images.add(path)
        file = quote(f"/{IMAGES}/{Path(path).name}")
        return f"image({file}, alt: {quote(node['alt'])}, width: {_width(self.source / path)})"

    def visit_table(self, node: nodes.Element) -> None:
        self._ids(node)
        self.counts["table"] += 1
        title = next((child for child in node.children if isinstance(child, nodes.title)), None)
        if FOLDED in node["classes"]:  # what a screen folds away, too
            where = quote(_("The table stands in the edition on the web."))
            self._put(f"#par[*{self._number('table', node)}* {self._captured(title)}. #{where}]\n")
            raise nodes.SkipNode
        group = next(iter(node.findall(nodes.tgroup)))
        widths = [spec.get("colwidth", 1) for spec in group.findall(nodes.colspec)]
        stub = [bool(spec.get("stub")) for spec in group.findall(nodes.colspec)]
        head = self._rows(group, nodes.thead)[0]
        rows = self._rows(group, nodes.tbody, stub)
        cells = [f"[{cell}]" for row in rows for cell in row]
        columns = ", ".join(f"{width}fr" for width in widths)
        legend, self.legend = self.legend and f"#linebreak(){self.legend}", ""
        caption = self._captured(title) + legend
        keep = "false"
        if len(rows) <= SOME_ROWS:
            keep = "auto, float: " + ("true" if _text_follows(node) else "false")
        self._put(
            f"#shown-table(({columns},), [{self._number('table', node)}], [{caption}], keep: {keep}, "
            f"({', '.join(f'[{cell}]' for cell in head)},), ({', '.join(cells)},))\n"
        )
        raise nodes.SkipNode

    def _rows(self, group: nodes.Element, part: Callable[..., Any], stub: Sequence[bool] = ()) -> list[list[str]]:
        return [
            [self._stub(e) if any(stub[i : i + 1]) else self._cell(e) for i, e in enumerate(row.children)]
            for section in group.children
            if isinstance(section, part)  # type: ignore[arg-type]
            for row in section.children
        ]

    def _stub(self, entry: nodes.Node) -> str:
        """A cell that heads its row; what stands below its words is no head."""
        if len(entry.children) < 2:
            return f"#strong[{self._cell(entry)}]"
        head, *rest = (self._captured(part) for part in entry.children)
        return f"{_speak(entry)}#par(strong[{head}])" + "".join(f"#par[{part}]" for part in rest)

    def _cell(self, entry: nodes.Node) -> str:
        """A cell; a lone paragraph in it is written without its frame, so that the cell has no extra space."""
        if len(entry.children) == 1 and isinstance(entry.children[0], nodes.paragraph):
            return _speak(entry) + _speak(entry.children[0]) + self._captured(entry.children[0])
        return _speak(entry) + self._captured(entry)
