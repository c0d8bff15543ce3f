"""Do the tests notice small changes to study and analysis? mutmut makes them, one at a time; this writes down how many.

`make mutants` tries all of them; `python benchmarks/mutants.py --sample 400 --seed 7` a random sample, another one for
each seed, so that tests written for what one sample has shown can be tried on a fresh one. The settings stand in
`pyproject.toml`. Writes `benchmarks/mutants.md`: the share noticed, by module, and every function in which some were
not (`mutmut results` and `mutmut show NAME` show them).
"""

from __future__ import annotations

import argparse
import datetime
import os
import random
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MUTMUT = Path(sys.executable).with_name("mutmut")
WANTED = 0.9
"""Share that must be noticed."""
NOTICED, UNSEEN = {"killed", "timeout", "segfault"}, {"survived", "no tests"}


def run(*names: str) -> None:
    """Let mutmut try these changes, or all."""
    subprocess.run([MUTMUT, "run", "--max-children", str(os.cpu_count() or 2), *names], cwd=ROOT, check=False)


def results() -> dict[str, str]:
    """Return what became of each change, by name."""
    said = subprocess.run([MUTMUT, "results", "--all", "true"], cwd=ROOT, capture_output=True, text=True, check=True)
    return dict(re.findall(r"^\s*(\S+__mutmut_\d+): (.+)$", said.stdout, re.MULTILINE))


def main() -> int:
    """Run mutmut and write down what it found; return 1 where too little was noticed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=0, help="how many changes to try; 0 for all")
    parser.add_argument("--seed", type=int, default=1, help="which sample: a number")
    arguments = parser.parse_args()
    wanted = arguments.sample
    if wanted:
        run("kodebog.analysis.coding.*")  # makes all changes, tries those of one small module
        made = sorted(results())
        names = random.Random(arguments.seed).sample(made, min(wanted, len(made)))
        run(*names)
    else:
        run()
        names = sorted(results())
    found = {name: status for name, status in results().items() if name in set(names) and status in NOTICED | UNSEEN}
    modules: dict[str, Counter[str]] = {}
    for name, status in found.items():
        modules.setdefault(name.rsplit(".", 1)[0].removeprefix("kodebog."), Counter())[status] += 1
    rows = []
    for module, statuses in sorted(modules.items()):
        seen = sum(statuses[status] for status in NOTICED)
        rows.append(f"| {module} | {statuses.total()} | {seen} | {seen / statuses.total():.2f} |")
    noticed = sum(status in NOTICED for status in found.values())
    share = noticed / len(found)
    unseen = Counter(n.rsplit("__mutmut", 1)[0].removeprefix("kodebog.") for n, s in found.items() if s in UNSEEN)
    names_of = "\n".join(f"- `{name.replace('x_', '', 1)}`: {n}" for name, n in sorted(unseen.items()))
    tried = f"a random sample of {len(found)} (seed {arguments.seed})" if wanted else f"all {len(found)}"
    text = (
        f"# Small changes to the code\n\n{datetime.date.today()}, Python {sys.version.split()[0]}: {tried} of the "
        f"changes to `kodebog.study` and `kodebog.analysis`.\n\n{noticed} were noticed by the tests: **{share:.3f}** "
        f"(wanted: {WANTED}). Lines that hold a sentence for people are not changed\n(`do_not_mutate_patterns` in "
        "`pyproject.toml`): tests compare such sentences case by case.\n\n| module | changes | noticed | share |\n"
        "|---|---|---|---|\n" + "\n".join(rows) + f"\n\nNot noticed, by function:\n\n{names_of}\n"
    )
    (ROOT / "benchmarks/mutants.md").write_text(text, encoding="utf-8")
    print(text)
    return 0 if share >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
