"""What a link to an excerpt, a finding or a reference leads to, in a few words, for the page that has the link.

The words stand in the page as data; `previews.js` shows them beside the link that is pointed at, tapped or focused.
"""

from __future__ import annotations

import functools
import re

from pybtex.backends.plaintext import Backend
from sphinx.environment import BuildEnvironment

from kodebog.analysis.evidence import findings_with_evidence
from kodebog.analysis.ledger import finding_status
from kodebog.edition import _, language
from kodebog.report.wording import joined, known, labels, lang, told
from kodebog.study import Study

LANGUAGES = {"danish": "da", "english": "en"}
"""What `langid` of a reference can be, which is that of its title; English where it has none."""
PLAIN = Backend()
"""Writes references as text. Made once: to find it by name, each time, takes longer than all the rest."""
SCRIPT = "previews.js"
SIGN = r'href="[^"]*#([EF]\d{2,6})"'
"""A link to an excerpt or a finding, in a page."""
CITED = r'href="[^"]*?(references\.html#([\w-]+))"'
"""A link to a reference."""


def wanted(body: str, study: Study) -> dict[str, dict[str, str]]:
    """Return the previews for the links of a page: id → head, text, and what it rests on."""
    known = previews(study)
    return {name: known[name] for name in sorted(set(re.findall(SIGN, body))) if name in known}


def works(body: str, env: BuildEnvironment) -> dict[str, dict[str, str]]:
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
            about = {"head": f"{names} {entry.fields.get('year', '')}".strip(), "text": text, "more": ""}
            found[address] = about | {"lang": LANGUAGES[entry.fields.get("langid", "english")]}
    return found


def previews(study: Study) -> dict[str, dict[str, str]]:
    """Return the preview of every excerpt and finding: head (id and who speaks, or status), text, more."""
    return _previews(study, language())


@functools.lru_cache(maxsize=4)
def _previews(study: Study, _language: str) -> dict[str, dict[str, str]]:
    people, cases, sections = (labels(study, table) for table in ("sample", "cases", "sections"))
    found = {}
    codes = labels(study, "codes")
    given = study.excerpt_codes.groupby("excerpt")["code"].agg(lambda c: "; ".join(codes[x] for x in dict.fromkeys(c)))
    for row, gist in zip(study.excerpts.itertuples(), told(study.excerpts, "gist"), strict=True):
        who = ", ".join(filter(None, [people[str(row.perspective)].lower(), cases.get(str(row.case), "")]))
        head = f"{row.excerpt} · {who} · {sections[str(row.section)]}"
        text = gist if isinstance(gist, str) else given[row.excerpt]
        found[str(row.excerpt)] = {"head": head, "text": str(text), "more": ""}
    if study.of_interviews:
        return found
    status = finding_status(study).set_index("finding")["status"]
    for row in findings_with_evidence(study, lang()).itertuples():
        parts = ((_("Shown by"), row.excerpts), (_("Reservations"), row.qualified), (_("Against it"), row.against))
        more = " · ".join(f"{words}: {', '.join(ids)}" for words, ids in parts if ids)
        found[str(row.finding)] = {
            "head": f"{row.finding} · {known(status[row.finding])}",
            "text": row.statement,
            "more": more,
        }
    return found
