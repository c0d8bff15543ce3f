"""Shared fixtures: the study, a copy to break, and the article where there is one."""

import contextlib
import fcntl
import functools
import hashlib
import http.server
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import hypothesis
import pytest

from browsing import BROWSER, Site
from checkouts import copy_checkout
from kodebog import Study, paths

# the suite tries the same examples each time; `make fuzz` tries others
quiet = [hypothesis.HealthCheck.function_scoped_fixture, hypothesis.HealthCheck.too_slow]
hypothesis.settings.register_profile(
    "suite", derandomize=True, deadline=None, database=None, max_examples=8, suppress_health_check=quiet
)
hypothesis.settings.register_profile("fuzz", max_examples=500, deadline=None, suppress_health_check=quiet)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


@pytest.fixture(scope="session")
def study():
    return Study.load(paths.DATA)


@pytest.fixture
def folder(tmp_path):
    """A copy of the study that a test may break."""
    return Path(shutil.copytree(paths.DATA, tmp_path / "data"))


@pytest.fixture(scope="session")
def article():
    """The text of the source article; tests that need it are skipped where ARTICLE does not name it."""
    where = os.environ.get("ARTICLE")
    if not where:
        pytest.skip("ARTICLE is not set: checks against the source article are left out")
    return Path(where).read_text(encoding="utf-8")


BUILDS = {"book", "served", "site", "project", "private", "small", "own_book"}
"""Fixtures that need a built book."""
FURTHER = {"site", "project", "private", "small", "own_book", "start"}
"""Fixtures that build another one than `make book` does, or import a project."""
STUDIES = {"folder", "scratch", "start"}
"""Fixtures whose tests check whole studies, half a second each."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark the tests that need a built book, a further one, and those that check whole studies."""
    marks = ((BUILDS, pytest.mark.built), (FURTHER, pytest.mark.thorough), (STUDIES, pytest.mark.checks))
    for item in items:
        for fixtures, mark in marks:
            if fixtures & set(getattr(item, "fixturenames", ())):  # cells of notebooks have none
                item.add_marker(mark)


def pytest_terminal_summary(terminalreporter):
    """Say what tests have measured, also when they pass."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")


@pytest.fixture(scope="session")
def book():
    """The folder of the built book, built now where anything has changed."""
    from kodebog.publish.build import build

    # the other worker may be at it, and a build refuses to work beside another
    name = hashlib.sha256(str(paths.BUILD).encode()).hexdigest()
    with (Path(tempfile.gettempdir()) / f"kodebog-tests-{name[:16]}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        build()
    return paths.BUILD


class _AsPublished(http.server.SimpleHTTPRequestHandler):
    """Serves as GitHub Pages does: below a folder, and with the book's own page for what is not there."""

    missing = "book/404.html"

    def log_message(self, *_):
        pass

    def send_error(self, code, message=None, explain=None):
        page = (Path(self.directory) / self.missing).read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)


class _AtRoot(_AsPublished):
    """Serves a book at the root of a host."""

    missing = "404.html"


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # a browser that leaves is no error


@pytest.fixture(scope="module")
def browser():
    """Chromium; for no longer than a module, since an event loop runs as long as it does, and others need theirs."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # the flags keep Chromium from calling its maker
        quiet = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
        chromium = playwright.chromium.launch(executable_path=BROWSER, args=quiet)
        yield chromium
        chromium.close()


@contextlib.contextmanager
def _serving(folder, handler):
    """Serve a folder meanwhile; the address comes back."""
    server = _Server(("127.0.0.1", 0), functools.partial(handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="session")
def served(book):
    """The book as `make book` builds it, and served."""
    with _serving(book / "html", _AtRoot) as url:
        yield Site(book / "html", url)


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The book, built with an address and a repository, and served."""
    folder = tmp_path_factory.mktemp("site")
    root = copy_checkout(folder / "checkout")
    if paths.EXECUTED.is_dir():  # the same sources give the same outputs; what differs runs again
        shutil.copytree(paths.EXECUTED, root / "_build/executed")
    with _serving(folder / "www", _AsPublished) as host:
        url = f"{host}book/"
        environment = {
            **os.environ,
            "PYTHONPATH": str(root / "src"),
            "BOOK_URL": url,
            "REPOSITORY_URL": "https://github.com/example/kodebog",
        }
        environment.pop("STUDY", None)
        made = subprocess.run(
            [sys.executable, "-m", "kodebog.cli", "build"],
            cwd=root, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stdout + made.stderr
        (folder / "www").mkdir()
        (root / "_build/html").rename(folder / "www/book")
        yield Site(folder / "www/book", url)
