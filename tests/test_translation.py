"""The Danish edition says what the English one says: complete, in step, with the same markup, numbers and addresses."""

import ast
import csv
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import polib
import pytest
from bs4 import BeautifulSoup, Comment, Doctype
from docutils import nodes

from kodebog import edition, paths
from kodebog.edition import making
from kodebog.publish import editions
from kodebog.report import catalogues, facts, figures, pages, tables, wording
from kodebog.study import source
from reading import pages_of

CATALOGUES = {str(file.relative_to(paths.ROOT)): (file, found) for file, found in catalogues.every("da")}


@pytest.mark.parametrize("name", CATALOGUES)
def test_a_catalogue_is_complete_and_in_step(name):
    """Names page, cell and first words of what is missing, outdated, of other markup or gone."""
    assert catalogues.faults(*CATALOGUES[name]) == []


def test_every_catalogue_belongs_to_something():
    assert {*paths.LOCALE.rglob("*.po"), *edition.WORDS.glob("*.po")} <= {file for file, _ in CATALOGUES.values()}


PAGE = "notebooks/support"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{fact}`n_resources`", "10", "has other markup: {fact}`n_resources`"),
        ("{excerpt}`E04`", "{excerpt}`E05`", "has other markup: {excerpt}`E04`, {excerpt}`E05`"),
        ("### Ressourcer", "Ressourcer", "has other markup"),
        ("{doc}`practices`", "praksis", "has other markup: {doc}`practices`"),
        ("Artiklen nævner", "3. Artiklen nævner", "has other markup"),
        ("Artiklen nævner", "Artiklen nævner i 2007", "has other numbers: 2007"),
        ("*medarbejder*", 'mærket "medarbejder"', "straight quotation marks"),
    ],
)
def test_a_translation_that_says_something_else_is_found(tmp_path, old, new, told):
    file, found = CATALOGUES[f"locale/da/{PAGE}.po"]
    text = file.read_text(encoding="utf-8")
    po = polib.pofile(str(file), encoding="utf-8")
    (entry, *_) = [e for e in po if old in e.msgstr]
    entry.msgstr = entry.msgstr.replace(old, new, 1)
    po.save(str(tmp_path / "broken.po"))
    (fault, *more) = catalogues.faults(tmp_path / "broken.po", found)
    assert told in fault and fault.startswith(f"{PAGE}#") and more == []
    assert file.read_text(encoding="utf-8") == text


def test_a_text_that_changes_is_marked_and_keeps_what_it_was_made_from(tmp_path):
    source, found = CATALOGUES[f"locale/da/{PAGE}.po"]
    file = Path(shutil.copy(source, tmp_path / "support.po"))
    first, *rest = found
    changed = [(f"{first[0]} indeed", first[1]), *rest, ("A new paragraph of its own.", "somewhere")]
    assert catalogues.update("da", file, changed) == (1, 1)
    entry = next(e for e in catalogues.read(file) if e.msgid.endswith(" indeed"))
    assert entry.fuzzy and entry.previous_msgid == first[0]
    faults = catalogues.faults(file, changed)
    assert len(faults) == 2
    assert faults[0].endswith("has changed since it was translated") and faults[1].endswith("has no translation")
    before = file.read_bytes()
    catalogues.update("da", file, changed)
    assert file.read_bytes() == before


def test_a_page_without_translation_stays_as_it_is_and_code_always_does():
    source = catalogues.page_file(PAGE).read_text(encoding="utf-8")
    assert catalogues.translated(PAGE, source) == source
    with making("da"):
        danish = json.loads(catalogues.translated(PAGE, source))
        assert catalogues.translated("notebooks/none", source.replace('"id": "', '"id": "x')) != ""
    english = json.loads(source)
    assert [c for c in danish["cells"] if c["cell_type"] == "code"] == [
        c for c in english["cells"] if c["cell_type"] == "code"
    ]
    assert "# Understøttende ledelse" in "".join(danish["cells"][0]["source"])


def test_words_are_never_looked_up_where_babel_does_not_see_them():
    """In an f-string, before Python 3.12."""
    hidden = [
        (path.name, call.lineno)
        for path in paths.PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.JoinedStr)
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"_", "noop"}
    ]
    assert hidden == []


def shown(study):
    """Every table that takes a study alone, and the generated parts of pages, as Markdown."""
    single = [f for f in vars(tables).values() if getattr(f, "__module__", "") == tables.__name__ and callable(f)]
    wanted = [f for f in single if not f.__name__.startswith("_") and f.__name__ != "factor_table"]
    found = {f.__name__: f(study).markdown() for f in wanted}
    for make in (pages.codebook, pages.codings_of_initiatives, pages.judgements, pages.settled):
        found[f"page of {make.__name__}"] = make(study)
    for family in study.families["family"]:
        found[f"factors of {family}"] = tables.factor_table(study, "{most} {n} {N} {count}", family).markdown()
    for f in (figures.sample_and_print, figures.excerpts_by_section):
        figure = f(study)
        found[f"figure {f.__name__}"] = f"{figure.caption}\n{figure.alt}\n{figure.data.to_csv(sep=';', index=False)}"
    return found


def numbers(text):
    """Ids, counts and the names of codes in a text, in a way that both languages share."""
    plain = re.sub(r":widths: .*|\\", "", text)
    ids = re.findall(r"\{\w+\}`[^`]*`", plain)
    figures_ = re.findall(r"(?<![\w.,-])\d+(?:[.,]\d+)?(?![\w-])", re.sub(r"\{\w+\}`[^`]*`", "", plain))
    return sorted(ids), sorted(number.replace(",", ".") for number in figures_)


@pytest.mark.checks
def test_tables_and_figures_have_the_same_numbers(study):
    english = shown(study)
    with making("da"):
        danish = shown(study)
    for name, text in english.items():
        assert danish[name] != text, name
        assert numbers(danish[name]) == numbers(text), name


@pytest.mark.parametrize(
    "broken", ["{fact}`n` of 29 excerpts", "10 of 28 excerpts", "{excerpt}`E02`: 10 of 29", "10 of 29 and 29"]
)
def test_another_number_or_id_would_be_found(broken):
    assert numbers(broken) != numbers("{excerpt}`E01`: 10 of 29 excerpts")
    assert numbers("{excerpt}`E01`: 4.8 of 29 excerpts") == numbers("4,8 af 29 citater: {excerpt}`E01`")


def test_facts_are_the_same(study):
    english = facts.facts(study)
    with making("da"):
        danish = facts.facts(study)
    assert english.keys() == danish.keys()
    differ = {name for name in english if english[name] != danish[name]}
    assert all(isinstance(english[name], str) for name in differ)
    assert differ >= {"alpha", "inhabitants", "expected_employee"}


@pytest.mark.parametrize(
    ("n", "neuter", "common"), [(0, "intet", "ingen"), (1, "ét", "én"), (4, "fire", "fire"), (13, "13", "13")]
)
def test_danish_numbers_know_their_gender(n, neuter, common):
    with making("da"):
        assert wording.in_words(n) == neuter
        assert wording.in_words_of_common_gender(n) == common


def test_files_that_all_editions_share_stand_once():
    for target in ("data/codes.csv", "source.zip", "SHA256SUMS"):
        assert editions.beside(target) == target
        with making("da"):
            assert editions.beside(target) == f"../{target}"


# the built book

FUNCTION_WORDS = re.compile(
    r"\b(the|of|and|with|that|which|this|are|from|what|who|each|than|these|their|not|was|were|but|has)\b(?!\.)",
    re.IGNORECASE,
)
SPOKEN = ("alt", "aria-label", "title", "placeholder", "content", "data-head", "data-shown", "data-moved", "data-here")


def unmarked_english(html, known):
    """English function words on a page that is Danish, outside of what is marked as English."""
    soup = BeautifulSoup(html, "lxml")
    for part in soup.select('[lang="en"], code, pre, script, style, .kodebog-switch'):
        if part.name != "html":
            part.decompose()
    said = [str(t) for t in soup.find_all(string=True) if not isinstance(t, Comment | Doctype)]
    said += [str(e[name]) for e in soup.find_all(True) for name in SPOKEN if e.get(name)]
    found = []
    for text in said:
        plain = re.sub("|".join([r"https?://\S+", *map(re.escape, known)]), "", text)
        found += [(word, " ".join(text.split())[:80]) for word in FUNCTION_WORDS.findall(plain)]
    return found


def names():
    """Proper names and values of data, which have no Danish."""
    bib = (paths.BOOK / "references.bib").read_text(encoding="utf-8")
    fields = re.findall(
        r"(?:author|editor|publisher|institution|school|howpublished) = \{+(.*?)\}+,?$", bib, re.MULTILINE
    )
    people = {name for field in fields for name in re.split(r" and (?=[A-Z])", field)} | set(fields)
    values = {"given / not given", "»not reported«", "from-below", "The kodebog project"}
    return sorted(people | values, key=len, reverse=True)


def test_no_english_is_left_on_danish_pages(book):
    known = names()
    left = {
        page.name: found
        for page in sorted((book / "html" / "da").rglob("*.html"))
        if (found := unmarked_english(page.read_text(encoding="utf-8"), known))
    }
    assert left == {}


def test_english_would_be_found(book):
    page = (book / "html" / "book" / "brief.html").read_text(encoding="utf-8")
    assert len(unmarked_english(page.replace('<html lang="en"', '<html lang="da"'), names())) > 20


def said_in(file):
    """The texts of a published file, block by block, so that neighbours in a table make no run of words."""
    if file.suffix == ".pdf":
        return list(pages_of(file))
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".csv":
        return [cell for row in csv.reader(text.splitlines()) for cell in row]
    if file.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        shown_ = [str(o["data"]) for c in cells for o in c.get("outputs", ()) if "data" in o]
        return [line for c in cells for line in "".join(c["source"]).splitlines()] + [
            cell for table in shown_ for cell in re.split(r"\\n|\n|\|", table)
        ]
    soup = BeautifulSoup(text, "lxml")
    blocks = [*soup.select("p, li, td, th, h1, h2, h3, caption, dd, option"), *soup.select("[alt]")]
    said = [f"{block.get_text(' ')} {block.get('alt', '')}" for block in blocks]
    return said + [script.string for script in soup.select('script[type="application/json"]')]


def runs(text):
    """Runs of seven words, in small letters."""
    words = re.findall(r"\w+", text.casefold())
    return {" ".join(words[i : i + 7]) for i in range(len(words) - 6)}


def test_no_sentence_of_the_article_is_in_the_danish_edition(book, study, article):
    """But for its list of policy areas, which is data: in running text their labels make runs."""
    known = runs(" ".join(token.folded for token in source.tokens(article)))
    assert known
    known -= runs(" ".join(study.policy_areas["label_da"]))
    files = [file for kind in ("html", "ipynb", "csv", "pdf") for file in (book / "html" / "da").rglob(f"*.{kind}")]
    assert {file.suffix for file in files} == {".html", ".ipynb", ".csv", ".pdf"}
    shared = {
        file.name: sorted(found)
        for file in sorted(files)
        if (found := {run for text in said_in(file) for run in runs(text)} & known)
    }
    assert shared == {}


def test_a_sentence_of_the_article_would_be_found(tmp_path, article):
    words = " ".join(token.folded for token in source.tokens(article)[1000:1020])
    page, table = tmp_path / "page.html", tmp_path / "table.csv"
    page.write_text(f"<p>{words}</p>", encoding="utf-8")
    table.write_text(f"text\n{words}\n", encoding="utf-8")
    known = runs(" ".join(token.folded for token in source.tokens(article)))
    for file in (page, table):
        assert {run for text in said_in(file) for run in runs(text)} & known


def soups(book):
    html = book / "html"
    made = [p.relative_to(html) for p in html.rglob("*.html") if "da" not in p.relative_to(html).parts[:1]]
    for page in sorted(made):
        yield (
            page,
            *(BeautifulSoup((html / folder / page).read_text(encoding="utf-8"), "lxml") for folder in (".", "da")),
        )


def left_out():
    """Return, by page, the blocks that the Danish edition leaves out."""
    with making("da"):
        said = {page: catalogues.translations(page) for page in catalogues.pages()}
    return {
        page: gone
        for page, words in said.items()
        if (gone := [text for text, danish in words.items() if danish.startswith(catalogues.LEFT_OUT)])
    }


def test_what_danes_know_is_left_out_and_says_why():
    found = left_out()
    assert set(found) == {"book/glossary", "book/references", "notebooks/method"}
    with making("da"):
        reasons = {catalogues.translations(page)[text] for page, gone in found.items() for text in gone}
        page = catalogues.translated("book/glossary", catalogues.page_file("book/glossary").read_text(encoding="utf-8"))
    assert all(len(reason.split()) > 4 for reason in reasons)
    assert "medarbejder\n" not in page and "% " not in page and "krydspres\n" in page


def test_both_editions_have_the_same_pages_with_the_same_addresses(book):
    pages_ = 0
    for page, english, danish in soups(book):
        pages_ += 1
        assert english.html["lang"] == "en" and danish.html["lang"] == "da", page
        ours, theirs = (
            {
                e["id"]
                for e in soup.select("article [id]:not(svg *)")
                if not re.fullmatch(r"id\d+|.*term-.*|index-\d+", e["id"])
            }
            for soup in (english, danish)
        )
        gone = [text for text in left_out().get(str(page.with_suffix("")), ()) if text.startswith("#")]
        assert ours - theirs == {nodes.make_id(heading.lstrip("# ")) for heading in gone}, (page, ours ^ theirs)
        assert theirs <= ours, page
        switches = [soup.select_one("a.kodebog-switch") for soup in (english, danish)]
        for soup, link, name in zip((english, danish), switches, ("da", "en"), strict=True):
            if page.name != "404.html":
                assert link is not None and link["lang"] == name == link["hreflang"], page
                where = (book / "html" / ("." if soup is english else "da") / page).parent / link["href"]
                other = book / "html" / ("da" if soup is english else ".") / page
                assert where.resolve() == other.resolve()
    assert pages_ > 20


def test_links_of_both_editions_lead_to_the_same(book):
    for page, english, danish in soups(book):
        if page.stem == "404":
            continue
        ours, theirs = (
            sorted(
                re.sub(r"^(\.\./)*", "", a["href"]) for a in soup.select("article a[href]")
                if not re.search(r"term-|#id\d|kodebog-switch", f"{a['href']} {a.get('class')}")
                and not a.find_parent(class_="sd-card") and "headerlink" not in (a.get("class") or ())
            )
            for soup in (english, danish)
        )  # fmt: skip
        assert not Counter(theirs) - Counter(ours), page
        if page.stem not in {"references", *(Path(p).stem for p in left_out())}:  # nor is what is cited there alone
            assert ours == theirs, page


def test_what_search_engines_are_told_is_danish(book):
    page = BeautifulSoup((book / "html" / "da" / "index.html").read_text(encoding="utf-8"), "lxml")
    (script,) = page.select('script[type="application/ld+json"]')
    graph = {part["@id"]: part for part in json.loads(script.string)["@graph"]}
    assert graph["#report"]["inLanguage"] == "da"
    texts = [graph[part][name] for part in ("#report", "#data") for name in ("name", "abstract", "description")
             if name in graph[part]]  # fmt: skip
    texts.append(" ".join(graph["#report"]["keywords"]))
    assert len(texts) == 5 and not any(FUNCTION_WORDS.search(text) for text in texts)
    assert "samskabelse" in texts[-1]


def test_data_behind_figures_have_danish_heads(book):
    for name, head in (("fig-sample", "Perspektiv,Interview,"), ("fig-sections", "Afsnit,Direktør,")):
        file = book / "html" / "da" / "data" / "shown" / f"{name}.csv"
        assert file.read_text(encoding="utf-8").startswith(head)


def test_the_page_for_what_is_not_there_speaks_both_languages(book):
    root, danish = (
        BeautifulSoup((book / "html" / p).read_text(encoding="utf-8"), "lxml") for p in ("404.html", "da/404.html")
    )
    assert "Page not found" in root.text and "Siden findes ikke" in root.select_one('[lang="da"]').text
    assert "Siden findes ikke" in danish.text and "Page not found" not in danish.text


def test_danish_words_are_searched_by_their_stems_and_scripts_make_no_functions(book):
    static = book / "html" / "da" / "_static"
    assert "DanishStemmer" in (static / "language_data.js").read_text(encoding="utf-8")
    script = (static / "translations.js").read_text(encoding="utf-8")
    assert "addTranslations" not in script and "new Function" not in script and "Søgningen er færdig" in script


def test_notebooks_to_download_are_danish_with_danish_outputs(book):
    for name in ("support", "reproduction"):
        notebook = json.loads((book / "html" / "da" / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
        text = json.dumps(notebook, ensure_ascii=False)
        assert "citat" in text and "{fact}" not in text
        shown_ = [o for c in notebook["cells"] for o in c.get("outputs", ()) if "text/markdown" in o.get("data", {})]
        assert shown_ and all(re.search("[Cc]itat|[Ff]und|Trykt", str(o["data"])) for o in shown_)


@pytest.mark.thorough
def test_a_third_language_is_one_folder(tmp_path):
    """A made-up one: a page, a word of the library, and a title; the rest stays English and says so."""
    root = tmp_path / "project"
    shutil.copytree(
        paths.ROOT,
        root,
        ignore=shutil.ignore_patterns(".git", ".venv", "_build", "tests", "locale", ".*_cache", ".hypothesis"),
    )
    folder = root / "locale" / "tlh"
    for name, words in {
        "book/codebook": {"# Codebook": "# Ngoq paq"},
        "project": {"Codebook": "Ngoq paq"},
        "kodebog": {"Excerpt": "Mu'", "{n} of {total}": "{n} / {total}"},
    }.items():
        file = polib.POFile()
        file.extend(polib.POEntry(msgid=a, msgstr=b) for a, b in words.items())
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        file.save(str(folder / f"{name}.po"))
    made = subprocess.run(
        [sys.executable, "-m", "kodebog.cli", "build"], cwd=root, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stdout + made.stderr
    assert "Edition “tlh”" in made.stdout
    page = (root / "_build/html/tlh/book/codebook.html").read_text(encoding="utf-8")
    assert ' lang="tlh"' in page[:80] and "Ngoq paq" in page
    assert "Mu&#39;" in (root / "_build/html/tlh/notebooks/evidence.html").read_text(encoding="utf-8") or "Mu’" in (
        root / "_build/html/tlh/notebooks/evidence.html"
    ).read_text(encoding="utf-8")
    assert not (root / "_build/html/da").exists()
