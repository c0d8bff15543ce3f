"""Building the book: notebooks executed, HTML and PDF made beside the last good ones, then put in their place."""

from __future__ import annotations

import contextlib
import fcntl
import gc
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
    from kodebog.web import finish  # noqa: PLC0415 - slow to import, and not needed when nothing has changed

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
    html, pdf, pages = _sphinx(say)
    fresh = paths.PDF.with_suffix(".pdf.new")
    shutil.copyfile(pdf, fresh)
    _put(html, paths.HTML, lambda made: finish(made, pdf, pages))
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
    known = [causes_key(), *(os.environ.get(name) for name in ("BOOK_URL", "REPOSITORY_URL"))]
    single = [paths.ROOT / name for name in ("_toc.yml", "CITATION.cff", "LICENSE-data")]
    return paths.digest(paths.ROOT, paths.BOOK, paths.NOTEBOOKS, *single, known=repr(known))


def _stands(sources: str) -> bool:
    """Whether the book that stands was made from just these sources."""
    try:
        return paths.PDF.is_file() and (paths.HTML / "index.html").is_file() and STAMP.read_text() == sources
    except OSError:
        return False


def _sphinx(say: Callable[[str], None]) -> tuple[Path, Path, list[str]]:
    """Build HTML and PDF in the work folder; return the folder of the one, the file of the other, all pages."""
    from jupyter_book.config import get_final_config  # noqa: PLC0415 - slow to import
    from sphinx.application import Sphinx  # noqa: PLC0415
    from sphinx.errors import SphinxError  # noqa: PLC0415
    from sphinx.util.docutils import docutils_namespace, patch_docutils  # noqa: PLC0415

    from kodebog import language, web  # noqa: PLC0415
    from kodebog.pdf import InBackground, PdfError  # noqa: PLC0415

    started = time.perf_counter()
    say("Building the pages, and the PDF beside them …")
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    where = web.addresses()
    config, _ = get_final_config(
        user_yaml=paths.CONFIG,
        sourcedir=paths.ROOT,
        cli_config={
            "latex_individualpages": False,
            "html_baseurl": where.book,
            "notfound_urls_prefix": where.path(),
            "kodebog_addresses": where,
            "kodebog_around": [paths.digest(paths.ROOT, paths.BOOK / "_static"), *sorted(language.terms())],
        },
        use_external_toc=True,
    )
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
        pdf = InBackground(app, WORK / paths.PDF.name)
        try:
            app.connect("write-started", lambda *_: pdf.start())
            try:
                app.build()
            except SphinxError as error:
                raise BuildError(f"Sphinx: {error}") from error
            _no_warnings(warnings.getvalue())
            if app.statuscode:
                raise BuildError("Sphinx did not finish.")
            pages = [app.builder.get_target_uri(page) for page in sorted(app.env.found_docs)]
            _drop_leftovers(out, pages)
            written = time.perf_counter()
            say(f"  pages: {written - started:.1f} s")
            took = pdf.result()
            say(f"  PDF: {took:.1f} s, of which {time.perf_counter() - written:.1f} after the pages")
        except PdfError as error:
            raise BuildError(f"The PDF was not made.\n{error}") from None
        finally:
            pdf.stop()
    return out, pdf.out, pages


def _drop_leftovers(out: Path, pages: Iterable[str]) -> None:
    """Remove what earlier builds have left: pages that are no more, pictures that no page shows, words of the index."""
    made = {out / page for page in pages}
    for folder in (".", paths.BOOK.name, paths.NOTEBOOKS.name):
        for page in set((out / folder).glob("*.html")) - made - {out / "search.html", out / "404.html"}:
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


def _no_warnings(text: str) -> None:
    if found := text.strip():
        raise BuildError(f"Warnings count as errors:\n{found}")


def _put(made: Path, place: Path, finish: Callable[[Path], None]) -> None:
    """Put a finished copy of what was made in its place, whole or not at all."""
    fresh, old = place.with_name(place.name + ".new"), place.with_name(place.name + ".old")
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(made, fresh, ignore=shutil.ignore_patterns(".buildinfo"))
    finish(fresh)
    if place.exists():
        place.rename(old)
    fresh.rename(place)
    shutil.rmtree(old, ignore_errors=True)
