"""Is a folder a valid study? All faults of a folder in one pass.

`kodebog.package` reads the files; frictionless holds the tables to the schema that the descriptor declares; the rules
that tie tables together beyond keys stand in `kodebog.rules`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kodebog.study import interviews
from kodebog.study.faults import Fault, few, in_order, nearest, short
from kodebog.study.package import Package, RawTable, cell_faults, read
from kodebog.study.rules import broken_rules


def check(folder: Path) -> list[Fault]:
    """Return every fault of the study in `folder`, sorted by file, row and column; empty when it is valid."""
    return validated(folder)[1]


def validated(folder: Path) -> tuple[Package | None, list[Fault]]:
    """Return the study in `folder`, or none where it has faults, and the faults in the order of `check`."""
    package, faults = read(folder)
    if package is not None:
        faults = [*cell_faults(package), *_declared_faults(package)]
        faults = faults or broken_rules(package.frames, interviews.RULES if package.of_interviews else None)
    return (None if faults else package), in_order(faults)


LENGTH = {"extra-cell", "missing-cell"}
"""What frictionless calls a row that is longer or shorter than the header."""


def _declared_faults(package: Package) -> Iterator[Fault]:
    """Yield where tables do not agree with their schemas, as frictionless finds it in the cells already read."""
    from frictionless import Package as Checked  # noqa: PLC0415 - slow to import
    from frictionless import Resource, Schema  # noqa: PLC0415

    tables = package.tables.values()
    # rows by a function: a list is copied cell by cell, several times
    resources = [
        Resource(name=t.name, data=functools.partial(iter, t.rows), schema=Schema.from_descriptor(t.schema))
        for t in tables
    ]
    report = Checked(resources=resources).validate()
    for error in report.errors:
        yield Fault(file="datapackage.json", problem=short(error.message))
    for task in report.tasks:
        errors = [error.to_descriptor() for error in task.errors]
        header_broken = any(error["type"].endswith("-label") for error in errors)
        ragged = {error["rowNumber"] for error in errors if error["type"] in LENGTH}
        for error in errors:
            follows_from_header = header_broken and error["type"] in {*LENGTH, "foreign-key", "primary-key"}
            # a row of another length has its cells in other columns
            follows_from_length = error.get("rowNumber") in ragged and error["type"] not in LENGTH
            if not follows_from_header and not follows_from_length:
                yield _translated(error, package.tables[task.name], package)


def _values(table: RawTable, columns: list[str]) -> list[str]:
    """Return the values that foreign keys to these columns may take."""
    at = [table.rows[0].index(column) for column in columns if column in table.rows[0]]
    return [", ".join(row[i] for i in at) for row in table.rows[1:] if len(row) > max(at, default=0)]


def _translated(error: dict[str, Any], table: RawTable, package: Package) -> Fault:
    """Say a frictionless error to the person who must mend the file."""
    row, column, value = error.get("rowNumber"), error.get("fieldName", ""), short(error.get("cell") or "")
    fields = {field["name"]: field for field in table.schema["fields"]}
    names = list(fields)
    field: dict[str, Any] = fields.get(column, {})
    constraints = field.get("constraints", {})

    def fault(
        problem: str,
        allowed: str = "",
        near: str = "",
        *,
        row: int | None = row,
        column: str = column,
        value: str = value,
    ) -> Fault:
        return Fault(
            file=table.file, row=row, column=column, value=value, problem=problem, allowed=allowed, nearest=near
        )

    match error["type"]:
        case "type-error":
            return fault("is of the wrong type", field["type"])
        case "constraint-error" if constraints.get("required") and not value:
            return fault("must not be empty", few(constraints.get("enum", [])))
        case "constraint-error" if "enum" in constraints:
            allowed = constraints["enum"]
            return fault("is not an allowed value", few(allowed), nearest(value, allowed))
        case "constraint-error" | "unique-error" as kind:
            rule = "unique" if kind == "unique-error" else error["note"].replace('"', "")
            return fault("breaks a rule of its column", rule)
        case "foreign-key":
            other = package.tables[error["referenceName"] or table.name]
            found = ", ".join(str(cell or "") for cell in error["fieldCells"])
            where = f"a value of {', '.join(error['referenceFieldNames'])} in {other.file}"
            near = nearest(found, _values(other, error["referenceFieldNames"]))
            return fault("is not known", where, near, column=", ".join(error["fieldNames"]), value=short(found))
        case "primary-key":
            key = table.schema["primaryKey"]
            cells = [str(error["cells"][names.index(k)]) for k in key if names.index(k) < len(error["cells"])]
            found = short(", ".join(cells))
            return fault("stands twice, or is empty", "one row for each key", column=", ".join(key), value=found)
        case "missing-label":
            return fault("is missing from the header", few(names), row=1, value="")
        case "extra-label":
            label = short(error["label"])
            near = nearest(label, names)
            return fault("is not a column of this table", few(names), near, row=1, column=label, value="")
        case "incorrect-label":
            label = short(error["label"])
            return fault("is not the name of the column here", few(names), nearest(label, names), row=1, value=label)
        case "duplicate-label" | "blank-label":
            label = short(error["label"])
            return fault("is not the name of one column", few(names), row=1, column=label or column, value="")
        case "extra-cell":
            return fault("has more cells than the header", f"{len(names)} cells", column="")
        case "missing-cell":
            return fault("has fewer cells than the header", f"{len(names)} cells", value="")
        case "blank-row":
            return fault("is blank", column="", value="")
        case _:
            return fault(short(error["message"]))
