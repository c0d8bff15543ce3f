"""A second coder's file: what it says of the passages of the first, and what is left out of it."""

import csv

import pytest

import made_up
from kodebog import cli
from kodebog.analysis import interviews
from kodebog.publish.project import bring_in
from kodebog.study import Study, readers
from kodebog.study.coded import Code, Coded, Coding, Document, Passage, ReadError
from kodebog.study.comparison import SECOND, compared
from kodebog.study.importing import ImportFault
from kodebog.study.readers.tables import Columns

FIRST = "document,id,code\nd,1,a\nd,1,b\nd,2,a\nd,3,c\n"
OTHER = "document,id,code\nd,1,a\nd,2,c\nd,2,new\nd,9,a\ne,1,a\n"


def tables(folder, first=FIRST, other=OTHER):
    found = []
    for name, text in (("first", first), ("other", other)):
        found.append(folder / f"{name}.csv")
        found[-1].write_text(text, encoding="utf-8")
    return found


def test_the_same_passages_are_compared_and_others_left_out(tmp_path):
    both = compared(*map(readers.read, tables(tmp_path)))
    second = [(c.passage, both.codes[c.code].name) for c in both.codings if c.coder == SECOND]
    assert second == [("d\t1", "a"), ("d\t2", "c"), ("d\t2", "new")]
    assert len(both.passages) == 3 and list(both.documents) == ["d"]
    assert both.notes[-3:] == [
        "Coded in both files, and compared: 2 passages.",
        "Second file: 2 passages left out, since the first has none at the same place.",
        "Second file: 1 code that the first does not have.",
    ]


def test_codes_are_the_same_by_their_names_and_those_above_them():
    def coded(*codes):
        of_one = Coded("test", {"d": Document("d", "d", "so it went")}, {c.id: c for c in codes})
        of_one.passages = {"p": Passage("p", "d", 0, 2)}
        of_one.codings = [Coding("p", c.id, "anna") for c in codes if c.parent or len(codes) == 1]
        return of_one

    first = coded(Code("1", "Time"), Code("2", "pressure", "1"))
    second = coded(Code("8", "time"), Code("9", "Pressure", "8"), Code("7", "Money"), Code("6", "pressure", "7"))
    both = compared(first, second)
    given = [(c.code, c.coder) for c in both.codings]
    assert given == [("2", "anna"), ("2", f"anna{SECOND}"), (f"6{SECOND}", f"anna{SECOND}")]
    assert both.codes[f"6{SECOND}"].parent == f"7{SECOND}" and len(both.codes) == 4
    assert compared(first, first).codes == first.codes
    circle = coded(Code("1", "x", "2"), Code("2", "y", "1"))
    assert len(compared(first, circle).codes) == 4, "a circle, which a damaged file may hold, is no end"


def test_documents_are_the_same_by_name_and_text(tmp_path):
    def coded(*documents):
        of_one = Coded("test", {str(n): Document(str(n), *d) for n, d in enumerate(documents)}, {"c": Code("c", "c")})
        of_one.passages = {n: Passage(n, n, 0, 2) for n in of_one.documents}
        of_one.codings = [Coding(n, "c") for n in of_one.passages]
        return of_one

    first = coded(("one", "so it went"), ("two", None), ("three", "x y"), ("three", "x y"))
    both = compared(first, coded(("two", "or not"), ("three", "x y"), ("one", "so it went")))
    assert [c.passage for c in both.codings if c.coder == SECOND] == ["1", "0"], "“three” stands for two in the first"
    assert both.documents["1"].text == "or not", "words that only the second knows are looked for as well"
    with pytest.raises(ReadError, match="no coded passage in common"):
        compared(first, coded(("one", "other words"), ("four", "x y")))
    # a table that names no document is called by its file
    for name in ("anna", "bo"):
        (tmp_path / f"{name}.csv").write_text("id,code\n1,a\n", encoding="utf-8")
    assert len(compared(*(readers.read(tmp_path / f"{name}.csv") for name in ("anna", "bo"))).codings) == 2


def rows(folder):
    with (folder / "data/codings.csv").open(encoding="utf-8") as file:
        return [(r["excerpt"], r["code"], r["coder"]) for r in csv.DictReader(file)]


def test_the_first_file_feeds_every_count_and_the_second_the_chapter_on_agreement(tmp_path):
    first, other = tables(tmp_path)
    made = bring_in(first, Columns(), tmp_path / "study", second=other)
    assert (tmp_path / "study/notebooks/agreement.ipynb").is_file()
    study = Study.load(tmp_path / "study/data")
    assert [*zip(study.excerpt_codes["excerpt"], study.excerpt_codes["code"], strict=True)] == [
        ("E01", "a"), ("E01", "b"), ("E02", "a"), ("E03", "c"),
    ]  # fmt: skip
    assert [row for row in rows(tmp_path / "study") if row[2] == "coder-2"] == [
        ("E01", "a", "coder-2"), ("E02", "c", "coder-2"), ("E02", "new", "coder-2"),
    ]  # fmt: skip
    agreed = interviews.coders(study).iloc[0]
    assert (agreed["excerpts"], agreed["both"], agreed["either"]) == (2, 1, 5)
    # the next import reads it again, unasked
    other.write_text(OTHER.replace("d,2,new\n", ""), encoding="utf-8")
    changed = bring_in(first, Columns(), tmp_path / "study").changed
    assert "codings: 0 new, 1 gone, 6 as before" in changed
    other.unlink()
    before = rows(tmp_path / "study")
    with pytest.raises(ImportFault, match="name it with --second"):
        bring_in(first, Columns(), tmp_path / "study")
    assert rows(tmp_path / "study") == before and made.questions


def test_two_files_of_a_coding_program(tmp_path, capsys):
    """Each coder has coded in a file of their own: it is as if one had held both, where both have the passage."""
    made = made_up.interviews()
    one, other = ([c for c in made.codings if c.coder == coder] for coder in made_up.CODERS)
    paths = [
        made_up.qdpx(tmp_path / f"{name}.qdpx", made._replace(codings=c)) for name, c in (("one", one), ("two", other))
    ]
    told = ["import", str(paths[0]), str(tmp_path / "study"), "--second", str(paths[1])]
    assert cli.main(told) == 0
    said = capsys.readouterr().out
    assert "by 2 coders" in said and "Coded in both files, and compared: " in said
    together = bring_in(made_up.qdpx(tmp_path / "both.qdpx", made), Columns(), tmp_path / "together")
    assert together
    ours, theirs = (interviews.coders(Study.load(tmp_path / name / "data")).iloc[0] for name in ("study", "together"))
    for column in ("excerpts", "both", "either", "kappa"):
        assert ours[column] == theirs[column]
    key = (tmp_path / "study-private/key.csv").read_text(encoding="utf-8")
    assert "anna" in key and "bo" in key and "two.qdpx" in key


def test_names_in_the_second_file_are_looked_for(tmp_path):
    first, other = tables(
        tmp_path,
        FIRST.replace("code\n", "code,coder\n")
        .replace(",a\n", ",a,\n")
        .replace(",b\n", ",b,\n")
        .replace(",c\n", ",c,\n"),
        "document,id,code,coder\nd,1,Mette Hansen,Mette Hansen\n",
    )
    faults = bring_in(first, Columns(), tmp_path / "study", second=other).faults
    assert [f.value for f in faults if "name" in f.problem]
