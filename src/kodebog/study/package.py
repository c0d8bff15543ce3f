"""The files of a study: its descriptor and its tables, read once, every fault named.

A descriptor is data, not a program: it may name plain files beside it and declare inline schemas, and nothing else.
What it may hold at all stands in `descriptor.schema.json`; the tables and columns that the report reads, with their
types, constraints and keys, stand in two files, and a study's descriptor repeats them: `tables.json` for an article
that is examined again, `interviews.json` for coded interviews as a coding program holds them.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from kodebog.errors import KodebogError
from kodebog.study.faults import Fault, few, short

HERE = Path(__file__).parent
DESCRIPTOR = "datapackage.json"
LEDGER = "expected_ledger.csv"
"""The ledger as last accepted, beside the tables of the study but no part of the package."""
WORDING = "wording"
"""Column of a private copy that holds the words of its excerpts."""
LONGEST_CELL = 5_000
"""Characters that a cell may hold."""
LARGEST_FILE = 50_000_000
"""Bytes that a file of a study may hold."""
QUOTATIONS = "quotations"
"""The table of words of interviews that may be published, as somebody has signed for."""
QUOTATION = "quotation"
"""The column that holds them."""
OPTIONAL = {"disclosure_exceptions", QUOTATIONS}
"""Tables that a study may do without."""
OF_INTERVIEWS = "documents"
"""The table by which coded interviews are known."""

_INTEGER = re.compile(r"-?[0-9]{1,15}")
_FORMULA = ("=", "+", "-", "@")
_ID = re.compile(r"\b[EF][0-9]{2,6}\b")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NO_TEXT = {"Cc", "Cn", "Co", "Cs", "Zl", "Zp"}
"""Categories of characters that are no text: controls, unassigned and private ones, line separators."""


@dataclass(frozen=True)
class RawTable:
    """A table as it stands in its file: every cell a string, a list for each row, the first of them the header."""

    name: str
    file: str
    schema: dict[str, Any]
    rows: list[list[str]]

    @property
    def columns(self) -> list[str]:
        """The columns that the descriptor declares."""
        return [field["name"] for field in self.schema["fields"]]

    def frame(self) -> pd.DataFrame:
        """Return the table with the types that its schema declares; empty cells are missing. It must be valid."""
        header, *rows = self.rows
        table = pd.DataFrame(rows, columns=header, dtype="str").replace("", pd.NA)
        return table.astype({field["name"]: _dtype(field) for field in self.schema["fields"]})


def _dtype(field: dict[str, Any]) -> str:
    """The type of a column; numbers that may be missing are of another type than those that may not."""
    if field["type"] != "integer":
        return "string"
    return "int64" if field.get("constraints", {}).get("required") else "Int64"


def empty_frame(schema: dict[str, Any]) -> pd.DataFrame:
    """Return a table without rows, with the columns and types that its schema declares."""
    return pd.DataFrame({field["name"]: pd.Series(dtype=_dtype(field)) for field in schema["fields"]})


@dataclass(frozen=True)
class Package:
    """A study's descriptor and its tables as they were read."""

    descriptor: dict[str, Any]
    tables: dict[str, RawTable]

    @property
    def of_interviews(self) -> bool:
        """Whether it holds coded interviews, and not an article that is examined again."""
        return OF_INTERVIEWS in self.tables

    @cached_property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Every table as a frame, by name. The package must be valid."""
        return {name: table.frame() for name, table in self.tables.items()}


@cache
def known_tables() -> dict[str, dict[str, Any]]:
    """Return the schema of every table that the report on an article reads, by name."""
    tables: dict[str, dict[str, Any]] = json.loads((HERE / "tables.json").read_text(encoding="utf-8"))
    return tables


@cache
def tables_of_interviews() -> dict[str, dict[str, Any]]:
    """Return every table of coded interviews as a descriptor declares it, by name."""
    listed = json.loads((HERE / "interviews.json").read_text(encoding="utf-8"))
    return {resource["name"]: resource for resource in listed}


def datapackage(folder: Path) -> dict[str, Any]:
    """Return the descriptor of a checked study.

    Raises:
        DescriptorError: when it is not there, or is no JSON, since nobody has checked it.

    """
    try:
        package: dict[str, Any] = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DescriptorError(f"{folder / DESCRIPTOR}: cannot be read ({error}); “kodebog check” says more.") from None
    return package


class DescriptorError(KodebogError):
    """A study without a descriptor that can be read."""


def declared_files(folder: Path) -> list[Path]:
    """Return the files that make up a checked study: descriptor, declared tables, and the recorded ledger if any."""
    tables = [folder / resource["path"] for resource in datapackage(folder)["resources"]]
    return sorted(path for path in [folder / DESCRIPTOR, *tables, folder / LEDGER] if path.is_file())


def content_hash(folder: Path) -> str:
    """Return a SHA-256 over the descriptor and the CSV files in a folder, by name and content."""
    found = hashlib.sha256()
    for path in sorted([*folder.glob("*.csv"), *folder.glob(DESCRIPTOR)]):
        found.update(path.name.encode() + b"\0" + (path.read_bytes() if path.is_file() else b"") + b"\0")
    return found.hexdigest()


def read(folder: Path) -> tuple[Package | None, list[Fault]]:
    """Return the study in a folder and what is wrong with its files; no study where it cannot be read at all."""
    if not folder.is_dir():
        return None, [
            Fault(
                file=short(folder.name),
                problem="no such folder",
                allowed=f"a folder with {DESCRIPTOR} and its CSV files",
            )
        ]
    descriptor, faults = _descriptor(folder / DESCRIPTOR)
    if descriptor is None or faults:
        return None, faults
    faults = [*_stray(folder, descriptor), *_undeclared(descriptor)]
    if faults:
        return None, faults
    tables = {}
    for resource in descriptor["resources"]:
        rows, found = _rows(folder / resource["path"])
        faults += found
        tables[resource["name"]] = RawTable(resource["name"], resource["path"], resource["schema"], rows)
    return (None if faults else Package(descriptor, tables)), faults


def _descriptor(path: Path) -> tuple[dict[str, Any] | None, list[Fault]]:
    def broken(problem: str, value: str = "", row: int | None = None) -> tuple[None, list[Fault]]:
        return None, [
            Fault(file=DESCRIPTOR, row=row, value=value, problem=problem, allowed="JSON as Frictionless defines it")
        ]

    if path.is_symlink():
        return broken("is a link")
    try:
        raw = path.read_bytes()
        content = json.loads(raw.decode("utf-8-sig"))
    except OSError as error:
        return None, [Fault(file=DESCRIPTOR, problem=f"cannot be read ({error.strerror})")]
    except UnicodeDecodeError as error:
        return broken("is not UTF-8", f"byte 0x{raw[error.start]:02x}", raw.count(b"\n", 0, error.start) + 1)
    except json.JSONDecodeError as error:
        return broken(f"is no JSON ({error.msg})", row=error.lineno)
    except RecursionError:
        return broken("is nested too deeply")
    except ValueError as error:
        return broken(f"is no JSON ({short(error)})")
    return content, [*_against_schema(content)]


def _against_schema(content: Any) -> Iterator[Fault]:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - slow to import

    allowed = json.loads((HERE / "descriptor.schema.json").read_text(encoding="utf-8"))
    for error in Draft202012Validator(allowed).iter_errors(content):
        place = error.json_path.removeprefix("$").lstrip(".")
        words, may = _said(error)
        value = "" if isinstance(error.instance, dict | list) else short(error.instance)
        yield Fault(file=DESCRIPTOR, column=place, value=value, problem=words, allowed=may)
    if isinstance(content, dict):
        for place, text in strings(content):
            if found := _no_text(text):
                yield Fault(file=DESCRIPTOR, column=place, value=short(text), problem=found, allowed="text on one line")
            if known := _ID.search(text):
                problem = f"holds “{known.group()}”, which reads as the id of an excerpt or finding"
                yield Fault(file=DESCRIPTOR, column=place, value=short(text), problem=problem, allowed="words")


def _said(error: Any) -> tuple[str, str]:
    """Return what is wrong and what is allowed, for an error of jsonschema."""
    match error.validator:
        case "required":
            return f"lacks “{next(k for k in error.validator_value if k not in error.instance)}”", ""
        case "additionalProperties":
            extra = sorted(set(error.instance) - set(error.schema["properties"]))
            return f"has more than it may: {few(map(short, extra))}", few(error.schema["properties"])
        case "type":
            return f"is no {error.validator_value}", ""
        case "pattern":
            return "is not of the allowed form", error.validator_value
        case "const":
            return "is not the allowed value", json.dumps(error.validator_value)
        case "enum":
            return "is not an allowed value", few(error.validator_value)
        case "minItems" | "minLength":
            return "is empty", ""
        case "maxLength" | "maxItems":
            return "is too long", f"at most {error.validator_value}"
        case _:
            return short(error.message), ""


def strings(content: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield every string in a piece of JSON, with its place."""
    if isinstance(content, str):
        yield place, content
    elif isinstance(content, dict):
        for key, value in content.items():
            yield from strings(value, f"{place}.{key}".lstrip("."))
    elif isinstance(content, list):
        for i, value in enumerate(content):
            yield from strings(value, f"{place}[{i}]")


def _stray(folder: Path, descriptor: dict[str, Any]) -> Iterator[Fault]:
    """Yield what lies in the folder and is not declared, and links; files that start with a dot are never read."""
    declared = {DESCRIPTOR, LEDGER, *(resource["path"] for resource in descriptor["resources"])}
    for path in sorted(folder.iterdir()):
        if path.is_symlink():
            yield Fault(file=short(path.name), problem="is a link", allowed="the file itself")
        elif path.name not in declared and not path.name.startswith("."):
            problem = f"is not declared in {DESCRIPTOR}"
            yield Fault(file=short(path.name), problem=problem, allowed="declared tables only; put it elsewhere")


def _undeclared(descriptor: dict[str, Any]) -> Iterator[Fault]:
    """Yield where the descriptor is not the one of a study that the report can read."""
    resources = descriptor["resources"]
    yield from _twice("resources", [r["name"] for r in resources])
    yield from _twice("resources", [r["path"].casefold() for r in resources])
    by_name = {r["name"]: r["schema"] for r in resources}
    schemas = known_tables()
    if OF_INTERVIEWS in by_name:
        schemas = {name: resource["schema"] for name, resource in tables_of_interviews().items()}
    for name, known in schemas.items():
        if name in by_name:
            yield from _differing(name, by_name[name], known)
        elif name not in OPTIONAL:
            yield Fault(file=DESCRIPTOR, problem=f"declares no table “{name}”")
    for name in by_name.keys() - schemas.keys():
        yield from _differing(name, by_name[name], {"fields": []})


def _twice(where: str, names: Iterable[str]) -> Iterator[Fault]:
    listed = list(names)
    for name in sorted({n for n in listed if listed.count(n) > 1}):
        yield Fault(file=DESCRIPTOR, column=where, value=name, problem="stands twice", allowed="each name once")


def _without_own_values(field: dict[str, Any], known: dict[str, Any]) -> dict[str, Any] | None:
    """What a descriptor demands of a column; the values that it allows are its own where the report reads any."""
    constraints: dict[str, Any] | None = field.get("constraints")
    if constraints is None or "enum" in known.get("constraints", {}):
        return constraints
    return {name: value for name, value in constraints.items() if name != "enum"} or None


def _differing(name: str, schema: dict[str, Any], known: dict[str, Any]) -> Iterator[Fault]:
    """Yield where a declared table is not as the report reads it; it may have further columns behind the known ones."""
    columns = [field["name"] for field in schema["fields"]]
    yield from _twice(name, columns)
    wanted = [field["name"] for field in known["fields"]]
    if columns[: len(wanted)] != wanted:
        yield Fault(
            file=DESCRIPTOR,
            column=name,
            value=few(columns),
            problem="declares other columns than the report reads",
            allowed=f"{', '.join(wanted)}, then others",
        )
        return
    for field, right in zip(schema["fields"], known["fields"], strict=False):
        for part, own in (("type", field.get("type")), ("constraints", _without_own_values(field, right))):
            if own != right.get(part):
                yield Fault(
                    file=DESCRIPTOR,
                    column=f"{name}.{field['name']}.{part}",
                    value=short(json.dumps(field.get(part), ensure_ascii=False)),
                    problem="is not what the report reads",
                    allowed=json.dumps(right.get(part), ensure_ascii=False),
                )
    for field in schema["fields"][len(wanted) :]:
        if field["name"] not in wanted and set(field.get("constraints", {})) - {"required", "unique", "enum"}:
            yield Fault(
                file=DESCRIPTOR,
                column=f"{name}.{field['name']}.constraints",
                problem="has more than a further column may",
                allowed="required, unique, enum",
            )
    for part in ("primaryKey", "foreignKeys"):
        if wanted and schema.get(part) != known.get(part):
            yield Fault(
                file=DESCRIPTOR,
                column=f"{name}.{part}",
                value=short(json.dumps(schema.get(part))),
                problem="is not what the report reads",
                allowed=json.dumps(known.get(part)),
            )
    if not wanted:
        for column in [c for c in schema["primaryKey"] if c not in columns]:
            yield Fault(file=DESCRIPTOR, column=f"{name}.primaryKey", value=column, problem="is no column of the table")
        if schema.get("foreignKeys"):
            yield Fault(file=DESCRIPTOR, column=f"{name}.foreignKeys", problem="is more than a further table may have")


def _rows(path: Path) -> tuple[list[list[str]], list[Fault]]:
    """Return the cells of a CSV file; faults where it cannot be read as one."""

    def broken(
        problem: str, value: str = "", row: int | None = None, allowed: str = ""
    ) -> tuple[list[list[str]], list[Fault]]:
        return [], [Fault(file=path.name, row=row, value=value, problem=problem, allowed=allowed)]

    try:
        if path.is_file() and path.stat().st_size > LARGEST_FILE:
            return broken("is too large", f"{path.stat().st_size} bytes", allowed=f"at most {LARGEST_FILE} bytes")
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError as error:
        return broken(f"cannot be read ({error.strerror})", allowed="a CSV file")
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        return broken("is not UTF-8", f"byte 0x{raw[error.start]:02x}", row, "text saved as UTF-8")
    if not raw.strip():
        return broken("is empty", allowed="a header and at least one row")
    if "\0" in text:
        return broken("is not text", "NUL byte", text.count("\n", 0, text.index("\0")) + 1)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return list(reader), []
    except csv.Error as error:
        return broken(f"cannot be read as CSV ({error})", row=reader.line_num, allowed="cells as RFC 4180 defines them")


def cell_faults(package: Package) -> Iterator[Fault]:
    """Yield cells that are no plain text or no plain number, whatever else their column allows."""
    for table in package.tables.values():
        checks = [_no_number if field["type"] == "integer" else _unsafe for field in table.schema["fields"]]
        yield from _checked(table.file, table.columns, enumerate(table.rows[1:], 2), checks)


def recorded_cells(folder: Path) -> tuple[list[list[str]], list[Fault]]:
    """Return the cells of the recorded ledger, which is published with the tables, and those that are no plain text."""
    if not (folder / LEDGER).is_file():
        return [], []
    rows, faults = _rows(folder / LEDGER)
    if rows:
        faults += _checked(LEDGER, rows[0], enumerate(rows, 1), [_unsafe] * len(rows[0]))
    return rows, faults


Check = Callable[[str, str], tuple[str, str]]
"""What a cell is held to, by its column: what is wrong with it, if anything is, and what is allowed."""


def _checked(
    file: str, columns: list[str], rows: Iterable[tuple[int, list[str]]], checks: Sequence[Check]
) -> Iterator[Fault]:
    """Yield the cells that do not pass the check of their column; `rows`: each with its number in the file."""
    sound: list[set[str]] = [set() for _ in checks]  # many cells of a column are the same
    for number, row in rows:
        for column, check, known, cell in zip(columns, checks, sound, row, strict=False):
            if cell in known:
                continue
            problem, allowed = check(cell, column)
            if not problem:
                known.add(cell)
            else:
                yield Fault(file=file, row=number, column=column, value=short(cell), problem=problem, allowed=allowed)


def _no_number(cell: str, _: str) -> tuple[str, str]:
    right = not cell or _INTEGER.fullmatch(cell)
    return ("", "") if right else ("is of the wrong type", "integer")


def _unsafe(cell: str, column: str) -> tuple[str, str]:
    if len(cell) > LONGEST_CELL:
        return "is too long", f"at most {LONGEST_CELL} characters"
    if found := _no_text(cell):
        return found, "text on one line"
    if cell != cell.strip() or "  " in cell:
        return "has white space that would be lost", "no space at an end, and one between words"
    if cell.startswith(_FORMULA):
        return "starts as a formula does in a spreadsheet", f"a start other than {' '.join(_FORMULA)}"
    if (column.endswith(("_en", "_da")) or column in {"part", "why"}) and (known := _ID.search(cell)):
        return f"holds “{known.group()}”, which reads as the id of an excerpt or finding", "words"
    return "", ""


def _no_text(text: str) -> str:
    for character in text:
        if character in _BIDI:
            return f"holds U+{ord(character):04X}, which turns the direction of writing"
        if unicodedata.category(character) in _NO_TEXT:
            return f"holds U+{ord(character):04X}, which is no text"
    return ""
