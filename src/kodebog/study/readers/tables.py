"""Tables of codings (CSV or XLSX): a row for each coding, or for each passage with its codes in one cell.

Columns are known by their heads, as Taguette, ATLAS.ti, MAXQDA, Dedoose and NVivo write them, and by plain words.
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from kodebog.study.coded import LARGEST, Code, Coded, Coders, Coding, Document, Passage, ReadError

HEADS = {
    "document": ("document", "document name", "interview", "file", "source", "transcript", "filename", "media title"),
    "passage": ("segment id", "fragment_id", "frag_id", "statement id", "quotation id", "number", "id", "passage"),
    "words": ("text", "content", "quote", "quotation", "excerpt", "excerpt copy", "text content", "segment"),
    "code": ("code", "codes", "tag", "tags", "codes applied combined"),
    "coder": ("coder", "user", "created by", "modified by", "author", "excerpt creator"),
}
"""Heads of columns, in small letters, the surest first."""
SEPARATORS = ("\n", ";", "|")
"""What stands between codes in one cell. Not the comma, which stands in the names of codes as well."""


@dataclass(frozen=True)
class Columns:
    """Which columns of a table hold what, by their heads; empty where the usual heads tell."""

    document: str = ""
    passage: str = ""
    coder: str = ""
    codes: tuple[str, ...] = ()
    """Columns whose cells are codes."""
    marks: tuple[str, ...] = ()
    """Columns that are codes themselves: a passage has the code where its cell says neither nothing nor no."""
    sheet: str = ""
    """Sheet of a workbook; the first where none is named."""


NO = {"", "0", "no", "nej", "false", "n", "-"}
"""Cells, in small letters, in which a passage does not have the code of the column."""


def read(path: Path, told: Columns | None = None) -> Coded:
    """Return what a table holds; `told` names the columns where their heads are not the usual ones.

    Raises:
        ReadError: when it is no table, is empty, lacks a column that was named, or no column is known to hold codes.

    """
    told = told or Columns()
    rows = _rows(path, told.sheet)
    if not rows:
        raise ReadError(f"{path.name}: is empty.")
    heads = [head.strip() for head in rows[0]]
    roles, codes, marks = _roles(heads, told, path.name)
    used = {*roles.values(), *codes, *marks}
    beside = {head: at for at, head in enumerate(heads) if head and at not in used}
    made, coders, bare, commas = Coded("table"), Coders(), 0, 0
    attributes: dict[str, dict[str, set[str]]] = {}
    for number, row in enumerate(rows[1:], 2):
        cells = [cell.strip() for cell in row] + [""] * (len(heads) - len(row))
        cell = {role: cells[at] for role, at in roles.items()}
        document = cell.get("document") or path.stem
        made.documents.setdefault(document, Document(document, document))
        for head, at in beside.items():
            attributes.setdefault(document, {}).setdefault(head, set()).add(cells[at])
        # the same words in the same document are one passage, unless the table numbers its passages
        passage = f"{document}\0{cell.get('passage') or cell.get('words') or f'row {number}'}"
        made.passages.setdefault(passage, Passage(passage, document, words=cell.get("words") or None))
        given = [code for at in codes for code in _split(cells[at])]
        commas += sum("," in cells[at] and len(_split(cells[at])) == 1 for at in codes)
        given += [heads[at] for at in marks if cells[at].casefold() not in NO]
        bare += not given
        by = cell.get("coder", "")
        for code in dict.fromkeys(given):
            made.codes.setdefault(code, Code(code, code))
            made.codings.append(Coding(passage, code, coders[by] if by else ""))
    if bare:
        made.notes.append(f"{bare} rows have no code.")
    if commas:
        made.notes.append(f"{commas} cells hold commas, which were taken as part of a code's name.")
    for document, values in attributes.items():
        alike = {head: next(iter(found)) for head, found in values.items() if len(found) == 1}
        made.documents[document].attributes.update({head: value for head, value in alike.items() if value})
    if beside:
        made.notes.append(f"Columns not used, but for grouping documents: {', '.join(beside)}.")
    return made


def _roles(heads: list[str], told: Columns, name: str) -> tuple[dict[str, int], list[int], list[int]]:
    """Where document, passage, words and coder stand; which columns hold codes; which are codes."""
    places = {head.casefold(): at for at, head in reversed(list(enumerate(heads)))}
    wanted = [told.document, told.passage, told.coder, *told.codes, *told.marks]
    listed = ", ".join(head for head in heads if head) or "none"
    if missing := [head for head in wanted if head and head.casefold() not in places]:
        raise ReadError(f"{name}: has no column “{missing[0]}”. Columns: {listed}")
    named = {"document": told.document, "passage": told.passage, "coder": told.coder}
    roles = {role: places[head.casefold()] for role, head in named.items() if head}
    codes, marks = ([places[head.casefold()] for head in part] for part in (told.codes, told.marks))
    for role, known in HEADS.items():
        at = next((places[head] for head in known if head in places), None)
        taken = at in {*roles.values(), *codes, *marks}
        if role not in roles and at is not None and not taken:
            roles[role] = at
    usual = roles.pop("code", None)
    if not codes and not marks:
        if usual is None:
            raise ReadError(
                f"{name}: no column is known to hold codes; call one “code”, or name it with --code. Columns: {listed}"
            )
        codes = [usual]
    return roles, codes, marks


def _split(cell: str) -> list[str]:
    mark = next((mark for mark in SEPARATORS if mark in cell), "\n")
    return list(dict.fromkeys(part.strip() for part in cell.split(mark) if part.strip()))


def _rows(path: Path, sheet: str) -> list[list[str]]:
    if path.stat().st_size > LARGEST:
        raise ReadError(f"{path.name}: is larger than {LARGEST >> 20} MiB.")
    rows = _workbook(path, sheet) if zipfile.is_zipfile(path) else _csv(path)
    return [row for row in rows if any(cell.strip() for cell in row)]


def _csv(path: Path) -> list[list[str]]:
    raw = path.read_bytes()
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = raw.decode("utf-16", "replace")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", "replace")
    if "\0" in text:
        raise ReadError(f"{path.name}: is no text; nothing here reads it.")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise ReadError(f"{path.name}: is no table ({error}).") from None


def _workbook(path: Path, sheet: str) -> list[list[str]]:
    """A sheet, the first where none is named; a whole number is written without a point, as on the screen."""
    with zipfile.ZipFile(path) as archive:
        if sum(info.file_size for info in archive.infolist()) > LARGEST:
            raise ReadError(f"{path.name}: is larger than {LARGEST >> 20} MiB when unpacked.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a workbook holds besides its cells
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            try:
                if sheet and sheet not in book.sheetnames:
                    raise ReadError(f"{path.name}: has no sheet “{sheet}”. Sheets: {', '.join(book.sheetnames)}")
                cells = book[sheet] if sheet else book.worksheets[0]
                return [[_cell(value) for value in row] for row in cells.iter_rows(values_only=True)]
            finally:
                book.close()
    except ReadError:
        raise
    except Exception as error:  # what a broken workbook makes openpyxl raise has no common name
        raise ReadError(f"{path.name}: cannot be read as a workbook ({type(error).__name__}).") from None


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
