"""What stands around a page's text: security policy, description, cards for links, links under the title."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Iterable, Iterator
from html import escape, unescape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri

from kodebog import paths
from kodebog.publish import explorer, language, previews
from kodebog.publish.addresses import Addresses
from kodebog.publish.pdf import BRIEFS, brief_file
from kodebog.report import metadata
from kodebog.study import Study

CARD = "social-card.png"
"""File of the picture that is shown where a link to the book is shared."""
COPIED = 'class="highlight-(text|bibtex)'
"""Commands and citations, which readers copy; code of notebooks is downloaded with its notebook."""
NEEDED = {
    "clipboard.min.js": COPIED,
    "copybutton.js": COPIED,
    "copybutton.css": COPIED,
    "design-tabs.js": 'class="sd-tab-set',
    "sphinx-design.min.css": 'class="sd-',
    "furo-extensions.css": 'id="furo-readthedocs-versions"',
    "mystnb": 'class="cell ',
}
"""Scripts and styles that only some pages need, by how their names begin, and what such a page has in it."""
PRIVATE_WORDS = "Private copy: made from a study of your own, which may hold the article's words. Not to be passed on."
"""What every page of a book from another study than `data/` says of itself."""
DRAFT_WORDS = "Draft, not for publication: who made it, its licence or its disclosures are not settled yet."
"""What every page says of itself while a question to the study's owner is open."""
PACE = 200
"""Words a minute at which a page's reading time is reckoned."""
DESCRIPTION = 200
"""Characters of a page's description, at most; it ends with a sentence."""


def security_policy(inline: Iterable[str]) -> str:
    """Return a policy that lets a page load from its own host only, and run just these inline scripts."""
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in inline]
    script = " ".join(["'self'", *(f"'sha256-{value}'" for value in hashes)])
    rest = "object-src 'none'; base-uri 'self'; form-action 'self'"
    return f"default-src 'self'; script-src {script}; {rest}"


@functools.cache
def theme_policy(folders: tuple[str, ...]) -> str:
    """Return the policy for pages of the theme in these folders, whose base template may have scripts of its own."""
    templates = [path for path in (Path(folder) / "base.html" for folder in folders) if path.is_file()]
    inline = [
        s for path in templates for s in re.findall(r"<script>(.*?)</script>", path.read_text("utf-8"), re.DOTALL)
    ]
    return security_policy(inline)


def description(doctree: nodes.document | None, abstract: str) -> str:
    """Return the first sentences of a page, or else of the abstract, as many as fit a search engine's line."""
    paragraphs = doctree.findall(nodes.paragraph) if doctree else ()
    text = next((" ".join(p.astext().split()) for p in paragraphs if isinstance(p.parent, nodes.section)), abstract)
    if len(text) <= DESCRIPTION:
        return text
    cut = text[:DESCRIPTION]
    return cut[: cut.rfind(". ") + 1] or cut[: cut.rfind(" ")] + " …"


def page_context(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Tell the template of a page all that stands around its text."""
    where: Addresses = app.config.kodebog_addresses
    about = metadata.citation()
    title = unescape(re.sub(r"<[^>]+>", "", context.get("title", ""))).strip() or about["title"]
    text = description(doctree, about["abstract"])
    lasting = doctree is not None and bool(where.book)  # not so the pages for searching and for what is not found
    address = where.book + app.builder.get_target_uri(pagename).removesuffix("index.html") if lasting else ""
    context["pageurl"] = address
    card = [("og:url", address), ("og:image", where.book + CARD), ("og:image:alt", about["title"])] if address else []
    context["about_page"] = [
        ("description", text),
        ("og:type", "article"),
        ("og:site_name", about["title"]),
        ("og:title", title),
        ("og:description", text),
        *card,
        ("twitter:card", "summary_large_image"),
    ]
    context["security_policy"] = theme_policy(tuple(app.builder.theme.get_theme_dirs()))  # type: ignore[attr-defined]
    context["page_language"] = language.of_page(pagename)
    context["imprint"] = imprint(app, pagename, where, about)
    context["private"] = paths.PRIVATE or app.config.kodebog_draft
    context["live"] = app.config.kodebog_live
    if pagename == app.config.root_doc and not paths.PRIVATE:
        context["json_ld"] = metadata.script_safe(metadata.schema_org(paths.study(), where.book))
    if pagename in explorer.PAGES:
        for script in explorer.SCRIPTS:
            app.add_js_file(script)
    body = context.get("body", "")
    if doctree is not None and (found := previews.wanted(body, Study.load()) | previews.works(body, app.env)):
        context["previews"] = metadata.script_safe(found)
        app.add_js_file(previews.SCRIPT)
    for files in ("script_files", "css_files"):
        context[files] = [file for file in context[files] if _needed(file, context.get("body", ""))]


def imprint(app: Sphinx, page: str, where: Addresses, about: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what stands at the foot of every page: words and, where they lead somewhere, an address."""
    reuse = app.builder.get_relative_uri(page, "book/reuse") if "book/reuse" in app.env.found_docs else ""
    version = f"Version {about['version']}, {about['date-released']}"
    changes = app.builder.get_relative_uri(page, "book/changes") if "book/changes" in app.env.found_docs else ""
    foot = [
        (version, changes),
        (metadata.licence(), reuse and f"{reuse}#reuse"),
        ("Cite", reuse and f"{reuse}#cite"),
    ]
    if where.repository:
        foot.append(("Report a fault", f"{where.repository}/issues"))
    return foot


def _needed(file: Any, body: str) -> bool:
    name = Path(str(getattr(file, "filename", file) or "")).name
    return all(re.search(sign, body) for start, sign in NEEDED.items() if name.startswith(start))


def minutes(doctree: nodes.document) -> int:
    """Return how long a page's running text takes to read, at `PACE`; tables, captions and code are not counted."""
    aside = (nodes.table, nodes.figure, nodes.literal_block)
    told = [p for p in doctree.findall(nodes.paragraph) if not any(isinstance(n, aside) for n in _around(p))]
    return round(sum(len(p.astext().split()) for p in told) / PACE)


def _around(node: nodes.Node) -> Iterator[nodes.Node]:
    while (node := node.parent) is not None:
        yield node


def _of_brief(app: Sphinx, page: str) -> list[tuple[str, str]]:
    """Return where a brief stands as a PDF, and in its other language."""
    file = relative_uri(app.builder.get_target_uri(page), brief_file(page))
    as_pdf, other, words = ("This page as PDF", "da", "På dansk")
    if page == BRIEFS["da"]:
        as_pdf, other, words = ("Siden som PDF", "en", "In English")
    found = [(as_pdf, f'href="{file}"')]
    if BRIEFS[other] in app.env.found_docs:
        address = app.builder.get_relative_uri(page, BRIEFS[other])
        found.append((words, f'href="{address}" lang="{other}" hreflang="{other}"'))
    return found


def tools(app: Sphinx, page: str, doctree: nodes.document) -> str:
    """Return the line under a page's title: how long it takes, its notebook, how to run it, the book in other forms."""
    where: Addresses = app.config.kodebog_addresses

    def to(file: str) -> str:
        return relative_uri(app.builder.get_target_uri(page), file)

    source = Path(app.env.doc2path(page, base=False))
    reuse = app.builder.get_relative_uri(page, "book/reuse")  # on that very page an empty address
    links = [("PDF", f'href="{to(paths.PDF.name)}"'), ("Cite", f'href="{reuse}#cite"')]
    if page in BRIEFS.values():
        links = [*_of_brief(app, page), *links]
    if source.suffix == ".ipynb":
        run = [("Notebook", f'href="{to(str(source))}" download'), ("How to run this", f'href="{reuse}#jupyterlab"')]
        if binder := where.binder(str(source)):
            run.append(("Open in Binder", f'href="{escape(binder)}"'))
        links = run + links
    items = "".join(f"<li><a {attributes}>{text}</a></li>" for text, attributes in links)
    if source.suffix == ".ipynb" and (long := minutes(doctree)):
        items = f"<li>{long} {'minute' if long == 1 else 'minutes'} to read</li>{items}"
    words = "" if language.of_page(page) == "en" else ' lang="en"'
    return f'<ul class="kodebog-tools" aria-label="This page"{words}>{items}</ul>'
