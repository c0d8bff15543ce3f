"""The editions of a book in other languages: built beside the first one, below its pages, from the same sources."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import polib
import sphinx
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from kodebog import edition
from kodebog.edition import _
from kodebog.publish.background import InBackground
from kodebog.report import catalogues
from kodebog.report.metadata import citation
from kodebog.report.wording import known

OWN = ("data/shown/", ".pdf", ".ipynb")
"""What each edition has of its own beside its pages, by how it begins or ends; all else stands once, with the first."""
GENERATED = "kodebog_generated"
"""Where generated parts of the page that is read stand, for their headings: original and translation of each."""


class EditionInBackground(InBackground):
    """Builds the book in another language, into a folder of that name below the pages."""

    def __init__(self, app: Sphinx, language: str) -> None:
        super().__init__(app, "html", Path(app.outdir) / language, Path(app.doctreedir) / language)
        self.language = language
        self.what = f"The edition “{language}”"

    def options(self) -> dict[str, Any]:
        """Return the settings that differ."""
        os.environ["KODEBOG_LANGUAGE"] = self.language
        # Sphinx marks style sheets that are there when it starts otherwise than those that it makes itself
        shutil.rmtree(self.folder / "_static", ignore_errors=True)
        return settings(self.doctrees / "locale")


def settings(folder: Path) -> dict[str, Any]:
    """Return Sphinx's settings for the language of the edition; what they name is written into the folder."""
    language = edition.language()
    _write_words(folder, language)
    return {
        "language": language,
        "locale_dirs": [str(folder)],
        "numfig_format": {"figure": _("Fig. %s"), "table": _("Table %s")},
        "html_title": known(citation()["title"]),
    }


def _write_words(folder: Path, language: str) -> None:
    """Write the library's words where Sphinx and its theme look for theirs."""
    place = folder / language / "LC_MESSAGES" / "sphinx.mo"
    place.parent.mkdir(parents=True, exist_ok=True)
    words = edition.words(language)
    file = polib.MOFile()
    file.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Language": language}
    file.extend(polib.POEntry(msgid=text, msgstr=said) for text, said in sorted(words.items()))
    file.save(str(place))
    # What scripts say stands in a file of its own. Sphinx's makes a function of a string, which the content security
    # policy forbids, and has empty texts.
    own = Path(sphinx.__file__).parent / "locale" / language / "LC_MESSAGES" / "sphinx.js"
    said: dict[str, Any] = {}
    if own.is_file():
        head, tail = "Documentation.addTranslations(", ");"
        said = json.loads(own.read_text(encoding="utf-8").strip().removeprefix(head).removesuffix(tail))["messages"]
    said |= {text: words[text] for text in catalogues.OF_THEME if text in words}
    said = {text: found for text, found in said.items() if found}
    script = (
        f"Object.assign(Documentation.TRANSLATIONS, {json.dumps(said, ensure_ascii=False, sort_keys=True)});\n"
        f'Documentation.PLURAL_EXPR = (n) => Number(n !== 1);\nDocumentation.LOCALE = "{language}";\n'
    )
    place.with_suffix(".js").write_text(script, encoding="utf-8")


def not_found(told: dict[str, str]) -> dict[str, str]:
    """Return what a page says that stands for one that is not there, in all languages.

    Servers of static pages know one such page, that of the first edition; so it speaks to the readers of all.
    """
    here = {name: known(text) for name, text in told.items()}
    if edition.language() == edition.source():
        for name in edition.others():
            with edition.making(name):
                body = known(told["body"]).replace("h1>", "h2>")
                here["body"] += f'<div lang="{name}">{body}</div>'
    return here


def copying() -> str:
    """Return the script that tells the buttons for copying what to say; they know some languages, and not all."""
    if edition.language() == edition.CODE:
        return ""
    words = {
        "copy": _("Copy"),
        "copy_to_clipboard": _("Copy to clipboard"),
        "copy_success": _("Copied!"),
        "copy_failure": _("Failed to copy"),
    }
    return (
        f"locale = {json.dumps(edition.language())};\n"
        f"messages[locale] = {json.dumps(words, ensure_ascii=False)};\n"
        "iconCopy = iconCopy.replace(messages.en.copy_to_clipboard, messages[locale].copy_to_clipboard);\n"
        "iconCheck = iconCheck.replace(messages.en.copy_success, messages[locale].copy_success);\n"
    )


def beside(target: str) -> str:
    """Return the address, from the pages of this edition, of a file that stands beside pages.

    >>> beside("data/codes.csv")
    'data/codes.csv'
    >>> with edition.making("da"):
    ...     beside("data/codes.csv"), beside("data/shown/tab-ladder.csv")
    ('../data/codes.csv', 'data/shown/tab-ladder.csv')

    """
    own = edition.language() == edition.source() or target.startswith(OWN[0]) or target.endswith(OWN[1:])
    return target if own else f"../{target}"


def translate(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the translation of a page in the place of its source. Sphinx calls this when it has read one."""
    if edition.language() == edition.source():
        return
    file = catalogues.place(edition.language(), docname)
    if file.is_file():
        app.env.note_dependency(str(file))
    source[0] = catalogues.translated(docname, source[0])


def keep_addresses(app: Sphinx, document: nodes.document) -> None:
    """Give translated headings the addresses of the original ones, so that both editions have the same."""
    if edition.language() == edition.source():
        return
    texts = [*catalogues.translations(app.env.docname).items(), *app.env.temp_data.get(GENERATED, ())]
    before = catalogues.addresses(catalogues.headings_of(texts))
    slugs: dict[str, Any] = app.env.metadata[app.env.docname].get("myst_slugs", {})
    moved = {}
    for section in document.findall(nodes.section):
        for i, identifier in enumerate(section["ids"]):
            if (new := before.get(identifier)) and new not in document.ids:
                section["ids"][i] = moved[identifier] = new
                document.ids[new] = section
    for link in document.findall(nodes.reference):
        if link.get("refid") in moved:
            link["refid"] = moved[link["refid"]]
    for name, (line, identifier, title) in list(slugs.items()):
        slugs[name] = (line, moved.get(identifier, identifier), title)


def translate_contents(app: Sphinx, document: nodes.document) -> None:
    """Put the contents, which `_toc.yml` names, into the language of the edition."""
    for contents in document.findall(addnodes.toctree):
        contents["entries"] = [(title and known(title), page) for title, page in contents["entries"]]
        for name in ("caption", "rawcaption"):
            if contents.get(name):
                contents[name] = known(contents[name])
