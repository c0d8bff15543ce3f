"""The coding sheet: written empty, read back, and every fault named by its cell."""

import openpyxl
import pytest

from kodebog import cli
from kodebog.study.sheet import LINES, SheetError, read_sheet, write_sheet


@pytest.fixture
def mine(study):
    return study.readings.query("reading == 'reading-2'")[["excerpt", "code", "stance"]].reset_index(drop=True)


def fill(path, codings):
    book = openpyxl.load_workbook(path)
    for row in codings.itertuples(index=False):
        book["Coding"].append(list(row))
    book.save(path)


@pytest.mark.parametrize("name", ["sheet.xlsx", "sheet.csv"])
def test_there_and_back(study, mine, tmp_path, name):
    path = tmp_path / name
    write_sheet(study, path)
    with pytest.raises(SheetError, match="holds no coding yet"):
        read_sheet(study, path)
    if name.endswith("xlsx"):
        fill(path, mine)
    else:
        path.write_text(path.read_text(encoding="utf-8") + mine.to_csv(index=False, header=False), encoding="utf-8")
    assert read_sheet(study, path).to_numpy().tolist() == mine.to_numpy().tolist()


def test_the_sheet_helps_and_gives_nothing_away(study, tmp_path):
    write_sheet(study, tmp_path / "sheet.xlsx")
    book = openpyxl.load_workbook(tmp_path / "sheet.xlsx")
    assert book.sheetnames == ["Coding", "Excerpts", "Codes", "How to"]
    assert book["Coding"].max_row == 1 + LINES * len(study.excerpts)
    for sheet in book:
        assert all(cell.font.bold for cell in sheet[1]), "heads stand out"
    for row in book["Codes"].iter_rows(min_row=2):
        assert all(c.alignment.wrap_text and c.alignment.vertical == "top" for c in row), (
            "definitions can be read whole"
        )
    choices = {c.formula1 for c in book["Coding"].data_validations.dataValidation}
    assert len(choices) == 3 and '"for,against"' in choices
    assert all(c.allow_blank for c in book["Coding"].data_validations.dataValidation), "a line may stay empty"
    codes = {row[0].value for row in book["Codes"].iter_rows(min_row=2)}
    assert codes == set(study.codes["code"]) - study.headings()
    text = " ".join(str(c) for sheet in book for row in sheet.iter_rows(values_only=True) for c in row)
    assert not any(gist in text for gist in study.excerpts["gist_en"]), "a reader must not be told what it says"


def test_a_sheet_is_never_overwritten(study, tmp_path):
    (tmp_path / "sheet.csv").write_text("hours of work", encoding="utf-8")
    with pytest.raises(SheetError, match="exists"):
        write_sheet(study, tmp_path / "sheet.csv")
    assert (tmp_path / "sheet.csv").read_text(encoding="utf-8") == "hours of work"


FAULTS = {
    "E99,mandate,for": "row 2, column A: is not known, found “E99”",
    "E01,mandat,for": "row 2, column B: is not known, found “mandat”; allowed: a code of the codebook that is no "
    "heading; did you mean “mandate”?",
    "E01,approach,for": "row 2, column B: is not known, found “approach”",
    "E01,mandate,": "row 2, column C: must not be empty; allowed: for, against",
    "E01,mandate,maybe": "row 2, column C: is not known, found “maybe”",
    ",mandate,for": "row 2, column A: must not be empty",
    "E01,mandate,for\nE01,mandate,against": "row 3, column B: is given to E01 twice",
}


@pytest.mark.parametrize("lines", FAULTS)
def test_a_fault_is_named_by_its_cell(study, tmp_path, lines):
    path = tmp_path / "sheet.csv"
    path.write_text(f"excerpt,code,stance\n{lines}\n", encoding="utf-8")
    with pytest.raises(SheetError) as told:
        read_sheet(study, path)
    assert FAULTS[lines] in str(told.value)


def test_semicolons_spaces_and_a_mark_at_the_start_are_read(study, tmp_path):
    path = tmp_path / "sheet.csv"
    path.write_text("\ufeffExcerpt;Code;Stance\n E01 ;mandate; for\nE02;;\n", encoding="utf-8")
    assert read_sheet(study, path).to_numpy().tolist() == [["E01", "mandate", "for"]]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("sheet.ods", b"", "ends in .xlsx or .csv"),
        ("sheet.xlsx", b"no zip", "cannot be read as an Excel file"),
        ("sheet.csv", b"\xff\xfe", "is no UTF-8 text, from byte 0"),
        ("sheet.csv", b"", "row 1 must read excerpt, code, stance; found: nothing"),
        ("sheet.csv", b"a,b,c\n", "found: a, b, c"),
    ],
)
def test_what_is_no_sheet_is_told(study, tmp_path, name, content, told):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SheetError, match=told):
        read_sheet(study, tmp_path / name)


def test_a_workbook_without_the_sheet_is_told(study, tmp_path):
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    with pytest.raises(SheetError, match="has no sheet “Coding”; found: Sheet"):
        read_sheet(study, tmp_path / "other.xlsx")


@pytest.mark.checks
def test_the_two_commands(study, mine, tmp_path, capsys):
    path = tmp_path / "mine.xlsx"
    assert cli.main(["sheet", str(path)]) == 0
    fill(path, mine)
    assert cli.main(["agreement", str(path)]) == 0
    said = capsys.readouterr().out
    assert f"{len(mine)} codings of 29 of 29 excerpts" in said and "1.00 to 1.00" in said
    assert "append its lines to readings.csv as “reading-4”" in said and "F07" in said
    assert cli.main(["agreement", str(tmp_path / "nothing.xlsx")]) == 1
    assert "nothing.xlsx" in capsys.readouterr().err
