"""What the files say whose text is published, as lines: pages, notebooks, catalogues of translations, citation."""

from __future__ import annotations

import json
from pathlib import Path


def read_text(path: Path, code: bool = True) -> str:
    """Return what a file says: of a notebook its cells, of a catalogue its translations, of any other file all.

    Cells and translations are apart by an empty line. A translation stands in or after the row where its entry begins
    in the file. `code`: whether a notebook's code belongs to it.
    """
    if path.suffix == ".po":
        return _translations(path)
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = json.loads(text)["cells"]
    return "\n\n".join(
        "".join(cell["source"]).rstrip("\n") for cell in cells if code or cell["cell_type"] == "markdown"
    )


def _translations(path: Path) -> str:
    import polib  # noqa: PLC0415 - an English edition does without

    lines: list[str] = []
    for entry in polib.pofile(str(path), encoding="utf-8"):
        lines += [""] * (entry.linenum - 1 - len(lines))
        lines += entry.msgstr.splitlines()
    return "\n".join(lines)
