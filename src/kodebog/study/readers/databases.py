"""Databases of coding programs: Taguette (.sqlite3), RQDA (.rqda), QualCoder (data.qda).

Opened so that nothing can be written; accounts, addresses and passwords in them are not read.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Set
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path

from kodebog.study.coded import (
    Code,
    Coded,
    Coding,
    Document,
    Passage,
    ReadError,
    Unit,
    by_dots,
    characters,
    numbered,
    placed,
)

TAGUETTE = {"projects", "documents", "tags", "highlights", "highlight_tags"}
RQDA = {"source", "freecode", "coding"}
UNITS: tuple[Unit, ...] = ("characters", "UTF-16 units")
QUALCODER = {"source", "code_name", "code_text"}


def read(path: Path) -> Coded:
    """Return what a database holds.

    Raises:
        ReadError: when it is broken, of another program, or holds several projects.

    """
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            database.text_factory = lambda raw: raw.decode("utf-8", "replace")
            tables = {name for (name,) in database.execute("select name from sqlite_master where type = 'table'")}
            if tables >= TAGUETTE:
                return _taguette(database, path.name, "commands" in tables)
            if tables >= QUALCODER:
                return _qualcoder(database, "code_cat" in tables)
            if tables >= RQDA:
                return _rqda(database, {"codecat", "treecode"} <= tables)
    except (sqlite3.Error, ValueError, TypeError, AttributeError, OverflowError) as error:
        raise ReadError(f"{path.name}: cannot be read as a database ({error}).") from None
    raise ReadError(f"{path.name}: is a database, but not of Taguette, RQDA or QualCoder.")


class _Words(HTMLParser):
    """What stands between the tags of an HTML text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def _text(html: str) -> str:
    """The text in which Taguette counts: all words between tags one after the other, line ends included."""
    parser = _Words()
    parser.feed(html)
    parser.close()
    return "".join(parser.parts)


def _taguette(database: sqlite3.Connection, name: str, logged: bool) -> Coded:
    """Taguette counts UTF-8 bytes."""
    made = Coded("Taguette database")
    projects = [number for (number,) in database.execute("select id from projects order by id")]
    if len(projects) != 1:
        raise ReadError(f"{name}: holds {len(projects) or 'no'} projects; export the one you want by itself.")
    for number, shown, html in database.execute("select id, name, contents from documents order by id"):
        made.documents[str(number)] = Document(str(number), shown, _text(html))
    tags = database.execute("select id, path, description from tags order by path")
    made.codes = by_dots({str(number): Code(str(number), path, "", told or "") for number, path, told in tags})
    known = {key: characters(document.text or "", "UTF-8 bytes") for key, document in made.documents.items()}
    rows = "select id, document_id, start_offset, end_offset from highlights order by document_id, start_offset, id"
    lost = 0
    for number, document, start, end in database.execute(rows):
        if str(document) in made.documents:
            text = made.documents[str(document)].text or ""
            place = placed(text, "UTF-8 bytes", start, end, known[str(document)])
            lost += place is None
            made.passages[str(number)] = Passage(str(number), str(document), *(place or ()))
    coders = _taguette_coders(database) if logged else {}
    for highlight, tag in database.execute("select highlight_id, tag_id from highlight_tags order by 1, 2"):
        if str(highlight) in made.passages and str(tag) in made.codes:
            by = coders.get((highlight, tag), coders.get((highlight, None), ""))
            made.codings.append(Coding(str(highlight), str(tag), by))
    if lost:
        made.notes.append(f"{lost} highlights do not lie on characters of their text.")
    return made


def _taguette_coders(database: sqlite3.Connection) -> dict[tuple[int, int | None], str]:
    """Who first gave a tag to a highlight, by the program's own log."""
    found: dict[tuple[int, int | None], str] = {}
    for login, payload in database.execute("select user_login, payload from commands order by id"):
        command = json.loads(payload)
        if command.get("type") == "highlight_add":
            highlight = command.get("highlight_id") or command.get("id")
            for tag in [*command.get("tags", []), None]:
                found.setdefault((highlight, tag), login)
    return found


def _qualcoder(database: sqlite3.Connection, categories: bool) -> Coded:
    """QualCoder counts characters, older versions UTF-16 units, and keeps the words of a passage beside its place."""
    made = Coded("QualCoder project")
    for number, shown, text in database.execute("select id, name, fulltext from source order by id"):
        made.documents[str(number)] = Document(str(number), shown, text)
    if categories:
        for number, shown, above in database.execute("select catid, name, supercatid from code_cat order by catid"):
            made.codes[f"category {number}"] = Code(f"category {number}", shown, f"category {above}" if above else "")
    for number, shown, memo, category in database.execute("select cid, name, memo, catid from code_name order by cid"):
        above = f"category {category}"
        made.codes[str(number)] = Code(str(number), shown, above if above in made.codes else "", memo or "")
    rows = database.execute("select rowid, cid, fid, pos0, pos1, seltext, owner from code_text order by fid, pos0")
    _stored_words(rows.fetchall(), made)
    tables = {name for (name,) in database.execute("select name from sqlite_master where type = 'table'")}
    for table, what in (("code_image", "areas of pictures"), ("code_av", "stretches of sound or film")):
        if table in tables and (number := database.execute(f"select count(*) from {table}").fetchone()[0]):
            made.notes.append(f"{number} coded {what} were left out.")
    _qualcoder_attributes(database, tables, made)
    return made


def _qualcoder_attributes(database: sqlite3.Connection, tables: Set[str], made: Coded) -> None:
    """Give each document its attributes, the case it belongs to, and those of that case."""
    told: dict[tuple[str, str], dict[str, str]] = {}
    if "attribute" in tables:
        for name, kind, value, number in database.execute("select name, attr_type, value, id from attribute"):
            if value not in (None, ""):
                told.setdefault((kind, str(number)), {})[name] = str(value)
    for document in made.documents.values():
        document.attributes.update(told.get(("file", document.id), {}))
    if {"cases", "case_text"} <= tables:
        belongs = "select distinct fid, caseid, name from case_text join cases using (caseid) order by fid, caseid"
        for file, case, name in database.execute(belongs):
            if str(file) in made.documents:
                for head, value in {**told.get(("case", str(case)), {}), "case": name}.items():
                    made.documents[str(file)].attributes.setdefault(head, value)


def _rqda(database: sqlite3.Connection, categories: bool) -> Coded:
    """RQDA counts characters, keeps the words of a passage, and marks what is deleted by a status other than 1."""
    made = Coded("RQDA project")
    for number, shown, text in database.execute("select id, name, file from source where status = 1"):
        made.documents[str(number)] = Document(str(number), shown, text)
    for number, shown, memo in database.execute("select id, name, memo from freecode where status = 1"):
        made.codes[str(number)] = Code(str(number), shown, "", memo or "")
    if categories:
        for number, shown in database.execute("select catid, name from codecat where status = 1"):
            made.codes[f"category {number}"] = Code(f"category {number}", shown)
        for code, category in database.execute("select cid, catid from treecode where status = 1"):
            held = made.codes.get(str(code))
            if held and f"category {category}" in made.codes:
                made.codes[str(code)] = Code(held.id, held.name, f"category {category}", held.definition)
    kept = "select rowid, cid, fid, selfirst, selend, seltext, owner from coding where status = 1"
    _stored_words(database.execute(kept).fetchall(), made)
    (deleted,) = database.execute("select count(*) from coding where status is not 1").fetchone()
    if deleted:
        made.notes.append(f"{deleted} codings are deleted in the program and were left out.")
    return made


def _stored_words(rows: list[tuple[int, int, int, float, float, str, str]], made: Coded) -> None:
    """Take codings whose words are kept beside their place; where the two differ, the words find the place.

    Positions are characters, unless more of a text's passages have their words when they are taken as UTF-16 units.
    """
    gone, differ, lost = 0, 0, 0
    known = _by_words(rows, made)
    for number, code, document, start, end, words, owner in rows:
        if str(code) not in made.codes or str(document) not in made.documents:
            gone += 1
            continue
        text = made.documents[str(document)].text or ""
        unit, positions = known[str(document)]
        place = placed(text, unit, int(start), int(end), positions) if text else (int(start), int(end))
        if words and (place is None or text[slice(*place)] != words):
            differ += 1
            at = text.find(words) if text.count(words) == 1 else -1
            place = (at, at + len(words)) if at >= 0 else None
            lost += place is None
        made.passages[str(number)] = Passage(str(number), str(document), *(place or ()))
        made.codings.append(Coding(str(number), str(code), owner or ""))
    if shifted := sum(unit != "characters" for unit, _ in known.values()):
        made.notes.append(f"{numbered(shifted, 'document')} whose positions count UTF-16 units, by the words kept.")
    if gone:
        made.notes.append(f"{gone} codings are of a code or a document that is not there any more; they were left out.")
    if differ:
        made.notes.append(
            f"{differ} codings hold other words than stand at their place; {differ - lost} were found by their words."
        )


def _by_words(
    rows: list[tuple[int, int, int, float, float, str, str]], made: Coded
) -> dict[str, tuple[Unit, dict[int, int] | None]]:
    """The unit in which most passages of each document have the words that are kept of them, and its positions."""
    kept: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for _, _, document, start, end, words, _ in rows:
        if words:
            kept[str(document)].append((int(start), int(end), words))

    def right(key: str, text: str, known: dict[int, int] | None, unit: Unit) -> int:
        places = ((placed(text, unit, start, end, known), words) for start, end, words in kept[key])
        return sum(place is not None and text[slice(*place)] == words for place, words in places)

    found = {}
    for key, text in ((key, document.text or "") for key, document in made.documents.items()):
        units = [(unit, characters(text, unit)) for unit in UNITS[: 1 if text.isascii() else 2]]
        found[key] = max(units, key=lambda unit: right(key, text, unit[1], unit[0]))
    return found
