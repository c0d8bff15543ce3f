"""Processes that start at once: forked from one in which the libraries are imported already.

The standard library's fork server is told what to import; who asks for a process gets a fork of it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import wait
from typing import Any

PRELOADED = ["kodebog.publish.preload", "ipykernel.kernelapp", "ipykernel.ipkernel", "IPython.core.interactiveshell"]
"""What every kernel needs, imported once before the kernels are forked."""
FIXED = {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"}
"""Environment of every kernel: what could make two runs differ is set."""


@contextlib.contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Have these variables set for a while."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def get_ready() -> Any:
    """Start importing what kernels need, in the background; return the context that forks processes."""
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(PRELOADED)
    # what stops this process is not for the server: it inherits the mask, and ends when nobody is left
    resource_tracker.ensure_running()  # which the server would start, and which lifts the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with _environment(FIXED):
            forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return server


def obey_parent() -> None:
    """In a process of its own: leave it to the parent when to stop, and never live longer than it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()
