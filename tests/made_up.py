"""Coded interviews made up for the tests, as three programs would write them. Nobody has said any of this.

The words are drawn from a short list, the codes are given at random, both always the same.
"""

import csv
import json
import random
import sqlite3
import zipfile
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

WORDS = [
    "apples",
    "boats",
    "clouds",
    "doors",
    "engines",
    "fields",
    "gardens",
    "harbours",
    "islands",
    "jackets",
    "kettles",
    "ladders",
    "blåbær",
    "🙂",
    "mirrors",
]
CODES = {
    "time": "Said when hours, calendars or deadlines are named",
    "time.pressure": "",
    "time.pressure.meetings": "",
    "trust": "Said when somebody relies on somebody",
    "trust.of leaders": "",
    "money": "",
    "weather": "",
}
"""Codes by their path, with definitions; “time” and “trust” have others below them, “trust” is never given itself."""
GIVEN = [code for code in CODES if code != "trust"]
ROLES = {"Nobody One": "nurse", "Nobody Two": "nurse", "Nobody Three": "teacher", "Nobody Four": "teacher"}
"""Documents by their names, with the role of who speaks."""
CODERS = ("anna", "bo")


class Given(NamedTuple):
    """A code given to a passage."""

    document: str
    start: int
    end: int
    code: str
    coder: str


class Interviews(NamedTuple):
    texts: dict[str, str]
    codings: list[Given]

    @property
    def passages(self):
        return sorted({given[:3] for given in self.codings}, key=lambda p: (list(self.texts).index(p[0]), *p[1:]))


def interviews(passages=30, seed=7):
    """The made-up interviews: `passages` coded passages; in the first document two have coded."""
    draw = random.Random(seed)
    texts, codings = {}, []
    for name in ROLES:
        words = [draw.choice(WORDS) for _ in range(40 * (1 + passages // len(ROLES)))]
        texts[name] = " ".join(words)
    for number in range(passages):
        name = list(ROLES)[number % len(ROLES)]
        words = texts[name].split(" ")
        first = 40 * (number // len(ROLES)) + draw.randrange(20)
        start = len(" ".join(words[:first])) + (first > 0)
        end = start + len(" ".join(words[first : first + draw.randrange(3, 15)]))
        for coder in CODERS if name == "Nobody One" else CODERS[:1]:
            codes = draw.sample(GIVEN, draw.randrange(1, 4))
            codings += [Given(name, start, end, code, coder) for code in sorted(codes)]
    return Interviews(texts, codings)


def _units(text, at):
    return len(text[:at].encode("utf-16-le")) // 2


def qdpx(path, made):
    """Write them as NVivo would: a selection for each coding, positions in UTF-16 units, groups as cases."""
    guid = {name: f"{number:08X}" for number, name in enumerate([*CODERS, *CODES, *made.texts, "role"])}

    def codes(above):
        for code, definition in CODES.items():
            parent, _, name = code.rpartition(".")
            if parent == above:
                told = f"<Description>{definition}</Description>" if definition else ""
                yield f"<Code guid={quoteattr(guid[code])} name={quoteattr(name)}>{told}{''.join(codes(code))}</Code>"

    sources = []
    for name, text in made.texts.items():
        selections = "".join(
            f'<PlainTextSelection guid="s{n}" startPosition="{_units(text, g.start)}" endPosition="{_units(text, g.end)}">'
            f'<Coding guid="c{n}" creatingUser="{guid[g.coder]}"><CodeRef targetGUID="{guid[g.code]}"/></Coding>'
            "</PlainTextSelection>"
            for n, g in enumerate(made.codings)
            if g.document == name
        )
        sources.append(
            f'<TextSource guid="{guid[name]}" name="{name}" plainTextPath="internal://{guid[name]}.txt">{selections}</TextSource>'
        )
    cases = "".join(
        f'<Case name="{role} {n}"><VariableValue><VariableRef targetGUID="{guid["role"]}"/><TextValue>{role}</TextValue>'
        f'</VariableValue><SourceRef targetGUID="{guid[name]}"/></Case>'
        for n, (name, role) in enumerate(ROLES.items(), 1)
    )
    users = "".join(f'<User guid="{guid[coder]}" name="{coder}"/>' for coder in CODERS)
    project = (
        f'<Project xmlns="urn:QDA-XML:project:1.0" origin="made up for the tests"><Users>{users}</Users><CodeBook><Codes>'
        f'{"".join(codes(""))}</Codes></CodeBook><Variables><Variable guid="{guid["role"]}" name="role"/></Variables>'
        f"<Cases>{cases}</Cases><Sources>{''.join(sources)}</Sources></Project>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("project.qde", project)
        for name, text in made.texts.items():
            archive.writestr(f"Sources/{guid[name]}.txt", text)
    return path


def taguette(path, made):
    """Write them as Taguette would: a highlight of each coder for each passage, positions in bytes, coders in the log."""
    documents, codes = list(made.texts), list(CODES)
    places = [(*place, coder) for coder in CODERS for place in made.passages]
    with sqlite3.connect(path) as base:
        for table in (
            "projects (id integer, name text)",
            "documents (id integer, name text, contents text)",
            "tags (id integer, path text, description text)",
            "highlights (id integer, document_id integer, start_offset integer, end_offset integer)",
            "highlight_tags (highlight_id integer, tag_id integer)",
            "commands (id integer, user_login text, payload text)",
        ):
            base.execute(f"create table {table}")
        base.execute("insert into projects values (1, 'made up for the tests')")
        rows = [(n, name, f"<p>{text}</p>") for n, (name, text) in enumerate(made.texts.items(), 1)]
        base.executemany("insert into documents values (?, ?, ?)", rows)
        base.executemany("insert into tags values (?, ?, ?)", [(n, c, d) for n, (c, d) in enumerate(CODES.items(), 1)])
        for number, (name, start, end, _) in enumerate(places, 1):
            text = made.texts[name]
            at = (len(text[:start].encode()), len(text[:end].encode()))
            base.execute("insert into highlights values (?, ?, ?, ?)", (number, documents.index(name) + 1, *at))
        for number, given in enumerate(made.codings, 1):
            highlight, tag = places.index((*given[:3], given.coder)) + 1, codes.index(given.code) + 1
            base.execute("insert into highlight_tags values (?, ?)", (highlight, tag))
            told = json.dumps({"type": "highlight_add", "highlight_id": highlight, "tags": [tag]})
            base.execute("insert into commands values (?, ?, ?)", (number, given.coder, told))
    base.close()
    return path


def table(path, made):
    """Write them as a spreadsheet would hold them: a row a coding, the last part of each code's path as its name."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["document", "passage", "text", "code", "coder", "role"])
        for given in sorted(made.codings, key=lambda g: made.passages.index(g[:3])):
            words = made.texts[given.document][given.start : given.end]
            place = f"{given.start}-{given.end}"
            row = [given.document, place, words, given.code.rpartition(".")[2], given.coder, ROLES[given.document]]
            rows.writerow(row)
    return path


PROGRAMS = {"interviews.qdpx": qdpx, "interviews.sqlite3": taguette, "interviews.csv": table}
"""Writers, by the name that the file gets."""
