"""The reproduction ledger: which published results come out the same, and what each finding rests on.

**Published results** are compared entry by entry; a result is `same`, it `differs`, or it is `not checkable`. Numbers
that both sides have from the same sentence are `transcribed`, and count for nothing.

**Findings** get their status by rule, from judgements; the rules are `STATUS_RULES`.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from kodebog.analysis.evidence import finding_evidence
from kodebog.analysis.factors import factor_summary
from kodebog.analysis.once import once_per_study
from kodebog.analysis.typology import compare_with_print
from kodebog.errors import KodebogError
from kodebog.files import write_whole
from kodebog.study import Lang, Study
from kodebog.study.package import LEDGER

STATUSES = {
    "robust": "two or more sides, whichever is left out",
    "sides": "two or more sides",
    "one": "one side only",
    "against": "a voice against it",
    "alone": "the authors' text alone",
    "beyond": "beyond what excerpts can show",
    "asked": "asked for in print",
    "own": "the authors' own",
}
"""Statuses of findings, by a short name, in the order in which they are shown.

They say what is printed for a finding, never whether it is true. A side is a perspective or an initiative.
"""
TWO_SIDES = [STATUSES["robust"], STATUSES["sides"]]
"""Statuses of what is shown from two sides or more."""
STATUS_RULES = {
    "beyond": "The finding says how common something is, that it holds elsewhere, or that it agrees with other "
    "studies. Excerpts that the authors chose cannot show that; it needs the interviews, or the studies.",
    "asked": "It is advice, and a printed excerpt asks for it.",
    "own": "It is advice, and no printed excerpt asks for it. It may have been asked for in what is not printed.",
    "against": "At least one printed excerpt speaks against the claim itself. A reservation does not count as that.",
    "alone": "No printed excerpt shows it. It stands in the authors' text, which may rest on what is not printed.",
    "robust": "Two or more sides show it, also when any one excerpt or any one perspective is left out.",
    "sides": "Two or more excerpts show it, from two or more sides: perspectives, or initiatives.",
    "one": "One excerpt shows it, or several from one side.",
}
"""The status of a finding is the first of these that fits it."""
WORDS: dict[Lang, dict[str, str]] = {
    "en": {
        "list": "List: {family}",
        "cell": "Typology: {dimension}, {practice}",
        "entry": "{n} entry",
        "entries": "{n} entries",
        "setting": "a fact of the setting; nothing in the coded data bears on it",
        "other": "the coded data give another number",
        "only printed": "printed, but no excerpt or initiative bears it out: {names}",
        "only rebuilt": "in the article's text, but not in its table or list: {names}",
    },
    "da": {
        "list": "Liste: {family}",
        "cell": "Typologi: {dimension}, {practice}",
        "entry": "{n} punkt",
        "entries": "{n} punkter",
        "setting": "hører til rammerne; intet i de kodede data siger noget om det",
        "other": "de kodede data giver et andet tal",
        "only printed": "trykt, men uden belæg i noget citat eller initiativ: {names}",
        "only rebuilt": "i artiklens tekst, men ikke i dens tabel eller liste: {names}",
    },
}
"""What is said of a published result, in each language."""
COLUMNS = ["result", "printed", "rebuilt", "status", "why"]
"""Columns of the ledger."""


class LedgerError(KodebogError):
    """The recorded ledger cannot be compared with; the message says why and what to do."""


@once_per_study
def published_results(study: Study, lang: Lang = "en") -> pd.DataFrame:
    """Return every published result beside what the coded data give.

    Numbers are “transcribed” where the coded data agree: both were typed from the same text, so that proves nothing.
    Columns: result (its short name), section, what, printed, rebuilt (as text), status (“same”, “differs”,
    “transcribed”, “not checkable”), why.

    >>> sorted(published_results(study)["status"].unique())
    ['differs', 'not checkable', 'same', 'transcribed']

    """
    rows = [*_numbers(study, lang), *_lists(study, lang), *_cells(study, lang)]
    return pd.DataFrame(rows, columns=["result", "section", "what", "printed", "rebuilt", "status", "why"])


def _numbers(study: Study, lang: Lang) -> list[tuple[str, ...]]:
    interviews = study.sample.set_index("perspective")["interviews"]
    rebuilt = {
        "interviews": int(interviews.sum()),
        **{f"interviews-{p}": int(n) for p, n in interviews.items()},
        "perspectives": len(study.sample),
        "policy-areas": len(study.policy_areas),
        "practice-types": study.cases["practice"].nunique(),
        "leading-styles": len(study.in_family("leading")),
        "recommendations": len(study.in_family("recommendation")),
        "support-factors": len(_coded_in(study, "support")),
        "barriers": len(set(_coded_in(study, "barrier")) & _printed_list(study, "barrier")),
    }
    rows: list[tuple[str, ...]] = []
    labels, words = study.labels("published_numbers", lang), WORDS[lang]
    for row in study.published_numbers.itertuples():
        found, what = rebuilt.get(str(row.number)), labels[str(row.number)]
        if found is None:
            rows.append((row.number, row.section, what, str(row.value), "–", "not checkable", words["setting"]))
        else:
            status = "transcribed" if found == row.value else "differs"
            why = "" if status == "transcribed" else words["other"]
            rows.append((row.number, row.section, what, str(row.value), str(found), status, why))
    return rows


def _coded_in(study: Study, family: str) -> list[str]:
    """The codes of a family, sub-codes aside, that at least one excerpt speaks for."""
    summary = factor_summary(study, family)
    return list(summary.loc[(summary["level"] == 0) & (summary["n"] > 0), "code"])


def _printed_list(study: Study, family: str) -> set[str]:
    return set(study.published_lists.loc[study.published_lists["family"] == family, "code"])


def _lists(study: Study, lang: Lang) -> list[tuple[str, ...]]:
    names, sections = study.labels("families", lang), study.families.set_index("family")["section"]
    rows = []
    for family in study.published_lists["family"].unique():
        printed, rebuilt = _printed_list(study, family), set(_coded_in(study, family))
        what = WORDS[lang]["list"].format(family=names[family])
        rows.append(_compared(study, lang, (f"list-{family}", str(sections[family]), what), printed, rebuilt))
    return rows


def _cells(study: Study, lang: Lang) -> list[tuple[str, ...]]:
    entries, labels = compare_with_print(study), study.labels("codes", lang)
    families = study.labels("families", lang)
    rows = []
    for dimension in study.dimensions:
        for practice in study.types:
            cell = entries[(entries["dimension"] == dimension) & (entries["practice"] == practice)]
            printed = set(cell.loc[cell["status"] != "only rebuilt", "code"])
            rebuilt = set(cell.loc[cell["status"] != "only printed", "code"])
            what = WORDS[lang]["cell"].format(dimension=families[dimension], practice=labels[practice])
            about = (f"cell-{dimension}-{practice}", "practices", what)
            rows.append(_compared(study, lang, about, printed, rebuilt))
    return rows


def _compared(
    study: Study, lang: Lang, about: tuple[str, str, str], printed: set[str], rebuilt: set[str]
) -> tuple[str, ...]:
    """A row of published results; `about`: its short name, section and what it is."""
    labels, words = study.labels("codes", lang), WORDS[lang]
    reasons = [
        words[reason].format(names=", ".join(labels[code] for code in labels if code in codes))
        for reason, codes in (("only printed", printed - rebuilt), ("only rebuilt", rebuilt - printed))
        if codes
    ]
    counted = [words["entry" if len(codes) == 1 else "entries"].format(n=len(codes)) for codes in (printed, rebuilt)]
    return *about, *counted, "differs" if reasons else "same", "; ".join(reasons)


class Voice(NamedTuple):
    """An excerpt, with what makes it a side: who speaks, and of which initiative, if any."""

    excerpt: str
    perspective: str
    case: str


class SideRule(NamedTuple):
    """When excerpts count as coming from two sides: so many of them, from two of the things that make a side."""

    least: int = 2
    perspectives: bool = True
    initiatives: bool = True

    def holds(self, shown: list[Voice]) -> bool:
        """Tell whether these excerpts come from two sides."""
        perspectives = {v.perspective for v in shown} if self.perspectives else set()
        initiatives = {v.case for v in shown if v.case} if self.initiatives else set()
        return len(shown) >= self.least and (len(perspectives) >= 2 or len(initiatives) >= 2)


RULE = SideRule()
"""The rule that counts."""
RULE_THAT_COUNTS = "two excerpts from two sides"
"""The same in words."""
OTHER_RULES = {
    "three excerpts instead of two": SideRule(least=3),
    "perspectives alone make a side": SideRule(initiatives=False),
    "initiatives alone make a side": SideRule(perspectives=False),
}
"""Rules that others might choose, to see what hangs on the choice."""


def finding_status(study: Study, evidence: pd.DataFrame | None = None, rule: SideRule = RULE) -> pd.DataFrame:
    """Return the status of every finding, by `STATUS_RULES`.

    `evidence`: the result of `kodebog.analysis.evidence.finding_evidence`, or part of it, to ask what would be without
    the rest. `rule`: when there are two sides. Columns: finding, status (in words), n_for, n_qualify, n_against,
    perspectives (number among those for), initiatives (likewise).

    >>> print(finding_status(study).query("finding == 'F37'").to_string(index=False))
    finding        status  n_for  n_qualify  n_against  perspectives  initiatives
        F37 one side only      1          0          0             1            0

    """
    voices = _voices(study, finding_evidence(study) if evidence is None else evidence)
    found = []
    for row in study.findings.itertuples():
        shown, qualify, against = (voices.get((row.finding, s), []) for s in ("for", "qualifies", "against"))
        status = STATUSES[_status(str(row.claim), str(row.kind), shown, bool(against), rule)]
        sides = len({v.perspective for v in shown}), len({v.case for v in shown if v.case})
        found.append((row.finding, status, len(shown), len(qualify), len(against), *sides))
    columns = ["finding", "status", "n_for", "n_qualify", "n_against", "perspectives", "initiatives"]
    return pd.DataFrame(found, columns=columns).astype({"finding": "string"})


@once_per_study
def status_of_findings(study: Study) -> pd.Series[str]:
    """Return the status of each finding, in words, by its id.

    >>> status_of_findings(study)["F37"]
    'one side only'

    """
    return finding_status(study).set_index("finding")["status"]


Voices = dict[tuple[str, str], list[Voice]]


def _voices(study: Study, evidence: pd.DataFrame) -> Voices:
    """Return the excerpts that bear on each finding, by finding and stance."""
    known = study.excerpts[["excerpt", "perspective", "case"]].fillna("").itertuples(index=False, name=None)
    about = {excerpt: Voice(excerpt, perspective, case) for excerpt, perspective, case in known}
    found: Voices = {}
    for row in evidence[evidence["source"] == "excerpt"].itertuples():
        if row.id in about:
            found.setdefault((str(row.finding), str(row.stance)), []).append(about[str(row.id)])
    return found


def _status(claim: str, kind: str, shown: list[Voice], against: bool, rule: SideRule = RULE) -> str:
    """The short name of a status; `shown`: the excerpts for it."""
    if claim != "content":
        return "beyond"
    if kind == "recommendation":
        return "asked" if shown else "own"
    if against:
        return "against"
    if not shown:
        return "alone"
    if not rule.holds(shown):
        return "one"
    rests = [[v for v in shown if v.excerpt != out.excerpt] for out in shown]
    rests += [[v for v in shown if v.perspective != out] for out in {v.perspective for v in shown}]
    return "robust" if all(map(rule.holds, rests)) else "sides"


@once_per_study
def rules_compared(study: Study) -> pd.DataFrame:
    """Return what would be said if two sides were asked for otherwise.

    Columns: rule (in words; the one that counts comes first), two_sides (findings with two sides or more), moved (ids
    of the findings of which something else would be said, the step “whichever is left out” aside).

    >>> rules_compared(study)["rule"].tolist()[1]
    'three excerpts instead of two'

    """
    now = finding_status(study)
    rows = []
    for words, rule in {RULE_THAT_COUNTS: RULE, **OTHER_RULES}.items():
        then = finding_status(study, rule=rule)
        moved = now["finding"][then["status"].isin(TWO_SIDES) != now["status"].isin(TWO_SIDES)]
        rows.append((words, int(then["status"].isin(TWO_SIDES).sum()), tuple(moved)))
    return pd.DataFrame(rows, columns=["rule", "two_sides", "moved"])


def shown_apart(study: Study) -> tuple[str, ...]:
    """Return the findings shown from two sides of which no single part is: each side shows another part of them.

    Where an excerpt shows a finding as a whole, no part is named for it, and it stands for every part.

    >>> "F08" in shown_apart(study)
    False

    """
    status = status_of_findings(study)
    voices = _voices(study, finding_evidence(study))
    part_of = study.finding_excerpts.set_index(["finding", "excerpt"])["part"].fillna("").to_dict()

    def in_one_part(finding: str) -> bool:
        shown = voices[finding, "for"]
        parts = {part_of[finding, v.excerpt] for v in shown}
        return any(RULE.holds([v for v in shown if part_of[finding, v.excerpt] in {part, ""}]) for part in parts)

    of_two = map(str, status.index[status.isin(TWO_SIDES)])
    return tuple(finding for finding in of_two if not in_one_part(finding))


@once_per_study
def robustness(study: Study) -> pd.DataFrame:
    """Return what becomes of each finding when one excerpt, or one whole perspective, is left out.

    Only changes are listed, and “whichever is left out” counts as “two or more sides” here. Columns: finding, left_out
    (an excerpt or a perspective), what (“excerpt” or “perspective”), before, after.

    >>> print(robustness(study).query("finding == 'F37'").head(1).drop(columns="what").to_string(index=False))
    finding left_out        before                   after
        F37      E13 one side only the authors' text alone

    """
    voices = _voices(study, finding_evidence(study))
    kinds = list(study.findings[["finding", "claim", "kind"]].itertuples(index=False, name=None))

    def statuses(without: str) -> dict[str, str]:
        found = {}
        for finding, claim, kind in kinds:
            shown, against = (
                [v for v in voices.get((finding, stance), []) if without not in {v.excerpt, v.perspective}]
                for stance in ("for", "against")
            )
            status = _status(claim, kind, shown, bool(against))
            found[finding] = STATUSES["sides" if status == "robust" else status]
        return found

    before = statuses("")
    trials = [("excerpt", e) for e in study.excerpts["excerpt"]]
    trials += [("perspective", p) for p in study.sample["perspective"]]
    changes = [
        (finding, left_out, what, before[finding], after)
        for what, left_out in trials
        for finding, after in statuses(left_out).items()
        if after != before[finding]
    ]
    table = pd.DataFrame(changes, columns=["finding", "left_out", "what", "before", "after"])
    return table.sort_values(["finding", "what", "left_out"], ignore_index=True)


def ledger(study: Study) -> pd.DataFrame:
    """Return both kinds of row in one table, as recorded in `expected_ledger.csv`.

    Columns: result (short name of a published result, or id of a finding), printed, rebuilt, status. For a finding
    `printed` is empty and `rebuilt` says how many excerpts speak for and against it.

    >>> list(ledger(study).columns)
    ['result', 'printed', 'rebuilt', 'status', 'why']

    """
    results = published_results(study)[COLUMNS]
    findings = finding_status(study)
    findings = findings.assign(
        result=findings["finding"],
        printed="",
        rebuilt=[f"{r.n_for} show, {r.n_qualify} qualify, {r.n_against} against" for r in findings.itertuples()],
        why="",
    )[COLUMNS]
    return pd.concat([results, findings], ignore_index=True)


def deviations(study: Study, folder: Path) -> pd.DataFrame:
    """Return the rows of the ledger that are not as recorded in `expected_ledger.csv` of the study's folder.

    Columns: result, column, recorded, now.

    >>> len(deviations(study, study.folder))
    0

    Raises:
        LedgerError: when nothing has been recorded yet, or the file is no recorded ledger.

    """
    recorded = _recorded(folder / LEDGER)
    now = ledger(study).set_index("result")
    rows = []
    for result in [*recorded.index, *(new for new in now.index if new not in recorded.index)]:
        for column in now.columns:
            was = recorded[column].get(result, "(no row)") if column in recorded else "(no column)"
            now_is = now[column].get(result, "(no row)")
            if was != now_is:
                rows.append((result, column, was, now_is))
    return pd.DataFrame(rows, columns=["result", "column", "recorded", "now"])


def _recorded(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
    except FileNotFoundError:
        raise LedgerError(f"{path}: nothing is recorded yet; --record writes it") from None
    except (OSError, ValueError) as error:  # pandas' own errors and wrong encodings are ValueErrors
        raise LedgerError(f"{path}: cannot be read ({error}); --record writes it anew") from None
    if list(table.columns) != COLUMNS or table["result"].duplicated().any():
        raise LedgerError(f"{path}: is no recorded ledger, with a row for each result; --record writes it anew")
    return table.set_index("result")


def record(study: Study, folder: Path) -> Path:
    """Write the ledger to `expected_ledger.csv` in the study's folder; return the file."""
    path = folder / LEDGER
    write_whole(path, ledger(study).to_csv(index=False, lineterminator="\n"))
    return path
