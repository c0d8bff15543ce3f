"""What every figure says in words, held against what it said when somebody last looked (`make snapshots`)."""

import xml.etree.ElementTree as ET

import pytest

from kodebog.report import figures

FIGURES = {
    "sample_and_print": figures.sample_and_print,
    "excerpts_by_section": figures.excerpts_by_section,
}


@pytest.mark.parametrize("name", FIGURES)
def test_as_somebody_last_saw_it(study, name, file_regression):
    figure = FIGURES[name](study)
    words = f"{figure.name}\n{figure.caption}\n{figure.alt}\n{figure.data.to_csv(index=False)}"
    file_regression.check(words, extension=".txt", basename=name)


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_a_picture_without_date_or_style_attributes(study, name):
    bundle, about = FIGURES[name](study)._repr_mimebundle_()
    svg = bundle["image/svg+xml"]
    assert ET.fromstring(svg).tag.endswith("svg")
    assert "<dc:date" not in svg and " style=" not in svg.replace("<style", "")
    assert about["image/svg+xml"]["kodebog"]["alt"]
