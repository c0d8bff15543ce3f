"""Tables and pictures of a book of coded interviews: one function each, from a study to what a reader sees.

Captions state the finding; every number in them is computed. No words of interviews are in the study, so none are here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd
from matplotlib import style
from matplotlib.figure import Figure as MplFigure
from matplotlib.ticker import MaxNLocator

from kodebog.analysis import factors, interviews
from kodebog.edition import _, decimal
from kodebog.report import display
from kodebog.report.display import CodeLinks, Holders, Table, Words
from kodebog.report.style import FALLBACK, SHEET, drawable, use_typeface
from kodebog.report.wording import each, joined, leading, listed, numbered, of
from kodebog.study import Study
from kodebog.study.package import QUOTATION, WORDING

PAIRS = 30
"""Pairs of codes that the table of codes that meet lists, at most."""
BARS = 15
"""Codes that the picture shows, at most."""
GROUPS = 8
"""Groups that have a column or a colour of their own, at most."""
FAMILIES = ("Source Sans 3", FALLBACK)
"""Typefaces of the picture: the second for what the first lacks."""
COLOURS = ("#4477AA", "#CC6622", "#228833", "#AA3377", "#888888", "#66CCEE", "#CCBB44", "#EE6677")
"""After Paul Tol's «bright» scheme (2021)."""


def documents(study: Study) -> Table:
    """Return the documents with what is coded in them."""
    rows = interviews.documents(study)
    groups = study.labels("sample")
    columns = {_("Document"): [Words(label) for label in rows["label"]]}
    if len(groups) > 1:
        columns[_("Group")] = [Words(groups[group]) for group in rows["group"]]
    counts = {_("Excerpts"): rows["excerpts"], _("Codings"): rows["codings"], _("Codes"): rows["codes"]}
    frame = pd.DataFrame({**columns, **counts})
    if rows["words"].notna().any():
        frame[_("Words in excerpts")] = rows["words"]
    most, n = leading(rows["label"], rows["excerpts"])
    caption = _("No document has more excerpts than {most}: {of}")
    caption = caption.format(most=most, of=each(n, rows["excerpts"], len(study.excerpts)))
    if len(rows) == 1:
        caption = _("All {n} excerpts are from one document").format(n=len(study.excerpts))
    return Table(frame, caption, "tab-documents", stub=True)


def codes(study: Study, family: str) -> Table:
    """Return the codes of a family with the number of excerpts that carry each, in all and by group."""
    rows = factors.factor_summary(study, family)
    groups = study.labels("sample")
    frame = pd.DataFrame(
        {
            _("Code"): [Words(str(r.label), int(str(r.level))) for r in rows.itertuples()],
            _("Excerpts"): [Holders(str(r.code), int(str(r.n))) for r in rows.itertuples()],
        }
    )
    if 1 < len(groups) <= GROUPS:
        counts = factors.counts_by_perspective(study).loc[list(rows["code"])].reset_index(drop=True)
        heads = _beside(frame, groups, _("{label} (group)"))
        frame = frame.join(counts.where(counts > 0, "").set_axis(heads, axis="columns"))
    most, n = leading(rows["label"], rows["n"])
    name = study.labels("families")[family]
    caption = _("{family}: no code is in more excerpts than {most}, {of}")
    caption = caption.format(family=name, most=most, of=each(n, rows["n"], len(study.excerpts)))
    return Table(frame, caption, f"tab-codes-{family}", stub=True)


def _beside(frame: pd.DataFrame, labels: Mapping[str, str], apart: str, keys: Iterable[str] = ()) -> list[str]:
    """Labels as heads beside those of a table: one that is called as one of these says what it is."""
    heads = list(frame)
    for key in keys or labels:
        head = labels[key]
        while head in heads:
            head = apart.format(label=head)
        heads.append(head)
    return heads[len(frame.columns) :]


def all_codes(study: Study) -> list[Table]:
    """Return the table of each family of codes."""
    return [codes(study, family) for family in study.families["family"]]


def together(study: Study, overlap: bool = False) -> Table:
    """Return the pairs of codes that meet most; with `overlap` also those whose excerpts overlap."""
    rows = interviews.codes_together(study, overlap)
    labels = study.labels("codes")
    shown = rows.head(PAIRS)
    frame = pd.DataFrame(
        {
            _("Code"): [Words(labels[code]) for code in shown["one"]],
            _("And"): [Words(labels[code]) for code in shown["other"]],
            _("Meet in"): shown["n"],
            _("Excerpts with either"): shown["either"],
        }
    )
    if rows.empty:
        return Table(frame, _("No two codes meet in the same excerpt"), "tab-together", stub=True)
    first = rows.iloc[0]
    caption = _("{pair} meet most: in {excerpts}. {pairs} pairs of codes meet at all").format(
        pair=listed([labels[first["one"]], labels[first["other"]]]),
        excerpts=numbered(int(first["n"]), "excerpt"),
        pairs=len(rows),
    )
    if overlap:
        caption += _("; two excerpts that overlap count as one more")
    if len(rows) > len(shown):
        caption += _("; the {n} that meet most are here").format(n=len(shown))
    return Table(frame, caption, "tab-together", (36, 36, 12, 16), stub=True)


def typology(study: Study) -> Table:
    """Return the types with the codes of each dimension that excerpts of the type carry, and in how many."""
    rows = interviews.typology(study)
    families, labels = study.labels("families"), study.labels("codes")
    marked = study.families[study.families["use"] == "dimension"]["family"]
    types = study.families[study.families["use"] == "type"]["family"]
    kinds = list(study.codes.loc[study.codes["family"].isin(types), "code"])

    def cell(dimension: str, kind: str) -> tuple[Words, ...]:
        part = rows[(rows["dimension"] == dimension) & (rows["type"] == kind)]
        return tuple(Words(f"{labels[r.code]} ({len(r.excerpts)})") for r in part.itertuples())

    frame = pd.DataFrame({_("Dimension"): [Words(families[dimension]) for dimension in marked]})
    for kind, head in zip(kinds, _beside(frame, labels, _("{label} (type)"), kinds), strict=True):
        frame[head] = [cell(dimension, kind) for dimension in marked]
    caption = _("{types}, and the number of their excerpts that carry a code of each dimension")
    caption = caption.format(types=numbered(len(kinds), "type"))
    if rows.empty:
        caption = _("No excerpt carries a type and a code of a dimension")
    return Table(frame, caption, "tab-typology", stub=True, look="kodebog-columns")


def agreement(study: Study) -> Table:
    """Return how far each two coders agree on what both have coded."""
    rows = interviews.coders(study)
    frame = pd.DataFrame(
        {
            _("Coders"): [joined([_coder(r.one), _coder(r.other)]) for r in rows.itertuples()],
            _("Excerpts both coded"): rows["excerpts"],
            _("Codes both give"): rows["both"],
            _("Codes either gives"): rows["either"],
            _("Cohen’s κ"): [_coefficient(k) if k == k else _("not defined") for k in rows["kappa"]],  # noqa: PLR0124 - NaN
            _("95 % interval"): [_interval(r.low, r.high) for r in rows.itertuples()],
        }
    )
    caption = _("No two coders have coded the same excerpt")
    if len(rows):
        both, either = int(rows["both"].sum()), int(rows["either"].sum())
        caption = _("Where two have coded the same excerpt, both give {of} codes that either gives")
        caption = caption.format(of=of(both, either))
    return Table(frame, caption, "tab-agreement", stub=True)


def differences(study: Study) -> Table:
    """Return the codes on which coders differ, with the excerpts to which only one of them gives it."""
    rows = interviews.differences(study)
    labels = study.labels("codes")
    frame = pd.DataFrame(
        {
            _("Code"): [Words(labels[code]) for code in rows["code"]],
            _("Coders"): [f"{_coder(r.one)}, {_coder(r.other)}" for r in rows.itertuples()],
            _("Both"): rows["both"],
            _("Only the first"): rows["only_one"],
            _("Only the second"): rows["only_other"],
        }
    )
    caption = _("The coders agree on every code")
    if study.readings.empty:
        caption = _("No two coders have coded the same excerpt")
    if len(rows):
        caption = _("Coders differ on {of} codes, most on {most}").format(
            of=of(rows["code"].nunique(), study.readings["code"].nunique()), most=listed([labels[rows.iloc[0]["code"]]])
        )
    return Table(frame, caption, "tab-differences", (30, 16, 8, 23, 23), stub=True)


def _coder(name: str) -> str:
    return _("coder {number}").format(number=name.removeprefix("coder-"))


def _interval(low: object, high: object) -> str:
    """An interval; nothing where there is none."""
    words = _("{low} to {high}")
    return "" if low != low else words.format(low=_coefficient(low), high=_coefficient(high))  # noqa: PLR0124 - NaN


def _coefficient(value: object) -> str:
    return decimal(float(str(value)), 2).replace("-", "−")


def excerpts(study: Study, page: int = 0) -> Table:
    """Return every coded excerpt: its place (document, characters, length), its codes, and its gist if any.

    `page`: of those that share the excerpts, where they are many; without one all excerpts.
    """
    sections, labels = study.labels("sections"), study.labels("codes")
    given = study.excerpt_codes.groupby("excerpt")["code"].agg(lambda c: list(dict.fromkeys(c)))
    number = study.excerpts["excerpt"].map(display.pages_of_excerpts(study))
    e = study.excerpts[number.eq(page)] if page else study.excerpts
    places = zip(e["section"], e["start"], e["end"], e["words"], strict=True)
    frame = pd.DataFrame(
        {
            _("Excerpt"): e["excerpt"],
            _("Place"): [Words(_place(sections[document], *where)) for document, *where in places],
            _("Codes"): [CodeLinks(tuple((code, labels[code]) for code in given.get(x, ()))) for x in e["excerpt"]],
        }
    )
    if e["gist_en"].notna().any():
        frame.insert(1, _("What is said"), [Words(gist) if isinstance(gist, str) else "" for gist in e["gist_en"]])
    told = _("by character")
    if QUOTATION in e:
        quote = _("“{label}”")
        quoted = [Words(quote.format(label=words)) if isinstance(words, str) else "" for words in e[QUOTATION]]
        frame.insert(1, _("In their own words"), quoted)
    if WORDING in e:
        frame.insert(1, _("Words"), [Words(words) if isinstance(words, str) else "" for words in e[WORDING]])
        told = _("with their words, for those who may read them")
    whole = len(e) == len(study.excerpts)
    caption = _("All {excerpts} of {documents}, {told}") if whole else _("{excerpts} of {documents}, {told}")
    caption = caption.format(
        excerpts=numbered(len(e), "coded excerpt"),
        documents=numbered(len(sections) if whole else e["section"].nunique(), "document"),
        told=told,
    )
    widths = {3: (14, 34, 52), 4: (12, 40, 22, 26), 5: (10, 32, 24, 16, 18), 6: (8, 26, 22, 16, 14, 14)}
    name = f"tab-excerpts-{page}" if page > 1 else "tab-excerpts"
    return Table(frame, caption, name, widths[len(frame.columns)], stub=True, anchors=True)


def _place(document: str, start: object, end: object, words: object) -> str:
    """Where an excerpt stands: document, characters, and how long it is, as far as the file told."""
    where = document if pd.isna(start) else f"{document}, {start}–{end}"
    return where if pd.isna(words) else _("{place} ({n} words)").format(place=where, n=words)


@style.context(SHEET)
def most_given(study: Study) -> display.Figure:
    """Return the codes that most excerpts carry, by group."""
    rows = pd.concat([factors.factor_summary(study, family) for family in study.families["family"]])
    rows = rows.sort_values("n", ascending=False, kind="stable").head(BARS)
    groups = study.labels("sample")
    shown = list(groups) if 1 < len(groups) <= GROUPS else []
    use_typeface()
    figure = MplFigure(figsize=(5.6, 0.34 * len(rows) + (1.2 if shown else 0.8)), layout="constrained")
    axes = figure.subplots()
    counts = factors.counts_by_perspective(study).loc[list(rows["code"])]
    start = pd.Series(0, index=counts.index)
    for group, colour in zip(shown, COLOURS, strict=False):
        axes.barh(
            range(len(rows)), counts[group], left=start, color=colour, label=_shortened(groups[group]), height=0.66
        )
        start = start + counts[group]
    if not shown:
        axes.barh(range(len(rows)), rows["n"], color=COLOURS[0], height=0.66)
    axes.set_yticks(range(len(rows)), [_shortened(label) for label in rows["label"]], family=FAMILIES)
    axes.set(xlabel=_("Excerpts"), ylim=(len(rows) - 0.4, -0.6))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if shown:
        prop = {"family": list(FAMILIES)}
        figure.legend(loc="outside upper left", ncols=2, columnspacing=1, borderpad=0, prop=prop)
    most, n = leading(rows["label"], rows["n"])
    caption = _("No code is in more excerpts than {most}: {of}")
    caption = caption.format(most=most, of=each(n, rows["n"], len(study.excerpts)))
    said = "; ".join(f"{r.label}: {r.n}" for r in rows.itertuples())
    data = rows[["code", "label", "n"]].join(counts.add_prefix("n_"), on="code")
    alt = _("Bars for the {n} codes given most. {said}.").format(n=len(rows), said=said)
    return display.Figure(figure, caption, alt, "fig-codes", data)


def _shortened(label: str, most: int = 38) -> str:
    """A label as the picture can show it: not too long, a box for what its typefaces lack, no formula."""
    shown = label if len(label) <= most else f"{label[: most - 1].rstrip()}…"
    return drawable(shown).replace("$", r"\$")
