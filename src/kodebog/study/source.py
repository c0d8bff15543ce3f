r"""Checking the coded study against the article itself, for a reader who has it as text.

The article may come from its web page or be copied out of a PDF, so lines may break anywhere, words may be hyphenated
at line ends, page furniture may stand between lines, letters may be decomposed and quotation marks may be of any
kind. Excerpts are therefore found by their first words and the role label behind them, not by quotation marks.

Fingerprint: NFC, case-folded, all `\w+` tokens joined by one space, UTF-8, SHA-256.
"""

from __future__ import annotations

import bisect
import hashlib
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kodebog.errors import KodebogError
from kodebog.study import Study
from kodebog.study.private import private_copy

FURNITURE = re.compile(
    r"\s*((https?://)?www\.lederliv\.dk\S*)?\s*((side\s+)?\d{1,3}(\s*(/|af)\s*\d{1,3})?)?\s*"
    r"((https?://)?www\.lederliv\.dk\S*)?\s*",
    re.IGNORECASE,
)
"""Lines that belong to the page and not to the text: the site's name and page numbers."""
RUNNING_HEAD = 3
"""Times that a line must stand in a text to count as a running head."""
LARGEST_FILE = 50_000_000
"""Bytes of a file that may hold the article: its web page, saved with its pictures in it, is far smaller."""
LONGEST_TEXT = 1_000_000
"""Characters of a text that may be the article, which has some 53,000."""
LONGEST = 250
"""Tokens within which a role label must follow the first words of an excerpt."""
CITED_WITHIN = 14
"""Tokens within which a year must follow the first author's name."""
_SOFT_HYPHEN = "\N{SOFT HYPHEN}"
_NO_WIDTH = dict.fromkeys(map(ord, "\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NO-BREAK SPACE}\N{WORD JOINER}"))


class SourceError(KodebogError):
    """A file that cannot be the article as text; the message says why and what to do."""


@dataclass(frozen=True)
class Token:
    """A word of the article, with the line it stands on; `joins` where a hyphen at the line's end cuts it."""

    text: str
    line: int
    joins: bool = False
    before: str = ""
    """What stands between the word before and this one."""

    @property
    def folded(self) -> str:
        """The word as fingerprints see it."""
        return self.text.casefold()


def fingerprint(words: list[str]) -> str:
    """Return the SHA-256 of case-folded words, hex."""
    return hashlib.sha256(" ".join(words).encode()).hexdigest()


def read_article(path: Path) -> str:
    """Return the text of a file that should hold the article.

    Raises:
        SourceError: when the file cannot be read, is empty, is a PDF or other binary, or is not UTF-8.

    """
    try:
        if path.is_file() and path.stat().st_size > LARGEST_FILE:
            size = path.stat().st_size // 1_000_000
            raise SourceError(f"{path}: has {size} MB; the article is much shorter. Is this the right file?")
        raw = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror})") from error
    if raw.startswith(b"%PDF"):
        raise SourceError(f"{path}: is a PDF; save its text first, for example with “pdftotext -layout”")
    if b"\0" in raw:
        raise SourceError(f"{path}: is not a text file")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise SourceError(
            f"{path}: line {line} is not UTF-8; save the file as UTF-8 (it may be Latin-1 now)"
        ) from error
    if re.match(r"\s*(<!--.*?-->\s*)*<(!doctype html|html|head|body)\b", text[:5000], re.IGNORECASE | re.DOTALL):
        text = _page_text(text)
    text = text.translate(_NO_WIDTH)
    if not text.strip():
        raise SourceError(f"{path}: is empty")
    if len(text) > LONGEST_TEXT:
        said = f"holds {len(text):,} characters of text; the article has some 53,000. Is this the right file?"
        raise SourceError(f"{path}: {said}")
    return text


def _page_text(page: str) -> str:
    """Return the text of a saved web page, a line for each block."""
    from bs4 import BeautifulSoup  # noqa: PLC0415 - only a web page needs it

    soup = BeautifulSoup(page, "html.parser")
    for part in soup(["script", "style", "head", "nav", "template", "noscript"]):
        part.decompose()
    for block in soup(["p", "div", "section", "blockquote", "li", "br", "td", "th", *(f"h{i}" for i in range(1, 7))]):
        block.insert_before("\n")
        block.insert_after("\n")
    return soup.get_text()


def running_heads(text: str) -> set[str]:
    """Return the lines that stand in a text again and again, but for page numbers in them."""
    lines = Counter(_head(line) for line in text.splitlines() if 2 <= len(line.split()) <= 12)
    return {line for line, n in lines.items() if n >= RUNNING_HEAD}


def _head(line: str) -> str:
    return " ".join(re.sub(r"\d+", " ", line).casefold().split())


def tokens(text: str, without: Collection[str] = ()) -> list[Token]:
    """Return the words of the article, page furniture and the running heads in `without` left out."""
    found: list[Token] = []
    gap = ""
    text = unicodedata.normalize("NFC", text).replace(_SOFT_HYPHEN + "\n", "-\n").replace(_SOFT_HYPHEN, "")
    for number, line in enumerate(text.splitlines(), 1):
        if FURNITURE.fullmatch(line) or (without and _head(line) in without):
            continue
        parts = re.split(r"(\w+)", re.sub(r"\s+", " ", line.strip()))
        cut = bool(re.search(r"\w[-\N{HYPHEN}]\s*$", line))
        for i in range(1, len(parts), 2):
            found.append(Token(parts[i], number, cut and i == len(parts) - 2, gap + parts[i - 1]))
            gap = ""
        gap += parts[-1] + ("" if cut else " ")
    return found


def readings(part: list[Token]) -> Iterator[tuple[list[str], set[int]]]:
    """Yield the ways to read a passage: each word cut at a line's end as one word, or as two with a hyphen.

    Each comes with the positions of the tokens that are joined to the one before.
    """
    cuts = [i + 1 for i, token in enumerate(part[:-1]) if token.joins][:12]
    for chosen in itertools.product((False, True), repeat=len(cuts)):
        joined = {i for i, yes in zip(cuts, chosen, strict=True) if yes}
        words: list[str] = []
        for i, token in enumerate(part):
            if i in joined:
                words[-1] += token.folded
            else:
                words.append(token.folded)
        yield words, joined


@dataclass(frozen=True)
class Found:
    """An excerpt as found in a text: where, its words, and the role label behind it."""

    start: int
    line: int
    words: tuple[str, ...]
    role: str
    wording: str


def find_excerpt(article: list[Token], opening: str, sha256: str, roles: set[str]) -> Found | None:
    """Return the passage that begins with the opening and ends before a role label.

    It is the one with the right fingerprint where there is one, else the first, else nothing.
    """
    first = [word.casefold() for word in re.findall(r"\w+", unicodedata.normalize("NFC", opening))]
    nearest: Found | None = None
    for start in _starts(article, first):
        for end in range(start + len(first), min(start + LONGEST, len(article))):
            if article[end].folded not in roles:
                continue
            part = article[start:end]
            for words, joined in readings(part):
                wording = _wording(part, joined, article[end].before)
                found = Found(start, part[0].line, tuple(words), article[end].folded, wording)
                if fingerprint(words) == sha256:
                    return found
                nearest = nearest or found
    return nearest


def excerpts_in(study: Study, text: str) -> dict[str, str]:
    """Return the wording of every excerpt that stands in the text as coded, by id; running heads may cut it."""
    roles, wording = set(study.roles["role_printed"]), dict[str, str]()
    for heads in (set[str](), running_heads(text)):
        article = tokens(text, heads)
        for row in study.excerpts[~study.excerpts["excerpt"].isin(wording)].itertuples():
            found = find_excerpt(article, row.opening, row.sha256, roles)
            if found and fingerprint(list(found.words)) == row.sha256:
                wording[row.excerpt] = found.wording
    return wording


def _wording(part: list[Token], joined: set[int], behind: str) -> str:
    """The passage as it is written, up to its closing quotation mark."""
    text = part[0].text
    for i, token in enumerate(part[1:], 1):
        text += token.text if i in joined else token.before + token.text
    return text + re.split(r"[”“\"»(]", behind)[0].rstrip()


def _starts(article: list[Token], first: list[str]) -> Iterator[int]:
    """Where the first words stand, also with one of them cut at a line's end."""
    for i, token in enumerate(article):
        if first[0].startswith(token.folded):
            part = article[i : i + 2 * len(first)]
            if any(words[: len(first)] == first for words, _ in readings(part)):
                yield i


def section_bounds(article: list[Token], study: Study) -> dict[str, tuple[int, int]]:
    """Return where each section begins and ends, by the first words of its heading; sections not found are left out."""
    begins: dict[str, int] = {}
    at = 0
    for row in study.sections.itertuples():
        heading = re.findall(r"\w+", unicodedata.normalize("NFC", row.heading))
        for i in range(at, len(article) - len(heading) + 1):
            if [token.text for token in article[i : i + len(heading)]] == heading:
                begins[row.section], at = i, i + len(heading)
                break
    order = [*sorted(begins.values()), len(article)]
    return {section: (start, order[order.index(start) + 1]) for section, start in begins.items()}


def verify(study: Study, text: str) -> pd.DataFrame:
    """Return every check of the coded study against the article's text.

    Columns: what (an excerpt's id, or a work), check (“fingerprint”, “words”, “role”, “order”, “section”, “cited”,
    “found”), expected, found, line (of the text, where known), holds.
    """
    tables = [_checks(study, tokens(text))]
    # a line that comes again and again may be a running head, or words that a narrow text happens to break alike
    if not tables[0]["holds"].all() and (heads := running_heads(text)):
        tables.append(_checks(study, tokens(text, heads)))
    return max(tables, key=lambda checks: int(checks["holds"].sum()))


def _checks(study: Study, article: list[Token]) -> pd.DataFrame:
    bounds = section_bounds(article, study)
    return pd.DataFrame(
        [*_excerpt_checks(study, article, bounds), *_work_checks(study, article, bounds)],
        columns=["what", "check", "expected", "found", "line", "holds"],
    )


Check = tuple[str, str, str, str, int | None, bool]


def _excerpt_checks(study: Study, article: list[Token], bounds: dict[str, tuple[int, int]]) -> Iterator[Check]:
    roles = set(study.roles["role_printed"])
    places = {e.excerpt: find_excerpt(article, e.opening, e.sha256, roles) for e in study.excerpts.itertuples()}
    moved = out_of_order({name: found.start for name, found in places.items() if found})
    for row in study.excerpts.itertuples():
        name, found = row.excerpt, places[row.excerpt]
        if found is None:
            place = _nearest_place(article, row.opening)
            yield name, "found", f"“{row.opening} …”", "not in the text; nearest is in the given line", place, False
            continue
        here = next((s for s, (a, b) in bounds.items() if a <= found.start < b), "no known section")
        sha = fingerprint(list(found.words))
        yield name, "fingerprint", row.sha256[:12], sha[:12], found.line, sha == row.sha256
        yield name, "words", str(row.words), str(len(found.words)), found.line, len(found.words) == row.words
        yield name, "role", row.role_printed, found.role, found.line, found.role == row.role_printed
        yield name, "section", row.section, here, found.line, here == row.section
        right = name not in moved
        yield name, "order", "in the order of printing", "in order" if right else "moved", found.line, right


def out_of_order(places: Mapping[str, int]) -> set[str]:
    """Return the fewest names without which the places of the others rise, in the order of the names.

    Places: name → place. The longest rising run is found by patience sorting (Fredman 1975).
    """
    ends: list[int] = []
    runs: list[list[str]] = []
    for name, place in places.items():
        i = bisect.bisect_left(ends, place)
        run = [*(runs[i - 1] if i else []), name]
        ends[i : i + 1], runs[i : i + 1] = [place], [run]
    return set(places) - set(runs[-1] if runs else [])


def _nearest_place(article: list[Token], opening: str) -> int | None:
    """The line with most of the opening's words close together."""
    wanted = {word.casefold() for word in re.findall(r"\w+", opening)}
    best = max(range(len(article)), key=lambda i: len(wanted & {t.folded for t in article[i : i + 6]}), default=None)
    return None if best is None else article[best].line


def _work_checks(study: Study, article: list[Token], bounds: dict[str, tuple[int, int]]) -> Iterator[Check]:
    for row in study.literature.drop_duplicates(["section", "work"]).itertuples():
        what = f"{row.authors} {row.year}"
        if row.section not in bounds:
            yield what, "cited", row.section, "section not found", None, False
            continue
        start, end = bounds[row.section]
        name = re.findall(r"\w+", unicodedata.normalize("NFC", re.split(r"[,&]| et al", row.authors)[0]))[-1].casefold()
        line = next((article[i].line for i in range(start, end) if _cited(article, i, name, row.year)), None)
        yield what, "cited", row.section, row.section if line else "not in that section", line, line is not None


def _cited(article: list[Token], i: int, name: str, year: str) -> bool:
    """Whether a year stands here and the author's name shortly before it."""
    return article[i].text == year and any(t.folded.startswith(name) for t in article[max(0, i - CITED_WITHIN) : i])


def weave(data: Path, text: str, out: Path) -> int:
    """Write a private copy of the study to `out`, with the article's own words in a column of `excerpts.csv`.

    Returns how many excerpts were found.

    Raises:
        PrivateCopyError: when `out` is inside a git checkout or not empty, or when the study is woven already.
        SourceError: when an excerpt is not in the text as coded.

    """
    study = Study.load(data)
    words = excerpts_in(study, text)
    for excerpt in study.excerpts["excerpt"]:
        if excerpt not in words:
            raise SourceError(f"{excerpt} is not in the text as coded; “kodebog verify” says what differs")
    return private_copy(data, words, out)
