"""Which edition of a report is being made: its language, and the words of this library in that language.

English stands in the code. Its translations stand beside it, in `locale/` of this library, in gettext's PO format; a
project's own `locale/` has what is translated of its pages, and may add words of the library in a language that the
library does not know.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from kodebog import paths
from kodebog.settings import read_settings

CODE = "en"
"""The language of the words in the code."""
WORDS = paths.PACKAGE / "locale"
"""The library's words: a file for each language."""
PROJECT = "project"
"""Name of the catalogue of a project's own words: title, contents, captions in code cells."""


@functools.cache
def source() -> str:
    """Return the language in which the project's pages are written: what `_config.yml` says, else English."""
    return language_of(paths.CONFIG) if paths.CONFIG.is_file() else CODE


def language_of(config: Path) -> str:
    """Return the language that a project's `_config.yml` names, else English."""
    about = read_settings(config)
    return str(about.get("sphinx", {}).get("config", {}).get("language") or CODE)


def editions() -> list[str]:
    """Return the languages of all editions of the project: that of its pages, then those that `locale/` has."""
    found = sorted(place.name for place in paths.LOCALE.glob("*") if place.is_dir())
    return [source(), *(name for name in found if name != source())]


def language() -> str:
    """Return the language of the edition that this process makes."""
    return os.environ.get("KODEBOG_LANGUAGE") or source()


def folder(name: str) -> str:
    """Return where an edition stands below the first one, as the beginning of an address; nothing for the first."""
    return "" if name == source() else f"{name}/"


def others() -> list[str]:
    """Return the languages of the other editions."""
    return [name for name in editions() if name != language()]


@contextlib.contextmanager
def making(name: str) -> Iterator[None]:
    """Make the edition in a language for a while."""
    before = os.environ.get("KODEBOG_LANGUAGE")
    os.environ["KODEBOG_LANGUAGE"] = name
    try:
        yield
    finally:
        if before is None:
            del os.environ["KODEBOG_LANGUAGE"]
        else:
            os.environ["KODEBOG_LANGUAGE"] = before


def catalogues(name: str) -> list[Path]:
    """Return the files that have words in a language, those that go before last."""
    files = [WORDS / f"{name}.po", *(paths.LOCALE / name / f"{part}.po" for part in ("kodebog", PROJECT))]
    return [file for file in files if file.is_file()]


@functools.cache
def words(name: str) -> dict[str, str]:
    """Return all translated words of the library and of the project's own, English → the language."""
    return {text: said for file in catalogues(name) for text, said in finished(file).items()}


@functools.cache
def finished(file: Path) -> dict[str, str]:
    """Return the translations of a catalogue that are not outdated: original → the language; none without a file."""
    import polib  # noqa: PLC0415 - an English edition does without

    entries = polib.pofile(str(file), encoding="utf-8") if file.is_file() else ()
    return {entry.msgid: entry.msgstr for entry in entries if entry.translated()}


def _(text: str) -> str:
    """Return words in the language of the edition; as they are where that has none.

    >>> _("Show all")
    'Show all'
    >>> with making("da"):
    ...     _("Show all")
    'Vis alle'

    """
    name = language()
    return _in_its_words(text if name == CODE else words(name).get(text, text), os.environ.get("STUDY", ""))


@functools.lru_cache(maxsize=4096)
def _in_its_words(text: str, study: str) -> str:
    """A text with the study's own words in the place of this library's, in small letters or with a capital."""
    own, pattern = _own_words(study)

    def said(match: re.Match[str]) -> str:
        word = own[match[0].lower()]
        return word if match[0].islower() else word[0].upper() + word[1:]

    return pattern.sub(said, text) if own else text


@functools.cache
def _own_words(_study: str) -> tuple[dict[str, str], re.Pattern[str]]:
    """What the study's descriptor says for words of this library, and where these stand in a text.

    Names in braces, addresses and code are no words.
    """
    try:
        told = json.loads((paths.study() / "datapackage.json").read_text(encoding="utf-8")).get("words", {})
        own = {word.lower(): str(said) for word, said in told.items()}
    except (OSError, ValueError, AttributeError):  # which is said by those who check the study
        own = {}
    longest_first = sorted(map(re.escape, own), key=len, reverse=True)
    return own, re.compile(rf"(?<![\w{{`/.#-])(?:{'|'.join(longest_first)})(?![\w}}`/-]|\.\w)", re.IGNORECASE)


def noop(text: str) -> str:
    """Mark words that are translated where they are shown, not where they stand."""
    return text


def decimal(number: float, digits: int = 1) -> str:
    """Return a number with so many decimals, as the language writes it.

    >>> decimal(0.8349, 2)
    '0.83'
    >>> with making("da"):
    ...     decimal(0.8349, 2)
    '0,83'

    """
    if language() == CODE:
        return f"{number:.{digits}f}"
    from babel.numbers import format_decimal  # noqa: PLC0415 - an English edition does without

    # halves as Python rounds them, so that both editions say the same
    return str(format_decimal(round(number, digits), f"0.{'0' * digits}", locale=babel_locale()))


def whole(number: int) -> str:
    """Return a whole number, its thousands set apart as the language does.

    >>> whole(8200)
    '8,200'
    >>> with making("da"):
    ...     whole(8200)
    '8.200'

    """
    if language() == CODE:
        return f"{number:,}"
    from babel.numbers import format_decimal  # noqa: PLC0415

    return str(format_decimal(number, "#,##0", locale=babel_locale()))


def babel_locale() -> str:
    """Return the name by which Babel knows the language of the edition; English where it does not."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415

    try:
        return str(Locale.parse(language()))
    except (UnknownLocaleError, ValueError):
        return CODE


def own_name(name: str) -> str:
    """Return what a language calls itself.

    >>> own_name("da"), own_name("en")
    ('Dansk', 'English')

    """
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415

    try:
        return str(Locale.parse(name).get_display_name(name)).capitalize()
    except (UnknownLocaleError, ValueError):
        return name
