"""Do the tests notice small changes to study and analysis? mutmut makes them, one at a time; this writes down how many.

`make mutants`; the settings stand in `pyproject.toml`. Writes `benchmarks/mutants.md`: the share noticed, by
module, and every function in which some were not (`mutmut results` and `mutmut show NAME` show them).
"""

from __future__ import annotations

import datetime
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MUTMUT = Path(sys.executable).with_name("mutmut")
WANTED = 0.9
"""Share that must be noticed."""


def main() -> int:
    """Run mutmut and write down what it found; return 1 where too little was noticed."""
    if "--report" not in sys.argv:
        subprocess.run([MUTMUT, "run", "--max-children", str(os.cpu_count() or 2)], cwd=ROOT, check=False)
    listed = subprocess.run(
        [MUTMUT, "results", "--all", "true"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    found = re.findall(r"^\s*(\S+?)__mutmut_(\d+): (.+)$", listed, re.MULTILINE)
    counts: dict[str, Counter[str]] = {}
    for name, _, status in found:
        module = name.rsplit(".", 1)[0].removeprefix("kodebog.")
        counts.setdefault(module, Counter())[status] += 1
    rows, total, noticed = [], 0, 0
    for module, statuses in sorted(counts.items()):
        made = sum(statuses.values())
        seen = statuses["killed"] + statuses["timeout"] + statuses["segfault"]
        rows.append(f"| {module} | {made} | {seen} | {seen / made:.2f} |")
        total, noticed = total + made, noticed + seen
    share = noticed / total
    survivors = Counter(
        name.removeprefix("kodebog.") for name, _, status in found if status in {"survived", "no tests"}
    )
    names = "\n".join(f"- `{name.replace('x_', '', 1)}`: {n}" for name, n in sorted(survivors.items()))
    text = (
        f"# Small changes to the code\n\n`make mutants`, {datetime.date.today()}, Python {sys.version.split()[0]}.\n\n"
        f"{noticed} of {total} changes to `kodebog.study` and `kodebog.analysis` were noticed: **{share:.3f}** "
        f"(wanted: {WANTED}).\nLines that hold a sentence for people are not changed (`do_not_mutate_patterns`): tests "
        f"compare such sentences case by case.\n\n| module | changes | noticed | share |\n|---|---|---|---|\n"
        + "\n".join(rows)
        + f"\n\nNot noticed, by function:\n\n{names}\n"
    )
    (ROOT / "benchmarks/mutants.md").write_text(text, encoding="utf-8")
    print(text)
    return 0 if share >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
