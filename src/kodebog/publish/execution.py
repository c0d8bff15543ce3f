"""Executing notebooks: in parallel, and again only when something they were made from has changed.

Outputs are kept by a key over the notebook's code cells, the study, this package, configuration, the lock file and
the Python version, so no output outlives its causes and a change of prose runs nothing.

A notebook runs in IPython, in a process of its own that is forked from one in which the libraries are already
imported (the standard library's fork server). Starting a Jupyter kernel for each notebook costs several times as much
as running it. That the outputs are those of a kernel is tested with nbval, which uses one.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import multiprocessing
import os
import platform
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kodebog import paths
from kodebog.errors import KodebogError
from kodebog.files import hash_files, write_whole
from kodebog.study.package import content_hash

if TYPE_CHECKING:
    from nbformat import NotebookNode

TIMEOUT = float(os.environ.get("KODEBOG_TIMEOUT", "300"))
"""Seconds that one notebook may run."""
PRELOADED = ["kodebog.publish.preload", "IPython.core.interactiveshell", "myst_nb"]
"""What every notebook needs, imported once before the processes are forked."""
FIXED = {"PYTHONHASHSEED": "0", "MPLBACKEND": "agg", "OPENBLAS_NUM_THREADS": "1"}
"""Environment of every notebook: what could make two runs differ is set."""

Outputs = list[list[dict[str, Any]]]


class ExecutionError(KodebogError):
    """A notebook raised an error, or took too long; the message names notebook and cell."""


@functools.cache
def environment_hash() -> str:
    """Return a hash over everything but the notebook itself that its outputs are made from."""
    known = platform.python_version() + content_hash(paths.study())
    return hash_files(paths.ROOT, paths.PACKAGE, paths.LOCK, paths.CONFIG, known=known)


def key(code: list[str]) -> str:
    """Return the name under which the outputs of these code cells are kept."""
    return hashlib.sha256((environment_hash() + json.dumps(code)).encode()).hexdigest()[:32]


def _kept(code: list[str]) -> Path:
    return paths.EXECUTED / f"{key(code)}.json"


def _keep(code: list[str], outputs: Outputs) -> None:
    """Keep outputs, with a checksum in the first line."""
    text = json.dumps(outputs, ensure_ascii=False)
    write_whole(_kept(code), f"{hashlib.sha256(text.encode()).hexdigest()}\n{text}")


def _load(code: list[str]) -> Outputs | None:
    """Return kept outputs; nothing where there are none, or where the file is damaged."""
    try:
        checksum, _, text = _kept(code).read_text(encoding="utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    if hashlib.sha256(text.encode()).hexdigest() != checksum:
        return None
    outputs: Outputs = json.loads(text)
    return outputs


def _code(notebook: NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def pending(notebooks: Iterable[Path]) -> list[tuple[Path, NotebookNode]]:
    """Return the notebooks that have to run, with their content."""
    import nbformat  # noqa: PLC0415 - slow to import, and not needed when nothing has changed

    found = []
    for path in notebooks:
        # as plain JSON: to validate all stored outputs takes longer than all the rest of this
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        if _load(["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]) is None:
            found.append((path, nbformat.read(path, as_version=4)))
    return found


def read_executed(text: str) -> NotebookNode:
    """Return a notebook with its outputs: kept ones, or fresh ones where there are none. MyST-NB calls this."""
    import nbformat  # noqa: PLC0415 - slow to import, and not needed when nothing has changed

    notebook = nbformat.reads(text, as_version=4)
    outputs = _load(_code(notebook))
    if outputs is None:
        _run_all([(paths.NOTEBOOKS / "notebook.ipynb", notebook)], 1, lambda _: None)
        outputs = _load(_code(notebook)) or []
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, (cell, found) in enumerate(zip(code, outputs, strict=True), 1):
        cell.outputs = [nbformat.from_dict(output) for output in found]
        cell.execution_count = number
    return notebook


def execute(notebooks: Iterable[Path], jobs: int = 2, say: Callable[[str], None] = print) -> int:
    """Execute the notebooks that have no kept outputs, `jobs` at a time; return how many that were.

    Raises:
        ExecutionError: for the notebooks that raise or take too long; what others had done by then is kept.

    """
    todo = pending(notebooks)
    if todo:
        _run_all(todo, jobs, say)
    return len(todo)


@dataclass
class _Running:
    path: Path
    notebook: NotebookNode
    process: Any
    answer: Connection
    deadline: float


def _fork_server() -> Any:
    os.environ.update(FIXED)
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(PRELOADED)
    return server


def get_ready() -> None:
    """Start importing what notebooks need, in the background."""
    _fork_server()
    # what stops this process is not for the server: it inherits the mask, and ends when nobody is left
    resource_tracker.ensure_running()  # which the server would start, and which lifts the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _run_all(todo: list[tuple[Path, NotebookNode]], jobs: int, say: Callable[[str], None]) -> None:
    get_ready()
    server = _fork_server()
    waiting, running, failures, done = list(todo), list[_Running](), list[str](), 0
    try:
        while waiting or running:
            while waiting and len(running) < jobs and not failures:
                running.append(_start(server, *waiting.pop(0)))
            if not running:
                break
            ready = wait([r.answer for r in running], timeout=max(0.0, min(r.deadline for r in running) - time.time()))
            for one in [r for r in running if r.answer in ready or time.time() >= r.deadline]:
                running.remove(one)
                failure = _finish(one, one.answer in ready)
                if failure:
                    failures.append(failure)
                else:
                    done += 1
                    say(f"  {done} of {len(todo)}  {one.path.name}")
    finally:
        for one in running:
            one.process.kill()
    if failures:
        raise ExecutionError("\n".join(failures))


def _start(server: Any, path: Path, notebook: NotebookNode) -> _Running:
    here, there = server.Pipe(duplex=False)
    process = server.Process(
        target=_run, args=(_code(notebook), str(path.parent), str(paths.study()), there), daemon=True
    )
    process.start()
    there.close()
    return _Running(path, notebook, process, here, time.time() + TIMEOUT)


def _finish(one: _Running, answered: bool) -> str | None:
    """Keep what a notebook gave; return what went wrong, if anything did."""
    if not answered:
        one.process.kill()
        return f"{one.path.name}: ran longer than {TIMEOUT:g} s and was stopped"
    try:
        outputs, error = one.answer.recv()
    except EOFError:
        one.process.join()
        return f"{one.path.name}: its process ended without a word (exit status {one.process.exitcode})"
    one.process.kill()  # it has nothing left to do, and tidying up takes time
    if error:
        return f"{one.path.name}: {error}"
    _keep(_code(one.notebook), outputs)
    return None


def _run(cells: list[str], folder: str, study: str, answer: Connection) -> None:
    """Run code cells in IPython and send back their outputs, or where they failed. In a process of its own."""
    obey_parent()
    from IPython.core.interactiveshell import InteractiveShell  # noqa: PLC0415
    from IPython.utils.capture import capture_output  # noqa: PLC0415

    os.environ["STUDY"] = study
    os.chdir(folder)
    sys.path.insert(0, folder)
    shell: Any = InteractiveShell.instance()
    outputs: Outputs = []
    for number, cell in enumerate(cells, 1):
        results: list[dict[str, Any]] = []
        with capture_output() as captured:
            shell.displayhook.__class__ = _collecting(type(shell.displayhook), results)
            run = shell.run_cell(cell, store_history=True)
        if not run.success:
            error = run.error_before_exec or run.error_in_exec
            trace = re.sub(r"\x1b\[[\d;]*m", "", captured.stdout)
            _send(answer, (None, f"cell {number} raised {type(error).__name__}: {error}\n{cell}\n{trace[-1500:]}"))
            return
        shown = [_output("display_data", o.data, o.metadata) for o in captured.outputs]
        for name in ("stdout", "stderr"):
            if text := getattr(captured, name):
                shown.append({"output_type": "stream", "name": name, "text": text})
        outputs.append([*shown, *results])
    _send(answer, (outputs, None))


def obey_parent() -> None:
    """In a process of its own: leave it to the parent when to stop, and never live longer than it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def _send(answer: Connection, content: tuple[Outputs | None, str | None]) -> None:
    with contextlib.suppress(OSError):  # nobody listens any more when the build has been stopped
        answer.send(content)


def _collecting(hook: Any, results: list[dict[str, Any]]) -> Any:
    """A display hook that keeps what the last expression of a cell shows, and prints nothing."""

    class Collecting(hook):  # type: ignore[misc]
        def write_output_prompt(self) -> None:
            pass

        def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
            results.append(_output("execute_result", format_dict, md_dict or {}))

        def finish_displayhook(self) -> None:
            pass

    return Collecting


def _output(kind: str, data: dict[str, Any], metadata: dict[str, Any]) -> dict[str, Any]:
    output = {"output_type": kind, "data": data, "metadata": metadata}
    return output | ({"execution_count": None} if kind == "execute_result" else {})


def store_outputs(notebooks: Iterable[Path]) -> list[Path]:
    """Write kept outputs into the notebooks themselves; return those whose file changed."""
    import nbformat  # noqa: PLC0415 - slow to import, and not needed when nothing has changed

    changed = []
    for path in notebooks:
        before = path.read_text(encoding="utf-8")
        notebook = read_executed(before)
        for number, cell in enumerate((c for c in notebook.cells if c.cell_type == "code"), 1):
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = number
        nbformat.validate(notebook)
        after = nbformat.writes(notebook) + "\n"
        if after != before:
            write_whole(path, after)
            changed.append(path)
    return changed
