"""Readers of coding programs' files: what they find, what they repair and say, and what they refuse."""

import random
import sqlite3
import time
import zipfile

import openpyxl
import pytest

from kodebog import cli
from kodebog.study import doctor, importing, readers
from kodebog.study.coded import Code, Coded, Coding, Document, Passage, ReadError, characters, on_words, unit_of
from kodebog.study.readers import refi
from kodebog.study.readers.tables import Columns

PROJECT = """<?xml version="1.0" encoding="utf-8"?>{doctype}
<Project xmlns="urn:QDA-XML:project:1.0" name="x" origin="made up for a test"><Users><User guid="U" name="anna"/></Users>
<CodeBook><Codes><Code guid="{{A}}" name="above"><Code guid="{{C}}" name="a code{extra}"/></Code></Codes></CodeBook>
<Sources><TextSource guid="D" name="doc" plainTextPath="{path}">{selections}</TextSource></Sources></Project>"""
TEXT = "Made up: she said 🙂 that it went well."


def selection(start, end, number=1, name=""):
    """A passage with the code, as the standard has it."""
    return (
        f'<PlainTextSelection guid="S{number}" name="{name}" startPosition="{start}" endPosition="{end}">'
        f'<Coding guid="K{number}" creatingUser="u"><CodeRef targetGUID="c"/></Coding></PlainTextSelection>'
    )


@pytest.fixture
def qdpx(tmp_path):
    def make(members=None, project="project.qde", **parts):
        about = {"doctype": "", "extra": "", "path": "internal://d.txt", "selections": selection(0, 4)} | parts
        path = tmp_path / "interviews.qdpx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(project, PROJECT.format(**about))
            for name, content in ({"sources/d.txt": TEXT} if members is None else members).items():
                archive.writestr(name, content)
        return path

    return make


def passages(coded):
    return [coded.documents[p.document].text[p.start : p.end] for p in coded.passages.values() if p.start is not None]


def test_a_project(qdpx):
    coded = readers.read(qdpx())
    assert passages(coded) == ["Made"] and coded.program == "REFI-QDA project, written by made up for a test"
    assert coded.codes["c"].name == "a code" and coded.codes["c"].parent == "a"
    assert [(c.code, c.coder) for c in coded.codings] == [("c", "anna")]


NAMES = {
    "capitals": ({"SOURCES/D.TXT": TEXT}, "PROJECT.QDE", {}),
    "named after the project": (None, "Trial.qde", {}),
    "path without internal": (None, "project.qde", {"path": "d.txt"}),
    "backslashes": ({"Sources\\d.txt": TEXT}, "project.qde", {}),
    "UTF-16 with a mark": ({"sources/d.txt": TEXT.encode("utf-16")}, "project.qde", {}),
    "UTF-8 with a mark": ({"sources/d.txt": TEXT.encode("utf-8-sig")}, "project.qde", {}),
}


@pytest.mark.parametrize("how", NAMES)
def test_what_programs_do_otherwise(qdpx, how):
    members, project, parts = NAMES[how]
    assert passages(readers.read(qdpx(members, project, **parts))) == ["Made"]


def test_positions_in_utf16_show_in_the_passages(qdpx):
    at = TEXT.index("that")
    coded = readers.read(qdpx(selections=selection(at + 1, at + 5) + selection(at + 9, at + 13, 2)))
    assert passages(coded) == ["that", "went"]
    assert any("count UTF-16 units (2 of 2 passages are right so, 0 as characters)" in note for note in coded.notes)


def test_a_name_that_holds_the_first_words_decides():
    text = "🙂 it was made up, all of it"
    units = ("characters", "UTF-16 units")
    assert unit_of(text, [(2, 16)], units, ["it was made up"])[0] == "characters"
    assert unit_of(text, [(3, 17)], units, ["it was made up"])[0] == "UTF-16 units"


def test_bytes_and_units():
    assert characters("aé🙂", "UTF-8 bytes") == {0: 0, 1: 1, 3: 2, 7: 3}
    assert characters("plain", "UTF-8 bytes") is None
    assert on_words("one two", 0, 3) and not on_words("one two", 1, 3) and not on_words("one", 0, 0)


OUTSIDE = {
    "out of the archive": ({"../secret.txt": "SECRET"}, "internal://../../secret.txt"),
    "absolute": ({}, "{secret}"),
    "file address": ({}, "file://{secret}"),
    "relative address": ({}, "relative:///secret.txt"),
}


@pytest.mark.parametrize("how", OUTSIDE)
def test_nothing_outside_is_opened(qdpx, tmp_path, how):
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    members, address = OUTSIDE[how]
    coded = readers.read(qdpx(members, path=address.format(secret=secret)))
    assert coded.documents["d"].text is None and "SECRET" not in str(coded)
    assert "The text of document 1 is not in the file; its passages have no words." in coded.notes


ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
REFUSED = {
    "entities": ({"doctype": ENTITY}, "document type declaration"),
    "not XML": ({"extra": " <"}, "is no XML"),
    "two projects": ({"members": {"other.qde": "x"}}, "holds 2 .qde files"),
}


@pytest.mark.parametrize("how", REFUSED)
def test_what_is_refused_with_a_sentence(qdpx, how):
    parts, words = REFUSED[how]
    with pytest.raises(ReadError, match=words):
        readers.read(qdpx(**parts))


def test_a_member_that_is_too_large(qdpx, monkeypatch):
    monkeypatch.setattr(refi, "LARGEST", 2000)
    with pytest.raises(ReadError, match="larger than"):
        readers.read(qdpx({"sources/d.txt": "a" * 2001}))


def test_members_that_are_too_large_together(qdpx, monkeypatch):
    path = qdpx({"sources/d.txt": "a" * 1500})
    monkeypatch.setattr(refi, "LARGEST", 2000)
    with pytest.raises(ReadError, match=r"when unpacked, at sources/d\.txt"):
        readers.read(path)
    monkeypatch.setattr(refi, "LARGEST", 4000)
    assert readers.read(path).documents


def test_characters_that_xml_forbids_are_left_out_and_counted(qdpx):
    coded = readers.read(qdpx(extra=" &#x1;&#11;"))
    assert coded.codes["c"].name == "a code"
    assert any("2 characters that XML forbids were left out" in note for note in coded.notes)


@pytest.mark.parametrize(("start", "end"), [(3, 999), (-5, 3), (3, 3), (5, 3)])
def test_a_passage_outside_the_text_keeps_its_code_only(qdpx, start, end):
    coded = readers.read(qdpx(selections=selection(start, end)))
    assert passages(coded) == [] and len(coded.codings) == 1
    assert any("1 passages lie outside the text, or hold nothing." in note for note in coded.notes)


def test_passages_at_one_place_are_joined(qdpx):
    coded = readers.read(qdpx(selections=selection(0, 4) + selection(0, 4, 2) + selection(0, 7, 3))).joined()
    assert sorted(passages(coded)) == ["Made", "Made up"] and len(coded.codings) == 2
    assert "1 passages stand at the place of another one and were joined with it." in coded.notes
    assert "1 codings repeat another one (same place, code and coder) and count once." in coded.notes


def test_a_codebook_alone(tmp_path):
    coded = readers.read(codebook_file(tmp_path / "codes.qdc"))
    assert [(c.name, c.definition) for c in coded.codes.values()] == [("one", "said")] and not coded.codings


def database(path, *commands):
    with sqlite3.connect(path) as made:
        for command in commands:
            made.execute(*command) if isinstance(command, tuple) else made.execute(command)
    made.close()
    return path


def taguette(path, *more):
    html = "<p>Made up: <b>blåbær</b> &amp; cake</p>\n<p>then more</p>"
    log = [
        ("anna", '{"type": "highlight_add", "highlight_id": 1, "tags": [2]}'),
        ("anna", '{"type": "highlight_add", "highlight_id": 2, "tags": [2]}'),
        ("bo", '{"type": "highlight_add", "highlight_id": 2, "tags": [1]}'),
        ("bo", '{"type": "highlight_add", "highlight_id": 1, "tags": [2]}'),
        ("bo", '{"type": "highlight_add", "highlight_id": 3}'),
        ("bo", '{"type": "tag_add", "tag_id": 1}'),
    ]
    return database(
        path,
        "create table projects (id integer, name text)", "insert into projects values (1, 'p')",
        "create table documents (id integer, name text, contents text)", ("insert into documents values (1, 'anna', ?)", (html,)),
        "create table tags (id integer, path text, description text)", "insert into tags values (1, 'food', ''), (2, 'food.berry', '')",
        "create table highlights (id integer, document_id integer, start_offset integer, end_offset integer)",
        "insert into highlights values (1, 1, 9, 17), (2, 1, 10, 13), (3, 1, 10, 12)",
        "create table highlight_tags (highlight_id integer, tag_id integer)", "insert into highlight_tags values (1, 2), (2, 1)",
        "create table commands (id integer, user_login text, payload text)", *(("insert into commands values (?, ?, ?)", (number, *line)) for number, line in enumerate(log)),
        *more,
    )  # fmt: skip


def test_taguette_counts_bytes_of_the_text_between_tags(tmp_path):
    coded = readers.read(taguette(tmp_path / "t.sqlite3"))
    assert passages(coded) == ["blåbær", "lå"], "å is two bytes"
    assert "1 highlights do not lie on characters of their text." in coded.notes
    assert coded.codes["2"].parent == "1" and [c.coder for c in coded.codings if c.passage == "1"] == ["anna"]


def test_a_database_with_several_projects(tmp_path):
    path = taguette(tmp_path / "t.sqlite3", "insert into projects values (2, 'q')")
    with pytest.raises(ReadError, match="holds 2 projects"):
        readers.read(path)


def rqda(path):
    return database(
        path,
        "create table source (id integer, name text, file text, status integer)", "insert into source values (1, 'a', 'one two three', 1)",
        "create table freecode (id integer, name text, memo text, status integer)", "insert into freecode values (1, 'c', '', 1), (2, 'gone', '', 0)",
        "create table codecat (catid integer, name text, status integer)", "insert into codecat values (1, 'all', 1)",
        "create table treecode (cid integer, catid integer, status integer)", "insert into treecode values (1, 1, 1)",
        "create table coding (cid integer, fid integer, selfirst real, selend real, seltext text, status integer, owner text)",
        "insert into coding values (1, 1, 0, 3, 'one', 1, 'x'), (1, 1, 0, 3, 'three', 1, 'x'), (2, 1, 0, 3, 'one', 1, 'x'), (1, 1, 0, 3, 'one', 0, 'x')",
    )  # fmt: skip


def test_rqda_leaves_out_what_is_deleted_and_finds_what_has_moved(tmp_path):
    coded = readers.read(rqda(tmp_path / "r.rqda"))
    assert passages(coded) == ["one", "three"] and coded.codes["1"].parent == "category 1" and "2" not in coded.codes
    assert "1 codings hold other words than stand at their place; 1 were found by their words." in coded.notes
    assert any("1 codings are deleted" in n for n in coded.notes) and any(
        "not there any more" in n for n in coded.notes
    )


def qualcoder(path):
    path.mkdir()
    database(
        path / "data.qda",
        "create table source (id integer, name text, fulltext text)", "insert into source values (1, 'a', 'one two')",
        "create table code_cat (catid integer, name text, supercatid integer)", "insert into code_cat values (1, 'all', null)",
        "create table code_name (cid integer, name text, memo text, catid integer)", "insert into code_name values (1, 'c', null, 1)",
        "create table code_text (cid integer, fid integer, pos0 integer, pos1 integer, seltext text, owner text)",
        "insert into code_text values (1, 1, 4, 7, 'two', 'anna'), (1, 1, 0, 3, 'one', null), (9, 1, 0, 3, 'one', 'anna'), (9, 9, 0, 3, 'one', '')",
    )  # fmt: skip
    return path


def test_qualcoder_in_its_folder(tmp_path):
    coded = readers.read(qualcoder(tmp_path / "study.qda"))
    assert (
        passages(coded) == ["one", "two"]
        and coded.codes["1"].parent == "category 1"
        and coded.program == "QualCoder project"
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"SQLite format 3\x00 and nothing more", "cannot be read as a database"), (None, "but not of")],
)
def test_other_databases_are_refused(tmp_path, content, words):
    path = tmp_path / "x.sqlite3"
    path.write_bytes(content) if content else database(path, "create table t (a)")
    with pytest.raises(ReadError, match=words):
        readers.read(path)


TABLES = {
    "a row a coding": "document,text,code,coder\nd,some words,x,anna\nd,some words,y,bo\n",
    "codes in a cell": 'Document;Segment;Codes\nd;some words;"x;y"\n',
    "tabs and a byte order mark": "\ufeffInterview\tExcerpt\tTags\nd\tsome words\tx|y\n",
}


def test_columns_of_codes_are_families_where_they_are_called_differently(tmp_path):
    path = tmp_path / "codings.csv"
    path.write_text(
        "id,Activity 1,Activity_2,Quality,Quality2\n1,plan,test,good,\n2,plan,plan,bad,plan\n", encoding="utf-8"
    )
    wide = Columns(codes=("Activity 1", "Activity_2", "Quality", "Quality2"))
    coded = readers.read(path, wide)
    tree = {(c.name, coded.codes[c.parent].name) for c in coded.codes.values() if c.parent}
    assert tree == {
        ("plan", "Activity"),
        ("test", "Activity"),
        ("good", "Quality"),
        ("bad", "Quality"),
        ("plan", "Quality"),
    }
    assert len(coded.codings) == 6
    assert coded.notes[0] == "Codes stand in families, by the columns that hold them: “Activity”, “Quality”."
    alike = readers.read(path, Columns(codes=("Activity 1", "Activity_2")))
    assert set(alike.codes) == {"plan", "test"} and not alike.notes[0].startswith("Codes stand")
    (tmp_path / "codes.csv").write_text("code\nplan\n", encoding="utf-8")
    named = readers.read(path, Columns(codes=("Activity 1", "Quality"), codebook=str(tmp_path / "codes.csv")))
    assert set(named.codes) == {"plan", "good", "bad"}, "whose codes have names already stands in no other family"


@pytest.mark.parametrize("how", TABLES)
def test_tables(tmp_path, how):
    path = tmp_path / "codings.csv"
    path.write_text(TABLES[how], encoding="utf-8")
    coded = readers.read(path).joined()
    assert set(coded.codes) == {"x", "y"} and len(coded.passages) == 1 and len(coded.codings) == 2
    assert "some words" not in "".join(coded.passages), "what names a passage goes into the key"


def test_a_workbook_and_numbers_as_they_are_seen(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Number", "Document", "Code"], [1.0, "d", "x"], [1, "d", "y"], [None, None, None], [2, "d", None]):
        book.active.append(row)
    book.save(tmp_path / "codings.xlsx")
    coded = readers.read(tmp_path / "codings.xlsx")
    assert len(coded.passages) == 2 and "1 row without a code." in coded.notes


def test_what_was_divided_and_what_lacks_a_document_is_said(tmp_path):
    (tmp_path / "packed.csv").write_text("document,code\nA,trust; time\n,money\nA,mandate\n", encoding="utf-8")
    coded = readers.read(tmp_path / "packed.csv")
    assert {coding.code for coding in coded.codings} == {"trust", "time", "money", "mandate"}
    assert "1 cell with several codes, divided at line ends, “;” or “|”." in coded.notes
    assert "1 row without a document: taken as of “packed”, as the file is called." in coded.notes
    (tmp_path / "plain.csv").write_text("document,id,code\nA,1,trust\n", encoding="utf-8")
    assert not readers.read(tmp_path / "plain.csv").notes


def test_half_an_archive_is_no_table(tmp_path, qdpx):
    (tmp_path / "half.qdpx").write_bytes(qdpx().read_bytes()[:300])
    with pytest.raises(ReadError, match="is a damaged archive"):
        readers.read(tmp_path / "half.qdpx")


def test_windows_letters_commas_and_columns_nobody_asked_for(tmp_path):
    (tmp_path / "t.csv").write_bytes("document;code;mood\nå;a, b;=1+1\n".encode("cp1252"))
    coded = readers.read(tmp_path / "t.csv")
    assert set(coded.documents) == {"å"} and set(coded.codes) == {"a, b"}
    assert "Columns not used, but for grouping documents: mood." in coded.notes and any(
        "Commas in 1 cell " in note for note in coded.notes
    )


@pytest.mark.parametrize(
    ("content", "words"), [(b"a;b\n1;2\n", "call one “code”"), (b"", "is empty"), (b"\x00\x01", "no text")]
)
def test_what_is_no_table_of_codings(tmp_path, content, words):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(ReadError, match=words):
        readers.read(tmp_path / "t.csv")


def test_damaged_files_are_refused_or_read_and_never_end_in_a_traceback(qdpx, tmp_path):
    """Many files with some bytes changed: each is read, or refused with a sentence; none is written to."""
    sources = [qdpx().read_bytes(), taguette(tmp_path / "t.sqlite3").read_bytes(), TABLES["a row a coding"].encode()]
    sources += [ROCK.encode(), ods(tmp_path / "t.ods", {"a": [["document", "code"], ["d", "x"]]}).read_bytes()]
    chance = random.Random(1)
    for number in range(600):
        content = bytearray(chance.choice(sources))
        for _ in range(chance.randint(1, 40)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path = tmp_path / f"damaged{number % 3}"
        path.write_bytes(content)
        try:
            assert isinstance(readers.read(path), Coded)
        except ReadError as refused:
            assert str(refused)
        assert path.read_bytes() == content


def test_the_doctor_tells_what_is_there_and_what_is_in_the_way(qdpx, capsys):
    twice = f"{selection(0, 4)}{selection(0, 4, 2)}"
    path = qdpx(selections=twice, extra=": she said 🙂 that it went well")
    assert cli.main(["doctor", str(path)]) == cli.OK
    said = capsys.readouterr().out
    assert "1 document, 1 of them with text" in said and "2 codes, 1 of them used, on 2 levels" in said
    assert "1 passage, 1 coding, by 1 coder" in said and "joined with it" in said
    assert "Codes that repeat 5 or more words of a document, in name or definition" in said
    assert "anna" not in said and "doc\n" not in said


def test_the_doctor_on_names_that_stand_twice_and_nothing_coded(tmp_path):
    (tmp_path / "c.qdc").write_text(
        '<CodeBook><Codes><Code guid="A" name="x"/><Code guid="B" name="x"/></Codes></CodeBook>'
    )
    told = doctor.report(readers.read(tmp_path / "c.qdc"))
    assert "Nothing is coded." in told and "Names that stand for more than one code: 1, “x”" in told


def test_the_doctor_counts_passages_without_codes():
    documents = {"d": Document("d", "doc", TEXT)}
    passages_ = {name: Passage(name, "d", start, start + 4) for name, start in (("p", 0), ("q", 10))}
    coded = Coded("x", documents, {"c": Code("c", "a code")}, passages_, [Coding("p", "c", "u")])
    assert "1 passage without any code." in doctor.report(coded)
    coded.codings.append(Coding("q", "c", "u"))
    assert "without any code" not in doctor.report(coded)


def test_a_column_that_is_named_for_codes_is_nothing_else(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("document,passage\nA,trust\nA,time\n", encoding="utf-8")
    coded = readers.read(path, Columns(codes=("passage",)))
    assert sorted(code.name for code in coded.codes.values()) == ["time", "trust"]
    assert not any("trust" in passage for passage in coded.passages)


def test_a_codebook_without_definitions(tmp_path):
    (tmp_path / "codes.csv").write_text('Code\n"Time, money"\n', encoding="utf-8")
    path = tmp_path / "a.csv"
    path.write_text('document,quote,code\nA,so it went,"Time, money"\n', encoding="utf-8")
    coded = readers.read(path, Columns(codebook=str(tmp_path / "codes.csv")))
    assert [(code.name, code.definition) for code in coded.codes.values()] == [("Time, money", "")]


def test_variables_of_a_document(qdpx):
    path = qdpx(
        selections=f'<VariableValue><VariableRef targetGUID="V"/><TextValue>nurse</TextValue></VariableValue>{selection(0, 4)}',
        extra='"/></Code></Codes></CodeBook><Variables><Variable guid="V" name="role"/></Variables><CodeBook><Codes><Code guid="Z" name="z"><Code guid="Y" name="y',
    )
    (document,) = readers.read(path).documents.values()
    assert document.attributes == {"role": "nurse"}


def test_a_file_that_is_not_there(tmp_path, capsys):
    with pytest.raises(ReadError, match="No such file"):
        readers.read(tmp_path / "none.qdpx")


ROCK = """---
ROCK_attributes: {cid: 1}
---
[[cid=1]]
---<<paragraph_break>>---
Made up: nobody said this. [[uid=7d]] [[time>pressure]] [[trust]]
And this has no code.
Nor was this said. [[time]]
"""


def test_a_rock_source(tmp_path):
    path = tmp_path / "source.rock"
    path.write_text(ROCK, encoding="utf-8")
    coded = readers.read(path)
    assert coded.program == "ROCK source" and passages(coded) == ["Made up: nobody said this.", "Nor was this said."]
    assert coded.codes["time>pressure"].name == "pressure" and coded.codes["time>pressure"].parent == "time"
    assert [(c.passage, c.code) for c in coded.codings] == [
        ("line 6", "time>pressure"), ("line 6", "trust"), ("line 8", "time"),
    ]  # fmt: skip
    assert "2 identifiers and other marks that are no codes were left out." in coded.notes


def test_a_table_with_brackets_in_it_is_a_table(tmp_path):
    path = tmp_path / "codings.csv"
    path.write_text("document,text,code\nd,see [[note]] there,x\n", encoding="utf-8")
    assert readers.read(path).program == "table"


CODEBOOK = 'Code,Comment,Codes in Group\n"time, lack of",Said when hours are short,\nmoney,,\n"money, other",,\n'


def test_codes_with_commas_are_told_apart_by_the_codebook(tmp_path):
    (tmp_path / "book.csv").write_text(CODEBOOK, encoding="utf-8")
    path = tmp_path / "quotations.csv"
    path.write_text('ID,Document,Codes\n1:1,d,"money, other, time, lack of, new"\n1:2,d,money\n', encoding="utf-8")
    coded = readers.read(path, readers.tables.Columns(codebook=str(tmp_path / "book.csv")))
    given = [(c.passage.partition("\t")[2], c.code) for c in coded.codings]
    assert given == [("1:1", "money, other"), ("1:1", "time, lack of"), ("1:1", "new"), ("1:2", "money")]
    assert coded.codes["time, lack of"].definition == "Said when hours are short"
    (tmp_path / "book.csv").write_text("word\nx\n", encoding="utf-8")
    with pytest.raises(ReadError, match="no column is known to hold the names"):
        readers.read(path, readers.tables.Columns(codebook=str(tmp_path / "book.csv")))


ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>{}</office:spreadsheet>'
    "</office:body></office:document-content>"
)


def ods(path, sheets):
    def cell(text):
        return f"<table:table-cell><text:p>{text}</text:p></table:table-cell>"

    empty = '<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    tables = "".join(
        f'<table:table table:name="{name}">'
        + "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
        + f"{empty}</table:table>"
        for name, rows in sheets.items()
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS.format(tables))
    return path


def test_an_opendocument_sheet(tmp_path):
    rows = [["document", "passage", "code"], ["d", "1", "x"], ["d", "1", "y"], ["e", "2", "x"]]
    path = ods(tmp_path / "codings.ods", {"notes": [["nothing"]], "codings": rows})
    coded = readers.read(path, readers.tables.Columns(sheet="codings"))
    assert len(coded.documents) == 2 and len(coded.passages) == 2 and len(coded.codings) == 3
    with pytest.raises(ReadError, match="has no sheet “other”"):
        readers.read(path, readers.tables.Columns(sheet="other"))
    with pytest.raises(ReadError, match="no column is known to hold codes"):
        readers.read(path)


def everything(coded):
    """All that was read, a line each, and what the doctor says of it."""
    parts = [*coded.documents.values(), *coded.codes.values(), *coded.passages.values(), *coded.codings]
    return "\n".join([coded.program, *map(str, parts), *coded.notes, "", doctor.report(coded)]) + "\n"


FULL = """<VariableValue><VariableRef targetGUID="V"/><TextValue>nurse</TextValue></VariableValue>{0}
<PlainTextSelection guid="S8" startPosition="18" endPosition="20"><Coding guid="K8" creatingUser="nobody"><CodeRef
targetGUID="C"/><NoteRef targetGUID="N"/></Coding></PlainTextSelection><PlainTextSelection guid="S9" startPosition="90"
endPosition="99"><Coding guid="K9"><CodeRef targetGUID="gone"/><CodeRef targetGUID="A"/></Coding></PlainTextSelection><PlainTextSelection guid="S12"
startPosition="1e1" endPosition="4"><Coding guid="K13"><CodeRef targetGUID="A"/></Coding></PlainTextSelection>
<Coding guid="K10" creatingUser="U"><CodeRef targetGUID="A"/></Coding></TextSource><PictureSource guid="P" name="map">
<PictureSelection guid="S10"><Coding guid="K11" creatingUser="u"><CodeRef targetGUID="c"/></Coding></PictureSelection>
</PictureSource><TextSource guid="E" name="inline"><PlainTextContent>Made up too.</PlainTextContent>
<Coding guid="K12"><CodeRef targetGUID="C"/></Coding></TextSource><TextSource guid="F" plainTextPath="internal://f.txt">
<Transcript guid="T1"/><Transcript guid="T2"/>"""
END = '<Notes><Note guid="N"/></Notes><Variables><Variable guid="V" name="role"/></Variables><Cases><Case name="one"><SourceRef targetGUID="d"/></Case></Cases>'


def archive(path, selections):
    project = PROJECT.format(doctype="", extra="", path="internal://d.txt", selections=selections)
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("project.qde", project.replace("</Project>", f"{END}</Project>"))
        made.writestr("sources/d.txt", TEXT)
        made.writestr("sources/f.txt", "Ærlig".encode("cp1252"))
    return path


def table(path, text, codebook=""):
    path.write_text(text, encoding="utf-8")
    if codebook:
        path.with_name("codebook.csv").write_text(codebook, encoding="utf-8")
    return path


def codebook_file(path):
    path.write_text(
        '<CodeBook><Codes><Code guid="A" name="one"><Description>said</Description></Code></Codes></CodeBook>'
    )
    return path


def workbook(path):
    book = openpyxl.Workbook()
    book.active.append(["nothing"])
    sheet = book.create_sheet("codings")
    for row in (["Number", "Document", "Code", "Start", "End"], [1.0, "d", "x", 0, 4], [2, "e", "y", None, None]):
        sheet.append(row)
    book.save(path)
    return path


READ = {
    "project": (lambda f: archive(f / "p.qdpx", FULL.format(selection(0, 4))), Columns()),
    "project-in-utf16-units": (lambda f: archive(f / "p.qdpx", selection(21, 25) + selection(29, 33, 2)), Columns()),
    "codebook": (lambda f: codebook_file(f / "codes.qdc"), Columns()),
    "taguette": (lambda f: taguette(f / "t.sqlite3"), Columns()),
    "rqda": (lambda f: rqda(f / "r.rqda"), Columns()),
    "qualcoder": (lambda f: qualcoder(f / "study.qda"), Columns()),
    "rock": (lambda f: table(f / "source.rock", ROCK), Columns()),
    "table-a-row-a-coding": (lambda f: table(f / "t.csv", TABLES["a row a coding"]), Columns()),
    "table-codes-in-a-cell": (lambda f: table(f / "t.csv", TABLES["codes in a cell"]), Columns()),
    "table-without-words": (lambda f: table(f / "t.csv", "code,mood\nx > y,good; bad\nz,\n,good; bad\n"), Columns()),
    "table-with-places": (lambda f: table(f / "t.csv", "document,start,end,code\nd,0,4,a, \nd,5,9,b\ne,,,a\n"), Columns()),
    "table-of-marks": (lambda f: table(f / "t.csv", "Who,At,A,B\nd,1,yes,no\nd,2,0,1\n"), Columns("who", "At", marks=("a", "B"))),
    "workbook": (lambda f: workbook(f / "t.xlsx"), Columns(sheet="codings")),
    "opendocument": (lambda f: ods(f / "t.ods", {"a": [["document", "code"], ["d", "x"]]}), Columns()),
}  # fmt: skip


@pytest.mark.parametrize("how", READ)
def test_everything_that_is_read_is_what_somebody_last_saw(tmp_path, how, file_regression):
    make, told = READ[how]
    file_regression.check(everything(readers.read(make(tmp_path), told)), basename=how)


def test_a_codebook_keeps_the_order_and_the_definitions(tmp_path, file_regression):
    path = table(tmp_path / "t.csv", 'ID,Document,Codes\n1:1,d,"money, time, lack of"\n1:2,d,"new, money"\n', CODEBOOK)
    coded = readers.read(path, Columns(codebook=str(tmp_path / "codebook.csv")))
    file_regression.check(everything(coded), basename="table-with-codebook")


def test_a_type_declaration_without_entities_is_refused_too(qdpx):
    with pytest.raises(ReadError, match="document type declaration"):
        readers.read(qdpx(doctype="<!DOCTYPE Project>"))


@pytest.mark.parametrize(
    ("name", "content", "told", "words"),
    [
        ("broken.qdc", "<CodeBook>", Columns(), "broken.qdc: is no XML"),
        ("t.csv", "a,b\n1,2\n", Columns(), "t.csv: no column is known to hold codes"),
        ("t.csv", "a,b\n1,2\n", Columns(document="c"), "t.csv: has no column “c”. Columns: a, b"),
    ],
)
def test_what_is_refused_is_named_with_its_file(tmp_path, name, content, told, words):
    with pytest.raises(ReadError) as refused:
        readers.read(table(tmp_path / name, content), told)
    assert str(refused.value).startswith(words)


def test_a_workbook_without_the_sheet(tmp_path):
    with pytest.raises(ReadError, match=r"t\.xlsx: has no sheet “other”\. Sheets: Sheet, codings"):
        readers.read(workbook(tmp_path / "t.xlsx"), Columns(sheet="other"))


def test_positions_in_bytes_show_in_the_passages(qdpx):
    at = len(TEXT[: TEXT.index("that")].encode())
    coded = readers.read(qdpx(selections=selection(at, at + 4) + selection(at + 8, at + 12, 2)))
    assert passages(coded) == ["that", "went"]
    assert any("count UTF-8 bytes (2 of 2 passages are right so, 0 as characters)" in note for note in coded.notes)


@pytest.mark.parametrize("forbidden", ["\uffff", "\ufffe", "&#xFFFF;", "&#65534;"])
def test_characters_that_are_none_do_not_stop_a_project(qdpx, forbidden):
    coded = readers.read(qdpx(selections=selection(0, 4, name=f"x{forbidden}")))
    assert passages(coded) == ["Made"] and any("1 characters that XML forbids" in note for note in coded.notes)


@pytest.mark.parametrize("unit", ["characters", "UTF-16 units"])
def test_qualcoder_in_either_unit_with_cases_and_pictures(tmp_path, unit):
    text = "so 🙂 it went"
    shift = unit != "characters"
    file = qualcoder(tmp_path / "study.qda") / "data.qda"
    rows = [(1, 2, 5 + shift, 7 + shift, "it", "anna"), (1, 2, 8 + shift, 12 + shift, "went", "anna")]
    database(
        file,
        ("insert into source values (2, 'b', ?)", (text,)),
        *(("insert into code_text values (?, ?, ?, ?, ?, ?)", row) for row in rows),
        "create table code_image (imid integer)", "insert into code_image values (1), (2)",
        "create table code_av (avid integer)",
        "create table cases (caseid integer, name text)", "insert into cases values (7, 'north')",
        "create table case_text (caseid integer, fid integer)", "insert into case_text values (7, 1), (7, 2), (7, 2)",
        "create table attribute (name text, attr_type text, value text, id integer)",
        "insert into attribute values ('age', 'file', 41, 1), ('age', 'file', '', 2), ('age', 'case', '50', 7), ('size', 'case', 'big', 7)",
    )  # fmt: skip
    coded = readers.read(file)
    assert [coded.documents["2"].text[p.start : p.end] for p in coded.passages.values() if p.document == "2"] == [
        "it",
        "went",
    ]
    assert coded.documents["1"].attributes == {"age": "41", "size": "big", "case": "north"}
    assert coded.documents["2"].attributes == {"age": "50", "size": "big", "case": "north"}
    assert "2 coded areas of pictures were left out." in coded.notes
    assert any("count UTF-16 units, by the words kept" in note for note in coded.notes) == shift


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("---\nname: x\n---\nso it went [[a]]\n", ["so it went"]),
        ("one [[a]]\n---\ntwo [[b]]\n", ["one", "two"]),
        ("one [[a]]\n---\ntwo [[b]]\n---\nthree [[a]]\n", ["one", "two", "three"]),
        ("---\nname: x\n---\none [[a]]\n---\ntwo [[b]]\n", ["one", "two"]),
    ],
)
def test_lines_of_hyphens_in_a_rock_source(tmp_path, text, said):
    (tmp_path / "a.rock").write_text(text, encoding="utf-8")
    assert passages(readers.read(tmp_path / "a.rock")) == said


def test_marks_that_say_no(tmp_path):
    cells = ["0.0", "NA", "n/a", "NaN", "0,0", "falsk", "x", "1.0"]
    lines = [f'{n},{n},"{cell}"' for n, cell in enumerate(cells)]
    path = table(tmp_path / "t.csv", "\n".join(["document,id,trust", *lines]))
    given = {coding.passage.partition("\t")[0] for coding in readers.read(path, Columns(marks=("trust",))).codings}
    assert given == {str(cells.index("x")), str(cells.index("1.0"))}


def test_one_row_without_a_place_leaves_the_others_theirs(tmp_path):
    rows = ["d,0,4,a", "d,5,9,b", "d,12,x,a", "d,,,b"]
    coded = readers.read(table(tmp_path / "t.csv", "\n".join(["document,start,end,code", *rows])))
    assert [p.start for p in coded.passages.values()] == [0, 5, None, None]
    assert "1 row whose start and end are no positions: taken without a place." in coded.notes
    years = ["d,2001,x,a", "d,2003,y,b", "d,1,4,c"]
    coded = readers.read(table(tmp_path / "t.csv", "\n".join(["document,start,end,code", *years])))
    assert [p.start for p in coded.passages.values()] == [None] * 3, "most are no positions: it is something else"


def test_the_same_words_in_two_paragraphs_are_two_passages(tmp_path):
    rows = ["d,yes it did,4,4,a", "d,yes it did,4,4,b", "d,yes it did,9,9,a"]
    coded = readers.read(table(tmp_path / "t.csv", "\n".join(["Document,Segment,Beginning,End,Code", *rows])))
    assert len(coded.passages) == 2 and len(coded.codings) == 3
    assert all(p.start is None for p in coded.passages.values()), "paragraphs are no characters"


def test_passages_that_only_their_order_tells_are_counted(tmp_path):
    notes = readers.read(table(tmp_path / "t.csv", "document,code\nd,a\nd,b\n")).notes
    assert notes[0].startswith("2 passages with neither number nor words nor place, told by their order")


def test_a_passage_of_a_recording_or_picture_is_known_by_its_place(tmp_path):
    """Whatever ids an export gives it: the same place is the same passage, and those at one place are one."""

    def exported(ids):
        parts = (
            ('AudioSource guid="{0}s1"', 'AudioSelection guid="{0}1" begin="0" end="900"'),
            ('AudioSource guid="{0}s1"', 'AudioSelection guid="{0}2" begin="1000" end="1900"'),
            ('AudioSource guid="{0}s1"', 'AudioSelection guid="{0}3" begin="1000" end="1900"'),
            (
                'PictureSource guid="{0}s2"',
                'PictureSelection guid="{0}4" firstX="1" firstY="2" secondX="3" secondY="4"',
            ),
        )
        code = '<Coding guid="{0}k{1}"><CodeRef targetGUID="{2}"/></Coding>'
        sources = {}
        for number, (source, held) in enumerate(parts):
            given = code.format(ids, number, "c" if number < 2 else "d")
            sources.setdefault(source.format(ids), []).append(f"<{held.format(ids)}>{given}</{held.partition(' ')[0]}>")
        body = "".join(
            f'<{head} name="{head.partition(" ")[0]}">{"".join(held)}</{head.partition(" ")[0]}>'
            for head, held in sources.items()
        )
        path = tmp_path / f"{ids}.qdpx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(
                "project.qde",
                '<Project xmlns="urn:QDA-XML:project:1.0" name="x"><CodeBook><Codes><Code guid="c" name="one"/>'
                f'<Code guid="d" name="other"/></Codes></CodeBook><Sources>{body}</Sources></Project>',
            )
        return path

    key = importing.Key()
    first, again = (importing.tables(readers.read(exported(ids)), key).tables for ids in ("a", "b"))
    assert [row["excerpt"] for row in first["excerpts"]] == ["E01", "E02", "E03"]
    assert again["excerpts"] == first["excerpts"] and again["codings"] == first["codings"]


def far(path):
    """A workbook with a letter in its last cell."""
    book = openpyxl.Workbook()
    for row in (["document", "text", "code"], ["d", "made up", "x"]):
        book.active.append(row)
    book.active["XFD1048576"] = "z"
    book.save(path)


def repeated(path):
    cell = '<table:table-cell table:number-columns-repeated="16384"><text:p>code</text:p></table:table-cell>'
    row = f'<table:table-row table:number-rows-repeated="16384">{cell}</table:table-row>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS.format(f'<table:table table:name="a">{row * 50}</table:table>'))


@pytest.mark.parametrize(("name", "write"), [("far.xlsx", far), ("repeated.ods", repeated)])
def test_a_small_file_of_many_cells_is_refused_at_once(tmp_path, name, write):
    write(tmp_path / name)
    begun = time.process_time()
    with pytest.raises(ReadError, match=f"{name}: spans more than 20 million cells"):
        readers.read(tmp_path / name)
    assert time.process_time() - begun < 20


def test_codes_below_each_other_without_end_are_refused():
    codes = {str(n): Code(str(n), f"code {n}", str(n - 1) if n else "") for n in range(3_000)}
    coded = Coded("made up", codes=codes, documents={"d": Document("d", "d")})
    coded.passages, coded.codings = {"p": Passage("p", "d")}, [Coding("p", "2999")]
    with pytest.raises(importing.ImportFault, match="on more than 100 levels"):
        importing.tables(coded, importing.Key())
