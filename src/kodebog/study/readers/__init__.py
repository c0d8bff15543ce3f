"""Readers of coded interviews: one module for each kind of file, each with a `read` that returns `Coded`.

Files are known by what they hold, not by what they are called. Nothing is written, unpacked or opened outside of them.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from kodebog.study.coded import Coded, ReadError
from kodebog.study.readers import databases, refi, rock, tables

SQLITE = b"SQLite format 3\x00"


def read(path: Path, columns: tables.Columns | None = None) -> Coded:
    """Return what a file of a coding program, or a table of codings, holds; `columns` says how to read a table.

    Raises:
        ReadError: for a file that is not there, that nothing here reads, or that is broken.

    """
    if path.is_dir() and (inside := path / "data.qda").is_file():  # QualCoder's project is a folder
        return databases.read(inside)
    try:
        with path.open("rb") as file:
            start = file.read(64)
    except OSError as error:
        raise ReadError(f"{path}: {error.strerror}") from None
    if start.startswith(SQLITE):
        return databases.read(path)
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            raise ReadError(f"{path.name}: is a damaged archive ({error}).") from None
        sheets = any(name.startswith("xl/") for name in names) or {"mimetype", "content.xml"} <= set(names)
        return tables.read(path, columns) if sheets else refi.read(path)
    if start.startswith(b"PK\x03\x04"):
        raise ReadError(f"{path.name}: is a damaged archive (its end is missing); copy or export it again.")
    if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return refi.read(path)
    if columns is None or columns == tables.Columns():  # a table whose columns were named is a table
        with path.open("rb") as file:
            begin = file.read(64 * 1024).decode("utf-8-sig", "replace")
        if rock.is_one(begin):
            return rock.read(path)
    return tables.read(path, columns)
