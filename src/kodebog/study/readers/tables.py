"""Tables of codings (CSV, XLSX or OpenDocument): a row for each coding, or for each passage with its codes in one cell.

Columns are known by their heads, as Taguette, ATLAS.ti, MAXQDA, Dedoose and NVivo write them, and by plain words.
"""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import re
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from xml.etree.ElementTree import Element, ParseError

import openpyxl
from defusedxml.ElementTree import fromstring

from kodebog.study.coded import LARGEST, Code, Coded, Coding, Document, Passage, ReadError, by_dots, numbered

HEADS = {
    "document": (
        "document", "document name", "interview", "file", "source", "transcript", "filename", "media title",
        "dokument", "dokumentnavn",
    ),
    "passage": ("segment id", "fragment_id", "frag_id", "statement id", "quotation id", "number", "id", "passage"),
    "words": (
        "text", "content", "quotation content", "quote", "quotation", "excerpt", "excerpt copy", "text content",
        "segment", "tekst", "citat", "udsagn", "uddrag",
    ),
    "code": ("code", "codes", "tag", "tags", "codes applied combined", "kode", "koder"),
    "start": ("start",),
    "end": ("end",),
    "paragraph": ("beginning", "begin", "paragraph"),
    "coder": ("coder", "user", "created by", "modified by", "author", "excerpt creator", "kodet af"),
}  # fmt: skip
"""Heads of columns, in small letters, the surest first."""
TAGUETTE = ["id", "document", "tag", "content"]
"""Heads of what Taguette exports."""
SEPARATORS = ("\n", ";", "|")
"""What stands between codes in one cell. Not the comma, which stands in the names of codes as well."""


@dataclass(frozen=True)
class Columns:
    """Which columns of a table hold what, by their heads; empty where the usual heads tell."""

    document: str = ""
    passage: str = ""
    coder: str = ""
    codes: tuple[str, ...] = ()
    """Columns whose cells are codes, a family each where they are called differently but for a number at the end."""
    marks: tuple[str, ...] = ()
    """Columns that are codes themselves: a passage has the code where its cell says neither nothing nor no."""
    sheet: str = ""
    """Sheet of a workbook; the first where none is named."""
    codebook: str = ""
    """A table with the names of all codes, for cells in which what stands between codes also stands in their names."""


NO = {"", "0", "0.0", "0,0", "no", "nej", "false", "falsk", "n", "na", "n/a", "nan", "none", "null", "-", "–"}
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
    made = Coded("table")
    seen: Counter[str] = Counter()
    if "words" not in roles:
        rest = [at for at in range(len(heads)) if at not in {*roles.values(), *codes, *marks}]
        if (long := _long(rows[1:], rest)) is not None:
            roles["words"] = long
            made.notes.append(f"Column “{heads[long]}” holds long texts: taken as what was said, and never published.")
    placed = _placed(rows[1:], roles)
    used = {*roles.values(), *codes, *marks}
    beside = {head: at for at, head in enumerate(heads) if head and at not in used}
    names = _names(Path(told.codebook)) if told.codebook else {}
    family = {} if names else _families(heads, codes)
    made.codes.update({name: Code(name, name, "", definition) for name, definition in names.items()})
    attributes: dict[str, dict[str, set[str]]] = {}
    nameless: Counter[str] = Counter()
    for row in rows[1:]:
        cells = [cell.strip() for cell in row] + [""] * (len(heads) - len(row))
        cell = {role: cells[at] for role, at in roles.items()}
        document = cell.get("document") or path.stem
        seen["without a document"] += "document" in roles and not cell["document"]
        made.documents.setdefault(document, Document(document, document))
        for head, at in beside.items():
            attributes.setdefault(document, {}).setdefault(head, set()).add(cells[at])
        nameless[document] += not any(cell.get(role) for role in ("passage", "words", *WHERE))
        passage = _passage(cell, document, placed, nameless[document])
        seen["without a place"] += bool(placed and passage.start is None and (cell["start"] or cell["end"]))
        made.passages.setdefault(passage.id, passage)
        parts = {at: _split(cells[at], names) for at in codes}
        given = [family.get(at, "") + code for at, found in parts.items() for code in found]
        seen["commas"] += sum("," in cells[at] and len(found) == 1 for at, found in parts.items())
        seen["divided"] += sum(len(found) > 1 for found in parts.values())
        given += [heads[at] for at in marks if cells[at].casefold() not in NO]
        seen["without a code"] += not given
        by = cell.get("coder", "")
        for code in dict.fromkeys(given):
            seen["below others"] += _add(made.codes, code)
            made.codings.append(Coding(passage.id, code, by))
    if heads == TAGUETTE:
        made.codes = by_dots(made.codes)
    seen["by its row"] = nameless.total()
    made.notes += [*_doubts(path, rows), *_remarks(seen, family, path.stem, bool(names))]
    for document, values in attributes.items():
        alike = {head: next(iter(found)) for head, found in values.items() if len(found) == 1}
        made.documents[document].attributes.update({head: value for head, value in alike.items() if value})
    if beside:
        made.notes.append(f"Columns not used, but for grouping documents: {', '.join(beside)}.")
    return made


WHERE = ("start", "end", "paragraph")
"""What tells passages of the same words apart."""


def _passage(cell: Mapping[str, str], document: str, placed: bool, number: int) -> Passage:
    """The passage of a row: the same words at the same place are one, unless the table numbers its passages."""
    where = "\t".join(filter(None, (cell.get(role) for role in WHERE)))
    known = cell.get("passage") or _checksum(f"{cell.get('words', '')}\t{where}".strip()) or f"row {number}"
    start, end = _positions(cell) if placed else (None, None)
    return Passage(f"{document}\t{known}", document, start, end, cell.get("words") or None)


def _doubts(path: Path, rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """What may have been read otherwise than it was meant, a sentence each."""
    if _letters(path) == "cp1252":
        yield "The file is not UTF-8: its letters were read as those of Windows (1252); look at them."
    if wide := sum(any(cell.strip() for cell in row[len(rows[0]) :]) for row in rows[1:]):
        yield f"{numbered(wide, 'row')} with more cells than heads: what stands there was left out."


def _remarks(seen: Mapping[str, int], family: Mapping[int, str], name: str, by_names: bool) -> Iterator[str]:
    """What was noticed in the rows, a sentence each."""
    if rows := seen["by its row"]:
        yield (
            f"{numbered(rows, 'passage')} with neither number nor words nor place, told by their order: put new ones "
            "below the others, or what is written by hand will stand at another one."
        )
    if lost := seen["without a place"]:
        yield f"{numbered(lost, 'row')} whose start and end are no positions: taken without a place."
    if bare := seen["without a code"]:
        yield f"{numbered(bare, 'row')} without a code."
    if away := seen["without a document"]:
        yield f"{numbered(away, 'row')} without a document: taken as of “{name}”, as the file is called."
    if divided := seen["divided"]:
        marks = "“,”, “;” or “|”" if by_names else "“;” or “|”"
        yield f"{numbered(divided, 'cell')} with several codes, divided at line ends, {marks}."
    if family:
        listed = ", ".join(dict.fromkeys(f"“{above.removesuffix(UNDER)}”" for above in family.values()))
        yield f"Codes stand in families, by the columns that hold them: {listed}."
    elif trees := seen["below others"]:
        yield f"{numbered(trees, 'code')} placed below others, by the “>” or “\\” in their names."
    if commas := seen["commas"]:
        yield f"Commas in {numbered(commas, 'cell')} were taken as part of a code's name."


UNDER = " > "
"""What is written here between a code and the one above it."""
_BELOW = re.compile(r"\s+>\s+|\\+")
"""What stands between a code and those above it, as MAXQDA, NVivo and `kodebog export` write them in one cell."""


def _add(codes: dict[str, Code], path: str) -> bool:
    """Add a code and those above it, if they are new; return whether it is a new one with others above it."""
    names = [name.strip() for name in _BELOW.split(path) if name.strip()]
    if path in codes or len(names) < 2:
        codes.setdefault(path, Code(path, path))
        return False
    above = ""
    for depth, name in enumerate(names, 1):
        known = path if depth == len(names) else UNDER.join(names[:depth])
        codes.setdefault(known, Code(known, name, above))
        above = known
    return True


def _families(heads: Sequence[str], codes: Sequence[int]) -> dict[int, str]:
    """What stands before a code, by the column that holds it; nothing where all columns are called alike.

    >>> _families(["Activity 1", "Activity 2", "Quality"], [0, 1, 2])
    {0: 'Activity > ', 1: 'Activity > ', 2: 'Quality > '}

    """
    stems = {at: re.sub(r"[\W_]*\d+$", "", heads[at]) or heads[at] for at in codes}
    return {at: stem + UNDER for at, stem in stems.items()} if len(set(stems.values())) > 1 else {}


def _placed(rows: Sequence[Sequence[str]], roles: Mapping[str, int]) -> bool:
    """Whether most rows that have a start and an end have such as can be positions in a document."""
    columns = {role: roles[role] for role in ("start", "end") if role in roles}
    if len(columns) < 2:
        return False
    cells = [{role: row[at].strip() if at < len(row) else "" for role, at in columns.items()} for row in rows]
    told = [_positions(cell) != (None, None) for cell in cells if any(cell.values())]
    return 2 * sum(told) > len(told)


def _positions(cell: Mapping[str, str]) -> tuple[int, int] | tuple[None, None]:
    """Start and end of a row as positions; none where they can be none."""
    start, end = cell["start"], cell["end"]
    sound = all(re.fullmatch(r"\d{1,12}", part) for part in (start, end)) and int(start) < int(end)
    return (int(start), int(end)) if sound else (None, None)


LONG = 6
"""Words that the cells of a column hold on average, at least, to be taken for what was said."""


def _long(rows: Sequence[Sequence[str]], columns: Sequence[int]) -> int | None:
    """The column with the longest texts, if they are long."""
    means = {at: sum(len(row[at].split()) for row in rows if at < len(row)) / max(1, len(rows)) for at in columns}
    longest = max(means, key=means.__getitem__, default=None)
    return longest if longest is not None and means[longest] >= LONG else None


def _checksum(words: str) -> str:
    """A name for words that does not tell them; none for none."""
    return hashlib.sha256(words.encode()).hexdigest()[:16] if words else ""


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


def _names(path: Path) -> dict[str, str]:
    """The codes of a codebook, as ATLAS.ti and others export it, with their definitions.

    Raises:
        ReadError: when it cannot be read, or has no column that holds names.

    """
    rows = _rows(path, "")
    heads = [head.strip().casefold() for head in rows[0]] if rows else []
    at = next((heads.index(head) for head in ("code", "code name", "name", "codes", "tag") if head in heads), None)
    if at is None:
        raise ReadError(f"{path.name}: no column is known to hold the names of codes; call one “code”.")
    said = next((heads.index(head) for head in ("comment", "definition", "description", "memo") if head in heads), None)
    found = {}
    for row in rows[1:]:
        if at < len(row) and row[at].strip():
            found[row[at].strip()] = row[said].strip() if said is not None and said < len(row) else ""
    return found


def _split(cell: str, names: Mapping[str, str] | None = None) -> list[str]:
    if names:
        return list(dict.fromkeys(_known(cell, sorted(names, key=len, reverse=True))))
    mark = next((mark for mark in SEPARATORS if mark in cell), "\n")
    return list(dict.fromkeys(part.strip() for part in cell.split(mark) if part.strip()))


_APART = re.compile(r"\s*(?:[,;|\n]\s*|$)")
"""What stands between the codes of a cell, or behind the last."""


def _known(cell: str, names: Sequence[str]) -> Iterator[str]:
    """Yield the codes of a cell, at each place the longest known name; what none fits is taken up to the next mark."""
    at = 0
    while at < len(cell):
        fits = (name for name in names if cell.startswith(name, at) and _APART.match(cell, at + len(name)))
        end = _APART.search(cell, at)
        name = next(fits, None) or cell[at : end.start() if end else len(cell)]
        if name.strip():
            yield name.strip()
        behind = _APART.match(cell, at + len(name))
        at = behind.end() if behind else len(cell)


def _rows(path: Path, sheet: str) -> list[list[str]]:
    if path.stat().st_size > LARGEST:
        raise ReadError(f"{path.name}: is larger than {LARGEST >> 20} MiB.")
    try:
        zipped = zipfile.is_zipfile(path)
        if zipped:
            with zipfile.ZipFile(path) as archive:
                opened = "content.xml" in archive.namelist()
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise ReadError(f"{path.name}: cannot be read ({error}).") from None
    rows = (_opened(path, sheet) if opened else _workbook(path, sheet)) if zipped else _csv(path)
    return [row for row in rows if any(cell.strip() for cell in row)]


def _letters(path: Path) -> str:
    """How the letters of a file of text are written; of a workbook nothing."""
    raw = path.read_bytes()
    if raw.startswith(b"PK"):
        return ""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    try:
        raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _csv(path: Path) -> list[list[str]]:
    text = path.read_bytes().decode(_letters(path) or "utf-8-sig", "replace")
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
                rows = _bounded(cells.iter_rows(values_only=True), path.name)
                return [[_cell(value) for value in row] for row in rows if any(value is not None for value in row)]
            finally:
                book.close()
    except ReadError:
        raise
    except Exception as error:  # what a broken workbook makes openpyxl raise has no common name
        raise ReadError(f"{path.name}: cannot be read as a workbook ({type(error).__name__}).") from None


MOST_REPEATED = 16_384
"""Cells or rows that one element of an OpenDocument sheet may stand for; empty ones at its end stand for the rest."""


def _opened(path: Path, sheet: str) -> list[list[str]]:
    """A sheet of an OpenDocument workbook, as it is seen on the screen."""
    with zipfile.ZipFile(path) as archive:
        try:
            if archive.getinfo("content.xml").file_size > LARGEST:
                raise ReadError(f"{path.name}: is larger than {LARGEST >> 20} MiB when unpacked.")
            root = fromstring(archive.read("content.xml"), forbid_dtd=True)
        except ReadError:
            raise
        # what a broken archive or sheet raises has no common name
        except (
            KeyError,
            ValueError,
            RuntimeError,
            EOFError,
            OSError,
            zipfile.BadZipFile,
            zlib.error,
            ParseError,
        ) as error:
            raise ReadError(f"{path.name}: cannot be read as a workbook ({type(error).__name__}).") from None
    found = {str(table.get(f"{_TABLE}name")): table for table in root.iter(f"{_TABLE}table")}
    if not found or (sheet and sheet not in found):
        raise ReadError(f"{path.name}: has no sheet “{sheet}”. Sheets: {', '.join(found) or 'none'}")
    return list(_bounded(_shown(found[sheet or next(iter(found))]), path.name))


def _shown(table: Element) -> Iterator[list[str]]:
    """The rows of an OpenDocument sheet that are not empty, each as often as it is repeated."""
    for row in table.iter(f"{_TABLE}table-row"):
        cells: list[str] = []
        for cell in [c for c in row if c.tag in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}]:
            said = "\n".join("".join(part.itertext()) for part in cell.iter(f"{_TEXT}p"))
            times = _times(cell.get(f"{_TABLE}number-columns-repeated"))
            cells += [said] * (times if said else min(times, 1_000))
            if len(cells) > MOST_REPEATED:  # no program has more columns
                break
        if any(cells):
            yield from itertools.repeat(cells, _times(row.get(f"{_TABLE}number-rows-repeated")))


MOST_CELLS = 20_000_000
"""Cells that a sheet may span, empty ones between the others with them."""


Row = TypeVar("Row", bound=Sequence[object])


def _bounded(rows: Iterable[Row], name: str) -> Iterator[Row]:
    """Yield the rows of a sheet while they are not too many to be read.

    Raises:
        ReadError: when they span more cells than a sheet may.

    """
    left = MOST_CELLS
    for row in rows:
        left -= max(1, len(row))
        if left < 0:
            raise ReadError(
                f"{name}: spans more than {MOST_CELLS // 1_000_000} million cells; delete the empty rows and columns "
                "around what it holds."
            )
        yield row


_TABLE, _TEXT = (f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("table", "text"))


def _times(value: str | None) -> int:
    return min(int(value), MOST_REPEATED) if value and value.isdecimal() and len(value) < 9 else 1


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
