"""What the Danish edition costs: python benchmarks/editions.py [PAIRS].

Builds the book from nothing with both editions and, without `locale/`, with the English one alone, in turn, and again
after an edit of a page. CPU time of all processes, kernels and the one that they are forked from included, and wall
time, all on one CPU: what runs beside on another slows both, and more where more runs. Prints a table of medians and
writes it to benchmarks/editions.md.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from build import copy_checkout

ROOT = Path(__file__).resolve().parents[1]
COMMAND = [sys.executable, "-m", "kodebog.cli", "build"]


def adopt_orphans() -> None:
    """Be the parent of what a child leaves behind, so that its time is counted: the fork server outlives the build."""
    set_child_subreaper = 36
    if ctypes.CDLL(None).prctl(set_child_subreaper, 1):
        sys.exit("Linux is needed to count the time of kernels.")


def spent(root: Path) -> tuple[float, float]:
    """Return CPU and wall seconds of a build."""
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    made = subprocess.run(COMMAND, cwd=root, env=environment, capture_output=True, text=True, check=False)
    took = time.perf_counter() - started
    if made.returncode:
        sys.exit(made.stdout[-2000:] + made.stderr[-2000:])
    with contextlib.suppress(ChildProcessError):  # until the last process that the build has left behind has ended
        while True:
            os.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, took


def main(pairs: int) -> None:
    """Measure and write."""
    adopt_orphans()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    found: dict[str, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        both, one = (copy_checkout(Path(temporary) / name) for name in ("both", "one"))
        shutil.rmtree(one / "locale")
        for number in range(pairs):
            for name, root in (("both", both), ("one", one)):
                shutil.rmtree(root / "_build", ignore_errors=True)
                found.setdefault(f"{name}, from nothing", []).append(spent(root))
                page = root / "book" / "reuse.md"
                page.write_text(page.read_text(encoding="utf-8") + f"\nEdit {number}.\n", encoding="utf-8")
                found.setdefault(f"{name}, one page edited", []).append(spent(root))
            print(f"{number + 1} of {pairs}", flush=True)
    lines = [
        "# What the Danish edition costs",
        "",
        f"`python benchmarks/editions.py {pairs}`, Python {platform.python_version()}, one CPU; medians of {pairs}.",
        "",
        "| build | CPU s, both | CPU s, one | both ÷ one | wall s, both | wall s, one |",
        "|---|---|---|---|---|---|",
    ]
    for what in ("from nothing", "one page edited"):
        medians = {
            name: [statistics.median(values) for values in zip(*found[f"{name}, {what}"], strict=True)]
            for name in ("both", "one")
        }
        (cpu_both, wall_both), (cpu_one, wall_one) = medians["both"], medians["one"]
        lines.append(
            f"| {what} | {cpu_both:.1f} | {cpu_one:.1f} | {cpu_both / cpu_one:.2f} | {wall_both:.1f} | {wall_one:.1f} |"
        )
    text = "\n".join(lines) + "\n"
    (ROOT / "benchmarks" / "editions.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
