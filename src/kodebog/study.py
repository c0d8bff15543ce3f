"""The study: its tables, loaded and checked."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from kodebog import paths
from kodebog.validation import Fault, check

Lang = Literal["en", "da"]
"""Language of labels: English or Danish."""


class StudyError(Exception):
    """A study folder that does not hold what `datapackage.json` says it holds; `faults` lists all of it."""

    def __init__(self, folder: Path, faults: list[Fault]) -> None:
        self.faults = faults
        lines = "\n".join(f"  {fault}" for fault in faults)
        super().__init__(f"{folder}: {len(faults)} fault{'s' * (len(faults) != 1)}\n{lines}")


@dataclass(frozen=True, eq=False)
class Study:
    """The tables of a coded study, each a frame with the columns that `datapackage.json` declares.

    Empty cells are missing values; text columns are pandas strings, number columns 64-bit integers. Tables are never
    changed in place: what is computed from a study is kept by its identity.
    """

    sections: pd.DataFrame
    questions: pd.DataFrame
    sample: pd.DataFrame
    roles: pd.DataFrame
    policy_areas: pd.DataFrame
    cases: pd.DataFrame
    families: pd.DataFrame
    themes: pd.DataFrame
    codes: pd.DataFrame
    excerpts: pd.DataFrame
    excerpt_codes: pd.DataFrame
    case_codes: pd.DataFrame
    findings: pd.DataFrame
    finding_codes: pd.DataFrame
    finding_basis: pd.DataFrame
    published_typology: pd.DataFrame
    published_lists: pd.DataFrame
    published_numbers: pd.DataFrame
    concepts: pd.DataFrame
    literature: pd.DataFrame

    @classmethod
    def load(cls, folder: Path | str | None = None) -> Study:
        """Return the study in `folder`, checked; that of `kodebog.paths.study` where none is given.

        Raises:
            StudyError: with every fault in the folder, each with file, row, column, value and what is allowed.

        """
        where = Path(folder).resolve() if folder else paths.study()
        return _load(where, paths.fingerprint(where))

    def labels(self, table: str, lang: Lang = "en") -> dict[str, str]:
        """Return the labels in one language of a table's rows, by their key (the table's first column)."""
        frame: pd.DataFrame = getattr(self, table)
        return dict(zip(frame.iloc[:, 0], frame[f"label_{lang}"], strict=True))

    def in_family(self, family: str) -> list[str]:
        """Return the codes of a family in codebook order, its heading left out."""
        codes = self.codes[(self.codes["family"] == family) & (self.codes["code"] != family)]
        return list(codes["code"]) or [family]


@functools.lru_cache(maxsize=2)
def _load(where: Path, content: str) -> Study:
    """Load and check a folder; once for the same content, since a study is never changed in place."""
    faults = check(where)
    if faults:
        raise StudyError(where, faults)
    wanted = {field.name for field in fields(Study)}
    return Study(**{name: table for name, table in read_tables(where).items() if name in wanted})


def datapackage(folder: Path) -> dict[str, Any]:
    """Return the descriptor of a study."""
    package: dict[str, Any] = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return package


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Return every table that the descriptor of a checked study names, by name."""
    return {r["name"]: read_table(folder / r["path"], r["schema"]) for r in datapackage(folder)["resources"]}


def read_table(path: Path, schema: dict[str, list[dict[str, str]]]) -> pd.DataFrame:
    """Return a checked CSV file as a frame, with the types that its Table Schema declares."""
    types = {field["name"]: "int64" if field["type"] == "integer" else "string" for field in schema["fields"]}
    return pd.read_csv(path, dtype=types, encoding="utf-8", keep_default_na=False, na_values=[""])
