"""What the generated pages say, held against what they said when somebody last looked (`make snapshots` renews it)."""

import json

import pytest

from kodebog import paths
from kodebog.publish import explorer
from kodebog.report import pages
from kodebog.report.facts import facts

PAGES = {
    "codebook": pages.codebook,
    "codings-of-initiatives": pages.codings_of_initiatives,
    "data-dictionary": lambda _: pages.data_dictionary(paths.DATA),
    "judgements": pages.judgements,
    "wording": pages.wording,
    "explorer-form": lambda study: explorer.form(study, explorer.EXCERPTS) + explorer.form(study, explorer.FINDINGS),
    "explorer-rows": lambda study: json.dumps(
        explorer.excerpt_attributes(study) | explorer.finding_attributes(study), ensure_ascii=False, indent=1
    ),
    "facts": lambda study: json.dumps(dict(facts(study)), ensure_ascii=False, indent=1),
}


@pytest.mark.parametrize("page", PAGES)
def test_as_somebody_last_saw_it(study, page, file_regression):
    file_regression.check(PAGES[page](study) + "\n", extension=".txt", basename=page)


def test_the_codebook_counts_excerpts_not_codings(study):
    """By hand: “courage” is coded by three excerpts."""
    (row,) = [part for part in pages.codebook(study).split("* - ") if "code-courage`" in part]
    number = study.excerpt_codes.loc[study.excerpt_codes["code"] == "courage", "excerpt"].nunique()
    assert row.rstrip().splitlines()[-1] == f"  - {{holders}}`courage {number}`"


def test_every_text_in_two_languages_stands_on_the_page(study):
    text = pages.wording(study).replace("\\", "")
    for name in study.tables():
        table = getattr(study, name)
        for column in [c for c in table.columns if c.endswith(("_en", "_da"))]:
            assert [value for value in table[column].dropna() if value not in text] == [], (name, column)
