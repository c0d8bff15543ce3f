"""Coded interviews become a study: the same whatever program they come from, and nobody's words or names in it."""

import collections
import csv
import dataclasses
import itertools
import json
import re

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import made_up
from kodebog import Study, cli
from kodebog.analysis import factors, interviews
from kodebog.errors import KodebogError
from kodebog.publish import explorer
from kodebog.publish.project import ProjectTaken, bring_in
from kodebog.report import display, export
from kodebog.report import interviews as report
from kodebog.study import importing, leaks, readers
from kodebog.study.coded import Code, Coded, Coding, Document, Passage
from kodebog.study.package import read as read_package
from kodebog.study.questions import NOBODY, UNDECIDED_LICENCE, open_questions
from kodebog.study.readers.tables import Columns
from kodebog.study.validation import check


@pytest.fixture(scope="session")
def made():
    return made_up.interviews()


@pytest.fixture
def start(tmp_path, made):
    """Import the made-up interviews, written by a program, into a project; return its folder."""

    def begin(name="interviews.qdpx", told=made, group="role", folder="study", **options):
        path = made_up.PROGRAMS[name](tmp_path / name, told)
        bring_in(path, Columns(), tmp_path / folder, group=group, **options)
        return tmp_path / folder

    return begin


def rows(folder, table):
    with (folder / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_study_out_of_a_project(start, made):
    folder = start()
    assert check(folder / "data") == []
    study = Study.load(folder / "data")
    assert study.of_interviews and len(study.excerpts) == 30
    assert list(study.sample["label_en"]) == ["nurse", "teacher"] and list(study.sample["interviews"]) == [2, 2]
    assert list(study.families["label_en"]) == ["time", "trust", "Other codes"]
    labels = study.codes.set_index("code")["label_en"].to_dict()
    assert labels["time-general"] == "time (in general)", "a family that is also given"
    assert "trust" not in labels.values(), "a family that is not"
    parents = study.codes.set_index("code")["parent"].dropna().to_dict()
    assert parents == {"meetings": "pressure"}
    first, last = study.excerpts.iloc[0], made.passages[0]
    assert (first["section"], first["start"], first["end"]) == ("D01", last[1], last[2])


def test_whatever_the_program_the_study_is_the_same(start, made):
    """Groups come from a case, from a column, or from nobody; places not from a table. All else agrees."""
    study = {}
    for name, group in (("interviews.qdpx", "role"), ("interviews.sqlite3", ""), ("interviews.csv", "role")):
        study[name] = Study.load(start(name, group=group, folder=name.partition(".")[2]) / "data")
    one, two, three = study.values()
    for table in ("codes", "families", "excerpt_codes", "readings", "sections"):
        first, second = (getattr(study, table).drop(columns="group", errors="ignore") for study in (one, two))
        assert first.equals(second), table
    assert one.excerpts.drop(columns="perspective").equals(two.excerpts.drop(columns="perspective"))
    assert one.sample.equals(three.sample)
    assert one.excerpts["words"].equals(three.excerpts["words"])
    names = one.codes.set_index("code")["label_en"].str.removesuffix(" (in general)")

    def given(study, names):
        return sorted(zip(study.excerpt_codes["excerpt"], study.excerpt_codes["code"].map(names), strict=True))

    assert given(one, names) == given(three, three.codes.set_index("code")["label_en"])
    assert interviews.coders(one)["kappa"].equals(interviews.coders(two)["kappa"])


def test_counts_by_hand(start, made):
    """Each code in its excerpts, those above it too, against a count that shares nothing with the library's."""
    study = Study.load(start() / "data")
    lead = made_up.CODERS[0]
    by_place = {place: {g.code for g in made.codings if g[:3] == place and g.coder == lead} for place in made.passages}
    pressure = sum(any(code.startswith("time.pressure") for code in codes) for codes in by_place.values())
    trust = sum("trust.of leaders" in codes for codes in by_place.values())
    counted = factors.factor_summary(study, "time").set_index("code")["n"]
    assert counted["pressure"] == pressure and factors.factor_summary(study, "trust")["n"].tolist() == [trust]
    names = {"time": "time-general", "trust.of leaders": "of-leaders"}
    pairs = collections.Counter(
        frozenset(names.get(code, code.rpartition(".")[2]) for code in pair)
        for codes in by_place.values()
        for pair in itertools.combinations(codes, 2)
    )
    meet = interviews.codes_together(study)
    assert {frozenset((r.one, r.other)): r.n for r in meet.itertuples()} == pairs
    matrix = interviews.codes_of_excerpts(study)
    assert matrix["pressure"].sum() == pressure and len(matrix) == 30


def everything(folder):
    """All tables of a study, and what its descriptor says of the whole."""
    tables = [f"{path.name}\n{path.read_text(encoding='utf-8')}" for path in sorted(folder.glob("*.csv"))]
    about = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    about["resources"] = [resource["name"] for resource in about["resources"]]
    return "\n".join([json.dumps(about, indent=1), *tables])


def test_the_tables_of_a_study_are_what_somebody_last_saw(start, file_regression):
    file_regression.check(everything(start() / "data"), basename="tables")


def test_the_tables_of_a_study_without_groups(start, file_regression):
    folder = start("interviews.csv", group="")
    file_regression.check(everything(folder / "data"), basename="tables-without-groups")


def test_the_tables_after_another_import(start, made, file_regression):
    folder = start()
    edit(folder / "data/codes.csv", ",weather,", ",The weather outside,")
    edit(folder / "data/documents.csv", "D02,nurse,D02", "D02,nurse,The second")
    edit(folder / "data/groups.csv", "teacher,teacher,", "teacher,Teachers,")
    fewer = [g for g in made.codings if g[:3] != made.passages[0]]
    start(told=made._replace(codings=[made_up.Given("Nobody Two", 0, 6, "money", "anna"), *fewer]))
    file_regression.check(everything(folder / "data"), basename="tables-after-another-import")


def test_a_study_has_every_table_that_the_analysis_reads(start, file_regression):
    study = Study.load(start() / "data")
    tables = [f"{name}\n{getattr(study, name).dtypes}\n{getattr(study, name).to_csv()}" for name in Study.tables()]
    file_regression.check("\n".join(tables), basename="study")


SUMMARIES = {
    "documents": interviews.documents,
    "codes_together": interviews.codes_together,
    "codes_that_overlap": lambda study: interviews.codes_together(study, overlap=True),
    "coders": interviews.coders,
    "codes_of_excerpts": lambda study: interviews.codes_of_excerpts(study).reset_index(),
    "code_of_groups": lambda study: factors.factor_summary(study, "time"),
    "counts_by_perspective": lambda study: factors.counts_by_perspective(study).reset_index(),
}


@pytest.mark.parametrize("name", SUMMARIES)
def test_the_summaries_are_what_somebody_last_saw(start, name, file_regression):
    study = Study.load(start() / "data")
    file_regression.check(
        SUMMARIES[name](study).to_csv(index=False, float_format="%.4f"), basename=name, extension=".csv"
    )


def test_overlapping_passages_meet_where_asked(tmp_path):
    coded = Coded("made up", {"d": Document("d", "d", "one two three four")}, {c: Code(c, c) for c in "ab"})
    coded.passages = {"p": Passage("p", "d", 0, 7), "q": Passage("q", "d", 4, 13), "r": Passage("r", "d", 14, 18)}
    coded.codings = [Coding("p", "a"), Coding("q", "b"), Coding("r", "b")]
    importing.write(importing.tables(coded, importing.Key()), tmp_path / "data", importing.descriptor("x"))
    study = Study.load(tmp_path / "data")
    assert interviews.codes_together(study).empty
    met = interviews.codes_together(study, overlap=True)
    assert met[["one", "other", "n", "either"]].to_numpy().tolist() == [["a", "b", 1, 3]]
    assert list(interviews.overlapping(study)) == [("E01", "E02")]


def test_what_two_have_coded_is_compared_and_counts_once(start, made):
    study = Study.load(start() / "data")
    shared = {p for p in made.passages if p[0] == "Nobody One"}
    assert study.readings["excerpt"].nunique() == len(shared)
    found = interviews.coders(study).iloc[0]
    sets = [{(g[:3], g.code) for g in made.codings if g.coder == c and g[:3] in shared} for c in made_up.CODERS]
    assert found["excerpts"] == len(shared)
    assert (found["both"], found["either"]) == (len(sets[0] & sets[1]), len(sets[0] | sets[1]))
    lead = {(g[:3], g.code) for g in made.codings if g.coder == made_up.CODERS[0]}
    assert len(study.excerpt_codes) == len(lead), "the second coder's codings count nowhere else"
    apart = interviews.differences(study)
    assert sum(len(r.only_one) + len(r.only_other) for r in apart.itertuples()) == len(sets[0] ^ sets[1])


def test_no_words_and_no_names_in_anything(start, made):
    folder = start()
    published = [path for path in folder.rglob("*") if path.is_file()]
    words = {" ".join(t.split()[n : n + 5]) for t in made.texts.values() for n in range(len(t.split()) - 4)}
    for path in published:
        text = path.read_text(encoding="utf-8")
        assert not [name for name in (*made.texts, *made_up.CODERS) if re.search(rf"\b{name}\b", text)], path.name
        assert not [run for run in words if run in text], path.name
    key = folder.with_name("study-private") / "key.csv"
    assert {path.name: path.stat().st_mode & 0o777 for path in key.parent.iterdir()} == {
        "key.csv": 0o600, importing.LAST: 0o600,
    }  # fmt: skip
    assert key.parent.stat().st_mode & 0o777 == 0o700
    assert "Nobody One" in key.read_text(encoding="utf-8")


def test_codes_in_vivo_are_held_back(tmp_path, made):
    said = " ".join(made.texts["Nobody One"].split()[:6])
    told = made_up.qdpx(tmp_path / "a.qdpx", made)
    coded = readers.read(told)
    code = next(code for code in coded.codes.values() if code.name == "money")
    coded.codes[code.id] = Code(code.id, said, definition=f"as in: {said}")
    made_tables = importing.tables(coded, importing.Key())
    assert said not in json.dumps(made_tables.tables, ensure_ascii=False)
    assert any("1 code with words of a document" in note for note in made_tables.notes)
    held = [row for row in made_tables.tables["codes"] if row["code"].startswith("code")]
    assert held and all(row["definition"] == "" and row["parent"] == "" for row in held)


def test_two_things_of_one_name_have_two_ids():
    key = importing.Key()
    assert [key.named("code", name, "Trust") for name in ("a", "b", "a", "c")] == [
        "trust",
        "trust-2",
        "trust",
        "trust-3",
    ]


def test_the_key_leads_to_the_words_of_the_documents(start, made):
    folder = start()
    key = importing.Key.read(importing.private_folder(folder))
    assert sorted(key.texts().values()) == sorted(made.texts.values())
    assert sorted(key.texts()) == ["D01", "D02", "D03", "D04"]


def test_words_of_a_document_are_found_in_a_page_with_their_place(start, made, tmp_path):
    folder = start()
    words = made.texts["Nobody One"].split()[:5]
    page = tmp_path / "page.md"
    page.write_text(f"One line.\n\nAs was said: {' '.join(words)}.\n", encoding="utf-8")
    package, _ = read_package(folder / "data")
    (fault,), unread, _ = leaks.leaks(folder, package, [page])
    assert (fault.file, fault.row, fault.column, fault.allowed) == ("page.md", 3, "", "words of your own")
    assert (
        fault.value == " ".join(words).casefold() and fault.problem == "repeats 5 words of a document" and unread == []
    )
    faults, unread, _ = leaks.leaks(tmp_path / "nowhere", package, [page])
    assert faults == [] and "no key in" in unread[0]


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def sign(folder, excerpt, words, by):
    (folder / "data/quotations.csv").write_text(
        f"excerpt,quotation,signed_by\n{excerpt},{words},{by}\n", encoding="utf-8"
    )


def test_words_are_published_where_somebody_has_signed_for_them(start, made, tmp_path):
    folder = start()
    assert rows(folder, "quotations") == [], "until then none are"
    passage = made.passages[0]
    words = made.texts[passage[0]][passage[1] : passage[2]]
    assert len(words.split()) > 5
    page = tmp_path / "page.md"
    page.write_text(f"As somebody put it, {words}.\n", encoding="utf-8")

    def leaked():
        package, faults = read_package(folder / "data")
        assert faults == []
        return leaks.leaks(folder, package, [page])[0]

    assert [fault.file for fault in leaked()] == ["page.md"]
    sign(folder, "E01", words, "")
    assert {fault.file for fault in leaked()} == {"page.md", "quotations.csv"}, "nobody has signed for it"
    (fault,) = [str(fault) for fault in check(folder / "data")]
    assert fault == "quotations.csv, row 2, column signed_by: must not be empty"
    sign(folder, "E01", words, "Mette Hansen")
    assert leaked() == [] and check(folder / "data") == []
    study = Study.load(folder / "data")
    assert study.excerpts.set_index("excerpt").loc["E01", "quotation"] == words
    shown = report.excerpts(study).frame
    assert list(shown["In their own words"].astype(str))[:2] == [f"“{words}”", ""]
    before = made.texts[passage[0]][: passage[1]].split()[-6:] or made.texts[passage[0]][passage[2] :].split()[:6]
    page.write_text(f"As somebody put it, {' '.join(before)}.\n", encoding="utf-8")
    assert [fault.file for fault in leaked()] == ["page.md"], "other words of the document may not stand there"
    start()
    assert [row["signed_by"] for row in rows(folder, "quotations")] == ["Mette Hansen"], "another import keeps it"
    study = Study.load(folder / "data")
    sign(folder, "E99", words, "Mette Hansen")
    (fault,) = [str(fault) for fault in check(folder / "data")]
    assert fault.startswith("quotations.csv, row 2, column excerpt: is not known, found “E99”")


def test_importing_again_keeps_ids_and_what_was_written_by_hand(start, made):
    folder = start(title="Made up")
    before = {name: rows(folder, name) for name in ("excerpts", "documents", "codes", "codings")}
    label = before["codes"][-1]["code"]
    edit(
        folder / "data/excerpts.csv",
        before["excerpts"][2]["words"] + ",\n",
        before["excerpts"][2]["words"] + ",my gist\n",
    )
    edit(folder / "data/documents.csv", "D02,nurse,D02", "D02,nurse,The second")
    edit(folder / "data/codes.csv", f"{label},other-codes,,weather,", f"{label},other-codes,,weather,when it rains")
    edit(folder / "index.md", "What was said is not in it.", "My prose.")
    fewer = made._replace(codings=[g for g in made.codings if g[:3] != made.passages[0]])
    more = [made_up.Given("Nobody Two", 0, 6, "money", "anna"), *fewer.codings]
    again = start(told=fewer._replace(codings=more))
    assert again == folder and check(folder / "data") == []
    now = {name: rows(folder, name) for name in before}
    assert before["excerpts"][0]["excerpt"] not in {r["excerpt"] for r in now["excerpts"]}, "what is gone is gone"
    kept = {r["excerpt"]: r for r in now["excerpts"]}
    for row in before["excerpts"][1:]:
        assert {k: v for k, v in kept[row["excerpt"]].items() if k != "gist"} == {
            k: v for k, v in row.items() if k != "gist"
        }
    new = set(kept) - {r["excerpt"] for r in before["excerpts"]}
    assert new == {"E31"}, "new ids are added at the end"
    assert "my gist" in [r["gist"] for r in now["excerpts"]]
    assert "The second" in [r["label"] for r in now["documents"]]
    assert "when it rains" in [r["definition"] for r in now["codes"]]
    assert "My prose." in (folder / "index.md").read_text(encoding="utf-8")


def test_whatever_a_researcher_writes_stays(start, made):
    """Labels, groups, uses, further columns and tables: what is not as the last import left it is theirs."""
    folder = start(title="Made up")
    data = folder / "data"
    edit(data / "codes.csv", ",weather,", ",The weather outside,")
    edit(data / "families.csv", "trust,trust,", "trust,Who trusts whom,")
    edit(data / "groups.csv", "nurse,nurse,2\nteacher,teacher,2", "nurse,Nurses,2\nteacher,teacher,1\nnorth,North,1")
    edit(data / "documents.csv", "D04,teacher,", "D04,north,")
    lines = (data / "excerpts.csv").read_text(encoding="utf-8").splitlines()
    (data / "excerpts.csv").write_text("\n".join([f"{lines[0]},mood", *(f"{line},calm" for line in lines[1:]), ""]))
    (data / "places.csv").write_text("place\nindoors\n", encoding="utf-8")
    about = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    named = {resource["name"]: resource for resource in about["resources"]}
    mood = {
        "name": "mood",
        "type": "string",
        "title": "Mood",
        "title_da": "Stemning",
        "description": "How it was said.",
    }
    named["excerpts"]["schema"]["fields"].append(mood)
    place = {"fields": [{**mood, "name": "place", "title": "Place", "title_da": "Sted"}], "primaryKey": ["place"]}
    about["resources"].append(
        {
            "name": "places",
            "path": "places.csv",
            "title": "Places",
            "title_da": "Steder",
            "description": "Where.",
            "schema": place,
        }
    )
    (data / "datapackage.json").write_text(json.dumps(about), encoding="utf-8")
    assert check(data) == []
    before = {path.name: path.read_text(encoding="utf-8") for path in data.glob("*.csv")}
    bring_in(folder.parent / "interviews.qdpx", Columns(), folder)  # by role, as was said last time
    after = {path.name: path.read_text(encoding="utf-8") for path in data.glob("*.csv")}
    assert after.pop("disclosure_exceptions.csv") != before.pop("disclosure_exceptions.csv"), "three small groups now"
    assert after == before
    changed = bring_in(
        made_up.qdpx(folder.parent / "b.qdpx", made._replace(codings=made.codings[1:])), Columns(), folder
    ).changed
    assert [line for line in changed if line.startswith("codings: 0 new, 1 gone")]
    assert "The weather outside" in (data / "codes.csv").read_text(encoding="utf-8")


def test_coders_keep_their_pseudonyms_whoever_comes_first(tmp_path):
    """The first coder is the one who counts where two have coded, so they must never change places."""
    lines = ["document,id,code,coder", "d,1,a,anna", "d,2,a,anna", "d,2,b,bo", "d,3,b,bo"]
    path = tmp_path / "table.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    bring_in(path, Columns(), tmp_path / "study")
    before = {(r["excerpt"], r["code"], r["coder"]) for r in rows(tmp_path / "study", "codings")}
    path.write_text("\n".join([lines[0], *reversed(lines[1:]), "d,4,b,bo"]), encoding="utf-8")
    bring_in(path, Columns(), tmp_path / "study")
    after = {(r["excerpt"], r["code"], r["coder"]) for r in rows(tmp_path / "study", "codings")}
    assert after - before == {("E04", "b", "coder-2")} and before <= after


@pytest.mark.parametrize(
    ("then", "ids"),
    [
        ([(10, 75)], ["E01"]),  # its end has moved
        ([(5, 60)], ["E01"]),  # its beginning
        ([(12, 62)], ["E02"]),  # both: it may be another one
        ([(10, 200)], ["E02"]),  # much more is said
        ([(10, 60), (10, 75)], ["E01", "E02"]),  # it is still there
        ([(10, 70), (10, 75)], ["E01", "E02"]),  # one of them is it
    ],
)
def test_a_passage_of_which_an_edge_moves_keeps_its_id(then, ids):
    def coded(places):
        passages = {str(n): Passage(str(n), "d", *place) for n, place in enumerate(places)}
        given = [Coding(number, "a") for number in passages]
        return Coded("made up", {"d": Document("d", "d", "word " * 60)}, {"a": Code("a", "a")}, passages, given)

    key = importing.Key()
    assert [row["excerpt"] for row in importing.tables(coded([(10, 60)]), key).tables["excerpts"]] == ["E01"]
    made = importing.tables(coded(then), key)
    assert sorted(row["excerpt"] for row in made.tables["excerpts"]) == ids
    assert any("edge" in note for note in made.notes) == ("E01" in ids and (10, 60) not in then)


def test_without_its_key_a_study_is_not_imported_again(start):
    folder = start()
    before = {path: path.read_bytes() for path in (folder / "data").iterdir()}
    (folder.with_name("study-private") / "key.csv").unlink()
    with pytest.raises(importing.ImportFault, match=r"key\.csv: is not there\. Without the key"):
        start()
    assert {path: path.read_bytes() for path in (folder / "data").iterdir()} == before


def test_a_document_without_codes_counts_in_the_sample(start, made):
    told = made._replace(codings=[g for g in made.codings if g.document != "Nobody Four"])
    folder = start(told=told)
    assert check(folder / "data") == []
    study = Study.load(folder / "data")
    assert list(study.sample["interviews"]) == [2, 2] and len(study.sections) == 4
    shown = interviews.documents(study)
    assert shown.iloc[-1][["document", "group", "excerpts", "codings"]].to_list() == ["D04", "teacher", 0, 0]
    assert len(report.documents(study).frame) == 4


def test_what_is_another_for_each_document_groups_nothing(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("document,id,code,who\nd,1,a,Anna\ne,2,a,Bo\n", encoding="utf-8")
    with pytest.raises(importing.ImportFault, match="“who” is another for each document"):
        bring_in(path, Columns(), tmp_path / "study", group="who")
    assert not (tmp_path / "study").exists()


@pytest.mark.parametrize("name", ["D01", "101", "Interview 1"])
def test_documents_may_be_called_as_pseudonyms_are(tmp_path, name):
    path = tmp_path / "table.csv"
    path.write_text(f"document,id,text,code\n{name},1,one two,a\nother,2,three,a\n", encoding="utf-8")
    made_of = bring_in(path, Columns(), tmp_path / "study")
    assert made_of.faults == []


def test_what_changed_is_said(tmp_path, start, made):
    start()
    path = made_up.qdpx(tmp_path / "interviews.qdpx", made._replace(codings=made.codings[6:]))
    changed = bring_in(path, Columns(), tmp_path / "study", group="role").changed
    assert any(re.fullmatch(r"excerpts: 0 new, \d+ gone, 0 changed, \d+ as before", line) for line in changed)


def test_what_only_the_owner_can_answer():
    made, open_ = ({"title": "study", "licenses": [{"title": title}]} for title in ("CC BY 4.0", UNDECIDED_LICENCE))
    assert open_questions(made, [{"name": "Somebody"}], 0) == []
    assert open_questions(open_, [{"name": "Somebody"}, {"name": NOBODY}], 2) == [
        "who made it (authors in CITATION.cff)",
        "under what licence (licenses in data/datapackage.json)",
        "2 decisions on what could give a person away (disclosure_exceptions.csv)",
    ]
    assert open_questions(made, [], 1) == ["1 decision on what could give a person away (disclosure_exceptions.csv)"]
    assert open_questions(made, [], 0, "study")[0].startswith("what it is called"), "it is called as its folder is"
    reserved = {"title": "study", "licenses": [{"title": "All rights reserved"}]}
    assert open_questions(reserved, [], 0) == [], "that too can be chosen"


def test_decisions_stay_decided(start):
    folder = start()
    exceptions = rows(folder, "disclosure_exceptions")
    assert [(r["kind"], r["decided_by"]) for r in exceptions] == [("small group", "")] * 2, "two groups of two wait"
    edit(folder / "data/disclosure_exceptions.csv", "nurse,,", "nurse,the owner,they agreed")
    start()
    assert [r["decided_by"] for r in rows(folder, "disclosure_exceptions")] == ["the owner", ""]


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path, made):
    path = made_up.qdpx(tmp_path / "a.qdpx", made)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("mine")
    with pytest.raises(ProjectTaken, match="is not empty"):
        bring_in(path, Columns(), tmp_path / "mine")
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_nothing_is_left_of_an_import_that_fails(tmp_path, made, monkeypatch):
    path = made_up.qdpx(tmp_path / "a.qdpx", made)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(importing, "write", full)
    with pytest.raises(OSError, match="No space"):
        bring_in(path, Columns(), tmp_path / "study")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.qdpx"]


def test_groups_that_nobody_has(tmp_path, made):
    path = made_up.qdpx(tmp_path / "a.qdpx", made)
    with pytest.raises(importing.ImportFault, match="No document has “age” to be grouped by; known: case, role"):
        bring_in(path, Columns(), tmp_path / "study", group="age")


def test_a_codebook_alone_makes_no_study(tmp_path):
    path = tmp_path / "codes.qdc"
    path.write_text('<CodeBook><Codes><Code guid="A" name="one"/></Codes></CodeBook>')
    with pytest.raises(importing.ImportFault, match="Nothing is coded"):
        bring_in(path, Columns(), tmp_path / "study")


def test_wide_tables_and_named_columns(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text("who,nr,fast,slow\nP1,1,x,\nP1,2,1,yes\nP2,3,0,no\n", encoding="utf-8")
    coded = readers.read(path, Columns(document="who", passage="nr", marks=("fast", "slow")))
    assert sorted((c.passage.split("\t")[1], c.code) for c in coded.codings) == [
        ("1", "fast"),
        ("2", "fast"),
        ("2", "slow"),
    ]
    with pytest.raises(readers.tables.ReadError, match=r"has no column “when”\. Columns: who, nr, fast, slow"):
        readers.read(path, Columns(document="when"))


NAMES = st.text(min_size=1, max_size=40) | st.sampled_from(
    ["N", "n", "Label", "code", "Code", "Excerpt", "Excerpts", "document", "group", "Dimension", "level", "placed"]
)
"""Anything, and what our own tables call their columns."""


@pytest.mark.checks
@given(
    names=st.lists(NAMES, min_size=1, max_size=6),
    parents=st.lists(st.integers(0, 5), min_size=6, max_size=6),
    definition=st.text(max_size=60),
    given=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5), st.integers(0, 2)), min_size=1, max_size=12),
    roles=st.lists(NAMES, min_size=2, max_size=2),
)
@settings(phases=(Phase.explicit, Phase.generate))  # to shrink a case takes minutes
def test_whatever_codes_and_groups_are_called_the_study_is_valid(
    tmp_path_factory, names, parents, definition, given, roles
):
    """Formulas, controls, ids, heads of our tables, the same name twice, circles: all can be made of it, and counts."""
    from kodebog.report import interviews as shown
    from kodebog.report.pages import codebook

    codes = {str(n): Code(str(n), name, str(parents[n]), definition) for n, name in enumerate(names)}
    coded = Coded("made up", codes=codes)
    for n, role in enumerate([*roles, roles[0]]):
        text = "one two three four five"
        coded.documents[str(n)] = Document(str(n), f"{names[0]} {n}", text, {"role": role} if role.strip() else {})
    coded.passages = {str(n): Passage(str(n), str(n % 3), n, n + 4) for n in range(4)}
    coded.codings = [Coding(str(p), str(c % len(names)), f"coder {k}") for p, c, k in given]
    folder = tmp_path_factory.mktemp("any") / "data"
    grouped = "role" if any(role.strip() for role in roles) else ""
    importing.write(importing.tables(coded, importing.Key(), grouped), folder, importing.descriptor("Made up"))
    assert check(folder) == []
    study = Study.load(folder)
    made = [shown.documents(study), *shown.all_codes(study), shown.together(study, overlap=True)]
    made += [shown.agreement(study), shown.differences(study), shown.excerpts(study)]
    assert all(table.markdown() and table._repr_mimebundle_() for table in made)
    assert shown.most_given(study)._repr_mimebundle_() and codebook(study)
    spoken = factors.counts_by_perspective(study)
    for family, table in zip(study.families["family"], shown.all_codes(study), strict=True):
        rows = factors.factor_summary(study, family)
        assert (spoken.loc[rows["code"]].sum(axis=1).to_numpy() == rows["n"]).all(), "an excerpt has one group"
        for group, column in zip(study.sample["perspective"], list(table.frame)[2:], strict=len(study.sample) > 1):
            assert [n or 0 for n in table.frame[column]] == list(spoken.loc[rows["code"], group])
    families = study.families.assign(use=["type", *["dimension"] * (len(study.families) - 1)])
    assert shown.typology(dataclasses.replace(study, families=families)).markdown()
    assert all(form(study) for form in export.FORMS.values())


BROKEN = {
    "codes.csv": ("weather,other-codes,", "weather,nowhere,", "is not known"),
    "codings.csv": ("E01,", "E99,", "is not known"),
    "excerpts.csv": ("E01,D01,", "E01,D99,", "is not known"),
    "groups.csv": (",2\n", ",3\n", "is not the number of documents of the group"),
    "documents.csv": ("D02,nurse,D02", "D02,nurse,D01", "stands twice"),
}


@pytest.mark.parametrize("file", BROKEN)
def test_what_is_broken_by_hand_is_named(start, file):
    old, new, words = BROKEN[file]
    folder = start() / "data"
    edit(folder / file, old, new)
    faults = check(folder)
    assert any(fault.file == file and words in fault.problem and fault.row for fault in faults), faults


def test_an_excerpt_without_codes_and_a_code_that_nobody_gives(start):
    folder = start() / "data"
    edit(folder / "codes.csv", "weather,other-codes,", "rain,other-codes,,rain,\nweather,other-codes,")
    text = (folder / "codings.csv").read_text(encoding="utf-8")
    (folder / "codings.csv").write_text(re.sub(r"E03,.*\n", "", text), encoding="utf-8")
    found = {(fault.file, fault.value, fault.problem) for fault in check(folder)}
    assert ("codes.csv", "rain", "is never given, and none below it is") in found
    assert ("excerpts.csv", "E03", "has no code") in found


@pytest.mark.checks
def test_the_whole_command(tmp_path, made, capfd, monkeypatch):
    path = made_up.qdpx(tmp_path / "interviews.qdpx", made)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["import", str(path), "study", "--group", "role", "--title", "Made up"]) == 0
    said = capfd.readouterr().out
    for words in ("4 documents, 4 of them with text", "30 passages", "by 2 coders", "study-private/key.csv", "valid",
                  "Open before it is published", "Next: kodebog build study", "Danish first names"):  # fmt: skip
        assert words in said, said
    assert read_package(tmp_path / "study/data")[1] == []


def test_a_typology_where_types_and_dimensions_are_marked(start, made):
    folder = start()
    text = (folder / "data/families.csv").read_text(encoding="utf-8")
    lines = text.splitlines()
    assert [line.rpartition(",")[2] for line in lines] == ["use", "", "", ""]
    (folder / "data/families.csv").write_text(
        "\n".join([lines[0], lines[1] + "type", lines[2] + "dimension", lines[3] + "dimension", ""]), encoding="utf-8"
    )
    assert check(folder / "data") == []
    changed = bring_in(folder.parent / "interviews.qdpx", Columns(), folder, group="role").changed
    assert changed == ["chapter “typology” added"], "what is marked stays marked, and the chapter comes"
    assert "notebooks/typology" in (folder / "_toc.yml").read_text(encoding="utf-8")
    listed = re.findall(r"<notebooks/(\w+)>", (folder / "index.md").read_text(encoding="utf-8"))
    assert listed == ["documents", "codes", "together", "agreement", "typology", "evidence"], "the first page names it"
    rows_ = interviews.typology(Study.load(folder / "data")).set_index(["type", "code"])["excerpts"].map(len)
    lead = [{g.code for g in made.codings if g[:3] == p and g.coder == "anna"} for p in made.passages]
    assert rows_[("meetings", "money")] == sum({"time.pressure.meetings", "money"} <= codes for codes in lead)
    pressure = sum("money" in codes and any(c.startswith("time.pressure") for c in codes) for codes in lead)
    assert rows_[("pressure", "money")] == pressure


def test_a_typology_without_dimensions(start):
    folder = start() / "data"
    text = (folder / "families.csv").read_text(encoding="utf-8")
    (folder / "families.csv").write_text(re.sub(r"^(time,.*),$", r"\1,type", text, flags=re.M), encoding="utf-8")
    (fault,) = check(folder)
    assert (fault.file, fault.row, fault.column, fault.problem) == ("families.csv", 2, "use", "stands alone")


@pytest.mark.parametrize(
    "arguments", [["ledger"], ["verify", "article.txt"], ["sheet", "x.csv"], ["agreement", "x.csv"]]
)
def test_what_is_for_articles_says_so(start, arguments, capfd):
    assert cli.main([*arguments, str(start() / "data")]) == 1
    assert "holds coded interviews" in capfd.readouterr().err


@given(st.lists(st.integers(1, 30), min_size=1, max_size=12))
@settings(max_examples=50, derandomize=True, phases=[Phase.generate, Phase.shrink])
def test_pages_of_excerpts_hold_whole_documents_where_these_fit(sizes):
    documents = [f"D{n}" for n, size in enumerate(sizes) for _ in range(size)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(interviews, "ON_A_PAGE", 12)
        page = interviews.paged(map(str, range(len(documents))), documents)
    held = collections.Counter(page.values())
    assert list(page.values()) == sorted(page.values()) and set(held) == set(range(1, len(held) + 1))
    assert max(held.values()) <= 12
    for document, size in zip(dict.fromkeys(documents), sizes, strict=True):
        on = {page[str(n)] for n, of in enumerate(documents) if of == document}
        assert len(on) == -(-size // 12), "in as few pages as can be"


def test_many_excerpts_have_several_pages(start, made, monkeypatch):
    monkeypatch.setattr(interviews, "ON_A_PAGE", 16)
    folder = start()
    study = Study.load(folder / "data")
    names = ["evidence", "evidence-2"]
    assert re.findall(r"notebooks/(evidence\S*)", (folder / "_toc.yml").read_text(encoding="utf-8")) == names
    tables = []
    for number, name in enumerate(names, 1):
        cells = json.loads((folder / f"notebooks/{name}.ipynb").read_text(encoding="utf-8"))["cells"]
        assert "".join(cells[-1]["source"]) == f"interviews.excerpts(study, page={number})"
        tables.append(report.excerpts(study, number))
        assert {display.home(study, excerpt) for excerpt in tables[-1].frame["Excerpt"]} == {name}
        here = explorer.of_page(f"notebooks/{name}")
        assert here.table == tables[-1].name, "names are given once"
        form = explorer.form(study, here)
        assert re.findall(r'<a data-page href="(\S+)\.html">', form) == [other for other in names if other != name]
        assert f"{len(tables[-1].frame)} of {len(tables[-1].frame)} excerpts shown" in form
    assert [e for table in tables for e in table.frame["Excerpt"]] == list(study.excerpts["excerpt"])
    assert report.excerpts(study).caption.startswith("All 30 coded excerpts of 4 documents")
    assert tables[0].caption == f"{len(tables[0].frame)} coded excerpts of 2 documents, by character"
    on_first = study.excerpt_codes["excerpt"].isin(tables[0].frame["Excerpt"])
    first = set(study.excerpt_codes[on_first]["code"])
    for code in study.excerpt_codes["code"].unique():
        assert explorer.first_with(study, code) == ("notebooks/evidence" if code in first else "notebooks/evidence-2")
    # more pages; what stands is left as it is
    cells = json.loads((folder / "notebooks/evidence-2.ipynb").read_text(encoding="utf-8"))
    (folder / "notebooks/evidence-2.ipynb").write_text(json.dumps(cells), encoding="utf-8")
    monkeypatch.setattr(interviews, "ON_A_PAGE", 8)
    changed = bring_in(folder.parent / "interviews.qdpx", Columns(), folder).changed
    assert changed == ["chapter “evidence-3” added", "chapter “evidence-4” added"]
    assert (folder / "notebooks/evidence-2.ipynb").read_text(encoding="utf-8") == json.dumps(cells)


def table(folder, *lines, name="table.csv"):
    path = folder / name
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_what_nothing_gives_away_any_more_is_no_exception_any_more(tmp_path):
    """A code named after somebody gets a label; the next import takes the row for the owner away, table and all."""
    path = table(tmp_path, "document,id,code", "a,1,what Mette Hansen wants", "b,2,what Mette Hansen wants")
    folder = tmp_path / "study"
    bring_in(path, Columns(), folder)
    exceptions, codes = folder / "data/disclosure_exceptions.csv", folder / "data/codes.csv"
    assert "Mette" in exceptions.read_text(encoding="utf-8")
    codes.write_text(codes.read_text(encoding="utf-8").replace("what Mette Hansen wants", "what she wants"), "utf-8")
    bring_in(path, Columns(), folder)
    assert not exceptions.exists() and check(folder / "data") == []
    assert "disclosure_exceptions" not in (folder / "data/datapackage.json").read_text(encoding="utf-8")
    assert not [
        f for f in (folder / "data").iterdir() if re.search("mette|hansen", f.read_text(encoding="utf-8"), re.I)
    ]


@pytest.mark.parametrize("names", [["Anna.docx", "b"], ["a", "b"]])
def test_no_id_is_made_of_a_name(tmp_path, names):
    lines = [f"{name},{n},anna speaks,anna" for n, name in enumerate(names)]
    bring_in(table(tmp_path, "document,id,code,coder", *lines), Columns(), tmp_path / "study")
    assert [row["code"] for row in rows(tmp_path / "study", "codes")] == ["code"]


def test_columns_that_nobody_has_declared_stop_an_import(start):
    folder = start()
    path = folder / "data/excerpts.csv"
    mine = "\n".join(f"{line},{'mine' if n == 0 else n}" for n, line in enumerate(path.read_text("utf-8").splitlines()))
    path.write_text(mine + "\n", encoding="utf-8")
    with pytest.raises(importing.ImportFault, match=r"does not declare excerpts\.csv, mine"):
        bring_in(folder.parent / "interviews.qdpx", Columns(), folder)
    assert path.read_text(encoding="utf-8") == mine + "\n"


def test_what_was_written_in_rows_that_go_is_kept_beside_the_key(start, made):
    folder = start()
    path = folder / "data/excerpts.csv"
    with path.open(encoding="utf-8", newline="") as file:
        told = list(csv.DictReader(file))
    told[0]["gist"], gone = "Of boats.", made.codings[0][:3]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(told[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(told)
    first = next(
        p for p in made.passages if p[:3] == min(made.passages, key=lambda p: (list(made.texts).index(p[0]), p[1]))[:3]
    )
    fewer = made._replace(codings=[c for c in made.codings if c[:3] != first[:3]])
    again = bring_in(made_up.qdpx(folder.parent / "fewer.qdpx", fewer), Columns(), folder)
    assert gone and any(
        line.startswith("1 cell written by hand in rows that are gone: kept in") for line in again.changed
    )
    kept = folder.with_name("study-private") / "gone.csv"
    assert kept.read_text(encoding="utf-8").splitlines() == ["table,id,column,words", "excerpts,E01,gist,Of boats."]
    assert kept.stat().st_mode & 0o777 == 0o600


def test_how_columns_were_read_is_remembered(tmp_path):
    path = table(tmp_path, "Interview,Quote no,Activity", "a,1,plan", "b,2,test")
    bring_in(path, Columns("Interview", "Quote no", codes=("Activity",)), tmp_path / "study")
    assert not [line for line in bring_in(path, Columns(), tmp_path / "study").changed if "0 new, 0 gone" not in line]
    other = table(tmp_path, "document,id,code", "a,1,plan", "b,2,plan", name="other.csv")
    made = bring_in(path, Columns(), tmp_path / "study", second=other).made
    assert "Coded in both files, and compared: 2 passages." in made.notes, "the second with heads of its own"


def test_what_a_table_may_have_meant_is_said(tmp_path):
    path = tmp_path / "mac.csv"
    path.write_bytes("document;code\na;Forløb\na;b;c\n".encode("mac_roman"))
    notes = readers.read(path).notes
    assert notes[0].startswith("The file is not UTF-8") and "1 row with more cells than heads" in notes[1]


def test_a_quotation_says_what_was_said(start, made):
    folder = start()
    first = min(made.passages, key=lambda p: (list(made.texts).index(p[0]), p[1]))
    words = made.texts[first[0]][first[1] : first[2]].split()
    path = folder / "data/quotations.csv"
    for quotation, right in (
        (" ".join(words[:3]), True),
        (f"{words[0]} … {words[-1]}", True),
        (f"[they:] {words[1].upper()}!", True),
        ("nobody has said that", False),
        (f"{words[-1]} … {words[0]} {words[1]}", False),
    ):
        path.write_text(f"excerpt,quotation,signed_by\nE01,{quotation},Me\n", encoding="utf-8")
        package = read_package(folder / "data")[0]
        found = [f for f in leaks.leaks(folder, package, [])[0] if f.problem == "is not said in the passage"]
        assert [f.row for f in found] == ([] if right else [2]), quotation


@pytest.mark.thorough
def test_a_project_is_checked_where_it_stands(start, capfd):
    folder = start()
    (folder / "data/quotations.csv").write_text("excerpt,quotation,signed_by\nE01,not said by anybody,Me\n", "utf-8")
    for named in (folder, folder / "data"):
        assert cli.main(["check", str(named)]) == 1
        assert "is not said in the passage" in capfd.readouterr().out


def test_the_doctor_can_be_told_the_columns(tmp_path, capsys):
    path = table(tmp_path, "Interview,Activity", "a,plan", "b,test")
    assert cli.main(["doctor", str(path), "--document", "Interview", "--code", "Activity"]) == 0
    assert "2 documents" in capsys.readouterr().out


def renamed(coded, prefix):
    """The same as another export has it: every id another one."""
    return dataclasses.replace(
        coded,
        documents={prefix + k: dataclasses.replace(d, id=prefix + k) for k, d in coded.documents.items()},
        codes={
            prefix + k: dataclasses.replace(c, id=prefix + k, parent=c.parent and prefix + c.parent)
            for k, c in coded.codes.items()
        },
        passages={
            prefix + k: dataclasses.replace(p, id=prefix + k, document=prefix + p.document)
            for k, p in coded.passages.items()
        },
        codings=[Coding(prefix + c.passage, prefix + c.code, c.coder) for c in coded.codings],
    )


def test_an_export_with_other_ids_keeps_ours_even_of_what_has_one_name():
    codes = [
        Code("1", "work"),
        Code("2", "time", "1"),
        Code("3", "home"),
        Code("4", "time", "3"),
        Code("5", "time", "3"),
    ]
    coded = Coded("made up", codes={code.id: code for code in codes})
    for n in range(3):
        coded.documents[str(n)] = Document(str(n), "interview", f"one two three four five {n}")
        coded.passages[str(n)] = Passage(str(n), str(n), 0, 3)
    coded.codings = [Coding("0", "2"), Coding("1", "4"), Coding("2", "5"), Coding("2", "2")]
    key = importing.Key()
    first = importing.tables(coded, key).tables
    assert len({row["code"] for row in first["codes"]}) == 3 and len(first["documents"]) == 3
    assert importing.tables(renamed(coded, "new "), key).tables == first
    more = renamed(coded, "third ")
    more.documents["4"] = Document("4", "interview", "one two three four five 4")
    more.passages["4"] = Passage("4", "4", 0, 3)
    more.codings.append(Coding("4", "third 2"))
    after = importing.tables(more, key).tables
    assert after["documents"][:3] == [{**row, "label": row["label"]} for row in first["documents"]]
    assert after["codes"] == first["codes"] and len(after["documents"]) == 4


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("kind;id;name\ndocument;D01;a\n", "row 2: has not the cells of the first row"),
        ("kind,id\ndocument,D01\n", "row 2: has not the cells of the first row"),
        ("kind,id,name\ndocument,D01,Søren\n".encode("cp1252"), "is not UTF-8"),
    ],
)
def test_a_key_that_somebody_has_saved_otherwise_is_named(start, content, words):
    folder = start()
    path = importing.private_folder(folder) / importing.KEY
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(importing.ImportFault, match=words):
        start()


def test_a_key_with_a_mark_at_its_start_is_read(start):
    folder = start()
    path = importing.private_folder(folder) / importing.KEY
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert rows(start(), "documents")[0]["document"] == "D01"


def test_damaged_files_are_named(start):
    folder = start()
    last, gists = importing.private_folder(folder) / importing.LAST, folder / "data/excerpts.csv"
    before = last.read_bytes()
    last.write_bytes(before[:40])
    with pytest.raises(importing.ImportFault, match=r"last-import\.json: is damaged"):
        start()
    last.write_bytes(before)
    told = gists.read_bytes()
    gists.write_bytes(told.replace(b"E01,D01,", b"E01,D01,", 1).replace(b",\n", ",på\n".encode("cp1252"), 1))
    with pytest.raises(importing.ImportFault, match=r"excerpts\.csv: is not UTF-8"):
        start()
    gists.write_bytes(told)
    (folder / "data/datapackage.json").write_text('{"name": ', encoding="utf-8")
    with pytest.raises(KodebogError, match=r"datapackage\.json: cannot be read"):
        start()


def test_a_quotation_whose_passage_is_gone_is_kept_beside_the_key(start, made):
    folder = start()
    first = min(made.passages, key=lambda p: (list(made.texts).index(p[0]), p[1]))
    sign(folder, "E01", made.texts[first[0]][first[1] : first[2]], "Me")
    fewer = made._replace(codings=[c for c in made.codings if c[:3] != first[:3]])
    again = bring_in(made_up.qdpx(folder.parent / "fewer.qdpx", fewer), Columns(), folder)
    assert any("written by hand in rows that are gone" in line for line in again.changed)
    assert rows(folder, "quotations") == [] and check(folder / "data") == []
    kept = (folder.with_name("study-private") / "gone.csv").read_text(encoding="utf-8")
    assert "quotations,E01,signed_by,Me" in kept


def test_no_project_is_left_without_its_key(tmp_path, made):
    path = made_up.qdpx(tmp_path / "interviews.qdpx", made)
    (tmp_path / "study-private").write_text("a file in the way", encoding="utf-8")
    with pytest.raises(OSError, match=r"exists|directory"):
        bring_in(path, Columns(), tmp_path / "study")
    assert not (tmp_path / "study").exists()


def test_what_cannot_be_said_of_a_project_that_stands_is_named(start):
    start()
    notes = bring_in(start().parent / "interviews.qdpx", Columns(), start(), author="Somebody").made.notes
    assert "Author and language are those of the project: change them in CITATION.cff and _config.yml." in notes
