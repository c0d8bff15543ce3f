"""From a coded interview study to a typology, factor summaries and a checked, reproducible report.

«Kodebog» is Danish for codebook. Each module does one thing and is named for it; `study` loads the data,
everything else takes a `Study` and returns a table.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kodebog.study import Study, StudyError

__all__ = ["Study", "StudyError"]


def __getattr__(name: str) -> Any:
    """Import the study when it is first asked for: commands that need no tables start without pandas."""
    if name in __all__:
        from kodebog import study  # noqa: PLC0415

        return getattr(study, name)
    raise AttributeError(f"module “kodebog” has no attribute “{name}”")
