"""Holding the study against the article, whatever shape its text comes in."""

import html
import json
import random
import re
import subprocess
import textwrap
import time
import unicodedata
from dataclasses import replace

import pytest

from kodebog import paths
from kodebog.study import Study, source
from kodebog.study.package import datapackage
from kodebog.study.private import PrivateCopyError


def failures(study, text):
    checks = source.verify(study, text)
    return checks[~checks["holds"]]


def flowing(article):
    """The article as one line for each paragraph, page furniture gone."""
    lines = [line.strip() for line in article.splitlines()]
    return " ".join(line for line in lines if line and not source.FURNITURE.fullmatch(line))


def hyphenated(text, width, rng):
    """Other line breaks, with words cut at the ends of lines and page furniture between them."""
    lines = textwrap.wrap(text, width, break_on_hyphens=True)
    out = []
    for i, line in enumerate(lines):
        head, _, last = line.rpartition(" ")
        if re.fullmatch(r"[a-zæøå]{8,}", last) and i + 1 < len(lines) and rng.random() < 0.5:
            lines[i + 1] = f"{last[4:]} {lines[i + 1]}"
            out.append(f"{head} {last[:4]}-")
        else:
            out.append(line)
        if i % 40 == 39:
            out += ["", "www.lederliv.dk", str(i), ""]
    return "\n".join(out)


def headed(text, head):
    """The article with a line of its own after every forty, as each page has one."""
    lines = text.splitlines()
    return "\n".join(line if i % 40 else f"{line}\n{head.format(i // 40)}" for i, line in enumerate(lines, 1))


SHAPES = {
    "as it is": lambda text: text,
    "one long line": flowing,
    "narrow, hyphenated, with page furniture": lambda text: hyphenated(flowing(text), 58, random.Random(1)),
    "wide, hyphenated": lambda text: hyphenated(flowing(text), 110, random.Random(2)),
    "decomposed letters": lambda text: unicodedata.normalize("NFD", text),
    "straight quotation marks": lambda text: text.translate(str.maketrans("”“‘’", "\"\"''")),
    "guillemets": lambda text: text.replace("”", "»"),
    "Windows line ends": lambda text: text.replace("\n", "\r\n"),
    "zero-width spaces": lambda text: text.replace("sam", "sam\N{ZERO WIDTH SPACE}"),
    "running heads": lambda text: headed(text, "Samskabelse set fra frontlinjen   {}   Agger og Tortzen"),
    "site and page number on one line": lambda text: headed(text, "www.lederliv.dk   {}"),
    "soft hyphens": lambda text: re.sub(r"samskab", "sam\N{SOFT HYPHEN}skab", text),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_article_is_recognised_in_any_shape(study, article, shape, tmp_path):
    path = tmp_path / "article.txt"
    path.write_text(SHAPES[shape](article), encoding="utf-8", newline="")
    failed = failures(study, source.read_article(path))
    assert failed.empty, failed.to_string()


def test_the_saved_web_page_is_recognised(study, article, tmp_path):
    """As a browser saves it: the text in paragraphs with markup in them, amid menus, scripts and styles."""
    blocks = "".join(
        f"<p>{html.escape(block).replace(' og ', ' <em>og</em> ')}</p>"
        for block in article.split("\n\n")
        if block.strip()
    )
    page = (
        "<!-- saved from url=(0035)https://www.lederliv.dk/artikel -->\n<!DOCTYPE html><html><head><title>x</title>"
        "<style>p{}</style></head><body><nav><a>Forside</a> (leder)</nav><script>var a = '(leder)';</script>"
        f"<article>{blocks}</article></body></html>"
    )
    path = tmp_path / "article.html"
    path.write_text(page, encoding="utf-8")
    failed = failures(study, source.read_article(path))
    assert failed.empty, failed.to_string()


def test_half_the_article_names_what_is_missing(study, article):
    half = article[: len(article) // 2]
    failed = failures(study, half)
    missing = failed.loc[failed["check"] == "found", "what"]
    assert {"E20", "E29"} <= set(missing) and "E01" not in set(failed["what"])
    assert failed.loc[failed["check"] == "found", "line"].notna().all(), "the nearest place is given"


def test_another_text_fails_everywhere(study):
    checks = source.verify(study, "En helt anden tekst om noget andet. " * 200)
    assert not checks["holds"].any()


def test_a_changed_word_is_seen(study, article):
    flat = flowing(article)
    row = study.excerpts.iloc[10]
    at = flat.index(row["opening"]) + 60
    changed = flat[:at] + " ikke " + flat[at:]
    failed = failures(study, changed)
    assert set(failed["what"]) == {row["excerpt"]}
    assert set(failed["check"]) >= {"fingerprint", "words"}


def test_a_changed_role_is_seen(study, article):
    flat = flowing(article)
    row = study.excerpts.iloc[0]
    at = flat.index("(mellemleder)")
    failed = failures(study, flat[:at] + "(direktør)" + flat[at + len("(mellemleder)") :])
    assert list(failed["check"]) == ["role"] and list(failed["what"]) == [row["excerpt"]]


def test_one_moved_excerpt_is_one_fault(study, article):
    """The first excerpt put at the end: it is out of order and out of its section, and no other is."""
    flat = flowing(article)
    first = re.search(r"”Der er altid.*?\(mellemleder\)", flat).group()
    failed = failures(study, flat.replace(first, "") + first)
    assert set(failed["what"]) == {"E01"}
    assert set(failed["check"]) == {"order", "section"}


def test_what_is_out_of_order():
    assert source.out_of_order({"a": 1, "b": 2, "c": 3}) == set()
    assert source.out_of_order({"a": 9, "b": 2, "c": 3}) == {"a"}
    assert source.out_of_order({"a": 1, "b": 9, "c": 3, "d": 4}) == {"b"}
    assert source.out_of_order({"a": 1, "b": 2, "c": 3, "d": 0}) == {"d"}
    assert source.out_of_order({}) == set()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        ("\N{ZERO WIDTH SPACE}\n".encode(), "is empty"),
        (b"<!doctype html><html><body> </body></html>", "is empty"),
        (b"word " * 250_000, "holds 1,250,000 characters of text; the article has some 53,000"),
        (b"%PDF-1.7 ...", "is a PDF"),
        (b"a\0b", "is not a text file"),
        ("f\nblåbær".encode("latin-1"), "line 2 is not UTF-8"),
        (b"\n\xe5\nmore\nlines\n", "line 2 is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_the_article(tmp_path, content, message):
    path = tmp_path / "article.txt"
    path.write_bytes(content)
    with pytest.raises(source.SourceError, match=message):
        source.read_article(path)


def test_a_wrong_file_of_50_mb_is_told_at_once(tmp_path):
    path = tmp_path / "wrong.txt"
    path.write_bytes(b"En helt anden tekst. " * 2_500_000)
    started = time.perf_counter()
    with pytest.raises(source.SourceError, match="has 52 MB; the article is much shorter"):
        source.read_article(path)
    assert time.perf_counter() - started < 1


@pytest.mark.trial
def test_the_longest_text_that_is_read_takes_seconds(study):
    started = time.perf_counter()
    assert not source.verify(study, "En helt anden tekst om noget andet. " * 27_000)["holds"].any()
    assert time.perf_counter() - started < 30


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(source.SourceError, match="cannot be read"):
        source.read_article(tmp_path / "none.txt")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(source.SourceError, match="cannot be read"):
        source.read_article(tmp_path)


def test_weaving_adds_the_words_and_nothing_else(study, article, tmp_path):
    out = tmp_path / "private" / "study"
    assert source.weave(paths.DATA, SHAPES["narrow, hyphenated, with page furniture"](article), out) == 29
    woven = Study.load(out)
    assert woven.excerpts.drop(columns="wording").equals(study.excerpts)
    for row in woven.excerpts.itertuples():
        words = [word.casefold() for word in re.findall(r"\w+", row.wording)]
        assert source.fingerprint(words) == row.sha256, row.excerpt
        assert not re.search(r"[”»]|\(leder\)|lederliv", row.wording)
    assert sorted(p.name for p in out.iterdir()) == sorted(p.name for p in paths.DATA.iterdir())


def test_weaving_changes_the_descriptor_by_one_column(article, tmp_path):
    out = tmp_path / "deep" / "er" / "study"
    source.weave(paths.DATA, article, out)
    wanted = datapackage(paths.DATA)
    (table,) = [r for r in wanted["resources"] if r["name"] == "excerpts"]
    text = "The excerpt in its own words, from the reader's own copy. Not to be passed on."
    table["schema"]["fields"].append(
        {"name": "wording", "type": "string", "title": "Wording", "title_da": "Ordlyd", "description": text}
    )
    written = (out / "datapackage.json").read_text(encoding="utf-8")
    assert written == json.dumps(wanted, ensure_ascii=False, indent=2) + "\n"
    assert [p.name for p in out.parent.iterdir()] == ["study"], "nothing else is left beside it"


def test_running_heads_do_not_hide_an_excerpt(study, article):
    assert len(source.excerpts_in(study, SHAPES["running heads"](article))) == 29
    assert source.excerpts_in(study, "En helt anden tekst.") == {}


def test_an_empty_folder_may_be_woven_into(article, tmp_path):
    (tmp_path / "empty").mkdir()
    assert source.weave(paths.DATA, article, tmp_path / "empty") == 29


def test_weaving_inside_the_repository_is_refused(article):
    with pytest.raises(PrivateCopyError, match="inside the repository"):
        source.weave(paths.DATA, article, paths.ROOT / "woven")
    assert not (paths.ROOT / "woven").exists()


def test_weaving_inside_any_checkout_is_refused(article, tmp_path):
    subprocess.run(["git", "init", "--quiet", str(tmp_path / "other")], check=True)
    with pytest.raises(PrivateCopyError, match="is inside the git checkout"):
        source.weave(paths.DATA, article, tmp_path / "other/deep/woven")
    assert not (tmp_path / "other/deep").exists()


def test_only_the_one_who_wove_may_read(article, tmp_path):
    out = tmp_path / "woven"
    source.weave(paths.DATA, article, out)
    assert out.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in out.iterdir()} == {0o600}


def test_a_woven_study_is_not_woven_again(article, tmp_path):
    source.weave(paths.DATA, article, tmp_path / "once")
    with pytest.raises(PrivateCopyError, match="has the words already"):
        source.weave(tmp_path / "once", article, tmp_path / "twice")
    assert not (tmp_path / "twice").exists()


def test_weaving_over_something_is_refused(article, tmp_path):
    (tmp_path / "precious.txt").write_text("x")
    with pytest.raises(PrivateCopyError, match="not an empty folder"):
        source.weave(paths.DATA, article, tmp_path)


def test_weaving_from_half_the_article_writes_nothing(article, tmp_path):
    with pytest.raises(source.SourceError, match="is not in the text as coded"):
        source.weave(paths.DATA, article[: len(article) // 2], tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "times", "is_head"),
    [
        ("to ord", 3, True), ("to ord", 2, False), ("ord", 5, False),
        (" ".join("abcdefghijkl"), 3, True), (" ".join("abcdefghijklm"), 3, False),
    ],
)  # fmt: skip
def test_what_a_running_head_is(line, times, is_head):
    between = [f"nr {'i' * n} imellem dem" for n in range(times)]
    text = "\n".join(part for other in between for part in (line, other))
    assert (line in source.running_heads(text)) == is_head


def test_running_heads_are_alike_but_for_page_numbers():
    assert source.running_heads("Side 1 af x\nSide 22 af x\nSide 333 af x") == {"side af x"}


def small(study, *headings):
    sections = study.sections.head(len(headings)).assign(heading=list(headings))
    return replace(study, sections=sections)


@pytest.mark.parametrize(
    ("text", "headings", "bounds"),
    [
        ("C A B x C y", ("A B", "C"), [(1, 4), (4, 6)]),
        ("A x A y", ("A", "A"), [(0, 2), (2, 4)]),
        ("x A", ("A",), [(1, 2)]),
        ("A B C", ("A B C",), [(0, 3)]),
        ("x y", ("A",), []),
    ],
)
def test_sections_follow_one_another(study, text, headings, bounds):
    found = source.section_bounds(source.tokens(text), small(study, *headings))
    assert list(found.values()) == bounds


def test_the_nearest_place_is_where_most_words_stand_together():
    filler = "noget helt andet står her, langt fra det hele"
    article = source.tokens(f"en\n{filler}\nto en\n{filler}\n{filler}, en to tre\nen")
    assert source._nearest_place(article, "en to tre") == 5
    assert source._nearest_place([], "en to") is None


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("Hansen 2019", True), ("Hansens bog fra 2019", True), ("Hansen 2018", False), ("Jensen 2019", False),
        ("2019 Hansen", False), ("Hansen " + "ord " * 13 + "2019", True), ("Hansen " + "ord " * 14 + "2019", False),
    ],
)  # fmt: skip
def test_what_a_citation_is(text, cited):
    article = source.tokens(text)
    assert any(source._cited(article, i, "hansen", "2019") for i in range(len(article))) == cited


def test_a_file_as_large_as_may_be(tmp_path, monkeypatch):
    path = tmp_path / "article.txt"
    path.write_text("abcdefghij")
    monkeypatch.setattr(source, "LARGEST_FILE", 10)
    monkeypatch.setattr(source, "LONGEST_TEXT", 10)
    assert source.read_article(path) == "abcdefghij"


def test_fingerprint_rule():
    assert source.fingerprint(["samskabelse", "i", "praksis"]) == (
        "e02f0f76af5ddd47066f95f953ec78a870dc4db697482d6b180449f3c4fa980c"
    )
