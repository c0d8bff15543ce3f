"""Executing notebooks: in parallel, and again only when something they were made from has changed.

Outputs are kept by a key over the notebook's code cells, the study, this package, the lock file and the Python
version, so no output outlives its causes and a change of prose runs nothing.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import json
import os
import platform
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from kodebog import paths

TIMEOUT = 300
"""Seconds that one cell may run."""
FIXED = {"PYTHONHASHSEED": "0", "MPLBACKEND": "agg", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
"""Environment of every kernel: what could make two runs differ is set."""


class ExecutionError(Exception):
    """A notebook raised an error, or took too long; the message names notebook and cell."""


@functools.cache
def causes_key() -> str:
    """Return a hash over everything but the notebook itself that its outputs are made from."""
    digest = hashlib.sha256(platform.python_version().encode())
    study = paths.study()
    package = [p for p in paths.PACKAGE.rglob("*") if p.suffix in {".py", ".mplstyle"}]
    for path in sorted([*study.glob("*.csv"), study / "datapackage.json", *package, paths.LOCK]):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def key(notebook: NotebookNode) -> str:
    """Return the name under which the notebook's outputs are kept."""
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256((causes_key() + json.dumps(code)).encode()).hexdigest()[:32]


def _kept(notebook: NotebookNode) -> Path:
    return paths.EXECUTED / f"{key(notebook)}.json"


def _with_outputs(notebook: NotebookNode, outputs: list[list[dict[str, Any]]]) -> NotebookNode:
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, (cell, found) in enumerate(zip(code, outputs, strict=True), 1):
        cell.outputs = [nbformat.from_dict(output) for output in found]
        cell.execution_count = number
    return notebook


def read_executed(text: str) -> NotebookNode:
    """Return a notebook with its outputs: kept ones, or fresh ones where there are none. MyST-NB calls this."""
    notebook = nbformat.reads(text, as_version=4)
    if not _kept(notebook).is_file():
        asyncio.run(_execute(notebook, "notebook", paths.NOTEBOOKS))
    return _with_outputs(notebook, json.loads(_kept(notebook).read_text(encoding="utf-8")))


def execute(notebooks: Iterable[Path], jobs: int = 2, say: Callable[[str], None] = print) -> int:
    """Execute the notebooks that have no kept outputs, `jobs` at a time; return how many that were.

    Raises:
        ExecutionError: for the notebooks that raise or time out; what others had done by then is kept.

    """
    pending = []
    for path in notebooks:
        notebook = nbformat.read(path, as_version=4)
        if not _kept(notebook).is_file():
            pending.append((path, notebook))
    if not pending:
        return 0
    failures: list[BaseException] = []
    try:
        asyncio.run(_execute_all(pending, jobs, say))
    except* ExecutionError as group:
        failures = list(group.exceptions)
    if failures:
        raise ExecutionError("\n".join(map(str, failures)))
    return len(pending)


async def _execute_all(pending: list[tuple[Path, NotebookNode]], jobs: int, say: Callable[[str], None]) -> None:
    gate, done = asyncio.Semaphore(jobs), 0

    async def one(path: Path, notebook: NotebookNode) -> None:
        nonlocal done
        async with gate:
            await _execute(notebook, path.name, path.parent)
            done += 1
            say(f"  {done} of {len(pending)}  {path.name}")

    async with asyncio.TaskGroup() as group:
        for path, notebook in pending:
            group.create_task(one(path, notebook))


async def _execute(notebook: NotebookNode, name: str, folder: Path) -> None:
    from nbclient import NotebookClient  # noqa: PLC0415 - not needed when all outputs are kept
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError  # noqa: PLC0415

    client = NotebookClient(
        nbformat.from_dict(notebook),
        timeout=TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(folder)}},
        # kernels otherwise warn, once each, that a port on this machine is not encrypted
        extra_arguments=["--log-level=ERROR"],
    )
    try:
        ran = await client.async_execute(env={**os.environ, **FIXED, "STUDY": str(paths.study())})
    except CellTimeoutError as error:
        raise ExecutionError(f"{name}: a cell ran longer than {TIMEOUT} s and was stopped") from error
    except (
        CellExecutionError,
        DeadKernelError,
        RuntimeError,
    ) as error:  # RuntimeError: the kernel never answered
        raise ExecutionError(f"{name}: {error}") from error
    outputs = [_clean(cell.outputs) for cell in ran.cells if cell.cell_type == "code"]
    _write_whole(_kept(notebook), json.dumps(outputs, ensure_ascii=False))


def _clean(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for output in outputs:
        if output.get("output_type") == "execute_result":
            output["execution_count"] = None
    return outputs


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that nobody ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
        file.write(text)
    Path(file.name).replace(path)


def store_outputs(notebooks: Iterable[Path]) -> list[Path]:
    """Write kept outputs into the notebooks themselves; return those whose file changed."""
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
            _write_whole(path, after)
            changed.append(path)
    return changed
