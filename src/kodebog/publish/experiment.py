"""The experiment on the ledger: what would be said of the findings if an excerpt or a perspective were left out.

The page holds the evidence as data and a form; `explorer.js`, which the page has anyway, works the statuses out by the
rules of `kodebog.analysis.ledger`, and a test holds it against Python over every single choice.
"""

from __future__ import annotations

from html import escape
from textwrap import shorten
from typing import Any

from kodebog.analysis.agreement import lost_pairs
from kodebog.analysis.evidence import findings_with_evidence
from kodebog.analysis.ledger import STATUSES
from kodebog.edition import _, noop
from kodebog.publish.previews import gists
from kodebog.report.metadata import script_safe
from kodebog.report.wording import known, labels, reading_name
from kodebog.study import Study

PAGE = "notebooks/reproduction"
"""The page that holds it."""
TABLE = "tab-ladder"
"""The table behind which it stands, and whose marks it moves."""
WAYS = {"": noop("all that counts"), "placed": noop("the article's own placing"), "content": noop("agreed content")}
"""Whose codings count, by the names that the analysis gives them; readings come on top."""


def data(study: Study) -> dict[str, Any]:
    """Return what the script needs: excerpts (perspective, initiative), findings, pairs that a way to look loses."""
    about = study.excerpts[["excerpt", "perspective", "case"]].fillna("").itertuples(index=False, name=None)
    return {
        "statuses": {key: known(words) for key, words in STATUSES.items()},
        "excerpts": {excerpt: [perspective, case] for excerpt, perspective, case in about},
        "findings": {
            row.finding: {
                "claim": row.claim,
                "kind": row.kind,
                "shown": list(row.excerpts),
                "against": list(row.against),
            }
            for row in findings_with_evidence(study).itertuples()
        },
        "lost": {way: sorted(f"{f} {e}" for f, e in pairs) for way, pairs in lost_pairs(study).items()},
    }


def form(study: Study) -> str:
    """Return the form and its data; the style sheet hides it where there are no scripts."""
    whole = _("the {who} perspective")
    out = [("", _("nothing"))]
    out += [(p, whole.format(who=label.lower())) for p, label in labels(study, "sample").items()]
    spoken = gists(study).items()
    out += [(excerpt, f"{excerpt} ({who}): {shorten(gist, 70, placeholder=' …')}") for excerpt, (who, gist) in spoken]
    ways = [(way, known(words)) for way, words in WAYS.items()]
    ways += [(r, reading_name(r)) for r in sorted(study.readings["reading"].unique())]

    def select(name: str, label: str, options: list[tuple[str, str]]) -> str:
        listed = "".join(f'<option value="{escape(value)}">{escape(words)}</option>' for value, words in options)
        return f'<label>{label}<select name="{name}">{listed}</select></label>'

    name, head, hint = _("What if"), _("What if?"), _("Leave something out, or let another reading count.")
    moved = _("Something else would be said of {n} of {N} findings.")  # explorer.js puts numbers for n and N
    here = _("Moved here:")
    before = _("What would then be said of the findings stands here.")
    leave, count = select("without", _("Leave out"), out), select("way", _("Let count"), ways)
    return (
        f'<form id="experiment" class="kodebog-explorer" aria-label="{name}" data-moved="{escape(moved)}" '
        f'data-here="{here}">'
        f"<p><strong>{head}</strong> {hint}</p>"
        f"{leave}{count}"
        f'<p><span role="status">{before}</span></p>'
        "<ul hidden></ul></form>"
        f'<script type="application/json" id="kodebog-experiment">{script_safe(data(study))}</script>'
    )
