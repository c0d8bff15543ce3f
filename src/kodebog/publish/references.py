"""How works are cited and listed in an edition: in its words, their titles marked as what language they are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import sphinxcontrib.bibtex.plugin
from docutils import nodes
from pybtex.backends import plaintext
from pybtex.plugin import register_plugin
from pybtex.richtext import Text
from pybtex.style import FormattedEntry
from pybtex.style.formatting.plain import Style
from pybtex.style.labels.number import LabelStyle
from pybtex.style.names.plain import NameStyle
from pybtex.style.sorting.author_year_title import SortingStyle
from pybtex.style.template import Node, names, sentence
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinxcontrib.bibtex.style.referencing import PersonStyle
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle

from kodebog import edition
from kodebog.edition import _, noop
from kodebog.publish.language import pieces
from kodebog.publish.previews import LANGUAGES
from kodebog.report.wording import known

# otherwise all that is installed is looked through for it at each citation
register_plugin("pybtex.backends", "plaintext", plaintext.Backend, force=True)

NAME = "kodebog"
UNDATED = noop("n.d.")
"""How sphinxcontrib-bibtex cites a work without a year."""
WORDS = (noop("In"), noop("pages"), noop("editor"), noop("editors"), noop("Technical Report"), noop("PhD thesis"))
"""Words that the listing puts between the fields of an entry."""


def _people() -> PersonStyle:
    return PersonStyle(sep2=_(" and "), last_sep=_(", and "), other=Text(_(" et al.")))


@dataclass
class Citing(AuthorYearReferenceStyle):
    """Author and year, with the edition's words between names."""

    person: PersonStyle = field(default_factory=_people)


class Listing(Style):  # type: ignore[misc]
    """Pybtex's plain style in the edition's words; an entry that is as it was, is listed as it was."""

    # classes, not names: for a name all that is installed is looked through each time
    default_name_style, default_label_style, default_sorting_style = NameStyle, LabelStyle, SortingStyle

    def format_names(self, role: str, as_sentence: bool = True) -> Any:
        """Return the template of a list of names."""
        listed = names(role, sep=", ", sep2=_(" and "), last_sep=_(", and "))
        return sentence[listed] if as_sentence else listed

    def format_entry(self, label: str, entry: Any, bib_data: Any = None) -> Any:
        """Return an entry of the list."""
        listed = edition.language(), label, repr(entry)
        if listed not in _listed:
            _listed[listed] = self._format(label, entry, bib_data)
        return _listed[listed]

    def _format(self, label: str, entry: Any, bib_data: Any) -> FormattedEntry:
        if "note" in entry.fields:
            entry.fields["note"] = known(entry.fields["note"])
        template = _in_words(getattr(self, f"get_{entry.type}_template")(entry))
        text = template.format_data({"entry": entry, "style": self, "bib_data": bib_data})
        return FormattedEntry(entry.key, text, label)


_listed: dict[tuple[str, str, str], FormattedEntry] = {}
"""Entries by language, label and all that is in them: Sphinx asks for each again at every edit."""


def _in_words(template: Any) -> Any:
    """A template with its fixed words in the language of the edition."""
    if isinstance(template, Node):
        template.children = [known(c) if isinstance(c, str) and c in WORDS else _in_words(c) for c in template.children]
    return template


def use(config: Config) -> None:
    """Let sphinxcontrib-bibtex cite and list in the words of the edition; what a link leads to, the previews show."""
    sphinxcontrib.bibtex.plugin.register_plugin("sphinxcontrib.bibtex.style.referencing", NAME, Citing)
    register_plugin("pybtex.style.formatting", NAME, Listing, force=True)
    config.bibtex_reference_style = config.bibtex_default_style = NAME
    config.bibtex_tooltips = False


def mark(document: nodes.document, env: BuildEnvironment) -> None:
    """Give the titles of listed works that are in another language than the edition that language."""
    if "cite" not in env.domains:
        return
    if edition.language() != edition.source():
        for link in document.findall(nodes.reference):
            for text in [t for t in link.findall(nodes.Text) if UNDATED in t.astext()]:
                text.parent.replace(text, nodes.Text(text.astext().replace(UNDATED, known(UNDATED))))
    listed = {citation.citation_id: citation.entry for citation in getattr(env.domains["cite"], "citations", ())}
    for citation in document.findall(nodes.citation):
        entry = next((listed[name] for name in citation["ids"] if name in listed), None)
        spoken = LANGUAGES[entry.fields.get("langid", "english")] if entry else edition.language()
        if entry is None or spoken == edition.language():
            continue
        titles = [str(Text.from_latex(entry.fields[name])) for name in TITLES if name in entry.fields]
        pattern = re.compile("|".join(map(re.escape, titles)) or r"(?!)")
        for text in [t for t in citation.findall(nodes.Text) if pattern.search(t)]:
            text.parent.replace(text, pieces(text.astext(), pattern, f"language-{spoken}"))


TITLES = ("title", "booktitle", "journal")
"""Fields in the language of the work."""
