"""Files of settings that people edit: what is wrong with one is said with its name."""

import pytest

from kodebog.settings import SettingsError, read_settings


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "is not there"),
        (b"title: [x\n", "is no YAML"),
        (b"title: S\xf8ren\n", "is no YAML"),
        (b"", "says nothing"),
        (b"title: x\nauthors: []\n", "does not say authors"),
    ],
)
def test_what_is_wrong_with_settings_is_said(tmp_path, content, words):
    path = tmp_path / "CITATION.cff"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=rf"CITATION\.cff: {words}"):
        read_settings(path, "title", "authors")


def test_settings_are_read(tmp_path):
    (tmp_path / "a.yml").write_text("title: x\n", encoding="utf-8")
    assert read_settings(tmp_path / "a.yml", "title") == {"title": "x"}
