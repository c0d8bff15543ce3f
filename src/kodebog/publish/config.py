"""From `_config.yml` and `_toc.yml` to Sphinx's configuration, as Jupyter Book 1 reads them.

`conf.py` of the project takes its settings from here, so Sphinx alone builds the book, of any version.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kodebog import paths
from kodebog.errors import KodebogError
from kodebog.settings import read_settings

NAMES = {
    "title": "html_title",
    "author": "author",
    "copyright": "copyright",
    "logo": "html_logo",
    "bibtex_bibfiles": "bibtex_bibfiles",
    "exclude_patterns": "exclude_patterns",
    "execute.execute_notebooks": "nb_execution_mode",
    "parse.myst_enable_extensions": "myst_enable_extensions",
    "html.baseurl": "html_baseurl",
    "html.use_multitoc_numbering": "use_multitoc_numbering",
    "repository.url": "",
}
"""Names of settings in `_config.yml`, and what Sphinx calls them; the repository's address is read elsewhere."""
AS_JUPYTER_BOOK = {"html_sourcelink_suffix": "", "myst_url_schemes": ["mailto", "http", "https"]}
"""What Jupyter Book 1 sets without being asked, and what makes a difference here."""


class ConfigError(KodebogError):
    """A setting in `_config.yml` that nothing here knows."""


def settings(config: Path | None = None) -> dict[str, Any]:
    """Return Sphinx's settings by name.

    Raises:
        ConfigError: for a setting that is not known.

    """
    path = config or paths.CONFIG
    content = read_settings(path, "sphinx")
    own = content.pop("sphinx")["config"]
    flat: dict[str, Any] = {}
    for name, value in content.items():
        flat |= {f"{name}.{key}": inner for key, inner in value.items()} if isinstance(value, dict) else {name: value}
    if unknown := sorted(set(flat) - set(NAMES)):
        raise ConfigError(f"{path.name}: {', '.join(unknown)}: not a known setting; known: {', '.join(NAMES)}")
    found = {NAMES[name]: value for name, value in flat.items() if NAMES[name]}
    return {**AS_JUPYTER_BOOK, **found, **own, "external_toc_path": paths.TOC.name}
