"""Parameter paths: what a model of few parameters would be at each time alone, and what those fits are worth.

A model searches the quotes of a time in its own way, as it searches those of a train window. Residuals and their
derivatives are then taken at the quotes themselves, so that errors, fit and status follow the rules of a calibration.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from outsample.calibration.enough_quotes import QUOTES_PER_PARAMETER
from outsample.calibration.judged_scores import quotes_of
from outsample.calibration.judgement import Judgement, judged
from outsample.calibration.levenberg_marquardt import Minimum, Ridge, StopReason
from outsample.calibration.normal_equations import normal_equations
from outsample.calibration.result import CalibrationStatus
from outsample.calibration.tape import STATUSES, CalibrationCancelledError
from outsample.calibration.window_estimate import ParameterBox
from outsample.datasets import OptionQuotes
from outsample.errors import FitError
from outsample.prepared import prepared
from outsample.typing import Bools, Floats, Integers, freeze_columns

__all__ = ["FitsTimes", "ParameterPaths", "TimeFit", "TimeFits", "find_paths", "parameter_paths"]

POINTS: Final = 100.0  # vol points in a vol of one
FAILED: Final = STATUSES.index(CalibrationStatus.FAILED)


@dataclass(frozen=True, slots=True, eq=False)
class TimeFit:
    """Where the search of one time ended.

    Parameters
    ----------
    values : (p,) array
    reason : StopReason
    vols : (n,) array
        Of the quotes of the time, fractions a year; NaN where the values give none: such a quote counts for nothing.
    gradient : (p, n) array
        Their derivatives to the values.
    """

    values: Floats
    reason: StopReason
    vols: Floats
    gradient: Floats


class TimeFits(Protocol):
    """How a model is fitted to the quotes of a time alone, by the squared error of implied vol."""

    @property
    def box(self) -> ParameterBox:
        """What is searched."""

    def find(self, data: OptionQuotes, time: int) -> TimeFit | None:
        """Search the time of an index; None where its quotes do not let a search begin.

        Raises
        ------
        FitError
            No time of these data can be fitted.
        """

    def smile(self, values: Floats, log_moneyness: Floats, data: OptionQuotes, slice_index: int) -> Floats:
        """Return the (n,) vols that (p,) values give at ``ln(K/F)`` in a slice; NaN where there is none."""


@runtime_checkable
class FitsTimes(Protocol):
    """A model, hashable, that can be fitted to each time of a history while somebody waits."""

    @property
    def each_time(self) -> TimeFits:
        """How."""


@dataclass(frozen=True, eq=False)
class ParameterPaths:
    """Parameters through time, read-only.

    Parameters
    ----------
    model : FitsTimes
    times : (m,) int64 array
        UTC nanoseconds.
    names, units : tuple of str
        Of the p parameters, as of `Fitted.parameters`.
    values : (m, p) array
        Of a fit to the quotes of each time alone; NaN where those are fewer than ten a parameter, or no search could
        begin.
    low, high : (p,) array
        Bounds, inclusive: a path that lies on one is not determined by the quotes of its time.
    standard_errors : (m, p) array
        As of a calibration of one time: by tenor where there are more tenors than free parameters, else by quote; NaN
        at a bound and where the quotes do not determine the parameter.
    sum_of_squares : (m,) array
        Vol points, squared; 0 at a time without a fit.
    count : (m,) int array
        Quotes used; 0 at a time without a fit.
    status : (m,) int8 array
        Places in `outsample.calibration.tape.STATUSES`.
    refusal : str
        Why the model is not for these data; empty where it is.
    """

    model: FitsTimes
    times: Integers
    names: tuple[str, ...]
    units: tuple[str, ...]
    values: Floats
    low: Floats
    high: Floats
    standard_errors: Floats
    sum_of_squares: Floats
    count: Integers
    status: NDArray[np.int8]
    refusal: str = ""

    def __post_init__(self) -> None:
        freeze_columns(self)

    @property
    def least_quotes(self) -> int:
        """Quotes that a time needs."""
        return QUOTES_PER_PARAMETER * len(self.names)

    @property
    def at_bound(self) -> Bools:
        """(m, p) whether a parameter lies on a bound."""
        return np.asarray((self.values <= self.low) | (self.values >= self.high))


def find_paths(data: OptionQuotes, model: FitsTimes) -> ParameterPaths | None:
    """Return the paths of a data set that were made already; None where none were."""
    return _kept(data).get(model)


def parameter_paths(
    data: OptionQuotes, model: FitsTimes, cancelled: Callable[[], bool] | None = None
) -> ParameterPaths:
    """Fit a model to every time of a history, each alone; what was made is kept with the data set.

    Parameters
    ----------
    data : OptionQuotes
    model : FitsTimes
    cancelled : callable, optional
        Asked before every time.

    Raises
    ------
    CalibrationCancelledError
        `cancelled` said so.
    """
    known = find_paths(data, model)
    return _kept(data).setdefault(model, _fitted(data, model, cancelled)) if known is None else known


@prepared
def _kept(data: OptionQuotes) -> dict[FitsTimes, ParameterPaths]:
    del data
    return {}


def _fitted(data: OptionQuotes, model: FitsTimes, cancelled: Callable[[], bool] | None) -> ParameterPaths:
    fits, total, counts = model.each_time, data.times.size, np.diff(data.observed.time_start)
    box = fits.box
    size = len(box.names)
    values, errors = np.full((total, size), np.nan), np.full((total, size), np.nan)
    squares, count = np.zeros(total), np.zeros(total, np.int64)
    status, refusal = np.full(total, FAILED, np.int8), ""
    for time in np.flatnonzero(counts >= QUOTES_PER_PARAMETER * size).tolist():
        if cancelled is not None and cancelled():
            raise CalibrationCancelledError(
                f"the fits of {box.title} need to run to the end, found them cancelled at time {time} of {total}; "
                "start them again"
            )
        try:
            found = fits.find(data, time)
        except FitError as error:
            refusal = str(error)
            break
        if found is None:
            continue
        told, squares[time] = _judged(data, time, box, found)
        values[time], errors[time] = found.values, told.known.standard_errors
        count[time], status[time] = np.count_nonzero(np.isfinite(found.vols)), STATUSES.index(told.status)
    columns = (values, box.low, box.high, errors, squares, count, status)
    return ParameterPaths(model, data.times, box.names, box.units, *columns, refusal)


def _judged(data: OptionQuotes, time: int, box: ParameterBox, found: TimeFit) -> tuple[Judgement, float]:
    """Return what is said of a search, and its sum of squares, by the quotes themselves."""
    seen = data.observed
    rows = quotes_of(seen, slice(time, time + 1))
    has_vol, slope = np.isfinite(found.vols), np.full(found.vols.size, POINTS)
    residual = np.where(has_vol, POINTS * (found.vols - seen.implied_vol[rows]), 0.0)
    by_parameter = np.where(has_vol[:, np.newaxis], np.ascontiguousarray(found.gradient.T), 0.0)
    at = normal_equations(residual, slope, by_parameter, np.inf)
    first, last = int(seen.time_slice[time]), int(seen.time_slice[time + 1])
    start = seen.slice_start[first : last + 1] - seen.slice_start[first]
    end = Minimum(found.values, at, found.reason, evaluations=0, damping=0.0)
    return judged(end, box.low, box.high, start, Ridge.none(len(box.names))), at.total
