"""The one look of pages, pictures and PDF: the style sheet of figures, the colours that code names, the typeface."""

import functools
import importlib.util
import shutil
import tempfile
from pathlib import Path

from kodebog import paths
from kodebog.files import hash_files

SHEET = Path(__file__).with_name("kodebog.mplstyle")
"""matplotlib's style sheet for all figures."""
MUTED = "#767676"
"""Colour of text and lines in figures: readable on paper; pages put the colour of their own text in its place."""
SPEAKERS = ("#9c2f6f", "#1f61a8", "#b0520c")
"""Colours of the perspectives, in the order of the sample; further ones are grey. Pages put their own in their place:
those of the marks, light or dark."""
STATIC = Path(__file__).with_name("static")
"""Files that pages take along as they are; Source Sans 3 among them, in all weights, upright and italic."""
TYPEFACE = Path(__file__).with_name("typeface")
"""The same in the three cuts that pictures and the PDF are set in: regular, italic and semibold."""


@functools.cache
def truetype() -> Path:
    """Return a folder with the typefaces as TrueType, for matplotlib and Typst; made once, and again where damaged."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - only pictures and the PDF pay for it

    ready = paths.BUILD / f".typeface-{hash_files(TYPEFACE, TYPEFACE)[:8]}"
    whole = ready / "whole"  # holds the checksum of all else
    if whole.is_file() and whole.read_text(encoding="utf-8") == hash_files(ready, *ready.glob("*.ttf")):
        return ready
    shutil.rmtree(ready, ignore_errors=True)
    paths.BUILD.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".typeface-", dir=paths.BUILD))
    for file in sorted(TYPEFACE.glob("*.woff")):
        font = TTFont(file, recalcTimestamp=False)
        font.flavor = None
        font["name"].setName("Source Sans 3", 1, 3, 1, 0x409)  # the semibold one, too, is of this family
        font.save(folder / f"{file.stem}.ttf")
    shutil.copy(fallback() / "DejaVuSans.ttf", folder)
    (folder / "whole").write_text(hash_files(folder, *folder.glob("*.ttf")), encoding="utf-8")
    try:
        folder.rename(ready)
    except OSError:  # another process was first
        shutil.rmtree(folder)
    return ready


FALLBACK = "DejaVu Sans"
"""The typeface for what Source Sans 3 lacks, such as Arabic or mathematics; matplotlib brings it along."""
BOX = "□"
"""What stands for a character that neither has."""


def fallback() -> Path:
    """Return the folder that holds it."""
    found = importlib.util.find_spec("matplotlib")
    assert found is not None and found.origin is not None
    return Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"


@functools.cache
def _known() -> frozenset[int]:
    """The characters that pictures and the PDF can show."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    files = [*TYPEFACE.glob("*-400-normal.woff"), fallback() / "DejaVuSans.ttf"]
    return frozenset(code for file in files for code in TTFont(file, lazy=True).getBestCmap())


def drawable(text: str) -> str:
    """Return text as pictures and the PDF can show it: with a box for a character that their typefaces lack.

    >>> drawable("blåbær 🙂")
    'blåbær □'

    """
    return text if text.isascii() else "".join(c if ord(c) in _known() or c.isspace() else BOX for c in text)


@functools.cache
def use_typeface() -> None:
    """Let matplotlib draw with it."""
    from matplotlib import font_manager  # noqa: PLC0415 - only pictures pay for it

    for file in sorted(truetype().glob("source-*.ttf")):
        font_manager.fontManager.addfont(file)
