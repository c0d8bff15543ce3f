"""What every notebook needs, imported and used once before processes are forked for them.

Much of the time of a first run goes into what libraries import when they are first used, so this module uses them.
"""

from kodebog.report import figures
from kodebog.report.facts import facts
from kodebog.study import Study, StudyError

try:
    _study = Study.load()
except StudyError:
    pass  # the build says what is wrong with it
else:
    facts(_study)
    figures.together(_study)._repr_mimebundle_()
