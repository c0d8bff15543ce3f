"""How a table and a figure are shown: in JupyterLab, in the book, and as the CSV file behind them."""

from __future__ import annotations

import html
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from kodebog.analysis.interviews import paged
from kodebog.analysis.once import once_per_study
from kodebog.edition import _
from kodebog.report.style import SHEET
from kodebog.study import Study

if TYPE_CHECKING:
    from matplotlib.figure import Figure as MplFigure

METADATA = "kodebog"
"""Key of the output metadata that `kodebog.publish.outputs` reads."""
_ID = re.compile(r"\b[EF]\d{2,6}\b")
HOMES = {"E": "evidence", "F": "reproduction"}
"""The notebook in which each excerpt and finding has its address."""


def home(study: Study, identifier: str) -> str:
    """Return the notebook in which an excerpt or a finding has its address; many excerpts fill several notebooks."""
    page = pages_of_excerpts(study).get(identifier, 1) if study.of_interviews else 1
    return HOMES[identifier[0]] + (f"-{page}" if page > 1 else "")


@once_per_study
def pages_of_excerpts(study: Study) -> dict[str, int]:
    """Return the page of each excerpt, from 1, as `kodebog.analysis.interviews.paged` has it."""
    return paged(study.excerpts["excerpt"], study.excerpts["section"])


def speakers(study: Study) -> dict[str, str]:
    """Return what the marks of each perspective look like: the first of the sample like `speaker-1`, and so on."""
    return {str(name): f"speaker-{number}" for number, name in enumerate(study.sample["perspective"], start=1)}


_MARKUP = re.compile(r"([\\`*_\[\]{}<>$|#~^&])")
_START = re.compile(r"^(\d*)([-+%:=(.)!])")
"""What means something at the start of a line only: lists, comments, blocks, targets."""
_FORMULA = ("=", "+", "-", "@", "\t", "\n")


@dataclass(frozen=True)
class Table:
    """A captioned, numbered table that other pages can refer to by `name`.

    Cells that are tuples become lists; ids of excerpts and findings become links to them.
    """

    frame: pd.DataFrame
    caption: str
    name: str
    widths: tuple[int, ...] = ()
    stub: bool = False
    """Whether the first column heads its row."""
    look: str = ""
    """A class for the pages' style sheet."""
    legend: str = ""
    """What marks mean, as MyST, above the table."""
    anchors: bool = False
    """Whether the ids in the first column are addresses that links elsewhere lead to."""

    def _repr_mimebundle_(self, **_options: Any) -> tuple[dict[str, str], dict[str, Any]]:
        bundle = {
            "text/markdown": self.markdown(),
            "text/html": _html(self.frame, self.caption),
            "text/plain": self.caption,
            "text/csv": csv_text(self.frame),
        }
        about = {METADATA: {"name": self.name}}
        return bundle, {"text/markdown": about, "text/csv": about}

    def markdown(self) -> str:
        """Return the table as a MyST list-table."""
        # a fence of tildes, since a caption may hold a backtick
        legend = ["{.kodebog-legend}", self.legend, ""] if self.legend else []
        name = [f":name: {self.name}"] if self.name else []
        lines = [*legend, f"~~~{{list-table}} {escape(self.caption)}".rstrip(), *name, ":header-rows: 1"]
        if self.stub:
            lines.append(":stub-columns: 1")
        if self.look:
            lines.append(f":class: {self.look}")
        if self.widths:
            lines.append(":widths: " + " ".join(map(str, self.widths)))
        lines.append("")
        rows = list(self.frame.itertuples(index=False, name=None)) or [("",) * self.frame.shape[1]]
        for row in [tuple(self.frame.columns), *rows]:
            for i, value in enumerate(row):
                home = self.anchors and i == 0 and _ID.fullmatch(str(value))
                lines.append(("* - " if i == 0 else "  - ") + (f"{{anchor}}`{value}`" if home else _cell(value)))
        lines.append("~~~")
        return "\n".join(lines)


class Cell:
    """What a cell of a table holds where that is more than words; `str` of it is what the CSV file has."""

    def markdown(self) -> str:
        """Return the cell as MyST."""
        raise NotImplementedError

    def line(self) -> str:
        """Return it as an entry of a list."""
        return self.markdown()


@dataclass(frozen=True)
class Words(Cell):
    """Words of others, such as the name of a code: shown as they are, whatever they look like."""

    text: str
    level: int = 0
    """How far below others it stands."""

    def __str__(self) -> str:
        return "– " * self.level + self.text

    def markdown(self) -> str:
        """Return them without markup."""
        return escape(str(self))


@dataclass(frozen=True)
class Told(Cell):
    """Words, and below them in small print what belongs to them."""

    text: str
    aside: tuple[str | Cell, ...]

    def __str__(self) -> str:
        return self.text

    def markdown(self) -> str:
        """Return the words and, as a paragraph below them, the rest."""
        rest = " · ".join(a.line() if isinstance(a, Cell) else escape(a) for a in self.aside if str(a))
        return "\n\n    ".join(filter(None, [_linked(self.text), rest]))


@dataclass(frozen=True)
class CodeLinks(Cell):
    """Codes, each a link to its definition."""

    codes: tuple[tuple[str, str], ...]
    """Name and label of each."""
    against: frozenset[str] = frozenset()
    """Names of those that are spoken against."""

    def __str__(self) -> str:
        return "; ".join(label + self._stance(code) for code, label in self.codes)

    def markdown(self) -> str:
        """Return the links."""
        return "; ".join(f"{{definition}}`{code}`" + self._stance(code) for code, _label in self.codes)

    def _stance(self, code: str) -> str:
        return " (" + _("against") + ")" if code in self.against else ""


@dataclass(frozen=True)
class CodeHome(Cell):
    """The name of a code, as the address of its definition."""

    code: str

    def __str__(self) -> str:
        return self.code

    def markdown(self) -> str:
        """Return the address."""
        return f"{{anchor}}`code-{self.code}`"


@dataclass(frozen=True)
class Holders(Cell):
    """How many excerpts carry a code; the number leads to them."""

    code: str
    excerpts: int

    def __str__(self) -> str:
        return str(self.excerpts)

    def markdown(self) -> str:
        """Return the number."""
        return f"{{holders}}`{self.code} {self.excerpts}`" if self.excerpts else ""


class Marks(Cell):
    """A cell that shows excerpts or findings as marks, each of which leads to what it stands for."""

    note: str
    """A line of plain words with the marks."""

    def marks(self) -> list[str]:
        """Return the marks as MyST roles."""
        raise NotImplementedError

    def line(self) -> str:
        """Return the note with the marks behind it, for an entry of a list."""
        return " ".join([escape(self.note), *self.marks()])

    def markdown(self) -> str:
        """Return the marks, and the note as a paragraph below them."""
        return "\n\n    ".join(filter(None, [" ".join(self.marks()), escape(self.note)])) or _("no excerpt")


@dataclass(frozen=True)
class Rungs(Marks):
    """A cell that shows findings as marks, the darker the more is printed for them."""

    findings: tuple[str, ...]
    strength: str
    """A key of `kodebog.analysis.ledger.STATUSES`."""
    note: str = ""

    def __str__(self) -> str:
        return ": ".join(filter(None, [self.note, " ".join(self.findings)]))

    def marks(self) -> list[str]:
        """Return the marks as MyST roles."""
        return [f"{{rung}}`{finding} {self.strength}`" for finding in self.findings]


@dataclass(frozen=True)
class Voices(Marks):
    """A cell that shows excerpts as marks: who speaks gives hue and shape, and each mark leads to its excerpt."""

    excerpts: tuple[str, ...]
    wished: frozenset[str] = frozenset()
    """Excerpts, of those, in which the thing is wished for and not there: their marks are hollow."""
    against: tuple[str, ...] = ()
    """Excerpts that speak against it."""
    note: str = ""

    def __str__(self) -> str:
        told = [*self.excerpts, *(f"{e} " + _("against") for e in self.against)]
        return "; ".join(filter(None, [" ".join(told), self.note]))

    def marks(self) -> list[str]:
        """Return the marks as MyST roles."""
        marks = [f"{{voice}}`{e} wished`" if e in self.wished else f"{{voice}}`{e}`" for e in self.excerpts]
        return marks + [f"{{voice}}`{e} against`" for e in self.against]


@dataclass(frozen=True)
class Figure:
    """A captioned, numbered figure with a text alternative and the data it shows."""

    figure: MplFigure
    caption: str
    alt: str
    name: str
    data: pd.DataFrame = field(default_factory=pd.DataFrame)

    def _repr_mimebundle_(self, **_options: Any) -> tuple[dict[str, str], dict[str, Any]]:
        from matplotlib import pyplot, style  # noqa: PLC0415 - only notebooks with figures pay for it

        buffer = io.StringIO()
        with style.context(SHEET):
            self.figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        pyplot.close(self.figure)
        bundle = {
            "image/svg+xml": slim(buffer.getvalue()),
            "text/plain": f"{self.caption}\n{self.alt}",
            "text/csv": csv_text(self.data),
        }
        about = {METADATA: {"name": self.name, "caption": self.caption, "alt": self.alt}}
        return bundle, {"image/svg+xml": about, "text/csv": about}


def slim(svg: str) -> str:
    """Return an SVG picture that looks the same, in fewer bytes and without style attributes."""
    from scour import scour  # noqa: PLC0415 - only notebooks with figures pay for it

    options = scour.sanitizeOptions()
    options.quiet = options.remove_metadata = options.strip_comments = options.enable_viewboxing = True
    options.indent_type, options.newlines = "none", False
    slimmed = str(scour.scourString(svg, options))
    known = set(re.findall(r'\bid="([^"]+)"', slimmed))
    # a space is drawn by a path without content, which scour takes away
    return re.sub(r'<use [^>]*?href="#([^"]+)"[^>]*/>', lambda m: m.group() if m.group(1) in known else "", slimmed)


def csv_text(frame: pd.DataFrame) -> str:
    """Return a frame as CSV; lists are joined by spaces, and no cell or column head can be taken for a formula."""
    plain = frame.map(_plain).rename(columns=_plain)
    return str(plain.to_csv(index=False, lineterminator="\n"))


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        value = " ".join(map(str, value)) if all(_is_id(v) for v in value) else "; ".join(map(str, value))
    if isinstance(value, Cell):
        value = str(value)
    if isinstance(value, str):
        value = value.replace("\r\n", "\n").replace("\r", "\n")  # which Python's versions quote differently
        return "'" + value if value.startswith(_FORMULA) else value
    return value


def _is_id(value: object) -> bool:
    return isinstance(value, str) and " " not in value


def _cell(value: object) -> str:
    if isinstance(value, Cell):
        return value.markdown()
    if isinstance(value, tuple):
        if not value:
            return ""
        if all(_ID.fullmatch(str(v)) for v in value):
            return ", ".join(link(str(v)) for v in value)
        if len(value) == 1:
            return value[0].line() if isinstance(value[0], Cell) else _linked(str(value[0]))
        return "\n    ".join(f"- {v.line() if isinstance(v, Cell) else _linked(str(v))}" for v in value)
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124 - NaN
        return ""
    return _linked(str(value))


def _linked(text: str) -> str:
    """Text without markup, in which the ids of excerpts and findings lead to them."""
    return _ID.sub(lambda match: link(match.group()), escape(text))


def link(identifier: str) -> str:
    """Return MyST that leads to an excerpt (E…) or a finding (F…)."""
    return f"{{{'excerpt' if identifier[0] == 'E' else 'finding'}}}`{identifier}`"


def escape(text: str) -> str:
    """Return text in which Markdown finds no markup."""
    return _START.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", " ".join(text.split())))


def _html(frame: pd.DataFrame, caption: str) -> str:
    """A plain table for JupyterLab, which would set its cells to the right."""
    left = 'style="text-align: left"'

    def cell(value: object) -> str:
        return html.escape(", ".join(map(str, value)) if isinstance(value, tuple) else str(value))

    head = "".join(f"<th {left}>{html.escape(str(c))}</th>" for c in frame.columns)
    body = "".join(
        "<tr>" + "".join(f"<td {left}>{cell(v)}</td>" for v in row) + "</tr>"
        for row in frame.itertuples(index=False, name=None)
    )
    return (
        f"<table><caption>{html.escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
