"""The one way to compile a kernel: nogil, cached on disk, never fastmath and never `parallel`.

`parallel=True` aborts when two threads overlap in numba's workqueue layer; callers run a kernel on two Python
threads instead. The cache folder must be known before numba is imported, and a folder that cannot be written
must not stop the application: see `outsample.kernel_cache` and `outsample.plain_twins`.
"""

import os
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from outsample.kernel_cache import Keeping, choose_cache
from outsample.plain_twins import PLAIN_TWINS, twin_named

__all__ = ["CACHE", "IS_PLAIN", "KERNELS", "kernel", "problem", "where_kernels_are"]

CACHE: Final = choose_cache()
_IS_ASKED_FOR: Final = os.environ.get("OUTSAMPLE_KERNELS") == "plain"  # in tests, and to find what a difference is from
IS_PLAIN: Final = _IS_ASKED_FOR or CACHE.keeping is Keeping.NOWHERE

import numba  # noqa: E402  (the cache folder above must be set before numba reads it)
from numba.extending import overload  # noqa: E402

from outsample.machine_code import MachineCode  # noqa: E402

Function = TypeVar("Function", bound=Callable[..., Any])
KERNELS: Final[dict[str, Any]] = {}  # by module and name, in the order of their imports; twins are not among them


def kernel(function: Function) -> Function:
    """Compile `function` on first call; releases the GIL; cached on disk where the folder allows it.

    Where `IS_PLAIN`, a function that has a twin is the twin when Python calls it, and machine code inside kernels.
    """
    name = f"{function.__module__}.{function.__name__}"
    if IS_PLAIN and name in PLAIN_TWINS:
        plain = twin_named(PLAIN_TWINS[name], function)
        overload(plain, jit_options={"error_model": "numpy"}, strict=False)(lambda *_: function)
        return cast(Function, plain)
    compiled: Any = numba.njit(nogil=True, error_model="numpy")(function)
    if CACHE.is_writable:
        compiled._cache = MachineCode(function)  # as `cache=True` does with numba's own
    KERNELS[name] = compiled
    return cast(Function, compiled)


def problem() -> str:
    """Return one sentence where formulas are not what they should be; empty where they are."""
    if CACHE.problem or not _IS_ASKED_FOR:
        return CACHE.problem
    return "fast formulas need to be asked for, found OUTSAMPLE_KERNELS=plain; unset it for more than numpy's speed"


def where_kernels_are() -> str:
    """Return in a few words how formulas are computed and where machine code is."""
    twins = "plain numpy where there is a twin, the others " if IS_PLAIN else ""
    match CACHE.keeping:
        case Keeping.KEPT:
            return f"{twins}compiled and kept in {CACHE.folder}"
        case Keeping.SESSION:
            return f"{twins}compiled, kept until the session ends in {CACHE.folder}; {CACHE.wanted} cannot be written"
        case Keeping.NOWHERE:
            return f"{twins}compiled, not kept; {CACHE.wanted} cannot be written, nor can the temporary folder"
