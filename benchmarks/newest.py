"""Does the book build with the newest versions there are? Without the lock, in an environment of its own.

`make newest`; writes `benchmarks/newest.md`. The weekly workflow runs the same. Jupyter Book 1, which holds Sphinx at
version 7, is left out: the book builds with Sphinx alone.
"""

from __future__ import annotations

import datetime
import re
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHOWN = (
    "sphinx", "docutils", "myst-nb", "myst-parser", "furo", "pandas", "numpy", "matplotlib", "seaborn", "ipykernel",
    "nbclient", "frictionless", "typst",
)  # fmt: skip
CHOSEN = "not trial and not built and not locked"
TESTS = [
    "pytest", "pytest-xdist", "pytest-regressions", "hypothesis", "nbval", "pikepdf", "pypdfium2", "lxml",
    "check-jsonschema",
]  # fmt: skip
"""What the tests need; browser tests are left out with what they need."""


def run(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a command and return what it said, errors among it."""
    return subprocess.run(
        list(map(str, command)), cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )


def main() -> int:
    """Install, build, test, and write down what happened."""
    with tempfile.TemporaryDirectory(prefix="kodebog-newest-") as temporary:
        folder = Path(temporary)
        venv.create(folder / "venv", with_pip=True)
        binaries = folder / "venv/bin"
        pip = (binaries / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        for packages in (["-e", ".[book]"], TESTS):
            made = run(*pip, *packages)
            if made.returncode:
                print(made.stdout)
                return made.returncode
        frozen = run(binaries / "pip", "freeze").stdout.lower().replace("_", "-").splitlines()
        listed = dict(line.split("==") for line in frozen if "==" in line)
        started = time.perf_counter()
        built = run(binaries / "sphinx-build", "-W", "--keep-going", "-q", ".", folder / "html")
        took = time.perf_counter() - started
        tested = run(
            binaries / "python",
            "-m",
            "pytest",
            "-q",
            "-n",
            "2",
            "-m",
            CHOSEN,
            "--ignore=tests/test_browser.py",
            "tests",
        )
    versions = "\n".join(f"| {name} | {listed.get(name, 'not installed')} |" for name in SHOWN)
    summary = re.findall(r"^.*(?:passed|failed|error).*$", tested.stdout, re.MULTILINE)[-1:]
    said = built.stdout.strip() or "no warning"
    (ROOT / "benchmarks/newest.md").write_text(
        f"# The newest versions\n\n`make newest`, {datetime.date.today()}, Python {sys.version.split()[0]}.\n\n"
        f"| package | version |\n|---|---|\n{versions}\n\n"
        f"`sphinx-build -W`: exit {built.returncode} in {took:.0f} s, {said}\n\n"
        f"Tests without builds: {' '.join(summary)}\n",
        encoding="utf-8",
    )
    print((ROOT / "benchmarks/newest.md").read_text(encoding="utf-8"), tested.stdout if tested.returncode else "")
    return built.returncode or tested.returncode


if __name__ == "__main__":
    sys.exit(main())
