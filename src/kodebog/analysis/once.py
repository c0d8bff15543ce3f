"""What is computed from a study once, and asked for often: in both editions, on pages, in notebooks and in the PDF."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable
from typing import Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

import pandas as pd

from kodebog.study import Study

P = ParamSpec("P")
T = TypeVar("T")


def once_per_study(function: Callable[Concatenate[Study, P], T]) -> Callable[Concatenate[Study, P], T]:
    """Return the function, which then computes anything once for each study, as long as there is that study.

    A table is handed out as a copy: what one caller does to it, no other sees. Arguments besides the study are
    hashable.

    >>> sizes = once_per_study(lambda study: pd.DataFrame({"codes": [len(study.codes)]}))
    >>> mine = sizes(study)
    >>> mine["codes"] = 0
    >>> bool(sizes(study).loc[0, "codes"])
    True

    """
    known: WeakKeyDictionary[Study, dict[Hashable, T]] = WeakKeyDictionary()

    @functools.wraps(function)
    def given(study: Study, /, *args: P.args, **kwargs: P.kwargs) -> T:
        of_study = known.setdefault(study, {})
        asked = (args, tuple(sorted(kwargs.items())))
        if asked not in of_study:
            of_study[asked] = function(study, *args, **kwargs)
        found = of_study[asked]
        return found.copy(deep=False) if isinstance(found, pd.DataFrame | pd.Series) else found

    return given
