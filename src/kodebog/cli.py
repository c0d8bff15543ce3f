"""The command `kodebog`."""

from __future__ import annotations

import argparse
import io
import os
import shlex
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import IO, TYPE_CHECKING, NoReturn

from kodebog import edition, paths
from kodebog.errors import KodebogError
from kodebog.files import write_whole

if TYPE_CHECKING:
    from kodebog.study.faults import Fault
    from kodebog.study.readers.tables import Columns

OK, FAULT, MISUSE, INTERRUPTED, TERMINATED = 0, 1, 2, 130, 143
SHOWN = 40
"""Faults that are each shown by themselves; where there are more, those that are alike share a line."""
PROJECT_COMMANDS = {"build", "live", "reproduce", "notebooks", "metadata", "translate"}
"""Commands that work on a whole project, not on a study's folder alone."""


def _parser() -> argparse.ArgumentParser:
    """What can be asked for."""
    parser = argparse.ArgumentParser(prog="kodebog", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, text: str, study: bool = True, **first: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        for argument, what in first.items():
            sub.add_argument(argument, type=Path, help=what)
        if study:
            sub.add_argument(
                "data", nargs="?", type=Path, default=paths.DATA, help="folder of the study (default: data/)"
            )
        return sub

    sub = command("check", "validate a study folder and list what is wrong")
    strict = "list judgements that are missing, and those without shared codes; fail where any is missing"
    sub.add_argument("--strict", action="store_true", help=strict)
    sub = command("ledger", "compare published results with the data; fail where the ledger is not as recorded")
    sub.add_argument("--record", action="store_true", help="accept the ledger as it is now, in expected_ledger.csv")
    article = "the article as a UTF-8 text file"
    command("verify", "hold the study against the article, for those who have its text", article=article)
    private = "write a private copy of the study with the words of its excerpts in it"
    words = "the article as a UTF-8 text file; for interviews, the file that was imported"
    command("weave", private, article=words, out="a new folder outside the project")
    command("sheet", "write an empty coding sheet for a human reader", sheet="a new file, .xlsx or .csv")
    command("agreement", "hold a filled coding sheet against the readings of the study", sheet="the filled sheet")
    sub = command(
        "doctor",
        "say what a file of a coding program holds, and what stands in the way of a study",
        study=False,
        file="REFI-QDA, Taguette, QualCoder, RQDA, ROCK, CSV, XLSX or ODS",
    )
    sub.add_argument("--second", default="", help=SECOND_FILE)
    _add_columns(sub)
    sub = command(
        "import",
        "make a study of coded interviews, or bring one up to date",
        study=False,
        file="REFI-QDA, Taguette, QualCoder, RQDA, ROCK, CSV, XLSX or ODS",
        folder="the project to make or to bring up to date",
    )
    sub.add_argument("--language", choices=["en", "da"], default="", help="of the words around yours (default: en)")
    for option, what in {
        "title": "title of the report (default: the folder's name)",
        "author": "who makes the report",
        "licence": "under what licence its tables are published, such as CC-BY-4.0",
        "group": "attribute by which documents are grouped: a variable, “case”, or a column of a table",
        "second": SECOND_FILE,
    }.items():
        sub.add_argument(f"--{option}", default="", help=what)
    of_coders = (
        "what several have coded: the first counts and the others are compared, or all count (default: compared)"
    )
    sub.add_argument("--coders", choices=["compared", "together"], default="", help=of_coders)
    _add_columns(sub)
    other = "write codings, code tables, codebook and REFI-QDA project for other programs"
    sub = command("export", other, out="a new folder")
    sub.add_argument("--words", action="store_true", help="with the words of the interviews, for the owner's eyes only")
    sub = command("live", "serve the book while you write it, and show each edit at once", study=False)
    port = "port of this machine to serve it at (default: 8000; 0: any that is free)"
    sub.add_argument("--port", type=int, default=8000, help=port)
    sub = command("build", "execute the notebooks and build the book", study=False)
    sub.add_argument("project", nargs="?", type=Path, help="the project (default: the one around the working folder)")
    sub.add_argument("--publish", action="store_true", help="refuse while a question to the study's owner is open")
    command("reproduce", "build the last commit twice, in different surroundings, and print what differs", study=False)
    sub = command("notebooks", "execute the notebooks and store their outputs", study=False)
    of_edition = "write those of an edition instead, with numbers and links filled in, into _build/notebooks-LANGUAGE/"
    sub.add_argument("--language", default="", help=of_edition)
    sub = command("translate", "bring the catalogues of a language up to date, and say what they lack", study=False)
    sub.add_argument("language", nargs="?", default="", help="such as da; new ones are begun (default: all there are)")
    command("metadata", "write codemeta.json and ro-crate-metadata.json from what they describe", study=False)
    return parser


SECOND_FILE = "a file in which another coder has coded the same documents, to be compared"


def _add_columns(sub: argparse.ArgumentParser) -> None:
    """Add the options that say how to read a table."""
    for option, what in {
        "document": "of a table: the column that names documents",
        "passage": "of a table: the column that names passages",
        "coder": "of a table: the column that says who coded",
        "code": "of a table: columns that hold codes, with commas between them",
        "marks": "of a table: columns that are codes, marked where a passage has them",
        "sheet": "of a workbook: the sheet to read",
        "codebook": "of a table: a second table with the names of all codes, where names hold commas",
    }.items():
        sub.add_argument(f"--{option}", default="", help=what)


def _columns(arguments: argparse.Namespace) -> Columns:
    """How to read a table, as the options say."""
    from kodebog.study.readers.tables import Columns  # noqa: PLC0415

    def several(text: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in text.split(",") if part.strip())

    return Columns(
        arguments.document,
        arguments.passage,
        arguments.coder,
        several(arguments.code),
        several(arguments.marks),
        arguments.sheet,
        str(Path(arguments.codebook).resolve()) if arguments.codebook else "",
    )


ARTICLE_COMMANDS = {"ledger", "verify", "sheet", "agreement"}
"""Commands that compare with what an article prints."""


def _require_article(arguments: argparse.Namespace) -> None:
    from kodebog.study import Study  # noqa: PLC0415

    if Study.load(arguments.data).of_interviews:
        raise KodebogError(
            f"{arguments.data}: holds coded interviews; “{arguments.command}” is for a study of a printed article. "
            "How far coders agree stands in the book's chapter on agreement."
        )


def main(argv: Sequence[str] | None = None) -> int:
    """Run a subcommand; return 0 when all holds, 1 when something does not, 2 when called wrongly."""
    arguments = _parser().parse_args(argv)
    run = {
        "check": _check,
        "ledger": _ledger,
        "verify": _verify,
        "weave": _weave,
        "sheet": _sheet,
        "agreement": _agreement,
        "doctor": _doctor,
        "import": _import,
        "export": _export,
        "live": _live,
        "build": _build,
        "reproduce": _reproduce,
        "notebooks": _notebooks,
        "metadata": _metadata,
        "translate": _translate,
    }

    try:
        if arguments.command in PROJECT_COMMANDS and not getattr(arguments, "project", None):
            paths.require_project()
        if arguments.command in ARTICLE_COMMANDS:
            _require_article(arguments)
        return run[arguments.command](arguments)
    except (Terminated, KeyboardInterrupt) as stopped:
        print("\nStopped. What stood before still stands.", file=sys.stderr)
        return TERMINATED if isinstance(stopped, Terminated) else INTERRUPTED
    except KodebogError as error:
        print(error, file=sys.stderr)
        return FAULT
    except ModuleNotFoundError as error:
        print(f"{arguments.command}: needs “{error.name}”; pip install 'kodebog[book]' brings it", file=sys.stderr)
        return FAULT
    except OSError as error:
        print(f"{error.filename or arguments.command}: {error.strerror or error}", file=sys.stderr)
        return FAULT


_MYSELF = (sys.executable, "-m", "kodebog.cli")
"""This program, to run once more in another folder."""


class Terminated(SystemExit):
    """The system asked the program to end, with SIGTERM: as `timeout`, a container or a cancelled CI run does."""


def _terminate(number: int, _: FrameType | None) -> NoReturn:
    signal.signal(number, signal.SIG_IGN)  # once is enough
    raise Terminated(TERMINATED)


def run() -> NoReturn:
    """Run `main` as the program `kodebog`."""
    signal.signal(signal.SIGTERM, _terminate)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that knows ASCII only
    sys.exit(main())


def _check(arguments: argparse.Namespace) -> int:
    import subprocess  # noqa: PLC0415 - each command imports only what it needs

    from kodebog.report import gate  # noqa: PLC0415
    from kodebog.study.package import DESCRIPTOR  # noqa: PLC0415

    if not (arguments.data / DESCRIPTOR).is_file() and (arguments.data / "data" / DESCRIPTOR).is_file():
        arguments.data /= "data"  # a project was named
    around = paths.project(arguments.data.resolve())
    if around and around != paths.ROOT and (around / "data").resolve() == arguments.data.resolve():
        strict = ["--strict"] * arguments.strict  # there, where its pages and its key are looked at too
        there: int = subprocess.run([*_MYSELF, "check", *strict], cwd=around, check=False).returncode
        return there
    faults, waiting, unread = gate.faults(arguments.data)
    if not faults:
        print(f"{arguments.data}: valid")
        _print_questions(gate.questions(arguments.data))
        if waiting or unread:
            print("Waiting for the study owner, or not looked at:\n  " + "\n  ".join([*waiting, *unread]))
        return _judgements(arguments.data) if arguments.strict else OK
    return _print_faults(faults, arguments.data)


def _print_questions(questions: Sequence[str]) -> None:
    if questions:
        print("Open before it is published:\n  " + "\n  ".join(questions))


def _print_faults(faults: Sequence[Fault], folder: Path) -> int:
    """Print faults, those that are alike in one line with the rows they stand in; return what the program returns."""
    alike: dict[tuple[str, ...], list[Fault]] = {}
    for fault in faults:
        same = (fault.file, fault.column, fault.problem, fault.allowed)
        alike.setdefault(same if len(faults) > SHOWN else (*same, str(fault.row), fault.value), []).append(fault)
    head = ("File", "Row", "Column", "Found", "What is wrong", "Allowed", "Nearest")
    rows = []
    for group in alike.values():
        first = group[0]
        where = ", ".join(str(f.row) for f in group[:3] if f.row) + (
            f" … ({len(group)} rows)" if len(group) > 3 else ""
        )
        rows.append((first.file, where, first.column, first.value, first.problem, first.allowed, first.nearest))
    _print_table(head, rows)
    print(f"{folder}: {len(faults)} fault{'s' * (len(faults) > 1)}", file=sys.stderr)
    return FAULT


def _judgements(folder: Path) -> int:
    from kodebog.analysis.evidence import unjudged, without_shared_codes  # noqa: PLC0415
    from kodebog.study import Study  # noqa: PLC0415

    study = Study.load(folder)
    apart, missing = without_shared_codes(study), unjudged(study)
    print(f"\n{len(apart)} judgements rest on no shared code:")
    _print_table(("Finding", "Excerpt", "Relation", "Why"), apart[["finding", "excerpt", "relation", "why"]].to_numpy())
    if missing:
        print(f"\n{len(missing)} pairs share codes and have no judgement:", file=sys.stderr)
        _print_table(("Finding", "Excerpt"), missing, sys.stderr)
        return FAULT
    print("\nEvery pair that shares codes is judged.")
    return OK


def _ledger(arguments: argparse.Namespace) -> int:
    from kodebog.analysis import ledger  # noqa: PLC0415
    from kodebog.study import Study  # noqa: PLC0415

    study = Study.load(arguments.data)
    if arguments.record:
        print(f"recorded in {ledger.record(study, arguments.data)}")
        return OK
    now = ledger.ledger(study)
    _print_table(
        ("Result", "Printed", "Rebuilt", "Status"),
        now[["result", "printed", "rebuilt", "status"]].to_numpy().tolist(),
    )
    changed = ledger.deviations(study, arguments.data)
    if len(changed):
        print("\nNot as recorded:", file=sys.stderr)
        _print_table(("Result", "Column", "Recorded", "Now"), changed.to_numpy().tolist(), sys.stderr)
        return FAULT
    print("\nAll as recorded.")
    return OK


def _verify(arguments: argparse.Namespace) -> int:
    from kodebog.study import Study, source  # noqa: PLC0415

    study = Study.load(arguments.data)
    checks = source.verify(study, source.read_article(arguments.article))
    failed = checks[~checks["holds"]]
    excerpts = study.excerpts["excerpt"]
    sound = sum(checks.loc[checks["what"] == excerpt, "holds"].all() for excerpt in excerpts)
    _print_table(
        ("What", "Check", "Expected", "Found", "Line", ""),
        [
            (r.what, r.check, r.expected, r.found, _line(r.line), "ok" if r.holds else "MISMATCH")
            for r in checks.itertuples()
        ],
    )
    print(f"\n{sound} of {len(excerpts)} excerpts are as coded; {len(failed)} of {len(checks)} checks failed.")
    return FAULT if len(failed) else OK


def _weave(arguments: argparse.Namespace) -> int:
    from kodebog.study import Study, importing, source  # noqa: PLC0415
    from kodebog.study.private import private_copy  # noqa: PLC0415

    if Study.load(arguments.data).of_interviews:
        project = paths.project(arguments.data.resolve()) or arguments.data.resolve().parent
        words = importing.Key.read(importing.private_folder(project)).words_of_excerpts(arguments.article)
        if not words:
            raise KodebogError(f"{arguments.article}: holds the words of none of this study's excerpts; another file?")
        n = private_copy(arguments.data, words, arguments.out)
    else:
        n = source.weave(arguments.data, source.read_article(arguments.article), arguments.out)
    where = shlex.quote(str(arguments.out.resolve()))
    print(f"{n} excerpts, with their words, in {arguments.out.resolve()}")
    print(f"Read the book with them: STUDY={where} kodebog build")
    return OK


def _sheet(arguments: argparse.Namespace) -> int:
    from kodebog.study import Study  # noqa: PLC0415
    from kodebog.study.sheet import write_sheet  # noqa: PLC0415

    write_sheet(Study.load(arguments.data), arguments.sheet)
    print(
        f"{arguments.sheet}: empty coding sheet; fill it, then: kodebog agreement {shlex.quote(str(arguments.sheet))}"
    )
    return OK


def _doctor(arguments: argparse.Namespace) -> int:
    from kodebog.study import doctor, readers  # noqa: PLC0415
    from kodebog.study.comparison import compared, read_second  # noqa: PLC0415

    columns = _columns(arguments)
    found = readers.read(arguments.file, columns)
    if arguments.second:
        found = compared(found, read_second(Path(arguments.second), columns))
    print(doctor.report(found))
    return OK


def _import(arguments: argparse.Namespace) -> int:
    from kodebog.publish.project import bring_in  # noqa: PLC0415
    from kodebog.study import doctor  # noqa: PLC0415
    from kodebog.study.disclosure import WORDLISTS  # noqa: PLC0415

    made, key, changed, faults, questions = bring_in(
        arguments.file,
        _columns(arguments),
        arguments.folder,
        arguments.title,
        arguments.author,
        arguments.licence,
        arguments.group,
        arguments.language,
        Path(arguments.second) if arguments.second else None,
        arguments.coders,
    )
    print(doctor.counted(made.coded))
    for head, lines in (("Done on the way", made.notes), ("Changed since the last import", changed)):
        if lines:
            print("\n".join(["", head, *(f"  - {line}" for line in lines)]))
    print(f"\nWhat pseudonyms stand for: {key}. Only you can read it; never publish it.")
    print(f"Looked for names and numbers of persons by: {WORDLISTS}.\n")
    if faults:
        return _print_faults(faults, arguments.folder / "data")
    print(f"{arguments.folder / 'data'}: valid")
    _print_questions(questions)
    print(f"\nNext: kodebog build {shlex.quote(str(arguments.folder))}")
    return OK


def _export(arguments: argparse.Namespace) -> int:
    from kodebog.report import export  # noqa: PLC0415
    from kodebog.study import Study, importing  # noqa: PLC0415

    texts = None
    if arguments.words:
        project = paths.project(arguments.data.resolve()) or arguments.data.resolve()
        if arguments.out.resolve().is_relative_to(project):
            print(f"{arguments.out}: lies in the project; words of interviews belong elsewhere", file=sys.stderr)
            return MISUSE
        texts = importing.Key.read(importing.private_folder(project)).texts()
    study = Study.load(arguments.data)
    for path in export.write(study, arguments.out, texts):
        print(f"wrote {path}")
    print("\n".join(export.left_out(study)))
    return OK


def _agreement(arguments: argparse.Namespace) -> int:
    from kodebog.analysis import agreement  # noqa: PLC0415
    from kodebog.study import Study  # noqa: PLC0415
    from kodebog.study.sheet import read_sheet  # noqa: PLC0415

    known = Study.load(arguments.data)
    codings = read_sheet(known, arguments.sheet)
    study, yours = agreement.with_reading(known, codings)
    print(f"{len(codings)} codings of {codings['excerpt'].nunique()} of {len(study.excerpts)} excerpts.\n")
    pairs = agreement.agreement_of_pairs(study)
    pairs = pairs[pairs["other"] == yours]
    _print_table(
        ("This sheet and", "Both give", "Either gives", "Cohen’s κ", "95 % interval"),
        [
            (r.one, str(r.both), str(r.either), f"{r.kappa:.2f}", f"{r.low:.2f} to {r.high:.2f}")
            for r in pairs.itertuples()
        ],
    )
    whole = agreement.agreement_by_family(study).iloc[0]
    print(f"\nAll readings, this sheet included: Krippendorff’s α {whole['alpha']:.2f}.")
    statuses = agreement.statuses_by_reading(study)
    moved = statuses[statuses[yours] != statuses["now"]]
    print(f"\nIf only this sheet counted, something else would be said of {len(moved)} of {len(statuses)} findings.")
    if len(moved):
        _print_table(("Finding", "Now", "By this sheet"), moved[["finding", "now", yours]].to_numpy().tolist())
    print(f"\nTo add it: append its lines to readings.csv as “{yours}”, and settle what kodebog check then lists.")
    return OK


def _line(line: float | None) -> str:
    return "" if line is None or line != line else str(int(line))  # noqa: PLR0124 - NaN


def _build(arguments: argparse.Namespace) -> int:
    from kodebog.publish.build import build  # noqa: PLC0415

    if arguments.project is not None:  # which project it is, is settled when a program starts
        os.environ |= {"STUDY": str(Path(study).resolve())} if (study := os.environ.get("STUDY")) else {}
        os.chdir(arguments.project)
        os.execv(sys.executable, [*_MYSELF, "build", *(["--publish"] if arguments.publish else [])])
    build(publish=arguments.publish)
    return OK


def _live(arguments: argparse.Namespace) -> int:
    from kodebog.publish.live import live  # noqa: PLC0415

    live(arguments.port, lambda text: print(text, flush=True))
    return OK


def _reproduce(arguments: argparse.Namespace) -> int:
    from kodebog.publish.reproduce import reproduce  # noqa: PLC0415

    found = reproduce()
    print("\n".join(found) if found else "Both builds are the same, byte for byte.")
    return FAULT if found else OK


def _notebooks(arguments: argparse.Namespace) -> int:
    from kodebog.publish.execution import execute, store_outputs  # noqa: PLC0415

    if refused := _private("notebooks"):
        return refused
    if arguments.language:
        return _notebooks_of(arguments.language)
    notebooks = sorted(paths.NOTEBOOKS.glob("*.ipynb"))
    execute(notebooks, languages=[edition.source()])
    changed = store_outputs(notebooks)
    print("\n".join(f"refreshed {path.name}" for path in changed) or "nothing has changed")
    return OK


def _notebooks_of(language: str) -> int:
    from kodebog.publish.build import build  # noqa: PLC0415

    if language not in edition.editions():
        print(f"{language}: no edition; there are {', '.join(edition.editions())}", file=sys.stderr)
        return MISUSE
    build(say=lambda _: None)  # which fills in numbers and names
    folder = paths.BUILD / f"notebooks-{language}"
    for path in sorted((paths.HTML / edition.folder(language) / paths.NOTEBOOKS.name).glob("*.ipynb")):
        write_whole(folder / path.name, path.read_bytes())
    print(folder)
    return OK


def _translate(arguments: argparse.Namespace) -> int:
    from kodebog.report import catalogues  # noqa: PLC0415

    languages = [arguments.language] if arguments.language else edition.editions()[1:]
    if not languages:
        print("No edition in another language yet; kodebog translate LANGUAGE begins one.")
    for language in languages:
        lacking = 0
        for file, found in catalogues.every(language):
            missing, outdated = catalogues.update(language, file, found)
            lacking += missing + outdated
            if missing or outdated:
                print(f"{file}: {missing} without a translation, {outdated} outdated")
        print(f"{language}: " + (f"{lacking} texts to translate" if lacking else "complete"))
    return OK


def _metadata(arguments: argparse.Namespace) -> int:
    from kodebog.report.metadata import files  # noqa: PLC0415

    if refused := _private("metadata"):
        return refused
    for path, content in files().items():
        write_whole(path, content)
        print(f"wrote {path.name}")
    return OK


def _private(command: str) -> int:
    """Refuse, while a private study is set, to write into files that are passed on."""
    if not paths.PRIVATE:
        return OK
    said = f"STUDY is set to {paths.study()}; unset it first: “{command}” would write from it into the project."
    print(said, file=sys.stderr)
    return FAULT


def _print_table(head: Sequence[str], rows: Sequence[Sequence[str]], file: IO[str] | None = None) -> None:
    """Print rows under their heads, wrapped to the terminal."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(*head, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    console = Console(file=file, soft_wrap=False)
    if not console.is_terminal:
        console = Console(file=file, width=200)
    console.print(table)


if __name__ == "__main__":
    run()
