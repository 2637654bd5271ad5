"""The structure of a train window when every time may have a variance of its own.

Near the parameters c_t that a time was calibrated to, its sum of squares is a quadratic with Hessian H_t and gradient
g_t. For any structure s its least value over the initial variance v is again a quadratic, in s alone: with the blocks
of H_t after v and s,

    R_t = H_ss - H_sv H_vs / H_vv,    q_t = g_s - H_sv g_v / H_vv.

The estimate is the minimum of the sum of these over the times of a window, inside the bounds: what would be found if
the structure and one initial variance a time were fitted to all quotes together, to second order. It is a difference
of prefix sums and one solve of four equations.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.calibration.bounded_step import bounded_step
from outsample.calibration.bounds import bounds_of
from outsample.calibration.enough_quotes import QUOTES_PER_PARAMETER
from outsample.calibration.tape import CalibrationTape
from outsample.calibration.tape_pooling import Sandwich
from outsample.cumulative import Cumulative
from outsample.errors import FitError
from outsample.prepared import prepared
from outsample.typing import Bools, Floats, frozen

__all__ = ["ProfiledStructure", "profiled_structure"]

DAMPING: Final = 1e-3  # of each diagonal entry: what quotes hardly determine stays at the mean of the calibrations


@dataclass(frozen=True, slots=True, eq=False)
class ProfiledStructure:
    """The estimate.

    Parameters
    ----------
    values, standard_errors : (p - 1,) array
        All parameters but the first; errors clustered by time, NaN at a bound and where nothing determines them.
    at_bound : (p - 1,) bool array
    mean_first : float
        Mean of the first parameter over the calibrations of the window.
    times_used, times_at_bound, times_failed : int
        Times of the window whose calibration counts; of these, with a parameter at its bound; and that have none.
    """

    values: Floats
    standard_errors: Floats
    at_bound: Bools
    mean_first: float
    times_used: int
    times_at_bound: int
    times_failed: int


@dataclass(frozen=True, slots=True, eq=False)
class _Reduced:
    """R_t, ``R_t s_t - q_t``, c_t and counts of the times, and their sums; 0 at a time that is not used."""

    curve: Floats
    right: Floats
    sums: Cumulative


def profiled_structure(tape: CalibrationTape, rows: slice, title: str) -> ProfiledStructure:
    """Return the estimate from some consecutive times.

    Raises
    ------
    FitError
        They have fewer than ten calibrated quotes a parameter.
    """
    low, high = (bound[1:] for bound in bounds_of(tape.kind))
    size, reduced = low.size, _reduced(tape)
    total = reduced.sums.total(rows)
    curve, right = total[: size * size].reshape(size, size), total[size * size : size * (size + 1)]
    count, used, at_bound, failed = (round(one) for one in total[-4:].tolist())
    needed = QUOTES_PER_PARAMETER * size
    if count < needed:
        raise FitError(
            f"{title} needs {needed} calibrated quotes in the train window, found {count} at {used} times; "
            "widen the window"
        )
    mean = total[size * (size + 1) : -4] / used
    begun = np.clip(mean[1:], low, high)
    damped = curve + np.diag(DAMPING * np.diag(curve) + np.finfo(float).tiny)
    values = np.clip(begun + bounded_step(damped, curve @ begun - right, low - begun, high - begun), low, high)
    is_held = (values <= low) | (values >= high)
    errors = Sandwich(curve, reduced.curve[rows], reduced.right[rows], values, ~is_held, used).standard_errors
    return ProfiledStructure(values, errors, is_held, float(mean[0]), used, at_bound, failed)


@prepared
def _reduced(tape: CalibrationTape) -> _Reduced:
    used = tape.is_used
    hessian, gradient = tape.hessian, tape.gradient
    own = np.where(hessian[:, 0, 0] > 0.0, hessian[:, 0, 0], np.inf)  # without any influence there is no state to free
    cross = hessian[:, 1:, 0]
    curve = hessian[:, 1:, 1:] - cross[:, :, np.newaxis] * cross[:, np.newaxis, :] / own[:, np.newaxis, np.newaxis]
    slope = gradient[:, 1:] - cross * (gradient[:, 0] / own)[:, np.newaxis]
    centre = np.where(used[:, np.newaxis], tape.values, 0.0)
    curve, slope = np.where(used[:, np.newaxis, np.newaxis], curve, 0.0), np.where(used[:, np.newaxis], slope, 0.0)
    right = np.einsum("tij,tj->ti", curve, centre[:, 1:]) - slope
    flags = (tape.count * used, used, used & tape.at_bound.any(axis=1), ~used)
    columns = np.column_stack([curve.reshape(used.size, -1), right, centre, *flags])
    return _Reduced(frozen(curve), frozen(right), Cumulative.of(columns, centred=False))
