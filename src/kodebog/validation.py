"""Is a folder a valid study? All faults of a folder in one pass.

What a table may hold is declared once, in `datapackage.json`; frictionless checks it. The rules that tie tables
together beyond keys stand in `kodebog.rules`.
"""

from __future__ import annotations

import csv
import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_ALLOWED_SHOWN = 12


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong with a study: where it stands, what was found, what is allowed."""

    file: str
    row: int | None
    column: str
    value: str
    problem: str
    allowed: str = ""
    nearest: str = ""

    def __str__(self) -> str:
        place = ", ".join(
            filter(
                None,
                [
                    self.file,
                    f"row {self.row}" if self.row else "",
                    f"column {self.column}" * bool(self.column),
                ],
            )
        )
        found = f", found “{self.value}”" if self.value else ""
        allowed = f"; allowed: {self.allowed}" if self.allowed else ""
        nearest = f"; did you mean “{self.nearest}”?" if self.nearest else ""
        return f"{place}: {self.problem}{found}{allowed}{nearest}"


def check(folder: Path) -> list[Fault]:
    """Return every fault of the study in `folder`, sorted by file, row and column; empty when it is valid."""
    from kodebog.rules import broken_rules  # noqa: PLC0415 - rules need pandas; a broken package does not

    descriptor = folder / "datapackage.json"
    if not folder.is_dir():
        return [
            Fault(
                folder.name,
                None,
                "",
                "",
                "no such folder",
                "a folder with datapackage.json and its CSV files",
            )
        ]
    try:
        package = json.loads(descriptor.read_text(encoding="utf-8"))
        resources = {r["name"]: r for r in package["resources"]}
        declared = {n: (folder / r["path"], r["schema"]["fields"]) for n, r in resources.items()}
    except OSError as error:
        return [Fault(descriptor.name, None, "", "", f"cannot be read ({error.strerror})")]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return [
            Fault(
                descriptor.name,
                None,
                "",
                "",
                f"is no data package ({error!r})",
                "JSON as Frictionless defines it",
            )
        ]
    faults = list(_missing_tables(declared))
    if not faults:
        faults = _unreadable(declared)
    if not faults:
        faults = _declared_faults(descriptor, resources)
    if not faults:
        faults = broken_rules(folder)
    return sorted(set(faults), key=lambda f: (f.file, f.row or 0, f.column, f.problem))


def _missing_tables(declared: dict[str, tuple[Path, Any]]) -> Iterator[Fault]:
    from dataclasses import fields  # noqa: PLC0415

    from kodebog.study import Study  # noqa: PLC0415 - study imports this module

    for field in fields(Study):
        if field.name not in declared:
            yield Fault("datapackage.json", None, "", "", f"declares no table “{field.name}”")


def _unreadable(declared: dict[str, tuple[Path, Any]]) -> list[Fault]:
    """Files that are missing or not UTF-8: reported once each, not once for every table that refers to them."""
    faults = []
    for path, _ in declared.values():
        try:
            raw = path.read_bytes()
            raw.decode("utf-8")
        except OSError as error:
            faults.append(Fault(path.name, None, "", "", f"cannot be read ({error.strerror})", "a CSV file"))
        except UnicodeDecodeError as error:
            row = raw.count(b"\n", 0, error.start) + 1
            faults.append(
                Fault(
                    path.name,
                    row,
                    "",
                    f"byte 0x{raw[error.start]:02x}",
                    "is not UTF-8",
                    "text saved as UTF-8",
                )
            )
        else:
            if not raw.strip():
                faults.append(Fault(path.name, None, "", "", "is empty", "a header and at least one row"))
            elif b"\0" in raw:
                faults.append(
                    Fault(path.name, raw.count(b"\n", 0, raw.index(b"\0")) + 1, "", "NUL byte", "is not text")
                )
    return faults


def _declared_faults(descriptor: Path, resources: dict[str, Any]) -> list[Fault]:
    from frictionless import FrictionlessException, Package, system  # noqa: PLC0415 - slow to import

    try:
        with system.use_context(trusted=True):
            report = Package(str(descriptor)).validate()
    except FrictionlessException as exception:
        return [Fault(descriptor.name, None, "", "", f"is no data package ({exception.error.message})")]
    faults = [Fault(descriptor.name, None, "", "", error.message) for error in report.errors]
    keys = _Keys(descriptor.parent, resources)
    for task in report.tasks:
        resource = resources[task.name]
        header_broken = any(error.type.endswith("-label") for error in task.errors)
        for error in task.errors:
            if header_broken and error.type in {"extra-cell", "missing-cell", "foreign-key", "primary-key"}:
                continue
            faults.append(_translated(error.to_descriptor(), resource, keys))
    return faults


class _Keys:
    """The values that foreign keys may take, read when first asked for."""

    def __init__(self, folder: Path, resources: dict[str, Any]) -> None:
        self.folder, self.resources = folder, resources

    def values(self, table: str, columns: list[str]) -> list[str]:
        path = self.folder / self.resources[table]["path"]
        with path.open(encoding="utf-8", newline="") as file:
            return [", ".join(row.get(column) or "" for column in columns) for row in csv.DictReader(file)]


def _translated(error: dict[str, Any], resource: dict[str, Any], keys: _Keys) -> Fault:
    """Say a frictionless error to the person who must mend the file."""
    file, row = resource["path"], error.get("rowNumber")
    column, value = error.get("fieldName", ""), error.get("cell", "")
    names = [field["name"] for field in resource["schema"]["fields"]]
    field: dict[str, Any] = next((f for f in resource["schema"]["fields"] if f["name"] == column), {"constraints": {}})
    constraints = field.get("constraints", {})
    match error["type"]:
        case "type-error":
            return Fault(file, row, column, value, "is of the wrong type", f"{field['type']}")
        case "constraint-error" if constraints.get("required") and not value:
            return Fault(file, row, column, "", "must not be empty", _few(constraints.get("enum", [])))
        case "constraint-error" if "enum" in constraints:
            allowed = constraints["enum"]
            return Fault(file, row, column, value, "is not an allowed value", _few(allowed), nearest(value, allowed))
        case "constraint-error" | "unique-error" as kind:
            rule = "unique" if kind == "unique-error" else error["note"].replace('"', "")
            return Fault(file, row, column, value, "breaks a rule of its column", rule)
        case "foreign-key":
            columns = ", ".join(error["fieldNames"])
            found = ", ".join(str(cell or "") for cell in error["fieldCells"])
            table = error["referenceName"] or resource["name"]
            allowed = keys.values(table, error["referenceFieldNames"])
            where = f"a value of {', '.join(error['referenceFieldNames'])} in {keys.resources[table]['path']}"
            return Fault(file, row, columns, found, "is not known", where, nearest(found, allowed))
        case "primary-key":
            key = resource["schema"]["primaryKey"]
            found = ", ".join(str(error["cells"][names.index(k)]) for k in key if names.index(k) < len(error["cells"]))
            return Fault(file, row, ", ".join(key), found, "stands twice, or is empty", "one row for each key")
        case "missing-label":
            return Fault(file, 1, column, "", "is missing from the header", _few(names))
        case "extra-label":
            return Fault(
                file,
                1,
                error["label"],
                "",
                "is not a column of this table",
                _few(names),
                nearest(error["label"], names),
            )
        case "incorrect-label":
            return Fault(
                file,
                1,
                column,
                error["label"],
                "is not the name of the column here",
                _few(names),
                nearest(error["label"], names),
            )
        case "extra-cell":
            return Fault(file, row, "", value, "has more cells than the header", f"{len(names)} cells")
        case "missing-cell":
            return Fault(file, row, column, "", "has fewer cells than the header", f"{len(names)} cells")
        case "blank-row":
            return Fault(file, row, "", "", "is blank")
        case _:
            return Fault(file, row, column, value, error["message"])


def nearest(value: str, allowed: list[str]) -> str:
    """Return the allowed value most like `value`, or nothing where none is near."""
    return next(iter(difflib.get_close_matches(value, sorted(set(allowed)), n=1, cutoff=0.6)), "")


def _few(values: list[str]) -> str:
    shown = ", ".join(values[:MAX_ALLOWED_SHOWN])
    return shown + (" …" if len(values) > MAX_ALLOWED_SHOWN else "")
