"""The report's tables: one function each, from a study to a captioned table.

Captions state the finding; every number in them is computed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from kodebog.analysis import agreement, coding, evidence, factors, ledger, sample, typology
from kodebog.report.display import CodeLinks, Rungs, Table, Told, Voices, escape
from kodebog.report.wording import in_words, leading, listed, of, reading_name
from kodebog.study import Study
from kodebog.study.rules import DIMENSIONS


def questions(study: Study) -> Table:
    """Return the research questions with the sections that answer them and the number of findings."""
    found = study.findings[study.findings["kind"] != "research"]
    sections = study.labels("sections")
    where = {q: [s for s in sections if s in set(rows["section"])] for q, rows in found.groupby("question")}
    rows = [
        (
            f"{q.question} {q.label_en} ({q.label_da})",
            q.text_en,
            tuple(sections[s] for s in where[str(q.question)]),
            int((found["question"] == q.question).sum()),
        )
        for q in study.questions.itertuples()
    ]
    frame = pd.DataFrame(rows, columns=["Question", "In this report's words", "Answered in", "Findings"])
    return Table(
        frame,
        f"The main question and its {in_words(len(frame) - 1)} sub-questions, and where the report answers them",
        "tab-questions",
        (22, 38, 28, 12),
        stub=True,
    )


def concepts(study: Study, sections: list[str] | None = None) -> Table:
    """Return the concepts that the article takes from earlier work, with the works, for some sections or all."""
    rows = study.literature if sections is None else study.literature[study.literature["section"].isin(sections)]
    names = {r.concept: (r.label_en, r.label_da) for r in study.concepts.itertuples()}
    labels = study.labels("sections")
    where = rows.groupby("concept")["section"].agg(lambda found: tuple(s for s in labels if s in set(found)))
    frame = pd.DataFrame(
        [(*names[str(c)], w, tuple(labels[s] for s in where[str(c)])) for c, w in _works(rows).items()],
        columns=["Concept", "Dansk", "Works cited for it, here or elsewhere", "In"],
    )
    caption = (
        f"{len(frame)} concepts, carried by {rows['work'].nunique()} works; author and year as cited in the article"
    )
    return Table(frame, caption, "tab-concepts", (24, 24, 36, 16), stub=True)


def _works(literature: pd.DataFrame) -> pd.Series[str]:
    """Return the works cited for each concept, in an order of our own: a list in the article's order is its wording."""
    ours = {"surname": literature["authors"].str.split(r",| &| et al", regex=True).str[0]}
    ours["names"] = literature["authors"].str.len() + 99 * literature["authors"].str.contains("et al")
    rows = literature.assign(**ours).sort_values(["surname", "names", "year"], ascending=False)
    pages = rows.groupby(["concept", "work"])["pages"].transform("first")  # a work cited twice has them once
    cited = rows["authors"] + " " + rows["year"] + (": " + pages).fillna("")
    named = cited.groupby(rows["concept"]).unique()
    named = named.map(lambda works: " and ".join(filter(None, ["; ".join(works[:-1]), works[-1]])))
    return named.reindex(literature["concept"].unique())


def sample_and_print(study: Study) -> Table:
    """Return interviews held beside excerpts printed, by perspective."""
    rows = sample.sample_against_print(study)
    danish = study.labels("sample", "da")
    frame = pd.DataFrame(
        {
            "Perspective": [f"{r.label} ({danish[str(r.perspective)]})" for r in rows.itertuples()],
            "Interviews": [of(r.interviews, r.interviews_total) for r in rows.itertuples()],
            "Excerpts": [of(r.excerpts, r.excerpts_total) for r in rows.itertuples()],
            "Excerpts, in proportion": [f"{r.expected:.1f}" for r in rows.itertuples()],
            "Words printed": rows["words"],
        }
    )
    ahead = rows[rows["excerpts"] > rows["expected"]]["label"].str.lower()
    caption = (
        f"The article prints more excerpts of the {' and '.join(ahead)} perspective than its "
        f"share of interviews would give"
    )
    return Table(frame, caption, "tab-sample", (30, 17, 17, 20, 16), stub=True)


def differing_labels(study: Study) -> Table:
    """Return the excerpts whose speaker the running text calls otherwise than the label does."""
    rows = sample.labels_that_differ(study)
    labels = study.labels("sample")
    frame = pd.DataFrame(
        {
            "Excerpt": rows["excerpt"],
            "Printed label": rows["role_printed"],
            "In the text": rows["role_in_text"],
            "Perspective used here": rows["perspective"].map(labels),
        }
    )
    caption = (
        f"In {of(len(frame), len(study.excerpts))} excerpts the running text and the printed "
        f"label name the speaker differently"
    )
    return Table(frame, caption, "tab-labels")


def coverage(study: Study) -> Table:
    """Return policy areas with the initiatives and excerpts that the article shows of them."""
    rows = sample.coverage(study)
    cases = study.labels("cases")
    danish = study.labels("policy_areas", "da")
    frame = pd.DataFrame(
        {
            "Policy area": [
                f"{r.label} ({danish[str(r.area)]})" if r.area else str(r.label) for r in rows.itertuples()
            ],
            "Initiatives": [tuple(cases[c] for c in r) for r in rows["cases"]],
            "Excerpts": rows["excerpts"],
            "Shown": rows["shown"],
        }
    )
    named = rows[rows["area"] != ""]
    silent = int((named["shown"] == "named only").sum())
    caption = (
        f"{of(silent, len(named))} policy areas that the article names have neither an initiative nor an excerpt in it"
    )
    return Table(frame, caption, "tab-coverage", (36, 26, 18, 20), stub=True)


def initiatives(study: Study) -> Table:
    """Return the initiatives with practice, description and excerpts."""
    practices = study.labels("codes")
    tied = study.excerpts.dropna(subset=["case"]).groupby("case")["excerpt"].agg(tuple)
    frame = pd.DataFrame(
        {
            "Initiative": [f"{c.label_en} ({c.label_da})" for c in study.cases.itertuples()],
            "Practice": study.cases["practice"].map(practices).fillna("none"),
            "What it is": study.cases["description_en"],
            "Excerpts": [tied.get(c, ()) for c in study.cases["case"]],
        }
    )
    caption = f"{len(frame)} initiatives; the article prints an excerpt from {of(len(tied), len(frame))}"
    return Table(frame, caption, "tab-initiatives", (24, 18, 42, 16), stub=True)


IN_WORDS = {"same": "", "only printed": "in the printed table alone", "only rebuilt": "not in the printed table"}
"""What is said of an entry of the typology, by where it stands."""


def typology_table(study: Study) -> Table:
    """Return the rebuilt typology as the article lays it out, a mark for each excerpt behind an entry.

    Where print and data differ the entry says so; where no excerpt stands behind it, too.
    """
    entries = typology.compare_with_print(study)
    codes, families, order = study.labels("codes"), study.labels("families"), _by_speaker(study)

    def entry(row: Any) -> Voices:
        told = "" if row.excerpts or row.status == "only printed" else "as the text describes initiatives"
        aside = "; ".join(filter(None, [IN_WORDS[row.status], told]))
        note = codes[row.code] + (f" ({aside})" if aside else "")
        return Voices(tuple(sorted(row.excerpts, key=order)), note=note)

    cells = {
        cell: tuple(map(entry, part.itertuples()))
        for cell, part in entries.groupby(["dimension", "practice"], sort=False)
    }
    columns = {codes[p]: [cells.get((d, p), ()) for d in DIMENSIONS] for p in study.in_family("practice")}
    frame = pd.DataFrame({"Focus on": [families[d] for d in DIMENSIONS], **columns})
    both = int((entries["status"] == "same").sum())
    voices = {excerpt for excerpts in entries["excerpts"] for excerpt in excerpts}
    employees = int(study.excerpts["perspective"][study.excerpts["excerpt"].isin(voices)].eq("employee").sum())
    caption = (
        f"The typology, rebuilt: {of(both, len(study.published_typology))} printed entries come out again. "
        f"Spoken by employees among the {len(voices)} excerpts behind it: {employees}"
    )
    widths, legend = (16, 28, 28, 28), _legend(study)
    return Table(frame, caption, "tab-typology", widths, stub=True, look="kodebog-voices", legend=legend)


def factor_table(study: Study, family: str, caption: str) -> Table:
    """Return the summary of a family: who says it, in how many excerpts, and who speaks against it.

    In `caption`, `{most}` stands for the factors with most excerpts, `{n}` for how many these have, `{N}` for all
    printed excerpts and `{count}` for the number of factors.
    """
    rows = factors.factor_summary(study, family)
    danish = study.labels("codes", "da")
    order = _by_speaker(study)
    frame = pd.DataFrame(
        {
            "Factor": [f"{'– ' * int(str(r.level))}{r.label} ({danish[str(r.code)]})" for r in rows.itertuples()],
            "Printed excerpts": [
                Voices(tuple(sorted(r.excerpts, key=order)), against=r.excerpts_against) for r in rows.itertuples()
            ],
        }
    )
    top, n = leading(rows["label"], rows["n"])
    words = caption.format(most=top, n=n, N=len(study.excerpts), count=int((rows["level"] == 0).sum()))
    crossed = ["against"] if rows["excerpts_against"].map(len).any() else []
    legend = _legend(study, *crossed)
    return Table(frame, words, f"tab-{family}", (50, 50), stub=True, look="kodebog-voices", legend=legend)


MANNERS = {"wished": "hollow: under what the article lists as a wish", "against": "crossed: speaks against it"}
"""Marks of excerpts that do not simply speak for something, and what they mean."""


def _legend(study: Study, *manners: str) -> str:
    """What the marks of excerpts mean, as MyST."""
    keys = [*((p, study.labels("sample")[p]) for p in study.sample["perspective"]), *((m, MANNERS[m]) for m in manners)]
    return " ".join(f"[{escape(words)}]{{.kodebog-key .{name}}}" for name, words in keys)


def _by_speaker(study: Study) -> Callable[[str], tuple[int, str]]:
    """Return the order of marks: by perspective, then by excerpt."""
    order = {perspective: i for i, perspective in enumerate(study.sample["perspective"])}
    speaker = study.excerpts.set_index("excerpt")["perspective"].map(order).to_dict()
    return lambda excerpt: (speaker[excerpt], excerpt)


def both_sides(study: Study, name: str = "tab-both-sides") -> Table:
    """Return what hinders and what helps or is wished for, theme by theme, a mark for each excerpt."""
    about = study.themes.fillna("").set_index("theme").astype("str")
    found = []
    for theme, sides in factors.voices_by_theme(study).groupby("theme", sort=False):
        hinders, helps = (
            Voices((*r.there, *r.wished), frozenset(r.wished), r.against, about.loc[theme, f"{r.side}_en"])
            for r in sides.itertuples()
        )
        found.append((about.loc[theme, "label_en"], about.loc[theme, "label_da"], hinders, helps))
    frame = pd.DataFrame(
        [(f"{label} ({danish})", hinders, helps) for label, danish, hinders, helps in found],
        columns=["Theme", "Hinders", "Helps, or is wished for"],
    )
    double = sum(bool(hinders.excerpts and helps.excerpts) for _, _, hinders, helps in found)
    lone = [label for label, _, hinders, helps in found if hinders.excerpts and not helps.excerpts]
    nothing = f"; under {listed(lone)} no excerpt tells of help" if lone else ""
    marks = "Each mark is a printed excerpt, by where the article places it or by what it says"
    caption = f"{of(double, len(found))} themes stand on both sides{nothing}. {marks}"
    legend = _legend(study, *MANNERS)
    return Table(frame, caption, name, (28, 32, 40), stub=True, look="kodebog-voices", legend=legend)


def research_findings(study: Study) -> Table:
    """Return what the article says of its relation to earlier research, with the works it names for that."""
    rows = evidence.findings_with_evidence(study)
    rows = rows[rows["kind"] == "research"]
    cited = _works(study.literature)
    status = _status_of_findings(study)
    frame = pd.DataFrame(
        {
            "Finding": rows["finding"],
            "Claim": rows["statement"],
            "Cited for this concept": [cited.get(c, "") if isinstance(c, str) else "" for c in rows["concept"]],
            "Shown by": rows["excerpts"],
            "Status": rows["finding"].map(status),
        }
    )
    open_ = int((frame["Status"] == ledger.STATUSES["beyond"]).sum())
    caption = (
        f"{of(open_, len(frame))} claims about research are beyond what excerpts can show; they need the other studies"
    )
    return Table(frame, caption, "tab-research", (9, 37, 28, 14, 12))


def recommendations(study: Study) -> Table:
    """Return the recommendations with the findings they answer and the excerpts that ask for them."""
    rows = evidence.findings_with_evidence(study).set_index("finding")
    basis = study.finding_basis.groupby("finding")["rests_on"].agg(tuple)
    chosen = rows[rows["kind"] == "recommendation"]
    frame = pd.DataFrame(
        {
            "Finding": chosen.index,
            "Recommendation": chosen["statement"],
            "Answers": [basis.get(f, ()) for f in chosen.index],
            "Excerpts that ask for it": chosen["excerpts"],
            "Excerpts behind the findings": [
                tuple(sorted({e for b in basis.get(f, ()) for e in rows.loc[b, "excerpts"]})) for f in chosen.index
            ],
        }
    ).reset_index(drop=True)
    bare = int((frame["Excerpts that ask for it"].map(len) == 0).sum())
    caption = (
        f"All recommendations answer findings; for {of(bare, len(frame))} no printed excerpt asks "
        f"for the measure itself"
    )
    return Table(frame, caption, "tab-recommendations", (9, 37, 16, 16, 22))


def _status_of_findings(study: Study) -> pd.Series[str]:
    """The status of each finding, by its id."""
    return ledger.finding_status(study).set_index("finding")["status"]


def _from_two_sides(status: pd.Series[str]) -> int:
    return int(status.isin([ledger.STATUSES["robust"], ledger.STATUSES["sides"]]).sum())


def results(study: Study) -> Table:
    """Return the published lists, cells and numbers that can be compared, beside what the data give."""
    rows = ledger.published_results(study)
    rows = rows[rows["status"] != "transcribed"]
    same = int((rows["status"] == "same").sum())
    compared = int(rows["status"].isin(["same", "differs"]).sum())
    frame = rows[["what", "printed", "rebuilt", "status", "why"]].rename(
        columns={
            "what": "Published result",
            "printed": "Printed",
            "rebuilt": "Rebuilt",
            "status": "Status",
            "why": "Why",
        }
    )
    caption = f"{of(same, compared)} printed lists and cells come out entry for entry"
    return Table(frame, caption, "tab-results", (34, 12, 12, 13, 29), stub=True)


def transcribed(study: Study) -> Table:
    """Return the printed numbers that were typed from the same sentence on both sides: they prove nothing."""
    rows = ledger.published_results(study)
    rows = rows[rows["status"] == "transcribed"]
    frame = rows[["what", "printed"]].rename(columns={"what": "Number", "printed": "Printed, and in the data"})
    caption = f"{len(frame)} numbers are typed from the same sentence on both sides; that they agree proves nothing"
    return Table(frame, caption, "tab-transcribed", (60, 40), stub=True)


def findings(study: Study) -> Table:
    """Return every finding with its status, the codes that it asserts, and what it rests on."""
    rows = evidence.findings_with_evidence(study)
    status, order = _status_of_findings(study), _by_speaker(study)
    cases, sections, codes = (study.labels(table) for table in ("cases", "sections", "codes"))
    asserted = study.finding_codes.groupby("finding")["code"].agg(list)

    def aside(row: Any) -> tuple[str | CodeLinks, ...]:
        told = "all initiatives" if len(row.cases) == len(cases) else ", ".join(cases[c] for c in row.cases)
        links = CodeLinks(tuple((code, codes[code]) for code in asserted.get(row.finding, ())))
        return sections[row.section], links, f"told of: {told}" if told else ""

    frame = pd.DataFrame(
        {
            "Finding": rows["finding"],
            "Statement": [Told(row.statement, aside(row)) for row in rows.itertuples()],
            "In print": rows["finding"].map(status),
            "Voices": [
                Voices(tuple(sorted(row.excerpts, key=order)), against=row.against) for row in rows.itertuples()
            ],
            "Qualified by": rows["qualified"],
        }
    )
    shown = of(_from_two_sides(frame["In print"]), len(frame))
    caption = f"{shown} findings are shown from two or more sides by printed excerpts"
    widths, look, legend = (8, 46, 16, 18, 12), "kodebog-voices kodebog-ledger", _legend(study)
    return Table(frame, caption, "tab-findings", widths, stub=True, look=look, legend=legend, anchors=True)


def ladder(study: Study) -> Table:
    """Return the ladder of evidence: for each status, when it is given, and the findings that have it, by question."""
    rows = ledger.finding_status(study).merge(study.findings[["finding", "question"]], on="finding")
    questions = study.labels("questions")
    frame = pd.DataFrame(
        [
            (
                f"{words} ({(rows['status'] == words).sum()})",
                ledger.STATUS_RULES[key],
                tuple(
                    Rungs(tuple(part["finding"]), key, questions[str(question)])
                    for question, part in rows[rows["status"] == words].groupby("question")
                ),
            )
            for key, words in ledger.STATUSES.items()
        ],
        columns=["In print", "Said when", "Findings"],
    )
    alone = int((rows["status"] == ledger.STATUSES["alone"]).sum())
    caption = (
        f"The ladder of evidence: {of(_from_two_sides(rows['status']), len(rows))} findings are shown from two or more "
        f"sides; for {of(alone, len(rows))} the authors' text alone stands"
    )
    return Table(frame, caption, "tab-ladder", (18, 34, 48), stub=True, look="kodebog-ladder")


def robustness(study: Study) -> Table:
    """Return what becomes of each finding when one excerpt, or one whole perspective, is left out."""
    changes = ledger.robustness(study)
    people = study.labels("sample")
    names = study.findings.set_index("finding")["statement_en"]
    status = _status_of_findings(study)

    def lost(finding: str, what: str) -> str:
        rows = changes[(changes["finding"] == finding) & (changes["what"] == what)]
        falls = rows.groupby("after", sort=False)["left_out"].agg(list)
        return "; ".join(f"{', '.join(people.get(x, x) for x in out)} → {after}" for after, out in falls.items())

    shown = [f for f in names.index if f in set(changes["finding"])]
    frame = pd.DataFrame(
        {
            "Finding": shown,
            "Statement": [names[f] for f in shown],
            "Status": [status[f] for f in shown],
            "Without the excerpt": [lost(f, "excerpt") for f in shown],
            "Without the perspective": [lost(f, "perspective") for f in shown],
        }
    )
    firm = int((status == ledger.STATUSES["robust"]).sum())
    caption = (
        f"{of(firm, _from_two_sides(status))} findings shown from two or more sides stay so whichever excerpt or "
        f"perspective is left out; the {len(shown)} findings listed here change"
    )
    return Table(frame, caption, "tab-robustness", (9, 34, 13, 22, 22))


def contrary(study: Study) -> Table:
    """Return the findings that an excerpt qualifies or speaks against, with who says so and why."""
    speaker = study.excerpts.set_index("excerpt")["perspective"].map(study.labels("sample"))
    order = {finding: i for i, finding in enumerate(study.findings["finding"])}
    judged = study.finding_excerpts
    rows = judged[judged["relation"].isin(["qualifies", "speaks against"])]
    rows = rows.sort_values("finding", key=lambda f: f.map(order), kind="stable")
    statement = study.findings.set_index("finding")["statement_en"]
    frame = pd.DataFrame(
        {
            "Finding": rows["finding"],
            "What the article finds": rows["finding"].map(statement),
            "Excerpt": rows["excerpt"],
            "Speaker": rows["excerpt"].map(speaker),
            "Relation": rows["relation"],
            "Why": rows["why"],
        }
    )
    against = int((rows["relation"] == "speaks against").sum())
    caption = (
        f"{rows['finding'].nunique()} findings meet a reservation in print; {against} of the {len(rows)} excerpts here "
        "speaks against the claim itself"
    )
    return Table(frame, caption, "tab-contrary", (9, 33, 9, 12, 12, 25))


def judgements(study: Study) -> Table:
    """Return every judgement that an excerpt bears on a finding: which part, how, and why."""
    rows = study.finding_excerpts[study.finding_excerpts["relation"] != "no"]
    frame = pd.DataFrame(
        {
            "Finding": rows["finding"],
            "Excerpt": rows["excerpt"],
            "Relation": rows["relation"],
            "Part": rows["part"],
            "Why": rows["why"],
        }
    )
    refused = int((study.finding_excerpts["relation"] == "no").sum())
    caption = (
        f"{len(rows)} judgements that an excerpt bears on a finding; {refused} pairs were judged not to, for a reason"
    )
    return Table(frame, caption, "tab-judgements", (9, 9, 15, 22, 45))


def excerpts(study: Study) -> Table:
    """Return all printed excerpts: what is said, by whom, where, with which codes, and the findings that rest on it.

    Where the study has been woven with the article's own words, these stand below the gist.
    """
    people, sections, cases, codes = (study.labels(t) for t in ("sample", "sections", "cases", "codes"))
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
    said = e["gist_en"] if "wording" not in e else e["gist_en"] + " – ” " + e["wording"] + " ”"
    frame = pd.DataFrame(
        {
            "Excerpt": e["excerpt"],
            "What is said": said,
            "Who": [
                f"{people[p]} ({r})" + (f", {cases[c]}" if isinstance(c, str) else "")
                for p, r, c in zip(e["perspective"], e["role_printed"], e["case"], strict=True)
            ],
            "Place": [f"{sections[s]}: “{o} …”" for s, o in zip(e["section"], e["opening"], strict=True)],
            "Codes": e["excerpt"].map(by),
            "Findings": [rests.get(x, ()) for x in e["excerpt"]],
        }
    )
    caption = f"The {len(frame)} printed excerpts, in the order of printing"
    return Table(frame, caption, "tab-excerpts", (8, 30, 14, 15, 20, 13), stub=True, anchors=True)


def limits(study: Study) -> Table:
    """Return what cannot be computed from what is public, and which data would make it possible."""
    n, total = len(study.excerpts), int(study.sample["interviews"].sum())
    rows = [
        (
            "How many interviewees hold a view",
            f"{n} excerpts are chosen; the interviews are not public",
            f"Coded transcripts of the {total} interviews",
        ),
        (
            "Whether new interviews still added themes (saturation)",
            "The order in which themes appeared is not reported",
            "Dated coding of each interview",
        ),
        (
            "How what was studied differs from what was not",
            "The top picked the initiatives to show the direction it wanted; management had ordered the analysis",
            "Initiatives chosen by others, those given up among them",
        ),
        (
            "How opinions spread within a perspective",
            "Excerpts carry a role, not a person",
            "A pseudonym for each respondent",
        ),
        (
            "How far two coders agree on the article's own coding",
            "The original codes and coders are not reported",
            "Two independent codings of the same transcripts",
        ),
        (
            "How the workshop changed the findings",
            "Only that it validated the main points is reported",
            "Notes from the workshop",
        ),
    ]
    frame = pd.DataFrame(rows, columns=["What cannot be computed", "Because", "What would enable it"])
    return Table(
        frame,
        f"{len(frame)} things that no reading of the printed article can settle",
        "tab-limits",
        (34, 33, 33),
        stub=True,
    )


def agreement_of_readings(study: Study) -> Table:
    """Return how far each two readings agree, before anything was settled."""
    rows = agreement.agreement_of_pairs(study)
    whole = agreement.agreement_by_family(study).iloc[0]
    frame = pd.DataFrame(
        {
            "Readings": [f"{reading_name(r.one)} and {r.other.removeprefix('reading-')}" for r in rows.itertuples()],
            "Both give": rows["both"],
            "Either gives": rows["either"],
            "Cohen’s κ": [f"{r.kappa:.2f} ({r.low:.2f} to {r.high:.2f})" for r in rows.itertuples()],
        }
    )
    caption = (
        f"The readings agree beyond chance, and not fully: Krippendorff’s α of all is {whole['alpha']:.2f} "
        f"({whole['low']:.2f} to {whole['high']:.2f})"
    )
    return Table(frame, caption, "tab-agreement", (34, 18, 18, 30), stub=True)


def agreement_by_family(study: Study) -> Table:
    """Return how far all readings agree, for each family of codes."""
    rows = agreement.agreement_by_family(study).iloc[1:]
    labels = study.labels("families")
    frame = pd.DataFrame(
        {
            "Family of codes": rows["family"].map(labels),
            "All give": rows["all"],
            "Any gives": rows["any"],
            "Krippendorff’s α": [f"{r.alpha:.2f} ({r.low:.2f} to {r.high:.2f})" for r in rows.itertuples()],
        }
    )
    least = rows.loc[rows["alpha"].idxmin()]
    caption = f"Agreement is lowest for the family “{labels[least['family']]}”, with α {least['alpha']:.2f}"
    return Table(frame, caption, "tab-agreement-families", (34, 18, 18, 30), stub=True)


def statuses_by_reading(study: Study) -> Table:
    """Return how many findings have each status, by whose codings count."""
    statuses = agreement.statuses_by_reading(study)
    counts = agreement.status_counts(statuses)
    moved = statuses.drop(columns=["finding", "now"]).ne(statuses["now"], axis=0).sum()
    readings = moved.drop(["placed", "content"])
    names = {"now": "All that counts", "placed": "Placing alone", "content": "Agreed content alone"}
    frame = counts.rename(columns=lambda way: names.get(way, reading_name(way)))
    frame = frame.rename_axis(index="In print", columns=None).reset_index()
    caption = (
        f"By the article’s own placing alone, something else would be said of {of(moved['placed'], len(statuses))} "
        f"findings; by any one reading alone, of at most {readings.max()}"
    )
    return Table(frame, caption, "tab-readings", (28, *[72 // (frame.shape[1] - 1)] * (frame.shape[1] - 1)), stub=True)


def moved_by_reading(study: Study) -> Table:
    """Return the findings of which something else would be said if one reading of content alone counted."""
    statuses = agreement.statuses_by_reading(study)
    readings = [way for way in statuses.columns if way not in {"finding", "now", "placed"}]
    statement = study.findings.set_index("finding")["statement_en"]
    rows = []
    for row in statuses.itertuples():
        other = {way: str(statuses.loc[row.Index, way]) for way in readings}
        for after in dict.fromkeys(s for s in other.values() if s != row.now):
            by = [
                "agreed content" if way == "content" else reading_name(way).casefold()
                for way, s in other.items()
                if s == after
            ]
            rows.append((row.finding, statement[str(row.finding)], row.now, after, ", ".join(by)))
    frame = pd.DataFrame(rows, columns=["Finding", "Statement", "Now", "Would be", "By"])
    caption = f"Findings that hang on which reading of content counts: {frame['Finding'].nunique()}"
    return Table(frame, caption, "tab-moved", (9, 35, 20, 20, 16))


def placed_without_content(study: Study) -> Table:
    """Return where the article places an excerpt and the excerpt's own words do not speak of it."""
    rows = coding.placed_against_content(study)
    labels = study.labels("codes")
    placed, both = int(rows["placed"].map(len).sum()), int(rows["both"].map(len).sum())
    apart = rows[rows["only_placed"].map(len) > 0]
    frame = pd.DataFrame({"Placed under": apart["code"].map(labels), "Excerpts": apart["only_placed"]})
    caption = f"{of(both, placed)} placings are borne out by what the excerpt says; these are not"
    return Table(frame, caption, "tab-placed", (70, 30), stub=True)


def other_rules(study: Study) -> Table:
    """Return what would be said if two sides were asked for otherwise."""
    rows = ledger.rules_compared(study)
    frame = pd.DataFrame(
        {
            "Rule": rows["rule"].str.capitalize(),
            "Findings with two sides": rows["two_sides"],
            "Other than now": rows["moved"],
        }
    )
    most = rows.loc[rows["moved"].map(len).idxmax()]
    caption = f"The most hangs on this: with {most['rule']}, {len(most['moved'])} findings change"
    return Table(frame, caption, "tab-rules", (40, 25, 35), stub=True)


def voices(study: Study) -> Table:
    """Return how many people can be behind the printed excerpts, at most."""
    rows = sample.voices_at_most(study)
    frame = pd.DataFrame(
        {
            "Perspective": rows["perspective"].map(study.labels("sample")),
            "Interviewees": rows["interviews"],
            "Excerpts": rows["excerpts"],
            "People, at most": rows["at_most"],
        }
    )
    caption = f"At most {rows['at_most'].sum()} people speak in the {len(study.excerpts)} excerpts"
    return Table(frame, caption, "tab-voices", (34, 22, 22, 22), stub=True)


def effects(study: Study) -> Table:
    """Return how many excerpts of each perspective speak of what helps, what is wished for and what hinders."""
    rows = factors.effects_by_perspective(study)
    names = {"supports": "Helps", "wished": "Is wished for", "hinders": "Hinders"}
    frame = rows.rename(index=names, columns=study.labels("sample")).rename_axis(index="What it does", columns=None)
    silent = [study.labels("sample")[p].casefold() for p in rows.columns if rows[p].sum() == rows.loc["supports", p]]
    caption = (
        f"The {' and '.join(silent)} perspective is printed on what helps alone"
        if silent
        else "Every perspective is printed on what helps and on what hinders"
    )
    return Table(frame.reset_index(), caption, "tab-effects", (34, 22, 22, 22), stub=True)


def grounds(study: Study) -> Table:
    """Return the entries of the typology that rest on a single ground."""
    rows = typology.grounds(study)
    lone = rows[rows["grounds"].map(len) == 1]
    labels, families = study.labels("codes"), study.labels("families")
    frame = pd.DataFrame(
        {
            "Entry": lone["code"].map(labels),
            "Practice": lone["practice"].map(labels),
            "Row": lone["dimension"].map(families),
            "Rests on": lone["grounds"],
        }
    )
    caption = f"{of(len(lone), len(rows))} entries that print and data share hang on one excerpt"
    return Table(frame, caption, "tab-grounds", (34, 22, 24, 20), stub=True)


def design(study: Study) -> Table:
    """Return what the article reports of how the study was done, by the items of two reporting standards."""
    sections = study.labels("sections")
    rows = study.design
    silent = int((rows["value_en"] == "not reported").sum())
    frame = pd.DataFrame(
        {
            "Item": rows["item"],
            "Asked for": rows["label_en"],
            "Reported": rows["value_en"],
            "In": rows["section"].map(sections).fillna(""),
        }
    )
    caption = f"On {of(silent, len(rows))} items of COREQ and SRQR the article reports nothing"
    return Table(frame, caption, "tab-design", (12, 30, 40, 18), stub=True)


def crosswalk(study: Study) -> Table:
    """Return what earlier research holds against what the study finds."""
    works = study.literature.drop_duplicates("work").set_index("work")
    named = works["authors"] + " " + works["year"]
    findings = study.element_findings.groupby("element")["finding"].agg(tuple)
    rows = study.elements
    frame = pd.DataFrame(
        {
            "Earlier research": rows["label_en"],
            "From": rows["work"].map(named).fillna("added by the study"),
            "The study": rows["relation"],
            "Findings": [findings.get(e, ()) for e in rows["element"]],
            "Why": rows["why"],
        }
    )
    borne = int((rows["relation"] == "borne out").sum())
    earlier = int(rows["work"].notna().sum())
    caption = (
        f"{of(borne, earlier)} elements of earlier research are borne out in full by what the article reports; "
        f"{int((rows['relation'] == 'added').sum())} points the study adds"
    )
    return Table(frame, caption, "tab-crosswalk", (28, 18, 12, 14, 28), stub=True)
