"""Import this first in a program that is to start quickly.

jsonschema, which nbformat, frictionless and Jupyter Book all import, looks for a package that checks one kind of
string, IRIs. That package builds a grammar when it is imported, which takes more than a second. Nothing here checks
IRIs, so jsonschema is told that the package is not there; it then does without.
"""

import sys
from typing import Any

modules: dict[str, Any] = sys.modules
modules.setdefault("rfc3987_syntax", None)
