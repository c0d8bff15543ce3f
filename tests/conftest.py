"""Shared fixtures: the study, a copy to break, and the article where there is one."""

import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import NamedTuple

import pytest

from kodebog import Study, paths


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


def pytest_terminal_summary(terminalreporter):
    """Say what tests have measured, also when they pass."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")


@pytest.fixture(scope="session")
def book():
    """The folder of the built book, built now where anything has changed."""
    from kodebog.build import build

    build()
    return paths.BUILD


def copy_checkout(to):
    """Copy what git tracks."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=paths.ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (paths.ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(paths.ROOT / name, to / name)
    return to


class Site(NamedTuple):
    """A book built to be published at an address, and a server that has it there."""

    html: Path
    url: str

    def pages(self):
        return sorted(str(page.relative_to(self.html)) for page in self.html.rglob("*.html"))


class _AsPublished(http.server.SimpleHTTPRequestHandler):
    """Serves as GitHub Pages does: below a folder, and with the book's own page for what is not there."""

    def log_message(self, *_):
        pass

    def send_error(self, code, message=None, explain=None):
        page = (Path(self.directory) / "book/404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # a browser that leaves is no error


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The book, built with an address and a repository, and served."""
    folder = tmp_path_factory.mktemp("site")
    root = copy_checkout(folder / "checkout")
    if paths.EXECUTED.is_dir():  # the same sources give the same outputs; what differs runs again
        shutil.copytree(paths.EXECUTED, root / "_build/executed")
    server = _Server(("127.0.0.1", 0), functools.partial(_AsPublished, directory=str(folder / "www")))
    url = f"http://127.0.0.1:{server.server_port}/book/"
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
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Site(folder / "www/book", url)
    server.shutdown()
