"""What every notebook needs, imported and used once before kernels are forked for them.

Much of the time of a first run goes into what libraries import when they are first used, so this module uses them.
"""

from kodebog.publish.kernels import library_hash

LIBRARY = library_hash()
"""The library as it was when it was imported."""

from kodebog import edition  # noqa: E402
from kodebog.report import figures, interviews  # noqa: E402 - the hash comes first: what is edited meanwhile must show in it
from kodebog.report.facts import facts  # noqa: E402
from kodebog.study import Study, StudyError  # noqa: E402

try:
    _study = Study.load()
except StudyError:
    pass  # the build says what is wrong with it
else:
    for _language in edition.editions():
        with edition.making(_language):
            facts(_study)
    _draw = interviews.most_given if _study.of_interviews else figures.excerpts_by_section
    _draw(_study)._repr_mimebundle_()
