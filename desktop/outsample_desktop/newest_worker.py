"""Work off the GUI thread of which only the newest is wanted."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, Signal

from outsample.errors import OutsampleError

__all__ = ["NewestWorker"]


class NewestWorker(QObject):
    """Runs one piece of work at a time; what waits is replaced by what comes after it.

    Signals
    -------
    done(object, object)
        What was asked and its result, on the GUI thread.
    refused(object, str)
        What was asked and the sentence of the `OutsampleError` that it raised.
    broke(object)
        An exception that no user could have caused.
    """

    done = Signal(object, object)
    refused = Signal(object, str)
    broke = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._lock = threading.Lock()
        self._newest, self._is_closed = 0, False

    def ask(self, asked: object, work: Callable[[], Any]) -> None:
        """Start `work` as soon as what runs is finished, unless something else is asked before; nothing once closed."""
        with self._lock:
            if self._is_closed:
                return
            self._newest += 1
            self._pool.submit(self._run, self._newest, asked, work)

    def close(self) -> None:
        """Finish what runs, drop what waits, and end the thread."""
        with self._lock:
            self._newest, self._is_closed = self._newest + 1, True
        self._pool.shutdown(wait=True)

    def _run(self, number: int, asked: object, work: Callable[[], Any]) -> None:
        if number != self._newest:
            return
        try:
            result = work()
        except OutsampleError as error:
            self.refused.emit(asked, str(error))
        except Exception as error:  # noqa: BLE001  (whatever broke must reach the user, and the worker must live on)
            self.broke.emit(error)
        else:
            self.done.emit(asked, result)
