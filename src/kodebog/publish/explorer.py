"""The evidence explorer: what the page of excerpts needs to be filtered, as plain HTML.

Every row of the table gets what it can be filtered by in `data-` attributes, and the page a form (see
`kodebog.publish.transforms`); the script `explorer.js` ties the two together. Without it the page is a plain table.
"""

from __future__ import annotations

from html import escape

from kodebog.analysis.coding import coded, practice_of_excerpts
from kodebog.study import Study

PAGE = "notebooks/evidence"
"""The page that holds the excerpts."""
TABLE = "tab-excerpts"
"""Its table."""
FORM = "explorer"
"""The form that filters it."""
SCRIPTS = ("datatables/dataTables.min.js", "explorer.js")


def row_attributes(study: Study) -> dict[str, dict[str, str]]:
    """Return what each excerpt can be filtered by: excerpt → attribute → values, joined by spaces.

    `text` holds what free text is looked for in: gists, labels and definitions of its codes, in both languages.
    """
    families = study.codes.set_index("code")["family"]
    codes = coded(study).groupby("excerpt")["code"].agg(lambda c: list(dict.fromkeys(c)))
    practices = practice_of_excerpts(study).groupby("excerpt")["practice"].agg(list)
    words = {
        lang: {table: study.labels(table, lang) for table in ("codes", "sections", "sample", "cases")}
        for lang in ("en", "da")
    }
    found = {}
    for row in study.excerpts.itertuples():
        case = row.case if isinstance(row.case, str) else ""
        given = codes.get(row.excerpt, [])
        text = [row.excerpt, row.role_printed, row.opening, row.gist_en, row.gist_da]
        for lang in words.values():
            text += [lang["sections"][row.section], lang["sample"][row.perspective], lang["cases"].get(case, "")]
            text += [lang["codes"][code] for code in given]
        found[row.excerpt] = {
            "perspective": row.perspective,
            "practice": " ".join(practices.get(row.excerpt, [])),
            "initiative": case,
            "family": " ".join(dict.fromkeys(families[code] for code in given)),
            "code": " ".join(given),
            "section": row.section,
            "text": " ".join(filter(None, text)),
        }
    return found


def form(study: Study) -> str:
    """Return the form with a filter for each attribute; the style sheet hides it where there are no scripts."""
    labels = {table: study.labels(table) for table in ("sample", "cases", "families", "sections", "codes")}
    danish = {table: study.labels(table, "da") for table in labels}
    used = list(row_attributes(study).values())

    def options(attribute: str, table: str) -> str:
        taken = {value for row in used for value in row[attribute].split()}
        return "".join(
            f'<option value="{escape(key)}">{escape(label)} ({escape(danish[table][key])})</option>'
            for key, label in labels[table].items()
            if key in taken
        )

    selects = "".join(
        f'<label>{name}<select name="{attribute}"><option value="">all</option>'
        f"{options(attribute, table)}</select></label>"
        for attribute, name, table in (
            ("perspective", "Perspective", "sample"),
            ("practice", "Practice", "codes"),
            ("initiative", "Initiative", "cases"),
            ("section", "Section", "sections"),
            ("family", "Code family", "families"),
            ("code", "Code", "codes"),
        )
    )
    return (
        f'<form id="{FORM}" class="kodebog-explorer" aria-label="Filter the excerpts">{selects}'
        '<label>Words, English or Danish<input type="search" name="q" autocomplete="off"></label>'
        '<p><button type="reset">Show all</button> '
        '<button type="button" data-download>Download what is shown (CSV)</button>'
        f' <span role="status">{len(used)} of {len(used)} excerpts shown</span></p></form>'
    )
