"""Hostile studies: what is not plain text or plain data is told in a sentence; what `check` calls valid builds."""

import csv
import json
import os
import shutil
import subprocess
import sys

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from checkouts import copy_checkout
from kodebog import Study, paths
from kodebog.report import figures, gate, tables
from kodebog.report.display import Figure, Table, csv_text, escape
from kodebog.study.faults import Fault
from kodebog.study.validation import check


def cell(folder, name, row, column, value):
    """Change one cell of a table."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[row][column] = value
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)


def descriptor(folder, change):
    path = folder / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    change(package)
    path.write_text(json.dumps(package, ensure_ascii=False), encoding="utf-8")


def resource(package, name):
    return next(r for r in package["resources"] if r["name"] == name)


def field(package, table, name):
    return next(f for f in resource(package, table)["schema"]["fields"] if f["name"] == name)


def write(folder, name, text):
    (folder / name).write_text(text, encoding="utf-8")


HOSTILE = {
    # a descriptor is data, not a program
    "a path to elsewhere": (
        lambda f: descriptor(f, lambda p: resource(p, "sample").update(path="../../etc/hostname.csv")),
        "column resources[2].path: is not of the allowed form, found “../../etc/hostname.csv”",
    ),
    "an absolute path": (
        lambda f: descriptor(f, lambda p: resource(p, "sample").update(path="/etc/passwd")),
        "resources[2].path: is not of the allowed form, found “/etc/passwd”",
    ),
    "an address as path": (
        lambda f: descriptor(f, lambda p: resource(p, "sample").update(path="http://127.0.0.1/x.csv")),
        "resources[2].path: is not of the allowed form",
    ),
    "further paths": (
        lambda f: descriptor(f, lambda p: resource(p, "sample").update(extrapaths=["http://127.0.0.1/x.csv"])),
        "column resources[2]: has more than it may: extrapaths",
    ),
    "a profile at an address": (
        lambda f: descriptor(f, lambda p: p.update(profile="http://127.0.0.1/profile.json")),
        "column profile: is not the allowed value, found “http://127.0.0.1/profile.json”",
    ),
    "a profile of a table at an address": (
        lambda f: descriptor(f, lambda p: resource(p, "sample").update(profile="http://127.0.0.1/p.json")),
        "resources[2].profile: is not the allowed value",
    ),
    "a schema at an address": (
        lambda f: descriptor(f, lambda p: resource(p, "sample").update(schema="http://127.0.0.1/s.json")),
        "resources[2].schema: is no object, found “http://127.0.0.1/s.json”",
    ),
    "a dialect": (
        lambda f: descriptor(f, lambda p: resource(p, "sample").update(dialect={"delimiter": "\t"})),
        "resources[2]: has more than it may: dialect",
    ),
    "a name that leads out": (
        lambda f: descriptor(f, lambda p: p.update(name="../../escaped")),
        "column name: is not of the allowed form, found “../../escaped”",
    ),
    "no name": (lambda f: descriptor(f, lambda p: p.pop("name")), "datapackage.json: lacks “name”"),
    "no version": (lambda f: descriptor(f, lambda p: p.pop("version")), "datapackage.json: lacks “version”"),
    "a version that is none": (
        lambda f: descriptor(f, lambda p: p.update(version="1.0/../..")),
        "column version: is not of the allowed form",
    ),
    "no Danish title": (
        lambda f: descriptor(f, lambda p: resource(p, "sample").pop("title_da")), "resources[2]: lacks “title_da”",
    ),
    "no key": (
        lambda f: descriptor(f, lambda p: resource(p, "sample")["schema"].pop("primaryKey")),
        "resources[2].schema: lacks “primaryKey”",
    ),
    "a field without type": (
        lambda f: descriptor(f, lambda p: field(p, "sample", "interviews").pop("type")),
        "resources[2].schema.fields[3]: lacks “type”",
    ),
    "a pattern that takes for ever": (
        lambda f: descriptor(f, lambda p: field(p, "sample", "label_en").update(constraints={"pattern": "(a+)+$"})),
        "column sample.label_en.constraints: is not what the report reads",
    ),
    "a broken pattern": (
        lambda f: descriptor(f, lambda p: field(p, "codes", "code")["constraints"].update(pattern="[")),
        "column codes.code.constraints: is not what the report reads",
    ),
    "a stance of one's own": (
        lambda f: descriptor(f, lambda p: field(p, "excerpt_codes", "stance")["constraints"]["enum"].append("maybe")),
        "column excerpt_codes.stance.constraints: is not what the report reads",
    ),
    "a table twice": (
        lambda f: descriptor(f, lambda p: p["resources"].append(resource(p, "sample"))),
        "column resources: stands twice, found “sample”",
    ),
    "a column less": (
        lambda f: descriptor(f, lambda p: resource(p, "sample")["schema"]["fields"].pop()),
        "column sample: declares other columns than the report reads",
    ),
    "a descriptor nested without end": (
        lambda f: write(f, "datapackage.json", "[" * 100_000), "datapackage.json: is nested too deeply",
    ),
    "a descriptor in another encoding": (
        lambda f: (f / "datapackage.json").write_bytes("{\n\"title\": \"Blåbær\"}".encode("latin-1")),
        "datapackage.json, row 2: is not UTF-8, found “byte 0xe5”",
    ),
    "a control character in a title": (
        lambda f: descriptor(f, lambda p: p.update(title="a\x1b[2Jb")), "column title: holds U+001B, which is no text",
    ),
    # files
    "a file that nobody declared": (
        lambda f: write(f, "raw-interviews.csv", "name\n"), "raw-interviews.csv: is not declared in datapackage.json",
    ),
    "a folder that nobody declared": (lambda f: (f / "raw").mkdir(), "raw: is not declared in datapackage.json"),
    "a link": (lambda f: (f / "link.csv").symlink_to("/etc/passwd"), "link.csv: is a link; allowed: the file itself"),
    "a table that is a link": (
        lambda f: [(f / "themes.csv").rename(f.parent / "t.csv"), (f / "themes.csv").symlink_to(f.parent / "t.csv")],
        "themes.csv: is a link",
    ),
    "CSV that is none": (
        lambda f: write(f, "themes.csv", 'theme,label_en,label_da\n"a"b,c,d\n'), "themes.csv, row 2: cannot be read as CSV",
    ),
    "a column twice": (
        lambda f: write(f, "themes.csv", "theme,label_en,label_en\na,b,c\n"), "themes.csv, row 1, column label_",
    ),
    # cells
    "a formula": (
        lambda f: cell(f, "themes.csv", 0, "label_en", "=cmd|x"),
        "themes.csv, row 2, column label_en: starts as a formula does in a spreadsheet, found “=cmd|x”",
    ),
    "a carriage return": (
        lambda f: cell(f, "themes.csv", 0, "label_en", "x\r=cmd|x"), "column label_en: holds U+000D, which is no text",
    ),
    "a control character": (
        lambda f: cell(f, "themes.csv", 0, "label_en", "a\x07b"), "column label_en: holds U+0007, which is no text",
    ),
    "writing turned round": (
        lambda f: cell(f, "themes.csv", 0, "label_en", "abc\u202edef"),
        "column label_en: holds U+202E, which turns the direction of writing",
    ),
    "spaces that would be lost": (
        lambda f: cell(f, "themes.csv", 0, "label_en", "a  b"), "column label_en: has white space that would be lost",
    ),
    "a cell without end": (
        lambda f: cell(f, "excerpts.csv", 0, "gist_en", "x" * 5001), "column gist_en: is too long",
    ),
    "a word that reads as an id": (
        lambda f: cell(f, "excerpts.csv", 0, "gist_en", "An F16 flew by."),
        "column gist_en: holds “F16”, which reads as the id of an excerpt or finding",
    ),
    "an id of nothing": (lambda f: cell(f, "themes.csv", 0, "label_en", "See E99"), "holds “E99”"),
    "a number with underscores": (
        lambda f: cell(f, "sample.csv", 1, "interviews", "1_0"), "is of the wrong type, found “1_0”; allowed: integer",
    ),
    "Arabic digits": (
        lambda f: cell(f, "sample.csv", 1, "interviews", "١٠"), "column interviews: is of the wrong type",
    ),
    "a number without end": (
        lambda f: cell(f, "sample.csv", 1, "interviews", "1" * 24), "column interviews: is of the wrong type",
    ),
    # rows that do not fit together
    "two sections of one name": (
        lambda f: cell(f, "sections.csv", 1, "label_en", "Introduction"),
        "sections.csv, row 3, column label_en: stands twice, found “Introduction”",
    ),
    "a family under another name": (
        lambda f: [
            write(f, name, (f / name).read_text(encoding="utf-8").replace(old, new))
            for name, old, new in (
                ("families.csv", "\napproach,", "\nstyles,"), ("codes.csv", ",approach,", ",styles,"),
                ("published_lists.csv", "approach,", "styles,"),
            )
        ],
        "families.csv, column family: has no row “approach”, which the report asks for",
    ),
    "another coder": (
        lambda f: cell(f, "excerpt_codes.csv", 0, "coder", "agreed"),
        "excerpt_codes.csv, row 2, column coder: does not go with the basis “placed”, found “agreed”",
    ),
    "a work under another name": (
        lambda f: cell(f, "literature.csv", 0, "work", "grubb-2021"),
        "column work: does not agree with authors and year, found “grubb-2021”; allowed: frederiksen-grubb-2021",
    ),
    "a code in another section": (
        lambda f: cell(f, "codes.csv", 0, "section", "roles"), "codes.csv, row 2, column section: is not the section of",
    ),
    "a concept for what is no research": (
        lambda f: cell(f, "findings.csv", 1, "concept", "staff-role"),
        "findings.csv, row 3, column concept: must be empty for a finding of kind “assumption”",
    ),
    "a placement in an excerpt": (
        lambda f: cell(f, "case_codes.csv", 0, "evidence", "E01"), "column evidence: is no section, though the code is said of the whole type",
    ),
    "a printed order with a gap": (
        lambda f: cell(f, "published_lists.csv", 2, "order", "7"),
        "published_lists.csv, row 4, column order: is not the next number, found “7”; allowed: 3",
    ),
    "an example without the code": (
        lambda f: cell(f, "codes.csv", 0, "example", "E29"), "codes.csv, row 2, column example: does not carry the code",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_study_is_told_in_a_sentence(folder, kind):
    spoil, message = HOSTILE[kind]
    spoil(folder)
    said = [str(fault) for fault in check(folder)]
    assert any(message in line for line in said), "\n".join(said)
    assert all(line.isprintable() and len(line) < 1000 for line in said)


def test_more_than_thirty_of_them():
    assert len(HOSTILE) >= 30


def test_a_study_that_lacks_what_the_pages_name(folder):
    """The study is sound, but this report's prose names a number that it does not have."""
    name = "n_trust-relations"
    for table in ("codes", "excerpt_codes", "readings", "settled", "finding_codes", "published_lists", "case_codes"):
        path = folder / f"{table}.csv"
        path.write_text(path.read_text(encoding="utf-8").replace("trust-relations", "trust-ties"), encoding="utf-8")
    assert check(folder) == []
    said = [str(fault) for fault in gate.faults(folder)[0]]
    assert any(line.startswith("roles.ipynb") and f"found “{name}”" in line for line in said), said


@pytest.mark.checks
def test_folders_of_any_name(tmp_path):
    for name in ("a[x]*", "#%?", "blåbær og ø", "'quoted'"):
        folder = shutil.copytree(paths.DATA, tmp_path / name)
        assert check(folder) == []


SHOWN = [
    f for n, f in vars(tables).items() if not n.startswith("_") and getattr(f, "__module__", "") == tables.__name__
]
ALONE = [f for f in SHOWN if f.__code__.co_argcount == 1 and "study" in f.__code__.co_varnames]
PICTURES = (
    figures.sample_and_print,
    figures.excerpts_by_section,
)


def everything(study):
    """Every table and figure of the report."""
    shown = [make(study) for make in (*ALONE, *PICTURES)]
    shown.append(tables.concepts(study))
    shown += [tables.factor_table(study, "{most} {n} {N} {count}", f) for f in study.families["family"]]
    return shown


@pytest.mark.thorough
@given(out=st.sets(st.integers(1, 29), max_size=27))
def test_what_is_valid_can_be_shown(tmp_path_factory, out):
    """Studies with fewer excerpts: each is refused with faults, or every table and figure can be made of it."""
    folder = shutil.copytree(paths.DATA, tmp_path_factory.mktemp("some") / "data")
    gone = {f"E{i:02}" for i in out}
    for name, column in (
        ("excerpts", "excerpt"), ("excerpt_codes", "excerpt"), ("codes", "example"), ("case_codes", "evidence"),
        ("disclosure_exceptions", "key"),
    ):  # fmt: skip
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        columns = list(rows[0])
        if name == "codes":
            rows = [{**r, "example": "" if r["example"] in gone else r["example"]} for r in rows]
        elif name == "case_codes":
            rows = [{**r, "evidence": "practices" if r["evidence"] in gone else r["evidence"]} for r in rows]
        else:
            rows = [r for r in rows if r[column] not in gone]
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    faults = gate.faults(folder).faults
    if faults:
        assert all(isinstance(fault, Fault) for fault in faults)
        return
    for shown in everything(Study.load(folder)):
        assert isinstance(shown, Table | Figure)
        data, _ = shown._repr_mimebundle_()
        assert data["text/plain"] and "\n" in data["text/csv"]


PLAIN = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cn", "Co", "Cs", "Zl", "Zp")), min_size=1, max_size=60
)
TRICKS = ["% gone", "+++", "(x)=", ":::{note}", "1986. A year", "- x", "+ x", "---", "&amp; &lt;", "```{include} x", "{eval-rst}`x`",
          "[a](b)", "![a](b)", "<b>x</b>", "a\\b", "`tick", "$\\foo$", "~~~", "# head", "> quote", "| a | b |", "=== x", "~ x", "x^2^"]  # fmt: skip


@given(text=st.one_of(st.sampled_from(TRICKS), PLAIN))
def test_an_escaped_text_is_the_same_text(text):
    """Whatever a cell holds, Markdown shows it as it is, white space folded."""
    from docutils import nodes
    from docutils.core import publish_doctree
    from myst_parser.docutils_ import Parser

    options = {
        "myst_enable_extensions": ["attrs_block", "attrs_inline", "colon_fence", "deflist"],
        "report_level": 5, "file_insertion_enabled": False,
    }  # fmt: skip
    wanted = " ".join(text.split())
    tree = publish_doctree(f"- {escape(text)}\n", parser=Parser(), settings_overrides=options)
    if wanted:
        (paragraph,) = tree.findall(nodes.paragraph)
        assert [type(child) for child in paragraph.children] == [nodes.Text]
        assert " ".join(paragraph.astext().split()) == wanted


@given(
    head=st.text(min_size=1, max_size=8),
    cells=st.lists(st.text(st.sampled_from("=+-@\t\r\n\",;x1 'ø"), max_size=8), min_size=1, max_size=5),
)
def test_no_cell_and_no_head_of_a_download_is_a_formula(head, cells):
    import io

    import pandas as pd

    text = csv_text(pd.DataFrame({head: cells}))
    assert "\r" not in text
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert len(rows) == len(cells) + 1 - sum(row == [] for row in rows) or len(rows) <= len(cells) + 1
    for row in rows:
        assert not "".join(row).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


HOSTILE_TEXTS = [
    "<script>alert(1)</script><meta http-equiv=refresh content=0>",
    "% all of this would vanish",
    "1986. That was a year",
]


@pytest.fixture(scope="module")
def private(tmp_path_factory):
    """A book of a study with a hostile text in every place that takes text, built as a private copy."""
    root = copy_checkout(tmp_path_factory.mktemp("hostile") / "checkout")
    study = shutil.copytree(root / "data", root.parent / "study")
    secret = root.parent / "secret.txt"
    secret.write_text("the-secret-of-the-machine")
    include = f"```{{include}} {secret}"
    definitions = [include, f"{{download}}`x <{secret}>`", *HOSTILE_TEXTS]
    for language in ("en", "da"):
        for row, text in enumerate(definitions):
            cell(study, "families.csv", row, f"definition_{language}", text)
        cell(study, "excerpts.csv", 0, f"gist_{language}", include)
        cell(study, "sections.csv", 3, f"label_{language}", "[a](javascript:alert) <b>bold</b>")
    cell(study, "codes.csv", 0, "definition_en", "(x)= and ::: and --- and &amp; and [a](javascript:alert)")
    cell(study, "codes.csv", 3, "label_en", "Back\\slash \\o and `tick` and $\\foo$ | pipe")
    cell(study, "cases.csv", 0, "description_en", "::: a block, not a wall")
    cell(study, "finding_excerpts.csv", 0, "why_da", "{eval-rst}`x` og ::: og `tick")
    cell(study, "themes.csv", 0, "label_en", "T`ime \\1 $x_$ {fact}`excerpts`")

    def titles(package):
        package["title"] = "<!--<script> a title"
        resource(package, "sample")["description"] = include
        resource(package, "sample")["title"] = "# Sample {fact}`excerpts`"

    descriptor(study, titles)
    environment = {**os.environ, "PYTHONPATH": str(root / "src"), "STUDY": str(study), "PYTHONIOENCODING": "ascii"}
    made = subprocess.run(
        [sys.executable, "-m", "kodebog.cli", "build"],
        cwd=root, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    assert not (root / "_build/html").exists()
    return root


@pytest.fixture(scope="module")
def private_pages(private):
    folder = private / "_build/private/html"
    return {str(p.relative_to(folder)): BeautifulSoup(p.read_text("utf-8"), "lxml") for p in folder.rglob("*.html")}


@pytest.mark.trial
@pytest.mark.xdist_group("hostile")
def test_texts_stay_texts(private, private_pages):
    for path in (private / "_build/private/html").rglob("*"):
        if path.is_file():
            assert b"the-secret-of-the-machine" not in path.read_bytes(), path
    for edition in ("", "da/"):
        codebook = private_pages[f"{edition}book/codebook.html"].get_text(" ")
        for text in ("include} ", "download}", "alert(1)", "% all of this would vanish", "1986. That was a year"):
            assert text in codebook, (edition, text)
        assert "[a](javascript:alert) <b>bold</b>" in codebook, edition
        assert "[a](javascript:alert) <b>bold</b>" in private_pages[f"{edition}notebooks/evidence.html"].get_text(" ")
    codebook = private_pages["book/codebook.html"].get_text(" ")
    for text in (
        "(x)= and ::: and", "&amp; and [a](javascript:alert)", "Back\\slash \\o and `tick` and $\\foo$ | pipe",
    ):  # fmt: skip
        assert text in codebook, text
    assert "{eval-rst}`x` og ::: og `tick" in private_pages["da/book/judgements.html"].get_text(" ")
    assert "::: a block, not a wall" in private_pages["notebooks/practices.html"].get_text(" ")
    assert "{fact}`excerpts`" in private_pages["book/data-dictionary.html"].get_text(" ")
    for page, soup in private_pages.items():
        assert not soup.select("meta[http-equiv=refresh]"), page
        assert not [s for s in soup.select("script") if "alert(1)" in (s.string or "")], page
        assert not soup.select("a[href^='javascript:']"), page


@pytest.mark.trial
@pytest.mark.xdist_group("hostile")
def test_a_private_book_says_so(private, private_pages):
    build = private / "_build/private"
    assert (build / "private-copy.pdf").is_file() and not (build / "report.pdf").exists()
    assert list(build.rglob("*.zip")) == [] and not (build / "html/SHA256SUMS").exists()
    assert (build / "html/robots.txt").read_text() == "User-agent: *\nDisallow: /\n"
    for page, soup in private_pages.items():
        assert soup.find("meta", {"name": "robots"})["content"] == "noindex, nofollow", page
        private_copy = "Privat kopi" if page.startswith("da/") else "Private copy"
        assert private_copy in soup.select_one(".announcement").get_text(), page
        assert private_copy in soup.find("title").get_text(), page
    links = {a["href"] for a in private_pages["book/reuse.html"].select("a[href]")}
    assert "../private-copy.pdf" in links and not [h for h in links if h.endswith((".zip", "SHA256SUMS"))]
    assert not private_pages["index.html"].select('script[type="application/ld+json"]')


@pytest.mark.trial
@pytest.mark.xdist_group("hostile")
def test_a_private_book_leads_to_its_own_data(private, private_pages):
    folder = private / "_build/private/html"
    links = [a["href"] for a in private_pages["book/codebook.html"].select("p.kodebog-provenance a")]
    assert links and set(links) == {"../data/codes.csv", "../data/case_codes.csv"}
    assert (folder / "data/codes.csv").read_bytes() == (private.parent / "study/codes.csv").read_bytes()
    assert (folder / "data/codes.csv").read_bytes() != (private / "data/codes.csv").read_bytes()


@pytest.mark.parametrize("command", ["notebooks", "metadata"])
def test_nothing_is_written_into_the_project_from_a_private_study(folder, command):
    before = {p: p.read_bytes() for p in [*paths.NOTEBOOKS.glob("*.ipynb"), *paths.ROOT.glob("*.json")]}
    made = subprocess.run(
        [sys.executable, "-m", "kodebog.cli", command],
        env={**os.environ, "STUDY": str(folder)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 1 and "unset it first" in made.stderr
    assert {p: p.read_bytes() for p in before} == before


def test_jupyterlab_saves_no_notebook_of_a_private_study(monkeypatch):
    from tornado.web import HTTPError

    from kodebog.publish import lab

    lab.keep_private({"type": "notebook"}, "evidence.ipynb")
    monkeypatch.setattr(paths, "PRIVATE", True)
    lab.keep_private({"type": "file"}, "notes.md")
    with pytest.raises(HTTPError, match="STUDY is set"):
        lab.keep_private({"type": "notebook"}, "evidence.ipynb")
    assert "--ContentsManager.pre_save_hook=kodebog.publish.lab.keep_private" in (paths.ROOT / "Makefile").read_text()
