"""What the book needs on the web beside its text: policy, description, links, downloads, social card, sitemap."""

from __future__ import annotations

import base64
import functools
import hashlib
import os
import re
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import typst
import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config
from sphinx.util.index_entries import split_index_msg

from kodebog import paths
from kodebog.report import metadata
from kodebog.study.package import declared_files

CARD = "social-card.png"
SUMS = "SHA256SUMS"
COPIED = 'class="highlight-(text|bibtex)'
"""Commands and citations, which readers copy; code of notebooks is downloaded with its notebook."""
NEEDED = {
    "clipboard.min.js": COPIED,
    "copybutton.js": COPIED,
    "copybutton.css": COPIED,
    "design-tabs.js": 'class="sd-tab-set',
    "sphinx-design.min.css": 'class="sd-',
    "mystnb": 'class="cell ',
}
"""Scripts and styles that only some pages need, by how their names begin, and what such a page has in it."""
PRIVATE_WORDS = "Private copy: made from a study of your own, which may hold the article's words. Not to be passed on."
"""What every page of a book from another study than `data/` says of itself."""
DESCRIPTION = 200
"""Characters of a page's description, at most; it ends with a sentence."""


@dataclass(frozen=True)
class Addresses:
    """Where the book and its repository are on the web; empty while nobody has said."""

    book: str
    repository: str

    def path(self) -> str:
        """Return the path under which the book is served, with a slash at both ends."""
        return f"/{urlsplit(self.book).path.strip('/')}/".replace("//", "/")

    def binder(self, notebook: str) -> str:
        """Return the address that opens a notebook in JupyterLab on Binder; empty for what is not on GitHub."""
        host, _, name = self.repository.removeprefix("https://").partition("/")
        if host != "github.com" or not name:
            return ""
        return f"https://mybinder.org/v2/gh/{name.strip('/')}/HEAD?urlpath={quote(f'lab/tree/{notebook}', safe='')}"


def addresses() -> Addresses:
    """Return what BOOK_URL and REPOSITORY_URL in the environment say, else `_config.yml`."""
    config = yaml.safe_load(paths.CONFIG.read_text(encoding="utf-8"))
    book = os.environ.get("BOOK_URL") or config["html"]["baseurl"]
    repository = os.environ.get("REPOSITORY_URL") or config["repository"]["url"]
    return Addresses(f"{book.rstrip('/')}/" if book else "", repository.removesuffix(".git").rstrip("/"))


class BookBuilder(StandaloneHTMLBuilder):
    """Sphinx's HTML, with the landing page at the root of the book."""

    def get_target_uri(self, docname: str, typ: str | None = None) -> str:
        """Return the address of a page within the book."""
        return super().get_target_uri("index" if docname == self.config.root_doc else docname, typ)

    def get_outdated_docs(self) -> Iterator[str]:
        """Yield the pages to write, the landing page always: with no page to write Sphinx copies no style sheets."""
        yield from {*super().get_outdated_docs(), self.config.root_doc}

    def get_outfilename(self, pagename: str) -> str:
        """Return the file of a page."""
        return super().get_outfilename("index" if pagename == self.config.root_doc else pagename)

    def load_indexer(self, docnames: Iterable[str]) -> None:
        """Take up the last search index, and its glossary entries too, which Sphinx forgets for pages not rewritten."""
        super().load_indexer(docnames)
        domain: Any = self.env.domains["index"]
        listed: Any = self.indexer
        for docname, entries in domain.entries.items():
            found = {
                (word, target or "", main)
                for kind, value, target, main, _ in entries
                for word in split_index_msg(kind, value)
            }
            listed._index_entries[docname] = sorted(found)


def mark_private(app: Sphinx, config: Config) -> None:
    """Let every page of a private book, and its title, say so."""
    if paths.PRIVATE:
        config.html_title = metadata.book_title()
        config.html_theme_options["announcement"] = PRIVATE_WORDS


def security_policy(inline: Iterable[str]) -> str:
    """Return a policy that lets a page load from its own host only, and run just these inline scripts."""
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in inline]
    script = " ".join(["'self'", *(f"'sha256-{value}'" for value in hashes)])
    return f"default-src 'self'; script-src {script}; object-src 'none'; base-uri 'self'; form-action 'self'"


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
    context["private"] = paths.PRIVATE
    if pagename == app.config.root_doc and not paths.PRIVATE:
        context["json_ld"] = metadata.script_safe(metadata.schema_org(paths.study(), where.book))
    context["tools"] = tools(context, where) if doctree else ""
    for files in ("script_files", "css_files"):
        context[files] = [file for file in context[files] if _needed(file, context.get("body", ""))]


def _needed(file: Any, body: str) -> bool:
    name = Path(str(getattr(file, "filename", file) or "")).name
    return all(re.search(sign, body) for start, sign in NEEDED.items() if name.startswith(start))


def tools(context: dict[str, Any], where: Addresses) -> str:
    """Return the line under a page's title: its notebook, where to run it, and the book in other forms."""
    source = context.get("sourcename", "")
    reuse = context["pathto"]("book/reuse").removesuffix("#")  # on that very page an empty address
    links = [("PDF", context["pathto"](paths.PDF.name, 1)), ("Cite", f"{reuse}#cite")]
    if source.endswith(".ipynb"):
        run = [("Notebook", context["pathto"](f"_sources/{source}", 1)), ("Open in JupyterLab", f"{reuse}#jupyterlab")]
        if binder := where.binder(source):
            run.append(("Open in Binder", binder))
        links = run + links
    items = "".join(f'<li><a href="{escape(href)}">{text}</a></li>' for text, href in links)
    return f'<ul class="kodebog-tools" aria-label="This page">{items}</ul>'


def finish(html: Path, pdf: Path, pages: Iterable[str]) -> None:
    """Put beside the pages what they lead to: PDF, data package, checksums, social card, sitemap."""
    where = addresses()
    # Sphinx's search knows pages by their source, and looks for the landing page where its source is
    index, landing = html / "searchindex.js", f"{paths.BOOK.name}/index"
    index.write_text(index.read_text(encoding="utf-8").replace(f'"{landing}"', '"index"'), encoding="utf-8")
    shutil.copyfile(pdf, html / paths.PDF.name)
    (html / "data").mkdir()
    for path in declared_files(paths.study()):
        shutil.copyfile(path, html / "data" / path.name)
    if paths.PRIVATE:
        (html / "robots.txt").write_text("User-agent: *\nDisallow: /\n", encoding="utf-8")
        return
    package = html / metadata.package_name(paths.study())
    pack(paths.study(), package)
    (html / SUMS).write_bytes(sums({f.name: f.read_bytes() for f in (package, html / paths.PDF.name)}))
    (html / CARD).write_bytes(social_card())
    (html / ".nojekyll").touch()  # else GitHub Pages leaves out folders that start with _
    if where.book:
        urls = "".join(
            f"<url><loc>{escape(where.book + page.removesuffix('index.html'))}</loc></url>\n" for page in pages
        )
        (html / "sitemap.xml").write_text(
            '<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
            f"{urls}</urlset>\n",
            encoding="utf-8",
        )
        (html / "robots.txt").write_text(
            f"User-agent: *\nAllow: /\nSitemap: {where.book}sitemap.xml\n", encoding="utf-8"
        )


def sums(files: dict[str, bytes]) -> bytes:
    """Return the SHA-256 of files, by name, in the form that `sha256sum --check` reads."""
    return "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items()).encode()


def pack(study: Path, out: Path) -> None:
    """Write a study, its licence and its citation into a zip file, with the checksum of every file in it.

    The bytes depend on the content only: files are stored, not compressed, since compressors differ.
    """
    files = [*declared_files(study), paths.ROOT / "LICENSE-data", paths.ROOT / "CITATION.cff"]
    content = {path.name: path.read_bytes() for path in sorted(files, key=lambda p: p.name)}
    content[SUMS] = sums(content)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in content.items():
            info = zipfile.ZipInfo(f"{out.stem}/{name}", (1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)


def social_card() -> bytes:
    """Return the picture that is shown where a link to the book is shared: PNG, 1200 × 630."""
    about = metadata.citation()
    inputs = {
        "title": about["title"],
        "source": about["references"][0]["title"],
        "year": str(about["references"][0]["year"]),
    }
    card = Path(__file__).with_name("card.typ")
    made = typst.compile(
        str(card),
        root=str(card.parent),
        format="png",
        ppi=144.0,
        sys_inputs=inputs,
        ignore_system_fonts=True,
    )
    assert isinstance(made, bytes)
    return made
