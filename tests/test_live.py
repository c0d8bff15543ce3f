"""The book while one writes: an edit is served, and pages are told."""

import contextlib
import os
import re
import subprocess
import sys
import time
import urllib.request

import lxml.html
import pytest

from checkouts import copy_checkout

pytestmark = [pytest.mark.trial, pytest.mark.xdist_group("live")]

EDITS = {
    "prose": ("notebooks/roles.ipynb", "Who are the people", "Who, then, are the people", "notebooks/roles.html", "Who, then,"),
    "a page": ("book/glossary.md", "# Glossary", "# Glossary of words", "book/glossary.html", "Glossary of words"),
    "a cell": ("notebooks/support.ipynb", "behind it than {most}", "back of it than {most}", "notebooks/support.html", "back of it than"),
    "a row of data": ("data/sample.csv", "Leder,10", "Leder,11", "notebooks/method.html", "19 semi-structured"),
}  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    root = copy_checkout(tmp_path_factory.mktemp("live") / "checkout")
    environment = {**os.environ, "PYTHONPATH": str(root / "src"), "PYTHONUNBUFFERED": "1"}
    environment.pop("STUDY", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "kodebog.cli", "live", "--port", "0"],
        cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        for line in process.stdout:
            if address := re.match(r"(http://127\.0\.0\.1:\d+/) shows the book", line):
                yield root, address.group(1), process
                break
        else:
            pytest.fail("the server did not start")
    finally:
        process.terminate()
        process.communicate(timeout=20)


def get(address):
    with urllib.request.urlopen(address, timeout=5) as answer:
        return answer.read().decode()


def seen(address, text, seconds):
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        with contextlib.suppress(OSError):
            if text in get(address):
                return time.monotonic() - started
        time.sleep(0.02)
    pytest.fail(f"“{text}” not seen at {address} within {seconds} s")


@pytest.mark.parametrize("kind", EDITS)
def test_an_edit_is_seen(served, kind, record_property):
    root, address, _ = served
    name, old, new, page, text = EDITS[kind]
    path = root / name
    before = path.read_text(encoding="utf-8")
    assert old in before
    path.write_text(before.replace(old, new, 1), encoding="utf-8")
    record_property(f"{kind} seen after", f"{seen(address + page, text, 60):.2f} s")


def number(address, table):
    page = lxml.html.fromstring(get(address).encode())
    return page.xpath(f"//table[@id='{table}']//span[@class='caption-number']")[0].text_content().strip()


def test_numbers_follow_what_is_numbered(served):
    root, address, _ = served
    page, table = "notebooks/roles.html", "tab-approach"
    before = number(address + page, table)
    assert re.search(rf">{before}<", get(address + page)), "a reference by number"
    path = root / "index.md"
    text = path.read_text(encoding="utf-8")
    more = "```{list-table} One more\n:name: tab-more\n\n* - 1\n  - 2\n```\n\n"
    path.write_text(text.replace("## ", f"{more}## ", 1), encoding="utf-8")
    seen(address + "index.html", "One more", 60)
    after = f"Table {int(before.split()[1]) + 1}"
    seen(address + page, after, 60)
    assert number(address + page, table) == after
    path.write_text(text, encoding="utf-8")
    seen(address + page, before, 60)
    assert number(address + page, table) == before
    name, new, old, _, _ = EDITS["prose"]
    path = root / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    seen(address + page, new, 60)
    assert number(address + page, table) == before
    assert re.search(rf">{before}<", get(address + page)), "a reference by number, on a page that alone was read again"


def test_pages_wait_for_the_next_build_within_the_policy(served):
    root, address, _ = served
    page = get(address + "notebooks/method.html")
    assert '<script src="../live.js' in page and "default-src 'self'" in page
    assert 'EventSource("/live")' in get(address + "live.js")
    with urllib.request.urlopen(address + "live", timeout=60) as events:
        path = root / "book/brief.md"
        path.write_text(path.read_text(encoding="utf-8") + "\nOne more line.\n", encoding="utf-8")
        lines = iter(events.readline, b"")
        assert next(line for line in lines if line.startswith(b"data:")) == b"data: built\n"


def test_a_fault_is_told_and_mended(served):
    root, address, _ = served
    path = root / "data/sample.csv"
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace("Direktør", "Direktøren,3"), encoding="utf-8")
    time.sleep(2)
    assert "semi-structured" in get(address + "notebooks/method.html")
    path.write_text(re.sub(r"Leder,\d+", "Leder,12", before), encoding="utf-8")  # whatever tests before this have left
    seen(address + "notebooks/method.html", "20 semi-structured", 60)


def test_the_checkout_has_no_book_of_it(served):
    root, _, _ = served
    assert not (root / "_build/html").exists()
