"""What is written for other programs comes back as it was."""

import csv
import dataclasses
import io
import zipfile

import pandas as pd
import pytest
from defusedxml import ElementTree

import made_up
from kodebog import Study
from kodebog.publish.project import bring_in
from kodebog.report import export
from kodebog.study import importing
from kodebog.study.readers.tables import Columns

TABLES = ("codes", "families", "sample", "sections", "excerpts", "excerpt_codes", "readings")


@pytest.fixture
def study(tmp_path):
    """Made-up interviews of two groups; in one document two have coded."""
    path = made_up.qdpx(tmp_path / "interviews.qdpx", made_up.interviews())
    bring_in(path, Columns(), tmp_path / "study", group="role")
    return Study.load(tmp_path / "study/data")


def again(path, folder, group):
    bring_in(path, Columns(), folder, group=group)
    return Study.load(folder / "data")


def given(study):
    """Every coding by label: excerpt, code, coder."""
    labels = study.codes.set_index("code")["label_en"].str.replace(r" \(.*", "", regex=True)
    rows = export.given(study)
    return sorted(zip(rows["excerpt"], rows["code"].map(labels), rows["coder"], strict=True))


def test_a_project_comes_back_with_places_groups_and_coders(study, tmp_path):
    (tmp_path / "out.qdpx").write_bytes(export.project(study))
    back = again(tmp_path / "out.qdpx", tmp_path / "back", "case")
    assert back.excerpts[["excerpt", "section", "start", "end"]].equals(
        study.excerpts[["excerpt", "section", "start", "end"]]
    )
    assert list(back.sample["label_en"]) == list(study.sample["label_en"])
    assert list(back.sections["group"]) == list(study.sections["group"])
    assert given(back) == given(study) and len(study.readings) > 0
    assert list(back.codes["code"]) == list(study.codes["code"]), "also without the key codes have the same ids"


def test_with_the_words_the_lengths_come_back_too(study, tmp_path):
    texts = importing.Key.read(importing.private_folder(tmp_path / "study")).texts()
    (tmp_path / "out.qdpx").write_bytes(export.project(study, texts))
    back = again(tmp_path / "out.qdpx", tmp_path / "back", "case")
    assert back.excerpts["words"].equals(study.excerpts["words"])


def test_a_table_of_codings_comes_back_with_places_groups_and_coders(study, tmp_path):
    (tmp_path / "out.csv").write_text(export.codings(study), encoding="utf-8")
    back = again(tmp_path / "out.csv", tmp_path / "back", "group")
    assert sorted(back.families["label_en"]) == sorted(study.families["label_en"])
    assert back.excerpts[["excerpt", "section", "start", "end"]].equals(
        study.excerpts[["excerpt", "section", "start", "end"]]
    )
    assert list(back.sample["label_en"]) == list(study.sample["label_en"])
    assert given(back) == given(study)
    assert set(back.codes["code"]) == set(study.codes["code"])


def test_a_codebook_holds_every_code_below_its_family(study):
    root = ElementTree.fromstring(export.codebook(study))
    space = {"q": export.CODEBOOK}
    tops = root.findall("q:Codes/q:Code", space)
    assert [top.get("name") for top in tops] == list(study.families["label_en"])
    assert {code.get("name") for top in tops for code in top.iter(f"{{{export.CODEBOOK}}}Code")} == {
        *study.families["label_en"],
        *study.codes["label_en"],
    } - {"time (in general)"}, "a family that is also given is one code, as it was"
    assert [top.get("isCodable") for top in tops] == [str(top.get("name") == "time").lower() for top in tops]


def test_the_matrix_has_a_row_an_excerpt_and_counts_codes_above(study):
    rows = list(csv.DictReader(export.matrix(study).splitlines()))
    assert [row["excerpt_id"] for row in rows] == list(study.excerpts["excerpt"])
    assert all(row["pressure"] == "1" for row in rows if row["meetings"] == "1")
    assert any(row["meetings"] == "1" for row in rows)


def test_no_words_leave_without_being_asked_for(study, tmp_path):
    for path in export.write(study, tmp_path / "out"):
        parts = [path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                parts = [archive.read(name) for name in archive.namelist()]
        said = [b" ".join(text.encode().split()[:3]) for text in made_up.interviews().texts.values()]
        assert not [words for part in parts for words in said if words in part], path.name


def test_an_article_has_no_places_and_so_no_project(tmp_path):
    study = Study.load()
    with pytest.raises(export.ExportError, match="does not say where"):
        export.project(study)
    written = {path.name for path in export.write(study, tmp_path / "out")}
    assert written == {"codings.csv", "matrix.csv", "codebook.qdc"}
    with pytest.raises(export.ExportError, match="is there already"):
        export.write(study, tmp_path / "out")


def test_what_has_no_place_is_left_out_and_named(study):
    assert export.left_out(study) == []
    excerpts = study.excerpts.copy()
    excerpts.loc[0, ["start", "end"]] = pd.NA
    less = dataclasses.replace(study, excerpts=excerpts)
    assert export.left_out(less)[0].startswith("1 excerpt without a place in a text left out")
    root = ElementTree.fromstring(zipfile.ZipFile(io.BytesIO(export.project(less))).read("project.qde"))
    space = {"q": export.PROJECT}
    assert len(root.findall(".//q:PlainTextSelection", space)) == len(excerpts) - 1
    assert root.findall(".//q:TextSource/q:Coding", space) == [], "no document is coded as a whole"
    excerpts[["start", "end"]] = pd.NA
    nowhere = dataclasses.replace(study, excerpts=excerpts)
    assert export.left_out(nowhere)[0].startswith("No REFI-QDA project")
    with pytest.raises(export.ExportError, match="does not say where"):
        export.project(nowhere)


def test_documents_without_a_passage_stay_in_the_project(study, tmp_path):
    excerpts = study.excerpts[study.excerpts["section"] != "D01"]
    given = study.excerpt_codes[study.excerpt_codes["excerpt"].isin(excerpts["excerpt"])]
    readings = study.readings[study.readings["excerpt"].isin(excerpts["excerpt"])]
    less = dataclasses.replace(study, excerpts=excerpts, excerpt_codes=given, readings=readings)
    (tmp_path / "out.qdpx").write_bytes(export.project(less))
    assert len(again(tmp_path / "out.qdpx", tmp_path / "back", "case").sections) == len(study.sections)
