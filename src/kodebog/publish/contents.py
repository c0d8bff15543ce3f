"""The pages of the book in the order of its contents."""

from __future__ import annotations

from collections.abc import Iterator

from sphinx import addnodes
from sphinx.environment import BuildEnvironment


def in_order(env: BuildEnvironment) -> Iterator[str]:
    """Yield the names of the pages that the contents lead to, the landing page first."""
    yield env.config.root_doc
    yield from _below(env, env.config.root_doc)


def parts(env: BuildEnvironment) -> Iterator[tuple[str, list[str]]]:
    """Yield the parts of the contents: what each is called, and its pages."""
    for part in env.get_doctree(env.config.root_doc).findall(addnodes.toctree):
        if part.get("caption"):
            yield part["caption"], [page for child in part["includefiles"] for page in (child, *_below(env, child))]


def titles(env: BuildEnvironment) -> dict[str, str]:
    """Return what the contents call pages that they give a name of their own."""
    return {
        page: title
        for part in env.get_doctree(env.config.root_doc).findall(addnodes.toctree)
        for title, page in part["entries"]
        if title
    }


def _below(env: BuildEnvironment, page: str) -> Iterator[str]:
    for child in env.toctree_includes.get(page, []):
        yield child
        yield from _below(env, child)
