"""What the search finds besides pages."""

import html
import json
import re

import pytest


@pytest.fixture(scope="module")
def index(book):
    text = (book / "html/searchindex.js").read_text(encoding="utf-8")
    return json.loads(re.fullmatch(r"Search\.setIndex\((.*)\)", text.strip(), re.DOTALL).group(1))


@pytest.mark.xdist_group("book")
def test_excerpts_findings_and_codes_are_entries_in_both_languages(index, study):
    kinds = {int(key): names[2] for key, names in index["objnames"].items()}
    found = {}
    for prefix, entries in index["objects"].items():
        for page, kind, _, anchor, name in entries:
            shown = f"{prefix}.{name}" if prefix else name
            found.setdefault(kinds[kind], {})[anchor] = (index["docnames"][page], html.unescape(shown))
    for kind, table, key, words in (
        ("excerpt", study.excerpts, "excerpt", "gist_en"), ("citat", study.excerpts, "excerpt", "gist_da"),
        ("finding", study.findings, "finding", "statement_en"), ("fund", study.findings, "finding", "statement_da"),
        ("code", study.codes, "code", "label_en"), ("kode", study.codes, "code", "label_da"),
    ):  # fmt: skip
        own = words.endswith("_en")
        same = 0 if own else sum(table[words] == table[words.replace("_da", "_en")])
        assert len(found[kind]) == len(table) - same
        for row in table.itertuples():
            anchor = getattr(row, key) if key != "code" else f"code-{row.code}"
            if not own and getattr(row, words) == getattr(row, words.replace("_da", "_en")):
                assert anchor not in found[kind], "what is the same in both languages is found once"
                continue
            page, shown = found[kind][anchor]
            named = f"{getattr(row, key)}: " if own else ""
            assert shown.startswith(f"{named}{getattr(row, words).split('.')[0][:20]}"), shown
            assert page == {"E": "notebooks/evidence", "F": "notebooks/reproduction"}.get(anchor[0], "book/codebook")


@pytest.mark.xdist_group("book")
def test_code_of_notebooks_is_not_found(index):
    assert not {"numref", "factor_t", "both_sid", "tab"} & set(index["terms"])
    found = index["terms"].get("studi", [])
    assert found, "words of the text are found"
    shown = [t for t in index["terms"] if t in {"import", "kodebog"}]
    for term in shown:
        pages = index["terms"][term]
        assert len(pages if isinstance(pages, list) else [pages]) < 10
