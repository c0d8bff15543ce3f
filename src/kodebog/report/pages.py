"""Parts of pages that are generated: data dictionary, codebook, citations; as MyST Markdown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from kodebog.analysis.coding import coded, ordered
from kodebog.edition import _, noop
from kodebog.report import tables
from kodebog.report.display import CodeHome, Holders, Table, Words, escape
from kodebog.report.metadata import apa, article, bibtex, citation, licence
from kodebog.report.wording import in_both, known, labels, lang, told
from kodebog.study import Study
from kodebog.study.package import OF_INTERVIEWS, datapackage
from kodebog.study.rules import CODING

ENGLISH = noop("English")
"""Head of columns whose cells are all English; that of Danish ones is “Dansk” in every edition."""


def data_dictionary(folder: Path) -> str:
    """Return a section for each table of the data package: what a row is, its columns, its keys."""
    package = datapackage(folder)
    parts = []
    interviews = OF_INTERVIEWS in {resource["name"] for resource in package["resources"]}
    for resource in package["resources"]:
        schema = resource["schema"]
        refers = {
            column: f"{key['reference']['resource'] or resource['name']}.{target}"
            for key in reversed(schema.get("foreignKeys", []))
            for column, target in zip(key["fields"], key["reference"]["fields"], strict=True)
        }
        danish = lang() == "da"
        rows = [
            {
                _("Column"): field["name"],
                **({} if interviews or danish else {"Dansk": field["title_da"]}),
                _("What it holds"): field.get("description_da", field["description"])
                if danish
                else field["description"],
                _("Allowed"): _allowed(field, refers.get(field["name"])),
            }
            for field in schema["fields"]
        ]
        table = Table(
            pd.DataFrame(rows),
            _("Columns of {path}").format(path=resource["path"]),
            f"dictionary-{resource['name'].replace('_', '-')}",
            widths=(18, 50, 32) if interviews or danish else (18, 18, 40, 24),
            stub=True,
        )
        name, about = resource["title"], resource["description"]
        if danish:
            name, about = resource["title_da"], resource.get("description_da", about)
        elif not interviews:
            name = f"{name} ({resource['title_da']})"
        key = _("Key: {key}.").format(key=", ".join(schema["primaryKey"]))
        parts.append(
            f"## {escape(name)}\n\n`{resource['path']}`: {escape(about)} {key}\n\n"
            f"{table.markdown()}\n\n{_data_line(resource['path'])}"
        )
    return "\n\n".join(parts)


def _data_line(path: str) -> str:
    """A line that leads to a file of the study, which stands beside the pages."""
    words = _("Data (CSV)")
    return f"{{.kodebog-provenance}}\n{{built}}`{words} <data/{path}>`"


TYPES = (noop("string"), noop("integer"), noop("number"), noop("boolean"), noop("date"))
"""Types of columns."""


def _allowed(field: dict[str, Any], refers: str | None) -> str:
    constraints = dict(field.get("constraints", {}))
    words = [known(str(field["type"]))]
    if refers:
        words.append(_("a value of {column}").format(column=refers))
    if "enum" in constraints:
        words.append(" / ".join(constraints["enum"]))
    if "pattern" in constraints and "enum" not in constraints:  # the values say it
        words.append(_("pattern {pattern}").format(pattern=constraints["pattern"]))
    if "minimum" in constraints:
        words.append(_("at least {n}").format(n=constraints["minimum"]))
    words.append(_("required") if constraints.get("required") else _("may be empty"))
    return "; ".join(words)


def codebook(study: Study) -> str:
    """Return a section for each family of codes: each code with its labels, definition, example and use."""
    if study.of_interviews:
        return _codebook_of_interviews(study)
    holders = coded(study).drop_duplicates(["excerpt", "code"]).groupby("code")["excerpt"].agg(ordered)
    families, sections = in_both(study, "families"), labels(study, "sections")
    parts = []
    for family in study.families.itertuples():
        codes = study.codes[study.codes["family"] == family.family]
        frame = pd.DataFrame(
            {
                _("Code"): [CodeHome(str(code)) for code in codes["code"]],
                _("Label"): [
                    (c.label_da,) if lang() == "da" else (str(c.label_en), str(c.label_da)) for c in codes.itertuples()
                ],
                _("When to give it"): told(codes, "definition"),
                _("Example"): codes["example"],
                _("Excerpts"): [Holders(str(code), len(holders.get(str(code), ()))) for code in codes["code"]],
            }
        )
        name = families[str(family.family)]
        caption = _("Codes of the family {family}, with the number of excerpts").format(family=name)
        table = Table(frame, caption, f"codes-{family.family}", widths=(22, 24, 36, 9, 9), stub=True)
        place = _("Section: {section}.").format(section=sections.get(str(family.section), family.section))
        about = family.definition_da if lang() == "da" else family.definition_en
        told_first = escape(f"{about} {place}")
        parts.append(f"## {escape(name)}\n\n{told_first}\n\n{table.markdown()}\n\n{_data_line('codes.csv')}")
    return "\n\n".join(parts)


def _codebook_of_interviews(study: Study) -> str:
    """A section for each family of codes of interviews, whose words are shown as they are."""
    holders = coded(study).groupby("code")["excerpt"].nunique()
    parts = []
    for family in study.families.itertuples():
        codes = study.codes[study.codes["family"] == family.family]
        frame = pd.DataFrame(
            {
                _("Code"): [CodeHome(str(code)) for code in codes["code"]],
                _("Label"): [Words(str(label)) for label in codes["label_en"]],
                _("When to give it"): [Words(d) if isinstance(d, str) else "" for d in codes["definition_en"]],
                _("Excerpts"): [Holders(str(code), int(holders.get(code, 0))) for code in codes["code"]],
            }
        )
        caption = _("Codes of the family {family}, with the number of excerpts").format(family=family.label_en)
        table = Table(frame, caption, f"codes-{family.family}", (24, 28, 36, 12), stub=True)
        about = f"{escape(family.definition_en)}\n\n" if isinstance(family.definition_en, str) else ""
        parts.append(f"## {escape(str(family.label_en))}\n\n{about}{table.markdown()}\n\n{_data_line('codes.csv')}")
    return "\n\n".join(parts)


def codings_of_initiatives(study: Study) -> str:
    """Return a table of the codes that each initiative has, of what it is said, and where the evidence stands."""
    cases, codes, sections = (labels(study, table) for table in ("cases", "codes", "sections"))
    rows = [
        {
            _("Initiative"): cases[row.case],
            _("Code"): codes[row.code],
            _("Said of"): _("the whole type") if row.said_of == "type" else _("this initiative"),
            _("Evidence"): sections.get(row.evidence, row.evidence),
        }
        for row in study.case_codes.itertuples()
    ]
    caption = _("The {n} codings of initiatives, with where the article says it").format(n=len(rows))
    table = Table(pd.DataFrame(rows), caption, "case-codings", widths=(26, 34, 18, 22), stub=True)
    return f"{table.markdown()}\n\n{_data_line('case_codes.csv')}"


def judgements(study: Study) -> str:
    """Return the judgements that excerpts bear on findings, and those that they do not though they share codes."""
    judged = study.finding_excerpts
    refused = judged[judged["relation"] == "no"].assign(reason=told(judged, "why"))
    grouped = refused.groupby(["finding", "reason"], sort=False)["excerpt"].agg(tuple).reset_index()
    frame = pd.DataFrame(
        {_("Finding"): grouped["finding"], _("Excerpts"): grouped["excerpt"], _("Why not"): grouped["reason"]}
    )
    caption = _("{n} pairs that share codes, and still the excerpt does not bear on the finding")
    no = Table(frame, caption.format(n=len(refused)), "tab-refused", (10, 30, 60))
    data, head = _data_line("finding_excerpts.csv"), _("Judged not to bear on it")
    return f"{tables.judgements(study).markdown()}\n\n## {head}\n\n{no.markdown()}\n\n{data}"


DECISIONS = (noop("given"), noop("not given"))
"""What was decided of a coding on which readings differ."""


def settled(study: Study) -> str:
    """Return the codings that some readings give and others do not, with what was decided and why."""
    by = study.readings.groupby(CODING)["reading"].agg(
        lambda names: ", ".join(name.removeprefix("reading-") for name in names)
    )
    rows = study.settled
    against = " (" + _("against") + ")"
    frame = pd.DataFrame(
        {
            _("Excerpt"): rows["excerpt"],
            _("Code"): rows["code"].map(labels(study, "codes")) + rows["stance"].map({"for": "", "against": against}),
            _("Given by"): [by[key] for key in rows[CODING].itertuples(index=False, name=None)],
            _("Decided"): rows["decision"].map(known),
            _("Why"): told(rows, "why"),
        }
    )
    given = int((rows["decision"] == "given").sum())
    caption = _("{n} codings on which the readings differ; {given} of them count").format(n=len(rows), given=given)
    table = Table(frame, caption, "tab-settled", (9, 28, 11, 12, 40))
    return f"{table.markdown()}\n\n{_data_line('settled.csv')}"


def wording(study: Study) -> str:
    """Return a section for each table with texts in both languages: its key, the English and the Danish text."""
    package = {resource["name"]: resource for resource in datapackage(study.folder)["resources"]}
    parts = []
    for name in Study.tables():
        table: pd.DataFrame = getattr(study, name)
        pairs = {column.removesuffix("_da") for column in table.columns if column.endswith("_da")}
        english = {pair: f"{pair}_en" if f"{pair}_en" in table else pair for pair in pairs}
        order = [column for column in table.columns if column in english.values()]
        if not pairs:
            continue
        about = package[name]
        key = str(table.columns[0])
        beside = [c for c in ("section", "heading", "excerpt") if c in table.columns and c != key]
        rows = [
            {
                _("Key"): row[key],
                _(ENGLISH): row[column],
                "Dansk": row[f"{column.removesuffix('_en')}_da"],
                _("Beside it"): "; ".join(str(row[c]) for c in beside if pd.notna(row[c])),
            }
            for column in order
            for row in table.dropna(subset=[column]).drop_duplicates(column).to_dict("records")
        ]
        frame = pd.DataFrame(rows) if beside else pd.DataFrame(rows).drop(columns=_("Beside it"))
        widths = (14, 36, 36, 14) if beside else (18, 41, 41)
        danish = lang() == "da"
        caption = _("{table} in both languages: {columns}").format(
            table=about["title_da" if danish else "title"], columns=", ".join(c.removesuffix("_en") for c in order)
        )
        shown = Table(frame, caption, f"wording-{name.replace('_', '-')}", widths, stub=True)
        title = escape(about["title_da"] if danish else f"{about['title']} ({about['title_da']})")
        parts.append(f"## {title}\n\n{shown.markdown()}\n\n{_data_line(about['path'])}")
    return "\n\n".join(parts)


def themes(study: Study) -> str:
    """Return the picture of what hinders and what helps, for the landing page."""
    return tables.both_sides(study, "tab-themes").markdown()


def themes_again(study: Study) -> str:
    """Return the same picture for another page, on screens: without a number, its caption as a sentence."""
    picture = tables.both_sides(study)
    shown = replace(picture, caption="", name="").markdown()
    return f"::::{{container}} kodebog-screen\n{escape(picture.caption)}.\n\n{shown}\n::::"


def imprint() -> str:
    """Return version, date and licences of this report, in a line."""
    about = citation()
    licences = _("Code under the MIT licence, text and data under CC BY 4.0; the article belongs to its authors.")
    version = _("Version {version}, {date}.").format(version=about["version"], date=about["date-released"])
    return f"{{.kodebog-provenance}}\n{version} {licences if article() else escape(licence())}"


def citations() -> str:
    """Return how to cite the article and this report: in APA style, and as BibTeX."""
    *works, report = apa()
    cited = _("The article:") + f"\n\n> {works[0]}\n\n" if works else ""
    manager = _("Both for a reference manager:") if works else _("For a reference manager:")
    ours = _("This report:")
    return f"{cited}{ours}\n\n> {report}\n\n{manager}\n\n```bibtex\n{bibtex()}\n```"
