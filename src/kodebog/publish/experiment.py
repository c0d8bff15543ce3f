"""The experiment on the ledger: what would be said of the findings if an excerpt or a perspective were left out.

The page holds the evidence as data and a form; `explorer.js`, which the page has anyway, works the statuses out by the
rules of `kodebog.analysis.ledger`, and a test holds it against Python over every single choice.
"""

from __future__ import annotations

from html import escape
from typing import Any

from kodebog.analysis.agreement import lost_pairs
from kodebog.analysis.evidence import findings_with_evidence
from kodebog.analysis.ledger import STATUSES
from kodebog.report.metadata import script_safe
from kodebog.report.wording import reading_name
from kodebog.study import Study

PAGE = "notebooks/reproduction"
"""The page that holds it."""
TABLE = "tab-robustness"
"""The table behind which it stands."""
WAYS = {"": "all that counts", "placed": "the article's own placing", "content": "agreed content"}
"""Whose codings count, by the names that the analysis gives them; readings come on top."""


def data(study: Study) -> dict[str, Any]:
    """Return what the script needs: excerpts (perspective, initiative), findings, pairs that a way to look loses."""
    known = study.excerpts[["excerpt", "perspective", "case"]].fillna("").itertuples(index=False, name=None)
    return {
        "statuses": STATUSES,
        "excerpts": {excerpt: [perspective, case] for excerpt, perspective, case in known},
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
    people = study.labels("sample")
    out = [("", "nothing")]
    out += [(p, f"everything by {label.lower()}s") for p, label in people.items()]
    out += [(str(e), str(e)) for e in study.excerpts["excerpt"]]
    ways = [*WAYS.items(), *((r, reading_name(r)) for r in sorted(study.readings["reading"].unique()))]

    def select(name: str, label: str, options: list[tuple[str, str]]) -> str:
        listed = "".join(f'<option value="{escape(value)}">{escape(words)}</option>' for value, words in options)
        return f'<label>{label}<select name="{name}">{listed}</select></label>'

    return (
        '<form id="experiment" class="kodebog-explorer" aria-label="What if">'
        "<p><strong>What if?</strong> Leave something out, or let another reading count.</p>"
        f"{select('without', 'Leave out', out)}{select('way', 'Let count', ways)}"
        '<p><span role="status">What would then be said of the findings stands here.</span></p>'
        "<ul hidden></ul></form>"
        f'<script type="application/json" id="kodebog-experiment">{script_safe(data(study))}</script>'
    )
