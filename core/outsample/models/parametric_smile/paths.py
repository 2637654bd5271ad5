"""Parameter paths: what a smile family would be at each time alone, and what those fits are worth.

A time is searched on the lattice, as a train window is. Its residuals and their derivatives are then taken at the
quotes themselves, so that errors, fit and status are those of the quotes, by the rules of `outsample.calibration`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from outsample.calibration.judgement import Judgement, judged
from outsample.calibration.levenberg_marquardt import Minimum, Ridge
from outsample.calibration.normal_equations import normal_equations
from outsample.calibration.result import CalibrationStatus
from outsample.calibration.tape import STATUSES, CalibrationCancelledError
from outsample.calibration.tape_pooling import QUOTES_PER_PARAMETER
from outsample.datasets import OptionQuotes
from outsample.models.parametric_smile.corrado_su import CORRADO_SU_SHAPE, CorradoSu
from outsample.models.parametric_smile.estimate import Shape, least_squares
from outsample.models.parametric_smile.lattice import lattice_of
from outsample.models.parametric_smile.sabr import SABR_SHAPE, Sabr
from outsample.models.parametric_smile.ssvi import SSVI_SHAPE, Ssvi
from outsample.models.parametric_smile.svi import SVI_SHAPE, Svi
from outsample.prepared import prepared
from outsample.typing import Bools, Floats, Integers, freeze_columns

__all__ = ["ParameterPaths", "SmileFamily", "find_paths", "parameter_paths", "shape_of", "smile_vols"]

SmileFamily = Svi | Ssvi | Sabr | CorradoSu

SHAPES: Final[dict[type, Shape]] = {Svi: SVI_SHAPE, Ssvi: SSVI_SHAPE, Sabr: SABR_SHAPE, CorradoSu: CORRADO_SU_SHAPE}
POINTS: Final = 100.0  # vol points in a vol of one
FAILED: Final = STATUSES.index(CalibrationStatus.FAILED)


@dataclass(frozen=True, eq=False)
class ParameterPaths:
    """Parameters through time, read-only.

    Parameters
    ----------
    model : SmileFamily
    times : (m,) int64 array
        UTC nanoseconds.
    names, units : tuple of str
        Of the p parameters, as of `Fitted.parameters`.
    values : (m, p) array
        Of a fit to the quotes of each time alone; NaN where those are fewer than ten a parameter, or the formula has
        no vol for some of them to begin with.
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
    """

    model: SmileFamily
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


def shape_of(model: SmileFamily) -> Shape:
    """Return names, units and bounds of a family."""
    return SHAPES[type(model)]


def smile_vols(model: SmileFamily, values: Floats, log_moneyness: Floats, tenor: Floats) -> Floats:
    """Return the (n,) vols that (p,) parameters give at strikes ``ln(K/F)`` and tenors in years."""
    return shape_of(model).surface(np.array(values), log_moneyness / np.sqrt(tenor), np.array(tenor))[0]


def find_paths(data: OptionQuotes, model: SmileFamily) -> ParameterPaths | None:
    """Return the paths of a data set that were made already; None where none were."""
    return _kept(data).get(model)


def parameter_paths(
    data: OptionQuotes, model: SmileFamily, cancelled: Callable[[], bool] | None = None
) -> ParameterPaths:
    """Fit a smile family to every time of a history, each alone; what was made is kept with the data set.

    Parameters
    ----------
    data : OptionQuotes
    model : SmileFamily
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
def _kept(data: OptionQuotes) -> dict[SmileFamily, ParameterPaths]:
    del data
    return {}


def _fitted(data: OptionQuotes, model: SmileFamily, cancelled: Callable[[], bool] | None) -> ParameterPaths:
    shape = shape_of(model)
    total, size, counts = data.times.size, len(shape.names), np.diff(data.observed.time_start)
    values, errors = np.full((total, size), np.nan), np.full((total, size), np.nan)
    squares, count = np.zeros(total), np.zeros(total, np.int64)
    status = np.full(total, FAILED, np.int8)
    for time in np.flatnonzero(counts >= QUOTES_PER_PARAMETER * size).tolist():
        if cancelled is not None and cancelled():
            raise CalibrationCancelledError(
                f"the fits of {shape.title} need to run to the end, found them cancelled at time {time} of {total}; "
                "start them again"
            )
        search = least_squares(lattice_of(data), slice(time, time + 1), shape)
        if not math.isfinite(search.at.total):
            continue
        found, count[time] = _at_quotes(data, time, shape, search)
        told = _judged(data, time, shape, found)
        values[time], errors[time] = found.values, told.known.standard_errors
        squares[time], status[time] = found.at.total, STATUSES.index(told.status)
    bounds = (shape.low, shape.high)
    return ParameterPaths(model, data.times, shape.names, shape.units, values, *bounds, errors, squares, count, status)


def _at_quotes(data: OptionQuotes, time: int, shape: Shape, found: Minimum) -> tuple[Minimum, int]:
    """Return the end of a search with the normal equations of the quotes themselves, in vol points, and their number.

    A quote to which the parameters give no vol counts for nothing, as in a prediction.
    """
    seen = data.observed
    rows = slice(int(seen.time_start[time]), int(seen.time_start[time + 1]))
    tenor = np.array(seen.tenor[rows])  # no view of a column that cannot be written: that kind is compiled anew
    vols, gradient = shape.surface(found.values, seen.log_moneyness[rows] / np.sqrt(tenor), tenor)
    has_vol, slope = np.isfinite(vols), np.full(vols.size, POINTS)
    residual = np.where(has_vol, POINTS * (vols - seen.implied_vol[rows]), 0.0)
    by_parameter = np.where(has_vol[:, np.newaxis], np.ascontiguousarray(gradient.T), 0.0)
    at = normal_equations(residual, slope, by_parameter, np.inf)
    return replace(found, at=at), int(np.count_nonzero(has_vol))


def _judged(data: OptionQuotes, time: int, shape: Shape, found: Minimum) -> Judgement:
    seen = data.observed
    first, last = int(seen.time_slice[time]), int(seen.time_slice[time + 1])
    start = seen.slice_start[first : last + 1] - seen.slice_start[first]
    return judged(found, shape.low, shape.high, start, Ridge.none(len(shape.names)))
