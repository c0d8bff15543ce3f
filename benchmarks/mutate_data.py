"""How many changes of a single cell of the study does something notice? `python benchmarks/mutate_data.py [SEED]`.

Ten cells of each table, drawn at random, are changed one at a time: to another value of the column, or a little. Who
notices first is counted: `kodebog check`, `kodebog ledger`, or a test (stored outputs of notebooks, snapshots of
generated pages). The result goes to `mutate_data.md`.
"""

import csv
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))

from kodebog import Study, paths  # noqa: E402
from kodebog.analysis import ledger  # noqa: E402
from kodebog.report import gate  # noqa: E402
from kodebog.study import package  # noqa: E402
from test_hostile import everything  # noqa: E402
from test_pages import PAGES  # noqa: E402

CELLS = 10
Change = tuple[str, int, str, str]


def changed(value: str, column: list[str], rng: random.Random) -> str:
    """Return another value: one of the column's others, or this one a little changed."""
    others = sorted({v for v in column if v != value})
    if others and rng.random() < 0.5:
        return rng.choice(others)
    if value.isdigit():
        return str(int(value) + 1)
    return f"{value}{rng.choice(' xyz')}".rstrip() + ("a" if rng.random() < 0.5 else "e")


def sample(seed: int) -> Iterator[Change]:
    """Yield file, row (from 0), column, and the new value."""
    rng = random.Random(seed)
    for table in package.datapackage(paths.DATA)["resources"]:
        with (paths.DATA / table["path"]).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        cells = [(i, c) for i in range(len(rows)) for c in rows[0]]
        for i, column in rng.sample(cells, min(CELLS, len(cells))):
            yield table["path"], i, column, changed(rows[i][column], [r[column] for r in rows], rng)


def shown(study: Study) -> tuple[Any, ...]:
    """What stored outputs and snapshots compare."""
    outputs = [thing._repr_mimebundle_()[0] for thing in everything(study)]
    return [page(study) for name, page in PAGES.items() if name != "data-dictionary"], outputs


@cache
def as_it_is() -> tuple[Any, ...]:
    """Return what is shown of the study as it is."""
    return shown(Study.load(paths.DATA))


def noticed(change: Change) -> str:
    """Who notices a change: “check”, “ledger”, “test”, or nobody."""
    name, i, column, value = change
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(shutil.copytree(paths.DATA, Path(temporary) / "data"))
        with (folder / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        rows[i][column] = value
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        if gate.faults(folder)[0]:
            return "check"
        study = Study.load(folder)
        if len(ledger.deviations(study, folder)):
            return "ledger"
        return "test" if shown(study) != as_it_is() else "nobody"


def main(seed: int) -> None:
    """Run the trials and write the table."""
    changes = list(sample(seed))
    with ProcessPoolExecutor(2) as pool:
        who = list(pool.map(noticed, changes, chunksize=5))
    counts = Counter(who)
    caught = len(who) - counts["nobody"]
    lines = [
        "# Single cells of the study, changed one at a time",
        "",
        f"`python benchmarks/mutate_data.py {seed}`: {caught} of {len(who)} changes noticed "
        f"({caught / len(who):.0%}): {counts['check']} by `kodebog check`, {counts['ledger']} by `kodebog ledger`, "
        f"{counts['test']} by stored outputs or snapshots.",
        "",
        "| table | changes | check | ledger | test | nobody |",
        "|---|---|---|---|---|---|",
    ]
    for name in dict.fromkeys(change[0] for change in changes):
        found = Counter(w for w, change in zip(who, changes, strict=True) if change[0] == name)
        cells = [found[kind] for kind in ("check", "ledger", "test", "nobody")]
        lines.append(f"| {name} | {sum(cells)} | {' | '.join(map(str, cells))} |")
    missed = [change for w, change in zip(who, changes, strict=True) if w == "nobody"]
    lines += ["", "Noticed by nobody:", "", *(f"- {n}, row {i + 2}, {c} → “{v}”" for n, i, c, v in missed)]
    (HERE / "mutate_data.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20261124)
