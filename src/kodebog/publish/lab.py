"""JupyterLab with a private study: its words must not be saved into notebooks that are passed on."""

from __future__ import annotations

from typing import Any

from kodebog import paths


def keep_private(model: dict[str, Any], path: str, **_: Any) -> None:
    """Refuse to save a notebook while STUDY is set; JupyterLab calls this before each save.

    Raises:
        tornado.web.HTTPError: with the reason, which JupyterLab shows.

    """
    from tornado.web import HTTPError  # noqa: PLC0415 - there when JupyterLab is

    if paths.PRIVATE and model["type"] == "notebook":
        reason = f"not saved: STUDY is set to {paths.study()}, and its words would be saved into {path}"
        raise HTTPError(403, reason, reason=reason)
