"""What only the owner of a study can answer, and must, before it is published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NOBODY = "Not said yet"
"""The author of a report whose maker has not been named."""
UNDECIDED_LICENCE = "All rights reserved"
"""The licence of a study whose owner has not chosen one."""


def open_questions(descriptor: Mapping[str, Any], authors: list[Mapping[str, Any]], waiting: int) -> list[str]:
    """Return what is still open: who made the report, under what licence, which disclosures may stand.

    `authors`: those of CITATION.cff; `waiting`: decisions that disclosure_exceptions.csv waits for.
    """
    found = []
    if any(author.get("name") == NOBODY for author in authors):
        found.append("who made it (authors in CITATION.cff)")
    if any(licence["title"] == UNDECIDED_LICENCE for licence in descriptor["licenses"]):
        found.append("under what licence (licenses in data/datapackage.json)")
    if waiting:
        decisions = f"{waiting} decision{'s' * (waiting > 1)}"
        found.append(f"{decisions} on what could give a person away (disclosure_exceptions.csv)")
    return found
