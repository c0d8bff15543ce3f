"""A build is all or nothing, and the next one knows: whatever stops it, at whatever moment.

A book of a few pages is built from the study as it is and from one with a changed cell. Every trial stops a build from
the one to the other, builds again, and compares with a build from nothing.
"""

import contextlib
import itertools
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time

import nbformat
import psutil
import pytest

from checkouts import copy_checkout
from kodebog import paths
from kodebog.publish.reproduce import differences

pytestmark = pytest.mark.xdist_group("interruption")

PAGES = {"index", "glossary", "reuse", "data-dictionary", "interviews"}
NOTEBOOK = ["study = Study.load()", "tables.sample_and_print(study)"]
LINK = re.compile(r"\{doc\}`[^`<]*<([\w-]+)>`")
"""A link to another page of the folder."""
MOMENTS = 21
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
CELL = ("data/sample.csv", "Leder,10", "Leder,11")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A project with a small book."""
    root = copy_checkout(tmp_path_factory.mktemp("small") / "checkout")
    for page in (root / "book").glob("*.md"):
        if page.stem not in PAGES:
            page.unlink()
    for notebook in (root / "notebooks").glob("*.ipynb"):
        notebook.unlink()
    (root / "index.md").write_text("# A small book\n\nThere are {fact}`interviews` interviews.\n")
    reuse = root / "book/reuse.md"
    reuse.write_text(reuse.read_text(encoding="utf-8").replace("(jupyterlab)=\n", ""), encoding="utf-8")
    code = [nbformat.v4.new_code_cell(source) for source in NOTEBOOK]
    code[0].source = f"from kodebog import Study\nfrom kodebog.report import tables\n\n{code[0].source}"
    prose = nbformat.v4.new_markdown_cell("# Method\n\nOf {fact}`interviews` interviews.")
    about = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=[prose, *code], metadata=about), root / "notebooks/method.ipynb")
    chapters = "".join(
        f"- file: {page}\n" for page in ("notebooks/method", *(f"book/{page}" for page in sorted(PAGES - {"index"})))
    )
    (root / "_toc.yml").write_text(f"format: jb-book\nroot: index\nchapters:\n{chapters}")
    return root


def in_each_run(names, kept):
    """Names as parameters: those kept are tried in each run of the suite, the others are trials."""
    return [name if name in kept else pytest.param(name, marks=pytest.mark.trial) for name in names]


def command(root, *arguments, **options):
    environment = {**os.environ, "PYTHONPATH": str(root / "src"), "PYTHONUNBUFFERED": "1"}
    environment.pop("STUDY", None)
    return {
        "args": [sys.executable, *(arguments or ("-m", "kodebog.cli", "build"))],
        "cwd": root, "env": environment, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, **options,
    }  # fmt: skip


def build(root):
    return subprocess.run(**command(root), check=False)


def built(root, place):
    """Build, and keep a copy of what was published."""
    made = build(root)
    assert made.returncode == 0, made.stdout
    shutil.copytree(root / "_build", place, ignore=shutil.ignore_patterns(".work", "executed"))
    return place


def swap(root):
    """Change the cell there or back; return whether it is changed now."""
    name, old, new = CELL
    text = (root / name).read_text(encoding="utf-8")
    there = old in text
    (root / name).write_text(text.replace(old, new) if there else text.replace(new, old), encoding="utf-8")
    return there


@pytest.fixture(scope="module")
def clean(small):
    """The book from nothing, of the study as it is and of the changed one, and the seconds a build takes."""
    books = {}
    for changed in (False, True):
        shutil.rmtree(small / "_build", ignore_errors=True)
        started = time.perf_counter()
        books[changed] = built(small, small.parent / f"clean-{changed}")
        took = time.perf_counter() - started
        swap(small)
    assert differences(books[False], books[True]), "the two books must differ for the trials to mean anything"
    assert build(small).returncode == 0
    return books, took


def start(root):
    def as_from_a_terminal():
        signal.signal(signal.SIGINT, signal.default_int_handler)  # also where the suite runs with it ignored

    return subprocess.Popen(**command(root, start_new_session=True, preexec_fn=as_from_a_terminal))


def whole(root, clean, changed, why):
    """Whether the next build gives the same as one from nothing."""
    made = build(root)
    assert made.returncode == 0, f"{why}\n{made.stdout}"
    again = root.parent / "again"
    shutil.rmtree(again, ignore_errors=True)
    shutil.copytree(root / "_build", again, ignore=shutil.ignore_patterns(".work", "executed"))
    assert differences(again, clean[0][changed]) == [], why


@pytest.mark.trial
@pytest.mark.parametrize("moment", range(MOMENTS))
def test_stopped_at_any_moment(small, clean, moment):
    """Moments are spread over the time that a build takes; the whole group is meant in every other trial."""
    how, group = SIGNALS[moment % 3], moment % 2
    assert build(small).returncode == 0
    changed = swap(small)
    if group:  # the notebook must run, too
        shutil.rmtree(small / "_build/executed")
    process = start(small)
    time.sleep(clean[1] * (moment + 1) / (MOMENTS + 1))
    with contextlib.suppress(ProcessLookupError):
        (os.killpg if group else os.kill)(process.pid, how)
    said, _ = process.communicate(timeout=30)
    assert process.returncode in {0, 130, 143, -how}, said
    begun = "Checking" in said  # before that, the interpreter itself may still have been starting
    assert "Traceback" not in said or not begun, said
    standing = [differences(small / "_build", book) for book in clean[0].values()]
    assert [] in standing, f"what stands is neither the book of before nor the new one: {standing}"
    whole(small, clean, changed, f"{how.name} at moment {moment}: {said}")


POINTS = {
    "before Sphinx": "kodebog.publish.build._sphinx",
    "after reading": "sphinx.environment.BuildEnvironment.check_consistency",
    "while pages are written": "sphinx.builders.html.StandaloneHTMLBuilder.write_doc",
    "before leftovers go": "kodebog.publish.site.drop_leftovers",
    "before the swap": "kodebog.publish.build._exchange",
    "after the swap": "shutil.rmtree",
    "before the record": "kodebog.publish.build.write_whole",
}


@pytest.mark.parametrize("point", in_each_run(POINTS, {"while pages are written"}))
def test_killed_at_a_point(small, clean, point):
    """Killed at the points where something is half done, which no clock hits for sure."""
    assert build(small).returncode == 0
    changed = swap(small)
    module, name = POINTS[point].rsplit(".", 1)
    if point == "after the swap":
        patch = (
            "from kodebog.publish import build\nreal = build._exchange\n"
            "def swap(*a):\n    real(*a)\n    os.kill(os.getpid(), signal.SIGKILL)\nbuild._exchange = swap\n"
        )
    else:
        owner = f"pydoc.locate({module!r})"
        patch = f"import pydoc\nsetattr({owner}, {name!r}, lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL))\n"
    code = f"import os, signal, sys\n{patch}from kodebog.cli import main\nsys.exit(main(['build']))"
    made = subprocess.run(**command(small, "-c", code), check=False)
    assert made.returncode in {-signal.SIGKILL, 1}, (
        made.stdout
    )  # 1 where an edition was killed and the book heard of it
    whole(small, clean, changed, point)


@pytest.mark.trial
@pytest.mark.parametrize("size", [500, 5_000, 20_000, 60_000, 200_000])
@pytest.mark.parametrize("executed", [False, True], ids=["before notebooks ran", "after"])
def test_a_full_disk(small, clean, size, executed):
    """Simulated: no file may grow beyond so many bytes."""
    assert build(small).returncode == 0
    changed = swap(small)
    if not executed:
        shutil.rmtree(small / "_build/executed")
    else:  # what is full is then met by what makes the pages
        code = "from kodebog import paths; from kodebog.publish.execution import execute; execute(sorted(paths.NOTEBOOKS.glob('*.ipynb')))"
        ran = subprocess.run(**command(small, "-c", code), check=False)
        assert ran.returncode == 0, ran.stdout
    before = small.parent / "before-full"
    shutil.rmtree(before, ignore_errors=True)
    shutil.copytree(small / "_build", before, ignore=shutil.ignore_patterns(".work", "executed"))
    made = subprocess.run(
        **command(small, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))), check=False
    )
    assert made.returncode == 1, made.stdout
    assert "The book was not built; the last good one is untouched." in made.stdout
    assert "Traceback" not in made.stdout and "ExceptionGroup" not in made.stdout
    assert ("Executing" in made.stdout) is not executed
    assert differences(before, small / "_build") == []
    whole(small, clean, changed, f"full at {size}")


def children(process):
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(process.pid).children(recursive=True)
    return []


@pytest.mark.trial
def test_one_child_is_killed(small, clean):
    """The process that sets the PDF, and one that runs a notebook: a reason, or a whole book."""
    for wanted in itertools.count():
        changed = swap(small)
        shutil.rmtree(small / "_build/executed")
        process = start(small)
        victim = None
        while process.poll() is None and victim is None:
            found = children(process)
            victim = found[wanted] if len(found) > wanted else None
            time.sleep(0.02)
        if victim is None:
            process.communicate()
            break
        with contextlib.suppress(psutil.NoSuchProcess):
            victim.kill()
        said, _ = process.communicate(timeout=60)
        assert process.returncode in {0, 1}, said
        whole(small, clean, changed, f"child {wanted} killed: {said}")
    assert wanted >= 2


@pytest.mark.trial
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_nobody_outlives_the_build(small, how):
    """A notebook that never ends does not run on when its build is gone, whichever way it went."""
    path = small / "notebooks/method.ipynb"
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace("study = Study.load()", "while True: pass"), encoding="utf-8")
    try:
        process = start(small)
        deadline = time.monotonic() + 60
        busy = []
        while not busy and time.monotonic() < deadline:
            busy = [p for p in children(process) if p.status() != "zombie" and p.cpu_times().user > 0.5]
            time.sleep(0.1)
        alive = children(process)
        assert busy and alive
        process.send_signal(how)
        said, _ = process.communicate(timeout=20)
        assert process.returncode == (143 if how == signal.SIGTERM else -how), said
        _, left = psutil.wait_procs(alive, timeout=10)
        assert left == []
    finally:
        path.write_text(before, encoding="utf-8")


DAMAGE = {
    "a page is gone": lambda b: (b / "html/notebooks/method.html").unlink(),
    "a page is changed": lambda b: (b / "html/index.html").write_text("x"),
    "the PDF is gone": lambda b: (b / "html/report.pdf").unlink(),
    "the link to the PDF is a file": lambda b: [(b / "report.pdf").unlink(), (b / "report.pdf").write_text("x")],
    "a stray page": lambda b: (b / "html/stray.html").write_text("x"),
    "a stray file in the work folder": lambda b: (b / ".work/html/corrupt.log").write_text("x"),
    "a leftover download in the work folder": lambda b: [(b / ".work/html/_downloads/x").mkdir(parents=True), (b / ".work/html/_downloads/x/y.csv").touch()],
    "a damaged page tree in the work folder": lambda b: next((b / ".work/doctrees").rglob("*.doctree")).write_bytes(b"x"),
    "a damaged environment in the work folder": lambda b: (b / ".work/doctrees/environment.pickle").write_bytes(b"\x80"),
    "a damaged output": lambda b: [p.write_text(p.read_text()[:50]) for p in (b / "executed").iterdir()],
    "an output of other bytes": lambda b: [p.write_bytes(b"\xff") for p in (b / "executed").iterdir()],
    "a record that is none": lambda b: (b / "made-from.json").write_bytes(b"\xff\xfe"),
    "a record of another kind": lambda b: (b / "made-from.json").write_text("[]"),
}  # fmt: skip


@pytest.mark.parametrize("damage", in_each_run(DAMAGE, {"a page is changed", "a stray file in the work folder"}))
def test_what_is_damaged_is_made_anew(small, clean, damage):
    """In the published book at the next build; in what builds keep, when next something has changed."""
    assert build(small).returncode == 0
    DAMAGE[damage](small / "_build")
    changed = CELL[2] in (small / CELL[0]).read_text(encoding="utf-8")
    if "work" in damage or "output" in damage:
        changed = swap(small)
    whole(small, clean, changed, damage)


@pytest.mark.trial
def test_two_builds_at_once(small):
    swap(small)
    first = start(small)
    try:
        first.stdout.readline()
        second = build(small)
        assert second.returncode == 1
        assert "another build is at work" in second.stdout
    finally:
        first.communicate(timeout=60)


def test_readers_never_miss_the_book(small, tmp_path):
    """While two books change place again and again, the page is always there."""
    for name in ("html", "html.new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.html").write_text(name)
    code = (
        "import sys, pathlib\nfrom kodebog.publish.build import _exchange\n"
        f"a, b = pathlib.Path({str(tmp_path / 'html.new')!r}), pathlib.Path({str(tmp_path / 'html')!r})\n"
        "for _ in range(4000): _exchange(a, b)"
    )
    process = subprocess.Popen(**command(small, "-c", code))
    seen = set()
    while process.poll() is None:
        seen.add((tmp_path / "html/index.html").read_text())
    assert process.returncode == 0
    assert seen == {"html", "html.new"}


def test_a_withdrawn_table_is_no_longer_published(small, clean):
    """Built step by step: what has left the study has left the book, its folders for downloads included."""
    extra, descriptor = small / "data/notes.csv", small / "data/datapackage.json"
    before = descriptor.read_bytes()
    package = json.loads(before)
    field = {"name": "note", "type": "string", "title": "Note", "title_da": "Note", "description": "A note."}
    package["resources"].append(
        {"name": "notes", "path": "notes.csv", "title": "Notes", "title_da": "Noter", "description": "Notes.",
         "schema": {"fields": [field], "primaryKey": ["note"]}}
    )  # fmt: skip
    withdrawn = " ".join(("to", "be", "withdrawn"))  # apart, since this file is in source.zip, too
    extra.write_text(f"note\n{withdrawn}\n")
    descriptor.write_text(json.dumps(package))
    try:
        made = build(small)
        assert made.returncode == 0, made.stdout
        assert [p.name for p in (small / "_build/html/data").glob("notes*")] == ["notes.csv"]
    finally:
        extra.unlink()
        descriptor.write_bytes(before)
    changed = CELL[2] in (small / CELL[0]).read_text(encoding="utf-8")
    whole(small, clean, changed, "withdrawn")
    assert withdrawn.encode() not in b"".join(p.read_bytes() for p in (small / "_build/html").rglob("*") if p.is_file())


def test_the_checkout_is_left_as_it_was(small):
    """Last: whatever the trials did, they wrote into _build only."""
    assert not (paths.ROOT / "_build/html.new").exists()
    assert {p.name for p in small.iterdir()} - {p.name for p in paths.ROOT.iterdir()} == set()
