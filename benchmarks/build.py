"""Times `make book` against stock Jupyter Book, on this very book: python benchmarks/build.py [RUNS].

Both run on a fresh copy of the checkout with the environment ready, in turn, several times:

- ours, cold: notebooks executed, HTML and PDF;
- stock: `jupyter-book build` with its own execution, then its LaTeX builder as far as the .tex file (no TeX);
- ours again after one edit of prose, and with nothing changed.

Prints a table with the median of each and writes it to benchmarks/build.md.
"""

from __future__ import annotations

import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
OURS = [sys.executable, "-m", "kodebog.cli", "build"]


def copy_checkout(to: Path) -> Path:
    """Copy what git tracks."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, to / name)
    return to


def stock(root: Path) -> None:
    """Give a copy the execution and the pages that Jupyter Book has of its own."""
    config = root / "_config.yml"
    text = config.read_text(encoding="utf-8")
    text = re.sub(r'execute_notebooks: "off"', "execute_notebooks: force", text)
    for ours in ("nb_custom_formats", "extensions", "html_theme", "html_theme_options", "templates_path"):
        text = re.sub(rf"\n    {ours}: .*", "", text)
    text = text.replace(
        "\n  config:", "\n  extra_extensions: [notfound.extension, kodebog.publish.extension]\n  config:"
    )
    config.write_text(text, encoding="utf-8")


def timed(root: Path, *commands: list[str]) -> float:
    """Return the wall time of commands in seconds."""
    env = {"PATH": f"{BIN}:/usr/bin:/bin", "PYTHONPATH": str(root / "src"), "HOME": str(root), "LANG": "C.UTF-8"}
    started = time.perf_counter()
    for command in commands:
        made = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)
        if made.returncode:
            sys.exit(f"{command}\n{made.stdout[-3000:]}\n{made.stderr[-3000:]}")
    return time.perf_counter() - started


def main() -> None:
    """Measure and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    times: dict[str, list[float]] = {}
    book = [str(BIN / "jupyter-book"), "build", "."]
    for run in range(runs):
        print(f"run {run + 1} of {runs} …", flush=True)
        with tempfile.TemporaryDirectory() as temporary:
            ours, theirs = copy_checkout(Path(temporary) / "ours"), copy_checkout(Path(temporary) / "stock")
            stock(theirs)
            note = times.setdefault
            note("ours, cold", []).append(timed(ours, OURS))
            note("stock, cold", []).append(timed(theirs, book, [*book, "--builder", "latex"]))
            note("ours, nothing changed", []).append(timed(ours, OURS))
            page = ours / "notebooks/roles.ipynb"
            page.write_text(page.read_text(encoding="utf-8").replace("Who are the people", "Who, then, are the people"))
            note("ours, one edit of prose", []).append(timed(ours, OURS))
    median = {name: statistics.median(values) for name, values in times.items()}
    ratios = [
        ("ours, cold / stock, cold", "ours, cold", "stock, cold", 0.6),
        ("one edit of prose / cold", "ours, one edit of prose", "ours, cold", 0.3),
    ]
    lines = [
        "# Build times",
        "",
        f"Seconds, {runs} runs, {platform.python_version()}, `python benchmarks/build.py {runs}`",
        "",
    ]
    lines += ["| what | median | min | max |", "|---|---|---|---|"]
    lines += [f"| {n} | {median[n]:.1f} | {min(v):.1f} | {max(v):.1f} |" for n, v in times.items()]
    lines += ["", "| ratio, run by run | median | wanted at most |", "|---|---|---|"]
    for name, one, other, limit in ratios:
        pairs = [a / b for a, b in zip(times[one], times[other], strict=True)]
        lines.append(f"| {name} | {statistics.median(pairs):.2f} | {limit} |")
    text = "\n".join(lines) + "\n"
    (ROOT / "benchmarks/build.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
