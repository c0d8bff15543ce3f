"""A project for coded interviews: the files around the tables, made once and then the researcher's own."""

from __future__ import annotations

import datetime
import json
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from kodebog import edition
from kodebog.analysis.interviews import paged
from kodebog.edition import _, noop
from kodebog.errors import KodebogError
from kodebog.files import write_whole
from kodebog.paths import MARKS
from kodebog.report import catalogues, gate
from kodebog.report.wording import known as in_words
from kodebog.study import importing, leaks, readers
from kodebog.study.coded import numbered
from kodebog.study.comparison import compared, read_second
from kodebog.study.disclosure import in_prose
from kodebog.study.faults import Fault
from kodebog.study.interviews import TOGETHER
from kodebog.study.package import Package, datapackage
from kodebog.study.questions import NOBODY, UNDECIDED_LICENCE
from kodebog.study.readers.tables import Columns

START = Path(__file__).with_name("start")
"""The files that a new project begins with."""


NAMED = {"gitignore": ".gitignore", "conf": "conf.py"}
"""What files are called in a project that would mean something here under that name."""


class BroughtIn(NamedTuple):
    """What an import has done."""

    made: importing.Imported
    key: Path
    """The file that says what pseudonyms stand for."""
    changed: list[str]
    """What is new and what is gone since the last import."""
    faults: list[Fault]
    """What stands in the way of publishing."""
    questions: list[str]
    """What the owner has still to say."""


class ProjectTaken(KodebogError):
    """The folder that a project is to be made in holds something else."""


def bring_in(
    file: Path,
    columns: Columns,
    folder: Path,
    title: str = "",
    author: str = "",
    licence: str = "",
    group: str = "",
    language: str = "",
    second: Path | None = None,
    coders: str = "",
) -> BroughtIn:
    """Make a project of a file, or bring its tables up to date; return what was made, and what is wrong with it.

    A new project is made beside its place and put there when it is whole. In one that stands, tables alone change:
    notebooks, pages and settings are the researcher's. `language`: that of the words around the tables, English where
    nobody says and no project stands. `second`: a file of another coder, held against the first. `coders`: whether
    several are “compared”, as where nobody says, or count “together”.

    Raises:
        ReadError: when the file cannot be read.
        ProjectTaken: when the folder holds other things than a project of coded interviews.
        ImportFault: when what was read makes no study.

    """
    folder = folder.resolve()
    key = importing.Key.read(importing.private_folder(folder))
    told = columns != Columns()
    columns = columns if told else key.columns() or columns
    coded = readers.read(file, columns)
    if folder.exists() and any(folder.iterdir()) and (author or language):
        coded.notes.append("Author and language are those of the project: change them in CITATION.cff and _config.yml.")
    if told and coded.program != "table":
        coded.notes.append("What was said of columns has no part in this file, which is no table.")
    known = bool(key.ids)
    group, second = key.remember(file, columns, group, second)
    if second:
        if known and not second.exists():
            raise importing.ImportFault(f"{second}: is not there; the second coder's file, name it with --second.")
        coded = compared(coded, read_second(second, columns))
    if not folder.exists() or not any(folder.iterdir()):
        with edition.making(language or edition.CODE):
            made = importing.tables(coded, key, group, _names(), coders == TOGETHER)
            package = _new(made, folder, title or folder.name, author, licence, coders)
        return _brought(made, importing.private_folder(folder) / importing.KEY, folder, package, [])
    data = folder / "data"
    if not all((folder / mark).is_file() for mark in MARKS) or not (data / "documents.csv").is_file():
        raise ProjectTaken(f"{folder}: is not empty, and no project of coded interviews; name a new folder.")
    if not known:
        raise importing.ImportFault(
            f"{importing.private_folder(folder) / importing.KEY}: is not there. Without the key all ids would be given "
            "anew, and what was written by hand would come to stand at other passages. Put it back, or import into a "
            "new folder."
        )
    with edition.making(edition.language_of(folder / MARKS[0])):
        about = datapackage(data)
        about |= {"coders": coders} if coders else {}
        made = importing.tables(coded, key, group, _names(), about.get("coders") == TOGETHER)
        if own := ", ".join(importing.undeclared(data, about)):
            raise importing.ImportFault(
                f"{data}: datapackage.json does not declare {own}; an import would lose what stands there. Declare it, "
                "or take it out."
            )
        before = importing.standing(data, about)
        last = importing.last_import(folder)
        merged = importing.with_handwork(made, before, last, about)
        gone = list(importing.gone_by_hand(before, merged, last, about))
        if title:
            about["title"] = title
        if licence:
            about["licenses"] = [{"title": licence}]
        package = importing.write(merged, data, about)
        added = _add_chapters(merged, folder)
    if gone:
        kept = importing.keep_gone(gone, folder)
        added.append(f"{numbered(len(gone), 'cell')} written by hand in rows that are gone: kept in {kept}")
    where = importing.write_key(made, folder)
    return _brought(merged, where, folder, package, [*importing.changes(before, merged), *added])


def _names() -> importing.Names:
    return importing.Names(_("All documents"), _("Codes"), _("Other codes"), _("{code} (in general)"))


def _brought(made: importing.Imported, key: Path, folder: Path, package: Package, changed: list[str]) -> BroughtIn:
    """Look through what is to be published, with what was said and the names of documents at hand."""
    texts = gate.published_texts(folder)
    faults = [*leaks.lookup(package, texts, made.key, made.spoken, made.small), *in_prose(texts, [])]
    return BroughtIn(made, key, changed, faults, gate.questions(folder / "data", folder))


def _new(made: importing.Imported, folder: Path, title: str, author: str, licence: str, coders: str) -> Package:
    """Make a project beside its place, and put it there whole."""
    fresh = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        words = {
            "title": title,
            "title_quoted": json.dumps(title, ensure_ascii=False),
            "author_quoted": json.dumps(author or NOBODY, ensure_ascii=False),
            "language": edition.language(),
            "today": datetime.datetime.now(datetime.UTC).date().isoformat(),
        }
        for path in sorted(START.rglob("*")):
            if path.is_file() and path.stem not in CHAPTERS:
                name = NAMED.get(path.name) or path.relative_to(START)
                write_whole(fresh / name, _filled(_read(path), words))
        _add_chapters(made, fresh)
        about = importing.descriptor(title, licence or UNDECIDED_LICENCE) | ({"coders": coders} if coders else {})
        package = importing.write(made, fresh / "data", about)
        importing.write_key(made, folder)  # before there is a project that would stand without one
        if folder.exists():
            folder.rmdir()
        fresh.replace(folder)
        return package
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


CHAPTERS: dict[str, Callable[[importing.Imported], bool]] = {
    "typology": lambda made: any(row["use"] for row in made.tables["families"]),
    "agreement": lambda made: (
        len({(row["excerpt"], row["coder"]) for row in made.tables["codings"]}) > len(made.tables["excerpts"])
    ),
}
"""Chapters that not every study has, and when it has them."""
IN_SHORT = {
    "typology": noop("{doc}`Typology <notebooks/typology>`: the types, and what the excerpts of each are like"),
    "agreement": noop("{doc}`Agreement of coders <notebooks/agreement>`: how far those who coded the same agree"),
}
"""What the first page says of such a chapter."""
LAST = "      - file: notebooks/evidence\n"
"""The line of the contents before which such a chapter is put, and after which further pages of excerpts are."""


def _add_chapters(made: importing.Imported, folder: Path) -> list[str]:
    """Add the chapters that the data now call for and that are not there; return what was done."""
    done = []
    for name, wanted in CHAPTERS.items():
        notebook, contents = folder / "notebooks" / f"{name}.ipynb", folder / "_toc.yml"
        if wanted(made) and not notebook.exists():
            write_whole(notebook, _read(START / "notebooks" / notebook.name))
            done.append(_named(name, contents, LAST, before=True))
            _told_of(name, folder / "index.md")
    excerpts = made.tables["excerpts"]
    pages = paged((row["excerpt"] for row in excerpts), (row["document"] for row in excerpts))
    for number in range(2, max(pages.values()) + 1):
        name = f"evidence-{number}"
        if not (notebook := folder / "notebooks" / f"{name}.ipynb").exists():
            write_whole(notebook, _further(_read(START / "notebooks/evidence.ipynb"), number))
            done.append(
                _named(name, contents, LAST.replace("\n", f"-{number - 1}\n" if number > 2 else "\n"), before=False)
            )
    return done


def _told_of(name: str, page: Path) -> None:
    """Name a chapter on the first page, before the excerpts, where that page still lists the chapters."""
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    before = re.search(r"^- .*<notebooks/evidence>`.*$", text, re.MULTILINE)
    if before and f"<notebooks/{name}>" not in text:
        write_whole(page, f"{text[: before.start()]}- {in_words(IN_SHORT[name])}\n{text[before.start() :]}")


def _named(name: str, contents: Path, line: str, before: bool) -> str:
    """Name a chapter in the contents before or behind a line of them; return what was done."""
    toc = contents.read_text(encoding="utf-8")
    own = f"      - file: notebooks/{name}\n"
    if own in toc or line not in toc:
        return f"chapter “{name}” written to {name}.ipynb; name it in _toc.yml where you want it"
    write_whole(contents, toc.replace(line, own + line if before else line + own, 1))
    return f"chapter “{name}” added"


def _further(notebook: str, number: int) -> str:
    """The notebook of a further page of excerpts, made from that of the first."""
    content = json.loads(notebook)
    for cell in content["cells"]:
        cell["id"] = cell["id"].replace("evidence-", f"evidence-{number}-")
        text = (
            "".join(cell["source"])
            .replace("page=1", f"page={number}")
            .replace("(sec-evidence)", f"(sec-evidence-{number})")
        )
        cell["source"] = re.sub(r"^(# .*)$", rf"\1 ({number})", text, flags=re.MULTILINE).splitlines(keepends=True)
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _read(path: Path) -> str:
    """A file of a new project, its text in the language of the edition."""
    text = path.read_text(encoding="utf-8")
    if edition.language() == edition.CODE or path.suffix not in {".md", ".ipynb"}:
        return text
    put = catalogues.put_in(text, edition.finished(edition.WORDS / f"{edition.language()}.start.po"))
    return json.dumps(json.loads(put), ensure_ascii=False, indent=1) + "\n" if path.suffix == ".ipynb" else put


def _filled(text: str, words: Mapping[str, str]) -> str:
    """A file of a new project, with its title and what else differs."""
    for mark, word in words.items():
        text = text.replace("{{" + mark + "}}", word)
    return text
