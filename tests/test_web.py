"""The built book as a site: links, files beside the pages, what pages say of themselves."""

import hashlib
import json
import re
import struct
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import nbformat
import pytest
from bs4 import BeautifulSoup

from kodebog import cli, paths
from kodebog.files import project_files
from kodebog.publish import head
from kodebog.publish import site as site_
from kodebog.publish.addresses import Addresses, addresses
from kodebog.report import figures, metadata
from kodebog.study import Study

pytestmark = pytest.mark.xdist_group("site")

OWN = ("script[src]", "link[href]", "img[src]", "source[src]", "iframe[src]")


@pytest.fixture(scope="module")
def soups(site):
    return {page: BeautifulSoup((site.html / page).read_text(encoding="utf-8"), "lxml") for page in site.pages()}


def test_every_link_and_anchor_leads_somewhere(site, soups):
    lost = []
    for page, soup in soups.items():
        for link in soup.select("a[href], use[href]"):
            address, anchor = urldefrag(urljoin(site.url + page, link["href"]))
            if not address.startswith(site.url):
                continue
            name = unquote(urlsplit(address).path).removeprefix(urlsplit(site.url).path) or "index.html"
            if not (site.html / name).is_file() or (
                anchor and name in soups and not soups[name].find(id=unquote(anchor))
            ):
                lost.append((page, link["href"]))
    assert lost == []


def test_no_page_names_a_script_style_font_or_image_of_another_host(site, soups):
    for page, soup in soups.items():
        for part in soup.select(",".join(OWN)):
            where = urljoin(site.url + page, part.get("src") or part.get("href"))
            assert where.startswith(site.url), (page, str(part)[:200])
    for sheet in site.html.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(https?:)?//|@import", sheet.read_text(encoding="utf-8")), sheet.name


def test_no_id_stands_twice_on_a_page(soups):
    for page, soup in soups.items():
        ids = [part["id"] for part in soup.select("[id]")]
        assert len(ids) == len(set(ids)), (page, sorted({i for i in ids if ids.count(i) > 1}))


def test_no_page_has_a_style_of_its_own(soups):
    for page, soup in soups.items():
        assert [str(part)[:100] for part in soup.select("[style], style")] == [], page


def test_every_page_has_a_policy_a_title_and_a_description(soups):
    seen = {}
    for page, soup in soups.items():
        policy = soup.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
        assert policy.startswith("default-src 'self';") and "unsafe" not in policy
        text = soup.find("meta", {"name": "description"})["content"]
        assert 20 < len(text) <= head.DESCRIPTION + 2, (page, text)
        assert soup.find("meta", property="og:title")["content"] and len(soup.select("h1")) == 1
        if page.rpartition("/")[2] not in {"404.html", "search.html"}:
            assert text not in seen, (page, seen.get(text))
            seen[text] = page


def lasting(soups):
    return [page for page in soups if page.rpartition("/")[2] not in {"404.html", "search.html"}]


def test_a_page_names_itself_in_both_languages(site, soups):
    for page in lasting(soups):
        uri = page.removeprefix("da/").removesuffix("index.html")
        found = {link["hreflang"]: link["href"] for link in soups[page].select('link[rel="alternate"][hreflang]')}
        assert found == {"en": site.url + uri, "da": f"{site.url}da/{uri}", "x-default": site.url + uri}
        own, other = ("da_DK", "en_GB") if page.startswith("da/") else ("en_GB", "da_DK")
        assert soups[page].find("meta", property="og:locale")["content"] == own
        assert soups[page].find("meta", property="og:locale:alternate")["content"] == other
    for page, language in (("index.html", "en"), ("da/index.html", "da")):
        graph = json.loads(soups[page].find("script", type="application/ld+json").string)["@graph"]
        (report,) = [part for part in graph if part["@id"] == "#report"]
        assert report["inLanguage"] == language


def test_the_card_is_shown_where_a_page_is_shared(site, soups):
    for page in lasting(soups):
        address = site.url + page.removesuffix("index.html")
        assert soups[page].find("meta", property="og:url")["content"] == address
        assert soups[page].find("link", rel="canonical")["href"] == address
        assert (
            soups[page].find("meta", property="og:image")["content"]
            == site.url + ("da/" if page.startswith("da/") else "") + head.CARD
        )
    picture = (site.html / head.CARD).read_bytes()
    rows = figures.themes_as_marks(Study.load())
    assert [row["theme"] for row in rows if not row["helps"]] == ["What is measured and rewarded"]
    assert any(["speaker-2", "against"] in row["hinders"] for row in rows)
    assert picture.startswith(b"\x89PNG") and struct.unpack(">II", picture[16:24]) == (1200, 630)


def test_the_site_map_lists_every_page(site, soups):
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    listed = [e.text for e in ET.parse(site.html / "sitemap.xml").getroot().findall("s:url/s:loc", names)]
    pages = [page.removesuffix("index.html") for page in lasting(soups)]
    assert sorted(listed) == sorted(site.url + page for page in pages)
    assert f"{site.url}sitemap.xml" in (site.html / "robots.txt").read_text(encoding="utf-8")


def test_the_data_package_is_whole_and_its_checksums_hold(site, tmp_path):
    name = metadata.package_name(paths.DATA)
    with zipfile.ZipFile(site.html / name) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / name.removesuffix(".zip")
    for path in [*paths.DATA.glob("*.csv"), paths.DATA / "datapackage.json"]:
        assert (folder / path.name).read_bytes() == path.read_bytes()
    subprocess.run(["sha256sum", "--check", "--strict", site_.SUMS], cwd=folder, check=True, capture_output=True)
    subprocess.run(["sha256sum", "--check", "--strict", site_.SUMS], cwd=site.html, check=True, capture_output=True)


def test_the_project_itself_can_be_downloaded(site):
    """Every file of it, so that the two commands work from the zip."""
    with zipfile.ZipFile(site.html / site_.SOURCE) as archive:
        held = {name.removeprefix("source/"): archive.read(name) for name in archive.namelist()}
    assert held == {p.relative_to(paths.ROOT).as_posix(): p.read_bytes() for p in project_files(paths.ROOT)}
    assert {"Makefile", "data/excerpts.csv", "notebooks/method.ipynb", "requirements.lock"} <= set(held)


def test_every_page_ends_with_version_licence_and_citation(site, soups):
    for page, soup in soups.items():
        foot = soup.select_one("ul.kodebog-imprint")
        words = ["Tekst og data CC BY 4.0, kode MIT", "Henvis"] if page.startswith("da/") else None
        words = words or ["Text and data CC BY 4.0, code MIT", "Cite"]
        assert foot and [li.get_text() for li in foot.select("li")][1:3] == words
        assert str(metadata.citation()["version"]) in foot.get_text(), page


def test_chapters_say_how_long_they_take(soups):
    told = {
        page: [li.get_text() for li in soup.select("ul.kodebog-tools li")]
        for page, soup in soups.items()
        if "notebooks/" in page and not page.endswith("evidence.html")  # little but a table
    }
    for page, words in told.items():
        wanted = r"\d+ minutters læsning|1 minuts læsning" if page.startswith("da/") else r"\d+ minutes? to read"
        assert any(re.fullmatch(wanted, said) for said in words), (page, words)


def test_reading_time_is_of_running_text():
    from docutils.core import publish_doctree

    words = "word " * 600
    table = "\n\n=== ===\na   b\n=== ===\n" + "c   d\n" * 500 + "=== ===\n"
    assert head.minutes(publish_doctree(words + table)) == 3


def test_a_package_depends_on_its_content_only(tmp_path):
    site_.pack(paths.DATA, tmp_path / "a.zip")
    first = hashlib.sha256((tmp_path / "a.zip").read_bytes()).hexdigest()
    site_.pack(paths.DATA, tmp_path / "a.zip")
    assert hashlib.sha256((tmp_path / "a.zip").read_bytes()).hexdigest() == first


def test_every_chapter_leads_to_its_notebook_and_to_where_it_runs(site, soups):
    for page in (p for p in soups if p.startswith("notebooks/")):
        links = {a.get_text(): urljoin(site.url + page, a["href"]) for a in soups[page].select(".kodebog-tools a")}
        source = page.replace(".html", ".ipynb")
        (link,) = [a for a in soups[page].select(".kodebog-tools a") if a.get_text() == "Notebook"]
        assert link.has_attr("download")
        offered = nbformat.read(site.html / links["Notebook"].removeprefix(site.url), as_version=4)
        nbformat.validate(offered)
        original = nbformat.read(paths.ROOT / source, as_version=4)
        assert [c.source for c in offered.cells if c.cell_type == "code"] == [
            c.source for c in original.cells if c.cell_type == "code"
        ]
        prose = "\n".join(c.source for c in offered.cells if c.cell_type == "markdown")
        assert not re.search(r"\{[\w:-]+\}`|:::|\)=$|\]\{", prose), re.findall(r".*\{[\w:-]+\}`.*", prose)
        assert links["How to run this"].endswith("#jupyterlab")
        wanted = "https://mybinder.org/v2/gh/example/kodebog/HEAD?urlpath=" + f"lab/tree/{source}".replace("/", "%2F")
        assert links["Open in Binder"] == wanted
        assert {"PDF", "Cite"} <= set(links)


def test_without_an_address_nothing_points_to_one(book):
    assert not (book / "html/sitemap.xml").exists()
    for page in (book / "html").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "mybinder.org" not in text and "og:image" not in text and 'rel="canonical"' not in text


def test_the_landing_page_describes_report_data_and_article(site, soups):
    (script,) = soups["index.html"].select('script[type="application/ld+json"]')
    graph = {part["@type"]: part for part in json.loads(script.string)["@graph"]}
    about = metadata.citation()
    assert graph["Dataset"]["version"] == about["version"]
    assert graph["Dataset"]["distribution"]["contentUrl"] == site.url + metadata.package_name(paths.DATA)
    kinds = [part["@type"] for part in json.loads(script.string)["@graph"]]
    assert kinds.count("ScholarlyArticle") == 2
    ids = {part["@id"] for part in json.loads(script.string)["@graph"]}
    assert set(re.findall(r'"@id": "(#[^"]+)"', script.string)) == ids


def test_the_page_that_is_not_found_works_at_any_depth(site, soups):
    for part in soups["404.html"].select("link[href], script[src], .sidebar-tree a[href]"):
        assert (part.get("src") or part.get("href")).startswith(urlsplit(site.url).path)


def test_a_book_at_a_root_and_one_below(monkeypatch):
    assert Addresses("", "").path() == "/"
    assert Addresses("https://example.org/", "").path() == "/"
    assert Addresses("https://example.org/a/book/", "").path() == "/a/book/"
    monkeypatch.setenv("BOOK_URL", "https://example.org/book")
    monkeypatch.setenv("REPOSITORY_URL", "https://github.com/someone/something.git")
    where = addresses()
    assert where.book == "https://example.org/book/"
    assert "/gh/someone/something/HEAD" in where.binder("notebooks/method.ipynb")
    assert Addresses("", "https://git.example.org/a/b").binder("notebooks/method.ipynb") == ""


def test_a_finding_leads_back_to_the_sections_that_speak_of_it(site, study):
    page = BeautifulSoup((site.html / "notebooks/reproduction.html").read_text(encoding="utf-8"), "html.parser")
    found = {}
    for row in page.select("#tab-findings tbody tr"):
        for link in row.select("td a[href*='.html#']"):
            file, _, section = link["href"].partition("#")
            if not section.startswith(("code-", "E")):
                found.setdefault(row.select_one("th").get_text(strip=True), []).append((file, section))
    assert set(found) == set(study.findings["finding"]), "each is spoken of somewhere"
    soups = {}
    for finding, places in found.items():
        for file, section in places:
            if file not in soups:
                soups[file] = BeautifulSoup((site.html / "notebooks" / file).read_text(encoding="utf-8"), "html.parser")
            there = soups[file].find(id=section)
            assert there.select_one(f"a[href$='#{finding}']"), (finding, file, section)


@pytest.mark.parametrize(("language", "below", "said"), [("en", "", "of 29 excerpts"), ("da", "da/", "af 29 citater")])
def test_notebooks_to_try_things_in_are_those_that_the_site_offers(book, capsys, language, below, said):
    assert cli.main(["notebooks", "--language", language]) == cli.OK
    folder = Path(capsys.readouterr().out.strip().splitlines()[-1])
    offered = sorted((book / f"html/{below}notebooks").glob("*.ipynb"))
    assert [path.name for path in sorted(folder.glob("*.ipynb"))] == [path.name for path in offered] != []
    assert all((folder / path.name).read_bytes() == path.read_bytes() for path in offered)
    assert said in (folder / "conclusion.ipynb").read_text(encoding="utf-8"), "numbers are filled in"
    assert cli.main(["notebooks", "--language", "xx"]) == cli.MISUSE
