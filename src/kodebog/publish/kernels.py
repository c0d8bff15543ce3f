"""Jupyter kernels that start at once: forked from a process in which the libraries are imported already.

A kernel provisioner is how jupyter_client lets others start kernels. This one forks ipykernel from the standard
library's fork server, so a kernel is a kernel in all it does, and costs no imports. The build uses it, and nbval and
JupyterLab do where `JUPYTER_DEFAULT_PROVISIONER_NAME` names it, as the Makefile sets it.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from kodebog import paths
from kodebog.files import hash_files
from kodebog.publish.forking import FIXED, get_ready, obey_parent

INLINE = "module://matplotlib_inline.backend_inline"
"""matplotlib's backend in a kernel: a plot becomes an output of its cell."""


def library_hash() -> str:
    """Return a hash over this library's modules, as they stand on disk."""
    return hash_files(paths.PACKAGE, paths.PACKAGE)


def _serve(connection_file: str, folder: str, environment: dict[str, str], library: str) -> None:
    """Be a kernel. In a process of its own."""
    obey_parent()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.path.insert(0, "")
    from kodebog.publish import preload  # noqa: PLC0415 - there already, in the fork server

    if library != preload.LIBRARY:  # edited since the server started: forget it, so that it is imported anew
        for name in [name for name in sys.modules if name.partition(".")[0] == "kodebog"]:
            del sys.modules[name]
    from ipykernel.kernelapp import IPKernelApp  # noqa: PLC0415

    app: Any = IPKernelApp.instance()
    app.parent_handle = os.getppid()  # which also lets the kernel start in silence
    app.connection_file = connection_file
    app.exec_lines = ["%matplotlib inline"]  # which a kernel does where matplotlib is not imported yet
    app.initialize(["-f", connection_file, "--HistoryManager.enabled=False"])
    app.start()


class _Process:
    """A forked process as `LocalProvisioner` wants it: with the methods of `subprocess.Popen` that it calls."""

    stdin = stdout = stderr = None

    def __init__(self, process: Any) -> None:
        self._process = process
        self.pid = process.pid

    def poll(self) -> int | None:
        return None if self._process.is_alive() else self.returncode

    @property
    def returncode(self) -> int | None:
        code: int | None = self._process.exitcode
        return code

    def wait(self, timeout: float | None = None) -> int | None:
        self._process.join(timeout)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()

    def terminate(self) -> None:
        self._process.terminate()


class ForkedKernel(LocalProvisioner):
    """Starts a Python kernel by forking; kernels of other languages and environments as jupyter_client does."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Return how to connect to the kernel that was started."""
        if cmd[0] != sys.executable or "ipykernel_launcher" not in cmd:
            return await super().launch_kernel(cmd, **kwargs)
        environment = {**kwargs.get("env", os.environ), **FIXED, "MPLBACKEND": INLINE}
        folder = str(kwargs.get("cwd") or os.getcwd())  # noqa: PTH109
        arguments = (cmd[cmd.index("-f") + 1], folder, environment, library_hash())
        process = get_ready().Process(target=_serve, args=arguments, daemon=True)
        process.start()
        self.process = _Process(process)  # type: ignore[assignment]
        self.pid, self.pgid, self.cwd = process.pid, None, folder
        return self.connection_info
