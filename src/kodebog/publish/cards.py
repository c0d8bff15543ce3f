"""What opens in place, on screens: what a finding of the ledger rests on, and what is said behind a line of the brief.

Everything in it leads on: a code to its definition, a voice to its excerpt, a finding to where it is spoken of.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from docutils import nodes
from sphinx.builders import Builder
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode
from sphinx.writers.html5 import HTML5Translator

from kodebog.analysis.evidence import findings_with_evidence
from kodebog.analysis.ledger import status_of_findings
from kodebog.edition import _
from kodebog.publish.pdf import BRIEF
from kodebog.publish.previews import bearing, gists, rule
from kodebog.publish.search import LEDGER, kept
from kodebog.publish.transforms import rows_of, table_named
from kodebog.report.display import home
from kodebog.report.tables import FOLDED
from kodebog.report.wording import lang
from kodebog.study import Study


class Fold(nodes.General, nodes.Element):
    """What opens in place; `summary` is what one opens it by."""


def visit_fold(self: HTML5Translator, node: nodes.Element) -> None:
    """Begin it."""
    self.body.append(self.starttag(node, "details", "\n", CLASS="kodebog-more"))
    self.body.append(f"<summary>{self.encode(node['summary'])}</summary>\n")


def depart_fold(self: HTML5Translator, _node: nodes.Element) -> None:
    """End it."""
    self.body.append("</details>\n")


def _curly(text: str) -> str:
    """Text with the apostrophes that Sphinx puts into what it reads."""
    return text.replace("'", "’")


def _said(
    builder: Builder, here: str, study: Study, excerpts: Iterable[str], before: str = ""
) -> list[nodes.list_item]:
    """An entry for each excerpt: its id, which leads to it, who speaks, and what is said."""
    entries = []
    for excerpt in excerpts:
        speaker, gist = gists(study)[excerpt]
        link = make_refnode(builder, here, f"notebooks/{home(study, excerpt)}", excerpt, nodes.Text(excerpt))
        words = nodes.paragraph("", "", nodes.Text(before), link, nodes.Text(_curly(f" ({speaker}): {gist}")))
        entries.append(nodes.list_item("", words))
    return entries


class Findings(SphinxPostTransform):
    """Makes each finding of the ledger a card: its rule, codes and voices open below it, and where it is spoken of."""

    default_priority = 680
    formats = ("html",)

    def run(self, **_options: Any) -> None:
        """Fold what stands below a statement, and complete it."""
        if self.env.docname != LEDGER:
            return
        study, places = Study.load(), kept(self.env).spoken_of()
        status = status_of_findings(study)
        evidence = findings_with_evidence(study, lang()).set_index("finding")
        for row in rows_of(table_named(self.document, "tab-findings")):
            finding = row.children[0].astext().strip()
            statement = row.children[1]
            about = statement.children[-1]
            statement.remove(about)
            when = nodes.paragraph("", _curly(rule(status[finding])))
            statement += (fold := Fold("", when, about, summary=_("Rule and voices")))
            voices = [
                entry
                for words, excerpts in bearing(evidence.loc[finding])
                for entry in _said(self.app.builder, LEDGER, study, excerpts, f"{words} ")
            ]
            fold += [nodes.bullet_list("", *voices)] if voices else []
            fold += [self._spoken_of(places[finding])] if finding in places else []

    def _spoken_of(self, places: list[tuple[str, str]]) -> nodes.paragraph:
        """The sections that speak of a finding."""
        line, before = nodes.paragraph(), _("Spoken of in") + " "
        for page, section in places:
            name = nodes.Text(self.env.titles[page].astext().partition(":")[0])
            line += [nodes.Text(before), make_refnode(self.app.builder, LEDGER, page, section, name)]
            before = ", "
        return line


class FoldedTables(SphinxPostTransform):
    """Shows a table of the look `kodebog.report.tables.FOLDED` when it is asked for; its caption is always there."""

    default_priority = 710  # after the theme has wrapped each table
    formats = ("html",)

    def run(self, **_options: Any) -> None:
        """Fold them."""
        numbers = self.env.toc_fignumbers.get(self.env.docname, {}).get("table", {})
        for table in list(self.document.findall(nodes.table)):
            if FOLDED in table["classes"]:
                caption = next(iter(table.findall(nodes.title))).astext()
                number = ".".join(map(str, numbers[table["ids"][0]]))
                head = f"{self.config.numfig_format['table'] % number} {caption}"
                place = table.parent
                place.parent.replace(place, fold := Fold("", summary=head, classes=[FOLDED]))
                fold += place


class Brief(SphinxPostTransform):
    """Opens, below each line of the brief, what is said in the excerpts that show it."""

    default_priority = 680
    formats = ("html",)

    def run(self, **_options: Any) -> None:
        """Put a fold at the end of each line that has marks."""
        if self.env.docname != BRIEF:
            return
        study = Study.load()
        for line in list(self.document.findall(nodes.list_item)):
            marks = [n for n in line.findall(nodes.inline) if "kodebog-voice" in n["classes"]]
            excerpts = dict.fromkeys(mark.parent["refuri"].rpartition("#")[2] for mark in marks)
            if excerpts:
                voices = nodes.bullet_list("", *_said(self.app.builder, BRIEF, study, excerpts))
                line.append(Fold("", voices, summary=_("What is said")))
