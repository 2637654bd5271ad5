"""The one way to compile a kernel: nogil, cached on disk, never fastmath and never `parallel`.

`parallel=True` aborts when two threads overlap in numba's workqueue layer; callers run a kernel on two Python
threads instead. The cache folder must be known before numba is imported, and a folder that cannot be written
must not stop the application: then kernels compile anew in each process.
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import platformdirs

__all__ = ["CACHE_IS_WRITABLE", "kernel"]


def _writable_cache() -> bool:
    folder = Path(os.environ.setdefault("NUMBA_CACHE_DIR", str(platformdirs.user_cache_path("outsample") / "numba")))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


Function = TypeVar("Function", bound=Callable[..., Any])
CACHE_IS_WRITABLE: Final = _writable_cache()

import numba  # noqa: E402  (the cache folder above must be set before numba reads it)


def kernel(function: Function) -> Function:
    """Compile `function` on first call; releases the GIL; cached on disk where the folder allows it."""
    return cast(Function, numba.njit(nogil=True, cache=CACHE_IS_WRITABLE, error_model="numpy")(function))
