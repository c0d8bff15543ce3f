"""Runs Lighthouse on the built book, as a phone on a slow network sees it: python benchmarks/lighthouse.py.

The book is served as GitHub Pages does it, compressed and below a folder. Lighthouse comes from the npm registry
(Node is needed), Chromium is what CHROMIUM in the environment names or the one on the path. Prints a table and writes
it to benchmarks/lighthouse.md.
"""

from __future__ import annotations

import gzip
import http.server
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HTML = ROOT / "_build/html"
LIGHTHOUSE = "lighthouse@13.5.0"
PAGES = {
    "landing": "",
    "brief": "book/brief.html",
    "typology": "notebooks/practices.html",
    "evidence": "notebooks/evidence.html",
    "ledger": "notebooks/reproduction.html",
}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
WANTED = 95
RUNS = 3
PACKED = (".html", ".css", ".js", ".svg", ".csv", ".xml", ".txt", ".ipynb")


class Compressing(http.server.SimpleHTTPRequestHandler):
    """Serves text compressed, and lets the browser keep it for ten minutes, as GitHub Pages does."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Send a file."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        body = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Cache-Control", "max-age=600")
        if path.suffix in PACKED:
            body = gzip.compress(body, 6, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def audit(url: str, chromium: str, folder: Path) -> dict[str, float]:
    """Return the score of each category, 0 to 100."""
    out = folder / "report.json"
    flags = "--headless --no-sandbox --disable-gpu --disable-quic --disable-background-networking"
    subprocess.run(
        ["npx", "--yes", LIGHTHOUSE, url, "--quiet", f"--chrome-flags={flags}", "--output=json", f"--output-path={out}",
         f"--only-categories={','.join(CATEGORIES)}"],
        env={**os.environ, "CHROME_PATH": chromium}, check=True,
    )  # fmt: skip
    report = json.loads(out.read_text(encoding="utf-8"))
    for name, result in report["audits"].items():
        if result["score"] is not None and result["score"] < 0.9:
            print(f"    {name}: {result['score']}  {result.get('displayValue', '')}")
    return {name: 100 * report["categories"][name]["score"] for name in CATEGORIES}


def main() -> int:
    """Measure and print; return 1 when a page falls short."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not chromium:
        sys.exit("no Chromium here, and CHROMIUM does not name one")
    lines = [
        "# Lighthouse",
        "",
        f"Scores of 100, median of {RUNS} runs, {LIGHTHOUSE}, its mobile preset, `python benchmarks/lighthouse.py`. "
        f"Wanted: {WANTED}.",
        "",
        f"| page | {' | '.join(CATEGORIES)} |",
        f"|---|{'---|' * len(CATEGORIES)}",
    ]
    lowest = 100.0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "book").symlink_to(HTML)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Compressing, directory=str(folder)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for name, page in PAGES.items():
            print(f"{name} …", flush=True)
            url = f"http://127.0.0.1:{server.server_port}/book/{page}"
            runs = [audit(url, chromium, folder) for _ in range(RUNS)]
            scores = [statistics.median(run[category] for run in runs) for category in CATEGORIES]
            lowest = min(lowest, *scores)
            lines.append(f"| {name} | {' | '.join(f'{score:.0f}' for score in scores)} |")
    text = "\n".join(lines) + "\n"
    (ROOT / "benchmarks/lighthouse.md").write_text(text, encoding="utf-8")
    print(text)
    return int(lowest < WANTED)


if __name__ == "__main__":
    sys.exit(main())
