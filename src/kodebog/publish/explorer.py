"""The explorers: what the tables of excerpts and of findings need to be filtered, as plain HTML.

Every row of such a table gets what it can be filtered by in `data-` attributes, and its page a form (see
`kodebog.publish.transforms`); the script `explorer.js` ties the two together. Without it the page is a plain table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import escape

from kodebog.analysis.coding import coded, practice_of_excerpts
from kodebog.analysis.evidence import findings_with_evidence
from kodebog.analysis.ledger import STATUSES, status_of_findings
from kodebog.analysis.once import once_per_study
from kodebog.edition import _, noop
from kodebog.report.display import home
from kodebog.report.wording import in_both, known, labels, lang, other_lang
from kodebog.study import Study

SCRIPT = "explorer.js"
LIBRARY = "_static/datatables/dataTables.min.js"
"""What the script loads when it needs it: on wide screens at once, so these fetch it with the page."""
Attributes = dict[str, dict[str, str]]
"""What each row can be filtered by: id → attribute → values, joined by spaces; `text` is for free search."""


@dataclass(frozen=True)
class Explorer:
    """A table that can be filtered, and by what."""

    page: str
    """The page that holds it."""
    table: str
    """Name of the table."""
    what: str
    """What its rows are."""
    filters: tuple[tuple[str, str, str], ...]
    """Attribute, name and table of labels of each filter."""
    rows: Callable[[Study], Attributes]


def excerpt_attributes(study: Study) -> Attributes:
    """Return what each excerpt can be filtered by.

    `text` holds what free text is looked for in beside what its row and the filters say: its first words, and its gist
    in the other language. Coded interviews have one language, and all of it stands in the row.
    """
    families = study.codes.set_index("code")["family"]
    codes = coded(study).groupby("excerpt")["code"].agg(lambda c: list(dict.fromkeys(c)))
    practices = practice_of_excerpts(study).groupby("excerpt")["practice"].agg(list)
    found = {}
    for row in study.excerpts.itertuples():
        case = row.case if isinstance(row.case, str) else ""
        given = codes.get(row.excerpt, [])
        text = [row.role_printed, row.opening, getattr(row, f"gist_{other_lang()}")]
        found[str(row.excerpt)] = {
            "perspective": str(row.perspective),
            "practice": " ".join(practices.get(row.excerpt, [])),
            "initiative": case,
            "family": " ".join(dict.fromkeys(families[code] for code in given)),
            "code": " ".join(given),
            "section": str(row.section),
            "text": " ".join(word for word in text if isinstance(word, str) and word),
        }
        if study.of_interviews:
            for unused in ("practice", "initiative", "text"):
                del found[str(row.excerpt)][unused]
    return found


def finding_attributes(study: Study) -> Attributes:
    """Return what each finding can be filtered by; `perspective`: of the excerpts that show it or speak against it.

    `text` is its statement in the other language.
    """
    status = status_of_findings(study)
    names = {words: key for key, words in STATUSES.items()}
    asserted = study.finding_codes.groupby("finding")["code"].agg(list)
    speaker = study.excerpts.set_index("excerpt")["perspective"]
    elsewhere = study.findings.set_index("finding")[f"statement_{other_lang()}"]
    found = {}
    for row in findings_with_evidence(study).itertuples():
        given = asserted.get(row.finding, [])
        found[str(row.finding)] = {
            "status": names[status[row.finding]],
            "perspective": " ".join(dict.fromkeys(speaker[e] for e in (*row.excerpts, *row.against))),
            "section": str(row.section),
            "question": str(row.question),
            "code": " ".join(given),
            "text": str(elsewhere[row.finding]),
        }
    return found


EXCERPTS = Explorer(
    "notebooks/evidence",
    "tab-excerpts",
    noop("excerpts"),
    (
        ("perspective", noop("Perspective"), "sample"),
        ("practice", noop("Practice"), "codes"),
        ("initiative", noop("Initiative"), "cases"),
        ("section", noop("Section"), "sections"),
        ("family", noop("Code family"), "families"),
        ("code", noop("Code"), "codes"),
    ),
    excerpt_attributes,
)
FINDINGS = Explorer(
    "notebooks/reproduction",
    "tab-findings",
    noop("findings"),
    (
        ("status", noop("In print"), "statuses"),
        ("perspective", noop("Voices"), "sample"),
        ("question", noop("Question"), "questions"),
        ("section", noop("Section"), "sections"),
        ("code", noop("Code"), "codes"),
    ),
    finding_attributes,
)
OF_INTERVIEWS = {"Perspective": noop("Group"), "Section": noop("Document")}
"""Names of filters where the study holds coded interviews."""


def of_page(page: str) -> Explorer | None:
    """Return what a page has to be filtered; many excerpts of interviews stand on several pages."""
    explorers = {explorer.page: explorer for explorer in (EXCERPTS, FINDINGS)}
    if further := re.fullmatch(rf"{EXCERPTS.page}-(\d+)", page):
        return replace(EXCERPTS, page=page, table=f"{EXCERPTS.table}-{further[1]}")
    return explorers.get(page)


def first_with(study: Study, code: str) -> str:
    """Return the first page on which an excerpt has a code."""
    return _first_pages(study).get(code, EXCERPTS.page)


@once_per_study
def _first_pages(study: Study) -> dict[str, str]:
    found: dict[str, str] = {}
    for excerpt, attributes in excerpt_attributes(study).items():
        for code in attributes["code"].split():
            found.setdefault(code, f"notebooks/{home(study, excerpt)}")
    return found


def form(study: Study, explorer: Explorer) -> str:
    """Return the form with a filter for each attribute; the style sheet hides it where there are no scripts."""
    homes = {row: f"notebooks/{home(study, row)}" for row in explorer.rows(study)}
    used = [attributes for row, attributes in explorer.rows(study).items() if homes[row] == explorer.page]
    renamed = OF_INTERVIEWS if study.of_interviews else {}
    filters = [
        (attribute, renamed.get(name, name), table)
        for attribute, name, table in explorer.filters
        if not study.of_interviews or len({value for row in used for value in row.get(attribute, "").split()}) > 1
    ]

    def options(attribute: str, table: str) -> str:
        taken = {value for row in used for value in row[attribute].split()}
        if table == "statuses":
            english, names = STATUSES, {key: known(words) for key, words in STATUSES.items()}
        else:
            english = study.labels(table)
            names = labels(study, table) if study.of_interviews else in_both(study, table)
        return "".join(
            f'<option value="{escape(key)}"{also(english[key], name)}>{escape(name)}</option>'
            for key, name in names.items()
            if key in taken
        )

    def also(english: str, name: str) -> str:
        """What a value is called in English, where its name does not say it: rows are found by that, too."""
        return "" if english in name else f' data-also="{escape(english)}"'

    everything = _("all")
    selects = "".join(
        f'<label>{known(name)}<select name="{attribute}"><option value="">{everything}</option>'
        f"{options(attribute, table)}</select></label>"
        for attribute, name, table in filters
    )
    words = _("Words") if study.of_interviews or lang() == "da" else _("Words, English or Danish")
    what = known(explorer.what)
    # explorer.js puts numbers for n and N
    shown = _("{n} of {N} {what} shown").format(n="{n}", N="{N}", what=what)
    file = _("excerpts.csv") if explorer is EXCERPTS else _("findings.csv")
    name, reset, download = _("Filter the {what}").format(what=what), _("Show all"), _("Download what is shown (CSV)")
    meaning = _("What the code means")
    # codes of excerpts filter; those of findings lead to the codebook
    filtering = " data-filters" if explorer.page.startswith(EXCERPTS.page) else ""
    # what DataTables says to those who listen
    words_of_heads = json.dumps(
        {
            "aria": {
                "orderable": _(": Activate to sort"),
                "orderableReverse": _(": Activate to invert sorting"),
                "orderableRemove": _(": Activate to remove sorting"),
            }
        },
        ensure_ascii=False,
    )
    return (
        f'<form id="explorer" class="kodebog-explorer"{filtering} aria-label="{name}" '
        f'data-words="{escape(words_of_heads)}" '
        f'data-table="{explorer.table}" data-shown="{escape(shown)}" data-file="{file}">{selects}'
        f'<label>{words}<input type="search" name="q" autocomplete="off"></label>'
        f'<p><button type="reset">{reset}</button> '
        f'<button type="button" data-download>{download}</button>'
        f' <span role="status">{shown.format(n=len(used), N=len(used))}</span>'
        f" <a data-meaning hidden>{meaning}</a></p>{_elsewhere(study, homes, explorer.page)}</form>"
    )


def _elsewhere(study: Study, homes: Mapping[str, str], here: str) -> str:
    """Links to the other pages of excerpts, called by their documents; explorer.js takes the filters there, too."""
    documents, label = study.excerpts.set_index("excerpt")["section"], study.labels("sections")
    pages: dict[str, list[str]] = {}
    for row, page in homes.items():
        if page != here:
            pages.setdefault(page, []).append(label[documents[row]])
    named = {page: escape("–".join(dict.fromkeys([names[0], names[-1]]))) for page, names in pages.items()}
    links = [f'<a data-page href="{page.rpartition("/")[2]}.html">{words}</a>' for page, words in named.items()]
    words = _("Excerpts of other documents")
    return f"<p>{words}: {', '.join(links)}</p>" if links else ""
