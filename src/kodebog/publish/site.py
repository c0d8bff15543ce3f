"""What makes a folder of pages a site: PDF, data package, checksums, social card, site map, and nothing left over."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

import typst
from sphinx.application import Sphinx
from sphinx.util.index_entries import split_index_msg

from kodebog import edition, paths
from kodebog.edition import _
from kodebog.files import project_files
from kodebog.publish import search
from kodebog.publish.addresses import Addresses
from kodebog.publish.execution import read_executed
from kodebog.publish.head import CARD
from kodebog.publish.outputs import SHOWN, kept
from kodebog.report import catalogues, gate, metadata
from kodebog.report.figures import themes_as_marks, words_of_marks
from kodebog.report.readable import readable
from kodebog.report.style import truetype
from kodebog.report.wording import known
from kodebog.study import Study
from kodebog.study.package import declared_files

SUMS = "SHA256SUMS"
SOURCE = "source.zip"
"""The project itself, to download and run."""
TEXTS = "searchtexts.js"
"""What the pages say, for the search, and the script that shows it."""
DATA = "data"
"""Folder of the site that holds the study's tables."""


def clean_search_index(app: Sphinx) -> list[Any]:
    """Make the search index the one that a build from nothing gives, before Sphinx writes it. Adds no page.

    Sphinx forgets the glossary's entries of pages that are not rewritten, and keeps words that no page has any more.
    """
    index: Any = getattr(app.builder, "indexer", None)
    if index is None:
        return []
    entries: Any = app.env.domains["index"]
    for docname, listed in entries.entries.items():
        found = {
            (word, target or "", main)
            for kind, value, target, main, _ in listed
            for word in split_index_msg(kind, value)
        }
        index._index_entries[docname] = sorted(found)
    for words in (index._mapping, index._title_mapping):
        for word in [word for word, pages in words.items() if not pages]:
            del words[word]
    return []


def write_texts(app: Sphinx) -> list[Any]:
    """Write what the pages say, for the search to show where it found a word, without asking for them. Adds no page."""
    named = numbers(app) | {page.rpartition("/")[2]: title.astext() for page, title in app.env.titles.items()}
    prose = search.kept(app.env).prose(named)
    pages = {app.builder.get_target_uri(page): text for page, text in sorted(prose.items())}
    shows = Path(__file__).with_name("theme") / "snippets.js"
    texts = f"const kodebogTexts = {json.dumps(pages, ensure_ascii=False)};\n"
    (Path(app.outdir) / TEXTS).write_text(texts + shows.read_text(encoding="utf-8"), encoding="utf-8")
    return []


def finish(app: Sphinx, pdf: Path | None, others: Iterable[str] = ()) -> None:
    """Put beside the pages what they lead to, and take away what earlier builds have left.

    What all editions share stands once, with the first; `others`: the languages of those that stand below it.
    """
    html, where = Path(app.outdir), app.config.kodebog_addresses
    drop_leftovers(app, others)
    if pdf is not None:
        shutil.copyfile(pdf, html / paths.PDF.name)
        for brief in pdf.parent.glob(f"{paths.BRIEF.stem}*.pdf"):
            shutil.copyfile(brief, html / brief.name)
    write_data(app)
    write_notebooks(app)
    if not paths.PRIVATE:
        (html / CARD).write_bytes(social_card())
    if edition.language() != edition.source():
        return
    if paths.PRIVATE or app.config.kodebog_draft:
        (html / "robots.txt").write_text("User-agent: *\nDisallow: /\n", encoding="utf-8")
    if paths.PRIVATE:
        return
    package = html / metadata.package_name(paths.study())
    pack(paths.study(), package)
    pack_source(app, html / SOURCE)
    if pdf is not None:
        reports = [html / part / paths.PDF.name for part in ("", *others)]
        known_ = {f.relative_to(html).as_posix(): f.read_bytes() for f in (package, html / SOURCE, *reports)}
        (html / SUMS).write_bytes(sums(known_))
    (html / ".nojekyll").touch()  # else GitHub Pages leaves out folders that start with _
    if where.book and not app.config.kodebog_draft:
        uris = [app.builder.get_target_uri(page) for page in sorted(app.env.found_docs)]
        _tell_search_engines(html, where, uris, list(others))


def write_data(app: Sphinx) -> None:
    """Put the study's tables, and the data behind what notebooks show, beside the pages."""
    data, shown = Path(app.outdir) / DATA, Path(app.outdir) / SHOWN
    shown.mkdir(parents=True, exist_ok=True)
    if edition.language() == edition.source():
        for path in declared_files(paths.study()):
            shutil.copyfile(path, data / path.name)
    for files in kept(app.env).values():
        for name, text in files.items():
            (shown / name).write_text(text, encoding="utf-8")


def numbers(app: Sphinx) -> dict[str, str]:
    """Return what tables and figures are called by number, by address on their page."""
    return {
        identifier: app.config.numfig_format[kind] % ".".join(map(str, number))
        for kinds in app.env.toc_fignumbers.values()
        for kind in ("table", "figure")
        for identifier, number in kinds.get(kind, {}).items()
    }


def write_notebooks(app: Sphinx) -> None:
    """Put the notebooks beside their pages, with numbers and names where the sources have roles."""
    called, where = numbers(app), app.config.kodebog_addresses.book
    for page in app.env.found_docs:
        source = Path(str(app.env.doc2path(page)))
        if source.suffix == ".ipynb":
            text = readable(of_edition(page, source), Study.load(), called, where)
            (Path(app.outdir) / f"{page}.ipynb").write_text(text, encoding="utf-8")


def of_edition(page: str, source: Path) -> str:
    """Return a notebook in the language of the edition, with the outputs that it gives there."""
    text = source.read_text(encoding="utf-8")
    if edition.language() == edition.source():
        return text
    import nbformat  # noqa: PLC0415 - slow to import

    return str(nbformat.writes(read_executed(catalogues.translated(page, text))))


def _tell_search_engines(html: Path, where: Addresses, uris: list[str], others: list[str]) -> None:
    """Write the site map, in which each page names itself in all languages, and leave everything open."""
    languages = {name: edition.folder(name) for name in (edition.source(), *others)}
    entries = []
    for uri in (uri.removesuffix("index.html") for uri in uris):
        beside = "".join(
            f'<xhtml:link rel="alternate" hreflang="{name}" href="{escape(where.root + part + uri)}"/>'
            for name, part in languages.items()
            if others
        )
        entries += [f"<url><loc>{escape(where.root + part + uri)}</loc>{beside}</url>\n" for part in languages.values()]
    space = ' xmlns:xhtml="http://www.w3.org/1999/xhtml"' if others else ""
    (html / "sitemap.xml").write_text(
        f'<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"{space}>\n'
        f"{''.join(entries)}</urlset>\n",
        encoding="utf-8",
    )
    robots = f"User-agent: *\nAllow: /\nSitemap: {where.book}sitemap.xml\n"
    (html / "robots.txt").write_text(robots, encoding="utf-8")


def drop_leftovers(app: Sphinx, others: Iterable[str] = ()) -> None:
    """Remove what earlier builds have left: all but what the pages of today are made of, and other editions."""
    out = Path(app.outdir)
    pages = [app.builder.get_target_uri(page) for page in app.env.found_docs]
    made = {*pages, "search.html", "404.html", "searchindex.js", TEXTS, "objects.inv", ".buildinfo"}
    text = "".join((out / page).read_text(encoding="utf-8") for page in pages)
    made |= {f"_images/{name}" for _, name in app.env.images.values() if name in text}
    made |= {f"_downloads/{name}" for _, name in app.env.dlfiles.values()}
    trees = Path(app.doctreedir)
    for path in sorted(out.rglob("*"), reverse=True):
        name = path.relative_to(out).as_posix()
        if path.is_relative_to(trees) or name.startswith(("_static/", *(f"{other}/" for other in others))):
            continue
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif name not in made:
            path.unlink()


def sums(files: dict[str, bytes]) -> bytes:
    """Return the SHA-256 of files, by name, in the form that `sha256sum --check` reads."""
    return "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items()).encode()


def pack(study: Path, out: Path) -> None:
    """Write a study, its licence and its citation into a zip file, with the checksum of every file in it.

    The bytes depend on the content only: files are stored, not compressed, since compressors differ.
    """
    beside = [paths.ROOT / name for name in ("LICENSE-data", "CITATION.cff")]
    files = [*declared_files(study), *(path for path in beside if path.is_file())]
    content = {path.name: path.read_bytes() for path in sorted(files, key=lambda p: p.name)}
    content[SUMS] = sums(content)
    _zip(out, content)


def pack_source(app: Sphinx, out: Path) -> None:
    """Write what the book can be made from again into a zip file.

    Of a checkout of this library its own files, tests and all. Of any other project no more than what pages, notebooks
    and declared tables are made of: what else lies there was never looked through, and nobody said it may be shared.
    """
    if (paths.ROOT / "src" / paths.PACKAGE.name).is_dir():
        files = project_files(paths.ROOT)
    else:
        named = [
            *paths.SINGLE,
            *(paths.ROOT / name for name in [*app.env.images, *getattr(app.config, "bibtex_bibfiles", ())]),
        ]
        files = sorted({f for f in [*gate.published_texts(), *declared_files(paths.study()), *named] if f.is_file()})
    _zip(out, {path.relative_to(paths.ROOT).as_posix(): path.read_bytes() for path in files})


def _zip(out: Path, content: dict[str, bytes]) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in content.items():
            info = zipfile.ZipInfo(f"{out.stem}/{name}", (1980, 1, 1, 0, 0, 0))
            info.external_attr = (0o755 if data.startswith(b"#!") else 0o644) << 16
            archive.writestr(info, data)


def social_card() -> bytes:
    """Return the picture that is shown where a link to the book is shared: PNG, 1200 × 630."""
    work = metadata.article()
    study, told = Study.load(), f"{work['title']} ({work['year']})" if work else ""
    before, after = _("The Danish study {title}, rebuilt from coded data").split("{title}")
    words = {
        "before": before,
        "after": after,
        "interviews": _("Coded interviews, counted and laid open"),
        **words_of_marks(study),
    }
    inputs = {
        "title": known(metadata.citation()["title"]),
        "source": told,
        "themes": json.dumps(themes_as_marks(study)),
        "words": json.dumps(words),
        "lang": edition.language(),
    }
    card = Path(__file__).with_name("card.typ")
    made = typst.compile(
        str(card),
        root=str(card.parent),
        format="png",
        ppi=144.0,
        sys_inputs=inputs,
        font_paths=[str(truetype())],
        ignore_system_fonts=True,
    )
    assert isinstance(made, bytes)
    return made
