"""The two YAML files give Sphinx what Jupyter Book 1 gives it."""

import pytest

from kodebog import paths
from kodebog.publish.config import ConfigError, settings


@pytest.mark.locked
def test_as_jupyter_book_reads_them():
    from jupyter_book.config import get_final_config

    theirs, _ = get_final_config(
        user_yaml=paths.CONFIG, sourcedir=paths.ROOT, cli_config={"latex_individualpages": False}, use_external_toc=True
    )
    ours = settings()
    own = {"exclude_patterns", "external_toc_path"}  # theirs holds more files of other systems; theirs has a usual name
    assert {n: v for n, v in ours.items() if n not in own and theirs.get(n) != v} == {}
    assert set(ours["exclude_patterns"]) <= set(theirs["exclude_patterns"])
    # what Jupyter Book sets besides is for LaTeX, for extensions that are not loaded, or a default of Sphinx
    besides = set(theirs) - set(ours)
    assert besides <= {
        "comments_config", "external_toc_exclude_missing", "html_favicon", "latex_engine", "nb_execution_allow_errors",
        "nb_execution_cache_path", "nb_execution_excludepatterns", "nb_execution_in_temp", "nb_execution_timeout",
        "nb_output_stderr",
    }  # fmt: skip


def test_a_setting_that_nobody_knows(tmp_path):
    config = tmp_path / "_config.yml"
    config.write_text("title: x\nlauch_buttons: {a: 1}\nsphinx: {config: {}}\n")
    with pytest.raises(ConfigError, match=r"_config.yml: lauch_buttons.a: not a known setting; known: title, author"):
        settings(config)
