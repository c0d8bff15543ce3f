"""Parts of pages that are generated: data dictionary, codebook, citations; as MyST Markdown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from kodebog.analysis.coding import coded, ordered
from kodebog.report import tables
from kodebog.report.display import CodeHome, Holders, Table, Words, escape
from kodebog.report.metadata import apa, article, bibtex, citation, licence
from kodebog.study import Study
from kodebog.study.package import OF_INTERVIEWS, datapackage
from kodebog.study.rules import CODING


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
        rows = [
            {
                "Column": field["name"],
                **({} if interviews else {"Dansk": field["title_da"]}),
                "What it holds": field["description"],
                "Allowed": _allowed(field, refers.get(field["name"])),
            }
            for field in schema["fields"]
        ]
        table = Table(
            pd.DataFrame(rows),
            f"Columns of {resource['path']}",
            f"dictionary-{resource['name'].replace('_', '-')}",
            widths=(18, 50, 32) if interviews else (18, 18, 40, 24),
            stub=True,
        )
        danish = "" if interviews else f" ({resource['title_da']})"
        title = escape(f"{resource['title']}{danish}")
        key = ", ".join(schema["primaryKey"])
        parts.append(
            f"## {title}\n\n`{resource['path']}`: {escape(resource['description'])} Key: {key}.\n\n"
            f"{table.markdown()}\n\n{_data_line(resource['path'])}"
        )
    return "\n\n".join(parts)


def _data_line(path: str) -> str:
    """A line that leads to a file of the study, which stands beside the pages."""
    return f"{{.kodebog-provenance}}\n{{built}}`Data (CSV) <data/{path}>`"


def _allowed(field: dict[str, Any], refers: str | None) -> str:
    constraints = dict(field.get("constraints", {}))
    words = [str(field["type"])]
    if refers:
        words.append(f"a value of {refers}")
    if "enum" in constraints:
        words.append(" / ".join(constraints["enum"]))
    if "pattern" in constraints:
        words.append(f"pattern {constraints['pattern']}")
    if "minimum" in constraints:
        words.append(f"at least {constraints['minimum']}")
    words.append("required" if constraints.get("required") else "may be empty")
    return "; ".join(words)


def codebook(study: Study) -> str:
    """Return a section for each family of codes: each code with its labels, definition, example and use."""
    if study.of_interviews:
        return _codebook_of_interviews(study)
    holders = coded(study).drop_duplicates(["excerpt", "code"]).groupby("code")["excerpt"].agg(ordered)
    parts = []
    for family in study.families.itertuples():
        codes = study.codes[study.codes["family"] == family.family]
        rows = [
            {
                "Code": CodeHome(str(code.code)),
                "Label": (f"{code.label_en}", f"{code.label_da}"),
                "When to give it": code.definition_en,
                "Example": code.example,
                "Excerpts": Holders(str(code.code), len(holders.get(str(code.code), ()))),
            }
            for code in codes.itertuples()
        ]
        table = Table(
            pd.DataFrame(rows),
            f"Codes of the family {family.label_en} ({family.label_da}), with the number of excerpts",
            f"codes-{family.family}",
            widths=(22, 24, 36, 9, 9),
            stub=True,
        )
        parts.append(
            f"## {escape(f'{family.label_en} ({family.label_da})')}\n\n{escape(str(family.definition_en))} "
            f"Section: {family.section}.\n\n{table.markdown()}\n\n{_data_line('codes.csv')}"
        )
    return "\n\n".join(parts)


def _codebook_of_interviews(study: Study) -> str:
    """A section for each family of codes of interviews, whose words are shown as they are."""
    holders = coded(study).groupby("code")["excerpt"].nunique()
    parts = []
    for family in study.families.itertuples():
        codes = study.codes[study.codes["family"] == family.family]
        frame = pd.DataFrame(
            {
                "Code": [CodeHome(str(code)) for code in codes["code"]],
                "Label": [Words(str(label)) for label in codes["label_en"]],
                "When to give it": [Words(d) if isinstance(d, str) else "" for d in codes["definition_en"]],
                "Excerpts": [Holders(str(code), int(holders.get(code, 0))) for code in codes["code"]],
            }
        )
        caption = f"Codes of the family {family.label_en}, with the number of excerpts that carry them"
        table = Table(frame, caption, f"codes-{family.family}", (24, 28, 36, 12), stub=True)
        told = f"{escape(family.definition_en)}\n\n" if isinstance(family.definition_en, str) else ""
        parts.append(f"## {escape(str(family.label_en))}\n\n{told}{table.markdown()}\n\n{_data_line('codes.csv')}")
    return "\n\n".join(parts)


def codings_of_initiatives(study: Study) -> str:
    """Return a table of the codes that each initiative has, of what it is said, and where the evidence stands."""
    cases, labels, sections = (study.labels(table) for table in ("cases", "codes", "sections"))
    rows = [
        {
            "Initiative": cases[row.case],
            "Code": labels[row.code],
            "Said of": "the whole type" if row.said_of == "type" else "this initiative",
            "Evidence": sections.get(row.evidence, row.evidence),
        }
        for row in study.case_codes.itertuples()
    ]
    caption = f"The {len(rows)} codings of initiatives, with where the article says it"
    table = Table(pd.DataFrame(rows), caption, "case-codings", widths=(26, 40, 12, 22), stub=True)
    return f"{table.markdown()}\n\n{_data_line('case_codes.csv')}"


def judgements(study: Study) -> str:
    """Return the judgements that excerpts bear on findings, and those that they do not though they share codes."""
    refused = study.finding_excerpts[study.finding_excerpts["relation"] == "no"]
    grouped = refused.groupby(["finding", "why"], sort=False)["excerpt"].agg(tuple).reset_index()
    frame = pd.DataFrame({"Finding": grouped["finding"], "Excerpts": grouped["excerpt"], "Why not": grouped["why"]})
    no = Table(
        frame,
        f"{len(refused)} pairs that share codes, and still the excerpt does not bear on the finding",
        "tab-refused",
        (10, 30, 60),
    )
    data = _data_line("finding_excerpts.csv")
    return f"{tables.judgements(study).markdown()}\n\n## Judged not to bear on it\n\n{no.markdown()}\n\n{data}"


def settled(study: Study) -> str:
    """Return the codings that some readings give and others do not, with what was decided and why."""
    labels = study.labels("codes")
    by = study.readings.groupby(CODING)["reading"].agg(
        lambda names: ", ".join(name.removeprefix("reading-") for name in names)
    )
    rows = study.settled
    frame = pd.DataFrame(
        {
            "Excerpt": rows["excerpt"],
            "Code": rows["code"].map(labels) + rows["stance"].map({"for": "", "against": " (against)"}),
            "Given by": [by[key] for key in rows[CODING].itertuples(index=False, name=None)],
            "Decided": rows["decision"],
            "Why": rows["why"],
        }
    )
    given = int((rows["decision"] == "given").sum())
    caption = f"{len(rows)} codings on which the readings differ; {given} of them count"
    table = Table(frame, caption, "tab-settled", (9, 28, 11, 12, 40))
    return f"{table.markdown()}\n\n{_data_line('settled.csv')}"


def wording(study: Study) -> str:
    """Return a section for each table with texts in both languages: its key, the English and the Danish text."""
    package = {resource["name"]: resource for resource in datapackage(study.folder)["resources"]}
    parts = []
    for name in Study.tables():
        table: pd.DataFrame = getattr(study, name)
        pairs = [column.removesuffix("_en") for column in table.columns if column.endswith("_en")]
        if not pairs:
            continue
        about = package[name]
        key = str(table.columns[0])
        beside = [c for c in ("section", "heading") if c in table.columns and c != key]
        rows = [
            {
                "Key": row[key],
                "English": row[f"{pair}_en"],
                "Dansk": row[f"{pair}_da"],
                "Beside it": "; ".join(map(str, row[beside])),
            }
            for pair in pairs
            for _, row in table.dropna(subset=[f"{pair}_en"]).iterrows()
        ]
        frame = pd.DataFrame(rows) if beside else pd.DataFrame(rows).drop(columns="Beside it")
        widths = (14, 36, 36, 14) if beside else (18, 41, 41)
        shown = Table(
            frame,
            f"{about['title']} in both languages: {', '.join(pairs)}",
            f"wording-{name.replace('_', '-')}",
            widths,
            stub=True,
        )
        title = escape(f"{about['title']} ({about['title_da']})")
        parts.append(f"## {title}\n\n{shown.markdown()}\n\n{_data_line(about['path'])}")
    return "\n\n".join(parts)


def themes(study: Study) -> str:
    """Return the picture of what hinders and what helps, for the landing page."""
    return tables.both_sides(study, "tab-themes").markdown()


def imprint() -> str:
    """Return version, date and licences of this report, in a line."""
    about = citation()
    licences = "Code under the MIT licence, text and data under CC BY 4.0; the article belongs to its authors."
    return (
        f"{{.kodebog-provenance}}\nVersion {about['version']}, {about['date-released']}. "
        f"{licences if article() else escape(licence())}"
    )


def citations() -> str:
    """Return how to cite the article and this report: in APA style, and as BibTeX."""
    *works, report = apa()
    cited = f"The article:\n\n> {works[0]}\n\n" if works else ""
    return (
        f"{cited}This report:\n\n> {report}\n\n"
        f"{'Both f' if works else 'F'}or a reference manager:\n\n```bibtex\n{bibtex()}\n```"
    )
