"""How tables are shown, in Markdown and as CSV."""

import pandas as pd

from kodebog.report.display import Table, csv_text, escape


def test_a_table_as_markdown():
    frame = pd.DataFrame({"Finding": ["F07"], "Rests on": [("E01", "E02")], "List": [("a*b", "c")], "None": [()]})
    assert Table(frame, "A [caption]", "tab-x", (1, 2, 3, 4), stub=True).markdown() == (
        "~~~{list-table} A \\[caption\\]\n:name: tab-x\n:header-rows: 1\n:stub-columns: 1\n:widths: 1 2 3 4\n\n"
        "* - Finding\n  - Rests on\n  - List\n  - None\n"
        "* - {finding}`F07`\n  - {excerpt}`E01`, {excerpt}`E02`\n  - - a\\*b\n    - c\n  - \n~~~"
    )


def test_anchors_stand_where_links_lead():
    assert "* - {anchor}`E07`" in Table(pd.DataFrame({"E": ["E07"]}), "c", "t", anchors=True).markdown()


def test_missing_values_are_nothing():
    markdown = Table(pd.DataFrame({"a": [None, pd.NA, float("nan"), ""]}), "c", "t").markdown()
    assert markdown.count("* - \n") == 4


def test_csv_never_holds_a_formula():
    text = csv_text(
        pd.DataFrame({"a": ["=1+1", "+x", "-x", "@x", "fine"], "b": [("E01", "E02"), ("x y", "z"), (), 1, 2]})
    )
    assert text == "a,b\n'=1+1,E01 E02\n'+x,x y; z\n'-x,\n'@x,1\nfine,2\n"


def test_escape_folds_white_space():
    assert escape("a\n  {b}") == "a \\{b\\}"
