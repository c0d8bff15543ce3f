"""A private copy of a study, with the words of its excerpts in it, for those who may read them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from kodebog import paths
from kodebog.errors import KodebogError
from kodebog.files import write_whole
from kodebog.study.package import DESCRIPTOR, WORDING, datapackage, declared_files
from kodebog.study.validation import validated


class PrivateCopyError(KodebogError):
    """A private copy that cannot be made, or not there; the message says why."""


def private_copy(data: Path, words: Mapping[str, str], out: Path) -> int:
    """Write a copy of a valid study with the words of its excerpts, by id; return how many have words.

    The words stay outside every repository, and only the user who made the copy may read its files.

    Raises:
        PrivateCopyError: when `out` is inside a git checkout or not empty, or when the study has the words already.

    """
    where = out.resolve()
    if where.is_relative_to(paths.project(data.resolve()) or paths.ROOT):
        raise PrivateCopyError(f"{out}: is inside the repository; the words must stay outside it")
    if checkout := next((folder for folder in where.parents if (folder / ".git").exists()), None):
        raise PrivateCopyError(f"{out}: is inside the git checkout {checkout}; the words must stay outside any")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise PrivateCopyError(f"{out}: is not an empty folder")
    package, _ = validated(data)
    if package is None:
        raise PrivateCopyError(f"{data}: is no valid study; “kodebog check” says why")
    excerpts = package.frames["excerpts"]
    if WORDING in excerpts:
        raise PrivateCopyError(f"{data}: has the words already")
    woven = excerpts.assign(**{WORDING: excerpts["excerpt"].map(dict(words))})
    about = datapackage(data)
    table = next(resource for resource in about["resources"] if resource["name"] == "excerpts")
    table["schema"]["fields"].append(
        {
            "name": WORDING,
            "type": "string",
            "title": "Wording",
            "title_da": "Ordlyd",
            "description": "The excerpt in its own words, from the reader's own copy. Not to be passed on.",
        }
    )
    content = {path.name: path.read_text(encoding="utf-8") for path in declared_files(data)}
    content[table["path"]] = woven.to_csv(index=False, lineterminator="\n")
    content[DESCRIPTOR] = json.dumps(about, ensure_ascii=False, indent=2) + "\n"
    where.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=where.parent) as temporary:
        made = Path(temporary) / "study"
        made.mkdir(mode=0o700)
        for name, text in content.items():
            write_whole(made / name, text, mode=0o600)
        if out.exists():
            out.rmdir()
        made.rename(where)
    return int(woven[WORDING].notna().sum())
