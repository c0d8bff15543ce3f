"""Versions, layout and notebooks agree with each other."""

import ast
import importlib.metadata
import itertools
import os
import re
import runpy
import subprocess
import sys
import tomllib

import nbformat
import nbval.kernel
import pytest
import yaml
from packaging.requirements import Requirement

import made_up
from kodebog import paths
from kodebog.publish.execution import installed


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


CARD = {"jupyterlab", "jupyter-book", "pandas", "seaborn", "nbval"}
LOCKED = dict(re.findall(r"^([\w.-]+)==(\S+)", paths.LOCK.read_text(encoding="utf-8"), re.MULTILINE))
NOTEBOOKS = sorted(paths.NOTEBOOKS.glob("*.ipynb"))


def test_environment_yml_pins_what_the_lock_pins():
    environment = yaml.safe_load((paths.ROOT / "environment.yml").read_text(encoding="utf-8"))
    pip = next(d["pip"] for d in environment["dependencies"] if isinstance(d, dict))
    pinned = dict(line.split("==") for line in pip if "==" in line)
    assert set(pinned) >= CARD
    assert pinned == {name: LOCKED[name] for name in pinned}


def test_the_lock_has_hashes_and_names_no_index():
    text = paths.LOCK.read_text(encoding="utf-8")
    assert "://" not in text and "--index" not in text and "--find" not in text
    for block in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in block, block


def test_the_lock_satisfies_the_project():
    project = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    wanted = [
        *project["project"]["dependencies"],
        *project["dependency-groups"]["dev"],
        *(line for extra in extras for line in extra),
    ]
    for requirement in map(Requirement, wanted):
        assert requirement.name in LOCKED, requirement
        assert LOCKED[requirement.name] in requirement.specifier, requirement


def test_every_page_of_the_contents_exists():
    toc = yaml.safe_load((paths.ROOT / "_toc.yml").read_text(encoding="utf-8"))
    pages = [toc["root"], *(c["file"] for part in toc["parts"] for c in part["chapters"])]
    for page in pages:
        assert any((paths.ROOT / page).with_suffix(s).is_file() for s in (".md", ".ipynb")), page
    assert {p.stem for p in NOTEBOOKS} == {page.split("/")[1] for page in pages if page.startswith("notebooks/")}


def test_a_notebook_for_each_section(study):
    toc = yaml.safe_load((paths.ROOT / "_toc.yml").read_text(encoding="utf-8"))
    (article,) = [part for part in toc["parts"] if part["caption"] == "The article"]
    article = [c["file"].split("/")[1] for c in article["chapters"]]
    assert article == list(study.sections["section"])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebooks_are_tidy(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    for cell in notebook.cells:
        assert "execution" not in cell.metadata, "timestamps are stored"
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= 12, f"{cell.id}: a cell loads, calls, shows"
            assert not re.search(r"^\s*(def|class|for|while) ", cell.source, re.MULTILINE), (
                f"{cell.id}: rules belong in kodebog"
            )
            assert cell.outputs or cell.source.endswith("study = Study.load()"), f"{cell.id}: run make notebooks"
            assert {"hide-input", "hide-cell"} & set(cell.metadata.get("tags", [])), f"{cell.id}: code is folded"
            for output in cell.outputs:
                assert output.output_type in {"execute_result", "display_data"}, f"{cell.id}: {output}"


def test_a_kernel_that_does_not_answer_is_started_again(monkeypatch):
    tried = []

    def start(startup_timeout, **options):
        tried.append(startup_timeout)
        if len(tried) == 1:
            raise RuntimeError("Kernel didn't respond")
        return "manager", "client"

    monkeypatch.setattr(nbval.kernel, "start_new_kernel", start)
    runpy.run_path(str(paths.NOTEBOOKS / "conftest.py"))
    assert nbval.kernel.start_new_kernel(kernel_name="python") == ("manager", "client")
    assert tried == [20, 60]


def test_what_the_library_imports_is_declared_and_what_it_declares_is_imported():
    project = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    by_module = importlib.metadata.packages_distributions()
    used = set()
    for path in paths.PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
            used |= {".".join(name.split(".")[: 2 if name.startswith("sphinxcontrib.") else 1]) for name in names}
    used -= {*sys.stdlib_module_names, "kodebog"}
    by_module |= {"sphinxcontrib.bibtex": ["sphinxcontrib-bibtex"]}  # of a folder that distributions share
    declared = [*project["dependencies"], *project["optional-dependencies"]["book"]]
    declared += project["optional-dependencies"]["lab"]
    names = {Requirement(line).name for line in declared}
    imported = {canonical(d) for module in used for d in by_module[module]}
    assert imported <= names, imported - names
    # named in _config.yml, or opened by the reader
    others = {"furo", "ipykernel", "jupyterlab", "jupyterlab-myst"}
    others |= {f"sphinx-{name}" for name in ("copybutton", "design", "external-toc", "notfound-page")}
    assert names - imported <= others, names - imported - others


WITHOUT = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {absent}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
from kodebog.cli import main
sys.exit(main({arguments}))
"""


@pytest.mark.thorough
def test_without_the_book_one_can_check_compare_look_and_export(tmp_path):
    project = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    base, book = (
        installed(Requirement(line).name for line in lines).keys()
        for lines in (project["dependencies"], itertools.chain(*project["optional-dependencies"].values()))
    )
    by_module = importlib.metadata.packages_distributions()
    absent = {m for m, names in by_module.items() if {*map(canonical, names)} <= book - base and m != "kodebog"}
    assert {"sphinx", "matplotlib", "typst", "nbformat", "docutils"} <= absent
    made_up.qdpx(tmp_path / "interviews.qdpx", made_up.interviews())
    for arguments in (
        ["check", str(paths.DATA)],
        ["ledger", str(paths.DATA)],
        ["doctor", "interviews.qdpx"],
        ["sheet", "sheet.csv", str(paths.DATA)],
        ["export", "out", str(paths.DATA)],
    ):
        command = [sys.executable, "-c", WITHOUT.format(absent=absent, arguments=arguments)]
        environment = {**os.environ, "PYTHONPATH": str(paths.ROOT / "src")}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (arguments, done.stdout + done.stderr)
