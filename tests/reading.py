"""How a PDF is read in tests."""

import functools
import re
from pathlib import Path

import pypdfium2


@functools.cache
def _pages(file: Path, _made: int) -> tuple[str, ...]:
    document = pypdfium2.PdfDocument(file)
    said = (page.get_textpage().get_text_range() for page in document)
    # a word that is broken over two lines is one word, but where a page ends within it and something else comes next
    return tuple(re.sub("\ufffe(?=[A-Z])", "\n", text).replace("\ufffe", "").replace("\r\n", "\n") for text in said)


def pages_of(file):
    """The words of each page, in the order of reading."""
    return _pages(file, file.stat().st_mtime_ns)
