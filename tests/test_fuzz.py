"""Garbage in: a clear word out. No traceback reaches the user, and nothing is written."""

import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodebog import paths
from kodebog.cli import main
from kodebog.report.display import csv_text

TABLES = sorted(path.name for path in paths.DATA.iterdir())
CELLS = st.text(alphabet=st.characters(codec="utf-8"), max_size=30)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


def fresh(scratch):
    shutil.rmtree(scratch / "data", ignore_errors=True)
    return shutil.copytree(paths.DATA, scratch / "data")


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@given(name=st.sampled_from(TABLES), content=st.binary(max_size=400))
def test_check_of_a_file_of_bytes(scratch, name, content):
    folder = fresh(scratch)
    (folder / name).write_bytes(content)
    before = contents(folder)
    assert main(["check", str(folder)]) in {0, 1}
    assert contents(folder) == before


@pytest.mark.thorough
@given(data=st.data(), name=st.sampled_from([n for n in TABLES if n.endswith(".csv")]), cell=CELLS)
def test_check_of_a_changed_cell(scratch, data, name, cell):
    folder = fresh(scratch)
    lines = (folder / name).read_text(encoding="utf-8").splitlines()
    row = data.draw(st.integers(0, len(lines) - 1))
    cells = lines[row].split(",")
    cells[data.draw(st.integers(0, len(cells) - 1))] = cell
    lines[row] = ",".join(cells)
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    before = contents(folder)
    assert main(["check", str(folder)]) in {0, 1}
    assert main(["ledger", str(folder)]) in {0, 1}
    assert contents(folder) == before


@given(content=st.one_of(st.binary(max_size=2000), CELLS.map(str.encode)))
def test_verify_of_anything(scratch, content):
    path = scratch / "article.txt"
    path.write_bytes(content)
    assert main(["verify", str(path)]) == 1
    assert main(["weave", str(path), str(scratch / "out")]) == 1
    assert not (scratch / "out").exists()


@given(cells=st.lists(CELLS, min_size=1, max_size=5))
def test_no_download_holds_a_formula(cells):
    import csv
    import io

    import pandas as pd

    for row in list(csv.reader(io.StringIO(csv_text(pd.DataFrame({"a": cells}))), lineterminator="\n"))[1:]:
        assert not "".join(row).startswith(("=", "+", "-", "@", "\t", "\r"))
