"""From a coded interview study to a typology, factor summaries and a checked, reproducible report.

«Kodebog» is Danish for codebook. Four packages, each importing only those before it: `study` (files → a study or its
faults), `analysis` (a study → summaries), `report` (summaries → what a reader sees), `publish` (the book).
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kodebog.study import Study, StudyError

__all__ = ["Study", "StudyError", "__version__"]
__version__ = "2.1.0"


def __getattr__(name: str) -> Any:
    """Import the study when it is first asked for: commands that need no tables start without pandas."""
    if name in {"Study", "StudyError"}:
        from kodebog import study  # noqa: PLC0415

        return getattr(study, name)
    raise AttributeError(f"module “kodebog” has no attribute “{name}”")
