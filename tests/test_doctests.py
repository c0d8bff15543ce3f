"""The examples in the docstrings of the analysis give what they say."""

import doctest
import importlib
import pkgutil

import pytest

from kodebog import analysis

MODULES = [m.name for m in pkgutil.iter_modules(analysis.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples(study, name):
    module = importlib.import_module(f"kodebog.analysis.{name}")
    options = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    result = doctest.testmod(module, extraglobs={"study": study}, optionflags=options)
    assert result.attempted > 0 and result.failed == 0
