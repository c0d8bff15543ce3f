"""The report's figures: one function each, one style, and the colours of the perspectives.

Every function takes a table of another module and returns a matplotlib figure; labels are in the table.
"""

from __future__ import annotations

import matplotlib as mpl
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from kodebog.paths import PACKAGE

PERSPECTIVES = {"director": "#AA3377", "leader": "#4477AA", "employee": "#CC6622"}
"""After Paul Tol's «bright» scheme (2021): told apart by readers with any colour vision, on light and dark."""
EFFECTS = {"supports": "#228833", "wished": "#4477AA", "hinders": "#CC3311"}
MUTED = "#767676"
"""Readable on white and on the dark theme's background alike."""


def _canvas(height: float, width: float = 6.4) -> tuple[Figure, Axes]:
    mpl.style.use(PACKAGE / "kodebog.mplstyle")
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def sample_dumbbells(table: pd.DataFrame) -> Figure:
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
            f"{row.excerpts} printed", (row.excerpts, y), (10 if ahead else -10, 0), textcoords="offset points",
            va="center", ha="left" if ahead else "right", color=colour, weight="bold",
        )
        axes.annotate(
            f"{row.expected:.1f} in proportion", (row.expected, y), (-10 if ahead else 10, 0),
            textcoords="offset points", va="center", ha="right" if ahead else "left", color=MUTED, size=10,
        )
    axes.set_yticks(range(len(table)), [f"{r.label}\n{r.interviews} of {r.interviews_total}" for r in table.itertuples()])
    axes.set(xlabel="Printed excerpts", xlim=(-4, 23), ylim=(len(table) - 0.5, -0.5))
    return figure


def stacked_counts(table: pd.DataFrame, labels: dict[str, str], xlabel: str) -> Figure:
    """Return counts by perspective as rows of dots, one dot for each excerpt.

    Columns of `table`: label, and one count for each perspective. `labels` names the perspectives.
    """
    figure, axes = _canvas(1.0 + 0.36 * len(table))
    dots = [
        {"row": row["label"], "x": x, "perspective": labels[p]}
        for _, row in table.iterrows()
        for x, p in enumerate([p for p in labels for _ in range(int(row[p]))], 1)
    ]
    rows = list(table["label"])
    colours = {labels[p]: PERSPECTIVES[p] for p in labels}
    data = pd.DataFrame(dots, columns=["row", "x", "perspective"])
    data["row"] = pd.Categorical(data["row"], categories=rows, ordered=True)
    markers = dict(zip(colours, "sDo", strict=False))
    sns.scatterplot(
        data, x="x", y=data["row"].cat.codes, hue="perspective", style="perspective", palette=colours,
        markers=markers, s=110, ax=axes, linewidth=0,
    )
    axes.set_yticks(range(len(rows)), [_wrap(r) for r in rows])
    most = int(data["x"].max()) if len(data) else 1
    axes.set(xlabel=xlabel, ylabel="", xlim=(0.4, max(most, 4) + 0.6), ylim=(len(rows) - 0.5, -0.5))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="y")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, title=None, handletextpad=0, borderpad=0)
    return figure


def both_sides(table: pd.DataFrame, words: dict[str, str]) -> Figure:
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
        right = int(row.supports) + int(row.wished)  # type: ignore[call-overload]
        for x, n in ((-int(row.hinders) - 0.2, row.hinders), (right + 0.2, right)):  # type: ignore[call-overload]
            axes.annotate(f"{n}", (x, y), va="center", ha="right" if x < 0 else "left", size=10)
    axes.set_yticks(rows, [_wrap(t, 22) for t in counts["theme_label"]])
    limit = counts[["supports", "wished", "hinders"]].sum(axis=1).max() + 1
    axes.set(xlim=(-limit, limit), ylim=(len(counts) - 0.5, -0.5), xticks=[])
    axes.spines["bottom"].set_visible(False)
    axes.axvline(0, color=MUTED, lw=1)
    top = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points", "va": "bottom", "weight": "bold"}
    axes.annotate(f"← {words['hinders']}", (0, 1), (-6, 4), ha="right", color=EFFECTS["hinders"], **top)
    supports = axes.annotate(f"{words['supports']}", (0, 1), (6, 4), ha="left", color=EFFECTS["supports"], **top)
    axes.annotate(
        f"  + {words['wished']} →", (1, 0), xycoords=supports, va="bottom", weight="bold", color=EFFECTS["wished"]
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


def cooccurrence_map(counts: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Return a heat map of how many excerpts carry two codes at once; the upper triangle is left out.

    `counts`: a square frame of `kodebog.factors.cooccurrence`.
    """
    figure, axes = _canvas(1.6 + 0.34 * len(counts))
    shown = counts.rename(index=labels, columns=labels)
    mask = [[j > i for j in range(len(shown))] for i in range(len(shown))]
    sns.heatmap(
        shown, mask=pd.DataFrame(mask, index=shown.index, columns=shown.columns).to_numpy(), annot=shown.map(lambda n: n or ""), fmt="",
        cmap="crest", cbar=False, linewidths=1, ax=axes, square=False, annot_kws={"size": 10},
    )
    axes.set(xlabel="", ylabel="")
    axes.set_xticks([i + 0.5 for i in range(len(shown))], [_wrap(str(c), 16) for c in shown.columns], rotation=90)
    axes.set_yticks([i + 0.5 for i in range(len(shown))], [str(c) for c in shown.index], rotation=0)
    axes.tick_params(length=0, labelsize=9)
    return figure


def _wrap(text: str, width: int = 28) -> str:
    import textwrap  # noqa: PLC0415

    return "\n".join(textwrap.wrap(text, width))
