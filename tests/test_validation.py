"""Every kind of fault is found, and said so that the file can be mended."""

import json
import re

import pytest

from kodebog import Study, StudyError
from kodebog.study.faults import nearest
from kodebog.study.validation import check


def edit(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {name}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def said(folder):
    return [str(fault) for fault in check(folder)]


def test_the_study_is_valid(folder):
    assert check(folder) == []


MUTATIONS = {
    "type": (
        "sample.csv", "Leder,10", "Leder,ten",
        "sample.csv, row 3, column interviews: is of the wrong type, found “ten”; allowed: integer",
    ),
    "enum": (
        "excerpt_codes.csv", "E01,mobilisation,placed", "E01,mobilisation,plced",
        "excerpt_codes.csv, row 2, column basis: is not an allowed value, found “plced”; allowed: placed, content; "
        "did you mean “placed”?",
    ),
    "foreign key": (
        "excerpt_codes.csv", "E01,mobilisation,placed", "E01,mobilization,placed",
        "excerpt_codes.csv, row 2, column code: is not known, found “mobilization”; allowed: a value of code in "
        "codes.csv; did you mean “mobilisation”?",
    ),
    "uniqueness": (
        "themes.csv", "backing,", "time-resources,",
        "themes.csv, row 3, column theme: stands twice, or is empty, found “time-resources”; allowed: one row for each key",
    ),
    "unique fingerprint": (
        "excerpts.csv", "6e7d08a69ee35af901492c827c1749b92cc9f076b9bcb4d80fc10a5bb3c7db52",
        "02b1d7ed6761e8ed628bca96d3040d4e981e3c4dbaf4bee223c2e84a8e616144",
        "excerpts.csv, row 3, column sha256: breaks a rule of its column",
    ),
    "required cell": (
        "cases.csv", "Pilotprojekt for ledige", "",
        "cases.csv, row 5, column label_da: must not be empty",
    ),
    "pattern": (
        "excerpts.csv", "E01,practices", "X1,practices",
        "excerpts.csv, row 2, column excerpt: breaks a rule of its column, found “X1”",
    ),
    "case without practice": (
        "cases.csv", "Bymidten,mobilisation", "Bymidten,",
        "case_codes.csv, row 2, column said_of: speaks of a type, and “town-centre” is under none in cases.csv",
    ),
    "practice that is none": (
        "cases.csv", "Bymidten,mobilisation", "Bymidten,hands-on",
        "cases.csv, row 2, column practice: is no practice, found “hands-on”; allowed: mobilisation, empowerment, "
        "coordination",
    ),
    "role of no perspective": (
        "excerpts.csv", "E03,practices,leder", "E03,practices,lederen",
        "excerpts.csv, row 4, column role_printed: is not known, found “lederen”; allowed: a value of role_printed in "
        "roles.csv; did you mean “leder”?",
    ),
    "role of another perspective": (
        "excerpts.csv", "E03,practices,leder,leader", "E03,practices,leder,employee",
        "excerpts.csv, row 4, column role_printed, perspective: is not known, found “leder, employee”",
    ),
    "code of no family": (
        "codes.csv", "hands-on,leading,", "hands-on,,",
        "column family: must not be empty",
    ),
    "excerpt without content": (
        "excerpt_codes.csv", "E14,mandate,content,for,agreed\n", "",
        "excerpts.csv, row 15, column excerpt: has no code with basis “content”, found “E14”",
    ),
    "disagreement that nobody settled": (
        "settled.csv", "E01,ex-harbours,for,given,the harbours are what the speaker talks of,\"det er havnene, der tales om\"\n", "",
        "settled.csv: lacks a row for “ex-harbours” (for) in E01, which some readings give and others do not",
    ),
    "settled where all agree": (
        "settled.csv", "E01,ex-harbours,for,given", "E01,many-actors,for,given",
        "column code: is no disagreement about E01, found “many-actors”",
    ),
    "reason too long": (
        "settled.csv", "the harbours are what the speaker talks of", "a b c d e f g h i j k l m n o p",
        "column why: is too long",
    ),
    "content that nobody agreed": (
        "settled.csv", "E01,ex-harbours,for,given", "E01,ex-harbours,for,not given",
        "column code: was not agreed for E01, found “ex-harbours”",
    ),
    "agreed and not coded": (
        "excerpt_codes.csv", "E14,mandate,content,for,agreed\n", "",
        "excerpt_codes.csv: lacks “mandate” (for) for E14 by content, which was agreed",
    ),
    "reading without a number": (
        "readings.csv", "reading-1,E01,mobilisation", "reading-one,E01,mobilisation",
        "column reading",
    ),
    "evidence that is nowhere": (
        "case_codes.csv", "harbours,mobilise-resources,initiative,E01", "harbours,mobilise-resources,initiative,E99",
        "column evidence: is neither an excerpt nor a section, found “E99”",
    ),
    "evidence of another initiative": (
        "case_codes.csv", "harbours,mobilise-resources,initiative,E01", "harbours,mobilise-resources,initiative,E06",
        "column evidence: is not tied to “harbours”, found “E06”",
    ),
    "evidence without the code": (
        "case_codes.csv", "harbours,mobilise-resources,initiative,E01", "harbours,mobilise-resources,initiative,E07",
        "column evidence: does not carry the code “mobilise-resources”, found “E07”",
    ),
    "example of another initiative": (
        "excerpt_codes.csv", "E01,ex-harbours", "E01,ex-tourism",
        "excerpt_codes.csv, row 4, column code: is the example of another initiative, found “ex-tourism”",
    ),
    "area beside an initiative": (
        "excerpts.csv", "leader,chef,harbours,,", "leader,chef,harbours,school,",
        "excerpts.csv, row 2, column area: must be empty where an initiative is named, found “school”",
    ),
    "sections out of order": (
        "excerpts.csv", "E20,wishes", "E20,roles",
        "excerpts.csv, row 21, column section: comes before the section of the excerpt above, found “roles”",
    ),
    "finding without code": (
        "finding_codes.csv", "F09,mobilisation\nF09,sustainable-solutions\n", "",
        "findings.csv, row 10, column finding: asserts no code, found “F09”",
    ),
    "code that goes round": (
        "codes.csv", "support,support,,", "support,support,resources,",
        "column parent: goes round in a circle, found “resources”",
    ),
    "theme without effect": (
        "codes.csv", "resources,support,support,time-resources,supports", "resources,support,support,time-resources,",
        "column effect: must not be empty; allowed: theme and effect both, or neither",
    ),
    "printed entry of another family": (
        "published_lists.csv", "support,1,resources", "support,1,direction",
        "published_lists.csv, row 11, column code: is of another family, found “direction”",
    ),
    "recommendation that is none": (
        "finding_basis.csv", "F70,F46", "F69,F46",
        "finding_basis.csv, row 2, column finding: is no recommendation, found “F69”",
    ),
    "judgement of what excerpts cannot show": (
        "finding_excerpts.csv", "F08,E01", "F21,E01",
        "column finding: is beyond what excerpts can show, found “F21”; allowed: a finding whose claim is “content”",
    ),
    "a reason too long": (
        "finding_excerpts.csv", "F08,E01,,,shows,users", "F08,E01,,,shows,users one two three four five six seven",
        "column why: is too long, found “users one two three four five six seven",
    ),
    "a reservation that is lost": (
        "findings.csv", "Mobilisation can turn complaint", "Mobilisation turns complaint",
        "findings.csv, row 11, column statement_en: does not keep the reservation “can”, found “F10”",
    ),
    "missing column": (
        "policy_areas.csv", "area,label_en,label_da", "area,label_en",
        "policy_areas.csv, row 1, column label_da: is missing from the header",
    ),
    "extra column": (
        "policy_areas.csv", "area,label_en,label_da", "area,label_en,label_da,note",
        "policy_areas.csv, row 1, column note: is not a column of this table",
    ),
    "wrong column": (
        "policy_areas.csv", "area,label_en,label_da", "area,label_eng,label_da",
        "policy_areas.csv, row 1, column label_en: is not the name of the column here, found “label_eng”; allowed: area, "
        "label_en, label_da; did you mean “label_en”?",
    ),
    "extra cell": (
        "sample.csv", "Leder,10", "Leder,10,3",
        "sample.csv, row 3: has more cells than the header, found “3”; allowed: 4 cells",
    ),
    "said of a type, and in no section": (
        "case_codes.csv", "town-centre,many-actors,type,practices", "town-centre,many-actors,type,E01",
        "column evidence: is no section, though the code is said of the whole type, found “E01”",
    ),
    "the same label twice": (
        "codes.csv", ",Coordination,Koordinering,", ",Empowerment,Koordinering,",
        "codes.csv, row 4, column label_en: stands twice, found “Empowerment”; allowed: another label for each row",
    ),
    "coder that does not go with the basis": (
        "excerpt_codes.csv", "E14,mandate,content,for,agreed", "E14,mandate,content,for,article",
        "column coder: does not go with the basis “content”, found “article”",
    ),
    "example without its code": (
        "codes.csv", ",barriers,E24", ",barriers,E05",
        "column example: does not carry the code “digital-self-service”, found “E05”",
    ),
    "concept of what is no research": (
        "findings.csv", "F10,practices,RQ1,answer,content,,", "F10,practices,RQ1,answer,content,co-creation,",
        "findings.csv, row 11, column concept: must be empty for a finding of kind “answer”, found “co-creation”",
    ),
    "work of another year": (
        "literature.csv", "introduction,mortensen-2020,Mortensen,2020", "introduction,mortensen-2020,Mortensen,2021",
        "literature.csv, row 4, column work: does not agree with authors and year",
    ),
    "printed list that skips a number": (
        "published_lists.csv", "support,3,mandate", "support,4,mandate",
        "column order: is not the next number, found “4”; allowed: 3",
    ),
    "printed entry that stands twice": (
        "published_lists.csv", "support,2,present-leadership", "support,2,resources",
        "column code: stands twice, found “resources”",
    ),
    "what the report names and is not there": (
        "families.csv", "\ncharacteristic,", "\ncharacteristics,",
        "families.csv",
    ),
    "code in another section than its family": (
        "codes.csv", ",roles,E07", ",support,E07",
        "column section: is not the section of the family “approach”, found “support”",
    ),
    "parent of another family": (
        "codes.csv", "hands-on,leading,,", "hands-on,leading,barrier,",
        "column parent: is of another family, found “barrier”; allowed: a code of the family “leading”",
    ),
    "initiative that is not placed": (
        "case_codes.csv", "town-centre,mobilisation,type,practices\n", "",
        "cases.csv, row 2, column practice: is not among the codes of “town-centre”, found “mobilisation”",
    ),
    "effect without theme": (
        "codes.csv", "resources,support,support,time-resources,supports", "resources,support,support,,supports",
        "column theme: must not be empty",
    ),
    "missing cell": ("sample.csv", "Leder,10", "Leder", "sample.csv, row 3, column interviews: has fewer cells than the header; allowed: 4 cells"),
    "column that is nearly right": (
        "sample.csv", "interviews", "interview", "sample.csv, row 1, column interviews: is not the name of the column here",
    ),
    "blank row": ("sample.csv", "Leder,10\n", "Leder,10\n\n", "sample.csv, row 4: is blank"),
}  # fmt: skip


@pytest.mark.parametrize("kind", MUTATIONS)
def test_a_fault_is_found_and_named(folder, kind, file_regression):
    """The words that matter stand here; all that is said, every part of each fault, in the file beside."""
    name, old, new, message = MUTATIONS[kind]
    edit(folder, name, old, new)
    found = said(folder)
    file_regression.check("\n".join(found) + "\n", basename=kind.replace(" ", "-"))
    assert any(message in line for line in found), "\n".join(found)
    for line in found:
        place, column, told = re.match(r"([^,:]+)(?:, row \d+)?(, columns? [\w, ]+)?: (.*)", line).groups()
        assert place in {path.name for path in folder.iterdir()}, "each fault names its file"
        assert not column or ", row " in line, "and each cell its row"
        assert "None" not in told and "nan" not in told, line


def test_an_unused_code_is_a_fault(folder):
    with (folder / "codes.csv").open("a", encoding="utf-8") as file:
        file.write("idle,leading,,,,Idle,Ubrugt,Nothing.,Intet.,roles,\n")
    assert any("column code: is never used, found “idle”" in line for line in said(folder))


def test_wrong_encoding_names_the_byte(folder):
    text = (folder / "cases.csv").read_text(encoding="utf-8")
    (folder / "cases.csv").write_bytes(text.encode("latin-1", errors="replace"))
    (line,) = said(folder)
    assert line.startswith("cases.csv, row 3: is not UTF-8, found “byte 0xf8”")


def test_a_missing_file_is_named_once(folder):
    (folder / "themes.csv").unlink()
    assert said(folder) == ["themes.csv: cannot be read (No such file or directory); allowed: a CSV file"]


def test_an_empty_file(folder):
    (folder / "sample.csv").write_bytes(b"")
    assert said(folder) == ["sample.csv: is empty; allowed: a header and at least one row"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"resources": 3}', '{"resources": [{"name": "x"}]}'])
def test_a_broken_descriptor(folder, text):
    (folder / "datapackage.json").write_text(text)
    assert said(folder)[0].startswith("datapackage.json")


def test_a_table_that_is_not_declared(folder):
    path = folder / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    package["resources"] = [r for r in package["resources"] if r["name"] != "themes"]
    path.write_text(json.dumps(package), encoding="utf-8")
    (folder / "themes.csv").unlink()
    assert said(folder) == ["datapackage.json: declares no table “themes”"]


def test_no_such_folder(tmp_path):
    assert "no such folder" in said(tmp_path / "nowhere")[0]


def test_all_faults_come_together(folder):
    for kind in ("type", "foreign key", "required cell", "wrong column"):
        edit(folder, *MUTATIONS[kind][:3])
    found = check(folder)
    assert {fault.file for fault in found} >= {"sample.csv", "excerpt_codes.csv", "cases.csv", "policy_areas.csv"}
    assert len(found) >= 4


def test_load_refuses_and_lists(folder):
    edit(folder, *MUTATIONS["enum"][:3])
    with pytest.raises(StudyError, match=r"(?s)1 fault.*did you mean “placed”") as caught:
        Study.load(folder)
    assert caught.value.faults[0].nearest == "placed"


def test_nearest_is_silent_when_nothing_is_near():
    assert nearest("zzz", ["placed", "content"]) == ""
