"""The two commands as somebody runs them who has only installed the package: from a file to a checked book.

The wheel is built and installed into an empty environment outside the checkout, with what it asks for, in the versions of
requirements.lock (this takes the network); the interviews are made up (tests/made_up.py).
"""

import csv
import json
import os
import re
import subprocess
import sys
import zipfile

import lxml.html
import pikepdf
import pytest

import made_up
from browsing import BROWSER, SEEN, Site, look
from kodebog import paths
from test_translation import unmarked_english

LARGEST = 1_000_000
"""Bytes of a page, at most."""


class Installed:
    """The package, installed by itself, and a folder to use it in."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = {k: v for k, v in os.environ.items() if k not in {"STUDY", "PYTHONPATH", "VIRTUAL_ENV"}}
        lock = (paths.ROOT / "requirements.lock").read_text(encoding="utf-8")
        (folder / "versions.txt").write_text(re.sub(r" *\\\n +--hash=\S+", "", lock), encoding="utf-8")
        run = [sys.executable, "-m"]
        self._run([*run, "flit_core.wheel", "--outdir", str(folder)], cwd=paths.ROOT)
        (wheel,) = folder.glob("kodebog-*.whl")
        self._run([*run, "uv", "venv", "--python", sys.executable, "env"])
        install = [*run, "uv", "pip", "install", "--system-certs", "--python", "env/bin/python", "--compile-bytecode"]
        self._run([*install, "--constraints", "versions.txt", f"{wheel}[book]"])

    def _run(self, command, cwd=None, code=0, **more):
        where, around = cwd or self.folder, self.environment | more
        done = subprocess.run(command, cwd=where, env=around, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def __call__(self, *arguments, code=0, study=None):
        about = {"STUDY": str(study)} if study else {}
        return self._run([str(self.folder / "env/bin/kodebog"), *arguments], code=code, **about)


STRAY = ("codings.csv", "notes.md", "transcripts/Anna.txt", "book/draft.txt", "data/.~lock.csv")
"""What lies about in a researcher's folder, and is for nobody else."""


@pytest.fixture(scope="session")
def own_book(tmp_path_factory):
    """The package, and the book of the made-up interviews, built with it."""
    kodebog = Installed(tmp_path_factory.mktemp("installed"))
    made_up.qdpx(kodebog.folder / "interviews.qdpx", made_up.interviews())
    kodebog.said = kodebog("import", "interviews.qdpx", "mystudy", "--group", "role", "--title", "Made up")
    for name in STRAY:
        (kodebog.folder / "mystudy" / name).parent.mkdir(exist_ok=True)
        (kodebog.folder / "mystudy" / name).write_text("Mette Hansen, 070761-4285", encoding="utf-8")
    kodebog.said += kodebog("build", "mystudy")
    kodebog.html = kodebog.folder / "mystudy/_build/html"
    return kodebog


def pages(html):
    return sorted(str(path.relative_to(html)) for path in html.rglob("*.html"))


PAGES = [
    *("404.html", "index.html", "search.html", "book/codebook.html", "book/data-dictionary.html", "book/reuse.html"),
    *(f"notebooks/{name}.html" for name in ("agreement", "codes", "documents", "evidence", "together")),
]


class Shown:
    """The data behind what a book shows, read from its pages' files."""

    def __init__(self, folder):
        self.folder = folder

    def rows(self, name, without=""):
        with (self.folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return [{k: v for k, v in row.items() if k != without} for row in csv.DictReader(file)]

    def column(self, name, key, value):
        """One column by another; of lists the parts in any order, of a code that has others below it the name alone."""
        return {
            row[key].removesuffix(" (in general)"): sorted(row[value].replace(" (in general)", "").split("; "))
            for row in self.rows(name)
        }


@pytest.mark.xdist_group("own")
class TestABookOfOnesOwn:
    def test_every_page_is_there(self, own_book):
        assert pages(own_book.html) == sorted(PAGES)
        assert "Next: kodebog build mystudy" in own_book.said and "A draft, not for publication" in own_book.said

    def test_nothing_of_it_tells_what_was_said_or_by_whom(self, own_book):
        interviews = made_up.interviews()
        runs = {" ".join(t.split()[n : n + 5]) for t in interviews.texts.values() for n in range(len(t.split()) - 4)}
        for path in own_book.html.rglob("*"):
            if path.is_file() and path.suffix in {".html", ".csv", ".json", ".ipynb", ".js", ".txt"}:
                text = path.read_text(encoding="utf-8")
                assert not [run for run in runs if run in text], path
                assert not [name for name in made_up.ROLES if name in text], path
        for archive in own_book.html.glob("*.zip"):
            with zipfile.ZipFile(archive) as zipped:
                content = b"".join(zipped.read(name) for name in zipped.namelist()).decode("utf-8", "replace")
            assert not [name for name in made_up.ROLES if name in content], archive
        with pikepdf.open(own_book.html / "report.pdf") as pdf:
            assert not [name for name in made_up.ROLES if name in str(pdf.docinfo)]

    def test_nothing_of_another_study_is_in_it(self, own_book):
        """No title, licence or author is taken over."""
        for name in PAGES:
            text = (own_book.html / name).read_text(encoding="utf-8")
            for word in ("Agger", "Tortzen", "CC BY", "front line", "kodebog project", "printed excerpt"):
                assert word not in text, (name, word)

    def test_a_draft_says_so_and_is_not_published(self, own_book):
        for name in PAGES:
            text = (own_book.html / name).read_text(encoding="utf-8")
            assert "Draft, not for publication" in text and 'content="noindex, nofollow"' in text, name
        said = own_book("build", "mystudy", "--publish", code=1)
        for words in ("who made it", "under what licence", "2 decisions"):
            assert words in said, said

    def test_pages_are_not_too_large_and_the_pdf_is_accessible(self, own_book):
        assert max((own_book.html / name).stat().st_size for name in PAGES) < LARGEST
        with pikepdf.open(own_book.html / "report.pdf") as pdf, pdf.open_metadata() as about:
            assert about["pdfuaid:part"] == "1" and about["dc:title"] == "Made up"

    def test_numbers_lead_to_the_excerpts_behind_them(self, own_book):
        codes = (own_book.html / "notebooks/codes.html").read_text(encoding="utf-8")
        found = re.findall(r'href="(evidence\.html\?code=[\w-]+)"[^>]*>(?:<[^>]+>)*(\d+)<', codes)
        assert found
        evidence = (own_book.html / "notebooks/evidence.html").read_text(encoding="utf-8")
        carried = [set(row.split()) for row in re.findall(r'data-code="([^"]*)"', evidence)]
        for address, number in found:
            assert sum(address.partition("=")[2] in codes for codes in carried) == int(number), address

    def test_the_source_is_what_the_book_is_made_of_and_nothing_that_lies_about(self, own_book):
        with zipfile.ZipFile(own_book.html / "source.zip") as archive:
            names = {name.removeprefix("source/") for name in archive.namelist()}
            assert not [name for name in archive.namelist() if b"Mette" in archive.read(name)]
        assert not names & set(STRAY)
        assert {"_config.yml", "_toc.yml", "index.md", "conf.py", "CITATION.cff", "data/datapackage.json"} <= names
        tables = ("codes", "codings", "documents", "excerpts", "families", "groups", "quotations")
        assert {name for name in names if name.endswith(".csv")} == {
            f"data/{name}.csv" for name in (*tables, "disclosure_exceptions")
        }

    def test_a_notebook_that_shows_what_was_said_is_not_published(self, own_book):
        notebook = own_book.folder / "mystudy/notebooks/documents.ipynb"
        before = notebook.read_text(encoding="utf-8")
        cells = json.loads(before)
        source = f"open({str(own_book.folder / 'words.txt')!r}).read()"
        (own_book.folder / "words.txt").write_text(made_up.interviews().texts["Nobody Two"][:80], encoding="utf-8")
        next(c for c in reversed(cells["cells"]) if c["cell_type"] == "code")["source"] = source
        try:
            notebook.write_text(json.dumps(cells), encoding="utf-8")
            said = own_book("build", "mystudy", code=1)
        finally:
            notebook.write_text(before, encoding="utf-8")
        assert re.search(r"documents\.ipynb: repeats 5 words of a document", said), said

    def test_what_stands_in_the_way_is_found_before_it_is_built(self, own_book):
        page = own_book.folder / "mystudy/index.md"
        before = page.read_text(encoding="utf-8")
        words = " ".join(made_up.interviews().texts["Nobody Two"].split()[3:9])
        try:
            page.write_text(f"{before}\nAs one says: {words}. It was Nobody Three.\n", encoding="utf-8")
            said = own_book("build", "mystudy", code=1)
        finally:
            page.write_text(before, encoding="utf-8")
        assert "repeats 5 words of a document" in said and "is the name of a document" in said

    def test_the_books_of_three_programs_agree(self, own_book):
        """Of codes below others a spreadsheet knows nothing, of groups Taguette; all else is the same."""
        made = made_up.interviews()
        made_up.taguette(own_book.folder / "interviews.sqlite3", made)
        made_up.table(own_book.folder / "interviews.csv", made)
        books = {"qdpx": own_book.html}
        for name, group in (("sqlite3", ()), ("csv", ("--group", "role"))):
            own_book("import", f"interviews.{name}", f"from-{name}", *group)
            own_book("build", f"from-{name}")
            books[name] = own_book.folder / f"from-{name}/_build/html"
        shown = {name: Shown(html / "data/shown") for name, html in books.items()}
        one, two, three = shown.values()
        for name in ("tab-agreement", "tab-differences", "tab-together", "tab-excerpts"):
            assert one.rows(name) == two.rows(name), name
        assert one.rows("tab-documents", without="Group") == two.rows("tab-documents", without="Group")
        assert one.column("fig-codes", "label", "n") == two.column("fig-codes", "label", "n")
        assert one.rows("tab-documents") == three.rows("tab-documents")
        assert one.rows("tab-agreement") == three.rows("tab-agreement")
        assert one.column("tab-excerpts", "Excerpt", "Codes") == three.column("tab-excerpts", "Excerpt", "Codes")
        assert len(one.rows("tab-excerpts")) == 30 and len(one.rows("tab-documents")) == 4

    def test_a_private_copy_shows_the_words_to_those_who_may_read_them(self, own_book, tmp_path):
        study = own_book.folder / "mystudy/data"
        own_book("weave", "interviews.qdpx", str(tmp_path / "copy"), str(study))
        with (tmp_path / "copy/excerpts.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        interviews = made_up.interviews()
        assert [r["wording"] for r in rows] == [interviews.texts[d][start:end] for d, start, end in interviews.passages]
        assert (tmp_path / "copy/excerpts.csv").stat().st_mode & 0o777 == 0o600
        own_book("build", "mystudy", study=tmp_path / "copy")
        page = own_book.folder / "mystudy/_build/private/html/notebooks/evidence.html"
        assert rows[0]["wording"] in page.read_text(encoding="utf-8")
        assert "Private copy" in page.read_text(encoding="utf-8")
        said = own_book("weave", "interviews.qdpx", "mystudy/copy", str(study), code=1)
        assert "is inside the repository" in said

    @pytest.mark.skipif(not BROWSER, reason="no Chromium here, and CHROMIUM does not name one: browser tests left out")
    @pytest.mark.parametrize("name", PAGES[1:])  # the page for what is not there has its styles from a server's root
    def test_axe_finds_nothing_and_nothing_runs_off_the_side(self, own_book, browser, name):
        site = Site(own_book.html, f"{own_book.html.as_uri()}/")
        assert look(browser, site, name, SEEN) == []

    def test_the_words_around_the_interviews_can_be_danish(self, own_book):
        """Also those of the theme, the drawings and the PDF; a second import keeps the language."""
        own_book("import", "interviews.qdpx", "dansk", "--group", "role", "--title", "Opdigtet", "--language", "da")
        said = own_book("import", "interviews.qdpx", "dansk", "--group", "role")
        assert "Changed since the last import" not in said
        own_book("build", "dansk")
        html = own_book.folder / "dansk/_build/html"
        assert pages(html) == sorted(PAGES)
        known = [*made_up.CODES, *(code.rpartition(".")[2] for code in made_up.CODES)]
        known += [name.replace(" ", "-") for name in known if " " in name]  # as ids
        known += [definition for definition in made_up.CODES.values() if definition]
        for name in PAGES:
            text = (html / name).read_text(encoding="utf-8")
            assert text.startswith("<!doctype html>") and ' lang="da"' in text[:80]
            assert unmarked_english(text, sorted(known, key=len, reverse=True)) == [], name
        assert "Alle 30 kodede citater fra 4 dokumenter" in (html / "notebooks/evidence.html").read_text(
            encoding="utf-8"
        )
        assert "new Function" not in (html / "_static/translations.js").read_text(encoding="utf-8")
        with pikepdf.open(html / "report.pdf") as pdf:
            assert str(pdf.Root.Lang) == "da-DK"

    def test_what_the_owner_has_settled_is_published(self, own_book):
        """Last: it changes the study."""
        folder = own_book.folder / "mystudy"
        for file, old, new in (
            ("CITATION.cff", "Not said yet", "Somebody"),
            ("data/datapackage.json", "No licence chosen yet", "CC-BY-4.0"),
            ("data/disclosure_exceptions.csv", "nurse,,", "nurse,Somebody,made up"),
            ("data/disclosure_exceptions.csv", "teacher,,", "teacher,Somebody,made up"),
        ):
            text = (folder / file).read_text(encoding="utf-8")
            assert old in text, file
            (folder / file).write_text(text.replace(old, new), encoding="utf-8")
        descriptor = json.loads((folder / "data/datapackage.json").read_text(encoding="utf-8"))
        descriptor["words"] = {"excerpt": "passage", "excerpts": "passages", "an excerpt": "a passage"}
        (folder / "data/datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
        assert "A private copy is not for publication" in own_book(
            "build", "mystudy", "--publish", code=1, study=own_book.folder / "mystudy/data"
        )
        source = own_book.folder / "interviews.qdpx"
        source.rename(source.with_name("away.qdpx"))
        refused = own_book("build", "mystudy", "--publish", code=1)
        assert "Not for publication from here" in refused and "interviews.qdpx is not there" in refused
        source.with_name("away.qdpx").rename(source)
        said = next(iter(made_up.interviews().texts.values())).split()[:5]
        page = folder / "book/more/page.md"
        page.parent.mkdir()
        page.write_text(f"# More\n\n{' '.join(said)}\n", encoding="utf-8")
        assert "page.md, row 3: repeats 5 words of a document" in own_book("build", "mystudy", "--publish", code=1)
        (folder / "apart.txt").write_text(" ".join(said), encoding="utf-8")
        page.write_text("# More\n\n```{literalinclude} ../../apart.txt\n```\n", encoding="utf-8")
        toc = folder / "_toc.yml"
        toc.write_text(
            toc.read_text("utf-8").replace("book/reuse\n", "book/reuse\n      - file: book/more/page\n"), "utf-8"
        )
        assert "book/more/page.html: repeats 5 words" in own_book("build", "mystudy", "--publish", code=1)
        page.write_text("# More\n\nOur own words.\n", encoding="utf-8")
        assert "Done in" in own_book("build", "mystudy", "--publish")
        for name in PAGES:
            text = (own_book.html / name).read_text(encoding="utf-8")
            assert "Draft" not in text and "noindex, nofollow" not in text, name
            if name.startswith("notebooks/"):
                around = lxml.html.fromstring(text).xpath("//th | //caption | //figcaption | //form | //@aria-label")
                said = " ".join(part if isinstance(part, str) else part.text_content() for part in around)
                assert "passage" in said.lower() and not re.search("excerpt", said, re.IGNORECASE), name
        assert "Somebody" in (own_book.html / "book/reuse.html").read_text(encoding="utf-8")
