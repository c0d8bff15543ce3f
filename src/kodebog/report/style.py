"""The one look of pages, pictures and PDF: the style sheet of figures, the colours that code names, the typeface."""

import atexit
import base64
import functools
import shutil
import tempfile
from pathlib import Path

SHEET = Path(__file__).with_name("kodebog.mplstyle")
"""matplotlib's style sheet for all figures."""
MUTED = "#767676"
"""Colour of text and lines in figures: readable on paper; pages put the colour of their own text in its place."""
WEB_FONT = Path(__file__).with_name("webfont")
"""Source Sans 3 for pages: all weights, upright and italic, Latin letters; where it is from stands in vendored.json."""
TYPEFACE = Path(__file__).with_name("typeface")
"""The same in the three cuts that pictures and the PDF are set in: regular, italic and semibold."""


def font_faces() -> str:
    """Return the style sheet that brings the typeface along within itself.

    So a page has it when it is first drawn, and nothing jumps; and it has it when it is opened from a folder, from
    which browsers load no fonts.
    """
    faces = []
    for style in ("normal", "italic"):
        (file,) = WEB_FONT.glob(f"*-{style}.woff2")
        data = base64.b64encode(file.read_bytes()).decode()
        faces.append(
            f'@font-face {{ font-family: "Source Sans 3"; font-style: {style}; font-weight: 200 900; font-display: optional; '
            f'src: url("data:font/woff2;base64,{data}") format("woff2"); }}\n'
        )
    return "".join(faces)


@functools.cache
def truetype() -> Path:
    """Return a folder with the typeface as TrueType, which matplotlib and Typst read; it goes when the process does."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - only pictures and the PDF pay for it

    folder = Path(tempfile.mkdtemp(prefix="kodebog-typeface-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for file in sorted(TYPEFACE.glob("*.woff")):
        font = TTFont(file, recalcTimestamp=False)
        font.flavor = None
        font["name"].setName("Source Sans 3", 1, 3, 1, 0x409)  # the semibold one, too, is of this family
        font.save(folder / f"{file.stem}.ttf")
    return folder


@functools.cache
def use_typeface() -> None:
    """Let matplotlib draw with it."""
    from matplotlib import font_manager  # noqa: PLC0415 - only pictures pay for it

    for file in sorted(truetype().iterdir()):
        font_manager.fontManager.addfont(file)
