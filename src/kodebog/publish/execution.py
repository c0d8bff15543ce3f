"""Executing notebooks: in parallel, and again only when something they were made from has changed.

Outputs are kept by a key over the notebook's code cells, the study, the part of this library that notebooks use and the
versions installed of what it needs; so no output outlives its causes, and a change of prose or of the PDF's look runs
nothing. Notebooks run in ordinary kernels, under nbclient; `kodebog.publish.kernels` starts them quickly.
"""

from __future__ import annotations

import asyncio
import copy
import functools
import hashlib
import json
import os
import platform
import re
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator
from importlib import metadata
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from kodebog import edition, paths
from kodebog.errors import KodebogError
from kodebog.files import hash_files, write_whole
from kodebog.publish.forking import get_ready
from kodebog.study.package import content_hash

if TYPE_CHECKING:
    from nbformat import NotebookNode

TIMEOUT = float(os.environ.get("KODEBOG_TIMEOUT", "300"))
"""Seconds that one notebook may run."""
USED_BY_NOTEBOOKS = ("frictionless", "ipykernel", "jsonschema", "matplotlib", "numpy", "pandas", "scour", "seaborn")
"""Distributions whose versions, with all they need, can change an output."""
PROVISIONER = "kodebog-forked"
"""Name under which `kodebog.publish.kernels.ForkedKernel` is registered with jupyter_client."""
ANEW = """\
import gc, os
gc.freeze()  # what is there stays, and need not be looked through
get_ipython().run_line_magic("reset", "-f")
import os
os.environ["KODEBOG_LANGUAGE"] = {!r}
del os
"""
"""What a kernel runs before it runs a notebook for another edition: nothing of the first run is left."""
PARTS = ("study", "analysis", "report", "edition.py", "errors.py", "files.py", "paths.py", "__init__.py")
"""The part of this library that notebooks use."""

Outputs = list[list[dict[str, Any]]]


class ExecutionError(KodebogError):
    """A notebook raised an error, or took too long; the message names notebook and cell."""


def distributions() -> tuple[str, ...]:
    """Return names and versions of all that is installed, as the folders of their metadata are called."""
    return tuple(sorted({found.name for place in sys.path for found in Path(place or ".").glob("*.dist-info")}))


def installed(names: Iterable[str] = USED_BY_NOTEBOOKS) -> dict[str, str]:
    """Return the installed versions of some distributions and of everything that these require, by name."""
    return _required(tuple(names), distributions())


@functools.lru_cache(maxsize=4)
def _required(names: tuple[str, ...], _: tuple[str, ...]) -> dict[str, str]:
    """As `installed`; looked up again only when something has been installed."""
    found: dict[str, str] = {}
    waiting = list(names)
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in found:
            continue
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # needed under other circumstances: another system, another extra
        found[name] = distribution.version
        needed = map(Requirement, distribution.requires or [])
        waiting += [r.name for r in needed if r.marker is None or r.marker.evaluate({"extra": ""})]
    return dict(sorted(found.items()))


@functools.cache
def outputs_hash() -> str:
    """Return a hash over everything but the notebook itself that its outputs are made from."""
    known = repr((platform.python_version(), content_hash(paths.study()), installed()))
    return hash_files(paths.PACKAGE, *(paths.PACKAGE / part for part in PARTS), known=known)


@functools.cache
def book_hash() -> str:
    """Return a hash over everything that pages are made from but the pages and notebooks themselves."""
    known = repr((outputs_hash(), distributions()))
    return hash_files(paths.PACKAGE, paths.PACKAGE, known=known + paths.CONFIG.read_text(encoding="utf-8"))


def look_again() -> None:
    """Forget both hashes: what they are over may have changed."""
    outputs_hash.cache_clear()
    book_hash.cache_clear()


def key(code: list[str]) -> str:
    """Return the name under which the outputs of these code cells are kept, in the language of the edition."""
    name = edition.language()
    words = [name.encode(), *(file.read_bytes() for file in edition.catalogues(name))]
    known = b"\0".join([outputs_hash().encode(), *words, json.dumps(code).encode()])
    return hashlib.sha256(known).hexdigest()[:32]


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


def _code_in(path: Path) -> list[str]:
    """As `_code`, of a file, read as plain JSON: to validate all stored outputs takes longer than all the rest."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


class Pending(NamedTuple):
    """A notebook that has to run, with its content, and the languages of the editions that it has to run for."""

    path: Path
    notebook: NotebookNode
    languages: tuple[str, ...]


def pending(notebooks: Iterable[Path], languages: Iterable[str] | None = None) -> list[Pending]:
    """Return the notebooks that have to run, for these editions or for all."""
    import nbformat  # noqa: PLC0415 - slow to import, and not needed when nothing has changed

    wanted = list(languages or edition.editions())
    found = []
    for path in notebooks:
        code = _code_in(path)
        missing = tuple(name for name in wanted if _lacks(code, name))
        if missing:
            found.append(Pending(path, nbformat.read(path, as_version=4), missing))
    return found


def _lacks(code: list[str], language: str) -> bool:
    with edition.making(language):
        return _load(code) is None


def read_executed(text: str) -> NotebookNode:
    """Return a notebook with its outputs: kept ones, or fresh ones where there are none. MyST-NB calls this."""
    import nbformat  # noqa: PLC0415 - slow to import, and not needed when nothing has changed

    notebook = nbformat.reads(text, as_version=4)
    outputs = _load(_code(notebook))
    if outputs is None:
        todo = Pending(paths.NOTEBOOKS / "notebook.ipynb", notebook, (edition.language(),))
        _run_to_end(_run_all([todo], 1, lambda _: None))
        outputs = _load(_code(notebook)) or []
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, (cell, found) in enumerate(zip(code, outputs, strict=True), 1):
        cell.outputs = [nbformat.from_dict(output) for output in found]
        # the kernel has counted on where it has run the notebook for another edition before
        for counted in [cell, *(output for output in cell.outputs if output.output_type == "execute_result")]:
            counted.execution_count = number
    return notebook


def execute(
    notebooks: Iterable[Path],
    jobs: int = 2,
    say: Callable[[str], None] = print,
    languages: Iterable[str] | None = None,
) -> int:
    """Execute the notebooks that have no kept outputs, `jobs` at a time; return how many that were.

    Each runs once for every edition of the project, or for those in `languages`.

    Raises:
        ExecutionError: for the notebooks that raise or take too long; what others had done by then is kept.

    """
    todo = pending(notebooks, languages)
    if todo:
        _run_to_end(_run_all(todo, jobs, say))
    return len(todo)


def _run_to_end(work: Coroutine[Any, Any, None]) -> None:
    """As `asyncio.run`, with SIGTERM treated as that treats Ctrl-C: tasks are cancelled and clean up first.

    What SIGTERM did before, it does then. Without this it could raise in the middle of any task.
    """
    handler = signal.getsignal(signal.SIGTERM)
    if not callable(handler) or threading.current_thread() is not threading.main_thread():
        asyncio.run(work)
        return
    stopped: list[tuple[int, FrameType | None]] = []

    async def main() -> None:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()

        def cancel(number: int, frame: FrameType | None) -> None:
            stopped.append((number, frame))
            if task and len(stopped) == 1:
                task.cancel()
                loop.call_soon_threadsafe(lambda: None)  # wakes a loop that waits

        signal.signal(signal.SIGTERM, cancel)
        await work

    try:
        asyncio.run(main())
    finally:
        signal.signal(signal.SIGTERM, handler)
        if stopped:
            handler(*stopped[0])


async def _run_all(todo: list[Pending], jobs: int, say: Callable[[str], None]) -> None:
    get_ready()
    free = asyncio.Semaphore(jobs)
    failures: list[str] = []
    done = 0

    async def one(task: Pending, sockets: str) -> None:
        nonlocal done
        async with free:
            if failures:
                return
            failure = await _run(task, sockets)
        if failure:
            failures.append(f"{task.path.name}: {failure}")
        else:
            done += 1
            say(f"  {done} of {len(todo)}  {task.path.name}")

    with tempfile.TemporaryDirectory(prefix="kodebog-") as sockets:
        async with asyncio.TaskGroup() as group:
            for task in todo:
                group.create_task(one(task, sockets))
    if failures:
        raise ExecutionError("\n".join(failures))


async def _run(task: Pending, sockets: str) -> str:
    """Run a notebook in a kernel and keep its outputs; return what went wrong, if anything did."""
    import nbformat  # noqa: PLC0415 - slow to import
    from jupyter_client.manager import AsyncKernelManager  # noqa: PLC0415
    from jupyter_client.provisioning.factory import KernelProvisionerFactory  # noqa: PLC0415
    from nbclient import NotebookClient  # noqa: PLC0415
    from nbclient.exceptions import CellExecutionError, DeadKernelError  # noqa: PLC0415

    path, notebook, languages = task
    KernelProvisionerFactory.instance(default_provisioner_name=PROVISIONER).default_provisioner_name = PROVISIONER
    manager = AsyncKernelManager(kernel_name="python3", transport="ipc", ip=f"{sockets}/{path.stem}")
    client: Any = NotebookClient(notebook, km=manager, timeout=None, record_timing=False, shutdown_kernel="immediate")
    environment = {**os.environ, "STUDY": str(paths.study()), "IPYTHONDIR": sockets, "KODEBOG_LANGUAGE": languages[0]}
    number = 0
    made: dict[str, Outputs] = {}
    limit, late = asyncio.timeout(TIMEOUT), f"ran longer than {TIMEOUT:g} s and was stopped"
    try:
        async with limit:
            # not nbclient's own context: that takes over what Ctrl-C and SIGTERM do
            await client.async_start_new_kernel(cwd=str(path.parent), env=environment)
            await client.async_start_new_kernel_client()
            for language in languages:
                limit.reschedule(asyncio.get_running_loop().time() + TIMEOUT)  # each edition has its time
                if language != languages[0]:  # in a notebook that is thrown away: nbclient puts the cell into its own
                    await client.async_execute_cell(nbformat.v4.new_code_cell(ANEW.format(language)), 0)
                client.nb = copy.deepcopy(notebook)
                number = 0
                for index, cell in enumerate(client.nb.cells):
                    number += cell.cell_type == "code"
                    await client.async_execute_cell(cell, index)
                made[language] = [list(c.outputs) for c in client.nb.cells if c.cell_type == "code"]
        if outputs_hash.__wrapped__() != outputs_hash():
            return "the study or the library was changed while it ran"
        for language, outputs in made.items():
            with edition.making(language):
                _keep(_code(notebook), outputs)
    except TimeoutError:
        return late
    except OSError as error:
        return f"its outputs could not be kept: {error.strerror or error}: {error.filename or paths.EXECUTED}"
    except CellExecutionError as error:
        trace = re.sub(r"\x1b\[[\d;]*m", "", error.traceback)
        return f"cell {number} raised {error.ename}: {error.evalue}\n{trace[-1500:]}"
    except EOFError:
        return "no kernel could be started; the error above says why"
    except (DeadKernelError, RuntimeError):  # the second where it ends before it has answered at all
        # nbclient takes a task that is cancelled for a kernel that is dead
        return late if limit.expired() else "its kernel ended without a word"
    finally:
        if client.km is not None:
            await client._async_cleanup_kernel()
    return ""


def shown(notebooks: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Yield each text that executed notebooks show, in all editions, with the notebook's name."""
    for path in notebooks:
        code = _code_in(path)
        for name in edition.editions():
            with edition.making(name):
                for output in [output for cell in _load(code) or [] for output in cell]:
                    texts = output.get("data", {}) | {"text": output.get("text", "")}
                    for kind, text in texts.items():
                        if kind.startswith("text") and text:
                            yield path.name, text if isinstance(text, str) else "".join(text)


def store_outputs(notebooks: Iterable[Path]) -> list[Path]:
    """Write kept outputs into the notebooks themselves; return those whose file changed."""
    import nbformat  # noqa: PLC0415 - slow to import, and not needed when nothing has changed

    changed = []
    for path in notebooks:
        before = path.read_text(encoding="utf-8")
        notebook = read_executed(before)
        nbformat.validate(notebook)
        after = nbformat.writes(notebook) + "\n"
        if after != before:
            write_whole(path, after)
            changed.append(path)
    return changed
