"""Tables of codings (CSV or XLSX): a row for each coding, or for each passage with its codes in one cell.

Columns are known by their heads, as Taguette, ATLAS.ti, MAXQDA, Dedoose and NVivo write them, and by plain words.
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
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


def read(path: Path) -> Coded:
    """Return what a table holds.

    Raises:
        ReadError: when it is no table, is empty, or no column is known to hold codes.

    """
    rows = _rows(path)
    if not rows:
        raise ReadError(f"{path.name}: is empty.")
    heads = [head.strip() for head in rows[0]]
    columns: dict[str, int] = {}
    for role, known in HEADS.items():
        at = next((i for name in known for i, h in enumerate(heads) if h.casefold() == name), None)
        if at is not None and at not in columns.values():
            columns[role] = at
    if "code" not in columns:
        listed = ", ".join(head for head in heads if head) or "none"
        raise ReadError(f"{path.name}: no column is known to hold codes; call one “code”. Columns: {listed}")
    made, coders, bare, commas = Coded("table"), Coders(), 0, 0
    for number, row in enumerate(rows[1:], 2):
        cell = {role: row[at].strip() if at < len(row) else "" for role, at in columns.items()}
        document = cell.get("document") or path.stem
        made.documents.setdefault(document, Document(document, document))
        # the same words in the same document are one passage, unless the table numbers its passages
        told = cell.get("passage") or cell.get("words") or f"row {number}"
        passage = f"{document}\0{told}"
        made.passages.setdefault(passage, Passage(passage, document))
        codes = _split(cell["code"])
        bare += not codes
        commas += len(codes) == 1 and "," in codes[0]
        by = cell.get("coder", "")
        for code in codes:
            made.codes.setdefault(code, Code(code, code))
            made.codings.append(Coding(passage, code, coders[by] if by else ""))
    if bare:
        made.notes.append(f"{bare} rows have no code.")
    if commas:
        made.notes.append(f"{commas} cells hold commas, which were taken as part of a code's name.")
    if rest := [head for at, head in enumerate(heads) if head and at not in columns.values()]:
        made.notes.append(f"Columns not used: {', '.join(rest)}.")
    return made


def _split(cell: str) -> list[str]:
    mark = next((mark for mark in SEPARATORS if mark in cell), "\n")
    return list(dict.fromkeys(part.strip() for part in cell.split(mark) if part.strip()))


def _rows(path: Path) -> list[list[str]]:
    if path.stat().st_size > LARGEST:
        raise ReadError(f"{path.name}: is larger than {LARGEST >> 20} MiB.")
    rows = _workbook(path) if zipfile.is_zipfile(path) else _csv(path)
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


def _workbook(path: Path) -> list[list[str]]:
    """The first sheet; a whole number is written without a point, as it is seen on the screen."""
    with zipfile.ZipFile(path) as archive:
        if sum(info.file_size for info in archive.infolist()) > LARGEST:
            raise ReadError(f"{path.name}: is larger than {LARGEST >> 20} MiB when unpacked.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a workbook holds besides its cells
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            return [[_cell(value) for value in row] for row in book.worksheets[0].iter_rows(values_only=True)]
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
