"""Times kodebog's summaries on synthetic studies of 10³ to 10⁶ coded excerpts: python benchmarks/scale.py.

The studies are made up at random, for this benchmark only; they say nothing about anything. Each summary runs in a
process of its own; time is its wall time, memory the peak of the process above what loading the study took.
Prints a table and writes it to benchmarks/scale.md.
"""

from __future__ import annotations

import multiprocessing
import platform
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from kodebog import Study
from kodebog.analysis.evidence import finding_evidence
from kodebog.analysis.factors import cooccurrence, factor_summary, side_by_side
from kodebog.analysis.ledger import finding_status
from kodebog.analysis.sample import coverage, sample_against_print
from kodebog.analysis.typology import compare_with_print, typology

SIZES = (10**3, 10**4, 10**5, 10**6)
CODES_EACH = 5
SUMMARIES: dict[str, Callable[[Study], object]] = {
    "typology": typology,
    "compare_with_print": compare_with_print,
    "factor_summary": lambda study: factor_summary(study, "approach"),
    "cooccurrence": cooccurrence,
    "side_by_side": side_by_side,
    "sample_against_print": sample_against_print,
    "coverage": coverage,
    "finding_evidence": finding_evidence,
    "finding_status": finding_status,
}


def synthetic_study(codings: int) -> Study:
    """Return a made-up study with so many codings, five to an excerpt, on the codebook of the real one."""
    real, rng = Study.load(), np.random.default_rng(1)
    n = codings // CODES_EACH
    ids = pd.Series([f"S{i:07}" for i in range(n)], dtype="str")
    pick = {name: rng.choice(len(real.excerpts), n) for name in ("perspective", "case", "section")}
    excerpts = pd.DataFrame({"excerpt": ids, **{c: real.excerpts[c].to_numpy()[i] for c, i in pick.items()}})
    excerpts["area"], excerpts["words"] = None, rng.integers(20, 90, n)
    leaves = real.codes.loc[~real.codes["code"].isin(real.codes["parent"]), "code"].to_numpy()
    chosen = np.argsort(rng.random((n, len(leaves))), axis=1)[:, :CODES_EACH]
    codes = pd.DataFrame({"excerpt": np.repeat(ids.to_numpy(), CODES_EACH), "code": leaves[chosen.ravel()]})
    codes["basis"] = rng.choice(["placed", "content"], len(codes))
    codes["stance"] = rng.choice(["for", "against"], len(codes), p=[0.95, 0.05])
    return replace(real, excerpts=excerpts, excerpt_codes=codes.assign(coder="report"))


def measure(size: int, name: str, answer: multiprocessing.Queue) -> None:  # type: ignore[type-arg]
    """Run one summary; answer with its seconds and the process's peak memory in MB."""
    study = synthetic_study(size)
    started = time.perf_counter()
    SUMMARIES[name](study)
    seconds = time.perf_counter() - started
    answer.put((seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def main() -> int:
    """Measure and print; fail where a summary of 10⁶ codings takes over 10 s or 2 GB."""
    context = multiprocessing.get_context("spawn")
    lines = ["# Scale", "", f"Seconds and peak memory of the whole process (MB), {platform.python_version()}", ""]
    lines += ["| summary | " + " | ".join(f"{size:,}" for size in SIZES) + " |", "|---" * (len(SIZES) + 1) + "|"]
    slow = []
    for name in SUMMARIES:
        cells = []
        for size in SIZES:
            answer = context.Queue()
            process = context.Process(target=measure, args=(size, name, answer))
            process.start()
            seconds, memory = answer.get(timeout=300)
            process.join()
            cells.append(f"{seconds:.2f} s, {memory:,.0f} MB")
            if seconds > 10 or memory > 2048:
                slow.append(f"{name} at {size:,}: {cells[-1]}")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
        print(lines[-1], flush=True)
    text = "\n".join(lines) + "\n"
    (Path(__file__).parent / "scale.md").write_text(text, encoding="utf-8")
    print(text)
    return print("\n".join(slow)) or 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
