"""The report's figures: one function each, from a study to a captioned figure, in one style.

Captions and text alternatives state the finding; every number in them is computed.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from kodebog.analysis import factors, ledger, sample
from kodebog.analysis.coding import ordered
from kodebog.report import display
from kodebog.report.style import MUTED, SHEET
from kodebog.report.wording import leading, of
from kodebog.study import Study

PERSPECTIVES = {"director": "#AA3377", "leader": "#4477AA", "employee": "#CC6622"}
"""After Paul Tol's «bright» scheme (2021): told apart by readers with any colour vision, on light and dark."""
EFFECTS = {"supports": "#228833", "wished": "#4477AA", "hinders": "#CC3311"}


def _canvas(height: float, width: float = 5.0) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


@style.context(SHEET)
def sample_and_print(study: Study) -> display.Figure:
    """Return interviews held beside excerpts printed, by perspective."""
    table = sample.sample_against_print(study)
    said = "; ".join(
        f"{r.label}: {r.interviews} of {r.interviews_total} interviews, {r.excerpts} of {r.excerpts_total} excerpts "
        f"({r.expected:.1f} would be in proportion)"
        for r in table.itertuples()
    )
    most = table.loc[(table["excerpts"] - table["expected"]).idxmax()]
    caption = (
        f"Against its share of the interviews, the {str(most['label']).lower()} perspective is printed most: "
        f"{most['excerpts']} excerpts where {most['expected']:.1f} would be in proportion"
    )
    return display.Figure(_dumbbells(table), caption, f"Line for each perspective. {said}.", "fig-sample", table)


@style.context(SHEET)
def excerpts_by_section(study: Study) -> display.Figure:
    """Return the printed excerpts of each section, by perspective."""
    counts = sample.excerpts_by_section(study)
    people, sections = study.labels("sample"), study.labels("sections")
    table = counts.reset_index()
    table.insert(0, "label", table["section"].map(sections))
    table["excerpts"] = table["section"].map(study.excerpts.groupby("section")["excerpt"].agg(ordered))
    only = [sections[str(s)].lower() for s, row in counts.iterrows() if (row > 0).sum() == 1]
    said = "; ".join(
        f"{r['label']}: " + ", ".join(f"{r[p]} {people[p].lower()}" for p in people) for _, r in table.iterrows()
    )
    caption = (
        f"All printed excerpts on {' and '.join(only)} come from one perspective"
        if only
        else "Every section prints more than one perspective"
    )
    return display.Figure(
        _dots(table, study, "Printed excerpts"),
        caption,
        f"Dots for each excerpt, by section. {said}.",
        "fig-sections",
        table.drop(columns="section"),
    )


@style.context(SHEET)
def family(study: Study, name: str, figure_name: str) -> display.Figure:
    """Return the excerpts that speak for each code of a family, by perspective."""
    table = factors.factor_summary(study, name)
    people = study.labels("sample")
    said = "; ".join(
        f"{r['label']}: {r['n']} ({', '.join(f'{r[p]} {people[p].lower()}' for p in people if r[p]) or 'none'})"
        for _, r in table.iterrows()
    )
    top, n = leading(table["label"], table["n"])
    caption = f"Most excerpts speak for {top}: {of(n, len(study.excerpts))}"
    return display.Figure(
        _dots(table, study, "Printed excerpts that speak for it"),
        caption,
        f"Dots for each excerpt, by factor. {said}.",
        figure_name,
        table.drop(columns=["code", "level"]),
    )


@style.context(SHEET)
def both_sides(study: Study) -> display.Figure:
    """Return what supports and is wished for against what hinders, by theme."""
    table = factors.side_by_side(study)
    counts = theme_counts(table)
    said = "; ".join(
        f"{r.theme_label}: {r.supports} support, {r.wished} wish, {r.hinders} hinder" for r in counts.itertuples()
    )
    top, n = leading(counts["theme_label"], counts["hinders"])
    caption = f"Excerpts tell most of hindrance under {top}: {of(n, len(study.excerpts))}"
    words = {"supports": "supports", "wished": "wished for", "hinders": "hinders"}
    return display.Figure(
        _mirror(table, words), caption, f"Bars for each theme, in excerpts. {said}.", "fig-both-sides", counts
    )


@style.context(SHEET)
def statuses(study: Study) -> display.Figure:
    """Return the ladder of evidence: a numbered mark for each finding, by what is printed for it and by question."""
    table = ledger.finding_status(study).merge(study.findings[["finding", "question"]], on="finding")
    counts = table["status"].value_counts()
    shown = [words for words in ledger.STATUSES.values() if counts.get(words, 0)]
    caption = f"Of {len(table)} findings: " + "; ".join(f"{counts[words]} {words}" for words in shown)
    return display.Figure(
        _ladder(table, study.labels("questions")),
        caption,
        f"A numbered square for each finding, in rows by what is printed for it, in columns by question. {caption}.",
        "fig-statuses",
        table,
    )


LADDER = {
    "robust": ("#0B3C5D", "white"),
    "sides": ("#2A6A93", "white"),
    "one": ("#BFD7E6", "#10222E"),
    "against": ("#CC3311", "white"),
    "alone": ("none", MUTED),
    "beyond": ("none", MUTED),
    "asked": ("#BFD7E6", "#10222E"),
    "own": ("none", MUTED),
}
"""Colour of a mark and of its number: the darker, the more sides; an outline where no excerpt shows it."""
IN_A_LINE = 7
"""Marks beside each other in one cell of the ladder."""


def _ladder(table: pd.DataFrame, questions: dict[str, str]) -> Figure:
    """Return rows of numbered squares, each a link to its finding. Columns of `table`: finding, status, question."""
    figure, axes = _canvas(6.6, width=7.6)
    y, places, names = 0.0, [], []
    for key, words in ledger.STATUSES.items():
        rows = table[table["status"] == words]
        if rows.empty:
            continue
        face, ink = LADDER[key]
        lines = 1
        for column, question in enumerate(questions):
            for i, finding in enumerate(rows.loc[rows["question"] == question, "finding"]):
                place = (column * (IN_A_LINE + 1) + i % IN_A_LINE, y + i // IN_A_LINE)
                lines = max(lines, i // IN_A_LINE + 1)
                edge = "-" if key != "own" else ":"
                axes.scatter(
                    *place, s=150, marker="s", facecolor=face, edgecolor=ink if face == "none" else face,
                    linewidth=0.8, linestyle=edge, urls=[f"#{finding}"],
                )  # fmt: skip
                number = str(finding)[1:]
                size = 7 if len(number) < 3 else 5.5
                axes.annotate(number, place, ha="center", va="center", color=ink, size=size)
        places.append(y + (lines - 1) / 2)
        names.append(_wrap(words, 22))
        y += lines + 0.7
    for column, (question, label) in enumerate(questions.items()):
        axes.annotate(f"{question}\n{_wrap(label, 14)}", (column * (IN_A_LINE + 1) - 0.4, -0.9), color=MUTED, size=9)
    axes.set_yticks(places, names)
    axes.set(ylim=(y - 0.2, -2.6), xticks=[], xlim=(-0.8, len(questions) * (IN_A_LINE + 1)))
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0)
    axes.grid(visible=False)
    return figure


def _dumbbells(table: pd.DataFrame) -> Figure:
    """Return interviews held beside excerpts printed, a line for each perspective.

    Columns of `table`: those of `kodebog.sample.sample_against_print`.
    """
    figure, axes = _canvas(2.9)
    for y, row in enumerate(table.itertuples()):
        colour = PERSPECTIVES[str(row.perspective)]
        axes.plot([row.expected, row.excerpts], [y, y], color=colour, lw=2.5, zorder=1)
        axes.scatter(row.expected, y, s=80, facecolor="white", edgecolor=colour, lw=2, zorder=2)
        axes.scatter(row.excerpts, y, s=80, color=colour, zorder=3)
        ahead = row.excerpts >= row.expected
        axes.annotate(
            f"{row.excerpts} printed",
            (row.excerpts, y),
            (10 if ahead else -10, 0),
            textcoords="offset points",
            va="center",
            ha="left" if ahead else "right",
            color=colour,
            weight="bold",
        )
        axes.annotate(
            f"{row.expected:.1f} in proportion",
            (row.expected, y),
            (-10 if ahead else 10, 0),
            textcoords="offset points",
            va="center",
            ha="right" if ahead else "left",
            color=MUTED,
            size=10,
        )
    axes.set_yticks(
        range(len(table)), [f"{r.label}\n{r.interviews} of {r.interviews_total}" for r in table.itertuples()]
    )
    axes.set_xticks(range(0, int(table["expected"].max()) + 5, 5))
    axes.set(xlabel="Printed excerpts", xlim=(-7, 27), ylim=(len(table) - 0.5, -0.5))
    return figure


def _dots(table: pd.DataFrame, study: Study, xlabel: str) -> Figure:
    """Return rows of dots, one for each excerpt, by perspective; each leads to its excerpt.

    Columns of `table`: label, excerpts (tuples of ids).
    """
    figure, axes = _canvas(1.0 + 0.36 * len(table))
    labels = study.labels("sample")
    speaker = study.excerpts.set_index("excerpt")["perspective"]
    dots = [
        {"row": row.label, "x": x, "perspective": labels[speaker[excerpt]], "excerpt": excerpt}
        for row in table.itertuples()
        for x, excerpt in enumerate(sorted(row.excerpts, key=lambda e: list(labels).index(speaker[e])), 1)
    ]
    rows = list(table["label"])
    colours = {labels[p]: PERSPECTIVES[p] for p in labels}
    data = pd.DataFrame(dots, columns=["row", "x", "perspective", "excerpt"])
    data["row"] = pd.Categorical(data["row"], categories=rows, ordered=True)
    markers = dict(zip(colours, "sDo", strict=False))
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
    handles = axes.get_legend_handles_labels()
    axes.legend_.remove()  # type: ignore[union-attr]
    figure.legend(*handles, loc="outside upper left", ncols=3, handletextpad=0, columnspacing=1, borderpad=0)
    return figure


def _mirror(table: pd.DataFrame, words: dict[str, str]) -> Figure:
    """Return what supports and is wished for (right) against what hinders (left), a row for each theme.

    Columns of `table`: those of `kodebog.factors.side_by_side`. `words` names the effects.
    """
    counts = theme_counts(table)
    figure, axes = _canvas(1.1 + 0.46 * len(counts))
    rows = range(len(counts))
    axes.barh(rows, -counts["hinders"], color=EFFECTS["hinders"], height=0.55)
    axes.barh(rows, counts["supports"], color=EFFECTS["supports"], height=0.55)
    axes.barh(rows, counts["wished"], left=counts["supports"], color=EFFECTS["wished"], height=0.55)
    for y, row in enumerate(counts.itertuples()):
        right = int(row.supports) + int(row.wished)
        for x, n in ((-int(row.hinders) - 0.2, row.hinders), (right + 0.2, right)):
            axes.annotate(f"{n}", (x, y), va="center", ha="right" if x < 0 else "left", size=10)
    axes.set_yticks(rows, [_wrap(t, 22) for t in counts["theme_label"]])
    left, right = counts["hinders"].max(), (counts["supports"] + counts["wished"]).max()
    axes.set(xlim=(-left - 2, right + 2.5), ylim=(len(counts) - 0.5, -0.5), xticks=[])
    axes.spines["bottom"].set_visible(False)
    axes.axvline(0, color=MUTED, lw=1)
    top: dict[str, Any] = {
        "xycoords": ("data", "axes fraction"),
        "textcoords": "offset points",
        "va": "bottom",
        "weight": "bold",
    }
    axes.annotate(f"← {words['hinders']}", (0, 1), (-6, 4), ha="right", color=EFFECTS["hinders"], **top)
    supports = axes.annotate(f"{words['supports']}", (0, 1), (6, 4), ha="left", color=EFFECTS["supports"], **top)
    axes.annotate(
        f"  + {words['wished']}",
        (1, 0),
        xycoords=supports,
        va="bottom",
        weight="bold",
        color=EFFECTS["wished"],
    )
    return figure


def theme_counts(table: pd.DataFrame) -> pd.DataFrame:
    """Return how many distinct excerpts speak for the factors of each theme and effect.

    Columns in: those of `kodebog.factors.side_by_side`. Columns out: theme_label, supports, wished, hinders.
    """
    rows = table.explode("excerpts").dropna(subset=["excerpts"])
    counts = rows.groupby(["theme_label", "effect"])["excerpts"].nunique().unstack(fill_value=0)
    counts = counts.reindex(index=table["theme_label"].unique(), columns=list(EFFECTS), fill_value=0)
    return counts.rename_axis(columns=None).reset_index()


def _wrap(text: str, width: int = 28) -> str:
    import textwrap  # noqa: PLC0415

    return "\n".join(textwrap.wrap(text, width))
