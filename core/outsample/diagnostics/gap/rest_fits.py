"""A model fitted on some of the times of a window, as if the others had never been.

Most models are fitted on data without the times that are left out. Those that need calibrations find them in the tape
of the times that stay, so that nothing is calibrated anew. Leland's takes its vol from moves of the underlying, one of
which would span each gap: it gets the moves between times that stay.
"""

import math
from contextlib import suppress
from typing import Any

import numpy as np

from outsample.calibration.tape_shelf import NeedsTape, keep_tape, tape_of
from outsample.calibration.tape_store import tape_path
from outsample.datasets import OptionQuotes
from outsample.datasets.without import only_times
from outsample.errors import ExportError, FitError, OutsampleError
from outsample.model import Fitted, Model, can_preview
from outsample.models.parametric_smile import Leland, LelandFit
from outsample.models.parametric_smile.leland import FEWEST_RETURNS
from outsample.typing import YEAR, Bools
from outsample.windows import Window

__all__ = ["GapCancelledError", "fit_on"]


class GapCancelledError(OutsampleError):
    """Somebody asked for the fits behind a gap to stop."""


def fit_on(model: Model[Any], data: Any, keep: Bools, train: Window, previews: bool = False) -> Fitted[Any]:
    """Fit a model on the times of a window that are kept.

    Parameters
    ----------
    model : Model
    data : Dataset
    keep : (m,) bool array
        Over ``data.times``. Times before the window may stay: recursions start there. None after it may.
    train : Window
    previews : bool
        By the quicker way where the model has one.

    Raises
    ------
    FitError
        Too little is left.
    DataError, UsageError
        As of `outsample.datasets.without.only_times`.
    """
    if isinstance(model, Leland):
        return _leland(model, data, keep, train)
    part = only_times(data, keep)
    if isinstance(model, NeedsTape):
        _lend_tape(model, data, part, keep)
    if previews and can_preview(model):
        return model.preview(part, train)
    return model.fit(part, train)


def _lend_tape(model: NeedsTape, data: OptionQuotes, part: OptionQuotes, keep: Bools) -> None:
    """Have the model find the calibrations of the times that stay, as long as those data live."""
    kind, settings = model.kind, model.calibration
    tape = tape_of(data, kind, settings)
    with suppress(ExportError):
        keep_tape(part, tape.part(keep))
    # on disk it is of no use to anybody, and in memory it stays as long as it is needed
    tape_path(part, kind, settings).unlink(missing_ok=True)


def _leland(model: Leland, data: OptionQuotes, keep: Bools, train: Window) -> LelandFit:
    prices = data.underlying()
    stays = keep[np.searchsorted(data.times, prices.time)]
    stays &= (prices.time >= train.start) & (prices.time < train.stop)
    moves = stays[1:] & stays[:-1]
    squares = float(np.square(np.diff(np.log(prices.close))[moves]).sum())
    years = float(np.diff(prices.time)[moves].sum()) / YEAR
    count = int(np.count_nonzero(moves))
    if count < FEWEST_RETURNS or not squares > 0.0:
        raise FitError(
            f"Leland needs {FEWEST_RETURNS} returns of a moving underlying in what is left of the train window, "
            f"found {count}; widen the window"
        )
    return LelandFit(model, math.sqrt(squares / years), math.nan, math.nan)
