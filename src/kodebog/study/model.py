"""The study: its tables, loaded and checked."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

import pandas as pd

from kodebog import paths
from kodebog.errors import KodebogError
from kodebog.study import interviews
from kodebog.study.faults import Fault
from kodebog.study.package import Package, content_hash
from kodebog.study.validation import validated

KEPT = 2
"""Studies kept in memory, by folder and content: none is ever changed in place."""
Lang = Literal["en", "da"]
"""Language of labels: English or Danish."""


class StudyError(KodebogError):
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
    readings: pd.DataFrame
    settled: pd.DataFrame
    case_codes: pd.DataFrame
    findings: pd.DataFrame
    finding_codes: pd.DataFrame
    finding_excerpts: pd.DataFrame
    finding_basis: pd.DataFrame
    published_typology: pd.DataFrame
    published_lists: pd.DataFrame
    published_numbers: pd.DataFrame
    concepts: pd.DataFrame
    literature: pd.DataFrame
    design: pd.DataFrame
    elements: pd.DataFrame
    element_findings: pd.DataFrame
    folder: Path
    """Where it was loaded from."""
    of_interviews: bool = False
    """Whether it holds coded interviews, and not an article that is examined again."""

    @classmethod
    def tables(cls) -> list[str]:
        """Return the names of the tables."""
        return [field.name for field in fields(cls) if field.name not in {"folder", "of_interviews"}]

    @classmethod
    def load(cls, folder: Path | str | None = None) -> Study:
        """Return the study in `folder`, checked; that of `kodebog.paths.study` where none is given.

        Raises:
            StudyError: with every fault in the folder, each with file, row, column, value and what is allowed.

        """
        where = Path(folder).resolve() if folder else paths.study()
        known = (where, content_hash(where))
        if known not in _loaded:
            package, faults = validated(where)
            if package is None:
                raise StudyError(where, faults)
            return cls.of(package, where)
        return _loaded[known]

    @classmethod
    def of(cls, package: Package, folder: Path) -> Study:
        """Return the study of a package that was read from `folder` and found valid."""
        where = folder.resolve()
        known = (where, content_hash(where))
        if known not in _loaded:
            while len(_loaded) >= KEPT:
                del _loaded[next(iter(_loaded))]
            tables = interviews.frames(package) if package.of_interviews else package.frames
            held = {name: tables[name] for name in cls.tables()}
            _loaded[known] = cls(**held, folder=where, of_interviews=package.of_interviews)
        return _loaded[known]

    def labels(self, table: str, lang: Lang = "en") -> dict[str, str]:
        """Return the labels in one language of a table's rows, by their key (the table's first column)."""
        frame: pd.DataFrame = getattr(self, table)
        return dict(zip(frame.iloc[:, 0], frame[f"label_{lang}"], strict=True))

    def headings(self) -> set[str]:
        """Return the codes that only stand over the others of their family: no words of an excerpt can meet them."""
        return set(self.families["family"]) & set(self.codes["parent"].dropna())

    @property
    def types(self) -> list[str]:
        """The codes that are the types of the typology, in codebook order."""
        return [code for family in self._used_as("type") for code in self.in_family(family)]

    @property
    def dimensions(self) -> list[str]:
        """The families that say what each type is like, in their order."""
        return self._used_as("dimension")

    def _used_as(self, use: str) -> list[str]:
        return list(self.families.loc[self.families["use"] == use, "family"])

    def in_family(self, family: str) -> list[str]:
        """Return the codes of a family in codebook order, its heading left out."""
        codes = self.codes[(self.codes["family"] == family) & (self.codes["code"] != family)]
        return list(codes["code"]) or [family]


_loaded: dict[tuple[Path, str], Study] = {}
