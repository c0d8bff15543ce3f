"""The report's tables: one function each, from a study to a captioned table.

Captions state the finding; every number in them is computed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pandas as pd

from kodebog.analysis import agreement, coding, evidence, factors, ledger, sample, typology
from kodebog.edition import _, decimal, noop
from kodebog.report.display import CodeLinks, Rungs, Table, Told, Voices, escape, speakers
from kodebog.report.wording import (
    in_both,
    in_words,
    joined,
    known,
    labels,
    lang,
    leading,
    listed,
    of,
    other_language,
    reading_name,
    told,
)
from kodebog.study import Study

FOLDED = "kodebog-folded"
"""Look of a table that a screen shows when it is asked for: its caption says what it shows."""


def questions(study: Study) -> Table:
    """Return the research questions with the sections that answer them and the number of findings."""
    found = study.findings[study.findings["kind"] != "research"]
    sections, names = labels(study, "sections"), in_both(study, "questions")
    where = {q: [s for s in sections if s in set(rows["section"])] for q, rows in found.groupby("question")}
    rows = [
        (
            f"{question} {names[question]}",
            text,
            tuple(sections[s] for s in where[question]),
            int((found["question"] == question).sum()),
        )
        for question, text in zip(study.questions["question"], told(study.questions, "text"), strict=True)
    ]
    columns = [_("Question"), _("In this report's words"), _("Answered in"), _("Findings")]
    frame = pd.DataFrame(rows, columns=columns)
    caption = _("The main question and its {n} sub-questions, and where the report answers them")
    return Table(frame, caption.format(n=in_words(len(frame) - 1)), "tab-questions", (22, 38, 28, 12), stub=True)


def concepts(study: Study, sections: list[str] | None = None) -> Table:
    """Return the concepts that the article takes from earlier work, with the works, for some sections or all."""
    rows = study.literature if sections is None else study.literature[study.literature["section"].isin(sections)]
    ours, theirs = (study.labels("concepts", name) for name in (("da", "en") if lang() == "da" else ("en", "da")))
    places = labels(study, "sections")
    where = rows.groupby("concept")["section"].agg(lambda found: tuple(s for s in places if s in set(found)))
    frame = pd.DataFrame(
        [(ours[str(c)], theirs[str(c)], w, tuple(places[s] for s in where[str(c)])) for c, w in _works(rows).items()],
        columns=[_("Concept"), other_language(), _("Works cited for it, here or elsewhere"), _("In")],
    )
    caption = _("{n} concepts, carried by {works} works; author and year as cited in the article")
    caption = caption.format(n=len(frame), works=rows["work"].nunique())
    return Table(frame, caption, "tab-concepts", (24, 24, 36, 16), stub=True)


def _works(literature: pd.DataFrame) -> pd.Series[str]:
    """Return the works cited for each concept, in an order of our own: a list in the article's order is its wording."""
    ours = {"surname": literature["authors"].str.split(r",| &| et al", regex=True).str[0]}
    ours["names"] = literature["authors"].str.len() + 99 * literature["authors"].str.contains("et al")
    rows = literature.assign(**ours).sort_values(["surname", "names", "year"], ascending=False)
    pages = rows.groupby(["concept", "work"])["pages"].transform("first")  # a work cited twice has them once
    cited = rows["authors"] + " " + rows["year"] + (": " + pages).fillna("")
    named = cited.groupby(rows["concept"]).unique()
    named = named.map(lambda works: joined(filter(None, ["; ".join(works[:-1]), works[-1]])))
    return named.reindex(literature["concept"].unique())


def sample_and_print(study: Study) -> Table:
    """Return interviews held beside excerpts printed, by perspective."""
    rows, names = sample.sample_against_print(study, lang()), in_both(study, "sample")
    frame = pd.DataFrame(
        {
            _("Perspective"): rows["perspective"].map(names),
            _("Interviews"): [of(r.interviews, r.interviews_total) for r in rows.itertuples()],
            _("Excerpts"): [of(r.excerpts, r.excerpts_total) for r in rows.itertuples()],
            _("Excerpts, in proportion"): [decimal(float(str(r.expected))) for r in rows.itertuples()],
            _("Words printed"): rows["words"],
        }
    )
    ahead = rows[rows["excerpts"] > rows["expected"]]["label"].str.lower()
    caption = _("The article prints more excerpts of the {who} perspective than its share of interviews would give")
    return Table(frame, caption.format(who=joined(ahead)), "tab-sample", (30, 17, 17, 20, 16), stub=True, look=FOLDED)


def differing_labels(study: Study) -> Table:
    """Return the excerpts whose speaker the running text calls otherwise than the label does."""
    rows = sample.labels_that_differ(study)
    frame = pd.DataFrame(
        {
            _("Excerpt"): rows["excerpt"],
            _("Printed label"): rows["role_printed"],
            _("In the text"): rows["role_in_text"],
            _("Perspective used here"): rows["perspective"].map(labels(study, "sample")),
        }
    )
    caption = _("In {of} excerpts the running text and the printed label name the speaker differently")
    return Table(frame, caption.format(of=of(len(frame), len(study.excerpts))), "tab-labels")


def coverage(study: Study) -> Table:
    """Return policy areas with the initiatives and excerpts that the article shows of them."""
    rows = sample.coverage(study, lang())
    cases, areas = labels(study, "cases"), in_both(study, "policy_areas")
    frame = pd.DataFrame(
        {
            _("Policy area"): [areas.get(str(r.area), str(r.label)) for r in rows.itertuples()],
            _("Initiatives"): [tuple(cases[c] for c in r) for r in rows["cases"]],
            _("Excerpts"): rows["excerpts"],
            _("Shown"): rows["shown"].map(known),
        }
    )
    named = rows[rows["area"] != ""]
    silent = int((named["shown"] == "named only").sum())
    caption = _("{of} policy areas that the article names have neither an initiative nor an excerpt in it")
    return Table(frame, caption.format(of=of(silent, len(named))), "tab-coverage", (36, 26, 18, 20), stub=True)


SHOWN = (noop("initiative and excerpt"), noop("initiative only"), noop("excerpt only"), noop("named only"))
"""What `kodebog.analysis.sample.coverage` says of a policy area."""


def initiatives(study: Study) -> Table:
    """Return the initiatives with practice, description and excerpts."""
    tied = study.excerpts.dropna(subset=["case"]).groupby("case")["excerpt"].agg(tuple)
    frame = pd.DataFrame(
        {
            _("Initiative"): study.cases["case"].map(in_both(study, "cases")),
            _("Practice"): study.cases["practice"].map(labels(study, "codes")).fillna(_("none")),
            _("What it is"): told(study.cases, "description"),
            _("Excerpts"): [tied.get(c, ()) for c in study.cases["case"]],
        }
    )
    caption = _("{n} initiatives; the article prints an excerpt from {of}")
    caption = caption.format(n=len(frame), of=of(len(tied), len(frame)))
    return Table(frame, caption, "tab-initiatives", (24, 18, 42, 16), stub=True)


IN_WORDS = {
    "same": "",
    "only printed": noop("in the printed table alone"),
    "only rebuilt": noop("not in the printed table"),
}
"""What is said of an entry of the typology, by where it stands."""


def typology_table(study: Study) -> Table:
    """Return the rebuilt typology as the article lays it out, a mark for each excerpt behind an entry.

    Where print and data differ the entry says so; where no excerpt stands behind it, too.
    """
    entries = typology.compare_with_print(study)
    codes, families, order = labels(study, "codes"), labels(study, "families"), _by_speaker(study)

    def entry(row: Any) -> Voices:
        why = "" if row.excerpts or row.status == "only printed" else _("as the text describes initiatives")
        aside = "; ".join(filter(None, [IN_WORDS[row.status] and known(IN_WORDS[row.status]), why]))
        note = codes[row.code] + (f" ({aside})" if aside else "")
        return Voices(tuple(sorted(row.excerpts, key=order)), note=note)

    cells = {
        cell: tuple(map(entry, part.itertuples()))
        for cell, part in entries.groupby(["dimension", "practice"], sort=False)
    }
    columns = {codes[p]: [cells.get((d, p), ()) for d in study.dimensions] for p in study.types}
    frame = pd.DataFrame({_("Focus on"): [families[d] for d in study.dimensions], **columns})
    both = int((entries["status"] == "same").sum())
    voices = {excerpt for excerpts in entries["excerpts"] for excerpt in excerpts}
    spoken = study.excerpts["perspective"][study.excerpts["excerpt"].isin(voices)].value_counts()
    people = ", ".join(f"{label.lower()} {spoken.get(key, 0)}" for key, label in labels(study, "sample").items())
    caption = _(
        "The typology, rebuilt: {of} printed entries come out again. Who speaks in the {n} excerpts behind it: {people}"
    )
    caption = caption.format(of=of(both, len(study.published_typology)), n=len(voices), people=people)
    widths, look, legend = (16, 28, 28, 28), "kodebog-voices kodebog-columns", _legend(study)
    return Table(frame, caption, "tab-typology", widths, stub=True, look=look, legend=legend)


def factor_table(study: Study, caption: str, *families: str) -> Table:
    """Return the summary of a code family, or of several: who speaks for each factor, and who against it.

    `caption` is translated, if it has a translation. In it, `{most}` stands for the factors with most excerpts, `{n}`
    for how many these have, `{N}` for all printed excerpts and `{count}` for the number of factors.
    """
    rows = pd.concat(
        [factors.factor_summary(study, family, lang()).assign(family=family) for family in families], ignore_index=True
    )
    names, order = in_both(study, "codes"), _by_speaker(study)
    frame = pd.DataFrame(
        {
            _("Factor"): [f"{'– ' * int(str(r.level))}{names[str(r.code)]}" for r in rows.itertuples()],
            _("Code family"): rows["family"].map(labels(study, "families")),
            _("Printed excerpts"): [
                Voices(tuple(sorted(r.excerpts, key=order)), against=r.excerpts_against) for r in rows.itertuples()
            ],
        }
    )
    widths: tuple[int, ...] = (45, 20, 35)
    if len(families) == 1:
        frame, widths = frame.drop(columns=_("Code family")), (50, 50)
    top, n = leading(rows["label"], rows["n"])
    count = int((rows["level"] == 0).sum())
    words = known(caption).format(most=top, n=n, N=len(study.excerpts), count=count)
    crossed = ["against"] if rows["excerpts_against"].map(len).any() else []
    name, legend = f"tab-{'-'.join(families)}", _legend(study, *crossed)
    return Table(frame, words, name, widths, stub=True, look="kodebog-voices", legend=legend)


MANNERS = {
    "wished": noop("hollow: under what the article lists as a wish"),
    "against": noop("crossed: speaks against it"),
}
"""Marks of excerpts that do not simply speak for something, and what they mean."""


def _legend(study: Study, *manners: str) -> str:
    """What the marks of excerpts mean, as MyST."""
    people, looks = labels(study, "sample"), speakers(study)
    keys = [*((f"{looks[p]} .of-{p}", people[p]) for p in looks), *((m, known(MANNERS[m])) for m in manners)]
    return " ".join(f"[{escape(words)}]{{.kodebog-key .{name}}}" for name, words in keys)


def _by_speaker(study: Study) -> Callable[[str], tuple[int, str]]:
    """Return the order of marks: by perspective, then by excerpt."""
    order = {perspective: i for i, perspective in enumerate(study.sample["perspective"])}
    speaker = study.excerpts.set_index("excerpt")["perspective"].map(order).to_dict()
    return lambda excerpt: (speaker[excerpt], excerpt)


def both_sides(study: Study, name: str = "tab-both-sides") -> Table:
    """Return what hinders and what helps or is wished for, theme by theme, a mark for each excerpt."""
    about = study.themes.fillna("").set_index("theme").astype("str")
    names, short = in_both(study, "themes"), labels(study, "themes")
    found = []
    for theme, sides in factors.voices_by_theme(study).groupby("theme", sort=False):
        hinders, helps = (
            Voices((*r.there, *r.wished), frozenset(r.wished), r.against, about.loc[theme, f"{r.side}_{lang()}"])
            for r in sides.itertuples()
        )
        found.append((str(theme), hinders, helps))
    frame = pd.DataFrame(
        [(names[theme], hinders, helps) for theme, hinders, helps in found],
        columns=[_("Theme"), _("Hinders"), _("Helps, or is wished for")],
    )
    double = sum(bool(hinders.excerpts and helps.excerpts) for _theme, hinders, helps in found)
    lone = [short[theme] for theme, hinders, helps in found if hinders.excerpts and not helps.excerpts]
    nothing = _("; under {themes} no excerpt tells of help").format(themes=listed(lone)) if lone else ""
    marks = _("Each mark is a printed excerpt, by where the article places it or by what it says")
    caption = _("{of} themes stand on both sides{nothing}. {marks}")
    caption = caption.format(of=of(double, len(found)), nothing=nothing, marks=marks)
    legend = _legend(study, *MANNERS)
    look = "kodebog-voices kodebog-mirror"
    return Table(frame, caption, name, (28, 32, 40), stub=True, look=look, legend=legend)


def research_findings(study: Study) -> Table:
    """Return what the article says of its relation to earlier research, with the works it names for that."""
    rows = evidence.findings_with_evidence(study, lang())
    rows = rows[rows["kind"] == "research"]
    cited = _works(study.literature)
    status = rows["finding"].map(ledger.status_of_findings(study))
    frame = pd.DataFrame(
        {
            _("Finding"): rows["finding"],
            _("Claim"): rows["statement"],
            _("Cited for this concept"): [cited.get(c, "") if isinstance(c, str) else "" for c in rows["concept"]],
            _("Shown by"): rows["excerpts"],
            _("Status"): status.map(known),
        }
    )
    open_ = int((status == ledger.STATUSES["beyond"]).sum())
    caption = _("{of} claims about research are beyond what excerpts can show; they need the other studies")
    return Table(frame, caption.format(of=of(open_, len(frame))), "tab-research", (9, 36, 25, 12, 18))


def recommendations(study: Study) -> Table:
    """Return the recommendations with the findings they answer and the excerpts that ask for them."""
    rows = evidence.findings_with_evidence(study, lang()).set_index("finding")
    basis = study.finding_basis.groupby("finding")["rests_on"].agg(tuple)
    chosen = rows[rows["kind"] == "recommendation"]
    frame = pd.DataFrame(
        {
            _("Finding"): chosen.index,
            _("Recommendation"): chosen["statement"],
            _("Answers"): [basis.get(f, ()) for f in chosen.index],
            _("Excerpts that ask for it"): chosen["excerpts"],
            _("Excerpts behind the findings"): [
                tuple(sorted({e for b in basis.get(f, ()) for e in rows.loc[b, "excerpts"]})) for f in chosen.index
            ],
        }
    ).reset_index(drop=True)
    bare = int((chosen["excerpts"].map(len) == 0).sum())
    caption = _("All recommendations answer findings; for {of} no printed excerpt asks for the measure itself")
    return Table(frame, caption.format(of=of(bare, len(frame))), "tab-recommendations", (9, 37, 16, 16, 22))


def _from_two_sides(status: pd.Series[str]) -> int:
    return int(status.isin(ledger.TWO_SIDES).sum())


RESULTS = (noop("same"), noop("differs"), noop("not checkable"))
"""What `kodebog.analysis.ledger.published_results` says of a result."""


def results(study: Study) -> Table:
    """Return the published lists, cells and numbers that can be compared with what the data give.

    A row each for those that differ; those that come out the same, and those that nothing bears on, are named together.
    """
    rows = ledger.published_results(study, lang())
    same, differs, open_ = (rows[rows["status"] == status] for status in RESULTS)
    compared = len(same) + len(differs)
    each = list(differs[["what", "printed", "rebuilt", "status", "why"]].itertuples(index=False))
    together = [
        (
            words.format(n=len(part)),
            "",
            "",
            status,
            ". ".join(filter(None, ["; ".join(part["what"]), *part["why"].unique()])),
        )
        for status, part, words in ((RESULTS[0], same, _("{n} lists and cells")), (RESULTS[2], open_, _("{n} numbers")))
        if len(part)
    ]
    columns = [_("Published result"), _("Printed"), _("Rebuilt"), _("Status"), _("Why")]
    frame = pd.DataFrame([*each, *together], columns=columns)
    frame[_("Status")] = frame[_("Status")].map(known)
    caption = _("{of} printed lists and cells come out entry for entry").format(of=of(len(same), compared))
    return Table(frame, caption, "tab-results", (34, 12, 12, 13, 29), stub=True)


def transcribed(study: Study) -> Table:
    """Return the printed numbers that were typed from the same sentence on both sides: they prove nothing."""
    rows = ledger.published_results(study, lang())
    rows = rows[rows["status"] == "transcribed"]
    frame = pd.DataFrame({_("Number"): rows["what"], _("Printed, and in the data"): rows["printed"]})
    caption = _("{n} numbers are typed from the same sentence on both sides; that they agree proves nothing")
    return Table(frame, caption.format(n=len(frame)), "tab-transcribed", (60, 40), stub=True, look=FOLDED)


def findings(study: Study) -> Table:
    """Return every finding with its status, the codes that it asserts, and what it rests on."""
    rows = evidence.findings_with_evidence(study, lang())
    order = _by_speaker(study)
    status = rows["finding"].map(ledger.status_of_findings(study))
    cases, sections, codes = (labels(study, table) for table in ("cases", "sections", "codes"))
    asserted = study.finding_codes.groupby("finding")["code"].agg(list)

    def aside(row: Any) -> tuple[str | CodeLinks, ...]:
        initiatives = _("all initiatives") if len(row.cases) == len(cases) else ", ".join(cases[c] for c in row.cases)
        links = CodeLinks(tuple((code, codes[code]) for code in asserted.get(row.finding, ())))
        of_them = _("told of: {initiatives}").format(initiatives=initiatives) if initiatives else ""
        return sections[row.section], links, of_them

    def voices(row: Any) -> Voices:
        return Voices(tuple(sorted(row.excerpts, key=order)), against=row.against)

    frame = pd.DataFrame(
        {
            _("Finding"): rows["finding"],
            _("Statement"): [Told(row.statement, aside(row)) for row in rows.itertuples()],
            _("In print"): status.map(known),
            _("Voices"): [voices(row) if row.excerpts or row.against else "" for row in rows.itertuples()],
            _("Qualified by"): rows["qualified"],
        }
    )
    caption = _("{of} findings are shown from two or more sides by printed excerpts")
    caption = caption.format(of=of(_from_two_sides(status), len(frame)))
    widths, look, legend = (10, 44, 16, 18, 12), "kodebog-voices kodebog-ledger", _legend(study)
    return Table(frame, caption, "tab-findings", widths, stub=True, look=look, legend=legend, anchors=True)


def ladder(study: Study) -> Table:
    """Return the ladder of evidence: a rung for each status and when it is given; the findings on it, by question."""
    rows = ledger.finding_status(study).merge(study.findings[["finding", "question"]], on="finding")
    questions = {key: label for key, label in labels(study, "questions").items() if key in set(rows["question"])}
    share = rows["question"].value_counts(normalize=True)

    def rung(words: str, key: str) -> list[Told | Rungs | str]:
        on_it = rows[rows["status"] == words].groupby("question")["finding"].agg(tuple)
        head = Told(f"{known(words)} ({on_it.map(len).sum()})", (known(ledger.STATUS_RULES[key]),))
        return [head, *(Rungs(on_it[q], key) if q in on_it else "" for q in questions)]

    frame = pd.DataFrame(
        [rung(words, key) for key, words in ledger.STATUSES.items()], columns=[_("In print"), *questions.values()]
    )
    alone = int((rows["status"] == ledger.STATUSES["alone"]).sum())
    caption = _(
        "The ladder of evidence: {sides} findings are shown from two or more "
        "sides; for {alone} the authors' text alone stands"
    ).format(sides=of(_from_two_sides(rows["status"]), len(rows)), alone=of(alone, len(rows)))
    longest = {question: max(map(len, label.split())) for question, label in questions.items()}
    widths = (30, *(max(12, round(1.4 * longest[q]), round(70 * share[q])) for q in questions))  # a word fits its head
    return Table(frame, caption, "tab-ladder", widths, stub=True, look="kodebog-ladder")


def robustness(study: Study) -> Table:
    """Return what becomes of each finding when one excerpt, or one whole perspective, is left out."""
    changes = ledger.robustness(study)
    people = labels(study, "sample")
    names = told(study.findings.set_index("finding"), "statement")
    status = ledger.status_of_findings(study)

    def lost(finding: str, what: str) -> str:
        rows = changes[(changes["finding"] == finding) & (changes["what"] == what)]
        falls = rows.groupby("after", sort=False)["left_out"].agg(list)
        return "; ".join(f"{', '.join(people.get(x, x) for x in out)} → {known(str(to))}" for to, out in falls.items())

    shown = [f for f in names.index if f in set(changes["finding"])]
    frame = pd.DataFrame(
        {
            _("Finding"): shown,
            _("Statement"): [names[f] for f in shown],
            _("Status"): [known(status[f]) for f in shown],
            _("Without the excerpt"): [lost(f, "excerpt") for f in shown],
            _("Without the perspective"): [lost(f, "perspective") for f in shown],
        }
    )
    firm = int((status == ledger.STATUSES["robust"]).sum())
    caption = _(
        "{of} findings shown from two or more sides stay so whichever excerpt or "
        "perspective is left out; the {n} findings listed here change"
    ).format(of=of(firm, _from_two_sides(status)), n=len(shown))
    return Table(frame, caption, "tab-robustness", (9, 34, 13, 22, 22), look=FOLDED)


RELATIONS = (noop("shows"), noop("qualifies"), noop("speaks against"))
"""How an excerpt can bear on a finding."""


def judgements(study: Study) -> Table:
    """Return every judgement that an excerpt bears on a finding: which part, how, and why."""
    rows = study.finding_excerpts[study.finding_excerpts["relation"] != "no"]
    frame = pd.DataFrame(
        {
            _("Finding"): rows["finding"],
            _("Excerpt"): rows["excerpt"],
            _("Relation"): rows["relation"].map(known),
            _("Part"): told(rows, "part"),
            _("Why"): told(rows, "why"),
        }
    )
    refused = int((study.finding_excerpts["relation"] == "no").sum())
    caption = _("{n} judgements that an excerpt bears on a finding; {refused} pairs were judged not to, for a reason")
    return Table(frame, caption.format(n=len(rows), refused=refused), "tab-judgements", (9, 9, 15, 22, 45))


def excerpts(study: Study) -> Table:
    """Return all printed excerpts: what is said, by whom, where, with which codes, and the findings that rest on it.

    Where the study has been woven with the article's own words, these stand below the gist.
    """
    people, sections, cases, codes = (labels(study, t) for t in ("sample", "sections", "cases", "codes"))
    given = study.excerpt_codes.drop_duplicates(["excerpt", "code"])
    by = {
        excerpt: CodeLinks(
            tuple((code, codes[code]) for code in dict.fromkeys(part["code"])),
            frozenset(part.loc[part["stance"] == "against", "code"]),
        )
        for excerpt, part in given.groupby("excerpt")
    }
    rests = evidence.finding_evidence(study)
    rests = rests[rests["source"] == "excerpt"].groupby("id")["finding"].agg(lambda f: tuple(sorted(set(f))))
    e = study.excerpts
    gist = told(e, "gist")
    said = gist if "wording" not in e else gist + " – ” " + e["wording"] + " ”"
    opening = _("{section}: “{opening} …”")
    frame = pd.DataFrame(
        {
            _("Excerpt"): e["excerpt"],
            _("What is said"): said,
            _("Who"): [
                _spoken_by(people[p], r) + (f", {cases[c]}" if isinstance(c, str) else "")
                for p, r, c in zip(e["perspective"], e["role_printed"], e["case"], strict=True)
            ],
            _("Place"): [
                opening.format(section=sections[s], opening=o) for s, o in zip(e["section"], e["opening"], strict=True)
            ],
            _("Codes"): e["excerpt"].map(by),
            _("Findings"): [rests.get(x, ()) for x in e["excerpt"]],
        }
    )
    caption = _("The {n} printed excerpts, in the order of printing").format(n=len(frame))
    widths = (10, 26, 16, 16, 19, 13)
    return Table(frame, caption, "tab-excerpts", widths, stub=True, anchors=True, look="kodebog-cards")


def _spoken_by(perspective: str, role: str) -> str:
    """The perspective, with the printed role where that is another word."""
    return perspective if role == perspective.casefold() else f"{perspective} ({role})"


def limits(study: Study) -> Table:
    """Return what cannot be computed from what is public, and which data would make it possible."""
    n, total = len(study.excerpts), int(study.sample["interviews"].sum())
    rows = [
        (
            _("How many interviewees hold a view"),
            _("{n} excerpts are chosen; the interviews are not public").format(n=n),
            _("Coded transcripts of the {total} interviews").format(total=total),
        ),
        (
            _("Whether new interviews still added themes (saturation)"),
            _("The order in which themes appeared is not reported"),
            _("Dated coding of each interview"),
        ),
        (
            _("How what was studied differs from what was not"),
            _("The top picked the initiatives to show the direction it wanted; management had ordered the analysis"),
            _("Initiatives chosen by others, those given up among them"),
        ),
        (
            _("How opinions spread within a perspective"),
            _("Excerpts carry a role, not a person"),
            _("A pseudonym for each respondent"),
        ),
        (
            _("How far two coders agree on the article's own coding"),
            _("The original codes and coders are not reported"),
            _("Two independent codings of the same transcripts"),
        ),
        (
            _("How the workshop changed the findings"),
            _("Only that it validated the main points is reported"),
            _("Notes from the workshop"),
        ),
    ]
    frame = pd.DataFrame(rows, columns=[_("What cannot be computed"), _("Because"), _("What would enable it")])
    caption = _("{n} things that no reading of the printed article can settle").format(n=len(frame))
    return Table(frame, caption, "tab-limits", (34, 33, 33), stub=True)


def _interval(value: float, low: float, high: float) -> str:
    """A coefficient with its interval."""
    words = _("{value} ({low} to {high})")
    return words.format(value=decimal(value, 2), low=decimal(low, 2), high=decimal(high, 2))


def agreement_of_readings(study: Study) -> Table:
    """Return how far each two readings agree, before anything was settled."""
    rows = agreement.agreement_of_pairs(study)
    whole = agreement.agreement_by_family(study).iloc[0]
    frame = pd.DataFrame(
        {
            _("Readings"): [joined([reading_name(r.one), r.other.removeprefix("reading-")]) for r in rows.itertuples()],
            _("Both give"): rows["both"],
            _("Either gives"): rows["either"],
            _("Cohen’s κ"): [_interval(r.kappa, r.low, r.high) for r in rows.itertuples()],
        }
    )
    caption = _("The readings agree beyond chance, and not fully: Krippendorff’s α of all is {alpha}")
    caption = caption.format(alpha=_interval(whole["alpha"], whole["low"], whole["high"]))
    return Table(frame, caption, "tab-agreement", (34, 18, 18, 30), stub=True)


def agreement_by_family(study: Study) -> Table:
    """Return how far all readings agree, for each family of codes."""
    rows = agreement.agreement_by_family(study).iloc[1:]
    families = labels(study, "families")
    frame = pd.DataFrame(
        {
            _("Family of codes"): rows["family"].map(families),
            _("All give"): rows["all"],
            _("Any gives"): rows["any"],
            _("Krippendorff’s α"): [_interval(r.alpha, r.low, r.high) for r in rows.itertuples()],
        }
    )
    least = rows.loc[rows["alpha"].idxmin()]
    caption = _("Agreement is lowest for the family “{family}”, with α {alpha}")
    caption = caption.format(family=families[least["family"]], alpha=decimal(least["alpha"], 2))
    return Table(frame, caption, "tab-agreement-families", (34, 18, 18, 30), stub=True)


def _but_none(n: int) -> int | str:
    """A count; nothing where there is nothing to count, which the eye passes over more easily than a zero."""
    return n or ""


WAYS = {
    "now": noop("All that counts"),
    "placed": noop("Placing alone"),
    "content": noop("Agreed content alone"),
}
"""Whose codings count, as heads of columns."""


def statuses_by_reading(study: Study) -> Table:
    """Return how many findings have each status, by whose codings count."""
    statuses = agreement.statuses_by_reading(study)
    counts = agreement.status_counts(statuses)
    moved = statuses.drop(columns=["finding", "now"]).ne(statuses["now"], axis=0).sum()
    readings = moved.drop(["placed", "content"])
    frame = counts.rename(columns=lambda way: known(WAYS[way]) if way in WAYS else reading_name(way), index=known)
    frame = frame.map(_but_none).rename_axis(index=_("In print"), columns=None).reset_index()
    caption = _(
        "By the article’s own placing alone, something else would be said of {of} "
        "findings; by any one reading alone, of at most {most}"
    ).format(of=of(moved["placed"], len(statuses)), most=readings.max())
    return Table(frame, caption, "tab-readings", (28, *[72 // (frame.shape[1] - 1)] * (frame.shape[1] - 1)), stub=True)


def moved_by_reading(study: Study) -> Table:
    """Return the findings of which something else would be said if one reading of content alone counted."""
    statuses = agreement.statuses_by_reading(study)
    readings = [way for way in statuses.columns if way not in {"finding", "now", "placed"}]
    statement = told(study.findings.set_index("finding"), "statement")
    rows = []
    for row in statuses.itertuples():
        other = {way: str(statuses.loc[row.Index, way]) for way in readings}
        for after in dict.fromkeys(s for s in other.values() if s != row.now):
            by = [
                _("agreed content") if way == "content" else reading_name(way).casefold()
                for way, s in other.items()
                if s == after
            ]
            rows.append((row.finding, statement[str(row.finding)], known(str(row.now)), known(after), ", ".join(by)))
    frame = pd.DataFrame(rows, columns=[_("Finding"), _("Statement"), _("Now"), _("Would be"), _("By")])
    caption = _("Findings that hang on which reading of content counts: {n}").format(n=frame.iloc[:, 0].nunique())
    return Table(frame, caption, "tab-moved", (9, 35, 20, 20, 16))


def placed_without_content(study: Study) -> Table:
    """Return where the article places an excerpt and the excerpt's own words do not speak of it."""
    rows = coding.placed_against_content(study)
    placed, both = int(rows["placed"].map(len).sum()), int(rows["both"].map(len).sum())
    apart = rows[rows["only_placed"].map(len) > 0]
    names = labels(study, "codes")
    frame = pd.DataFrame({_("Placed under"): apart["code"].map(names), _("Excerpts"): apart["only_placed"]})
    caption = _("{of} placings are borne out by what the excerpt says; these are not").format(of=of(both, placed))
    return Table(frame, caption, "tab-placed", (70, 30), stub=True)


def other_rules(study: Study) -> Table:
    """Return what would be said if two sides were asked for otherwise."""
    rows = ledger.rules_compared(study)
    words = rows["rule"].map(known)
    frame = pd.DataFrame(
        {
            _("Rule"): words.str.capitalize(),
            _("Findings with two sides"): rows["two_sides"],
            _("Other than now"): rows["moved"],
        }
    )
    most = rows["moved"].map(len).idxmax()
    caption = _("The most hangs on this: with {rule}, {n} findings change")
    caption = caption.format(rule=words[most], n=len(rows.loc[most, "moved"]))
    return Table(frame, caption, "tab-rules", (40, 25, 35), stub=True)


def voices(study: Study) -> Table:
    """Return how many people can be behind the printed excerpts, at most."""
    rows = sample.voices_at_most(study)
    frame = pd.DataFrame(
        {
            _("Perspective"): rows["perspective"].map(labels(study, "sample")),
            _("Interviewees"): rows["interviews"],
            _("Excerpts"): rows["excerpts"],
            _("People, at most"): rows["at_most"],
        }
    )
    caption = _("At most {people} people speak in the {n} excerpts")
    caption = caption.format(people=rows["at_most"].sum(), n=len(study.excerpts))
    return Table(frame, caption, "tab-voices", (34, 22, 22, 22), stub=True)


EFFECTS = {"supports": noop("Helps"), "wished": noop("Is wished for"), "hinders": noop("Hinders")}
"""What a factor can do, as heads of rows."""


def effects(study: Study) -> Table:
    """Return how many excerpts of each perspective speak of what helps, what is wished for and what hinders."""
    rows, people = factors.effects_by_perspective(study), labels(study, "sample")
    frame = rows.rename(index=lambda effect: known(EFFECTS[effect]), columns=people).map(_but_none)
    frame = frame.rename_axis(index=_("What it does"), columns=None).reset_index()
    silent = [people[p].casefold() for p in rows.columns if rows[p].sum() == rows.loc["supports", p]]
    caption = _("Every perspective is printed on what helps and on what hinders")
    if silent:
        caption = _("The {who} perspective is printed on what helps alone").format(who=joined(silent))
    return Table(frame, caption, "tab-effects", (34, 22, 22, 22), stub=True)


def grounds(study: Study) -> Table:
    """Return the entries of the typology that rest on a single ground."""
    rows = typology.grounds(study)
    lone = rows[rows["grounds"].map(len) == 1]
    codes, families = labels(study, "codes"), labels(study, "families")
    frame = pd.DataFrame(
        {
            _("Entry"): lone["code"].map(codes),
            _("Practice"): lone["practice"].map(codes),
            _("Row"): lone["dimension"].map(families),
            _("Rests on"): lone["grounds"],
        }
    )
    caption = _("{of} entries that print and data share hang on one excerpt").format(of=of(len(lone), len(rows)))
    return Table(frame, caption, "tab-grounds", (34, 22, 24, 20), stub=True)


def _items(name: str) -> int:
    """How many items of a standard a row is about.

    >>> _items("COREQ 2–5"), _items("SRQR 4"), _items("COREQ 20, 22")
    (4, 1, 2)

    """
    ranges = re.findall(r"(\d+)(?:–(\d+))?", name)
    return sum(int(last or first) - int(first) + 1 for first, last in ranges)


def design(study: Study) -> Table:
    """Return what the article reports of how the study was done, by the items of two reporting standards."""
    rows = study.design
    items = rows["item"].map(_items)
    silent = int(items[rows["value_en"] == "not reported"].sum())
    frame = pd.DataFrame(
        {
            _("Item"): rows["item"],
            _("Asked for"): told(rows, "label"),
            _("Reported"): told(rows, "value"),
            _("In"): rows["section"].map(labels(study, "sections")).fillna(""),
        }
    )
    caption = _("On {of} items of COREQ and SRQR the article reports nothing").format(of=of(silent, int(items.sum())))
    return Table(frame, caption, "tab-design", (12, 30, 40, 18), stub=True)


BORNE = (noop("borne out"), noop("in part"), noop("added"))
"""What the study makes of an element of earlier research."""


def crosswalk(study: Study) -> Table:
    """Return what earlier research holds against what the study finds."""
    works = study.literature.drop_duplicates("work").set_index("work")
    named = works["authors"] + " " + works["year"]
    findings = study.element_findings.groupby("element")["finding"].agg(tuple)
    rows = study.elements
    frame = pd.DataFrame(
        {
            _("Earlier research"): told(rows, "label"),
            _("From"): rows["work"].map(named).fillna(_("added by the study")),
            _("The study"): rows["relation"].map(known),
            _("Findings"): [findings.get(e, ()) for e in rows["element"]],
            _("Why"): told(rows, "why"),
        }
    )
    borne = int((rows["relation"] == "borne out").sum())
    earlier = int(rows["work"].notna().sum())
    caption = _(
        "{of} elements of earlier research are borne out in full by what the article reports; "
        "{added} points the study adds"
    ).format(of=of(borne, earlier), added=int((rows["relation"] == "added").sum()))
    return Table(frame, caption, "tab-crosswalk", (28, 18, 12, 14, 28), stub=True)
