"""Where the book and its repository are on the web."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from kodebog import paths
from kodebog.edition import folder, language
from kodebog.settings import read_settings


@dataclass(frozen=True)
class Addresses:
    """Where the book and its repository are on the web; empty while nobody has said."""

    book: str
    """Where this edition of it is."""
    repository: str
    root: str = ""
    """Where the whole book is, with all its editions."""

    def path(self) -> str:
        """Return the path under which the book is served, with a slash at both ends."""
        if self.book:
            return f"/{urlsplit(self.book).path.strip('/')}/".replace("//", "/")
        return f"/{folder(language())}"

    def binder(self, notebook: str) -> str:
        """Return the address that opens a notebook in JupyterLab on Binder; empty for what is not on GitHub."""
        host, _, name = self.repository.removeprefix("https://").partition("/")
        if host != "github.com" or not name:
            return ""
        return f"https://mybinder.org/v2/gh/{name.strip('/')}/HEAD?urlpath={quote(f'lab/tree/{notebook}', safe='')}"


def addresses() -> Addresses:
    """Return what BOOK_URL and REPOSITORY_URL in the environment say, else `_config.yml`."""
    config = read_settings(paths.CONFIG, "html", "repository")
    book = os.environ.get("BOOK_URL") or config["html"]["baseurl"]
    repository = os.environ.get("REPOSITORY_URL") or config["repository"]["url"]
    root = f"{book.rstrip('/')}/" if book else ""
    return Addresses(root and root + folder(language()), repository.removesuffix(".git").rstrip("/"), root)
