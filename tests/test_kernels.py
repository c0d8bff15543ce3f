"""Notebooks run in kernels; that these are forked changes nothing but the time it takes."""

import asyncio
import json
import re
import shutil
import time

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

from kodebog import edition, paths
from kodebog.publish import execution, kernels

CELLS = [
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "print('a')\nfrom IPython.display import clear_output, display, update_display\ndisplay('b')\nprint('c')\n1 + 1",
    "%precision 2\n3.14159",
    "shown = display('x', display_id='q')\nupdate_display('y', display_id='q')",
    "print('gone')\nclear_output()\nprint('there')",
    "import sys\nprint('to stderr', file=sys.stderr)\n'last'",
    "%%capture out\nprint('kept back')",
    "out.stdout",
    "!echo from a shell",
    "x = 5\nx",
    "import os\nos.getcwd().endswith('here'), os.environ['PYTHONHASHSEED']",
]


def notebook():
    cells = [nbformat.v4.new_code_cell(source, id=f"c{i}") for i, source in enumerate(CELLS)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def plain(outputs):
    """Outputs without what differs between any two runs: pictures' bytes."""
    return json.loads(re.sub(r'"image/png": "[^"]*"', '"image/png": "…"', json.dumps(outputs)))


@pytest.mark.thorough
def test_outputs_are_those_of_a_kernel_as_everywhere(tmp_path, monkeypatch):
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    stock = notebook()
    NotebookClient(stock, record_timing=False, resources={"metadata": {"path": str(folder)}}).execute()
    monkeypatch.setattr(paths, "EXECUTED", tmp_path / "executed")
    path = folder / "odd.ipynb"
    nbformat.write(notebook(), path)
    assert execution.execute([path], say=lambda _: None, languages=["en"]) == 1
    ours = execution.read_executed(path.read_text(encoding="utf-8"))
    for cell, other in zip(ours.cells, stock.cells, strict=True):
        assert plain(cell.outputs) == plain(other.outputs), cell.source
    assert "image/png" in ours.cells[0].outputs[0]["data"]


@pytest.mark.checks
def test_an_edition_has_the_same_outputs_whether_another_one_ran_before_it_or_not(tmp_path, monkeypatch):
    path = tmp_path / "counted.ipynb"
    cells = [nbformat.v4.new_code_cell(source, id=f"c{source}") for source in ("1", "2")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=notebook().metadata), path)
    found = []
    for languages in (["da"], ["en", "da"]):
        monkeypatch.setattr(paths, "EXECUTED", tmp_path / "-".join(languages))
        execution.execute([path], say=lambda _: None, languages=languages)
        with edition.making("da"):
            found.append(execution.read_executed(path.read_text(encoding="utf-8")))
    assert found[0] == found[1]
    assert [cell.outputs[0].execution_count for cell in found[0].cells] == [1, 2]


@pytest.mark.thorough
def test_jupyter_client_finds_it(monkeypatch):
    """As nbval and JupyterLab do."""
    monkeypatch.setenv("JUPYTER_DEFAULT_PROVISIONER_NAME", execution.PROVISIONER)
    from jupyter_client.provisioning.factory import KernelProvisionerFactory

    KernelProvisionerFactory.clear_instance()
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        assert isinstance(manager.provisioner, kernels.ForkedKernel)
        assert (
            client.execute_interactive("assert 'kodebog.report.figures' in __import__('sys').modules")["content"][
                "status"
            ]
            == "ok"
        )
        assert client.execute_interactive("import time; time.sleep(0)")["content"]["status"] == "ok"
        assert client.execute("while True: pass", stop_on_error=False)  # else what comes next may be refused
        time.sleep(1)
        manager.interrupt_kernel()
        assert client.get_shell_msg(timeout=20)["content"]["ename"] == "KeyboardInterrupt"
        assert client.execute_interactive("1", timeout=20)["content"]["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        KernelProvisionerFactory.clear_instance()
    assert not manager.has_kernel


def test_another_kernel_starts_as_everywhere(monkeypatch):
    asked = []

    async def launch(self, command, **options):
        asked.append(command)

    monkeypatch.setattr(kernels.LocalProvisioner, "launch_kernel", launch)
    other = kernels.ForkedKernel.__new__(kernels.ForkedKernel)
    asyncio.run(other.launch_kernel(["R", "--slave", "-e", "IRkernel::main()"]))
    assert asked == [["R", "--slave", "-e", "IRkernel::main()"]]


def test_what_outputs_depend_on():
    found = execution.installed()
    assert {"pandas", "matplotlib", "numpy", "frictionless", "ipykernel", "ipython", "jsonschema"} <= set(found)
    assert not {"sphinx", "furo", "typst", "jupyterlab", "myst-nb"} & set(found)
    assert execution.installed(["no-such-thing"]) == {}


@pytest.mark.parametrize(("part", "outputs_move"), [("report/tables.py", True), ("publish/report.typ", False)])
def test_a_change_of_the_look_runs_nothing(tmp_path, monkeypatch, part, outputs_move):
    copied = shutil.copytree(paths.PACKAGE, tmp_path / "kodebog")
    monkeypatch.setattr(paths, "PACKAGE", copied)

    def hashes():
        execution.outputs_hash.cache_clear()
        execution.book_hash.cache_clear()
        return execution.outputs_hash(), execution.book_hash()

    before = hashes()
    (copied / part).write_text((copied / part).read_text(encoding="utf-8") + "\n", encoding="utf-8")
    after = hashes()
    monkeypatch.undo()
    execution.outputs_hash.cache_clear()
    execution.book_hash.cache_clear()
    assert (after[0] != before[0]) == outputs_move
    assert after[1] != before[1]
