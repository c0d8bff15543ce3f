"""The coded study is what DESIGN asks of it, and agrees with the article."""

import json
import os
import re
from pathlib import Path

import pytest

from checkouts import project_files
from kodebog import paths
from kodebog.study import Study, source


def test_labels_are_complete_in_both_languages(study):
    for name in Study.tables():
        frame = getattr(study, name)
        danish_of = {c[:-3]: c for c in frame if c.endswith("_da")}
        english_of = {stem: f"{stem}_en" if f"{stem}_en" in frame else stem for stem in danish_of}
        for stem, column in english_of.items():
            danish = frame[danish_of[stem]]
            assert (frame[column].isna() == danish.isna()).all(), (name, column)
            assert frame[column].dropna().str.strip().ne("").all(), (name, column)
            assert danish.dropna().str.strip().ne("").all(), (name, column)
        assert {c[:-3] for c in frame if c.endswith("_en")} <= set(danish_of), name


def test_gists_and_statements_differ_between_languages(study):
    assert (study.excerpts["gist_en"] != study.excerpts["gist_da"]).all()
    assert (study.findings["statement_en"] != study.findings["statement_da"]).all()


def test_the_article_in_numbers(study):
    labels = study.excerpts["role_printed"].value_counts().to_dict()
    assert labels == {"leder": 13, "medarbejder": 13, "direktør": 2, "mellemleder": 1}
    assert study.sample.set_index("perspective")["interviews"].to_dict() == {"director": 3, "leader": 10, "employee": 5}
    assert study.cases["practice"].value_counts().to_dict() == {"mobilisation": 3, "empowerment": 3, "coordination": 3}
    assert list(study.excerpts["excerpt"]) == [f"E{i:02}" for i in range(1, 30)]
    printed = study.published_lists["family"].value_counts().to_dict()
    assert printed == {"approach": 6, "practice": 3, "support": 3, "anchoring": 3, "focus": 3, "barrier": 3}


def test_every_code_is_used(study):
    tables = (study.excerpt_codes, study.case_codes, study.finding_codes, study.published_typology)
    assert set(study.codes["code"]) == set().union(*(set(table["code"]) for table in tables))


def test_every_excerpt_is_coded_both_ways(study):
    coded = study.excerpt_codes.groupby("excerpt")["basis"].agg(set)
    assert (coded == {"placed", "content"}).all() and set(coded.index) == set(study.excerpts["excerpt"])


def test_placement_is_the_articles_and_content_what_was_agreed(study):
    pairs = set(zip(study.excerpt_codes["basis"], study.excerpt_codes["coder"], strict=True))
    assert pairs == {("placed", "article"), ("content", "agreed")}


def test_every_finding_about_what_is_said_asserts_a_code(study):
    content = study.findings.loc[study.findings["claim"] == "content", "finding"]
    assert set(content) <= set(study.finding_codes["finding"]) <= set(study.findings["finding"])


def test_an_example_carries_its_code(study):
    from kodebog.analysis.coding import coded

    borne = set(map(tuple, coded(study)[["excerpt", "code"]].to_numpy()))
    shown = study.codes.dropna(subset=["example"])
    assert [(e, c) for e, c in zip(shown["example"], shown["code"], strict=True) if (e, c) not in borne] == []


def test_openings_are_at_most_four_words(study):
    assert study.excerpts["opening"].str.split().map(len).max() <= 4


def test_every_field_is_described():
    package = json.loads((paths.DATA / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        assert resource["description"] and resource["title_da"]
        for field in resource["schema"]["fields"]:
            assert field["description"] and field["title"] and field["title_da"], (resource["name"], field["name"])


CONFIRMED = {"title", "journal", "booktitle", "howpublished", "publisher", "institution", "school"}
FIELDS = CONFIRMED | {"langid", "author", "editor", "year", "volume", "number", "pages", "doi", "note"}


OURS = {
    "cemr-denmark", "kl-organisation", "kl-reform", "lipsky-1980", "local-government-act-2019",
    "ministry-municipalities", "social-ministry-section-18",
}  # fmt: skip
"""Works that this report cites and the article does not."""


def _surname(name: str) -> str:
    """The last word of a name, as the article spells it."""
    return name.rsplit(maxsplit=1)[-1].replace("Loeffler", "Löffler")


def test_references_are_the_works_cited(study):
    """Authors and year are the article's; what was not confirmed is not filled in."""
    bib = (paths.BOOK / "references.bib").read_text(encoding="utf-8")
    entries = dict(re.findall(r"@\w+\{([\w-]+),\n(.*?)\n\}", bib, re.DOTALL))
    cited = study.literature.drop_duplicates("work").set_index("work")
    assert set(entries) == {*cited.index, "agger-tortzen-2022", *OURS}
    for work in OURS:  # looked up, each at the place it names
        assert "title = " in entries[work] and ("url = " in entries[work] or "publisher = " in entries[work]), work
    for work, row in cited.iterrows():
        fields = dict(re.findall(r"(\w+) = \{(.*?)\},?$", entries[work], re.MULTILINE))
        found = [
            _surname(n) for n in re.sub(r"[{}]", "", fields.get("author", fields.get("editor", ""))).split(" and ")
        ]
        if row["authors"].endswith(" et al."):
            assert found[0] == row["authors"].split()[0] and len(found) > 1, work
        else:
            assert found == [_surname(n) for n in re.split(r", | & ", row["authors"])], work
        assert fields["year"] == row["year"], work
        assert set(fields) <= FIELDS, work
        assert CONFIRMED & set(fields) or fields["note"] == "As cited in the article", work


def test_fingerprints_sections_and_citations_agree_with_the_article(study, article):
    checks = source.verify(study, article)
    failed = checks[~checks["holds"]]
    assert len(checks) > 150 and failed.empty, failed.to_string()


@pytest.mark.skipif(not os.environ.get("ARTICLE"), reason="ARTICLE is not set: the article's words cannot be compared")
def test_no_sentence_of_the_article_stands_in_the_project():
    """Runs of seven or more words that project and article share; the article's own title aside."""
    article_path = Path(os.environ["ARTICLE"])
    known = _runs([t.folded for t in source.tokens(article_path.read_text(encoding="utf-8"))])
    shared = {}
    for name in project_files():
        path = paths.ROOT / name
        if path.suffix in {".md", ".ipynb", ".csv", ".json", ".py", ".bib", ".cff", ".yml", ".po"} and path.is_file():
            text = path.read_text(encoding="utf-8").replace("\\n", " ")
            if found := _runs(re.findall(r"\w+", text.casefold())) & known:
                shared[name] = sorted(found)
    assert shared == {}


def _runs(words, length=7):
    return {" ".join(words[i : i + length]) for i in range(len(words) - length + 1)}


def test_study_can_be_loaded_from_elsewhere(folder, monkeypatch):
    path = folder / "codes.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Incentives", "Incitements", 1), encoding="utf-8")
    monkeypatch.setenv("STUDY", str(folder))
    changed = Study.load().codes["label_en"] != Study.load(paths.DATA).codes["label_en"]
    assert changed.sum() == 1
