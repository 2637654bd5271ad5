"""Where a model finds the tape of a data set: in memory, then on disk; who may wait has it built."""

import threading
import weakref
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Final, Protocol, runtime_checkable

from outsample.calibration.settings import CalibrationSettings
from outsample.calibration.tape import CalibrationTape, build_tape
from outsample.calibration.tape_store import load_tape, save_tape
from outsample.datasets import OptionQuotes
from outsample.errors import ExportError, FitError
from outsample.formulas.fourier import TransformModel

__all__ = ["NeedsTape", "ensure_tapes", "find_tape", "keep_tape", "tape_of"]

KEPT: Final = 12  # tapes of one data set in memory

Key = tuple[type[TransformModel], CalibrationSettings]

_shelf: Final[weakref.WeakKeyDictionary[Any, dict[Key, CalibrationTape]]] = weakref.WeakKeyDictionary()
_lock: Final = threading.Lock()


@runtime_checkable
class NeedsTape(Protocol):
    """A model that cannot be fitted before the calibrations of the data are there."""

    @property
    def kind(self) -> type[TransformModel]:
        """What is calibrated."""

    @property
    def calibration(self) -> CalibrationSettings:
        """How."""


def find_tape(data: OptionQuotes, kind: type[TransformModel], settings: CalibrationSettings) -> CalibrationTape | None:
    """Return the tape of a data set from memory or from disk; None where there is none yet."""
    with _lock:
        known = _shelf.get(data, {}).get((kind, settings))
    if known is not None:
        return known
    found = load_tape(data, kind, settings)
    if found is not None:
        _remember(data, found)
    return found


def tape_of(
    data: OptionQuotes, kind: type[TransformModel], settings: CalibrationSettings, title: str = ""
) -> CalibrationTape:
    """Return the tape of a data set.

    Raises
    ------
    FitError
        There is none yet.
    """
    found = find_tape(data, kind, settings)
    if found is None:
        raise FitError(
            f"{title or kind.__name__} needs its calibration tape for these quotes, found none; "
            "build it in the calibration room, or run `outsample calibrate`"
        )
    return found


def keep_tape(data: OptionQuotes, tape: CalibrationTape) -> None:
    """Have a tape found from now on: in memory as long as the data live, and on disk.

    Raises
    ------
    ExportError
        It cannot be written; in memory it is there nevertheless.
    """
    _remember(data, tape)
    save_tape(data, tape)


def ensure_tapes(data: Any, models: Iterable[object], progress: Callable[[float, str], None] | None = None) -> None:
    """Build and keep what the models among these need that need a tape, and that is not there yet.

    A folder that cannot be written does no harm: the tape is then in memory only.

    Parameters
    ----------
    data : Dataset
        Nothing is built for data that are no option quotes.
    models : iterable
        Of any kind; each is asked whether it needs a tape.
    progress : callable, optional
        Called with the share of one tape and a few words.
    """
    if not isinstance(data, OptionQuotes):
        return
    for model in models:
        if isinstance(model, NeedsTape) and find_tape(data, model.kind, model.calibration) is None:
            tape = build_tape(data, model.kind, model.calibration, progress)
            with suppress(ExportError):
                keep_tape(data, tape)


def _remember(data: OptionQuotes, tape: CalibrationTape) -> None:
    with _lock:
        known = _shelf.setdefault(data, {})
        known[tape.kind, tape.settings] = tape
        while len(known) > KEPT:
            del known[next(iter(known))]
