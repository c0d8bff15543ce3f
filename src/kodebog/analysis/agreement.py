"""How far independent readings of the excerpts agree, and what hangs on which of them counts.

What is compared is whether a reading finds that an excerpt speaks for a code: a yes or no for each excerpt and code.
Headings are left out, since no words of an excerpt can meet them.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from kodebog.analysis.coding import CODINGS, with_codings
from kodebog.analysis.evidence import finding_evidence, pairs_in_any_reading, shared_pairs
from kodebog.analysis.ledger import STATUSES, finding_status
from kodebog.analysis.once import once_per_study
from kodebog.study import Study

DRAWS = 2_000
"""Samples of excerpts, drawn with replacement, behind an interval."""
SEED = 2022
"""Where the drawing starts, so that every build draws the same."""

Counts = npt.NDArray[np.float64]


def cohens_kappa(both: Counts, one: Counts, other: Counts, cells: Counts) -> Counts:
    """Return Cohen's kappa of two readings: agreement beyond what their numbers of codings give by chance.

    `both`: cells that both give; `one`, `other`: cells that each gives; `cells`: all. Arrays give arrays; not a
    number where chance alone would give full agreement. Source: J. Cohen, A coefficient of agreement for nominal
    scales, Educational and Psychological Measurement 20 (1960), 37-46.

    >>> cohens_kappa(*(np.array(float(n)) for n in (15, 20, 25, 100))).round(2).item()
    0.57

    """
    observed = (cells - one - other + 2 * both) / cells
    chance = (one * other + (cells - one) * (cells - other)) / cells**2
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((observed - chance) / (1 - chance))


def krippendorffs_alpha(disagreeing: Counts, given: Counts, cells: Counts, readings: int) -> Counts:
    """Return Krippendorff's alpha of two or more readings of the same cells, for yes or no.

    `disagreeing`: the sum over cells of (readings that give it × readings that do not); `given`: codings of all
    readings together; `cells`: all. Not a number where nothing was given. Source: K. Krippendorff, Computing
    Krippendorff's alpha-reliability (2011), binary data without gaps.

    >>> krippendorffs_alpha(*(np.array(float(n)) for n in (4, 6, 10)), 2).round(3).item()
    0.095

    """
    values = cells * readings
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(1 - (values - 1) * disagreeing / (readings - 1) / (given * (values - given)))


@once_per_study
def readings_by_cell(study: Study) -> pd.DataFrame:
    """Return what each reading finds in each excerpt: a row for each excerpt and code, a truth value for each reading.

    Index: excerpt, code (headings left out). Columns: the readings.

    >>> readings_by_cell(study).sum().to_dict()
    {'reading-1': 94, 'reading-2': 112, 'reading-3': 143}

    """
    codes = [code for code in study.codes["code"] if code not in study.headings()]
    index = pd.MultiIndex.from_product([study.excerpts["excerpt"], codes], names=["excerpt", "code"])
    given = study.readings[study.readings["stance"] == "for"]
    found = given.assign(given=True).pivot(index=["excerpt", "code"], columns="reading", values="given")
    return found.reindex(index).notna().rename_axis(columns=None)


@once_per_study
def agreement_of_pairs(study: Study) -> pd.DataFrame:
    """Return how far each two readings agree, before anything was settled.

    Columns: one, other (readings), both (codings that both give), either (that at least one gives), kappa (Cohen's),
    low and high (ends of its 95 % interval, from resampled excerpts).

    >>> agreement_of_pairs(study)["kappa"].round(2).tolist()
    [0.77, 0.73, 0.84]

    """
    cells = readings_by_cell(study)
    rows = []
    for one, other in itertools.combinations(cells.columns, 2):
        a, b = cells[one], cells[other]
        tallies = _by_excerpt(pd.DataFrame({"both": a & b, "one": a, "other": b, "cells": True}))
        rows.append((one, other, int((a & b).sum()), int((a | b).sum()), *_with_interval(tallies, cohens_kappa)))
    return pd.DataFrame(rows, columns=["one", "other", "both", "either", "kappa", "low", "high"])


@once_per_study
def agreement_by_family(study: Study) -> pd.DataFrame:
    """Return how far all readings agree, in the whole and for each family of codes that any of them gives.

    Columns: family (empty for the whole, which comes first), all (codings that every reading gives), any (that at
    least one gives), alpha (Krippendorff's), low and high (ends of its 95 % interval, from resampled excerpts).

    >>> agreement_by_family(study).loc[0, "alpha"].round(2).item()
    0.78

    """
    cells = readings_by_cell(study)
    readings = len(cells.columns)
    family = cells.index.get_level_values("code").map(study.codes.set_index("code")["family"])
    rows = []
    for name in ["", *study.families["family"]]:
        part = cells[family == name] if name else cells
        given = part.sum(axis=1)
        if not given.any():
            continue
        tallies = _by_excerpt(pd.DataFrame({"disagreeing": given * (readings - given), "given": given, "cells": 1}))
        rows.append(
            (
                name,
                int((given == readings).sum()),
                int((given > 0).sum()),
                *_with_interval(tallies, functools.partial(krippendorffs_alpha, readings=readings)),
            )
        )
    return pd.DataFrame(rows, columns=["family", "all", "any", "alpha", "low", "high"])


def _by_excerpt(tallies: pd.DataFrame) -> pd.DataFrame:
    return tallies.groupby(level="excerpt").sum().astype("float64")


def _with_interval(tallies: pd.DataFrame, measure: Callable[..., Counts]) -> tuple[float, float, float]:
    """Return a measure of summed tallies, and the ends of its 95 % interval when excerpts are drawn anew."""
    values = tallies.to_numpy()
    n = len(values)
    drawn = np.random.default_rng(SEED).multinomial(n, np.full(n, 1 / n), size=DRAWS)
    estimates = measure(*(drawn @ values).T)
    estimates = estimates[np.isfinite(estimates)]
    low, high = np.percentile(estimates, [2.5, 97.5]) if len(estimates) else (np.nan, np.nan)
    return float(measure(*values.sum(axis=0))), float(low), float(high)


@once_per_study
def lost_pairs(study: Study) -> dict[str, frozenset[tuple[str, str]]]:
    """Return, for each way to look at the codings, the pairs of finding and excerpt that share codes elsewhere only.

    Ways: “placed” (the article's own placing), “content” (what was agreed), and each reading.

    >>> ("F07", "E01") in lost_pairs(study)["reading-2"]
    True

    """
    by_codes = pairs_in_any_reading(study)
    ways = (*CODINGS, *readings_by_cell(study).columns)
    return {which: by_codes - shared_pairs(with_codings(study, which)) for which in ways}


@once_per_study
def statuses_by_reading(study: Study) -> pd.DataFrame:
    """Return what would be said of each finding if only one reading of the excerpts counted.

    A judgement counts where finding and excerpt share codes in that reading, and where they do so in none: then it
    never rested on codes. Every pair that some reading brings together is judged.
    Columns: finding, now (status by all that counts), then one for each way to look: “placed” (the article's own
    placing), “content” (what was agreed), and each reading. Index: the findings' order.

    >>> statuses = statuses_by_reading(study)
    >>> int((statuses["placed"] != statuses["now"]).sum()) > int((statuses["content"] != statuses["now"]).sum())
    True

    """
    evidence = finding_evidence(study)
    pairs = pd.Series(list(zip(evidence["finding"], evidence["id"], strict=True)), index=evidence.index)
    table = finding_status(study)[["finding", "status"]].rename(columns={"status": "now"})
    for which, lost in lost_pairs(study).items():
        table[which] = finding_status(study, evidence[~pairs.isin(lost)])["status"]
    return table


def status_counts(statuses: pd.DataFrame) -> pd.DataFrame:
    """Return how many findings have each status, by each way to look: the statuses of `statuses_by_reading`, counted.

    Index: the status in words, in the order in which statuses are shown. Columns: as there, without the finding.
    """
    counts = {way: statuses[way].value_counts() for way in statuses.columns.drop("finding")}
    return pd.DataFrame(counts).reindex(list(STATUSES.values())).fillna(0).astype("int64")


def with_reading(study: Study, codings: pd.DataFrame) -> tuple[Study, str]:
    """Return the study with one reading more, and that reading's name.

    `codings`: columns excerpt, code, stance, as `kodebog.study.sheet.read_sheet` returns them.

    >>> with_reading(study, study.excerpt_codes[["excerpt", "code", "stance"]])[1]
    'reading-4'

    """
    number = study.readings["reading"].str.removeprefix("reading-").astype("int64").max()
    name = f"reading-{1 if pd.isna(number) else int(number) + 1}"
    readings = pd.concat([study.readings, codings.assign(reading=name)[study.readings.columns]], ignore_index=True)
    return replace(study, readings=readings), name
