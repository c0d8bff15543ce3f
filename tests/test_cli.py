"""The command: what it prints, and how it ends."""

import subprocess
import sys

import pytest

from kodebog.cli import main


@pytest.mark.checks
def test_check_of_a_valid_study(capsys):
    assert main(["check"]) == 0
    assert "valid" in capsys.readouterr().out


def test_check_of_a_broken_study(folder, capsys):
    path = folder / "sample.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",10", ",ten"), encoding="utf-8")
    assert main(["check", str(folder)]) == 1
    said = capsys.readouterr()
    for word in ("sample.csv", "3", "interviews", "ten", "is of the wrong type", "integer"):
        assert word in said.out
    assert "1 fault" in said.err


def test_ledger_as_recorded(capsys):
    assert main(["ledger"]) == 0
    assert "All as recorded." in capsys.readouterr().out


def test_ledger_fails_when_a_result_has_changed(folder, capsys):
    path = folder / "finding_excerpts.csv"
    text = path.read_text(encoding="utf-8")
    assert "F08,E01,,,shows," in text
    path.write_text(text.replace("F08,E01,,,shows,", "F08,E01,,,qualifies,"), encoding="utf-8")
    assert main(["ledger", str(folder)]) == 1
    said = capsys.readouterr()
    assert "Not as recorded" in said.err and "F08" in said.err
    assert main(["ledger", "--record", str(folder)]) == 0
    assert main(["ledger", str(folder)]) == 0


def test_ledger_without_a_record(folder, capsys):
    (folder / "expected_ledger.csv").unlink()
    assert main(["ledger", str(folder)]) == 1
    assert "nothing is recorded yet" in capsys.readouterr().err


def test_verify_says_what_is_wrong(tmp_path, capsys):
    assert main(["verify", str(tmp_path / "none.txt")]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_verify_of_the_article(article, tmp_path, capsys):
    path = tmp_path / "article.txt"
    path.write_text(article, encoding="utf-8")
    assert main(["verify", str(path)]) == 0
    path.write_text(article[:20000], encoding="utf-8")
    assert main(["verify", str(path)]) == 1
    assert "MISMATCH" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["check", "a", "b"], ["verify"]])
def test_called_wrongly(arguments):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2


@pytest.mark.checks
@pytest.mark.thorough
def test_as_a_program():
    made = subprocess.run([sys.executable, "-m", "kodebog.cli", "check"], capture_output=True, text=True, check=False)
    assert made.returncode == 0 and "valid" in made.stdout


def test_what_cannot_be_written_is_told(folder, capsys):
    """Where a file should go there is a folder; nothing half-written stays."""
    (folder / "expected_ledger.csv").unlink()
    (folder / "expected_ledger.csv").mkdir()
    before = sorted(folder.iterdir())
    assert main(["ledger", "--record", str(folder)]) == 1
    said = capsys.readouterr().err
    assert "expected_ledger.csv" in said and "Is a directory" in said
    assert sorted(folder.iterdir()) == before


@pytest.mark.thorough
def test_strict_check_lists_judgements(folder, capsys):
    assert main(["check", "--strict", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "judgements rest on no shared code" in said and "F68" in said
    path = folder / "finding_excerpts.csv"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("F37,E27")]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert main(["check", str(folder)]) == 0
    assert main(["check", "--strict", str(folder)]) == 1
    said = capsys.readouterr().err
    assert "1 pairs share codes and have no judgement" in said and "F37" in said and "E27" in said


def test_what_is_not_installed_is_named(monkeypatch, capsys):
    """As where only the base is installed, without the book."""
    monkeypatch.setitem(sys.modules, "kodebog.publish.build", None)
    assert main(["build"]) == 1
    said = capsys.readouterr().err
    assert "kodebog.publish.build" in said and "pip install 'kodebog[book]'" in said
