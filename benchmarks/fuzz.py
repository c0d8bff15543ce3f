"""Fuzzes the readers with coverage guidance: python benchmarks/fuzz.py [SECONDS], after `pip install atheris`.

Half of the inputs are taken for the article's text, half for a file of a study. Whatever they hold, `verify` has to
answer with checks or a SourceError, and `check` with faults; anything else stops the run with the input that did it.
Nothing may be written. atheris prints how many inputs it ran; the last run is in benchmarks/fuzz.md.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import atheris  # type: ignore[import-not-found]

with atheris.instrument_imports(include=["kodebog"]):
    from kodebog import paths
    from kodebog.study import Study, source
    from kodebog.study.disclosure import identifiers
    from kodebog.study.validation import check

SCRATCH = Path(tempfile.mkdtemp(prefix="kodebog-fuzz-"))
STUDY = Study.load(paths.DATA)
FOLDER = Path(shutil.copytree(paths.DATA, SCRATCH / "data"))
ORIGINALS = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
NAMES = sorted(ORIGINALS)


def one(data: bytes) -> None:
    """Try one input."""
    provider = atheris.FuzzedDataProvider(data)
    if provider.ConsumeBool():
        article = SCRATCH / "article.txt"
        article.write_bytes(provider.ConsumeBytes(4096))
        try:
            text = source.read_article(article)
        except source.SourceError:
            return
        source.verify(STUDY, text)
        list(identifiers(text))
        return
    name = NAMES[provider.ConsumeIntInRange(0, len(NAMES) - 1)]
    original = ORIGINALS[name]
    start = provider.ConsumeIntInRange(0, len(original))
    (FOLDER / name).write_bytes(
        original[:start] + provider.ConsumeBytes(512) + original[start + provider.ConsumeIntInRange(0, 64) :]
    )
    before = (FOLDER / name).read_bytes()
    check(FOLDER)
    if sorted(path.name for path in FOLDER.iterdir()) != NAMES or (FOLDER / name).read_bytes() != before:
        raise AssertionError("check has written something")
    (FOLDER / name).write_bytes(original)


def main() -> None:
    """Run for so many seconds."""
    seconds = sys.argv[1] if len(sys.argv) > 1 else "600"
    atheris.Setup(
        [sys.argv[0], f"-max_total_time={seconds}", "-max_len=8192", "-print_final_stats=1", "-timeout=60"], one
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
