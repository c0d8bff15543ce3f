"""The descriptor is data: what it may not hold is said, with its place and what is allowed."""

import copy
import json
import re

import pytest

from kodebog import Study
from kodebog.report import figures, tables
from kodebog.study import package
from kodebog.study.validation import check


def said(folder, change):
    path = folder / "datapackage.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")
    return [str(fault) for fault in package.read(folder)[1]]


def sample(content):
    return next(r for r in content["resources"] if r["name"] == "sample")


def setting(*keys, to):
    def change(content):
        here = content
        for key in keys[:-1]:
            here = here[key]
        here[keys[-1]] = to

    return change


DESCRIPTORS = {
    "a part is lacking": (lambda c: c.pop("version"), "datapackage.json: lacks “version”"),
    "two parts are": (lambda c: [c.pop("version"), c.pop("name")], "datapackage.json: lacks “name”"),
    "a part too many": (
        setting("homepage", to="x"),
        "datapackage.json: has more than it may: homepage; allowed: profile, name, version, title, title_da, "
        "description, description_da, keywords, words, coders, licenses, sources",
    ),
    "of another type": (
        setting("keywords", to="x"), "datapackage.json, column keywords: is no array, found “x”",
    ),
    "a list where a text belongs": (setting("title", to=[1]), "datapackage.json, column title: is no string"),
    "a name of another form": (
        setting("name", to="../up"),
        "datapackage.json, column name: is not of the allowed form, found “../up”; allowed: ^[a-z0-9][a-z0-9._-]{0,79}$",
    ),
    "another profile": (
        setting("profile", to="x"),
        "datapackage.json, column profile: is not the allowed value, found “x”; allowed: \"tabular-data-package\"",
    ),
    "a type that no column has": (
        lambda c: sample(c)["schema"]["fields"][0].update(type="number"),
        "is not an allowed value, found “number”; allowed: string, integer",
    ),
    "an empty text": (setting("title", to=""), "datapackage.json, column title: is empty"),
    "no tables": (setting("resources", to=[]), "datapackage.json, column resources: is empty"),
    "a text too long": (
        setting("title", to="x" * 2001), "datapackage.json, column title: is too long, found “" + "x" * 80 + "…”; allowed: at most 2000",
    ),
    "a text that is none": (
        setting("title", to="a\u202eb"), "datapackage.json, column title: holds U+202E, which turns the direction of writing",
    ),
    "a text in a list": (
        setting("keywords", to=["fine", "a\x07b"]), "datapackage.json, column keywords[1]: holds U+0007, which is no text",
    ),
    "no schema at all": (lambda c: sample(c).pop("schema"), "lacks “schema”"),
    "a table twice": (
        lambda c: c["resources"].append(copy.deepcopy(sample(c))),
        "datapackage.json, column resources: stands twice, found “sample”; allowed: each name once",
    ),
    "a column twice": (
        lambda c: sample(c)["schema"]["fields"].append(copy.deepcopy(sample(c)["schema"]["fields"][0])),
        "datapackage.json, column sample: stands twice, found “perspective”; allowed: each name once",
    ),
    "columns in another order": (
        lambda c: sample(c)["schema"]["fields"].reverse(),
        "datapackage.json, column sample: declares other columns than the report reads",
    ),
    "a column of another type": (
        lambda c: sample(c)["schema"]["fields"][3].update(type="string"),
        "datapackage.json, column sample.interviews.type: is not what the report reads, found “\"string\"”; allowed: \"integer\"",
    ),
    "a column with other constraints": (
        lambda c: sample(c)["schema"]["fields"][3].update(constraints={"required": False}),
        "datapackage.json, column sample.interviews.constraints: is not what the report reads",
    ),
    "another key": (
        lambda c: sample(c)["schema"].update(primaryKey=["label_en"]),
        "datapackage.json, column sample.primaryKey: is not what the report reads, found “[\"label_en\"]”; allowed: [\"perspective\"]",
    ),
    "a pattern of one's own": (
        lambda c: sample(c)["schema"]["fields"].append(
            {"name": "extra", "type": "string", "title": "x", "title_da": "x", "description": "x", "constraints": {"pattern": "(a+)+"}}
        ),
        "datapackage.json, column sample.extra.constraints: has more than a further column may; allowed: required, unique, enum",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", DESCRIPTORS)
def test_a_descriptor_that_may_not_be(folder, kind, file_regression):
    """The words that matter stand here; all that is said, every part of each fault, in the file beside."""
    change, message = DESCRIPTORS[kind]
    found = said(folder, change)
    file_regression.check("\n".join(found) + "\n", basename=re.sub(r"\W+", "-", kind))
    assert any(message in line for line in found), "\n".join(found)


def test_a_further_column_and_a_further_table_are_welcome(folder):
    field = {"name": "note", "type": "string", "title": "Note", "title_da": "Note", "description": "A note."}

    def change(content):
        sample(content)["schema"]["fields"].append(field)
        schema = {"fields": [field], "primaryKey": ["note"]}
        about = {"title": "Notes", "title_da": "Noter", "description": "Notes."}
        content["resources"].append({"name": "notes", "path": "notes.csv", "schema": schema, **about})

    path = folder / "sample.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([f"{lines[0]},note", *(f"{line},x" for line in lines[1:])]) + "\n", encoding="utf-8")
    (folder / "notes.csv").write_text("note\none\n", encoding="utf-8")
    assert said(folder, change) == []


def test_perspectives_are_a_studys_own(folder):
    """Their names stand in its descriptor and tables alone; what is drawn of them follows."""
    for path in [folder / "datapackage.json", *folder.glob("*.csv")]:
        path.write_text(re.sub(r"\bemployee\b", "citizen", path.read_text(encoding="utf-8")), encoding="utf-8")
    assert check(folder) == []
    study = Study.load(folder)
    assert list(study.sample["perspective"]) == ["director", "leader", "citizen"]
    for table in (tables.sample_and_print, tables.both_sides, tables.effects, tables.voices, tables.findings):
        assert table(study).markdown()
    assert "Employee" in figures.excerpts_by_section(study).data.columns


def test_the_key_of_a_further_table_is_one_of_its_columns(folder):
    field = {"name": "note", "type": "string", "title": "Note", "title_da": "Note", "description": "A note."}

    def change(content):
        schema = {
            "fields": [field],
            "primaryKey": ["id"],
            "foreignKeys": [{"fields": ["note"], "reference": {"resource": "sample", "fields": ["perspective"]}}],
        }
        about = {"title": "Notes", "title_da": "Noter", "description": "Notes."}
        content["resources"].append({"name": "notes", "path": "notes.csv", "schema": schema, **about})

    (folder / "notes.csv").write_text("note\none\n", encoding="utf-8")
    assert sorted(said(folder, change)) == [
        "datapackage.json, column notes.foreignKeys: is more than a further table may have",
        "datapackage.json, column notes.primaryKey: is no column of the table, found “id”",
    ]


CELLS = {
    "a text too long": ("x" * 5001, "is too long", "at most 5000 characters"),
    "as long as may be": ("x" * 5000, "", ""),
    "a space before": (" x", "has white space that would be lost", "no space at an end, and one between words"),
    "two spaces": ("a  b", "has white space that would be lost", "no space at an end, and one between words"),
    "a formula": ("=1+1", "starts as a formula does in a spreadsheet", "a start other than = + - @"),
    "a mention": ("@you", "starts as a formula does in a spreadsheet", "a start other than = + - @"),
    "an id": ("see E01", "holds “E01”, which reads as the id of an excerpt or finding", "words"),
    "no id": ("see E0123456 and XE01", "", ""),
    "a line end": ("a\nb", "holds U+000A, which is no text", "text on one line"),
    "nothing": ("", "", ""),
    "words": ("Ørsted & søn, “sådan”", "", ""),
}


@pytest.mark.parametrize("kind", CELLS)
def test_what_a_cell_of_text_may_hold(kind):
    text, problem, allowed = CELLS[kind]
    assert package._unsafe(text, "label_en") == (problem, allowed)


def test_ids_may_stand_in_columns_that_are_no_labels():
    assert package._unsafe("E01", "excerpt") == ("", "")


@pytest.mark.parametrize(
    ("cell", "right"),
    [
        ("12", True),
        ("-3", True),
        ("", True),
        ("1_0", False),
        ("١٢", False),
        ("1.0", False),
        ("1" * 15, True),
        ("1" * 16, False),
    ],
)
def test_what_a_cell_of_number_may_hold(cell, right):
    assert package._no_number(cell, "") == (("", "") if right else ("is of the wrong type", "integer"))


def test_cells_of_the_recorded_ledger_are_plain_text(folder, tmp_path):
    assert package.recorded_cells(tmp_path) == ([], []), "nothing recorded"
    rows, faults = package.recorded_cells(folder)
    assert len(rows) > 100 and len({len(row) for row in rows}) == 1 and faults == []
    (folder / "expected_ledger.csv").write_text("result,why\na,=1+1\nb,plain\n=c, x\n", encoding="utf-8")
    rows, faults = package.recorded_cells(folder)
    assert rows[1] == ["a", "=1+1"]
    assert [(f.file, f.row, f.column, f.problem) for f in faults] == [
        ("expected_ledger.csv", 2, "why", "starts as a formula does in a spreadsheet"),
        ("expected_ledger.csv", 4, "result", "starts as a formula does in a spreadsheet"),
        ("expected_ledger.csv", 4, "why", "has white space that would be lost"),
    ]


def test_the_content_hash_follows_names_and_contents(folder):
    before = package.content_hash(folder)
    assert before == package.content_hash(folder)
    (folder / "README.txt").write_text("not a part of the study")
    assert package.content_hash(folder) == before
    (folder / "sample.csv").rename(folder / "simple.csv")
    assert package.content_hash(folder) != before


def test_a_file_too_large_is_not_read(folder, monkeypatch):
    monkeypatch.setattr(package, "LARGEST_FILE", 100)
    assert "is too large" in package._rows(folder / "codes.csv")[1][0].problem
    monkeypatch.setattr(package, "LARGEST_FILE", (folder / "codes.csv").stat().st_size)
    assert package._rows(folder / "codes.csv")[1] == []


def test_a_table_that_is_no_text_is_named_with_its_row(folder):
    path = folder / "codes.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines[:3], lines[3] + "\0", *lines[4:]]) + "\n", encoding="utf-8")
    _, faults = package.read(folder)
    assert ("codes.csv", 4, "is not text", "NUL byte") in [(f.file, f.row, f.problem, f.value) for f in faults]
