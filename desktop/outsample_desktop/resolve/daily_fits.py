"""Fits of every time alone, in the one form that the calibration room draws, wherever they come from."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from outsample.calibration import CalibrationLoss, CalibrationStatus
from outsample.calibration.tape import STATUSES, CalibrationTape
from outsample.models.parametric_smile import ParameterPaths
from outsample.prepared import prepared
from outsample.typing import Bools, Floats, Integers
from outsample_desktop.resolve.calibrated import LOSSES, Calibrated, Family, FittedSmile

__all__ = ["DailyFits", "fits_of_paths", "fits_of_tape"]

_FAILED: Final = STATUSES.index(CalibrationStatus.FAILED)
_SETTLED: Final = tuple(STATUSES.index(one) for one in (CalibrationStatus.CONVERGED, CalibrationStatus.AT_BOUND))


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
        NaN at a time without a fit, and where there is no error.
    at_bound : (m, p) bool array
    sum_of_squares : (m,) array
        In that unit, squared.
    count : (m,) int array
        Quotes used; 0 at a time without a fit.
    status : (m,) int8 array
        Places in `STATUSES`.
    failure : str
        Why a time has no fit.
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
        return np.asarray(~np.isin(self.status, _SETTLED))

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
    """Return the fits of a formula for the smile."""
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
        f"fewer than {paths.least_quotes} quotes",
    )
