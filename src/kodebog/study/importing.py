"""From what a coding program has written to the tables of a study, without a word of what was said.

Names of documents never enter the tables. They go into a key, a folder beside the project that only its owner can read.
By the key a second import finds excerpts, documents and codes again: ids stay, and so does what was written by hand.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from kodebog.errors import KodebogError
from kodebog.files import write_whole
from kodebog.study import readers
from kodebog.study.coded import Code, Coded, Passage, numbered, said, texts_of, words_of_documents
from kodebog.study.comparison import SECOND
from kodebog.study.disclosure import ADDRESS, EXCEPTIONS, found_in, identifiers
from kodebog.study.names import patterns, small_words
from kodebog.study.package import DESCRIPTOR, LONGEST_CELL, Package, tables_of_interviews
from kodebog.study.questions import UNDECIDED_LICENCE
from kodebog.study.readers.tables import Columns
from kodebog.study.validation import validated

Row = dict[str, str]
EVERYONE = "all"
"""The one group where nobody has said which there are."""
ALONE = "codes"
"""The family of codes that have none above and none below them."""
WITHHELD = "[held back: repeats words of a document]"
"""What stands for a definition that would tell what was said."""
KEY, KEY_COLUMNS = "key.csv", ("kind", "id", "name")
"""What each id stands for."""
GONE = "gone.csv"
"""What was written by hand in rows that an import has taken away."""
LAST = "last-import.json"
"""What the last import made; what is otherwise in the tables was written by hand."""


class ImportFault(KodebogError):
    """What was read cannot become a study; the message says why."""


@dataclass
class Key:
    """What ids stand for: (kind, name) → id.

    Kinds: document, group, code, family, excerpt, coder; and of the last import: file, columns, group by, second file.
    """

    ids: dict[tuple[str, str], str] = field(default_factory=dict)
    taken: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    last: dict[str, int] = field(default_factory=dict)
    """The last number given, by kind."""

    @classmethod
    def read(cls, folder: Path) -> Key:
        """Return the key in a folder; an empty one where there is none.

        Raises:
            ImportFault: when it is not as it was written.

        """
        key = cls()
        if (folder / KEY).is_file():
            for row in _rows(folder / KEY, KEY_COLUMNS):
                key.ids[row["kind"], row["name"]] = row["id"]
                key.taken[row["kind"]].add(row["id"])
        return key

    def remember(self, file: Path, columns: Columns, group: str, second: Path | None = None) -> tuple[str, Path | None]:
        """Keep where the file lies that is imported, how its columns were read, and by what documents are grouped.

        Returns that by which they are, and where the file of a second coder lies: what was said last, where nobody says
        it now.
        """
        group = group or next((name for kind, name in self.ids if kind == "group by"), "")
        second = second or next((Path(name) for kind, name in self.ids if kind == "second file"), None)
        for known in [known for known in self.ids if known[0] in {"file", "columns", "group by", "second file"}]:
            del self.ids[known]
        if group:
            self.ids["group by", group] = "group"
        if second:
            self.ids["second file", str(second.resolve())] = "source"
        self.ids["file", str(file.resolve())] = "source"
        self.ids["columns", json.dumps(asdict(columns))] = "columns"
        return group, second

    def columns(self) -> Columns | None:
        """Return how the columns of the imported file were read; none where nobody has said."""
        told: Any = next((json.loads(name) for kind, name in self.ids if kind == "columns"), None)
        return Columns(**told | {k: tuple(told[k]) for k in ("codes", "marks")}) if told else None

    def texts(self) -> dict[str, str]:
        """Return the words of the documents, by pseudonym, out of the file that was imported.

        Raises:
            ReadError: when it is not there any more.

        """
        path = next((Path(name) for kind, name in self.ids if kind == "file"), None)
        if path is None:
            raise ImportFault("There is no key beside the project that says where the words of the interviews are.")
        coded = readers.read(path, self.columns())
        names = names_of_documents(coded)
        found = [(self.ids.get(("document", names[d.id])), d.text) for d in coded.documents.values()]
        return {known: text for known, text in found if known and text is not None}

    def words_of_excerpts(self, file: Path) -> dict[str, str]:
        """Return the words of the excerpts, by id, out of a file that was imported, in one line each.

        Raises:
            ReadError: when it cannot be read.

        """
        coded = readers.read(file, self.columns()).joined()
        names, found = names_of_documents(coded), {}
        for passage in coded.passages.values():
            document = coded.documents[passage.document]
            known = self.ids.get(("document", names[document.id]), "")
            excerpt = self.ids.get(("excerpt", _named(known, passage)))
            words = passage.words
            if passage.start is not None:
                words = (document.text or "")[passage.start : passage.end] or None
            if excerpt and words:
                found[excerpt] = plain_text(words)
        return found

    def people(self) -> list[str]:
        """Return the names of documents and coders; of several of one name the name alone."""
        return [name.partition("\t")[0] for kind, name in self.ids if kind in {"document", "coder"}]

    def numbered(self, kind: str, name: str, letter: str, width: int = 2) -> str:
        """Return the id of something that is numbered, a new one where it is not known."""
        if (kind, name) not in self.ids:
            if kind not in self.last:
                self.last[kind] = max((int(known.removeprefix(letter)) for known in self.taken[kind]), default=0)
            self.last[kind] += 1
            self._add(kind, name, f"{letter}{self.last[kind]:0{width}}")
        return self.ids[kind, name]

    def named(self, kind: str, name: str, words: str) -> str:
        """Return the id of something that is named, a new one made of its words where it is not known."""
        if (kind, name) not in self.ids:
            base, number = slug(words) or kind, 1
            found = base
            while found in self.taken[kind]:
                number += 1
                found = f"{base}-{number}"
            self._add(kind, name, found)
        return self.ids[kind, name]

    def _add(self, kind: str, name: str, found: str) -> None:
        self.ids[kind, name] = found
        self.taken[kind].add(found)

    def text(self) -> str:
        """Return it as CSV."""
        return _csv(KEY_COLUMNS, [{"kind": k, "id": i, "name": n} for (k, n), i in self.ids.items()])


def slug(text: str) -> str:
    """Return a short name of small letters, digits and hyphens; empty where the text has neither.

    >>> slug("Tid & ressourcer (på gulvet)")
    'tid-ressourcer-paa-gulvet'

    """
    plain = text.casefold().replace("æ", "ae").replace("ø", "oe").replace("å", "aa")
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:60].strip("-")


def plain_text(text: str) -> str:
    r"""Return text as a cell may hold it: on one line, without controls, no start of a formula, not too long.

    >>> plain_text("=1+1"), plain_text(" a\n b")
    ('“=1+1”', 'a b')

    """
    kept = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    words = " ".join(kept.split())
    if words.startswith(("=", "+", "-", "@")):
        words = f"“{words}”"
    return words if len(words) <= LONGEST_CELL else f"{words[: LONGEST_CELL - 2].rstrip()} …"


@dataclass
class Imported:
    """The tables of a study, and what was done to make them."""

    coded: Coded
    """What was read, passages at one place joined."""
    tables: dict[str, list[Row]]
    key: Key
    notes: list[str]
    spoken: Set[tuple[str, ...]]
    """Every run of words of the documents."""
    small: Set[str]
    """Their words in small letters."""


DEEPEST = 100
"""Levels on which codes may stand below each other."""


class Names(NamedTuple):
    """What is called so where nobody has given it a name."""

    documents: str = "All documents"
    codes: str = "Codes"
    other_codes: str = "Other codes"
    general: str = "{code} (in general)"


def tables(coded: Coded, key: Key, group: str = "", called: Names | None = None, together: bool = False) -> Imported:
    """Return the tables of a study of what was read; `group`: the attribute by which documents are grouped.

    `together`: whether what any coder gives counts, and not only what the first gives who has coded a passage.

    `key` grows by what is new.

    Raises:
        ImportFault: when nothing is coded, codes stand too deep, or no document has the attribute.

    """
    if any(len(list(islice(_upwards(coded, code), DEEPEST + 1))) > DEEPEST for code in coded.codes):
        raise ImportFault(f"Codes stand below each other on more than {DEEPEST} levels; no codebook could show that.")
    coded, called = _without_circles(coded.joined()), called or Names()
    if not coded.codings:
        raise ImportFault("Nothing is coded in this file: there is nothing to make a study of.")
    notes = list(coded.notes)
    spoken, small = said(coded), small_words(texts_of(coded))
    logins = {coding.coder.partition("\t")[0] for coding in coded.codings}
    people = patterns([*(document.name for document in coded.documents.values()), *logins], small, small_letters=True)
    documents, groups = _documents(coded, key, group, called, people)
    names, families, codes = _codebook(coded, key, notes, spoken, called, people)
    ids, excerpts = _excerpts(coded, key, documents, notes)
    if silent := len(coded.documents) - len({row["document"] for row in excerpts}):
        notes.append(f"{numbered(silent, 'document')} without a coded passage.")
    if bare := len(coded.passages) - len(excerpts):
        notes.append(f"{numbered(bare, 'passage')} without a code left out.")
    coders = _coders(coded, key)
    given = {(ids[c.passage], names[c.code], coders[c.coder]) for c in coded.codings}
    if len(coders) > 1:
        notes.append(_of_several(given, together))
    codings = [{"excerpt": e, "code": c, "coder": k} for e, c, k in sorted(given, key=_by_number)]
    made = {
        "groups": groups,
        "documents": list(documents.values()),
        "families": families,
        "codes": codes,
        "excerpts": excerpts,
        "codings": codings,
    }
    return Imported(coded, made, key, notes, spoken, small)


def _of_several(given: Set[tuple[str, str, str]], together: bool) -> str:
    """What is said of codings by several coders: whose count, and how much of the rest does not."""
    if together:
        return "What any coder gives counts; where several have coded a passage, they are compared, too."
    first: dict[str, int] = {}
    for excerpt, _, coder in given:
        number = int(coder.removeprefix("coder-"))
        first[excerpt] = min(number, first.get(excerpt, number))
    counted = {(e, c) for e, c, k in given if k == f"coder-{first[e]}"}
    rest = len({(e, c) for e, c, _ in given} - counted)
    return (
        "Where several have coded a passage, the first of them counts, coder-1 before coder-2: who gave most codes, or "
        f"whose file was imported. The others are compared; {numbered(rest, 'code')} that they alone give to a passage "
        "count nowhere else. Where they have shared the work, import with --coders together."
    )


def names_of_documents(coded: Coded) -> dict[str, str]:
    """Return what documents are called in the key, by their id in the file: by name, the second of a name as such.

    Not by their ids, which some programs give anew with each export.
    """
    return _numbered_names((document.id, document.name) for document in coded.documents.values())


def _numbered_names(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names by id, each once: the second of a name is “name, tab, 2”."""
    seen: Counter[str] = Counter()
    found = {}
    for known, name in names:
        seen[name] += 1
        found[known] = name if seen[name] == 1 else f"{name}\t{seen[name]}"
    return found


def _named(document: str, passage: Passage) -> str:
    """What a passage is called in the key: the pseudonym of its document and its place there."""
    place = passage.where or passage.id if passage.start is None else f"{passage.start}-{passage.end}"
    return f"{document}\t{place}"


def _without_circles(coded: Coded) -> Coded:
    """The same, with codes that stand above themselves put on top; no program makes such, a damaged file may."""
    codes = dict(coded.codes)
    for name, code in codes.items():
        above, seen = code.parent, {name}
        while above in codes and above not in seen:
            seen.add(above)
            above = codes[above].parent
        if above == name:
            codes[name] = replace(code, parent="")
    return replace(coded, codes=codes)


def _by_number(coding: tuple[str, str, str]) -> tuple[int, str, str]:
    return int(coding[0][1:]), coding[1], coding[2]


def _documents(
    coded: Coded, key: Key, group: str, called: Names, people: Mapping[str, re.Pattern[str]]
) -> tuple[dict[str, Row], list[Row]]:
    """Documents by their id in the file, and their groups."""
    known = sorted({name for document in coded.documents.values() for name in document.attributes})
    if group and group not in known:
        listed = ", ".join(known) or "none"
        raise ImportFault(f"No document has “{group}” to be grouped by; known: {listed}")
    documents: dict[str, Row] = {}
    members: Counter[str] = Counter()
    labels: dict[str, str] = {}
    told = names_of_documents(coded)
    for document in coded.documents.values():
        name = key.numbered("document", told[document.id], "D")
        said = (document.attributes.get(group) or "not said") if group else "all"
        of = key.named("group", said, ("" if tells(said, people) else said) if group else EVERYONE)
        labels[of] = plain_text(said) if group else called.documents
        members[of] += 1
        words = "" if document.text is None else str(len(document.text.split()))
        documents[document.id] = {"document": name, "group": of, "label": name, "words": words}
    if group and len(labels) == len(documents) > 1:
        raise ImportFault(f"“{group}” is another for each document: it groups nothing, and would tell who is who.")
    groups = [{"group": of, "label": label, "interviews": str(members[of])} for of, label in labels.items()]
    return documents, groups


def _codebook(
    coded: Coded,
    key: Key,
    notes: list[str],
    spoken: Set[tuple[str, ...]],
    called: Names,
    people: Mapping[str, re.Pattern[str]],
) -> tuple[dict[str, str], list[Row], list[Row]]:
    """Names of the codes by their id in the file, families, and codes in the order of the tree.

    A code on top with used codes below it becomes a family; if it is given itself, it stays in it as a code, too.
    """
    direct = {coding.code for coding in coded.codings}
    used = {above for code in direct for above in _upwards(coded, code)}
    below: dict[str, list[Code]] = defaultdict(list)
    for code in coded.codes.values():
        if code.id in used:
            below[code.parent if code.parent in used else ""].append(code)
    in_vivo = {code.id for code in words_of_documents(coded, spoken)} & used
    labels, names = _Labels(), {}
    families: list[Row] = []
    codes: list[Row] = []

    def definition(code: Code) -> str:
        return "" if code.id in in_vivo else plain_text(code.definition)

    def words(code: Code) -> str:
        return "" if code.id in in_vivo else code.name

    def spelt(code: Code) -> str:
        """What its id is made of: no name of a person, nor of a document or coder, which no label could take back."""
        return "" if tells(code.name, people) else words(code)

    def names_of(code: Code) -> str:
        return "\t".join(reversed([coded.codes[above].name for above in _upwards(coded, code.id)]))

    paths = _numbered_names((code.id, names_of(code)) for code in coded.codes.values() if code.id in used)

    def add(code: Code, family: str, parent: str, general: bool = False) -> None:
        name = key.named("code", paths[code.id], f"{spelt(code)} general" if general else spelt(code))
        names[code.id] = name
        shown = plain_text(words(code)) or f"code {name}"
        label = labels.of(
            called.general.format(code=shown) if general else shown,
            [*filter(None, (words(coded.codes[c]) for c in _above(coded, code)))],
        )
        row = {"code": name, "family": family, "parent": parent, "label": label}
        codes.append({**row, "definition": definition(code)})
        for child in [] if general else below[code.id]:
            add(child, family, name)

    alone = [code for code in below[""] if not below[code.id]]
    for top in [code for code in below[""] if below[code.id]]:
        family = key.named("family", paths[top.id], spelt(top))
        shown = plain_text(words(top)) or f"family {family}"
        families.append({"family": family, "label": shown, "definition": definition(top), "use": ""})
        if top.id in direct:
            add(top, family, "", general=True)
        for child in below[top.id]:
            add(child, family, "")
    if alone:
        family = key.named("family", "", ALONE if not families else f"other {ALONE}")
        label = called.other_codes if families else called.codes
        families.append({"family": family, "label": label, "definition": "", "use": ""})
        for code in alone:
            add(code, family, "")
    taken: set[str] = set()
    for row in families:
        base, number = row["label"], 1
        while row["label"].casefold() in taken:
            number += 1
            row["label"] = f"{base} ({number})"
        taken.add(row["label"].casefold())
    if unused := len(coded.codes) - len(used):
        notes.append(f"Left out, since not used: {numbered(unused, 'code')}.")
    if in_vivo:
        notes.append(
            f"{numbered(len(in_vivo), 'code')} with words of a document in name or definition. Both are held back: "
            "give each a label of your own in codes.csv."
        )
    return names, families, codes


def tells(text: str, people: Mapping[str, re.Pattern[str]]) -> bool:
    """Return whether a text holds a direct identifier or one of these names."""
    return any(name.search(text) for name in people.values()) or any(True for _ in identifiers(text))


class _Labels:
    """Labels, each given once: where two codes are called the same, what stands above them is added."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def of(self, words: str, above: list[str]) -> str:
        tried = [words, *(f"{words} ({plain_text(' › '.join(above[-n:]))})" for n in range(1, len(above) + 1))]
        number = 1
        while True:
            for label in tried:
                if label.casefold() not in self.taken:
                    self.taken.add(label.casefold())
                    return label
            number += 1
            tried = [f"{words} ({number})"]


def _upwards(coded: Coded, code: str) -> Iterator[str]:
    """A code and those above it, each once."""
    seen: set[str] = set()
    while code in coded.codes and code not in seen:
        seen.add(code)
        yield code
        code = coded.codes[code].parent


def _above(coded: Coded, code: Code) -> list[str]:
    """Those above a code, the highest first."""
    return list(_upwards(coded, code.id))[:0:-1]


def _moved(passages: list[Passage], key: Key, documents: dict[str, Row]) -> Iterator[tuple[str, str]]:
    """Yield old and new names of passages of which one edge has moved since the last import.

    What they have in common is more than half of both together, and no other passage is where they were.
    """
    now = {_named(documents[p.document]["document"], p): p for p in passages}
    gone: dict[tuple[str, str, int], tuple[str, int, int]] = {}
    for kind, name in key.ids:
        document, _, place = name.partition("\t")
        if kind == "excerpt" and name not in now and (edges := re.fullmatch(r"(\d+)-(\d+)", place)):
            was = (name, int(edges[1]), int(edges[2]))
            gone |= {(document, "start", was[1]): was, (document, "end", was[2]): was}
    left = set(gone.values())
    for name, passage in now.items():
        if ("excerpt", name) in key.ids or passage.start is None or passage.end is None:
            continue
        document, start, end = name.partition("\t")[0], passage.start, passage.end
        near = [gone[edge] for edge in ((document, "start", start), (document, "end", end)) if edge in gone]
        same = [was for was in near if was in left and _mostly_the_same(was[1:], (start, end))]
        if same:
            left.remove(same[0])
            yield same[0][0], name


def _mostly_the_same(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two places have more than half of what is in either in common."""
    common = min(one[1], other[1]) - max(one[0], other[0])
    return 2 * common > max(one[1], other[1]) - min(one[0], other[0])


def _excerpts(coded: Coded, key: Key, documents: dict[str, Row], notes: list[str]) -> tuple[dict[str, str], list[Row]]:
    """Ids of the coded passages by their id in the file, and a row for each, in the order of documents and places."""
    given = {coding.passage for coding in coded.codings}
    order = {document: number for number, document in enumerate(documents)}
    passages = [passage for passage in coded.passages.values() if passage.id in given]
    passages.sort(key=lambda p: (order[p.document], p.start is None, p.start or 0, p.end or 0))
    moved = list(_moved(passages, key, documents))
    for old, new in moved:
        key.ids["excerpt", new] = key.ids.pop(("excerpt", old))
    if moved:
        notes.append(f"{numbered(len(moved), 'passage')} with one edge moved since the last import: the same ids.")
    ids, rows = {}, []
    width = max(2, len(str(len(passages))))
    for passage in passages:
        document = documents[passage.document]["document"]
        name = ids[passage.id] = key.numbered("excerpt", _named(document, passage), "E", width)
        text = passage.words
        if passage.start is not None:
            text = (coded.documents[passage.document].text or "")[passage.start : passage.end] or None
        words = "" if text is None else str(len(text.split()))
        rows.append(
            {
                "excerpt": name,
                "document": document,
                "start": "" if passage.start is None else str(passage.start),
                "end": "" if passage.end is None else str(passage.end),
                "words": words,
                "gist": "",
            }
        )
    return ids, rows


def _coders(coded: Coded, key: Key) -> dict[str, str]:
    """Pseudonyms, by what the reader calls them: who gave most codes is the first; those of a second file come last."""
    number = Counter(coding.coder for coding in coded.codings)
    ranked = sorted(number, key=lambda by: (by.endswith(SECOND), -number[by]))
    return {by: key.numbered("coder", by, "coder-", 1) for by in ranked}


def descriptor(
    title: str, licence: str = UNDECIDED_LICENCE, name: str = "", exceptions: bool = False
) -> dict[str, Any]:
    """Return the descriptor of a study of coded interviews."""
    resources = [r for n, r in tables_of_interviews().items() if n != EXCEPTIONS or exceptions]
    return {
        "profile": "tabular-data-package",
        "name": slug(name or title) or "study",
        "title": title,
        "description": "Coded interviews: which passages carry which codes. The words of the interviews are not here.",
        "version": "0.1.0",
        "licenses": [{"title": licence}],
        "resources": resources,
    }


def write(imported: Imported, data: Path, about: dict[str, Any]) -> Package:
    """Write the tables of a study into a folder, whole or not at all; return the valid study that they make.

    What the disclosure check finds in them becomes rows for the owner to decide on; what was decided stays decided.

    Raises:
        ImportFault: when the study that was made is not valid; nothing is then written.

    """
    data.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=data.parent, prefix=".import-") as place:
        fresh = Path(place)
        decided = _rows(data / f"{EXCEPTIONS}.csv")
        about = {**about, "resources": [r for r in about["resources"] if r["name"] != EXCEPTIONS]}
        _write_tables(fresh, imported.tables, about)
        package, faults = validated(fresh)
        if package is None:
            raise ImportFault("What was read makes no valid study:\n" + "\n".join(map(str, faults[:20])))
        known = {tuple(row[column] for column in ADDRESS): row for row in decided}
        rows = []
        for address in dict.fromkeys(found.address() for found in found_in(package)):
            before = known.get(address, {})
            row = dict(zip(ADDRESS, address, strict=True))
            rows.append({**row, "decided_by": before.get("decided_by", ""), "why": before.get("why", "")})
        if rows:
            about["resources"].append(tables_of_interviews()[EXCEPTIONS])
            _write_tables(fresh, {**imported.tables, EXCEPTIONS: rows}, about)
            package, faults = validated(fresh)
            if package is None:
                raise ImportFault("What was read makes no valid study:\n" + "\n".join(map(str, faults[:20])))
        data.mkdir(exist_ok=True)
        for path in sorted(fresh.iterdir()):
            write_whole(data / path.name, path.read_bytes())
        if not rows:
            (data / f"{EXCEPTIONS}.csv").unlink(missing_ok=True)
    return package


def _write_tables(folder: Path, tables: dict[str, list[Row]], about: dict[str, Any]) -> None:
    (folder / DESCRIPTOR).write_text(json.dumps(about, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    for resource in about["resources"]:
        heads = [f["name"] for f in resource["schema"]["fields"]]
        (folder / resource["path"]).write_text(_csv(heads, tables.get(resource["name"], [])), encoding="utf-8")


def _csv(heads: Iterable[str], rows: Iterable[Row]) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(heads), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def _rows(path: Path, columns: Iterable[str] = ()) -> list[Row]:
    """The rows of a table that the library has written and somebody may have edited; none where it is not there."""
    if not path.is_file():
        return []
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ImportFault(f"{path}: is not UTF-8; save it as “CSV UTF-8”, with commas.") from None
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    for number, row in enumerate(rows, 2):
        if None in row or None in row.values() or not set(columns) <= row.keys():
            raise ImportFault(f"{path}, row {number}: has not the cells of the first row; save it as CSV with commas.")
    return rows


BY_HAND = {
    "groups": ("label",),
    "documents": ("group", "label"),
    "families": ("label", "definition", "use"),
    "codes": ("label", "definition"),
    "excerpts": ("gist",),
}
"""Columns, by table, that a researcher may write in; further columns and tables are all theirs."""


def standing(data: Path, about: Mapping[str, Any]) -> dict[str, list[Row]]:
    """Return the rows of the tables that a descriptor declares, as they stand in a folder, by table."""
    return {resource["name"]: _rows(data / resource["path"]) for resource in about["resources"]}


def undeclared(data: Path, about: Mapping[str, Any]) -> Iterator[str]:
    """Yield the columns that stand in tables and in no schema, as table and column: an import would lose them."""
    for resource in about["resources"]:
        declared = {field["name"] for field in resource["schema"]["fields"]}
        for row in _rows(data / resource["path"])[:1]:
            yield from (f"{resource['path']}, {column}" for column in row if column not in declared)


def orphans(made: Imported, rows: Iterable[Row], schema: Mapping[str, Any]) -> list[Row]:
    """Return the rows of a researcher's own table that name an excerpt, document or code that is gone."""
    lost = []
    for row in rows:
        for key in schema.get("foreignKeys", []):
            table, columns = key["reference"]["resource"], key["reference"]["fields"]
            if table in made.tables and all(row[column] for column in key["fields"]):
                known = {tuple(other[column] for column in columns) for other in made.tables[table]}
                if tuple(row[column] for column in key["fields"]) not in known and row not in lost:
                    lost.append(row)
    return lost


def gone_by_hand(
    stands: Mapping[str, list[Row]],
    made: Imported,
    last: Mapping[str, Mapping[str, Row]],
    about: Mapping[str, Any],
) -> Iterator[Row]:
    """Yield the cells that somebody has written in rows that are gone: table, id, column, words."""
    for resource in about["resources"]:
        name = resource["name"]
        if name not in BY_HAND and name not in {"codings", EXCEPTIONS}:
            for row in orphans(made, stands[name], resource["schema"]):
                (_, own), *rest = row.items()
                yield from ({"table": name, "id": own, "column": c, "words": cell} for c, cell in rest if cell)
    for name, columns in BY_HAND.items():
        kept = {next(iter(row.values())) for row in made.tables[name]}
        for row in stands[name]:
            identity = next(iter(row.values()))
            before = last.get(name, {}).get(identity, {})
            for column in columns if identity not in kept else ():
                if row.get(column) and row[column] != before.get(column, ""):
                    yield {"table": name, "id": identity, "column": column, "words": row[column]}


def with_handwork(
    made: Imported, stands: Mapping[str, list[Row]], last: Mapping[str, Mapping[str, Row]], about: Mapping[str, Any]
) -> Imported:
    """Return what was imported, with what a researcher has written in the tables that stand.

    A cell that is not as the last import left it was written by hand, and stays; so do columns and tables that the
    researcher has added. `last`: the rows that the last import made, by table and id.
    """
    merged = dict(made.tables)
    for resource in about["resources"]:
        name, schema = resource["name"], resource["schema"]
        if name not in made.tables:
            lost = orphans(made, stands[name], schema)
            merged[name] = [row for row in stands[name] if row not in lost]
            continue
        keys = schema["primaryKey"]
        known = {"\t".join(row[k] for k in keys): row for row in stands[name]}
        own = [f["name"] for f in schema["fields"] if f["name"] not in next(iter(made.tables[name]), {})]
        merged[name] = []
        for row in made.tables[name]:
            identity = "\t".join(row[k] for k in keys)
            before, was = known.get(identity, {}), last.get(name, {}).get(identity)
            hand = [c for c in BY_HAND.get(name, ()) if before.get(c, "") != (was[c] if was else "")]
            merged[name].append(
                {**row, **{c: before[c] for c in hand if c in before}, **{c: before.get(c, "") for c in own}}
            )
    members = Counter(row["group"] for row in merged["documents"])
    rows = {row["group"]: row for row in (*stands["groups"], *merged["groups"])}
    merged["groups"] = [{**rows[g], "interviews": str(members[g])} for g in rows if members[g]]
    return replace(made, tables=merged)


def changes(before: Mapping[str, list[Row]], made: Imported) -> Iterator[str]:
    """Yield what an import has changed: how many rows of each table are new, are gone, and say something else."""
    for name in BY_HAND:
        was, now = ({next(iter(row.values())): row for row in rows} for rows in (before[name], made.tables[name]))
        new, gone = len(now.keys() - was.keys()), len(was.keys() - now.keys())
        other = sum(was[key] != now[key] for key in now.keys() & was.keys())
        if new or gone or other:
            yield f"{name}: {new} new, {gone} gone, {other} changed, {len(now) - new - other} as before"
    was_, now_ = ({tuple(row.values()) for row in rows} for rows in (before["codings"], made.tables["codings"]))
    if was_ != now_:
        yield f"codings: {len(now_ - was_)} new, {len(was_ - now_)} gone, {len(now_ & was_)} as before"


def private_folder(project: Path) -> Path:
    """Return the folder beside a project that holds its key."""
    return project.with_name(f"{project.name}-private")


def last_import(project: Path) -> dict[str, dict[str, Row]]:
    """Return the rows that the last import made, by table and id; none where that is not known."""
    path = private_folder(project) / LAST
    try:
        found: dict[str, dict[str, Row]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except ValueError as error:
        raise ImportFault(
            f"{path}: is damaged ({error}). It tells what was written by hand: put it back, or import into a new "
            "folder."
        ) from None
    return found


def keep_gone(rows: list[Row], project: Path) -> Path:
    """Add what was written by hand in rows that are gone to the file that keeps it, beside the key; return the file."""
    path = private_folder(project) / GONE
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    text = _csv(("table", "id", "column", "words"), rows)
    write_whole(path, before + (text.partition("\n")[2] if before else text), mode=0o600)
    return path


def write_key(made: Imported, project: Path) -> Path:
    """Write the key beside a project, and what was imported, readable by its owner alone; return the key's file."""
    folder = private_folder(project)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    by_id = {name: {row[next(iter(row))]: row for row in made.tables[name]} for name in BY_HAND}
    write_whole(folder / LAST, json.dumps(by_id, ensure_ascii=False, indent=1), mode=0o600)
    write_whole(folder / KEY, made.key.text(), mode=0o600)
    return folder / KEY
