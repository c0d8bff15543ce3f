"""Building the book: notebooks executed, HTML and PDF made beside the last good ones, then put in their place."""

from __future__ import annotations

import contextlib
import fcntl
import gc
import hashlib
import io
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from kodebog import paths
from kodebog.execution import ExecutionError, causes_key, execute, get_ready, pending
from kodebog.validation import check

WORK = paths.BUILD / ".work"
"""Where the book is made; kept, so that the next build does only what has changed."""
STAMP = WORK / "made-from"
"""What the book that stands was made from."""


class BuildError(Exception):
    """The book could not be built; the message says why."""


def build(jobs: int = 2, say: Callable[[str], None] = print) -> None:
    """Execute what has changed, build HTML and PDF, and put them where the last ones were.

    Raises:
        BuildError: with the reason; `_build/html` and `_build/report.pdf` are then as they were.

    """
    started = time.perf_counter()
    where = f"Open {paths.HTML / 'index.html'}\n  or {paths.PDF}"
    with _alone():
        sources = _sources_key()
        if _stands(sources):
            say(f"Nothing has changed since the book was built.\n{where}")
            return
        try:
            _make(jobs, say, sources)
        except OSError as error:
            raise BuildError(f"{error.strerror or error}: {error.filename or paths.BUILD}") from error
    say(f"Done in {time.perf_counter() - started:.1f} s.\n{where}")


def _make(jobs: int, say: Callable[[str], None], sources: str) -> None:
    STAMP.unlink(missing_ok=True)
    notebooks = sorted(paths.NOTEBOOKS.glob("*.ipynb"))
    if todo := pending(notebooks):
        get_ready()  # imports in the background while this process checks the study
        say("Checking the study …")
        if faults := check(paths.study()):
            raise BuildError("\n".join(map(str, faults)))
        say(f"Executing {len(todo)} notebooks, {jobs} at a time …")
        try:
            execute(notebooks, jobs, say)
        except ExecutionError as error:
            raise BuildError(str(error)) from None
    html, pdf = _sphinx(say)
    shutil.copyfile(pdf, html / paths.PDF.name)  # every page links to it
    fresh = paths.PDF.with_suffix(".pdf.new")
    shutil.copyfile(pdf, fresh)
    _put(html, paths.HTML)
    fresh.replace(paths.PDF)
    STAMP.write_text(sources, encoding="utf-8")


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """See to it that no other build works in the same folder."""
    try:
        paths.BUILD.mkdir(parents=True, exist_ok=True)
        lock = (paths.BUILD / ".lock").open("w")
    except OSError as error:
        raise BuildError(f"{error.strerror}: {error.filename}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BuildError(f"another build is at work in {paths.BUILD}; wait for it, or stop it") from None
        yield


def _sources_key() -> str:
    """A hash over everything that the book is made from."""
    digest = hashlib.sha256(causes_key().encode())
    files = [p for folder in (paths.BOOK, paths.NOTEBOOKS) for p in folder.rglob("*") if p.is_file()]
    for path in sorted([*files, paths.ROOT / "_toc.yml", paths.ROOT / "CITATION.cff"]):
        if ".ipynb_checkpoints" not in path.parts:
            digest.update(str(path.relative_to(paths.ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _stands(sources: str) -> bool:
    """Whether the book that stands was made from just these sources."""
    try:
        return paths.PDF.is_file() and (paths.HTML / "index.html").is_file() and STAMP.read_text() == sources
    except OSError:
        return False


def _sphinx(say: Callable[[str], None]) -> tuple[Path, Path]:
    """Build the HTML and the PDF in the work folder; return the folder of the one and the file of the other."""
    from jupyter_book.config import get_final_config  # noqa: PLC0415 - slow to import
    from sphinx.application import Sphinx  # noqa: PLC0415
    from sphinx.errors import SphinxError  # noqa: PLC0415
    from sphinx.util.docutils import docutils_namespace, patch_docutils  # noqa: PLC0415

    from kodebog.pdf import PdfError, write  # noqa: PLC0415

    started = time.perf_counter()
    say("Building the pages …")
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    config, _ = get_final_config(
        user_yaml=paths.CONFIG,
        sourcedir=paths.ROOT,
        cli_config={"latex_individualpages": False},
        use_external_toc=True,
    )
    # thebe names another host on every page, for a button that this book does not have
    config["extensions"] = [name for name in config["extensions"] if name != "sphinx_thebe"]
    out = WORK / "html"
    # Sphinx marks style sheets that are there when it starts otherwise than those that it makes itself
    shutil.rmtree(out / "_static", ignore_errors=True)
    warnings = io.StringIO()
    with patch_docutils(str(paths.ROOT)), docutils_namespace(), _without_collecting():
        app = Sphinx(
            srcdir=paths.ROOT,
            confdir=None,
            outdir=out,
            doctreedir=WORK / "doctrees",
            buildername="html",
            confoverrides=config,
            status=None,
            warning=warnings,
            warningiserror=False,
        )
        try:
            app.build()
        except SphinxError as error:
            raise BuildError(f"Sphinx: {error}") from error
        _no_warnings(warnings)
        if app.statuscode:
            raise BuildError("Sphinx did not finish.")
        _drop_leftovers(out, app.env.found_docs)
        root = f"{app.config.root_doc}.html"
        (out / "index.html").write_text(
            f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{config["html_title"]}</title>'
            f'<meta http-equiv="refresh" content="0; url={root}"><link rel="canonical" href="{root}"></head>'
            f'<body><a href="{root}">{config["html_title"]}</a></body></html>\n',
            encoding="utf-8",
        )
        pages = time.perf_counter()
        say(f"  {pages - started:.1f} s\nSetting the PDF …")
        try:
            pdf = write(app, WORK / paths.PDF.name)
        except PdfError as error:
            raise BuildError(f"The PDF was not made.\n{error}") from None
        _no_warnings(warnings)
        say(f"  {time.perf_counter() - pages:.1f} s")
    return out, pdf


def _drop_leftovers(out: Path, pages: Iterable[str]) -> None:
    """Remove what earlier builds have left: pages that are no more, pictures that no page shows, words of the index."""
    made = {out / f"{page}.html" for page in pages}
    for folder in (paths.BOOK.name, paths.NOTEBOOKS.name):
        for page in set((out / folder).glob("*.html")) - made:
            page.unlink()
    text = "".join(page.read_text(encoding="utf-8") for page in made)
    for picture in (out / "_images").glob("*"):
        if picture.name not in text:
            picture.unlink()
    index = out / "searchindex.js"
    head, tail = "Search.setIndex(", ")"
    found = json.loads(index.read_text(encoding="utf-8").removeprefix(head).removesuffix(tail))
    for part in ("terms", "titleterms"):  # words that no page has any more stay behind without a page
        found[part] = {word: where for word, where in found[part].items() if where != []}
    index.write_text(head + json.dumps(found, separators=(",", ":"), sort_keys=True) + tail, encoding="utf-8")


@contextlib.contextmanager
def _without_collecting() -> Iterator[None]:
    """Leave garbage where it is: trees of many nodes are read and made, and searching them again and again is slow."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _no_warnings(stream: io.StringIO) -> None:
    if found := stream.getvalue().strip():
        raise BuildError(f"Warnings count as errors:\n{found}")


def _put(made: Path, place: Path) -> None:
    """Put a copy of what was made in its place, whole or not at all."""
    fresh, old = place.with_name(place.name + ".new"), place.with_name(place.name + ".old")
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(made, fresh, ignore=shutil.ignore_patterns(".buildinfo"))
    if place.exists():
        place.rename(old)
    fresh.rename(place)
    shutil.rmtree(old, ignore_errors=True)
