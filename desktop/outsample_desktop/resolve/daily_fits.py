"""Fits of every time alone, in the one form that the calibration room draws, wherever they come from."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from outsample.calibration import CalibrationLoss, CalibrationStatus
from outsample.calibration.paths import ParameterPaths
from outsample.calibration.tape import STATUSES, CalibrationTape
from outsample.datasets import OptionQuotes
from outsample.models.transform import HestonStateFit
from outsample.prepared import prepared
from outsample.typing import Bools, Floats, Integers
from outsample_desktop.resolve.calibrated import LOSSES, Calibrated, Family, FittedSmile, FollowedState

__all__ = ["DailyFits", "fits_of_paths", "fits_of_states", "fits_of_tape"]

_FAILED: Final = STATUSES.index(CalibrationStatus.FAILED)
_CONVERGED: Final = STATUSES.index(CalibrationStatus.CONVERGED)
_AT_BOUND: Final = STATUSES.index(CalibrationStatus.AT_BOUND)
_POINTS: Final = 100.0  # vol points in a vol of one


@dataclass(frozen=True, eq=False)
class DailyFits:
    """Columns over the m times that were fitted; the same object for the life of what they were made from.

    Parameters
    ----------
    family : Family
    unit : str
        Of the residuals.
    times : (m,) int64 array
        UTC nanoseconds.
    values, standard_errors : (m, p) array
        NaN at a time without a fit, and where there is no error; what is not of the time itself is that of the window.
    at_bound : (m, p) bool array
    sum_of_squares : (m,) array
        In that unit, squared.
    count : (m,) int array
        Quotes used; 0 at a time without a fit.
    status : (m,) int8 array
        Places in `STATUSES`.
    failure : str
        Why a time has no fit.
    carried : (m, p) array, optional
        What predicts each time, where that is not the estimate of the window.
    """

    family: Family
    unit: str
    times: Integers
    values: Floats
    standard_errors: Floats
    at_bound: Bools
    sum_of_squares: Floats
    count: Integers
    status: NDArray[np.int8]
    failure: str
    carried: Floats | None = None

    @property
    def root_mean_square(self) -> Floats:
        """(m,) of the residuals; NaN at a time without a fit."""
        with np.errstate(invalid="ignore"):
            return np.asarray(np.sqrt(self.sum_of_squares / self.count))

    @property
    def endings(self) -> tuple[str, ...]:
        """How the search of each time ended."""
        words = {place: one.value for place, one in enumerate(STATUSES)} | {_FAILED: self.failure}
        return tuple(words[code] for code in self.status.tolist())

    @property
    def is_unsettled(self) -> Bools:
        """(m,) whether a search did not end, or not at one set of parameters."""
        return np.asarray(~np.isin(self.status, (_CONVERGED, _AT_BOUND)))

    @property
    def breaks_feller(self) -> Bools:
        """(m,) whether ``2 kappa theta < sigma^2``; nowhere for a model without a variance of its own."""
        return np.asarray(self.family.feller_ratios(self.values) < 1.0)

    def place_of(self, time: int) -> int | None:
        """Return the place of a time that has a fit, or None."""
        place = int(np.searchsorted(self.times, time))
        is_there = place < self.times.size and self.times[place] == time
        return place if is_there and np.isfinite(self.values[place]).all() else None


@prepared
def fits_of_tape(tape: CalibrationTape, family: Calibrated) -> DailyFits:
    """Return the calibrations of a tape; at a time that failed it holds what nobody fitted there."""
    used = tape.is_used[:, np.newaxis]
    return DailyFits(
        family,
        LOSSES[tape.settings.loss].unit,
        tape.times,
        np.where(used, tape.values, np.nan),
        tape.standard_errors,
        tape.at_bound,
        tape.sum_of_squares,
        tape.count,
        tape.status,
        CalibrationStatus.FAILED.value,
    )


@prepared
def fits_of_paths(paths: ParameterPaths, family: FittedSmile) -> DailyFits:
    """Return the fits of a model that is fitted to each time at once."""
    return DailyFits(
        family,
        LOSSES[CalibrationLoss.VOL].unit,
        paths.times,
        paths.values,
        paths.standard_errors,
        paths.at_bound,
        paths.sum_of_squares,
        paths.count,
        paths.status,
        f"fewer than {paths.least_quotes} usable quotes",
    )


@prepared
def fits_of_states(data: OptionQuotes, fitted: HestonStateFit, family: FollowedState) -> DailyFits:
    """Return the variance of every time under one structure."""
    path, count = fitted.path(data), np.diff(data.observed.time_start)
    values, carried = np.tile(fitted.model.parameters, (2, count.size, 1))
    values[:, 0], carried[:, 0] = path.variance, path.carried
    errors, at_bound = np.full(values.shape, np.nan), np.zeros(values.shape, np.bool_)
    errors[:, 0], at_bound[:, 0] = path.standard_error, path.is_at_bound
    status = np.where(path.is_at_bound, _AT_BOUND, _CONVERGED)
    return DailyFits(
        family,
        LOSSES[CalibrationLoss.VOL].unit,
        data.times,
        values,
        errors,
        at_bound,
        _POINTS**2 * path.sum_of_squares,
        count,
        np.where(count > 0, status, _FAILED).astype(np.int8),
        "no quotes",
        carried,
    )
