"""Names of documents and coders: how they are told in a text that others read.

A whole name is known however it is written. A word of a name counts where it is written as a name, with a capital, and
is nobody's word otherwise: it stands in small letters nowhere in what was said and what is published.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping, Set

_ENDING = re.compile(
    r"\.(?:txt|docx?|rtf|odt|pdf|md|html?|csv|tsv|xlsx|srt|vtt|json|mp3|mp4|m4a|wav|mov)$", re.IGNORECASE
)
TELLING = re.compile(r"[\W\d_]|(?<=.)[A-Z]")
"""What the name of a document has that a common word has not: a space, a figure, a mark, a capital inside."""
_HUMP = re.compile(r"(?<=[^\W\d_A-ZÆØÅ])(?=[A-ZÆØÅ])")
"""Between two words that are written as one: InterviewSmith."""
SHORTEST = 3
"""Letters of a name, at least."""
_CALENDAR = {name.casefold() for name in (*calendar.month_name, *calendar.day_name)}


def bare(name: str) -> str:
    """Return what a document is called, without the ending of a file.

    >>> bare("Interview 3.docx"), bare("J. Smith")
    ('Interview 3', 'J. Smith')

    """
    return _ENDING.sub("", name.strip())


def small_words(texts: Iterable[str]) -> set[str]:
    """Return the words that stand in small letters in texts.

    >>> sorted(small_words(["She said: “ask Rose” (twice)."]))
    ['ask', 'said', 'twice']

    """
    words = {word.strip(".,;:!?…“”»«\"'()[]*_`") for text in texts for word in text.split()}
    return {word for word in words if word.islower()}


def patterns(names: Iterable[str], common: Set[str], small_letters: bool = False) -> Mapping[str, re.Pattern[str]]:
    """Return by what names are told, by name and by each word of one; `common`: words that are nobody's name.

    `small_letters`: whether a word is told in small letters as well.

    >>> found = patterns(["Interview with J. Smith.docx", "carol"], {"interview", "with"})
    >>> [name for name in found if found[name].search("Interview: as Smith and Carol's friend say in a carol")]
    ['Smith', 'carol']

    """
    found: dict[str, re.Pattern[str]] = {}
    for name in map(bare, names):
        if len(name) >= SHORTEST and TELLING.search(name) and name.casefold() not in common:
            found[name] = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
        for word in re.findall(r"[^\W\d_]+", _HUMP.sub(" ", name)):
            if len(word) >= SHORTEST and word.casefold() not in common | _CALENDAR:
                forms = "|".join(sorted({word[0].upper() + word[1:], word.title()}))
                how = re.IGNORECASE if small_letters else re.NOFLAG
                found[word] = re.compile(rf"(?<![^\W_])(?:{forms})(?:[’']?s)?(?![^\W_])", how)
    return found
