"""What the project says of itself, in every place the same."""

import json
import re

import pytest
import yaml

import kodebog
from kodebog import paths
from kodebog.report import metadata
from kodebog.study import questions


@pytest.mark.parametrize("path", list(metadata.files()), ids=lambda path: path.name)
def test_metadata_files_are_as_made(path):
    wanted = metadata.files()[path]
    assert path.read_text(encoding="utf-8") == wanted, "run `kodebog metadata` (make metadata) to write it anew"


def test_one_version_one_set_of_keywords_one_licence():
    about = metadata.citation()
    data = metadata.datapackage(paths.DATA)
    assert about["version"] == data["version"] == kodebog.__version__
    assert about["keywords"] == data["keywords"]
    assert [licence["name"] for licence in data["licenses"]] == about["license"][:1]
    assert {licence["path"] for licence in data["licenses"]} == {metadata.LICENCES["CC-BY-4.0"]}
    assert set(about["license"]) == set(metadata.LICENCES)


def test_one_title_and_one_article():
    about = metadata.citation()
    config = yaml.safe_load(paths.CONFIG.read_text(encoding="utf-8"))
    landing = (paths.ROOT / "index.md").read_text(encoding="utf-8").splitlines()[0]
    assert about["title"] == config["title"]
    assert about["title"].partition(":")[0] == landing.removeprefix("# ")
    assert about["authors"][0]["name"] == config["author"]
    article = about["references"][0]
    for text in (metadata.datapackage(paths.DATA)["sources"][0]["title"], metadata.bibtex(), *metadata.apa()[:1]):
        assert article["title"] in text and str(article["year"]) in text
        assert all(person["family-names"] in text for person in article["authors"])


def test_the_crate_describes_what_is_there():
    graph = {entity["@id"]: entity for entity in metadata.ro_crate()["@graph"]}
    files = [e["@id"] for e in graph.values() if "File" in e["@type"]]
    assert all((paths.ROOT / name).is_file() for name in files)
    assert {f for f in files if f.endswith(".csv")} == {f"data/{p.name}" for p in paths.DATA.glob("*.csv")} - {
        "data/expected_ledger.csv"  # a record of the ledger, no table of the study
    }
    text = json.dumps(metadata.ro_crate())
    assert set(re.findall(r'\{"@id": "([^"]+)"\}', text)) <= set(graph) | {"https://w3id.org/ro/crate/1.1"}
    root = graph["./"]
    assert all(root.get(key) for key in ("name", "description", "datePublished", "license", "author", "hasPart"))


def test_bibtex_and_apa():
    assert metadata.bibtex().count("@") == 2 and metadata.bibtex().count("{") == metadata.bibtex().count("}")
    article, report = metadata.apa()
    assert article == "Agger, A., & Tortzen, A. (2022, April 6). Samskabelse set fra frontlinjen. *lederliv.dk*."
    assert metadata.citation()["version"] in report


def test_json_in_a_script_has_no_character_that_could_end_it():
    assert "<" not in metadata.script_safe({"a": "<!--<script>"})


def test_json_in_a_script_cannot_end_it():
    assert "</" not in metadata.script_safe({"a": "</script>"})
    assert json.loads(metadata.script_safe({"a": "</script>"})) == {"a": "</script>"}


def test_what_stands_for_what_nobody_has_said_is_translated():
    assert metadata.UNSAID == (questions.NOBODY, questions.UNDECIDED_LICENCE)
