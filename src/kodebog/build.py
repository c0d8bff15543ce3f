"""Building the book: notebooks executed, HTML and PDF made beside the last good ones, then put in their place."""

from __future__ import annotations

import io
import os
import shutil
import time
from pathlib import Path

from kodebog import paths
from kodebog.execution import ExecutionError, execute
from kodebog.validation import check

WORK = paths.BUILD / ".work"
"""Where the book is made; kept, so that the next build does only what has changed."""


class BuildError(Exception):
    """The book could not be built; the message says why."""


def build(jobs: int = 2) -> None:
    """Execute what has changed, build HTML and PDF, and put them where the last ones were.

    Raises:
        BuildError: with the reason; `_build/html` and `_build/report.pdf` are then as they were.

    """
    started = time.perf_counter()
    print("Checking the study …")
    if faults := check(paths.study()):
        raise BuildError("\n".join(map(str, faults)))
    notebooks = sorted(paths.NOTEBOOKS.glob("*.ipynb"))
    print(f"Executing notebooks, {jobs} at a time …")
    try:
        if not execute(notebooks, jobs):
            print("  nothing to execute")
    except ExecutionError as error:
        raise BuildError(str(error)) from None
    print("Building the pages …")
    html, pdf = _sphinx()
    _put(html, paths.HTML)
    pdf.replace(paths.PDF)
    print(f"Done in {time.perf_counter() - started:.0f} s.\nOpen {paths.HTML / 'index.html'}\n  or {paths.PDF}")


def _sphinx() -> tuple[Path, Path]:
    """Build the HTML and the PDF in the work folder; return the folder of the one and the file of the other."""
    from jupyter_book.config import get_final_config  # noqa: PLC0415 - slow to import
    from sphinx.application import Sphinx  # noqa: PLC0415
    from sphinx.errors import SphinxError  # noqa: PLC0415
    from sphinx.util.docutils import docutils_namespace, patch_docutils  # noqa: PLC0415

    from kodebog.pdf import PdfError, write  # noqa: PLC0415

    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    config, _ = get_final_config(
        user_yaml=paths.ROOT / "_config.yml",
        sourcedir=paths.ROOT,
        cli_config={"latex_individualpages": False},
        use_external_toc=True,
    )
    # thebe names another host on every page, for a button that this book does not have
    config["extensions"] = [name for name in config["extensions"] if name != "sphinx_thebe"]
    out = WORK / "html"
    warnings = io.StringIO()
    with patch_docutils(str(paths.ROOT)), docutils_namespace():
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
    root = f"{app.config.root_doc}.html"
    (out / "index.html").write_text(
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{config["html_title"]}</title>'
        f'<meta http-equiv="refresh" content="0; url={root}"><link rel="canonical" href="{root}"></head>'
        f'<body><a href="{root}">{config["html_title"]}</a></body></html>\n',
        encoding="utf-8",
    )
    print("Setting the PDF …")
    try:
        pdf = write(app, WORK / "report.pdf")
    except PdfError as error:
        raise BuildError(f"The PDF was not made.\n{error}") from None
    _no_warnings(warnings)
    shutil.copyfile(pdf, out / paths.PDF.name)  # every page links to it
    return out, pdf


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
