"""The one way to compile a kernel: nogil, cached on disk, never fastmath and never `parallel`.

`parallel=True` aborts when two threads overlap in numba's workqueue layer; callers run a kernel on two Python
threads instead. The cache folder must be known before numba is imported, and a folder that cannot be written
must not stop the application: then kernels compile anew in each process.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import platformdirs

__all__ = ["CACHE_IS_WRITABLE", "kernel"]

_PREFIX: Final = "kernels-"


def _writable_cache() -> bool:
    """Choose a folder by what the kernels say, and return whether it can be written.

    numba looks only at the file of a kernel itself to see whether its machine code is current; what the kernel
    takes in from other files may have changed with an upgrade.
    """
    chosen = os.environ.get("NUMBA_CACHE_DIR") or str(platformdirs.user_cache_path("outsample") / "numba")
    folder = Path(chosen) if Path(chosen).name.startswith(_PREFIX) else Path(chosen) / f"{_PREFIX}{_kernel_digest()}"
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _kernel_digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        text = path.read_bytes()
        if b"outsample.compiled" in text or b"formulas.inlined" in text or b"numba" in text:
            digest.update(text)
    return digest.hexdigest()[:12]


Function = TypeVar("Function", bound=Callable[..., Any])
CACHE_IS_WRITABLE: Final = _writable_cache()

import numba  # noqa: E402  (the cache folder above must be set before numba reads it)


def kernel(function: Function) -> Function:
    """Compile `function` on first call; releases the GIL; cached on disk where the folder allows it."""
    return cast(Function, numba.njit(nogil=True, cache=CACHE_IS_WRITABLE, error_model="numpy")(function))
