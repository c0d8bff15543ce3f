"""What only the owner of a study can answer, and must, before it is published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NOBODY = "Not said yet"
"""The author of a report whose maker has not been named."""
UNDECIDED_LICENCE = "No licence chosen yet"
"""The licence of a study whose owner has not chosen one."""


def open_questions(
    descriptor: Mapping[str, Any], authors: list[Mapping[str, Any]], waiting: int, folder: str = ""
) -> list[str]:
    """Return what is still open: the report's title, who made it, under what licence, which disclosures may stand.

    `authors`: those of CITATION.cff; `waiting`: decisions that disclosure_exceptions.csv waits for; `folder`: what the
    project's folder is called, which is its title where nobody has given it one.
    """
    found = []
    if descriptor["title"] == folder:
        found.append("what it is called (title in index.md, _config.yml, CITATION.cff and data/datapackage.json)")
    if any(author.get("name") == NOBODY for author in authors):
        found.append("who made it (authors in CITATION.cff)")
    if any(licence["title"] == UNDECIDED_LICENCE for licence in descriptor["licenses"]):
        found.append("under what licence (licenses in data/datapackage.json)")
    if waiting:
        decisions = f"{waiting} decision{'s' * (waiting > 1)}"
        found.append(f"{decisions} on what could give a person away (disclosure_exceptions.csv)")
    return found
