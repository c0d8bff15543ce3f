"""Trials run each week; what they change must be there to be changed, which every run looks after."""

import pytest

import test_build
import test_interruption
import test_live
from kodebog import paths

CHANGES = {
    **{f"change: {name}": change[:2] for name, change in test_build.CHANGES.items()},
    **{f"fault: {name}": change[:2] for name, (change, _) in test_build.FAULTS.items()},
    **{f"edit: {name}": edit[:2] for name, edit in test_live.EDITS.items()},
    **{f"around: {change[0]}": change[:2] for change in test_build.AROUND},
    "unseen": test_build.UNSEEN[:2],
    "a cell": test_interruption.CELL[:2],
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_a_trial_changes_is_there(what):
    file, old = CHANGES[what]
    assert old in (paths.ROOT / file).read_text(encoding="utf-8")


def test_the_pages_of_the_small_book_lead_to_none_that_it_lacks():
    """Of the pages that it keeps, links lead to each other, or are taken out."""
    kept = "".join(
        (paths.BOOK / f"{page}.md").read_text(encoding="utf-8") for page in test_interruption.PAGES - {"index"}
    )
    assert set(test_interruption.LINK.findall(kept)) <= test_interruption.PAGES
