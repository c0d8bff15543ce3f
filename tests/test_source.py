"""Holding the study against the article, whatever shape its text comes in."""

import random
import re
import textwrap
import unicodedata

import pytest

from kodebog import paths, source
from kodebog.study import Study


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


SHAPES = {
    "as it is": lambda text: text,
    "one long line": flowing,
    "narrow, hyphenated, with page furniture": lambda text: hyphenated(flowing(text), 58, random.Random(1)),
    "wide, hyphenated": lambda text: hyphenated(flowing(text), 110, random.Random(2)),
    "decomposed letters": lambda text: unicodedata.normalize("NFD", text),
    "straight quotation marks": lambda text: text.translate(str.maketrans("”“‘’", "\"\"''")),
    "guillemets": lambda text: text.replace("”", "»"),
    "Windows line ends": lambda text: text.replace("\n", "\r\n"),
    "soft hyphens": lambda text: re.sub(r"samskab", "sam\N{SOFT HYPHEN}skab", text),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_article_is_recognised_in_any_shape(study, article, shape):
    text = SHAPES[shape](article)
    failed = failures(study, text)
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


def test_excerpts_out_of_order_are_seen(study, article):
    flat = flowing(article)
    first = re.search(r"”Der er altid.*?\(mellemleder\)", flat).group()
    failed = failures(study, flat.replace(first, "") + first)
    assert {"order", "section"} & set(failed["check"]) and "E01" in set(failed["what"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"%PDF-1.7 ...", "is a PDF"),
        (b"a\0b", "is not a text file"),
        ("f\nblåbær".encode("latin-1"), "line 2 is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_the_article(tmp_path, content, message):
    path = tmp_path / "article.txt"
    path.write_bytes(content)
    with pytest.raises(source.SourceError, match=message):
        source.read_article(path)


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


def test_weaving_inside_the_repository_is_refused(article):
    with pytest.raises(source.SourceError, match="inside the repository"):
        source.weave(paths.DATA, article, paths.ROOT / "woven")
    assert not (paths.ROOT / "woven").exists()


def test_weaving_over_something_is_refused(article, tmp_path):
    (tmp_path / "precious.txt").write_text("x")
    with pytest.raises(source.SourceError, match="not an empty folder"):
        source.weave(paths.DATA, article, tmp_path)


def test_weaving_from_half_the_article_writes_nothing(article, tmp_path):
    with pytest.raises(source.SourceError, match="is not in the text as coded"):
        source.weave(paths.DATA, article[: len(article) // 2], tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_fingerprint_rule():
    assert source.fingerprint(["samskabelse", "i", "praksis"]) == (
        "e02f0f76af5ddd47066f95f953ec78a870dc4db697482d6b180449f3c4fa980c"
    )
