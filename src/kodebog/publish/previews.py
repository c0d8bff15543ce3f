"""What a link to an excerpt, a finding, a reference or a term leads to, in short, for the page that has the link.

The words stand in the page as data; `previews.js` shows them beside the link that is pointed at, tapped or focused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pybtex.backends.plaintext import Backend
from sphinx.environment import BuildEnvironment

from kodebog.analysis.evidence import findings_with_evidence
from kodebog.analysis.ledger import STATUS_RULES, STATUSES, status_of_findings
from kodebog.analysis.once import once_per_study
from kodebog.edition import _, language
from kodebog.publish.search import kept
from kodebog.report.wording import joined, known, labels, lang, told
from kodebog.study import Study

LANGUAGES = {"danish": "da", "english": "en"}
"""What `langid` of a reference can be, which is that of its title; English where it has none."""
PLAIN = Backend()
"""Writes references as text. Made once: to find it by name, each time, takes longer than all the rest."""
SCRIPT = "previews.js"
SIGN = r'href="[^"]*#([EF]\d{2,6})"'
"""A link to an excerpt or a finding, in a page."""
ROW = r'id="(F\d{2,6})"'
"""A finding that stands on a page."""
CITED = r'href="[^"]*?(references\.html#([\w-]+))"'
"""A link to a reference."""
TERM = r'href="[^"]*?(glossary\.html#(term-[\w-]+))"'
"""A link to a term of the glossary."""
IN_WORDS = 3
"""Excerpts of each kind that the card of a finding tells of, at most; the others are named."""
Preview = dict[str, Any]
"""Head and text, in which language if not the page's, and `more`: further lines."""


def wanted(body: str, study: Study) -> dict[str, Preview]:
    """Return the previews for the links of a page: id → head, text, and what it rests on.

    What a finding on this very page rests on, its own row says, and `previews.js` reads it there.
    """
    known = previews(study)
    linked = set(re.findall(SIGN, body)) - set(re.findall(ROW, body))
    return {name: known[name] for name in sorted(linked) if name in known}


def works(body: str, env: BuildEnvironment) -> dict[str, Preview]:
    """Return the previews for the references that a page cites: file and address → authors and year, the entry."""
    if "cite" not in env.domains:
        return {}
    listed = {citation.citation_id: citation for citation in getattr(env.domains["cite"], "citations", ())}
    found = {}
    for address, name in sorted(set(re.findall(CITED, body))):
        if name in listed:
            entry = listed[name].entry
            people = [str(person.last_names[-1]) for person in entry.persons.get("author", ()) if person.last_names]
            names = joined(people[:2]) + (_(" et al.") if len(people) > 2 else "")
            text = listed[name].formatted_entry.text.render(PLAIN)
            about = {"head": f"{names} {entry.fields.get('year', '')}".strip(), "text": text, "more": []}
            found[address] = about | {"lang": LANGUAGES[entry.fields.get("langid", "english")]}
    return found


def terms(body: str, env: BuildEnvironment) -> dict[str, Preview]:
    """Return the previews for the terms that a page leads to: file and address → term, what it means."""
    known = kept(env).terms()
    return {
        address: dict(zip(("head", "text"), known[name], strict=True), more=[])
        for address, name in sorted(set(re.findall(TERM, body)))
        if name in known
    }


def gists(study: Study) -> dict[str, tuple[str, str]]:
    """Return who speaks in each excerpt, and what is said there; the labels of its codes where nobody has told."""
    return _gists(study, language())


@once_per_study
def _gists(study: Study, _language: str) -> dict[str, tuple[str, str]]:
    people, codes = labels(study, "sample"), labels(study, "codes")
    given = study.excerpt_codes.groupby("excerpt")["code"].agg(lambda c: "; ".join(codes[x] for x in dict.fromkeys(c)))
    return {
        str(row.excerpt): (people[str(row.perspective)].lower(), gist if isinstance(gist, str) else given[row.excerpt])
        for row, gist in zip(study.excerpts.itertuples(), told(study.excerpts, "gist"), strict=True)
    }


def rule(status: str) -> str:
    """Return when a status is given, in the edition's words."""
    return known(next(STATUS_RULES[name] for name, words in STATUSES.items() if words == status))


def bearing(finding: Any) -> list[tuple[str, tuple[str, ...]]]:
    """Return the excerpts that bear on a finding, and how; `finding`: its row in `findings_with_evidence`."""
    return [
        (_("Shown by"), finding.excerpts),
        (_("Reservation or near it"), finding.qualified),
        (_("Against it"), finding.against),
    ]


def previews(study: Study) -> dict[str, Preview]:
    """Return the preview of every excerpt and finding: head (id and who speaks, or status), text, more."""
    return _previews(study, language())


@once_per_study
def _previews(study: Study, _language: str) -> dict[str, Preview]:
    cases, sections, codes = (labels(study, table) for table in ("cases", "sections", "codes"))
    found: dict[str, Preview] = {}
    said = gists(study)
    for row in study.excerpts.itertuples():
        speaker, gist = said[str(row.excerpt)]
        who = ", ".join(filter(None, [speaker, cases.get(str(row.case), "")]))
        head = f"{row.excerpt} · {who} · {sections[str(row.section)]}"
        found[str(row.excerpt)] = {"head": head, "text": gist, "more": []}
    if study.of_interviews:
        return found

    def voices(words: str, ids: tuple[str, ...]) -> Iterator[str]:
        for excerpt in ids[:IN_WORDS]:
            speaker, gist = said[excerpt]
            yield f"{words} {excerpt} ({speaker}): {gist}"
        if ids[IN_WORDS:]:
            yield f"{words}: {', '.join(ids[IN_WORDS:])}"

    status = status_of_findings(study)
    tied = study.finding_codes.groupby("finding")["code"].agg(lambda c: "; ".join(codes[x] for x in c)).to_dict()
    of_codes = _("Codes")
    for row in findings_with_evidence(study, lang()).itertuples():
        name = str(row.finding)
        found[name] = {
            "head": f"{name} · {known(status[name])}",
            "text": row.statement,
            "more": [
                rule(status[name]),
                *([f"{of_codes}: {tied[name]}"] if name in tied else []),
                *(line for words, ids in bearing(row) for line in voices(words, ids)),
            ],
        }
    return found
