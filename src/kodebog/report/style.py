"""The one look of pages, pictures and PDF: the style sheet of figures, the colours that code names, the typeface."""

import atexit
import functools
import importlib.util
import shutil
import tempfile
from pathlib import Path

SHEET = Path(__file__).with_name("kodebog.mplstyle")
"""matplotlib's style sheet for all figures."""
MUTED = "#767676"
"""Colour of text and lines in figures: readable on paper; pages put the colour of their own text in its place."""
STATIC = Path(__file__).with_name("static")
"""Files that pages take along as they are; Source Sans 3 among them, in all weights, upright and italic."""
TYPEFACE = Path(__file__).with_name("typeface")
"""The same in the three cuts that pictures and the PDF are set in: regular, italic and semibold."""


@functools.cache
def truetype() -> Path:
    """Return a folder with the typefaces as TrueType, for matplotlib and Typst; it goes when the process does."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - only pictures and the PDF pay for it

    folder = Path(tempfile.mkdtemp(prefix="kodebog-typeface-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for file in sorted(TYPEFACE.glob("*.woff")):
        font = TTFont(file, recalcTimestamp=False)
        font.flavor = None
        font["name"].setName("Source Sans 3", 1, 3, 1, 0x409)  # the semibold one, too, is of this family
        font.save(folder / f"{file.stem}.ttf")
    shutil.copy(fallback() / "DejaVuSans.ttf", folder)
    return folder


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
