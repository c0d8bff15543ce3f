"""What every table of the report says, held against what it said when somebody last looked (`make snapshots`)."""

import pytest

from kodebog.report import tables

ARGUMENTS = {
    "factor_table": lambda study: tables.factor_table(study, "Of {count}, {most} has {n} of {N}", "support"),
}
TABLES = {
    name: ARGUMENTS.get(name, function)
    for name, function in vars(tables).items()
    if getattr(function, "__module__", "") == tables.__name__ and not name.startswith("_")
}


@pytest.mark.parametrize("name", TABLES)
def test_as_somebody_last_saw_it(study, name, file_regression):
    file_regression.check(TABLES[name](study).markdown() + "\n", extension=".md", basename=name)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_whole(study, name):
    table = TABLES[name](study)
    assert table.caption and table.name.startswith("tab-")
    assert not table.widths or len(table.widths) == len(table.frame.columns)
    assert len(table.frame)
