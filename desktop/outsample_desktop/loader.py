"""Data from files, from the sample and from arch, read off the GUI thread, with progress and cancel."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import platformdirs
from PySide6.QtCore import QObject, Signal

from outsample.datasets import OptionQuotes, Prices
from outsample.errors import OutsampleError
from outsample.io import ImportCancelledError, ImportReport, import_cached, read_store
from outsample.sample import ensure_sample, sp500_prices

__all__ = ["SAMPLE", "SP500", "Loaded", "Loader", "load"]

SAMPLE: Final = "sample:"
SP500: Final = "sp500:"

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A data set that is ready to be shown.

    Parameters
    ----------
    source : str
        As in the state.
    title : str
        Short name for the header.
    data : OptionQuotes or Prices
    report : ImportReport, optional
        None for data that were made.
    """

    source: str
    title: str
    data: OptionQuotes | Prices
    report: ImportReport | None


def cache_folder() -> Path:
    """Return where imports and the sample are kept."""
    return platformdirs.user_cache_path("outsample")


def load(source: str, progress: Progress | None = None, cancelled: Callable[[], bool] | None = None) -> Loaded:
    """Return the data of a source: ``sample:``, ``sp500:``, or one or more files separated by newlines.

    Raises
    ------
    DataError, ImportCancelledError
        As the readers do.
    """
    if source == SAMPLE:
        paths = ensure_sample(cache_folder() / "sample", progress=progress, cancelled=cancelled)
        kept = read_store(paths.quotes)
        return Loaded(source, "Sample market (made, not real)", kept.dataset, kept.report)
    if source == SP500:
        return Loaded(source, "S&P 500", sp500_prices(), None)
    files = source.split("\n")
    kept = import_cached(files, cache_folder() / "imports", progress=progress, cancelled=cancelled)
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return Loaded(source, Path(files[0]).name + more, kept.dataset, kept.report)


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
        except ImportCancelledError:
            pass
        except OutsampleError as error:
            if not cancel.is_set():
                self.failed.emit(str(error))
        except Exception as error:  # noqa: BLE001  (whatever broke must reach the user, and the worker must live on)
            self.broke.emit(error)
        finally:
            self.ended.emit()
