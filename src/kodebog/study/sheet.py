"""A coding sheet for a human reader: written empty, read back, every fault named by its cell."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import openpyxl
import pandas as pd
from openpyxl.styles import Alignment, Font
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from kodebog.errors import KodebogError
from kodebog.files import write_whole
from kodebog.study import rules
from kodebog.study.faults import Fault, nearest, short
from kodebog.study.model import Study
from kodebog.study.package import LARGEST_FILE

COLUMNS = tuple(rules.CODING)
"""Columns of the coding, as in `readings.csv`."""
STANCES = ("for", "against")
LINES = 12
"""Empty lines that the sheet offers for an excerpt; more may be added anywhere."""
SHEET = "Coding"
HOW = (
    "One line for each code that the words of an excerpt speak for, or against. Read the excerpt in the article: "
    "“Excerpts” says where it stands. “Codes” has the definitions. Leave lines that you do not need empty."
)


class SheetError(KodebogError):
    """A coding sheet that cannot be written or read; the message lists every fault by its cell."""


def write_sheet(study: Study, path: Path) -> None:
    """Write an empty coding sheet, as `.xlsx` with drop-downs or as `.csv`. No word of an interview is in it.

    Raises:
        SheetError: when the file exists, or its name ends otherwise.

    """
    if path.exists():
        raise SheetError(f"{path}: exists; a sheet that somebody may have filled is never overwritten")
    lines = [(excerpt, "", "") for excerpt in study.excerpts["excerpt"] for _ in range(LINES)]
    if path.suffix == ".csv":
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([COLUMNS, *lines])
        write_whole(path, out.getvalue())
    elif path.suffix == ".xlsx":
        write_whole(path, _workbook(study, lines))
    else:
        raise SheetError(f"{path}: a coding sheet ends in .xlsx or .csv")


def _codes(study: Study) -> pd.DataFrame:
    """The codes that an excerpt can be given: headings that only stand over others are none."""
    return study.codes[~study.codes["code"].isin(study.headings())]


def _workbook(study: Study, lines: list[tuple[str, str, str]]) -> bytes:
    book = openpyxl.Workbook()
    coding = book.active
    assert isinstance(coding, Worksheet)
    coding.title = SHEET
    _fill(coding, COLUMNS, lines, (10, 28, 10))
    sections = study.labels("sections")
    excerpts = [
        (r.excerpt, sections[str(r.section)], r.role_printed, r.opening, r.words) for r in study.excerpts.itertuples()
    ]
    head = ("excerpt", "section", "speaker, as printed", "begins", "words")
    _fill(book.create_sheet("Excerpts"), head, excerpts, (10, 40, 22, 36, 8))
    families = study.labels("families")
    codes = [
        (r.code, r.label_en, r.label_da, families[str(r.family)], r.definition_en, r.definition_da)
        for r in _codes(study).itertuples()
    ]
    head_of_codes = ("code", "label", "label (Danish)", "family", "definition", "definition (Danish)")
    _fill(book.create_sheet("Codes"), head_of_codes, codes, (28, 36, 36, 24, 70, 70))
    _fill(book.create_sheet("How to"), ("how to",), [(HOW,)], (100,))
    last = len(lines) + 1
    for column, formula in (
        ("A", f"Excerpts!$A$2:$A${len(excerpts) + 1}"),
        ("B", f"Codes!$A$2:$A${len(codes) + 1}"),
        ("C", f'"{",".join(STANCES)}"'),
    ):
        choice = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
        coding.add_data_validation(choice)
        choice.add(f"{column}2:{column}{last + 500}")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(sheet: Worksheet, head: tuple[str, ...], rows: Sequence[tuple[object, ...]], widths: tuple[int, ...]) -> None:
    sheet.append(head)
    for row in rows:
        sheet.append([None if cell == "" else cell for cell in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for column, width in zip(sheet.columns, widths, strict=True):
        sheet.column_dimensions[column[0].column_letter].width = width
        for cell in column[1:]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"


def read_sheet(study: Study, path: Path) -> pd.DataFrame:
    """Return the codings of a filled sheet, in the study's order. Columns: excerpt, code, stance.

    Raises:
        SheetError: when the file is no coding sheet, or with every fault in it, each by its cell.

    """
    rows = list(_lines(path))
    allowed = _allowed(study)
    faults = [fault for number, row in rows for fault in _faults(allowed, path.name, number, row)]
    codings = pd.DataFrame([row for _, row in rows if row[1]], columns=list(COLUMNS), dtype="string")
    seen: dict[tuple[str, ...], int] = {}
    for number, row in rows:
        if row[1] and seen.setdefault(row[:2], number) != number:
            faults.append(
                Fault(file=path.name, row=number, column="B", value=row[1], problem=f"is given to {row[0]} twice")
            )
    if faults:
        listed = "\n".join(f"  {fault}" for fault in sorted(faults))
        raise SheetError(f"{path}: {len(faults)} fault{'s' * (len(faults) > 1)}\n{listed}")
    if codings.empty:
        raise SheetError(f"{path}: holds no coding yet")
    order = {code: i for i, code in enumerate(study.codes["code"])}
    return codings.sort_values(
        ["excerpt", "code"], key=lambda c: c.map(order) if c.name == "code" else c, ignore_index=True
    )


def _lines(path: Path) -> Iterator[tuple[int, tuple[str, str, str]]]:
    """Yield the filled lines with their number in the sheet; those with an excerpt alone are not filled."""
    if path.suffix not in {".csv", ".xlsx"}:
        raise SheetError(f"{path}: a coding sheet ends in .xlsx or .csv")
    if path.stat().st_size > LARGEST_FILE:
        raise SheetError(f"{path}: is larger than {LARGEST_FILE // 1_000_000} MB")
    rows = _csv_rows(path) if path.suffix == ".csv" else _excel_rows(path)
    head = tuple(cell.strip().casefold() for cell in rows[0][:3]) if rows else ()
    if head != COLUMNS:
        raise SheetError(f"{path}: row 1 must read {', '.join(COLUMNS)}; found: {short(', '.join(head)) or 'nothing'}")
    for number, row in enumerate(rows[1:], start=2):
        excerpt, code, stance = (*(cell.strip() for cell in row[:3]), "", "", "")[:3]
        if code or stance:
            yield number, (excerpt, code, stance)


def _csv_rows(path: Path) -> list[list[str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SheetError(f"{path}: is no UTF-8 text, from byte {error.start}; save it as “CSV UTF-8”") from None
    first = text.partition("\n")[0]
    try:
        return list(csv.reader(io.StringIO(text), delimiter=";" if ";" in first else ","))
    except csv.Error as error:
        raise SheetError(f"{path}: is no CSV file ({error})") from None


def _excel_rows(path: Path) -> list[list[str]]:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise SheetError(f"{path}: cannot be read as an Excel file ({short(error)})") from None
    if SHEET not in book.sheetnames:
        raise SheetError(f"{path}: has no sheet “{SHEET}”; found: {short(', '.join(book.sheetnames))}")
    rows = book[SHEET].iter_rows(values_only=True, max_col=3)
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


Allowed = tuple[tuple[str, list[str], str], ...]


def _allowed(study: Study) -> Allowed:
    """What each column may hold: its letter, the values, and how they are named."""
    return (
        ("A", list(study.excerpts["excerpt"]), "an excerpt of the study"),
        ("B", list(_codes(study)["code"]), "a code of the codebook that is no heading"),
        ("C", list(STANCES), "for, against"),
    )


def _faults(allowed: Allowed, name: str, number: int, row: tuple[str, str, str]) -> Iterator[Fault]:
    for (column, known, words), value in zip(allowed, row, strict=True):
        if value not in known:
            problem = "is not known" if value else "must not be empty"
            like = nearest(value, known)
            yield Fault(
                file=name, row=number, column=column, value=short(value), problem=problem, allowed=words, nearest=like
            )
