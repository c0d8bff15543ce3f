"""Notebooks as a reader downloads them."""

import json

from kodebog.report.facts import facts
from kodebog.report.readable import readable

TEXT = """(sec-x)=
# Barriers

{all}`All: excerpts_support_employee / excerpts_support` {fact}`excerpts_support` excerpts, {reported}`most` of it, {excerpt}`E11`
and {finding}`F40`, in {numref}`tab-support` and {doc}`practices`; [*silo*]{.language-da}; {cite:p}`klausen-2020,tortzen-2019`.

:::{important}
**Counts** of excerpts.
:::

`{fact}` stays code."""


def made(study, where=""):
    cells = [{"cell_type": "markdown", "source": TEXT}, {"cell_type": "code", "source": "{fact}`x`", "outputs": []}]
    found = json.loads(readable(json.dumps({"cells": cells}), study, {"tab-support": "Table 3"}, where))
    return ["".join(cell["source"]) for cell in found["cells"]]


def test_roles_become_what_they_stand_for(study):
    prose, code = made(study)
    n = facts(study)["excerpts_support"]
    assert prose == (
        f"# Barriers\n\nAll {n} excerpts, most of it, [E11](evidence.ipynb)\nand [F40](reproduction.ipynb), in Table 3 "
        "and practices; *silo*; (Klausen 2020; Tortzen 2019).\n\n> **Important**\n>\n> **Counts** of excerpts.\n\n"
        "`{fact}` stays code."
    )
    assert code == "{fact}`x`"


def test_links_lead_into_the_book_where_it_has_an_address(study):
    assert (
        "[practices](https://example.org/book/notebooks/practices.html)" in made(study, "https://example.org/book/")[0]
    )
