"""What stands around a page's text: security policy, description, cards for links, links under the title."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Iterable
from html import escape, unescape
from pathlib import Path
from typing import Any, NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri

from kodebog import edition, paths
from kodebog.edition import _, noop
from kodebog.publish import editions, explorer, previews
from kodebog.publish.addresses import Addresses
from kodebog.publish.pdf import BRIEF, PAGE_COUNT
from kodebog.publish.search import running_text
from kodebog.report import metadata
from kodebog.report.wording import known
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
    "mystnb": 'class="output ',
    "pygments.css": r"(?!)",  # kodebog.css colours code
}
"""Scripts and styles that only some pages need, by how their names begin, and what such a page has in it."""
PRIVATE_WORDS = noop(
    "Private copy: made from a study of your own, which may hold words that are not for others. Not to be passed on."
)
"""What every page of a book from another study than `data/` says of itself."""
DRAFT_WORDS = noop("Draft, not for publication: who made it, its licence or its disclosures are not settled yet.")
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


LEGENDS = "marks.js"
"""The script of pages that have marks and a legend."""


@functools.cache
def theme_policy(folders: tuple[str, ...]) -> str:
    """Return the policy for pages of the theme in these folders, whose base template may have scripts of its own."""
    templates = [path for path in (Path(folder) / "base.html" for folder in folders) if path.is_file()]
    inline = [
        s for path in templates for s in re.findall(r"<script>(.*?)</script>", path.read_text("utf-8"), re.DOTALL)
    ]
    return security_policy([*inline, SWITCHING, *filter(None, [editions.copying()])])


def description(doctree: nodes.document | None, otherwise: str) -> str:
    """Return the first sentences of a page that has a paragraph, as many as fit a search engine's line."""
    paragraphs = doctree.findall(nodes.paragraph) if doctree else ()
    text = next((" ".join(p.astext().split()) for p in paragraphs if isinstance(p.parent, nodes.section)), otherwise)
    if len(text) <= DESCRIPTION:
        return text
    cut = text[:DESCRIPTION]
    return cut[: cut.rfind(". ") + 1] or cut[: cut.rfind(" ")] + " …"


def page_context(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Tell the template of a page all that stands around its text."""
    where: Addresses = app.config.kodebog_addresses
    about = metadata.citation()
    name = known(about["title"])
    title = unescape(re.sub(r"<[^>]+>", "", context.get("title", ""))).strip() or name
    text = description(doctree, f"{title}. {name}.")
    lasting = doctree is not None and bool(where.book)  # not so the pages for searching and for what is not found
    address = where.book + app.builder.get_target_uri(pagename).removesuffix("index.html") if lasting else ""
    context["pageurl"] = address
    card = [("og:url", address), ("og:image", where.book + CARD), ("og:image:alt", name)] if address else []
    context["about_page"] = [
        ("description", text),
        ("og:type", "article"),
        ("og:site_name", name),
        *locales(app),
        ("og:title", title),
        ("og:description", text),
        *card,
        ("twitter:card", "summary_large_image"),
    ]
    context["security_policy"] = theme_policy(tuple(app.builder.theme.get_theme_dirs()))  # type: ignore[attr-defined]
    context["switch_links"] = switch_links(app, pagename)
    context["alternates"] = alternates(app, pagename) if lasting else []
    context["imprint"] = imprint(app, pagename, where, about)
    context["private"] = paths.PRIVATE or app.config.kodebog_draft
    context["live"] = app.config.kodebog_live
    if pagename == app.config.root_doc and not paths.PRIVATE:
        context["json_ld"] = metadata.script_safe(metadata.schema_org(paths.study(), where.book))
    if explorer.of_page(pagename):
        app.add_js_file(explorer.SCRIPT)
        context["library"] = explorer.LIBRARY
    context["copying"] = editions.copying() if re.search(COPIED, context.get("body", "")) else ""
    # the search has a script further down that needs those before it, and so has what tells buttons their words
    context["deferring"] = doctree is not None and not context["copying"]
    context["switching"] = SWITCHING if context["switch_links"] else ""
    body = context.get("body", "")
    if doctree is not None and (found := _previews(app, body)):
        context["previews"] = metadata.script_safe(found)
        app.add_js_file(previews.SCRIPT)
    if "kodebog-legend" in body:
        app.add_js_file(LEGENDS)
    for files in ("script_files", "css_files"):
        wanted = [file for file in context[files] if _needed(file, context.get("body", ""))]
        if doctree is not None:  # words of the search, which has a page of its own
            wanted = [file for file in wanted if "translations.js" not in str(getattr(file, "filename", file))]
        context[files] = wanted


def _previews(app: Sphinx, body: str) -> dict[str, previews.Preview]:
    """What the links of a page lead to, in short."""
    return previews.wanted(body, Study.load()) | previews.works(body, app.env) | previews.terms(body, app.env)


def _languages(app: Sphinx) -> list[str]:
    """The languages of all editions that are being made: none but one while one writes."""
    return [edition.language()] if app.config.kodebog_alone else edition.editions()


def locales(app: Sphinx) -> list[tuple[str, str]]:
    """Return the languages of a page and of what stands beside it, as the cards of links want them."""
    other = [name for name in _languages(app) if name != edition.language()]
    return [("og:locale", _locale(edition.language())), *(("og:locale:alternate", _locale(name)) for name in other)]


def _locale(name: str) -> str:
    return {"en": "en_GB", "da": "da_DK"}.get(name, name)


def alternates(app: Sphinx, page: str) -> list[tuple[str, str]]:
    """Return a page's address in every language, and in that which is shown to all others."""
    root: str = app.config.kodebog_addresses.root
    uri = app.builder.get_target_uri(page).removesuffix("index.html")
    names = _languages(app)
    if len(names) == 1:
        return []
    found = [(name, f"{root}{edition.folder(name)}{uri}") for name in names]
    return [*found, ("x-default", f"{root}{uri}")]


SWITCHING = Path(__file__).with_name("theme").joinpath("switch.js").read_text(encoding="utf-8")
"""Script that keeps the place when one switches; it stands in the page, which saves a request."""


class Switch(NamedTuple):
    """The way to a page in another edition."""

    language: str
    own_name: str
    address: str
    offer: str
    """What it says, in its language, to those whose browser speaks that."""


def switch(app: Sphinx, page: str) -> list[Switch]:
    """Return the other editions of a page."""
    here = edition.language()
    up = "../" if edition.folder(here) else ""
    uri = app.builder.get_target_uri(page)
    found = []
    for name in _languages(app):
        if name != here:
            target = f"{up}{edition.folder(name)}{uri}"
            with edition.making(name):
                offer = _("Read this book in English")
            found.append(Switch(name, edition.own_name(name), relative_uri(uri, target), offer))
    return found


def switch_links(app: Sphinx, page: str) -> str:
    """Return the items of a list that lead to the other editions of a page; empty where there are none."""
    return "".join(
        f'<li><a class="kodebog-switch" href="{escape(to.address)}" lang="{to.language}" hreflang="{to.language}">'
        f"<span>{to.own_name}</span><span hidden>{escape(to.offer)}</span></a></li>"
        for to in switch(app, page)
    )


def imprint(app: Sphinx, page: str, where: Addresses, about: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what stands at the foot of every page: words and, where they lead somewhere, an address."""
    reuse = app.builder.get_relative_uri(page, "book/reuse") if "book/reuse" in app.env.found_docs else ""
    version = _("Version {version}, {date}").format(version=about["version"], date=about["date-released"])
    changes = app.builder.get_relative_uri(page, "book/changes") if "book/changes" in app.env.found_docs else ""
    foot = [
        (version, changes),
        (metadata.licence(), reuse and f"{reuse}#reuse"),
        (_("Cite"), reuse and f"{reuse}#cite"),
    ]
    if where.repository:
        foot.append((_("Report a fault"), f"{where.repository}/issues"))
    return foot


def _needed(file: Any, body: str) -> bool:
    name = Path(str(getattr(file, "filename", file) or "")).name
    return all(re.search(sign, body) for start, sign in NEEDED.items() if name.startswith(start))


def minutes(doctree: nodes.document) -> int:
    """Return how long a page's running text takes to read, at `PACE`; tables, captions and code are not counted."""
    return round(sum(len(p.astext().split()) for p in running_text(doctree)) / PACE)


def tools(app: Sphinx, page: str, doctree: nodes.document) -> str:
    """Return the line under a page's title: how long it takes, its notebook, how to run it, the book in other forms."""
    where: Addresses = app.config.kodebog_addresses

    def to(file: str) -> str:
        return relative_uri(app.builder.get_target_uri(page), file)

    source = Path(app.env.doc2path(page, base=False))
    reuse = app.builder.get_relative_uri(page, "book/reuse")  # on that very page an empty address
    # on the first page alone: pages that were written meanwhile need not wait for it
    count = app.emit_firstresult(PAGE_COUNT) if page == app.config.root_doc else None
    name = _("PDF, {n} pages").format(n=count) if count else _("PDF")
    links = [(name, f'href="{to(paths.PDF.name)}"'), (_("Cite"), f'href="{reuse}#cite"')]
    if page == BRIEF:
        links = [(_("This page as PDF"), f'href="{to(paths.BRIEF.name)}"'), *links]
    if source.suffix == ".ipynb":
        run = [
            (_("Notebook"), f'href="{to(str(source))}" download'),
            (_("How to run this"), f'href="{reuse}#jupyterlab"'),
        ]
        if binder := where.binder(str(source)):
            run.append((_("Open in Binder"), f'href="{escape(binder)}"'))
        links = run + links
    items = "".join(f"<li><a {attributes}>{text}</a></li>" for text, attributes in links)
    if source.suffix == ".ipynb" and (long := minutes(doctree)):
        words = _("1 minute to read") if long == 1 else _("{n} minutes to read").format(n=long)
        items = f"<li>{words}</li>{items}"
    label = _("This page")
    return f'<ul class="kodebog-tools" aria-label="{label}">{switch_links(app, page)}{items}</ul>'
