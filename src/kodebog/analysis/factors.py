"""Factor summaries: who says what, in how many of the printed excerpts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from kodebog.analysis.coding import coded, ordered
from kodebog.analysis.once import once_per_study
from kodebog.study import Lang, Study

EFFECTS = ("supports", "wished", "hinders")
"""What a factor does to co-creation, by the section of the article that it stands in."""


@once_per_study
def factor_summary(study: Study, family: str, lang: Lang = "en") -> pd.DataFrame:
    """Return the codes of a family with the printed excerpts that speak for them, in codebook order.

    A sub-code also counts for the code above it; its row follows, with a higher level. Columns: code, label, level
    (0, 1 for a sub-code, 2 for one below that), n (excerpts that speak for it), N (all printed excerpts), placed and
    content (of the n, by basis; an excerpt may be both), against (excerpts that speak against it), cases, excerpts,
    excerpts_against (tuples of ids).

    Raises:
        ValueError: when the codebook has no such family.

    >>> print(factor_summary(study, "support")[["code", "n", "against", "N"]].to_string(index=False))
                  code  n  against  N
             resources  4        0 29
    present-leadership  1        1 29
               mandate  4        0 29

    """
    if family not in set(study.families["family"]):
        raise ValueError(f"no family “{family}”; known: {', '.join(study.families['family'])}")
    codes = study.in_family(family)
    rows = coded(study)
    rows = rows[rows["code"].isin(codes)]
    spoken = rows[rows["stance"] == "for"]
    once = spoken.drop_duplicates(["excerpt", "code"])
    table = pd.DataFrame({"code": codes}).set_index("code")
    table["label"] = table.index.map(study.labels("codes", lang))
    tree = _tree(study.codes.set_index("code")["parent"].fillna("").to_dict(), codes)
    table["level"] = [tree[code][1] for code in codes]
    table["n"] = once.groupby("code").size().reindex(codes, fill_value=0)
    table["N"] = len(study.excerpts)
    for basis in ("placed", "content"):
        table[basis] = spoken[spoken["basis"] == basis].groupby("code").size().reindex(codes, fill_value=0)
    against = rows[rows["stance"] == "against"].drop_duplicates(["excerpt", "code"])
    table["against"] = against.groupby("code").size().reindex(codes, fill_value=0)
    cases = study.case_codes.groupby("code")["case"].agg(ordered)
    for column, found in (
        ("cases", cases),
        ("excerpts", once.groupby("code")["excerpt"].agg(ordered)),
        ("excerpts_against", against.groupby("code")["excerpt"].agg(ordered)),
    ):
        table[column] = [found.get(code, ()) for code in codes]
    return table.reset_index().sort_values("code", key=lambda c: c.map(tree), ignore_index=True)


def counts_by_perspective(study: Study) -> pd.DataFrame:
    """Return how many excerpts of each perspective speak for a code; one for a sub-code also counts for that above it.

    Index: code, in codebook order. Columns: the perspectives, and nothing else, whatever these are called.

    >>> print(counts_by_perspective(study).loc["incentives"].to_dict())
    {'director': 0, 'leader': 3, 'employee': 1}

    """
    rows = coded(study).query("stance == 'for'").drop_duplicates(["excerpt", "code"])
    rows = rows.merge(study.excerpts[["excerpt", "perspective"]], on="excerpt")
    table = pd.crosstab(rows["code"], rows["perspective"])
    return table.reindex(index=list(study.codes["code"]), columns=list(study.sample["perspective"]), fill_value=0)


def _tree(parents: Mapping[str, str], codes: list[str]) -> dict[str, tuple[int, int]]:
    """Place and level of each code: those below one follow it, else in codebook order.

    >>> _tree({"a": "", "b": "", "c": "a", "d": "c"}, ["a", "b", "c", "d"])
    {'a': (0, 0), 'c': (1, 1), 'd': (2, 2), 'b': (3, 0)}

    """
    found: dict[str, tuple[int, int]] = {}

    def add(code: str, level: int) -> None:
        found[code] = len(found), level
        for below in [c for c in codes if parents[c] == code and c not in found]:
            add(below, level + 1)

    for code in codes:
        if parents[code] not in codes:
            add(code, 0)
    return found


def cooccurrence(study: Study, codes: list[str] | None = None) -> pd.DataFrame:
    """Return how many excerpts speak for two codes at once, as a square frame in codebook order.

    On the diagonal stands the number of excerpts that speak for the code. `codes` are those to show, by default
    every code that an excerpt carries directly.

    >>> print(cooccurrence(study, ["own-silo", "incentives"]).to_string())
    with        own-silo  incentives
    code
    own-silo           2           1
    incentives         1           4

    """
    given = study.excerpt_codes[study.excerpt_codes["stance"] == "for"]
    used = set(given["code"])
    shown = codes or [code for code in study.codes["code"] if code in used]
    given = given[given["code"].isin(shown)]
    # as a matrix of zeros and ones; its product with itself counts the excerpts that have both
    row, places = given["excerpt"].factorize()
    bears = np.zeros((len(places), len(shown)), dtype="float32")
    bears[row, pd.Index(shown).get_indexer(given["code"])] = 1
    counts = pd.DataFrame(bears.T @ bears, index=shown, columns=shown)
    return counts.round().astype("int64").rename_axis(index="code", columns="with")


@once_per_study
def side_by_side(study: Study, lang: Lang = "en") -> pd.DataFrame:
    """Return what supports, what is wished for and what hinders, theme by theme.

    A row is a factor. Columns: theme, theme_label, effect, code, label, n (excerpts that speak for it), excerpts,
    against (excerpts that speak against it), in the order of themes, effects and codebook.

    >>> rows = side_by_side(study).query("theme == 'measuring'")
    >>> print(rows[["code", "effect", "excerpts"]].to_string(index=False))
                       code  effect             excerpts
                 incentives hinders (E21, E22, E23, E25)
    unmeasured-volunteering hinders               (E22,)

    """
    factors = study.codes.dropna(subset=["theme"])
    themes, effects = list(study.themes["theme"]), list(EFFECTS)
    rows = coded(study).drop_duplicates(["excerpt", "code", "stance"])
    lists = rows.groupby(["code", "stance"])["excerpt"].agg(ordered).to_dict()
    table = pd.DataFrame(
        {
            "theme": factors["theme"],
            "theme_label": factors["theme"].map(study.labels("themes", lang)),
            "effect": factors["effect"],
            "code": factors["code"],
            "label": factors["code"].map(study.labels("codes", lang)),
            "excerpts": [lists.get((code, "for"), ()) for code in factors["code"]],
            "against": [lists.get((code, "against"), ()) for code in factors["code"]],
        }
    )
    table.insert(5, "n", table["excerpts"].map(len))
    rank = {**{t: i for i, t in enumerate(themes)}, **{e: i for i, e in enumerate(effects)}}
    return table.sort_values(["theme", "effect"], key=lambda c: c.map(rank), kind="stable", ignore_index=True)


SIDES = {"hinders": ("hinders",), "helps": ("supports", "wished")}
"""The two sides of a theme, and the effects on each."""


@once_per_study
def voices_by_theme(study: Study) -> pd.DataFrame:
    """Return who speaks of what hinders and of what helps or is wished for, theme by theme.

    A row is a side of a theme. Columns: theme, side (of `SIDES`), there (excerpts that speak for it), wished (those
    that do under what is listed as a wish alone), against (those that speak against it and not for it, too): tuples of
    ids, by perspective. Themes stand in the order of how much more is said of help than of hindrance.

    >>> rows = voices_by_theme(study).query("theme == 'time-resources'")
    >>> print(rows[["side", "there", "wished"]].to_string(index=False))
       side                there wished
    hinders      (E25, E28, E24)     ()
      helps (E04, E03, E11, E12)     ()

    """
    rows = side_by_side(study)
    perspectives = list(study.sample["perspective"])
    speaker = study.excerpts.set_index("excerpt")["perspective"].map(perspectives.index).to_dict()

    def ids(theme: str, effects: tuple[str, ...], column: str = "excerpts") -> set[str]:
        part = rows[(rows["theme"] == theme) & rows["effect"].isin(effects)]
        return {excerpt for found in part[column] for excerpt in found}

    def in_order(excerpts: set[str]) -> tuple[str, ...]:
        return tuple(sorted(excerpts, key=lambda excerpt: (speaker[excerpt], excerpt)))

    found = []
    for theme in study.themes["theme"]:
        for side, effects in SIDES.items():
            told, there = ids(theme, effects), ids(theme, tuple(e for e in effects if e != "wished"))
            against = tuple(sorted(ids(theme, effects, "against") - told))
            found.append((theme, side, in_order(there), in_order(told - there), against))
    table = pd.DataFrame(found, columns=["theme", "side", "there", "wished", "against"])
    told = table["there"].map(len) + table["wished"].map(len)
    more = told.where(table["side"] == "hinders", -told).groupby(table["theme"]).sum()
    return table.sort_values("theme", key=lambda themes: themes.map(more), kind="stable", ignore_index=True)


def effects_by_perspective(study: Study) -> pd.DataFrame:
    """Return how many excerpts of each perspective speak for a factor that helps, is wished for, or hinders.

    An excerpt counts once for each effect. Index: effect. Columns: the perspectives.

    >>> print(effects_by_perspective(study).loc["hinders"].to_dict())
    {'director': 0, 'leader': 6, 'employee': 6}

    """
    factors = study.codes.dropna(subset=["effect"])[["code", "effect"]]
    rows = coded(study).query("stance == 'for'").merge(factors, on="code")
    rows = rows.merge(study.excerpts[["excerpt", "perspective"]], on="excerpt")
    once = rows.drop_duplicates(["excerpt", "effect"])
    table = pd.crosstab(once["effect"], once["perspective"])
    return table.reindex(index=list(EFFECTS), columns=list(study.sample["perspective"]), fill_value=0)
