"""Where machine code is kept: the user's folder, else a private one for this session, else nowhere.

The folder is named by what the kernels say: numba looks only at the file of a kernel itself to see whether its machine
code is current, and what the kernel takes in from other files may have changed with an upgrade. It must be known before
numba is imported. A marker in it, written last, says that everything a first use needs is there.
"""

import atexit
import hashlib
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

import platformdirs

__all__ = ["Keeping", "KernelCache", "choose_cache"]

_PREFIX: Final = "kernels-"
_VARIABLE: Final = "NUMBA_CACHE_DIR"
_LEAST_ROOM: Final = 1 << 16  # bytes: on a full disk an empty file can still be made


class Keeping(Enum):
    """How long machine code lasts."""

    KEPT = "compiled and kept"
    SESSION = "compiled, kept until the session ends"
    NOWHERE = "not kept"


@dataclass(frozen=True, slots=True)
class KernelCache:
    """A folder for machine code.

    Parameters
    ----------
    keeping : Keeping
    folder : Path
        In use; where nothing can be kept, the one that was asked for.
    wanted : Path
        The one that was asked for.
    """

    keeping: Keeping
    folder: Path
    wanted: Path

    @property
    def is_writable(self) -> bool:
        """Whether machine code outlasts the process that made it."""
        return self.keeping is not Keeping.NOWHERE

    @property
    def is_prepared(self) -> bool:
        """Whether the marker says that everything a first use needs is there; one look at the disk."""
        return self._marker.exists()

    def mark_prepared(self) -> None:
        """Leave the marker; a folder that refuses it is prepared again next time."""
        with suppress(OSError):
            self._marker.touch()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever kept here."""
        return next(self.folder.rglob("*.nbi"), None) is None

    @property
    def problem(self) -> str:
        """One sentence where the folder that was asked for cannot be used; empty where it can."""
        needed = f"compiled formulas need a folder to be kept in, found that {self.wanted} cannot be written"
        cure = f"let {_VARIABLE} name one that can"
        match self.keeping:
            case Keeping.KEPT:
                return ""
            case Keeping.SESSION:
                return f"{needed}; they are prepared anew in every session: {cure}"
            case Keeping.NOWHERE:
                return f"{needed}, nor can the temporary folder; prices come from the slower numpy formulas: {cure}"

    @property
    def _marker(self) -> Path:
        return self.folder / f"prepared-{_machine_digest()}"


def choose_cache() -> KernelCache:
    """Return the folder to use, and tell numba and the processes that are started later."""
    chosen = Path(os.environ.get(_VARIABLE) or platformdirs.user_cache_path("outsample") / "numba")
    name = f"{_PREFIX}{_kernel_digest()}"
    wanted = chosen if chosen.name == name else chosen / name  # a process that was started by another is told it whole
    cache = KernelCache(Keeping.KEPT, wanted, wanted)
    if not _can_be_written(wanted):
        cache = _for_this_session(wanted)
    os.environ[_VARIABLE] = str(cache.folder)
    return cache


def _for_this_session(wanted: Path) -> KernelCache:
    """Return a folder that nobody else can read, since machine code is run as it is found, and that goes at the end."""
    try:
        private = Path(tempfile.mkdtemp(prefix="outsample-"))
    except OSError:
        return KernelCache(Keeping.NOWHERE, wanted, wanted)
    atexit.register(shutil.rmtree, private, ignore_errors=True)
    folder = private / wanted.name
    found = Keeping.SESSION if _can_be_written(folder) else Keeping.NOWHERE
    return KernelCache(found, folder if found is Keeping.SESSION else wanted, wanted)


def _can_be_written(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(_LEAST_ROOM))
            file.flush()
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


def _machine_digest() -> str:
    """Return what else machine code depends on: numba, Python, the processor, where and when this was installed."""
    import numba
    from llvmlite.binding import get_host_cpu_name

    here = Path(__file__)
    parts = (numba.__version__, sys.version, get_host_cpu_name(), here, here.stat().st_mtime_ns)
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:12]
