"""What must not be published of interviews: words of theirs, names of documents and coders, in whatever way they come."""

import re
import zipfile

import pytest

import made_up
from kodebog.publish.project import bring_in
from kodebog.report import gate
from kodebog.study import importing, leaks
from kodebog.study.coded import Code, Coded, Coding, Document, Passage
from kodebog.study.package import read as read_package
from kodebog.study.readers.tables import Columns

WORDS = "we never knew whose boat that had been"


@pytest.fixture
def project(tmp_path):
    """A project of one interview, and what is to be looked for in it."""
    lines = f"document,id,text,code,coder\nJ. Smith.docx,1,{WORDS} a boat,boats,carol\nInterview 2,2,an interview,nets,carol\n"
    (tmp_path / "interviews.csv").write_text(lines, encoding="utf-8")
    bring_in(tmp_path / "interviews.csv", Columns(), tmp_path / "study")
    return tmp_path / "study"


def found(project, texts=(), shown=()):
    package, faults = read_package(project / "data")
    assert faults == []
    return [(fault.file, fault.value) for fault in leaks.leaks(project, package, texts, shown).faults]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("J. Smith has said so", "J. Smith"),
        ("Ask Smith.", "Smith"),
        ("Smiths båd", "Smith"),
        ("as Carol coded it", "carol"),
        ("carol singers", None),
        ("INTERVIEW 2 says", "Interview 2"),
        ("Interview: what was asked", None),
        ("the smithy", None),
        (f"It was said that {WORDS.upper()}!", "we never knew whose boat"),
    ],
)
def test_names_and_words_are_told(project, said, name):
    assert found(project, shown=[("page", said)])[:1] == ([("page", name)] if name else [])


def test_the_descriptor_is_published_too(project):
    path = project / "data/datapackage.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"description": "Coded', f'"description": "{WORDS.title()}. Coded'), encoding="utf-8")
    assert found(project) == [("datapackage.json", "we never knew whose boat")]


def test_pages_in_folders_are_published_too(project):
    (project / "book/more").mkdir()
    (project / "book/more/page.md").write_text(f"# More\n\n{WORDS}\n", encoding="utf-8")
    (project / "notebooks/aside.md").write_text("# Aside\n\nSmith.\n", encoding="utf-8")
    texts = gate.published_texts(project)
    assert found(project, texts) == [("aside.md", "Smith"), ("page.md", "we never knew whose boat")]


def test_a_book_is_looked_through_as_it_was_made(project, tmp_path):
    html = tmp_path / "html"
    (html / "data").mkdir(parents=True)
    inside = " ".join(WORDS.split()[:5])
    pages = {
        "index.html": f"<p>one</p><p>{inside.replace('never', '<b>never</b>', 1).replace(' knew', chr(10) + 'knew')}</p>",
        "alt.html": f'<img alt="{inside}">',
        "picture.svg": f"<svg><text>{inside}</text></svg>",
        "data/list.csv": f"a,b\n1,{inside}\n",
        "apart.html": f"<p>{inside[:10]}</p><p>{inside[10:]}</p>",
    }
    for name, text in pages.items():
        (html / name).write_text(text, encoding="utf-8")
    with zipfile.ZipFile(html / "all.zip", "w") as archive:
        archive.writestr("x/readme.md", inside)
    told = {fault.file for fault in gate.book_faults(project / "data", html, project)}
    assert told == {*pages, "all.zip, x/readme.md"} - {"apart.html"}


def test_what_cannot_be_looked_for_is_told_apart(project, tmp_path):
    package, _ = read_package(project / "data")
    assert leaks.leaks(project, package, []).unread == []
    (tmp_path / "interviews.csv").rename(tmp_path / "moved.csv")
    looked = leaks.leaks(project, package, [])
    assert [line.endswith(leaks.UNLOOKED) for line in looked.unread] == [True] and looked.bare == []
    (tmp_path / "interviews.csv").write_text("document,id,code\nx,1,boats\n", encoding="utf-8")
    looked = leaks.leaks(project, package, [])
    assert looked.unread == [] and looked.bare == [f"interviews.csv holds no text: {leaks.UNLOOKED}"]


def test_what_is_known_of_a_checked_study_hangs_on_the_interviews(project, tmp_path):
    before = gate.key(project / "data", project)
    assert gate.key(project / "data", project) == before
    (tmp_path / "interviews.csv").rename(tmp_path / "moved.csv")
    assert gate.key(project / "data", project) != before, "a book that was checked with them is checked again without"


def test_no_id_and_no_label_is_made_of_what_is_held_back():
    said = "nobody has asked us about the boats"
    codes = {"1": Code("1", said), "2": Code("2", "boats", "1"), "3": Code("3", "Work"), "4": Code("4", "boats", "3")}
    coded = Coded("made up", codes=codes)
    for n, case in enumerate(["Carla Ibsen", "Carla Ibsen", "nurse"]):
        coded.documents[str(n)] = Document(str(n), f"Carla_{n}", f"{said} {n}", {"case": case})
        coded.passages[str(n)] = Passage(str(n), str(n), 0, 6)
    coded.codings = [Coding("0", "2"), Coding("1", "4"), Coding("2", "2")]
    made = importing.tables(coded, importing.Key(), "case")
    assert [row["group"] for row in made.tables["groups"]] == ["group", "nurse"]
    labels = [row["label"] for name in ("families", "codes") for row in made.tables[name]]
    assert not [label for label in labels if "nobody" in label] and len(set(labels)) == len(labels) == 4
    ids = [row[column] for name, column in (("families", "family"), ("codes", "code")) for row in made.tables[name]]
    assert not [known for known in ids if re.search("carla|ibsen|nobody", known)]


def team(coders):
    """Passages and who gave them which code."""
    coded = Coded("made up", {"d": Document("d", "d", "one two three four five six")})
    coded.codes = {name: Code(name, name) for name in "abc"}
    coded.passages = {str(n): Passage(str(n), "d", n, n + 3) for n in range(3)}
    coded.codings = [Coding(str(p), code, by) for p, code, by in coders]
    return coded


SHARED = [(0, "a", "ann"), (0, "b", "bob"), (1, "a", "ann"), (1, "c", "ann"), (2, "c", "bob"), (0, "a", "bob")]


@pytest.mark.parametrize(("together", "counted"), [(False, 4), (True, 5)])
def test_coders_are_compared_or_have_shared_the_work(tmp_path, together, counted):
    from kodebog import Study

    made = importing.tables(team(SHARED), importing.Key(), together=together)
    about = importing.descriptor("Made up") | ({"coders": "together"} if together else {})
    importing.write(made, tmp_path / "data", about)
    study = Study.load(tmp_path / "data")
    assert len(study.excerpt_codes) == counted and set(study.readings["excerpt"]) == {"E01"}
    assert not study.excerpt_codes.duplicated(["excerpt", "code"]).any()
    (note,) = [note for note in made.notes if "coder" in note]
    assert ("1 code that they alone give" in note) != together


def test_how_coders_have_worked_stays_said(tmp_path):
    path = made_up.qdpx(tmp_path / "interviews.qdpx", made_up.interviews())
    bring_in(path, Columns(), tmp_path / "study", coders="together")
    assert '"coders": "together"' in (tmp_path / "study/data/datapackage.json").read_text(encoding="utf-8")
    assert any(
        "What any coder gives counts" in note for note in bring_in(path, Columns(), tmp_path / "study").made.notes
    )
