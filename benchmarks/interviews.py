"""How long an import and a book of coded interviews take: python benchmarks/interviews.py.

The interviews are made up at random (`tests/made_up.py`), as a REFI-QDA project with positions in UTF-16 units. Wall
time and the largest memory of the processes, by `resource`. Prints a table and writes it to benchmarks/interviews.md.
"""

from __future__ import annotations

import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import made_up  # noqa: E402

SIZES = ((2_000, 1, 450, 20), (2_000, 3, 450, 20), (100_000, 1, 450, 100))
"""Passages, codes of each, codes in all, documents."""
BUILT = 2_000
"""Passages of the largest study that is also built."""


def interviews(passages: int, each: int, codes: int, documents: int) -> made_up.Interviews:
    """Return made-up interviews: every twelve words of a document a passage with so many codes."""
    draw = random.Random(1)
    tops = {f"top {number}": "" for number in range(codes // 30)}
    below = {f"top {n % len(tops)}.code number {n}": "Said when something of that kind is named" for n in range(codes)}
    made_up.CODES.clear()
    made_up.CODES.update({**tops, **below})
    made_up.ROLES.clear()
    made_up.ROLES.update({f"Nobody {number}": ("nurse", "teacher")[number % 2] for number in range(documents)})
    texts, given = {}, []
    for name in made_up.ROLES:
        words = [draw.choice(made_up.WORDS) for _ in range(passages // documents * 12)]
        starts = [0]
        for word in words:
            starts.append(starts[-1] + len(word) + 1)
        texts[name] = " ".join(words)
        for first in range(0, len(words), 12):
            for code in draw.sample(list(below), each):
                given.append(made_up.Given(name, starts[first], starts[first + 8] - 1, code, "anna"))
    return made_up.Interviews(texts, given)


def timed(folder: Path, *arguments: str) -> tuple[float, int]:
    """Run a command; return seconds, and the largest memory of it and what it started, in MB."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "kodebog.cli", *arguments], cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(arguments)}: failed")
    return time.perf_counter() - started, usage.ru_maxrss // 1024


def main() -> None:
    """Time all sizes and write the table."""
    rows = []
    for passages, each, codes, documents in SIZES:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            made_up.qdpx(folder / "made-up.qdpx", interviews(passages, each, codes, documents))
            seconds, memory = timed(folder, "import", "made-up.qdpx", "study", "--group", "role")
            built = largest = "not built"
            if passages <= BUILT:
                built = f"{timed(folder, 'build', 'study')[0]:.1f} s"
                size = max(path.stat().st_size for path in (folder / "study/_build/html").rglob("*.html"))
                largest = f"{size / 1000:.0f} kB"
            cells = [
                f"{passages:,}",
                f"{passages * each:,}",
                str(codes),
                f"{seconds:.1f} s",
                f"{memory} MB",
                built,
                largest,
            ]
            rows.append(f"| {' | '.join(cells)} |")
    table = (
        "| excerpts | codings | codes | import | memory | build | largest page |\n|---|---|---|---|---|---|---|\n"
        + "\n".join(rows)
    )
    text = (
        "# Interviews of one's own\n\n"
        f"Python {platform.python_version()}, {os.cpu_count()} CPUs; made-up interviews in a REFI-QDA project.\n\n"
        f"{table}\n"
    )
    print(text)
    (ROOT / "benchmarks/interviews.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
