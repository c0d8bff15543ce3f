"""What could give a person away stops the check."""

import pytest

from kodebog import paths
from kodebog.disclosure import disclosures, identifiers


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
    ],
)
def test_direct_identifiers(text, kind):
    assert kind in {found for found, _ in identifiers(text)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "kommune X er decentral",
        "29 excerpts, 1467 words, 2019",
        "320199-1234 is no date",
        "on the way (vejen) to 3 goals",
        "E01 to E29; F77",
        "The municipality and its partners",
        "12345678901234567890",
    ],
)
def test_what_is_none(text):
    assert list(identifiers(text)) == []


def test_a_cpr_number_is_not_also_a_phone_number():
    assert [kind for kind, _ in identifiers("070761 4285")] == ["CPR number"]


def test_the_study_has_only_what_is_listed_as_an_exception():
    faults, waiting = disclosures(paths.DATA)
    assert faults == []
    assert waiting == [
        "excerpts E01, role_in_text: single office",
        "excerpts E02, case: small cell",
        "excerpts E04, case: small cell",
    ]


def test_without_the_exceptions_the_check_stops(folder):
    (folder / "disclosure_exceptions.csv").write_text("table,key,column,kind,decided_by,why\n", encoding="utf-8")
    said = [str(fault) for fault in disclosures(folder)[0]]
    assert len(said) == 3
    assert said[0].startswith("excerpts.csv, row 2, column role_in_text: single office")
    assert said[1].startswith("excerpts.csv, row 3, column case: small cell: the director perspective has 3 interviews")


def test_an_identifier_in_a_gist_is_named_with_its_row(folder):
    path = folder / "excerpts.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Toppen virker", "Mette virker"), encoding="utf-8")
    (fault,) = disclosures(folder)[0]
    assert (fault.file, fault.row, fault.column, fault.value) == ("excerpts.csv", 19, "gist_da", "Mette")


def test_a_decided_exception_no_longer_waits(folder):
    path = folder / "disclosure_exceptions.csv"
    path.write_text(path.read_text().replace("E02,case,small cell,,", "E02,case,small cell,the owner,printed already"))
    assert len(disclosures(folder)[1]) == 2


def test_ninety_eight_municipalities():
    from kodebog.disclosure import _listed

    assert len(_listed("municipalities.sha256")) == 98 + 3
