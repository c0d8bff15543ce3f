"""What the search finds besides pages: excerpts, findings and codes as entries with an address of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sphinx.domains import Domain, ObjType

from kodebog.report.display import HOMES
from kodebog.study import Lang, Study

CODEBOOK = "book/codebook"
"""The page on which codes are defined."""
KINDS: dict[Lang, tuple[str, str, str]] = {"en": ("excerpt", "finding", "code"), "da": ("citat", "fund", "kode")}
"""What the search calls an entry, by language."""


class KodebogDomain(Domain):
    """Tells Sphinx's search of what a study holds, in both languages; it makes no page and no link."""

    name = "kodebog"
    label = "Kodebog"
    object_types = {kind: ObjType(kind) for kinds in KINDS.values() for kind in kinds}  # noqa: RUF012
    initial_data: dict[str, Any] = {}  # noqa: RUF012

    def get_type_name(self, type: ObjType, primary: bool = False) -> str:
        """Return what the search calls an entry."""
        return type.lname

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """Yield name, name as shown, kind, page, address on it, and how far up the search puts it."""
        study = Study.load()
        pages = {f"notebooks/{HOMES['E']}", f"notebooks/{HOMES['F']}", CODEBOOK} & self.env.found_docs
        kinds: dict[Lang, tuple[str, str, str]] = {"en": KINDS["en"]} if study.of_interviews else KINDS
        for lang, (excerpt, finding, code) in kinds.items():
            entries = [
                *((excerpt, str(r.excerpt), getattr(r, f"gist_{lang}")) for r in study.excerpts.itertuples()),
                *((finding, str(r.finding), getattr(r, f"statement_{lang}")) for r in study.findings.itertuples()),
                *((code, f"code-{r.code}", getattr(r, f"label_{lang}")) for r in study.codes.itertuples()),
            ]
            for kind, anchor, words in entries:
                page = CODEBOOK if kind == code else f"notebooks/{HOMES[anchor[0]]}"
                if page in pages and isinstance(words, str):
                    # a full stop would make what stands before it a name of its own to the search
                    shown = f"{anchor.removeprefix('code-')}: {words.rstrip('.').replace('. ', '; ')}"
                    yield shown, shown, kind, page, anchor, 1

    def resolve_any_xref(self, *_: Any) -> list[Any]:
        """Nothing refers to an entry by its words."""
        return []

    def merge_domaindata(self, *_: Any) -> None:
        """Nothing is kept."""
