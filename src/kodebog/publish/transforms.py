"""What happens to every page between reading and writing, in the doctree: once, for the HTML and for the PDF.

Transforms without `formats` run for both. What they want to say in HTML only stands in a node's `html` attribute, which
the translator in `kodebog.publish.html` writes into the node's tag.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.transforms.post_transforms import SphinxPostTransform

from kodebog import edition
from kodebog.analysis.ledger import STATUSES
from kodebog.edition import _
from kodebog.publish import experiment, explorer, language, references
from kodebog.publish.head import tools
from kodebog.publish.html import UnsearchedCode
from kodebog.publish.search import kept
from kodebog.report import catalogues
from kodebog.study import Study


class MarkOtherLanguage(SphinxPostTransform):
    """Gives words in the other language a class such as `language-da`, which becomes their language in HTML and PDF."""

    default_priority = 650

    def run(self, **_options: Any) -> None:
        """Mark them."""
        study = Study.load()
        if not study.of_interviews:
            language.mark(self.document, study, untranslated=not catalogues.translations(self.env.docname))
            references.mark(self.document, self.env)


class GlossaryTerms(SphinxPostTransform):
    """Makes the first emphasised mention of a term in the prose of a page a link to the glossary."""

    default_priority = 660  # after words of the other language are marked
    formats = ("html",)

    def run(self, **_options: Any) -> None:
        """Link them."""
        if self.env.docname == language.GLOSSARY:
            return
        known = language.glossed()  # the book's own words are too common to be links
        glossary = self.app.builder.get_relative_uri(self.env.docname, language.GLOSSARY)
        where = {
            word.strip().casefold(): address
            for address, (term, _meaning) in kept(self.env).terms().items()
            if term in known
            for word in f"{term},{known[term] if edition.language() == edition.source() else ''}".split(",")
        }
        node: Any
        for node in list(self.document.findall(lambda n: isinstance(n, nodes.emphasis | nodes.strong))):
            place = where.get(node.astext().casefold())
            if place is None or any(isinstance(above, NO_TERMS) for above in language.ancestors(node)):
                continue
            where = {word: address for word, address in where.items() if address != place}
            link = nodes.reference("", "", refuri=f"{glossary}#{place}", internal=True, classes=["kodebog-term"])
            node.parent.replace(node, link)
            link += node


NO_TERMS = (nodes.table, nodes.title, nodes.reference, nodes.caption, nodes.term, nodes.definition)
"""Places in which a term is no link."""


MANY = 9
"""Columns from which on the cells of a table are narrow and its letters small."""


class ReadableTables(SphinxPostTransform):
    """Ties every cell to its heads, for screen readers and for phones, where a row becomes a card.

    In a table of the class `kodebog-columns` it is the column that becomes one. What style sheets would otherwise have
    to look for in every table stands in its class; an address within a row becomes that of the row, which is framed.
    """

    default_priority = 700  # after the theme has wrapped each table
    formats = ("html",)

    def run(self, **_options: Any) -> None:
        """Set roles, scopes and heads."""
        wrapper: Any
        for wrapper in self.document.findall(lambda n: isinstance(n, nodes.container)):
            if "table-wrapper" in wrapper["classes"]:
                wrapper["ids"] = []  # the theme gives it the address of the table within
        for table in self.document.findall(nodes.table):
            # the roles keep the table a table where the style sheet lays it out as cards
            table["html"] = {"role": "table"}
            if "colwidths-given" in table["classes"]:
                table["classes"].append("kodebog-widths")
            for head in table.findall(nodes.thead):
                self._rows(head, [])
            heads = [" ".join(e.astext().split()) for e in next(iter(table.findall(nodes.row))).children]
            if len(heads) >= MANY:
                table["classes"].append("kodebog-narrow")
            for body in table.findall(nodes.tbody):
                self._rows(body, heads)
                self._addresses(body)
                if "kodebog-columns" in table["classes"]:
                    self._columns(body, heads)

    @staticmethod
    def _rows(group: nodes.Element, heads: list[str]) -> None:
        group["html"] = {"role": "rowgroup"}
        stubs = [bool(spec.get("stub")) for spec in group.parent.findall(nodes.colspec)]
        for row in group.children:
            assert isinstance(row, nodes.row)
            row["html"] = {**row.get("html", {}), "role": "row"}
            for i, cell in enumerate(row.children):
                assert isinstance(cell, nodes.entry)
                if not heads:
                    cell["html"] = {"scope": "col", "role": "columnheader"}
                elif stubs[i]:
                    cell["html"] = {"scope": "row", "role": "rowheader"}
                else:
                    cell["html"] = {**cell.get("html", {}), "data-head": heads[i], "role": "cell"}
                    if not cell.astext().strip():
                        cell["html"]["data-empty"] = "true"

    @staticmethod
    def _addresses(body: nodes.tbody) -> None:
        """Give each row the address that stands in it."""
        rows: Any = body.children
        for row in rows:
            for within in row.findall(lambda n: isinstance(n, nodes.inline) and len(n["ids"]) == 1):
                if not row["ids"]:
                    row["ids"], within["ids"] = within["ids"], []

    @staticmethod
    def _columns(body: nodes.tbody, heads: list[str]) -> None:
        """Head each cell by its row, and the first one of a column also by the column."""
        rows: Any = body.children
        for number, row in enumerate(rows):
            for i, cell in enumerate(row.children[1:], start=1):
                cell["html"]["data-head"] = row.children[0].astext()
                if number == 0:
                    cell["html"]["data-card"] = heads[i]


def table_named(document: nodes.document, name: str) -> Any:
    """Return the table of that name."""
    return next(table for table in document.findall(nodes.table) if name in table["ids"])


def rows_of(table: nodes.table) -> Any:
    """Return the rows of a table below its heads."""
    return next(iter(table.findall(nodes.tbody))).children


def _cell_of(node: Any) -> Any:
    """The cell of the notebook that shows a node."""
    while node.get("nb_element") != "cell_code" and node.parent is not None:
        node = node.parent
    return node


class Explorer(SphinxPostTransform):
    """Puts the form before a table that can be filtered, and what each row can be filtered by on the row."""

    default_priority = 690
    formats = ("html",)

    def run(self, **_options: Any) -> None:
        """Equip a page that holds such a table."""
        here = explorer.of_page(self.env.docname)
        if here is None:
            return
        study = Study.load()
        attributes = here.rows(study)
        table = table_named(self.document, here.table)
        row: Any
        for row in rows_of(table):
            (home,) = [i for n in row.findall(nodes.inline) for i in n["ids"] if i in attributes]
            row["html"] = {f"data-{name}": value for name, value in attributes[home].items()}
            if "status" in attributes[home]:  # sorted by strength, not by the alphabet
                row.children[2]["html"] = {"data-order": str(list(STATUSES).index(attributes[home]["status"]))}
        place = _cell_of(table)
        place.parent.insert(place.parent.index(place), nodes.raw("", explorer.form(study, here), format="html"))


class Experiment(SphinxPostTransform):
    """Puts the experiment below the ladder of evidence, whose marks it moves."""

    default_priority = 690
    formats = ("html",)

    def run(self, **_options: Any) -> None:
        """Insert form and data."""
        if self.env.docname != experiment.PAGE:
            return
        ladder = table_named(self.document, experiment.TABLE)
        place = _cell_of(ladder)
        at = place.parent.index(place) + 1
        place.parent.insert(at, nodes.raw("", experiment.form(Study.load()), format="html"))
        for row, status in zip(rows_of(ladder), STATUSES, strict=True):
            row["html"] = {"data-status": status}  # which the marks move to


class QuietCode(SphinxPostTransform):
    """Puts folded code below what it shows, and what only sets a page up at the page's end."""

    default_priority = 690  # after MyST-NB has folded it
    formats = ("html",)

    def run(self, **_options: Any) -> None:
        """Move the folds."""
        page: Any = next(iter(self.document.findall(nodes.section)))
        # MyST-NB does not tell a fold what it stands in
        places = [(n, c) for n in self.document.findall(nodes.Element) for c in n.children]
        for cell, fold in [(n, c) for n, c in places if isinstance(c, HideCodeCellNode)]:
            if len(cell.children) > 1:
                fold["prompt_show"], fold["prompt_hide"] = _("Code"), _("Hide the code")
                cell.remove(fold)
                cell.append(fold)
            else:  # the cell shows nothing else
                fold["prompt_show"], fold["prompt_hide"] = _("Set-up code of this page"), _("Hide the set-up code")
                cell.parent.remove(cell)
                page.append(cell)
        for block in [
            b for b in self.document.findall(nodes.literal_block) if b.parent.get("nb_element") == "cell_code_source"
        ]:
            block.replace_self(UnsearchedCode("", block=block))


class Tools(SphinxPostTransform):
    """Puts a line of links under the title of each page: its notebook, where to run it, the book in other forms."""

    default_priority = 690
    formats = ("html",)

    def run(self, **_options: Any) -> None:
        """Insert the line."""
        title = next(iter(self.document.findall(nodes.title)), None)
        if title is not None and isinstance(title.parent, nodes.section):
            line = tools(self.app, self.env.docname, self.document)
            title.parent.insert(title.parent.index(title) + 1, nodes.raw("", line, format="html"))
