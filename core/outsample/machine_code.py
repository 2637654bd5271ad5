"""How machine code is kept on disk: as numba does it, but what cannot be written or read does no harm.

numba lets a full disk, a folder that has gone, and a file that was cut short when the power went end the call of the
kernel. Here the kernel is compiled and answers; what could not be kept is noted. And numba numbers its files, so that
two processes that compile one kernel for different types at the same moment may give one number to both, after which
floats are read as integers; here the name of a file is its own.
"""

import uuid
from typing import Any, Final

from numba.core.caching import FunctionCache, IndexDataCacheFile

__all__ = ["LOST", "MachineCode"]

LOST: Final[list[OSError]] = []  # why machine code of this process was not kept


class _Files(IndexDataCacheFile):
    def _data_name(self, number: int) -> str:
        name: str = super()._data_name(number)
        return f"{name.removesuffix('.nbc')}.{uuid.uuid4().hex[:12]}.nbc"


class MachineCode(FunctionCache):
    """The machine code of one function, one file for each combination of types."""

    def __init__(self, function: Any) -> None:
        super().__init__(function)
        locator = self._impl.locator
        self._cache_file = _Files(self._cache_path, self._impl.filename_base, locator.get_source_stamp())

    def load_overload(self, signature: Any, target_context: Any) -> Any:
        """Return what was kept, or None: also for a file that cannot be read, which is then forgotten."""
        try:
            return super().load_overload(signature, target_context)
        except Exception:  # noqa: BLE001  (what is left of a file may raise anything when it is unpickled)
            self._forget()
            return None

    def save_overload(self, signature: Any, data: Any) -> None:
        """Keep machine code, or note why not."""
        try:
            super().save_overload(signature, data)
        except OSError as error:
            LOST.append(error)

    def _forget(self) -> None:
        """Begin the index anew; where that is not possible either, keep nothing of this function."""
        try:
            self.flush()
        except OSError as error:
            LOST.append(error)
            self.disable()
