"""How soon `make live` shows an edit: python benchmarks/live.py [TIMES].

Serves a copy of the checkout, edits prose, a page and a cell there and back, several times, and waits until the page
that is served says so. Prints the medians and writes them to benchmarks/live.md.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from build import copy_checkout

ROOT = Path(__file__).resolve().parents[1]
EDITS = {
    "prose of a notebook": ("notebooks/roles.ipynb", "Who are the people", "Who, then, are the people", 1.0),
    "a page": ("book/glossary.md", "used for them in this book", "used for them here", 1.0),
    "a cell": ("notebooks/support.ipynb", "behind it than {most}", "back of it than {most}", 2.0),
}
"""File, words there, words instead, and the seconds wanted at most."""


def seen(address: str, text: str) -> float:
    """Return the seconds until a page says something."""
    started = time.perf_counter()
    while time.perf_counter() - started < 60:
        with (
            contextlib.suppress(OSError, http.client.HTTPException),
            urllib.request.urlopen(address, timeout=5) as answer,
        ):
            if text in answer.read().decode():
                return time.perf_counter() - started
        time.sleep(0.01)
    sys.exit(f"“{text}” not seen at {address}")


def main(times: int) -> None:
    """Measure and write."""
    found: dict[str, list[float]] = {name: [] for name in EDITS}
    with tempfile.TemporaryDirectory() as temporary:
        root = copy_checkout(Path(temporary) / "checkout")
        environment = {**os.environ, "PYTHONPATH": str(root / "src"), "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-m", "kodebog.cli", "live", "--port", "0"]
        with subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            address = next(m.group(1) for line in process.stdout if (m := re.match(r"(http://\S+/) shows", line)))
            try:
                for _ in range(times):
                    for name, (file, old, new, _limit) in EDITS.items():
                        path = root / file
                        page = address + str(Path(file).with_suffix(".html"))
                        for before, after in ((old, new), (new, old)):
                            text = path.read_text(encoding="utf-8")
                            path.write_text(text.replace(before, after, 1), encoding="utf-8")
                            found[name].append(seen(page, after.partition(" {")[0]))
                            time.sleep(0.3)
            finally:
                process.terminate()
    lines = [
        "# How soon an edit is seen",
        "",
        f"Seconds from saving to being served, {times} edits there and back, {platform.python_version()}, "
        f"{os.cpu_count()} CPUs, `python benchmarks/live.py {times}`",
        "",
        "| edit | median | max | wanted at most |",
        "|---|---|---|---|",
        *(f"| {n} | {statistics.median(v):.2f} | {max(v):.2f} | {EDITS[n][3]:g} |" for n, v in found.items()),
    ]
    text = "\n".join(lines) + "\n"
    (ROOT / "benchmarks" / "live.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
