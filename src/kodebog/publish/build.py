"""Building the book: notebooks executed, HTML and PDF made beside the last good ones, then put in their place.

A build is all or nothing, and the next one knows. What was made is recorded at the very end, with a fingerprint of
the book as published and of the folder it was made in. A build that finds no record, or another fingerprint, starts
that folder from nothing: it trusts no page, no cache and no picture that a stopped or failed build may have left.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import gc
import io
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from kodebog import edition, paths
from kodebog.errors import KodebogError
from kodebog.files import hash_files, project_files, write_whole
from kodebog.publish.execution import ExecutionError, book_hash, execute, look_again, pending, shown
from kodebog.publish.forking import get_ready

WORK = paths.BUILD / ".work"
"""Where the book is made; kept, so that the next build does only what has changed."""
RECORD = paths.BUILD / "made-from.json"
"""What the book that stands was made from: there only while book and work folder are whole."""


class BuildError(KodebogError):
    """The book could not be built; the message says why."""

    def __init__(self, why: str) -> None:
        super().__init__(f"\nThe book was not built; the last good one is untouched.\n{why}")


def build(jobs: int = 2, say: Callable[[str], None] = print, publish: bool = False) -> None:
    """Execute what has changed, build HTML and PDF, and put them where the last ones were.

    With `publish` a book is refused about which a question to the study's owner is open; without, it says so itself.

    Raises:
        BuildError: with the reason; `_build/html` and `_build/report.pdf` are then as they were.

    """
    if publish and paths.PRIVATE:
        raise BuildError(f"A private copy is not for publication; unset STUDY, which names {paths.study()}.")
    started = time.perf_counter()
    os.environ.pop("KODEBOG_LANGUAGE", None)  # which edition comes first is for the project to say
    where = f"Open {paths.HTML / 'index.html'}\n  or {paths.PDF}"
    with _build_lock():
        try:
            sources, record = _inputs_hash(), _record()
            if not publish and record.get("sources") == sources and record.get("book") == _published():
                say(f"Nothing has changed since the book was built.\n{where}")
                return
            _make(jobs, say, sources, record, publish)
        except OSError as error:
            raise BuildError(_told(error)) from error
    say(f"Done in {time.perf_counter() - started:.1f} s.\n{where}")


def _told(error: OSError) -> str:
    if isinstance(error, shutil.Error):  # several files could not be copied
        return str(error.args[0][0][-1])
    return f"{error.strerror or error}: {error.filename or paths.BUILD}"


def _record() -> dict[str, Any]:
    """What the last build recorded; nothing where it did not end well, or the record itself is damaged."""
    try:
        record = json.loads(RECORD.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _published() -> str:
    """A hash over the book as it stands; empty where a part of it is missing."""
    whole = paths.PDF.is_file() and paths.PDF.is_symlink() and (paths.HTML / "index.html").is_file()
    return hash_files(paths.HTML, paths.HTML) if whole else ""


def _make(jobs: int, say: Callable[[str], None], sources: str, record: dict[str, Any], publish: bool) -> None:
    notebooks = sorted(paths.NOTEBOOKS.glob("*.ipynb"))
    todo = pending(notebooks)
    if todo:
        get_ready()  # imports in the background while this process checks the study
    checked, unread = _check(record, say)
    if unread:
        say("Not looked for in what is published:\n  " + "\n  ".join(unread))
    if publish and unread:
        raise BuildError("Not for publication from here: nobody can tell whether it repeats what was said.")
    if open_ := _open_questions():
        if publish:
            raise BuildError("Not for publication yet; to be said first:\n  " + "\n  ".join(open_))
        say("A draft, not for publication; every page says so. Open:\n  " + "\n  ".join(open_))
    for name, lacking in _untranslated().items():
        if lacking:
            say(
                f"Edition “{name}”: {lacking} texts have no translation yet, or an outdated one; they stay as they are."
            )
    if todo:
        say(f"Executing {len(todo)} notebooks, {jobs} at a time …")
        try:
            execute(notebooks, jobs, say)
        except ExecutionError as error:
            raise BuildError(str(error)) from None
    _look_through(notebooks)
    if not WORK.is_dir() or record.get("work") != hash_files(WORK, WORK):
        shutil.rmtree(WORK, ignore_errors=True)
    # from here on the work folder is not whole, and the next build must know
    RECORD.unlink(missing_ok=True)
    made = _sphinx(say)
    _no_leaks(made)
    look_again()
    if _inputs_hash() != sources:
        raise BuildError("A file was changed while the book was being made. Build again.")
    _exchange_book(made)
    write_whole(
        RECORD,
        json.dumps({"sources": sources, "book": _published(), "work": hash_files(WORK, WORK), "checked": checked}),
    )


def _check(record: dict[str, Any], say: Callable[[str], None]) -> tuple[str, list[str]]:
    """See to it that the study is valid, gives nobody away, and has what the pages name.

    Returns what was checked, for the next build to know, and what could not be looked for.
    """
    from kodebog.report import gate  # noqa: PLC0415 - slow to import

    key = gate.key(paths.study())
    if record.get("checked") == key:
        return key, []
    say("Checking the study …")
    looked = gate.faults(paths.study())
    if looked.faults:
        raise BuildError("\n".join(map(str, looked.faults)))
    return "" if looked.unread else key, looked.unread


def _look_through(notebooks: list[Path]) -> None:
    """See to it that executed notebooks show nothing that nobody may read."""
    from kodebog.report import gate  # noqa: PLC0415 - slow to import

    if found := gate.shown_faults(paths.study(), shown(notebooks)):
        raise BuildError("\n".join(map(str, found)))


def _no_leaks(made: Path) -> None:
    """See to it that the book, as it was made, repeats nothing that was said in interviews."""
    from kodebog.report import gate  # noqa: PLC0415 - slow to import

    if found := gate.book_faults(paths.study(), made):
        raise BuildError("\n".join(map(str, found)))


def _untranslated() -> dict[str, int]:
    """How many texts each other edition lacks."""
    if len(edition.editions()) == 1:
        return {}
    from kodebog.report import catalogues  # noqa: PLC0415 - slow to import

    return {name: catalogues.lacking(name) for name in edition.editions()[1:]}


def _open_questions() -> list[str]:
    from kodebog.report import gate  # noqa: PLC0415 - slow to import

    return gate.questions(paths.study())


@contextlib.contextmanager
def _build_lock() -> Iterator[None]:
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
        old = paths.HTML.with_name(paths.HTML.name + ".old")
        if old.is_dir() and not paths.HTML.exists():  # stopped between two renames
            old.rename(paths.HTML)
        yield


def _inputs_hash() -> str:
    """A hash over everything that the book is made from."""
    known = [book_hash(), *(os.environ.get(name) for name in ("BOOK_URL", "REPOSITORY_URL"))]
    return hash_files(
        paths.ROOT,
        paths.BOOK,
        paths.NOTEBOOKS,
        paths.LOCALE,
        *paths.SINGLE,
        *project_files(paths.ROOT),
        known=repr(known),
    )


def _sphinx(say: Callable[[str], None]) -> Path:
    """Build HTML and PDF in the work folder; return the folder of the book."""
    from sphinx.application import Sphinx  # noqa: PLC0415 - slow to import
    from sphinx.errors import SphinxError  # noqa: PLC0415
    from sphinx.util.docutils import docutils_namespace, patch_docutils  # noqa: PLC0415

    from kodebog.publish import editions  # noqa: PLC0415

    say("Building the pages, and the PDF beside them …")
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    words = editions.settings(WORK / "doctrees" / "locale") if edition.language() != edition.CODE else {}
    out = WORK / "html"
    # Sphinx marks style sheets that are there when it starts otherwise than those that it makes itself
    shutil.rmtree(out / "_static", ignore_errors=True)
    warnings = io.StringIO()
    try:
        with patch_docutils(str(paths.ROOT)), docutils_namespace(), without_collecting():
            app = Sphinx(
                srcdir=paths.ROOT,
                confdir=paths.ROOT,
                outdir=out,
                doctreedir=WORK / "doctrees",
                buildername="html",
                confoverrides=words,
                status=None,
                warning=warnings,
                warningiserror=False,
            )
            app.build()
            gc.freeze()  # it all goes when the program ends, soon; to look through it now takes half a second
        _no_warnings(warnings.getvalue())
        if app.statuscode:
            raise BuildError("Sphinx did not finish.")
    except SphinxError as error:
        _no_warnings(warnings.getvalue())
        raise BuildError(str(error)) from error
    return out


@contextlib.contextmanager
def without_collecting() -> Iterator[None]:
    """Leave garbage where it is: trees of many nodes are read and made, and searching them again and again is slow."""
    gc.freeze()  # sphinx-external-toc looks through all objects for those of Sphinx: they are still to be made
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _no_warnings(text: str) -> None:
    if found := re.sub(r"\x1b\[[\d;]*m", "", text).strip():
        raise BuildError(f"Warnings count as errors:\n{found}")


def _exchange_book(made: Path) -> None:
    """Put a copy of what was made in the place of the book, whole or not at all."""
    fresh = paths.HTML.with_name(paths.HTML.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        shutil.copytree(made, fresh, ignore=shutil.ignore_patterns(".buildinfo"))
        link = paths.PDF.with_name(paths.PDF.name + ".new")
        link.unlink(missing_ok=True)
        link.symlink_to(f"{paths.HTML.name}/{paths.PDF.name}")
        link.replace(paths.PDF)
        _exchange(fresh, paths.HTML)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)  # what stood before, or what could not be finished


def _exchange(fresh: Path, place: Path) -> None:
    """Give a folder the place of another at one moment; the other then has its name."""
    if not place.exists():
        fresh.rename(place)
        return
    at_working_folder, exchange = -100, 2
    try:
        swap = ctypes.CDLL(None, use_errno=True).renameat2
        swapped = swap(at_working_folder, bytes(fresh), at_working_folder, bytes(place), exchange) == 0
    except AttributeError:  # no Linux
        swapped = False
    if not swapped:  # the system cannot: for a moment there is no book
        old = place.with_name(place.name + ".old")
        shutil.rmtree(old, ignore_errors=True)
        place.rename(old)
        fresh.rename(place)
        shutil.rmtree(old, ignore_errors=True)
