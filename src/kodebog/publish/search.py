"""What Sphinx keeps of a study: where pages speak of findings, what terms mean, what the search finds besides pages.

Excerpts, findings and codes are entries of the search, with an address of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.domains import Domain, ObjType
from sphinx.environment import BuildEnvironment

from kodebog.publish.contents import in_order
from kodebog.publish.language import GLOSSARY, ancestors, glossed
from kodebog.report.display import HOMES, home
from kodebog.report.wording import lang
from kodebog.study import Lang, Study

CODEBOOK = "book/codebook"
"""The page on which codes are defined."""
KINDS: dict[Lang, tuple[str, str, str]] = {"en": ("excerpt", "finding", "code"), "da": ("citat", "fund", "kode")}
"""What the search calls an entry, by language."""
TERMS: dict[Lang, str] = {"en": "term", "da": "fagord"}
"""What it calls the English word for a term of the glossary; the term itself is an entry of Sphinx's own."""


LEDGER = f"notebooks/{HOMES['F']}"
"""The page on which findings stand."""


def running_text(start: nodes.Element, onwards: bool = False) -> Iterator[nodes.paragraph]:
    """Yield the paragraphs of a page, or those from `start` onwards; tables, captions and code are not running text."""
    aside = (nodes.table, nodes.figure, nodes.literal_block)
    for paragraph in start.findall(nodes.paragraph, ascend=onwards):
        within = any(isinstance(above, aside) for above in ancestors(paragraph))
        if not within and not {"kodebog-provenance", "kodebog-legend"} & set(paragraph["classes"]):
            yield paragraph


NAMED = re.compile("\x01(.*?)\x01")
"""Where a text names a page, table or figure whose title or number is known once all pages are read."""


def said(paragraph: nodes.paragraph) -> str:
    """Return the words of a paragraph, without citations and marks; pages and tables that it names as in `NAMED`."""
    copy = paragraph.deepcopy()
    for link in list(copy.findall(addnodes.pending_xref)):
        if link["refdomain"] == "cite" or any("kodebog-voice" in n["classes"] for n in link.findall(nodes.inline)):
            link.parent.remove(link)
        elif link["reftype"] == "numref" or (link["reftype"] == "doc" and not link["refexplicit"]):
            link.parent.replace(link, nodes.Text(f"\x01{link['reftarget']}\x01"))
    return re.sub(r" +(?=[.,;:])| +$", "", re.sub(r"\s+", " ", copy.astext()))


class KodebogDomain(Domain):
    """Tells Sphinx's search of what a study holds, and knows which sections speak of a finding and what terms mean."""

    name = "kodebog"
    label = "Kodebog"
    data_version = 4
    object_types = {kind: ObjType(kind) for kind in (*sum(KINDS.values(), ()), *TERMS.values())}  # noqa: RUF012
    initial_data: dict[str, Any] = {"spoken of": {}, "shown": None, "terms": {}, "prose": {}}  # noqa: RUF012
    """Sections by page and finding, and what of it the ledger showed when it was last written; terms by address; the
    running text of pages."""

    def clear_doc(self, docname: str) -> None:
        """Forget a page that is read anew, or is gone."""
        self.data["spoken of"].pop(docname, None)
        self.data["prose"].pop(docname, None)
        if docname == GLOSSARY:
            self.data["terms"].clear()

    def note(self, docname: str, document: nodes.document) -> None:
        """Keep the section in which a page first speaks of each finding; tables do not count, nor does the ledger.

        Of the glossary, each term is kept with what it means.
        """
        if docname == GLOSSARY:
            self.data["terms"] = {
                address: (term.astext(), entry.children[-1].astext())
                for entry in document.findall(nodes.definition_list_item)
                for term in entry.findall(nodes.term)
                for address in term["ids"]
            }
        self.data["prose"][docname] = " ".join(map(said, running_text(document)))
        found: dict[str, str] = {}
        for link in document.findall(addnodes.pending_xref):
            if docname == LEDGER or link.get("reftype") != "kodebog" or not link["reftarget"].startswith("F"):
                continue
            above: Any = link.parent
            while above is not None and not isinstance(above, nodes.section | nodes.table):
                above = above.parent
            if isinstance(above, nodes.section):
                found.setdefault(link["reftarget"], above["ids"][0])
        if found:
            self.data["spoken of"][docname] = found

    def spoken_of(self) -> dict[str, list[tuple[str, str]]]:
        """Return, by finding, page and section of each page that speaks of it, in the order of the contents."""
        found: dict[str, list[tuple[str, str]]] = {}
        for page in in_order(self.env):
            for finding, section in self.data["spoken of"].get(page, {}).items():
                found.setdefault(finding, []).append((page, section))
        return found

    def prose(self, named: dict[str, str]) -> dict[str, str]:
        """Return the running text of each page; `named`: what tables, figures and pages are called."""
        texts: dict[str, str] = self.data["prose"]
        return {page: NAMED.sub(lambda m: named.get(m[1].rpartition("/")[2], ""), text) for page, text in texts.items()}

    def terms(self) -> dict[str, tuple[str, str]]:
        """Return the terms of the glossary and what they mean, by address on its page."""
        found: dict[str, tuple[str, str]] = self.data["terms"]
        return found

    def outdated(self) -> list[str]:
        """Return the ledger where other sections than it shows speak of findings by now."""
        now = {page: dict(found) for page, found in self.data["spoken of"].items()}
        if now == self.data["shown"] or LEDGER not in self.env.found_docs:
            return []
        self.data["shown"] = now
        return [LEDGER]

    def get_type_name(self, type: ObjType, primary: bool = False) -> str:
        """Return what the search calls an entry."""
        return type.lname

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """Yield name, name as shown, kind, page, address on it, and how far up the search puts it."""
        study = Study.load()
        kinds: dict[Lang, tuple[str, str, str]] = {"en": KINDS["en"]} if study.of_interviews else KINDS
        own = "en" if study.of_interviews else lang()
        known: set[tuple[str, str]] = set()
        for name in sorted(kinds, key=lambda name: name != own):
            excerpt, finding, code = kinds[name]
            entries = [
                *((excerpt, str(r.excerpt), getattr(r, f"gist_{name}")) for r in study.excerpts.itertuples()),
                *((finding, str(r.finding), getattr(r, f"statement_{name}")) for r in study.findings.itertuples()),
                *((code, f"code-{r.code}", getattr(r, f"label_{name}")) for r in study.codes.itertuples()),
            ]
            for kind, anchor, words in entries:
                page = CODEBOOK if kind == code else f"notebooks/{home(study, anchor)}"
                if page in self.env.found_docs and isinstance(words, str) and (anchor, words) not in known:
                    known.add((anchor, words))
                    # a full stop would make what stands before it a name of its own to the search
                    said = words.rstrip(".").replace(". ", "; ")
                    # by its id it is found once, in the language of the edition
                    shown = f"{anchor.removeprefix('code-')}: {said}" if name == own else said
                    yield shown, shown, kind, page, anchor, 1
        for address, (term, _meaning) in self.terms().items():
            if english := glossed().get(term):
                yield english, english, TERMS[own], GLOSSARY, address, 1

    def resolve_any_xref(self, *_: Any) -> list[Any]:
        """Nothing refers to an entry by its words."""
        return []

    def merge_domaindata(self, *_: Any) -> None:
        """Nothing is kept."""


def kept(env: BuildEnvironment) -> KodebogDomain:
    """Return what Sphinx keeps of the study."""
    domain = env.get_domain(KodebogDomain.name)
    assert isinstance(domain, KodebogDomain)
    return domain
