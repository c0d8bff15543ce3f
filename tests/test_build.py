"""The build: never stale, and the last good book survives whatever goes wrong."""

import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checkouts import copy_checkout
from kodebog import paths
from kodebog.publish.reproduce import differences

pytestmark = [pytest.mark.xdist_group("project"), pytest.mark.trial]


def run(project, *command, **options):
    environment = {**os.environ, "PYTHONPATH": str(project / "src"), **options.pop("env", {})}
    environment.pop("STUDY", None)
    return subprocess.run(
        [sys.executable, *command], cwd=project, env=environment, capture_output=True, text=True, check=False, **options
    )


def kodebog(project, *arguments, **options):
    return run(project, "-m", "kodebog.cli", *arguments, **options)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the checkout with a built book."""
    root = copy_checkout(tmp_path_factory.mktemp("project") / "checkout")
    made = kodebog(root, "build")
    assert made.returncode == 0, made.stdout + made.stderr
    return root


@pytest.fixture
def edit(project):
    """Edit files of the project; each is as before when the test is over."""
    before: dict[Path, bytes | None] = {}

    def change(name, old, new):
        path = project / name
        before.setdefault(path, path.read_bytes())
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def remove(name):
        path = project / name
        before.setdefault(path, path.read_bytes())
        path.unlink()

    change.remove = remove
    yield change
    for path, content in before.items():
        path.write_bytes(content)


def book_hash(project):
    files = [p for p in [*(project / "_build/html").rglob("*"), project / "_build/report.pdf"] if p.is_file()]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(str(path).encode() + path.read_bytes())
    return digest.hexdigest()


def pending(project):
    code = (
        "from kodebog import paths\nfrom kodebog.publish import execution\n"
        "print(*(p.stem for p, *_ in execution.pending(sorted(paths.NOTEBOOKS.glob('*.ipynb')))))"
    )
    made = run(project, "-c", code)
    assert made.returncode == 0, made.stderr
    return made.stdout.split()


ALL = sorted(p.stem for p in paths.NOTEBOOKS.glob("*.ipynb"))
CHANGES = {
    "prose of a notebook": ("notebooks/roles.ipynb", "Who are the people", "Who, then, are the people", []),
    "a page": ("index.md", "One page for managers", "One sheet for managers", []),
    "code of a notebook": ("notebooks/roles.ipynb", "study = Study.load()", "study  = Study.load()", ["roles"]),
    "a cell of the data": ("data/excerpts.csv", "Stay the course", "Hold the course", ALL),
    "a column's description": ("data/datapackage.json", "Number of interviews", "How many interviews", ALL),
    "a line of kodebog": ("src/kodebog/analysis/typology.py", '"only printed"', '"only in print"', ALL),
    "the look of the PDF": ("src/kodebog/publish/report.typ", "Libertinus Serif", "Libertinus Sans", []),
    "a transform of pages": ("src/kodebog/publish/transforms.py", "rowgroup", "row-group", []),
    "the figures' style": ("src/kodebog/report/kodebog.mplstyle", "font.size: 11", "font.size: 12", ALL),
    "the configuration": ("_config.yml", "language: en", "language: da", []),
}


def test_when_nothing_has_changed_nothing_runs(project):
    assert pending(project) == []


@pytest.mark.parametrize("what", CHANGES)
def test_just_what_depends_on_a_change_runs_again(project, edit, what):
    *change, runs = CHANGES[what]
    edit(*change)
    assert pending(project) == runs


def test_a_changed_cell_reaches_the_pages(project, edit):
    page = project / "_build/html/notebooks/method.html"
    assert "18 semi-structured" in page.read_text(encoding="utf-8")
    edit("data/sample.csv", "Leder,10", "Leder,11")
    made = kodebog(project, "build")
    assert made.returncode == 0, made.stderr
    assert "19 semi-structured" in page.read_text(encoding="utf-8")


def test_building_again_after_a_change_and_back_gives_the_same_bytes(project):
    assert kodebog(project, "build").returncode == 0
    again = project.parent / "again"
    shutil.copytree(project / "_build", again, ignore=shutil.ignore_patterns(".work", "executed"))
    shutil.rmtree(project / "_build")
    assert kodebog(project, "build").returncode == 0
    assert differences(again, project / "_build") == [], "a build from scratch differs from one step by step"


AROUND = (
    ("book/glossary.md", "brobygger\n", "brobygger, Peoples\n"),
    ("CITATION.cff", "People build the trust", "Persons build the trust"),
)


def test_what_stands_around_the_pages_is_never_stale(project, edit):
    """Citation and terms show on pages other than their own."""
    assert kodebog(project, "build").returncode == 0
    for change in AROUND:
        edit(*change)
    assert kodebog(project, "build").returncode == 0
    again = project.parent / "around"
    shutil.copytree(project / "_build", again, ignore=shutil.ignore_patterns(".work", "executed"))
    shutil.rmtree(project / "_build/.work")
    assert kodebog(project, "build").returncode == 0
    assert differences(again, project / "_build") == []


UNSEEN = ("LICENSE-data", "Attribution", "Attribution ")
"""A change that shows in the data package, and on no page."""


def test_a_change_that_no_page_shows(project, edit):
    assert kodebog(project, "build").returncode == 0
    edit(*UNSEEN)
    made = kodebog(project, "build")
    assert made.returncode == 0, made.stderr
    assert list((project / "_build/html/_static").glob("kodebog.css"))


def test_nothing_to_do_says_so_at_once(project):
    assert kodebog(project, "build").returncode == 0
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    made = kodebog(project, "build")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert "Nothing has changed" in made.stdout
    assert after.ru_utime - before.ru_utime < 2, "seconds of work, however busy the machine is"


def fails(project, message, **options):
    """Each failure comes again when one tries again."""
    before = book_hash(project)
    for _ in range(2):
        made = kodebog(project, "build", **options)
        assert made.returncode == 1, made.stdout + made.stderr
        assert message in made.stderr, made.stderr
        assert "the last good one is untouched" in made.stderr
        assert "Traceback (most recent call last):\n  File" not in made.stderr.replace('\n  File "<', "")
        assert book_hash(project) == before
        assert not list((project / "_build").glob("*.new"))


NOTEBOOK, LOAD = "notebooks/support.ipynb", "study = Study.load()"
FAULTS = {
    "a notebook that raises": (
        (NOTEBOOK, LOAD, 'study = Study.load()\\n",\n    "1 / 0'),
        "support.ipynb: cell 1 raised ZeroDivisionError: division by zero",
    ),
    "a notebook that hangs": (
        (NOTEBOOK, LOAD, "while True: pass"),
        "support.ipynb: ran longer than 20 s and was stopped",
    ),
    "a notebook whose kernel dies": (
        (NOTEBOOK, LOAD, "import os; os._exit(3)"),
        "support.ipynb: its kernel ended without a word",
    ),
    "a fault in the data": (
        ("data/sample.csv", "Leder,10", "Leder,ten"),
        "sample.csv, row 3, column interviews: is of the wrong type, found “ten”",
    ),
    "a warning": (
        ("book/glossary.md", "# Glossary", "# Glossary\n\nSee {doc}`nowhere`."),
        "Warnings count as errors",
    ),
    "a number that is not there": (
        ("book/glossary.md", "# Glossary", "# Glossary\n\nOf {fact}`excerps` excerpts."),
        "glossary.md, row 3: names a number that the study does not have, found “excerps”; did you mean “excerpts”?",
    ),
    "a directive that is not there": (
        ("book/glossary.md", "# Glossary", "# Glossary\n\n:::{nonsense}\n:::"),
        "Unknown directive type: 'nonsense'",
    ),
    "a heading that jumps": (
        ("book/glossary.md", "# Glossary", "# Glossary\n\n#### Deep"),
        "Non-consecutive header level increase",
    ),
    "a name in a page": (
        ("book/glossary.md", "# Glossary", "# Glossary\n\nMette said so."),
        "glossary.md, row 3: personal name: a direct identifier in a text, found “Mette”",
    ),
    "a CPR number in a gist": (
        ("data/excerpts.csv", "Stay the course", "Stay the course 070761-4285"),
        "excerpts.csv, row 8, column gist_en: CPR number: a direct identifier in a text, found “070761-4285”",
    ),
    "a font that is not there": (
        ("src/kodebog/publish/report.typ", '"Libertinus Serif"', '"No Such Serif"'),
        "unknown font family: no such serif",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_build_that_fails_says_why(project, edit, fault):
    change, message = FAULTS[fault]
    edit(*change)
    fails(project, message, env={"KODEBOG_TIMEOUT": "20"} if fault == "a notebook that hangs" else {})


def test_a_missing_data_file(project, edit):
    edit.remove("data/themes.csv")
    fails(project, "themes.csv: cannot be read (No such file or directory)")


def test_nbval_can_fail(tmp_path):
    """A changed number in a stored output, and a changed cell in the data behind a table, each fail nbval."""
    original = (paths.NOTEBOOKS / "support.ipynb").read_text(encoding="utf-8")
    for mark in paths.MARKS:
        shutil.copy(paths.ROOT / mark, tmp_path)
    shutil.copytree(paths.DATA, tmp_path / "data")
    shutil.copy(paths.NOTEBOOKS / "support.ipynb", tmp_path / "untouched.ipynb")

    def tamper(name, kind, old, new):
        notebook = json.loads(original)
        outputs = [o for cell in notebook["cells"] for o in cell.get("outputs", []) if kind in o["data"]]
        found = False
        for output in outputs:
            text = "".join(output["data"][kind])
            if old in text and not found:
                output["data"][kind], found = text.replace(old, new, 1), True
        assert found
        (tmp_path / name).write_text(json.dumps(notebook), encoding="utf-8")

    tamper("output.ipynb", "text/html", "4 of 29", "5 of 29")
    tamper("figure.ipynb", "text/csv", "E04 E03 E11 E12", "E04 E03 E11")
    made = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", "-p", "no:cacheprovider", "-q", str(tmp_path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    failed = {line.split("::")[0].split("/")[-1] for line in made.stdout.splitlines() if line.startswith("FAILED")}
    assert failed == {"output.ipynb", "figure.ipynb"}, made.stdout[-3000:]
