"""How soon `make live` shows an edit: python benchmarks/live.py [TIMES].

Serves a copy of the checkout, edits prose, a page and a cell there and back, several times, and waits as the page in a
browser does: for word of a new build, then for the page, until that says what was written. Prints the medians and
writes them to benchmarks/live.md.
"""

from __future__ import annotations

import http.client
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from build import copy_checkout

ROOT = Path(__file__).resolve().parents[1]
EDITS = {
    "prose of a notebook": ("notebooks/roles.ipynb", "Who are the people", "Who, then, are the people", 1.0),
    "a page": ("book/glossary.md", "used for them in this book", "used for them here", 1.0),
    "a cell": ("notebooks/support.ipynb", "behind it than {most}", "back of it than {most}", 2.0),
}
"""File, words there, words instead, and the seconds wanted at most."""


class Waiting:
    """What a page does in a browser: it listens, and is fetched again when there is a new build."""

    def __init__(self, address: str, page: str) -> None:
        host = urlsplit(address).netloc
        self.page = page
        self.events = http.client.HTTPConnection(host, timeout=60)
        self.events.request("GET", "/live")
        self.said = self.events.getresponse()  # headers have come: the server listens for builds
        self.pages = http.client.HTTPConnection(host, timeout=60)

    def until(self, text: str) -> None:
        """Return when the page says something."""
        for line in iter(self.said.readline, b""):
            if line.startswith(b"data"):
                self.pages.request("GET", f"/{self.page}")
                if text in self.pages.getresponse().read().decode():
                    self.events.close()
                    self.pages.close()
                    return
        sys.exit(f"“{text}” not seen in {self.page}")


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
                        page = str(Path(file).with_suffix(".html"))
                        for before, after in ((old, new), (new, old)):
                            text = path.read_text(encoding="utf-8").replace(before, after, 1)
                            waiting = Waiting(address, page)
                            time.sleep(0.3)
                            started = time.perf_counter()
                            path.write_text(text, encoding="utf-8")
                            waiting.until(after.partition(" {")[0])
                            found[name].append(time.perf_counter() - started)
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
