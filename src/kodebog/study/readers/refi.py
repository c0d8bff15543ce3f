"""REFI-QDA, the exchange format of NVivo, MAXQDA, ATLAS.ti, QualCoder and others: projects (.qdpx), codebooks (.qdc).

Source: REFI-QDA standard 1.5 (2019), qdasoftware.org. Members of the archive are read by name, within limits, and never
unpacked; a document type declaration is refused, for no such file needs one.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from kodebog.study.coded import (
    LARGEST,
    Code,
    Coded,
    Coding,
    Document,
    Passage,
    ReadError,
    Unit,
    by_dots,
    characters,
    numbered,
    placed,
    unit_of,
)

UNITS: tuple[Unit, ...] = ("characters", "UTF-16 units", "UTF-8 bytes")
SOURCES = ("TextSource", "PDFSource", "PictureSource", "AudioSource", "VideoSource")
ELSEWHERE = ("PDFSelection", "PictureSelection", "AudioSelection", "VideoSelection", "TranscriptSelection")
"""Selections that have no place in a text."""
PLACES = ("page", "firstX", "firstY", "secondX", "secondY", "begin", "end")
"""What says where they stand: a page and corners, or milliseconds."""
LEFT_OUT = (("Note", "memos"), ("Link", "links"), ("Graph", "graphs"))
_FORBIDDEN = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]"
    rb"|&#(?:x0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]|[fF]{3}[eEfF])|0*(?:[0-8]|1[124-9]|2\d|3[01]|6553[45]));"
)
"""What XML may not hold, as it stands or as a reference."""


def read(path: Path) -> Coded:
    """Return what a project or a codebook holds.

    Raises:
        ReadError: when it is broken, or is no such file.

    """
    if not zipfile.is_zipfile(path):
        made = Coded("REFI-QDA codebook")
        if path.stat().st_size > LARGEST:
            raise ReadError(f"{path.name}: is larger than {LARGEST >> 20} MiB.")
        root = _parsed(path.read_bytes(), path.name, made)
        _codes(root, made)
        if (root.get("origin") or "").startswith("Taguette"):
            made.codes = by_dots(made.codes)
        return made
    with zipfile.ZipFile(path) as archive:
        members = _Members(archive, path.name)
        projects = [name for name in members.known if name.endswith(".qde")]
        if len(projects) != 1:
            raise ReadError(f"{path.name}: holds {len(projects) or 'no'} .qde files; a REFI-QDA project has one.")
        made = Coded("REFI-QDA project")
        root = _parsed(members.read(projects[0]), projects[0], made)
        if origin := root.get("origin"):
            made.program += f", written by {origin}"
        _codes(root, made)
        users = {_id(user.get("guid")): user.get("name") or _id(user.get("guid")) for user in _all(root, "User")}
        shifted: Counter[str] = Counter()
        for source in _all(root, *SOURCES):
            _source(source, members, users, made, shifted)
        for unit in UNITS[1:]:
            if number := shifted[f"{unit}, documents"]:
                made.notes.append(
                    f"{numbered(number, 'document')} whose positions count {unit} ({shifted[f'{unit}, right']} of "
                    f"{shifted[f'{unit}, passages']} passages are right so, {shifted[f'{unit}, plain']} as characters)."
                )
        _attributes(root, made)
    for tag, what in LEFT_OUT:
        if number := len(_all(root, tag)):
            made.notes.append(f"{number} {what} were left out.")
    return made


def _attributes(root: Element, made: Coded) -> None:
    """Give each document what its variables say, and those of the cases it belongs to."""
    names = {_id(variable.get("guid")): variable.get("name") or "" for variable in _all(root, "Variable")}

    def values(holder: Element) -> dict[str, str]:
        found = {}
        for value in _children(holder, "VariableValue"):
            name = next((names.get(_id(ref.get("targetGUID")), "") for ref in _children(value, "VariableRef")), "")
            said = " ".join("".join(part.itertext()) for part in value if _tag(part) != "VariableRef")
            if name and said.strip():
                found[name] = " ".join(said.split())
        return found

    for source in _all(root, *SOURCES):
        if (key := _id(source.get("guid"))) in made.documents:
            made.documents[key].attributes.update(values(source))
    for case in _all(root, "Case"):
        told = {**values(case), "case": " ".join((case.get("name") or "").split())}
        for key in (_id(ref.get("targetGUID")) for ref in _children(case, "SourceRef")):
            if key in made.documents:
                for name, value in told.items():
                    if value:
                        made.documents[key].attributes.setdefault(name, value)


class _Members:
    """The files of an archive, whatever the case of their names; what leads outside is not among them."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self.archive, self.name, self.left = archive, name, LARGEST
        inside = [
            info for info in archive.infolist() if info.filename and not info.is_dir() and not _leads_out(info.filename)
        ]
        self.known = {info.filename.replace("\\", "/").casefold(): info for info in inside}

    def read(self, key: str) -> bytes:
        info = self.known[key]
        if info.flag_bits & 1:
            raise ReadError(f"{self.name}: {info.filename} is encrypted; export the project without a password.")
        try:
            with self.archive.open(info) as file:
                content = file.read(self.left + 1)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError) as error:
            raise ReadError(f"{self.name}: {info.filename} cannot be unpacked ({error}).") from None
        self.left -= len(content)  # of all files together: several sources may name the same one
        if self.left < 0:
            raise ReadError(f"{self.name}: is larger than {LARGEST >> 20} MiB when unpacked, at {info.filename}.")
        return content

    def text(self, address: str | None) -> bytes | None:
        """What a `plainTextPath` leads to: `internal://X`, or X alone. Files outside the archive are not opened."""
        name = (address or "").removeprefix("internal://").replace("\\", "/").casefold()
        if not name or "://" in name:
            return None
        return next((self.read(key) for key in (f"sources/{name}", name) if key in self.known), None)


def _leads_out(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return ".." in parts or name.startswith(("/", "\\")) or ":" in (parts[0] if parts else "")


def _parsed(raw: bytes, name: str, made: Coded) -> Any:
    clean = _FORBIDDEN.sub(b"", raw) if not raw.startswith((b"\xff\xfe", b"\xfe\xff")) else raw
    try:
        root = fromstring(clean, forbid_dtd=True)
    except DefusedXmlException:
        raise ReadError(f"{name}: has a document type declaration, which no REFI-QDA file needs.") from None
    except (ParseError, ValueError) as error:
        raise ReadError(f"{name}: is no XML ({error}).") from None
    if clean != raw:
        made.notes.append(f"{name}: {len(_FORBIDDEN.findall(raw))} characters that XML forbids were left out.")
    return root


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]  # the namespace is written in several ways


def _children(element: Element, *tags: str) -> list[Element]:
    return [child for child in element if _tag(child) in tags]


def _all(element: Element, *tags: str) -> list[Element]:
    return [found for found in element.iter() if _tag(found) in tags]


def _id(value: str | None) -> str:
    return (value or "").strip("{} ").casefold()


def _codes(root: Element, made: Coded) -> None:
    above = [(code, "") for codes in _all(root, "Codes") for code in _children(codes, "Code")]
    while above:  # not by recursion: a file may nest as deep as it likes
        element, parent = above.pop(0)
        name = _id(element.get("guid"))
        definition = " ".join("".join(part.itertext()).strip() for part in _children(element, "Description"))
        made.codes[name] = Code(name, (element.get("name") or "").strip(), parent, definition)
        above[:0] = [(child, name) for child in _children(element, "Code")]


def _source(source: Element, members: _Members, users: dict[str, str], made: Coded, shifted: Counter[str]) -> None:
    name = _id(source.get("guid"))
    # the text of a PDF stands in its Representation, that of a recording in its Transcript
    holders = [source, *_children(source, "Representation", "Transcript")]
    raw = next((found for h in holders if (found := members.text(h.get("plainTextPath"))) is not None), None)
    inline = next((e.text or "" for h in holders for e in _children(h, "PlainTextContent")), None)
    shown = source.get("name") or PurePosixPath(source.get("plainTextPath") or source.get("path") or name).stem
    document = f"document {len(made.documents) + 1}"
    text = _decoded(raw, document, made) if raw is not None else inline
    made.documents[name] = Document(name, shown, text)
    if text is None:
        made.notes.append(f"The text of {document} is not in the file; its passages have no words.")
    elif not text.strip():
        made.notes.append(f"The text of {document} is empty.")
    if len(_children(source, "Transcript")) > 1:
        made.notes.append(f"{document.capitalize()} has several transcripts; the first one counts.")
    selections = [e for h in holders for e in _children(h, "PlainTextSelection")]
    _selections(selections, name, document, text, users, made, shifted)
    moments = {
        point.get("guid"): point.get("timeStamp") or point.get("position") or ""
        for holder in holders
        for point in _children(holder, "SyncPoint")
    }
    for selection in (e for h in holders for e in _children(h, *ELSEWHERE)):
        passage = Passage(_id(selection.get("guid")), name, where=_where(selection, moments))
        _coded(selection, passage, users, made)
    if _children(source, "Coding"):  # the document as a whole is coded
        whole = Passage(f"{name} as a whole", name, 0, len(text)) if text else Passage(f"{name} as a whole", name)
        _coded(source, whole, users, made)


def _where(selection: Element, moments: Mapping[str | None, str]) -> str:
    """Where a selection stands in a page, picture or recording; nothing where the file does not say."""
    told = [f"{name} {selection.get(name)}" for name in PLACES if selection.get(name)]
    told += [moments[at] for at in map(selection.get, ("fromSyncPoint", "toSyncPoint")) if moments.get(at)]
    return ", ".join([_tag(selection), *told]) if told else ""


def _selections(
    selections: list[Element],
    name: str,
    document: str,
    text: str | None,
    users: dict[str, str],
    made: Coded,
    shifted: Counter[str],
) -> None:
    """Take the passages of a text, in the unit in which they are right."""
    places = [(_number(s.get("startPosition")), _number(s.get("endPosition"))) for s in selections]
    names = [" ".join((s.get("name") or "").rstrip("…").split()) for s in selections]
    unit, fits = unit_of(text or "", places, UNITS, names)
    known, lost = characters(text or "", unit), 0
    if unit != "characters":
        told = {"documents": 1, "passages": len(places), "right": fits[unit], "plain": fits["characters"]}
        shifted.update({f"{unit}, {what}": number for what, number in told.items()})
    for selection, (start, end) in zip(selections, places, strict=True):
        place = placed(text, unit, start, end, known) if text is not None else (start, end)
        lost += place is None
        _coded(selection, Passage(_id(selection.get("guid")), name, *(place or ())), users, made)
    if lost:
        made.notes.append(f"{document.capitalize()}: {lost} passages lie outside the text, or hold nothing.")


def _number(value: str | None) -> int:
    return int(value) if value and re.fullmatch(r"-?\d{1,12}", value) else -1


def _coded(holder: Element, passage: Passage, users: dict[str, str], made: Coded) -> None:
    made.passages[passage.id] = passage
    for coding in _children(holder, "Coding"):
        by = users.get(_id(coding.get("creatingUser") or holder.get("creatingUser")), "")
        for code in (_id(reference.get("targetGUID")) for reference in _children(coding, "CodeRef")):
            if code in made.codes:
                made.codings.append(Coding(passage.id, code, by))
            else:
                _note_once(made.notes, "Codings of a code that the codebook does not hold were left out.")


def _note_once(notes: list[str], note: str) -> None:
    if note not in notes:
        notes.append(note)


MARKS: Iterable[tuple[bytes, str]] = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
"""Byte order marks, which count for no position."""


def _decoded(raw: bytes, document: str, made: Coded) -> str:
    encoding = next((encoding for mark, encoding in MARKS if raw.startswith(mark)), "utf-8")
    try:
        return raw.decode(encoding)  # line ends stay as they are: positions count them
    except UnicodeDecodeError:
        made.notes.append(f"{document.capitalize()} is not UTF-8 as REFI-QDA asks, and was read as Windows-1252.")
        return raw.decode("cp1252", "replace")
