"""Work done once per data set and kept for as long as the data set lives."""

import functools
import threading
import weakref
from collections.abc import Callable
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

__all__ = ["prepared"]

KEPT: Final = 12

Data = TypeVar("Data")
Rest = ParamSpec("Rest")
Result = TypeVar("Result")


def prepared(build: Callable[Concatenate[Data, Rest], Result]) -> Callable[Concatenate[Data, Rest], Result]:
    """Memoise ``build(data, *rest)`` on the identity of `data`; `rest` must be hashable.

    Data sets are frozen, so identity is content. The entries die with the data set, and only the `KEPT` most
    recent ones of a function are held, so that a long drag does not grow. Two threads that ask at the same time
    may both build; the first result stored is the one both get.
    """
    memo: weakref.WeakKeyDictionary[Any, dict[Any, Result]] = weakref.WeakKeyDictionary()
    lock = threading.Lock()

    def wrapper(data: Data, /, *rest: Rest.args, **named: Rest.kwargs) -> Result:
        key = (rest, tuple(sorted(named.items())))
        with lock:
            known = memo.setdefault(data, {})
            if key in known:
                known[key] = known.pop(key)
                return known[key]
        result = build(data, *rest, **named)
        with lock:
            while len(known) >= KEPT and key not in known:
                del known[next(iter(known))]
            return known.setdefault(key, result)

    functools.update_wrapper(wrapper, build)
    return wrapper
