"""A second Sphinx beside the one that builds the pages: for the PDF, and for each other edition of the book."""

from __future__ import annotations

import gc
import io
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from docutils.parsers import rst
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import docutils

from kodebog.errors import KodebogError
from kodebog.publish.forking import obey_parent


class InBackground:
    """Runs a builder in a process of its own, forked from Sphinx as it stands when `start` is called."""

    what = ""
    """What it makes, for messages."""

    def __init__(self, app: Sphinx, builder: str, folder: Path, doctrees: Path) -> None:
        self.app, self.builder, self.folder, self.doctrees = app, builder, folder, doctrees
        self._process: BaseProcess | None = None
        self._answer, self._there = get_context("fork").Pipe(duplex=False)
        self._fault: str | None = None

    def options(self) -> dict[str, Any]:
        """Return the settings that differ from those of the Sphinx that started it; called in the new process."""
        raise NotImplementedError

    def start(self) -> None:
        """Set to work."""
        self._process = get_context("fork").Process(target=self._work)
        self._process.start()
        self._there.close()

    def _work(self) -> None:
        obey_parent()
        warnings = io.StringIO()
        config: Any = self.app.config
        fault = ""
        try:
            _forget_registrations()
            gc.freeze()  # sphinx-external-toc looks through all objects for those of Sphinx: they are still to be made
            app = Sphinx(
                srcdir=self.app.srcdir,
                confdir=self.app.confdir,
                outdir=self.folder,
                doctreedir=self.doctrees,
                buildername=self.builder,
                confoverrides={**config.overrides, "extensions": config.extensions, **self.options()},
                status=None,
                warning=warnings,
            )
            app.build()
        except (KodebogError, ExtensionError) as error:
            fault = str(error)
        except OSError as error:
            fault = f"{error.strerror or error}: {error.filename or self.folder}"
        except Exception as error:  # whatever it is, the parent must hear of it
            fault = f"{type(error).__name__}: {error}"
        self._there.send(fault or warnings.getvalue().strip())

    def result(self) -> Path:
        """Wait until it is done; return the folder.

        Raises:
            sphinx.errors.ExtensionError: when it could not be made, or only with warnings.

        """
        if self._fault is None:
            try:
                self._fault = str(self._answer.recv())
            except EOFError:
                self._fault = "Its process ended without a word."
        if self._fault:
            raise ExtensionError(f"{self.what} was not made.\n{self._fault}")
        return self.folder

    def stop(self) -> None:
        """Leave nothing running."""
        if self._process is not None:
            self._process.kill()
            self._process.join()


def _forget_registrations() -> None:
    """Let docutils know no roles, directives and nodes but its own, as when a program starts.

    This process was forked from one in which Sphinx has registered its own; it registers them again.
    """
    directives: Any = rst.directives
    roles: Any = rst.roles
    directives._directives.clear()
    roles._roles.clear()
    for node in list(docutils.additional_nodes):
        docutils.unregister_node(node)
        docutils.additional_nodes.discard(node)
