"""From a coded interview study to a typology, factor summaries and a checked, reproducible report.

«Kodebog» is Danish for codebook. Each module does one thing and is named for it; `study` loads the data,
everything else takes a `Study` and returns a table.
"""

from kodebog.study import Study, StudyError

__all__ = ["Study", "StudyError"]
