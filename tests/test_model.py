"""The study: loaded once for the same content, refused with every fault."""

import shutil

import pytest

from kodebog import Study, StudyError, paths
from kodebog.study import model


def test_the_same_content_is_the_same_study(folder):
    first = Study.load(folder)
    assert Study.load(str(folder)) is first
    assert first.folder == folder.resolve()
    path = folder / "sample.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Leder,10", "Leder,11"), encoding="utf-8")
    assert Study.load(folder) is not first
    assert int(Study.load(folder).sample["interviews"].sum()) == 19


@pytest.mark.checks
def test_few_studies_are_kept(tmp_path):
    folders = [shutil.copytree(paths.DATA, tmp_path / str(i)) for i in range(3)]
    loaded = [Study.load(folder) for folder in folders]
    assert len(model._loaded) == model.KEPT == 2
    assert Study.load(folders[2]) is loaded[2] and Study.load(folders[1]) is loaded[1]
    assert Study.load(folders[0]) is not loaded[0]


def test_a_study_that_is_none_is_named(tmp_path):
    with pytest.raises(StudyError) as caught:
        Study.load(tmp_path / "nowhere")
    assert str(caught.value).startswith(f"{tmp_path / 'nowhere'}: 1 fault\n  nowhere: no such folder")


def test_labels_and_families(study):
    assert study.labels("sample", "da")["leader"] == "Leder"
    assert study.labels("sample")["leader"] == "Manager"
    assert study.in_family("support") == ["resources", "present-leadership", "mandate"]
    assert "folder" not in Study.tables() and Study.tables()[0] == "sections"


def test_types(study):
    assert str(study.sample["interviews"].dtype) == "int64"
    assert str(study.excerpts["gist_en"].dtype) == "string"
    assert study.excerpts["case"].isna().sum() > 0
