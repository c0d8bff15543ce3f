"""What could give a person away stops the check."""

import json

import pytest

from kodebog import paths
from kodebog.study.disclosure import disclosures, found_in, identifiers, in_prose
from kodebog.study.validation import validated


def found(folder):
    package, faults = validated(folder)
    assert faults == []
    return disclosures(package)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("født 070761-4285 i", "CPR number"),
        ("0707614285", "CPR number"),
        ("ring 12 34 56 78", "phone number"),
        ("ring +45 12345678 nu", "phone number"),
        ("skriv til a.b@kommune.dk", "e-mail address"),
        ("se www.eksempel.dk/side", "web address"),
        ("HTTP://EKSEMPEL.DK", "web address"),
        ("bor Solsikkevej 12, 2. tv.", "street address"),
        ("Store Torvegade 3", "street address"),
        ("så sagde Mette det", "personal name"),
        ("det er Nielsens idé", "personal name"),
        ("i Odense er det", "municipality"),
        ("Aalborgs havne", "municipality"),
        ("i Nybyrup Kommune", "municipality"),
        ("the Nybyrup municipality", "municipality"),
        ("METTE HANSEN", "personal name"),
        ("hun hedder Anne-Mette", "personal name"),
        ("i Odense-området", "municipality"),
        ("ved Ringkøbing", "municipality"),
        ("070761 4285", "CPR number"),
        ("07.07.61-4285", "CPR number"),
        ("07 07 61 4285", "CPR number"),
        ("070761–4285", "CPR number"),
        ("670761-4285", "CPR number"),
        ("ring 12-34-56-78", "phone number"),
        ("ring 12.34.56.78", "phone number"),
        ("ring 0045 12345678", "phone number"),
        ("Solsikkevej nr. 12", "street address"),
        ("solsikkevej, nr 12", "street address"),
    ],
)
def test_direct_identifiers(text, kind):
    assert kind in {what for what, _ in identifiers(text)}


@pytest.mark.parametrize(
    "text",
    ["Met\u00adte", "Met\u200bte", "\uff2dette", "070761\u20114285", "20\u00a0304\u00a0050", "2345\u00a06789"],
)
def test_nothing_is_hidden_by_another_form_of_a_letter_dash_or_space(text):
    assert list(identifiers(text)) != []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "from 2019 2022 on",
        "12 345 678 characters",
        "kommune X er decentral",
        "29 excerpts, 1467 words, 2019",
        "320199-1234 is no date",
        "on the way (vejen) to 3 goals",
        "E01 to E29; F77",
        "The municipality and its partners",
        "12345678901234567890",
        "01.04.2019 and 2019-2021",
        "0123abcd12345678abcd",
        "Danish municipality",
    ],
)
def test_what_is_none(text):
    assert list(identifiers(text)) == []


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("290200-1234", "2000 was a leap year, 1900 was not"),
        ("290204-1234", "1904 and 2004 were"),
        ("610199-1234", "60 is added to the day of a number given in place of one"),
        ("910199-1234", "as much as to 31"),
        ("310199-1234", "a day of that month"),
    ],
)
def test_what_a_cpr_number_may_begin_with(number, why):
    assert [kind for kind, _ in identifiers(number)] == ["CPR number"], why


@pytest.mark.parametrize(
    "number", ["290201-1234", "600199-1234", "920199-1234", "321299-1234", "011399-1234", "000199-1234"]
)
def test_what_it_may_not_begin_with(number):
    assert "CPR number" not in {kind for kind, _ in identifiers(number)}


def test_notebooks_are_looked_at_in_all_their_cells(tmp_path):
    notebook = tmp_path / "n.ipynb"
    cells = [{"source": ["# One\n", "two\n"]}, {"source": ["x = 'Mette'"]}]
    notebook.write_text(json.dumps({"cells": cells, "metadata": {"author": "Mette"}}), encoding="utf-8")
    (fault,) = in_prose([notebook], [])
    assert str(fault) == (
        "n.ipynb, row 4: personal name: a direct identifier in a text, found “Mette”; allowed: remove it"
    )


CATALOGUE = """\
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

#: page.md
msgid "She said so."
msgstr ""
"Det sagde Mette, og ring 12 34 "
"56 78"
"""


def test_translations_are_looked_at_where_they_go_on_in_the_next_line_too(tmp_path):
    catalogue = tmp_path / "page.po"
    catalogue.write_text(CATALOGUE, encoding="utf-8")
    found = [(f.file, f.row, f.value) for f in in_prose([catalogue], [])]
    assert found == [("page.po", 4, "Mette"), ("page.po", 4, "12 34 56 78")]


def test_web_addresses_may_stand_in_pages(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("See https://eksempel.dk/side or ring 12345678.\n", encoding="utf-8")
    assert [f.value for f in in_prose([page], [])] == ["12345678"]


def test_a_cpr_number_is_not_also_a_phone_number():
    assert [kind for kind, _ in identifiers("070761 4285")] == ["CPR number"]


def test_the_study_has_only_what_is_listed_as_an_exception():
    faults, waiting = found(paths.DATA)
    assert faults == []
    assert waiting == []


def test_without_the_exceptions_the_check_stops(folder):
    (folder / "disclosure_exceptions.csv").write_text("table,key,column,kind,value,decided_by,why\n", encoding="utf-8")
    said = [str(fault) for fault in found(folder)[0]]
    assert len(said) == 2
    assert said[0].startswith("excerpts.csv, row 3, column case: small cell: the director perspective has 3 interviews")


def test_an_identifier_in_a_gist_is_named_with_its_row(folder):
    path = folder / "excerpts.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Toppen ser", "Mette ser"), encoding="utf-8")
    (fault,) = found(folder)[0]
    assert (fault.file, fault.row, fault.column, fault.value) == ("excerpts.csv", 19, "gist_da", "Mette")


def test_what_is_found_has_the_address_of_its_cell(folder):
    path = folder / "excerpts.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("Managers across departments need", "Mette across departments needs"), encoding="utf-8"
    )
    package, _ = validated(folder)
    (name,) = [found for found in found_in(package) if found.kind == "personal name"]
    assert name.address() == ("excerpts", "E20", "gist_en", "personal name", "Mette") and name.row == 21


def test_an_exception_without_a_decision_waits(folder):
    path = folder / "disclosure_exceptions.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text(
        "\n".join([*(",".join([*line.split(",")[:5], "", ""]) if i else line for i, line in enumerate(lines))]) + "\n"
    )
    assert found(folder)[1] == ["excerpts E02, case: small cell", "excerpts E04, case: small cell"]


def test_ninety_eight_municipalities_and_parts_of_their_names():
    from kodebog.study.disclosure import _listed

    assert len(_listed("municipalities.sha256")) == 98 + 3 + 9


HIDING_PLACES = {
    "the title of the package": ("datapackage.json", '"title": "Coded study of', '"title": "Mettes study of'),
    "a description of a column": ("datapackage.json", "Number of interviews", "Number of interviews with Mette"),
    "the reason of an exception": ("disclosure_exceptions.csv", "The article itself", "Mette and the article itself"),
    "who decided": ("disclosure_exceptions.csv", "the report's editors", "Mette"),
    "the heading of a section": ("sections.csv", ",INDLEDNING", ",Mettes INDLEDNING"),
    "a role in the text": ("excerpts.csv", "leader,chef,harbours", "leader,ring 12345678,harbours"),
    "a label": ("cases.csv", ",Havnene,", ",Mettes havn,"),
    "an author's telephone": ("literature.csv", ",Klausen,", ",Klausen 12345678,"),
}


@pytest.mark.parametrize("place", HIDING_PLACES)
def test_everything_that_is_published_is_looked_at(folder, place):
    name, old, new = HIDING_PLACES[place]
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    package, faults = validated(folder)
    said = [*faults, *(disclosures(package)[0] if package else [])]
    assert any(("Mette" in f.value or "12345678" in f.value) for f in said), said


def test_an_office_that_one_person_holds_is_named(folder):
    path = folder / "excerpts.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("leader,chef,harbours", "leader,turistchef,harbours"), encoding="utf-8"
    )
    (said,) = [str(fault) for fault in found(folder)[0]]
    assert said.startswith("excerpts.csv, row 2, column role_in_text: single office")


def test_an_exception_covers_one_value_only(folder):
    path = folder / "disclosure_exceptions.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("small cell,employment-pilot", "small cell,town-centre"), encoding="utf-8")
    said = [str(fault) for fault in found(folder)[0]]
    assert any("small cell" in line and "found “employment-pilot”" in line for line in said), said
    assert any("column value: is an exception from nothing, found “town-centre”" in line for line in said), said


def test_authors_of_works_may_be_named_but_nowhere_else(folder, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# Page\n\nMortensen says so.\nMortensen and Mette say so.\n", encoding="utf-8")
    assert [(f.row, f.value) for f in in_prose([page], ["Mortensen, Brix & Krogstrup"])] == [(4, "Mette")]
    assert found(folder)[0] == []


def test_long_texts_take_no_time():
    import time

    started = time.perf_counter()
    for text in ("a" * 5000, "A" * 5000, "1" * 5000, "a.b-" * 1250, "A-" * 2500, "12 " * 1600):
        list(identifiers(text))
    assert time.perf_counter() - started < 2
