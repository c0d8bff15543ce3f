"""The book while one writes: served, rebuilt when a file is saved, shown at once.

One warm process holds Sphinx and what it has read, so an edit costs only the page it is in. Pages load a script of
their own host that waits for the next build and then reloads, so the content security policy stands. No PDF is set.
"""

from __future__ import annotations

import functools
import gc
import http.server
import io
import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kodebog import edition, paths
from kodebog.errors import KodebogError
from kodebog.publish.execution import execute, look_again
from kodebog.publish.forking import get_ready

FOLDER = paths.BUILD / ".live"
"""Where the pages are made; apart from the book."""
SCRIPT = """new EventSource("/live").onmessage = () => location.reload();\n"""
"""What each page does: wait for the next build."""
LOOK = 0.05
"""Seconds between two looks at the files."""
REST = 3.0
"""Seconds without a change after which garbage is taken away."""
WAIT = 20.0
"""Seconds after which the server says nothing, so that a page that is gone is noticed."""


class Numbers:
    """Sphinx numbers all tables and figures anew at every edit; here only when an edit has changed what is numbered."""

    def __init__(self, app: Any) -> None:
        self._numbered: dict[str, list[Any]] = {}
        """What is numbered, or stands between, page by page."""
        self._found: set[str] = set()
        """The pages."""
        self._same = False
        """Whether both are as they were."""
        self._numbers: dict[str, Any] = {}
        """The numbers, page by page, as Sphinx keeps them."""
        app.connect("doctree-read", self._note)
        app.connect("env-get-updated", self._before, priority=400)
        app.connect("env-get-updated", self._after, priority=600)

    def _note(self, app: Any, document: Any) -> None:
        from docutils import nodes  # noqa: PLC0415 - slow to import
        from sphinx.addnodes import toctree  # noqa: PLC0415

        counted = (nodes.section, nodes.figure, nodes.table, nodes.container, toctree)
        found = [
            (node.tagname, node["ids"], node.get("entries"), [child.tagname for child in node.children[:1]])
            for node in document.findall(lambda n: isinstance(n, counted))
        ]
        # Sphinx builds once and ends: a page that is read again would be numbered as it was
        getattr(app.env, "_pickled_doctree_cache", {}).pop(app.env.docname, None)
        self._same = self._same and self._numbered.get(app.env.docname) == found
        self._numbered[app.env.docname] = found

    def _before(self, app: Any, env: Any) -> list[str]:
        self._same, self._found = self._same and env.found_docs == self._found, set(env.found_docs)
        app.config.numfig = not self._same
        return []

    def _after(self, app: Any, env: Any) -> list[str]:
        if self._same:
            env.toc_fignumbers = dict(self._numbers)
        self._numbers = dict(env.toc_fignumbers)  # from Sphinx's own the numbers of a page go when it is read again
        self._same = app.config.numfig = True
        return []


class Writing:
    """The book in work: `update` builds what has changed and returns what Sphinx had to say."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self._app: Any = None
        self._warnings = io.StringIO()

    def update(self, text_alone: bool = False) -> str:
        """Run what notebooks have changed, write the pages that have; return warnings and faults.

        `text_alone`: nothing has changed but pages, notebooks and translations.
        """
        if not text_alone:
            look_again()
        try:
            execute(sorted(paths.NOTEBOOKS.glob("*.ipynb")), say=lambda _: None, languages=[edition.language()])
            self._build()
        except KodebogError as error:
            return str(error)
        said = self._warnings.getvalue().strip()
        self._warnings.seek(0)
        self._warnings.truncate()
        with self.changed:
            self.changed.notify_all()
        return said

    def _build(self) -> None:
        from sphinx.application import Sphinx  # noqa: PLC0415 - slow to import
        from sphinx.errors import SphinxError  # noqa: PLC0415

        try:
            if self._app is None:
                shutil.rmtree(FOLDER, ignore_errors=True)
                self._app = Sphinx(
                    srcdir=paths.ROOT,
                    confdir=paths.ROOT,
                    outdir=FOLDER / "html",
                    doctreedir=FOLDER / "doctrees",
                    buildername="html",
                    confoverrides={"kodebog_pdf": False, "kodebog_live": True, "kodebog_alone": True},
                    status=None,
                    warning=self._warnings,
                )
                Numbers(self._app)
            self._app.build()
        except SphinxError as error:
            self._app = None  # begin anew when the fault is mended
            raise KodebogError(str(error)) from None


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves the pages, and tells a page that waits when there is a new build."""

    def __init__(self, writing: Writing, *arguments: Any, **options: Any) -> None:
        self.writing = writing
        super().__init__(*arguments, directory=str(FOLDER / "html"), **options)

    def log_message(self, *_: Any) -> None:
        """Say nothing of each request."""

    def end_headers(self) -> None:
        """Let no browser keep a page."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def do_GET(self) -> None:
        """Answer with a file, or, at `/live`, when the next build is there."""
        if self.path == "/live.js":
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript")
            self.end_headers()
            self.wfile.write(SCRIPT.encode())
            return
        if self.path != "/live":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        try:
            while True:
                with self.writing.changed:
                    new = self.writing.changed.wait(WAIT)
                self.wfile.write(b"data: built\n\n" if new else b": waiting\n\n")
                self.wfile.flush()
        except OSError:
            return  # the page is gone


def _state() -> dict[Path, tuple[int, int]]:
    """When each file that the book is made from was last written, and how large it is."""
    folders = (paths.BOOK, paths.NOTEBOOKS, paths.LOCALE, paths.study())
    files = [*paths.SINGLE, *(p for f in folders for p in f.rglob("*") if ".ipynb_checkpoints" not in p.parts)]
    found = {}
    for path in files:
        if path.is_file():
            about = path.stat()
            found[path] = (about.st_mtime_ns, about.st_size)
    return found


def live(port: int, say: Callable[[str], None] = print) -> None:
    """Serve the book at a port of this machine and keep it up to date until interrupted."""
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    get_ready()
    say("Building the pages …")
    writing, state = Writing(), _state()
    if said := writing.update():
        say(said)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), functools.partial(_Handler, writing))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    say(f"http://127.0.0.1:{server.server_port}/ shows the book as you write it. Ctrl-C ends it.")
    gc.collect()
    gc.freeze()  # what has been read stays for as long as one writes
    gc.disable()  # garbage waits until nobody does
    resting = None
    try:
        while True:
            time.sleep(LOOK)
            now = _state()
            if resting and time.monotonic() > resting:
                gc.collect()
                resting = None
            if now != state:
                resting = time.monotonic() + REST
                files = {path for path, _ in now.items() ^ state.items()}
                changed = sorted(path.name for path in files)
                state, started = now, time.perf_counter()
                text = (paths.BOOK, paths.NOTEBOOKS, paths.LOCALE)
                said = writing.update(all(any(path.is_relative_to(folder) for folder in text) for path in files))
                say(f"{', '.join(changed[:3])}: {time.perf_counter() - started:.1f} s\n{said}".rstrip())
    finally:
        server.shutdown()
