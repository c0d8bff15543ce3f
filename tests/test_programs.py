"""Files that coding programs have written themselves, and what these programs read of ours. Each is installed for the purpose."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import made_up
from kodebog import Study
from kodebog.publish.project import bring_in
from kodebog.report import export
from kodebog.study import importing, readers
from kodebog.study.readers.tables import Columns

pytestmark = [pytest.mark.trial, pytest.mark.xdist_group("programs")]
PROGRAMS = {
    # setuptools: Taguette's telemetry asks for a module that newer ones do not have
    "taguette": ("taguette==1.5.2", "setuptools<81"),
    "qc": ("qualitative-coding==1.7.8",),
}


def run(*command, **options):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """Install a program into an environment of its own; return the folder of its commands."""

    def install(name):
        place = tmp_path_factory.mktemp(name)
        run(sys.executable, "-m", "venv", place)
        python = place / "bin/python"
        done = subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PROGRAMS[name]],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            pytest.skip(f"{name} could not be installed: {done.stderr[-300:]}")
        return place / "bin"

    return install


def held(coded):
    """What passages hold and which codes they carry, by path."""
    paths = {}
    for code in coded.codes.values():
        above = coded.codes.get(code.parent)
        paths[code.id] = f"{above.name}.{code.name}" if above else code.name
    words = {
        p.id: p.words or coded.documents[p.document].text[p.start : p.end].strip() for p in coded.passages.values()
    }
    return sorted({(words[c.passage], paths[c.code]) for c in coded.codings})


def test_a_project_that_taguette_has_written(program, tmp_path):
    script = Path(__file__).with_name("programs") / "taguette_project.py"
    shown = run(program("taguette") / "python", script, tmp_path)
    assert "blåbær" in shown, "Taguette itself finds the words there"
    wanted = [("blåbær", "food.berry"), ("then more", "time"), ("🙂 & cake", "food"), ("🙂 & cake", "time")]
    database = readers.read(tmp_path / "project.sqlite3")
    assert held(database) == wanted and {c.coder for c in database.codings} == {"anna"} and database.notes == []
    assert held(readers.read(tmp_path / "highlights.csv")) == wanted
    codebook = readers.read(tmp_path / "codebook.qdc")
    assert [(c.name, c.parent != "") for c in codebook.codes.values()] == [
        ("food", False), ("berry", True), ("time", False),
    ]  # fmt: skip


SETTINGS = """\
editor: test
editors:
  test:
    name: Test
    code_command: sh code.sh "{corpus_file_path}" "{codes_file_path}"
    memo_command: "true"
"""


def test_a_project_that_qc_has_written(program, tmp_path):
    qc = program("qc") / "qc"
    run(qc, "init", cwd=tmp_path)
    settings = tmp_path / "settings.yaml"
    kept = [line for line in settings.read_text().splitlines() if not line.startswith("editor")]
    settings.write_text("\n".join(kept) + f"\n{SETTINGS}")
    (tmp_path / "code.sh").write_text("printf 'trust, time\\ntrust\\n\\n' > \"$2\"\n")
    (tmp_path / "first.txt").write_text("Made up: 🙂 she said\nthat it went well.\nBlåbær too.\n", encoding="utf-8")
    run(qc, "corpus", "import", "-i", "verbatim", "first.txt", cwd=tmp_path)
    run(qc, "code", "anna", cwd=tmp_path)
    run(qc, "export", "out.qdpx", cwd=tmp_path)
    coded = readers.read(tmp_path / "out.qdpx")
    assert held(coded) == [
        ("Made up: 🙂 she said", "time"), ("Made up: 🙂 she said", "trust"), ("that it went well.", "trust"),
    ]  # fmt: skip
    assert {c.coder for c in coded.codings} == {"anna"} and coded.notes == []


def test_qc_opens_what_we_write(program, tmp_path):
    """It first holds the project to the schema of the standard."""
    path = made_up.PROGRAMS["interviews.qdpx"](tmp_path / "interviews.qdpx", made_up.interviews())
    bring_in(path, Columns(), tmp_path / "study", group="role")
    study = Study.load(tmp_path / "study/data")
    texts = importing.Key.read(importing.private_folder(tmp_path / "study")).texts()
    (tmp_path / "out.qdpx").write_bytes(export.project(study, texts))
    place = tmp_path / "opened"
    place.mkdir()
    qc = program("qc") / "qc"
    # this version stops in a debugger that was left in it
    run(qc, "init", "--import", tmp_path / "out.qdpx", cwd=place, env={**os.environ, "PYTHONBREAKPOINT": "0"})
    listed = run(qc, "codes", "list", cwd=place)
    assert all(f"- {name}" in listed for name in ("weather", "money", "of leaders", "pressure", "meetings"))
