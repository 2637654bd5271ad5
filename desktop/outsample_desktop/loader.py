"""Data from files, from the sample and from arch, read off the GUI thread, with progress and cancel."""

import threading
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QObject, Signal

from outsample.datasets import OptionQuotes
from outsample.errors import OutsampleError
from outsample.io import ImportCancelledError
from outsample.sample import SamplingCancelledError
from outsample_desktop.sources import load

__all__ = ["Loader"]


class Loader(QObject):
    """Loads one source at a time; a new one cancels the one before.

    Signals
    -------
    progressed(float, str), loaded(Loaded), failed(str), broke(object), ended()
    """

    progressed = Signal(float, str)
    loaded = Signal(object)
    failed = Signal(str)
    broke = Signal(object)
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="load")
        self._cancel = threading.Event()

    def open(self, source: str) -> None:
        """Start loading."""
        self._cancel.set()
        self._cancel = threading.Event()
        self._pool.submit(self._run, source, self._cancel)

    def cancel(self) -> None:
        """Stop at the next step."""
        self._cancel.set()

    def close(self) -> None:
        """Cancel and end the thread."""
        self._cancel.set()
        self._pool.shutdown(wait=True)

    def _run(self, source: str, cancel: threading.Event) -> None:
        shown = -1.0

        def progress(share: float, what: str) -> None:
            nonlocal shown
            if share - shown >= 0.02 or share >= 1.0:
                shown = share
                self.progressed.emit(share, what)

        try:
            loaded = load(source, progress, cancel.is_set)
            _ = loaded.data.fingerprint
            if isinstance(loaded.data, OptionQuotes):
                progress(0.97, "inverting prices to vols")
                _ = loaded.data.observed
            if not cancel.is_set():
                self.loaded.emit(loaded)
        except (ImportCancelledError, SamplingCancelledError):
            pass
        except OutsampleError as error:
            if not cancel.is_set():
                self.failed.emit(str(error))
        except Exception as error:  # noqa: BLE001  (whatever broke must reach the user, and the worker must live on)
            self.broke.emit(error)
        finally:
            if cancel is self._cancel:  # else another load has begun, and the progress shown is its own
                self.ended.emit()
