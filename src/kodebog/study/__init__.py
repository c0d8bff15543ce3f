"""From files to a study, or to its faults: reading, validation, rules, disclosure, the check against the article."""

from kodebog.study.model import Lang, Study, StudyError

__all__ = ["Lang", "Study", "StudyError"]
