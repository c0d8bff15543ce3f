"""A coded study as files that other programs read: tables for R, Excel or Python, and REFI-QDA for coding programs.

Source of the format: REFI-QDA standard 1.5 (2019), qdasoftware.org. A project holds positions, and the words of the
documents only where somebody who has them gives them; a codebook holds no words at all.
"""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd

from kodebog.analysis.interviews import codes_of_excerpts
from kodebog.errors import KodebogError
from kodebog.report.display import csv_text
from kodebog.study import Study
from kodebog.study.coded import numbered

SPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
"""Names are turned into ids in this name space (RFC 9562), so that the same study gives the same ids."""
CODEBOOK, PROJECT = "urn:QDA-XML:codebook:1.0", "urn:QDA-XML:project:1.0"
MOMENT = "1980-01-01T00:00:00Z"
"""When codings were made, which no table holds and the format asks for."""


class ExportError(KodebogError):
    """The study cannot be written in this form; the message says why."""


def given(study: Study) -> pd.DataFrame:
    """Return every coding: those that count, and in interviews those of all coders. Columns: excerpt, code, coder."""
    columns = ["excerpt", "code", "coder"]
    all_coders = study.readings.rename(columns={"reading": "coder"}) if study.of_interviews else study.readings[:0]
    rows = pd.concat([study.excerpt_codes[columns], all_coders.reindex(columns=columns)])
    return rows.drop_duplicates().sort_values(["excerpt", "coder"], kind="stable", ignore_index=True)


def codings(study: Study) -> str:
    """Return the codings as CSV, a row each, as `kodebog import` reads them.

    Columns: passage, document, group, start and end (characters) where known, length (in words), code (its label, after
    those above it), coder, code id.
    """
    names, parents = study.labels("codes"), study.codes.set_index("code")["parent"].dropna().to_dict()
    families = study.codes.set_index("code")["family"].map(study.labels("families"))
    general = set(_general(study).values())

    def path(code: str) -> str:
        if code in general:
            return str(families[code])
        above = [names[code]]
        while code in parents:
            code = parents[code]
            above.append(names[code])
        return " > ".join([families[code], *reversed(above)])

    rows = given(study).merge(study.excerpts, on="excerpt")
    frame = pd.DataFrame(
        {
            "passage": rows["excerpt"],
            "document": rows["section"].map(study.labels("sections")),
            "group": rows["perspective"].map(study.labels("sample")),
            **{column: rows[column] for column in ("start", "end") if column in rows},
            "length": rows["words"],
            "code": rows["code"].map(path),
            "coder": rows["coder"],
            "code id": rows["code"],
        }
    )
    return csv_text(frame)


def _general(study: Study) -> dict[str, str]:
    """The codes that are what a family is as a code itself, by family; so they go out again as what they came from."""
    families = study.labels("families")
    return {
        row.family: row.code
        for row in study.codes.itertuples()
        if row.code.startswith(f"{row.family}-general") and row.label_en.startswith(f"{families[row.family]} (")
    }


def matrix(study: Study) -> str:
    """Return a table of zeros and ones as CSV: a row for each excerpt, a column for each code, codes above included.

    Columns: excerpt_id, document_id, group_id, then the codes, whose ids have no underscore.
    """
    places = study.excerpts[["excerpt", "section", "perspective"]]
    places = places.set_axis(["excerpt_id", "document_id", "group_id"], axis="columns")
    return csv_text(places.join(codes_of_excerpts(study), on="excerpt_id"))


def _guid(kind: str, name: str) -> str:
    return str(uuid.uuid5(SPACE, f"kodebog/{kind}/{name}"))


def _codebook(study: Study, root: ET.Element) -> None:
    """Families as codes that cannot be given, and the codes below them, each with its definition."""
    codes, general = ET.SubElement(ET.SubElement(root, "CodeBook"), "Codes"), _general(study)
    for family in study.families.itertuples():
        itself = general.get(str(family.family), "")
        guid = _guid("code", itself) if itself else _guid("family", str(family.family))
        top = _code(codes, guid, str(family.label_en), bool(itself), family.definition_en)
        nodes: dict[str, ET.Element] = {}
        rows = study.codes[(study.codes["family"] == family.family) & (study.codes["code"] != itself)]
        waiting = list(rows.itertuples())
        while waiting:  # those above first, whatever the order of the table
            rest = []
            for row in waiting:
                parent = row.parent if isinstance(row.parent, str) else ""
                if parent and parent not in nodes:
                    rest.append(row)
                    continue
                above = nodes[parent] if parent else top
                key = _guid("code", str(row.code))
                nodes[str(row.code)] = _code(above, key, str(row.label_en), True, row.definition_en)
            waiting = rest


def _code(above: ET.Element, guid: str, name: str, given: bool, definition: object) -> ET.Element:
    code = ET.SubElement(above, "Code", guid=guid, name=name, isCodable=str(given).lower())
    if isinstance(definition, str) and definition:
        ET.SubElement(code, "Description").text = definition
    return code


def _groups(study: Study, root: ET.Element) -> None:
    """Groups as cases, with the documents of each."""
    if "group" not in study.sections or len(study.sample) < 2:
        return
    cases = ET.SubElement(root, "Cases")
    for group, label in study.labels("sample").items():
        case = ET.SubElement(cases, "Case", guid=_guid("group", group), name=label)
        for document in study.sections.loc[study.sections["group"] == group, "section"]:
            ET.SubElement(case, "SourceRef", targetGUID=_guid("document", document))


def codebook(study: Study) -> bytes:
    """Return the codebook as REFI-QDA (.qdc)."""
    root = ET.Element("CodeBook", {"xmlns": CODEBOOK, "origin": "kodebog"})
    _codebook(study, root)
    for child in list(root[0]):  # a codebook by itself is the element that holds the codes
        root.append(child)
    root.remove(root[0])
    return _xml(root)


def project(study: Study, texts: Mapping[str, str] | None = None) -> bytes:
    """Return the study as a REFI-QDA project (.qdpx); `texts`: the words of documents by their id, if they may go in.

    Raises:
        ExportError: when the study does not say where its excerpts stand.

    """
    if not _has_places(study):
        raise ExportError("This study does not say where its excerpts stand; its codebook alone can be exported.")
    texts = texts or {}
    root = ET.Element("Project", xmlns=PROJECT, name="kodebog", origin="kodebog", creationDateTime=MOMENT)
    codings = given(study)
    users = ET.SubElement(root, "Users")
    for coder in sorted(codings["coder"].unique()):
        ET.SubElement(users, "User", guid=_guid("user", coder), name=coder)
    user = _guid("user", min(codings["coder"]))
    _codebook(study, root)
    _groups(study, root)
    sources = ET.SubElement(root, "Sources")
    by_excerpt = {str(e): part for e, part in codings.groupby("excerpt")}
    for document, label in study.labels("sections").items():
        part = study.excerpts[study.excerpts["section"] == document].dropna(subset=["start", "end"])
        guid = _guid("document", document)
        about = {"guid": guid, "name": label, "creatingUser": user, "creationDateTime": MOMENT}
        if document in texts:
            about["plainTextPath"] = f"internal://{guid}.txt"
        source = ET.SubElement(sources, "TextSource", about)
        for row in part.itertuples():
            key = _guid("excerpt", str(row.excerpt))
            place = {"guid": key, "name": str(row.excerpt), "creatingUser": user, "creationDateTime": MOMENT}
            place |= {"startPosition": str(row.start), "endPosition": str(row.end)}
            holder = ET.SubElement(source, "PlainTextSelection", place)
            for _, code, coder in by_excerpt[str(row.excerpt)].itertuples(index=False, name=None):
                about = {"guid": _guid("coding", f"{row.excerpt} {code} {coder}"), "creationDateTime": MOMENT}
                made = ET.SubElement(holder, "Coding", about, creatingUser=_guid("user", coder))
                ET.SubElement(made, "CodeRef", targetGUID=_guid("code", code))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo("project.qde"), _xml(root))
        for document, text in sorted(texts.items()):
            archive.writestr(zipfile.ZipInfo(f"sources/{_guid('document', document)}.txt"), text.encode())
    return buffer.getvalue()


def _has_places(study: Study) -> bool:
    return "start" in study.excerpts and bool(study.excerpts["start"].notna().any())


def left_out(study: Study) -> list[str]:
    """Return what of a study a REFI-QDA project does not hold, a sentence each."""
    if not _has_places(study):
        return ["No REFI-QDA project: the study does not say where its excerpts stand."]
    lost = int(study.excerpts["start"].isna().sum())
    told = numbered(lost, "excerpt")
    return [f"{told} without a place in a text left out of the REFI-QDA project; the tables have them."] if lost else []


def _xml(root: ET.Element) -> bytes:
    ET.indent(root)
    made: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


FORMS: dict[str, Callable[[Study], str | bytes]] = {
    "codings.csv": codings,
    "matrix.csv": matrix,
    "codebook.qdc": codebook,
    "project.qdpx": project,
}
"""What can be exported, by the name that the file gets."""


def write(study: Study, folder: Path, texts: Mapping[str, str] | None = None) -> list[Path]:
    """Write every form that the study allows into a folder; return the files.

    Raises:
        ExportError: when the folder is there already.

    """
    if folder.exists():
        raise ExportError(f"{folder}: is there already; name a new folder.")
    made: dict[str, str | bytes] = {}
    for name, form in FORMS.items():
        if name == "project.qdpx":
            if _has_places(study):
                made[name] = project(study, texts)
        else:
            made[name] = form(study)
    folder.mkdir(parents=True, mode=0o700 if texts else 0o755)
    for name, content in made.items():
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return [folder / name for name in made]
