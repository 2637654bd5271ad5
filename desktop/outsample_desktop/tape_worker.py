"""The other side of a calibration in the background: a process of its own that loads, calibrates, keeps, and ends.

It takes no Qt along. What it is doing goes through one pipe; the other only tells whether somebody still wants it:
when its end is closed, by hand or because the window's process is gone, the work stops at the next time.
"""

import os
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Final

from outsample.calibration import CalibrationSettings
from outsample.errors import DataError, OutsampleError
from outsample.formulas.fourier import TransformModel
from outsample_desktop.background_process import Broke, is_unwanted, say
from outsample_desktop.session import State

__all__ = ["Broke", "Kept", "Progress", "Refused", "TapeOrder", "Work", "calibrate_in_background"]

_MODESTY: Final = 10  # steps of priority given up, so that a drag has the processor first
_STEP: Final = 0.005  # of the whole, below which progress is not told


@dataclass(frozen=True, slots=True)
class TapeOrder:
    """Which calibrations are wanted, of which data.

    Parameters
    ----------
    title : str
        Of the model, for people.
    kind : type
    settings : CalibrationSettings
    state : State
        Names the data, their fingerprint, and how they are seen.
    """

    title: str
    kind: type[TransformModel]
    settings: CalibrationSettings
    state: State

    def is_like(self, other: "TapeOrder") -> bool:
        """Whether both want the same calibrations of the same observations."""
        return self.key() == other.key()

    def key(self) -> tuple[object, ...]:
        """Return what two orders for the same calibrations share."""
        state = self.state
        return self.kind, self.settings, state.fingerprint, state.target, state.parameters.filters


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work is, 0..1."""

    share: float


@dataclass(frozen=True, slots=True)
class Kept:
    """The calibrations are in the store."""


@dataclass(frozen=True, slots=True)
class Refused:
    """They cannot be had, for a reason that the user can mend."""

    sentence: str


Work = Callable[[TapeOrder, Connection, Connection], None]


def calibrate_in_background(order: TapeOrder, tell: Connection, wanted: Connection) -> None:
    """Carry out an order: the whole life of the process.

    Parameters
    ----------
    order : TapeOrder
    tell : Connection
        Takes `Progress`, then one of `Kept`, `Refused` and `Broke`, or nothing if the work was no longer wanted.
    wanted : Connection
        Readable as soon as the work is no longer wanted.
    """
    with suppress(AttributeError, OSError):
        os.nice(_MODESTY)
    told = -1.0

    def progress(share: float, _words: str) -> None:
        nonlocal told
        if share - told >= _STEP or share >= 1.0:
            told = share
            tell.send(Progress(share))

    try:
        _carry_out(order, progress, lambda: is_unwanted(wanted))
        tell.send(Kept())
    except BrokenPipeError:
        pass  # nobody listens any more
    except OutsampleError as error:
        if not is_unwanted(wanted):
            say(tell, Refused(str(error)))
    except Exception:  # noqa: BLE001  (whatever broke must reach the user)
        say(tell, Broke(traceback.format_exc()))


def _carry_out(order: TapeOrder, progress: Callable[[float, str], None], cancelled: Callable[[], bool]) -> None:
    from outsample.calibration.tape import build_tape
    from outsample.calibration.tape_store import save_tape
    from outsample.datasets import OptionQuotes
    from outsample_desktop.opening import as_seen
    from outsample_desktop.sources import load

    data = load(order.state.source, cancelled=cancelled).data
    if data.fingerprint != order.state.fingerprint:
        raise DataError("the calibrations need the data that are open, found a file that has changed; open it again")
    seen = as_seen(order.state, data)
    assert isinstance(seen, OptionQuotes)
    save_tape(seen, build_tape(seen, order.kind, order.settings, progress, cancelled))
