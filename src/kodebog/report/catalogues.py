"""Pages in other languages: catalogues of what is translated, how they are applied, kept in step and found wanting.

A page is translated block by block, that is, by what stands between blank lines, before Sphinx reads it. So there is
one source of every page: code cells, roles, labels and numbers are those of the English page, and a paragraph that
changes has no translation any more until somebody has seen to it. Catalogues are gettext's PO files, which every
translation program opens: `locale/LANGUAGE/PAGE.po` in the project for its pages, `project.po` there for its other
words, and `locale/LANGUAGE.po` in this library for the words of the library.
"""

from __future__ import annotations

import difflib
import functools
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import polib
import yaml
from docutils import nodes

from kodebog import edition, paths
from kodebog.analysis.ledger import OTHER_RULES, RULE_THAT_COUNTS, STATUS_RULES, STATUSES
from kodebog.files import write_whole
from kodebog.report.metadata import citation
from kodebog.report.prose import HOLDS, NUMBERS
from kodebog.report.wording import COUNTED, counted

START = paths.PACKAGE / "publish" / "start"
"""What a new project begins with."""
KEYWORDS: dict[str, Any] = {"_": None, "noop": None}
"""Calls in the code whose argument is translated."""
CAPTIONS = {"factor_table": (2,)}
"""Calls in notebooks of which an argument is translated, and which one."""
OF_THEME = (
    "Skip to content",
    "Back to top",
    "Home",
    "Next",
    "Previous",
    "Made with ",
    '<a href="https://www.sphinx-doc.org/">Sphinx</a> and ',
    "Error",
    "On this page",
    "Search",
    "Contents",
    "Toggle site navigation sidebar",
    "Toggle table of contents sidebar",
    "Toggle Light / Dark / Auto color theme",
    "Link to this heading",
    "Link to this table",
    "Link to this image",
    "Link to this term",
    "Link to this code",
    "Please activate JavaScript to enable the search functionality.",
    "Search Results",
    "Your search did not match any documents. Please make sure that all words are spelled correctly and that you've "
    "selected enough categories.",
    "Search finished, found ${resultCount} page(s) matching the search query.",
    "Searching",
    "Preparing search...",
    ", in ",
)
"""Words of Sphinx and of the theme that a reader of the book sees."""
HEAD = """\
`kodebog translate` brings this file up to date. Edit what stands in msgstr, in any PO editor.
Where it says fuzzy, the original has changed: put the translation right and take the mark away.
What readers of the language know already is left out: write a percent sign, a space and the reason."""
LEFT_OUT = "% "
"""With this a translation begins that leaves a block out, since its readers know what it says; the reason follows."""
_BREAK = re.compile(r"(^`{3,}[\w ]*\n.*?^`{3,}[ ]*$|\n{2,}|(?<=\)=)\n)", re.MULTILINE | re.DOTALL)
"""What stands between two blocks: blank lines, the line of a target, a block of code."""
_MARKUP = re.compile(
    r"^(?:`{3,}|:{3,}|~{3,})(?:\{[\w:-]+\})?|^:[\w-]+:.*$|^\([\w-]+\)=$|^%.*$|\{[\w:+-]*\}`[^`]*`|`[^`]*`|^---$",
    re.MULTILINE,
)
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


# applying them


def place(language: str, name: str) -> Path:
    """Return the file of a page's catalogue."""
    return paths.LOCALE / language / f"{name}.po"


def read(file: Path) -> polib.POFile:
    """Return a catalogue, empty where there is no file of it."""
    return polib.pofile(str(file), encoding="utf-8") if file.is_file() else polib.POFile()


def blocks(text: str) -> list[str]:
    r"""Return what stands between the blank lines of a text, at every second place what stands between the blocks.

    >>> blocks("One\nparagraph.\n\nAnother.")
    ['One\nparagraph.', '\n\n', 'Another.']

    """
    front = _FRONT_MATTER.match(text)
    kept = front.group() if front else ""
    return ["", kept, *_BREAK.split(text[len(kept) :])] if kept else _BREAK.split(text)


def has_words(block: str) -> bool:
    """Whether there is anything in a block that a language could say otherwise.

    >>> has_words("{glossary}"), has_words(":::{note}"), has_words("Some words")
    (True, False, True)

    """
    return "{include}" not in block and bool(re.search(r"[^\W\d_]{2}", _MARKUP.sub("", block)))


def cells(source: str) -> list[tuple[str, str]]:
    """Return the texts of a page with the id of the cell that each stands in; a Markdown file is one text."""
    if not source.startswith("{"):
        return [("", source)]
    found = json.loads(source)["cells"]
    return [(cell["id"], "".join(cell["source"])) for cell in found if cell["cell_type"] == "markdown"]


def messages(page: str, source: str) -> Iterator[tuple[str, str]]:
    """Yield the blocks of a page that are to be translated, each with its place."""
    for cell, text in cells(source):
        for block in blocks(text)[::2]:
            if has_words(block):
                yield block.strip("\n"), f"{page}#{cell}" if cell else page


def translations(page: str) -> dict[str, str]:
    """Return the finished translations of a page into the language of the edition."""
    return edition.finished(place(edition.language(), page))


def translated(page: str, source: str) -> str:
    """Return a page in the language of the edition; blocks without a translation, or an outdated one, stay as they are.

    Pages in the language that they are written in come back unchanged.
    """
    if edition.language() == edition.source():
        return source
    return put_in(source, translations(page))


def put_in(source: str, words: dict[str, str]) -> str:
    """Return a page with the translations that there are of its blocks in their place."""

    def text(written: str) -> str:
        parts = blocks(written)
        for i in range(0, len(parts), 2):
            if has_words(parts[i]):
                found = words.get(parts[i].strip("\n"))
                if found is not None:
                    said = "" if found.startswith(LEFT_OUT) else found
                    parts[i] = parts[i].replace(parts[i].strip("\n"), said)
        return "".join(parts)

    if not source.startswith("{"):
        return text(source)
    notebook = json.loads(source)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = text("".join(cell["source"]))
    return json.dumps(notebook, ensure_ascii=False)


_HEADING = re.compile(r"^#+ +(.*)", re.MULTILINE)


def headings_of(texts: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the translated headings of texts, each with the original one; `texts`: original, translation."""
    for old, new in texts:
        yield from zip(_HEADING.findall(new), _HEADING.findall(old), strict=False)


def addresses(headings: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return headings as HTML addresses: that of the translated heading → that of the original one."""
    return {nodes.make_id(new): nodes.make_id(old) for new, old in headings}


def slug(heading: str) -> str:
    """Return the address of a heading within its page, as links in Markdown name it: that of the original heading."""
    from myst_parser.mdit_to_docutils.base import default_slugify  # noqa: PLC0415 - slow to import

    return str(default_slugify(_original_headings(edition.language()).get(heading, heading)))


@functools.cache
def _original_headings(language: str) -> dict[str, str]:
    """The headings of all pages in an edition, with the original ones; of the first edition there are none."""
    if language == edition.source():
        return {}
    return {new: old for page in pages() for new, old in headings_of(translations(page).items())}


def page_file(page: str) -> Path:
    """Return the source of a page: its notebook, where there is one, else its text, which need not exist."""
    notebook = paths.ROOT / f"{page}.ipynb"
    return notebook if notebook.is_file() else paths.ROOT / f"{page}.md"


def pages() -> list[str]:
    """Return the pages of the project."""
    files = [paths.ROOT / "index.md", *paths.BOOK.glob("*.md"), *paths.NOTEBOOKS.glob("*.ipynb")]
    return sorted(str(f.relative_to(paths.ROOT).with_suffix("")) for f in files if f.is_file())


# keeping them in step


def of_library() -> Iterator[tuple[str, str]]:
    """Yield the words of the library, each with the file that it stands in."""
    from babel.messages.extract import extract  # noqa: PLC0415 - only the command that brings catalogues up needs it

    for file in sorted(paths.PACKAGE.rglob("*.py")):
        with file.open("rb") as code:
            for _line, text, *_rest in extract("python", code, KEYWORDS):
                yield str(text), file.name
    for file in sorted((paths.PACKAGE / "publish" / "theme" / "templates").rglob("*.html")):
        with file.open("rb") as code:
            for _line, text, *_rest in extract("jinja2.ext:babel_extract", code, KEYWORDS):
                yield str(text), file.name
    for text in OF_THEME:
        yield text, "theme"
    for text in (*STATUSES.values(), *STATUS_RULES.values(), *OTHER_RULES, RULE_THAT_COUNTS):
        yield text, "ledger.py"
    for number in range(1, READINGS + 1):
        yield f"Reading {number}", "readings"
    for what in COUNTED:
        yield from ((counted(n, what), "interviews") for n in (1, 2))
    yield from _of_settings(START)


def _of_settings(root: Path) -> Iterator[tuple[str, str]]:
    """Yield what a project, or a new one, says in its contents, its citation and its configuration, but its title."""

    def read(name: str) -> Any:  # braces stand in a new project for what its owner says
        return yaml.safe_load(re.sub(r"\{\{|\}\}", "", (root / name).read_text(encoding="utf-8")))

    for part in read(paths.TOC.name).get("parts", []):
        yield part["caption"], paths.TOC.name
        yield from ((chapter["title"], paths.TOC.name) for chapter in part["chapters"] if "title" in chapter)
    about = read("CITATION.cff")
    yield from ((text, "CITATION.cff") for text in (" ".join(about["abstract"].split()), *about.get("keywords", [])))
    told = read(paths.CONFIG.name)["sphinx"]["config"].get("notfound_context", {})
    yield from ((text, paths.CONFIG.name) for text in told.values())


READINGS = 3
"""How many readings of a study have a name in every language."""


def of_start() -> Iterator[tuple[str, str]]:
    """Yield what is to be translated in the pages of a new project."""
    for file in sorted([*START.rglob("*.md"), *START.rglob("*.ipynb")]):
        yield from messages(file.relative_to(START).as_posix(), file.read_text(encoding="utf-8"))


def of_project() -> Iterator[tuple[str, str]]:
    """Yield the words of the project that stand in no page: captions in code, contents, what the book is."""
    from babel.messages.extract import extract  # noqa: PLC0415

    for file in sorted(paths.NOTEBOOKS.glob("*.ipynb")):
        for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                code = io.BytesIO("".join(cell["source"]).encode())
                for _line, text, *_rest in extract("python", code, CAPTIONS):
                    yield str(text), file.name
    yield citation()["title"], "CITATION.cff"
    yield from _of_settings(paths.ROOT)
    for number, text in enumerate(notes()):
        yield text, f"references.bib#{number}"


def notes() -> list[str]:
    """Return the notes of the references, each once."""
    file = paths.BOOK / "references.bib"
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    found = re.findall(r"^\s*(?:note|annotation)\s*=\s*\{(.*?)\},?$", text, re.MULTILINE)
    return list(dict.fromkeys(found))


def update(language: str, file: Path, found: Iterable[tuple[str, str]]) -> tuple[int, int]:
    """Bring a catalogue up to date; return how many translations it lacks, and how many are outdated.

    What has changed is marked as fuzzy, with the text that its translation was made from. What is new stands there
    without a translation; what is gone goes.
    """
    old = {entry.msgid: entry for entry in read(file)}
    new = polib.POFile(wrapwidth=110)
    new.header = HEAD
    new.metadata = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
    }
    places: dict[str, list[str]] = {}
    for text, where in found:
        places.setdefault(text, []).append(where)
    gone = [text for text in old if text not in places]
    for text, files in places.items():
        entry: Any = polib.POEntry(msgid=text, occurrences=[(one, "") for one in dict.fromkeys(files)])
        if text in old:
            before: Any = old[text]
            entry.msgstr, entry.flags, entry.tcomment = before.msgstr, before.flags, before.tcomment
            entry.previous_msgid = before.previous_msgid
        elif like := difflib.get_close_matches(text, gone, n=1, cutoff=0.6):
            entry.msgstr, entry.previous_msgid = str(old[like[0]].msgstr), like[0]
            entry.flags = ["fuzzy"]
        new.append(entry)
    if new:
        write_whole(file, f"{new}\n")
    else:
        file.unlink(missing_ok=True)
    return len(new.untranslated_entries()), len(new.fuzzy_entries())


def every(language: str) -> Iterator[tuple[Path, list[tuple[str, str]]]]:
    """Yield each catalogue of a language with what is to be translated in it."""
    own = edition.WORDS / f"{language}.po"
    if own.is_file() and paths.PACKAGE.is_relative_to(paths.ROOT):  # the library is being worked on
        yield own, list(of_library())
        yield edition.WORDS / f"{language}.start.po", list(of_start())
    yield place(language, edition.PROJECT), list(of_project())
    for page in pages():
        yield place(language, page), list(messages(page, page_file(page).read_text(encoding="utf-8")))


def lacking(language: str) -> int:
    """Return how many texts of the project's pages have no translation yet, or an outdated one."""
    missing = 0
    with edition.making(language):
        for page in pages():
            known = translations(page)
            wanted = {text for text, _ in messages(page, page_file(page).read_text(encoding="utf-8"))}
            missing += len(wanted - set(known))
    return missing


# finding them wanting


def faults(file: Path, found: Iterable[tuple[str, str]]) -> list[str]:
    """Return where a catalogue is not what it translates: missing, outdated, gone, or with other markup."""
    known = {entry.msgid: entry for entry in read(file)}
    wanted = dict(found)
    lines = []
    for text, where in wanted.items():
        entry, head = known.get(text), f"{where}: “{' '.join(text.split())[:60]}…”"
        if entry is None or not entry.msgstr:
            lines.append(f"{head} has no translation")
        elif entry.fuzzy:
            lines.append(f"{head} has changed since it was translated")
        elif not entry.msgstr.startswith(LEFT_OUT) and (differ := difference(text, entry.msgstr)):
            lines.append(f"{head} {differ}")
    gone = [text for text in known if text not in wanted]
    return lines + [f"{file.name}: “{text[:60]}…” is translated and no longer there" for text in gone]


def difference(text: str, translation: str) -> str:
    """Return in what the markup or the numbers of a translation differ from the text's; nothing where they do not.

    >>> difference("{count}`excerpts` excerpts", "29 citater")
    'has other markup: {count}`excerpts`'
    >>> difference("20,000 in 2007", "30.000 i 2007")
    'has other numbers: 20000, 30000'
    >>> difference("20,000 or 1.5", "20.000 eller 1,5")
    ''

    """
    before, after = marks(text), marks(translation)
    if before != after:
        only = sorted(set(before) ^ set(after)) or ["other number or order"]
        return f"has other markup: {', '.join(only)}"
    typed = [Counter(_typed(part)) for part in (text, translation)]
    if differ := (typed[0] - typed[1]) + (typed[1] - typed[0]):
        return f"has other numbers: {', '.join(sorted(differ))}"
    if re.search(r'(?<![=\w])"[^"`]*"', _MARKUP.sub("", translation)):
        return "has straight quotation marks; write »…«"
    return ""


def _typed(text: str) -> list[str]:
    """The numbers in figures outside of markup, with a decimal point and thousands together."""
    plain = re.sub(r"(?<=\d)[.,](?=\d{3}\b)", "", _MARKUP.sub("", text))
    return [number.replace(",", ".") for number in re.findall(r"\d+(?:[.,]\d+)?", plain)]


def marks(text: str) -> list[str]:
    """Return the markup that a translation has to keep: roles, code, link targets, directives, kinds of line, fields.

    A role for a word of quantity may show another word, and one for a number may be of another gender.
    """
    roles = []
    for name, said in re.findall(r"\{([\w:+-]+)\}`([^`]*)`", text):
        if name in HOLDS:
            roles.append(f"{{{name}}}`{said.rpartition(':')[2].strip()}`")
        elif name == "reported":
            roles.append("{reported}")
        elif name in NUMBERS:
            roles.append(f"{{number}}`{said}`" if name != "fact" else f"{{fact}}`{said}`")
        else:
            roles.append(f"{{{name}}}`{re.sub(r'^.*<', '<', said)}`")
    plain = re.sub(r"\{[\w:+-]+\}`[^`]*`", "", text)
    code = re.findall(r"`[^`]+`", plain)
    targets = re.findall(r"\]\(([^)]*)\)", plain)
    fields = re.findall(r"(?<!\{)\{\w+\}(?!`)", plain)
    lines = re.findall(
        r"^(?:#+ |\d+\. |- |: |:{3,}(?:\{[\w-]+\})?|`{3,}.*|:(?:link|link-type|class|name)[\w-]*:.*|\([\w-]+\)=|> )",
        text,
        re.MULTILINE,
    )
    return sorted(roles + code + targets + fields) + lines
