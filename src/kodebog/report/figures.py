"""The report's figures: one function each, from a study to a captioned figure, in one style.

Captions and text alternatives state the finding; every number in them is computed.
"""

from __future__ import annotations

import itertools
from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from kodebog.analysis import sample
from kodebog.analysis.coding import ordered
from kodebog.analysis.factors import voices_by_theme
from kodebog.edition import _, decimal
from kodebog.report import display
from kodebog.report.style import MUTED, SHEET, SPEAKERS, use_typeface
from kodebog.report.wording import joined, labels, lang, of
from kodebog.study import Study

SHAPES = "sDo^v<>"
"""Marks of the perspectives, in the order of the sample."""


def _canvas(height: float, width: float = 5.0) -> tuple[Figure, Axes]:
    use_typeface()
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


@style.context(SHEET)
def sample_and_print(study: Study) -> display.Figure:
    """Return interviews held beside excerpts printed, by perspective."""
    table = sample.sample_against_print(study, lang())
    row = _("{label}: {interviews} interviews, {excerpts} excerpts ({expected} would be in proportion)")
    said = "; ".join(
        row.format(
            label=r.label,
            interviews=of(r.interviews, r.interviews_total),
            excerpts=of(r.excerpts, r.excerpts_total),
            expected=decimal(float(str(r.expected))),
        )
        for r in table.itertuples()
    )
    most = table.loc[(table["excerpts"] - table["expected"]).idxmax()]
    caption = _(
        "Against its share of the interviews, the {who} perspective is printed most: "
        "{n} excerpts where {expected} would be in proportion"
    ).format(who=str(most["label"]).lower(), n=most["excerpts"], expected=decimal(most["expected"]))
    alt = _("Line for each perspective. {said}.").format(said=said)
    data = pd.DataFrame(
        {
            _("Perspective"): table["label"],
            _("Interviews"): table["interviews"],
            _("Interviews, all"): table["interviews_total"],
            _("Excerpts"): table["excerpts"],
            _("Excerpts, all"): table["excerpts_total"],
            _("Words printed"): table["words"],
            _("Excerpts, in proportion"): [decimal(float(n)) for n in table["expected"]],
        }
    )
    return display.Figure(_dumbbells(table), caption, alt, "fig-sample", data)


@style.context(SHEET)
def excerpts_by_section(study: Study) -> display.Figure:
    """Return the printed excerpts of each section, by perspective."""
    counts = sample.excerpts_by_section(study)
    people, sections = labels(study, "sample"), labels(study, "sections")
    table = counts.reset_index()
    table.insert(0, "label", table["section"].map(sections))
    table["excerpts"] = table["section"].map(study.excerpts.groupby("section")["excerpt"].agg(ordered))
    only = [sections[str(s)].lower() for s, row in counts.iterrows() if (row > 0).sum() == 1]
    said = "; ".join(
        f"{r['label']}: " + ", ".join(f"{r[p]} {people[p].lower()}" for p in people) for _index, r in table.iterrows()
    )
    caption = _("Every section prints more than one perspective")
    if only:
        caption = _("All printed excerpts on {sections} come from one perspective").format(sections=joined(only))
    return display.Figure(
        _dots(table, study, _("Printed excerpts")),
        caption,
        _("Dots for each excerpt, by section. {said}.").format(said=said),
        "fig-sections",
        table.drop(columns="section").rename(columns={"label": _("Section"), **people, "excerpts": _("Excerpts")}),
    )


def themes_as_marks(study: Study) -> list[dict[str, Any]]:
    """Return what hinders and helps, as Typst draws it: theme, and for both sides who speaks and how."""
    looks = display.speakers(study)
    speaker, names = study.excerpts.set_index("excerpt")["perspective"], labels(study, "themes")
    drawn: dict[str, dict[str, Any]] = {}
    for row in voices_by_theme(study).itertuples():
        manners = (("", row.there), ("wished", row.wished), ("against", row.against))
        marks = [[looks[speaker[excerpt]], manner] for manner, excerpts in manners for excerpt in excerpts]
        drawn.setdefault(str(row.theme), {"theme": names[str(row.theme)]})[str(row.side)] = marks
    return list(drawn.values())


def words_of_marks(study: Study) -> dict[str, Any]:
    """Return the words around that picture, by name; `speakers`: look and label of each perspective."""
    looks = display.speakers(study)
    return {
        "nothing": _("no excerpt"),
        "theme": _("Theme"),
        "hinders": _("Hinders"),
        "helps": _("Helps, or is wished for"),
        "marks": _("Each mark is a printed excerpt:"),
        "wished": _("wished for"),
        "against": _("against it"),
        "speakers": [[looks[key], label.lower()] for key, label in labels(study, "sample").items()],
    }


def _dumbbells(table: pd.DataFrame) -> Figure:
    """Return interviews held beside excerpts printed, a line for each perspective.

    Columns of `table`: those of `kodebog.sample.sample_against_print`.
    """
    figure, axes = _canvas(2.9)
    for y, (row, colour) in enumerate(zip(table.itertuples(), _colours(len(table)), strict=True)):
        axes.plot([row.expected, row.excerpts], [y, y], color=colour, lw=2.5, zorder=1)
        axes.scatter(row.expected, y, s=220, marker="|", color=colour, lw=2.5, zorder=2)
        axes.scatter(row.excerpts, y, s=80, marker=SHAPES[y % len(SHAPES)], color=colour, linewidth=0, zorder=3)
        ahead = row.excerpts >= row.expected
        axes.annotate(
            _("{n} printed").format(n=row.excerpts),
            (row.excerpts, y),
            (10 if ahead else -10, 0),
            textcoords="offset points",
            va="center",
            ha="left" if ahead else "right",
            color=MUTED,  # the colours of perspectives are for marks: as text they are too light or too dark
            weight="semibold",
        )
        axes.annotate(
            _("{n} in proportion").format(n=decimal(float(str(row.expected)))),
            (row.expected, y),
            (-10 if ahead else 10, 0),
            textcoords="offset points",
            va="center",
            ha="right" if ahead else "left",
            color=MUTED,
            size=10,
        )
    axes.set_yticks(
        range(len(table)), [f"{r.label}\n{of(r.interviews, r.interviews_total)}" for r in table.itertuples()]
    )
    ticks = range(0, int(table["expected"].max()) + 5, 5)
    axes.set_xticks(ticks)
    axes.spines["bottom"].set_bounds(0, ticks[-1])  # the room to the left is for words
    axes.set(xlabel=_("Printed excerpts"), xlim=(-7, 27), ylim=(len(table) - 0.5, -0.5))
    return figure


def _dots(table: pd.DataFrame, study: Study, xlabel: str) -> Figure:
    """Return rows of dots, one for each excerpt, by perspective; each leads to its excerpt.

    Columns of `table`: label, excerpts (tuples of ids).
    """
    figure, axes = _canvas(1.0 + 0.36 * len(table))
    people = labels(study, "sample")
    speaker = study.excerpts.set_index("excerpt")["perspective"]
    dots = [
        {"row": row.label, "x": x, "perspective": people[speaker[excerpt]], "excerpt": excerpt}
        for row in table.itertuples()
        for x, excerpt in enumerate(sorted(row.excerpts, key=lambda e: list(people).index(speaker[e])), 1)
    ]
    rows = list(table["label"])
    colours = dict(zip(people.values(), _colours(len(people)), strict=True))
    data = pd.DataFrame(dots, columns=["row", "x", "perspective", "excerpt"])
    data["row"] = pd.Categorical(data["row"], categories=rows, ordered=True)
    markers = dict(zip(colours, itertools.cycle(SHAPES), strict=False))
    sns.scatterplot(
        data,
        x="x",
        y=data["row"].cat.codes,
        hue="perspective",
        style="perspective",
        palette=colours,
        markers=markers,
        s=110,
        ax=axes,
        linewidth=0,
    )
    axes.collections[0].set_urls([f"{display.HOMES['E']}.html#{excerpt}" for excerpt in data["excerpt"]])
    axes.set_yticks(range(len(rows)), [_wrap(r) for r in rows])
    most = int(data["x"].max()) if len(data) else 1
    axes.set(xlabel=xlabel, ylabel="", xlim=(0.4, max(most, 4) + 0.6), ylim=(len(rows) - 0.5, -0.5))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    handles = axes.get_legend_handles_labels()
    axes.legend_.remove()  # type: ignore[union-attr]
    figure.legend(*handles, loc="outside upper left", ncols=3, handletextpad=0, columnspacing=1, borderpad=0)
    return figure


def _colours(n: int) -> list[str]:
    """Return a colour for each of n perspectives."""
    return [*SPEAKERS[:n], *[MUTED] * (n - len(SPEAKERS))]


def _wrap(text: str, width: int = 28) -> str:
    import textwrap  # noqa: PLC0415

    return "\n".join(textwrap.wrap(text, width))
