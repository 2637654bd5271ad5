"""What is said about the end of a search: bounds, how well the quotes determine it, and a status."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.calibration.levenberg_marquardt import Minimum, Ridge, StopReason
from outsample.calibration.result import CalibrationStatus
from outsample.calibration.uncertainty import Uncertainty, uncertainty_of
from outsample.typing import Bools, Floats, Integers

__all__ = ["Judgement", "judged"]

ILL_CONDITIONED: Final = 1e8  # eight digits lost: differences of parameters that the sum of squares does not show


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """Fields as of `outsample.calibration.result.Calibration`."""

    status: CalibrationStatus
    at_bound: Bools
    known: Uncertainty


def judged(found: Minimum, low: Floats, high: Floats, slice_start: Integers, ridge: Ridge) -> Judgement:
    """Return what is said about the minimum of residuals that come in slices."""
    at_bound = np.asarray((found.values <= low) | (found.values >= high))
    known = uncertainty_of(found.at, slice_start, ~at_bound, ridge.weight)
    if not math.isfinite(found.at.total):
        status = CalibrationStatus.FAILED
    elif found.reason in (StopReason.STEPS, StopReason.LEFT):
        status = CalibrationStatus.ITERATION_LIMIT
    elif known.condition_number > ILL_CONDITIONED:
        status = CalibrationStatus.ILL_CONDITIONED
    else:
        status = CalibrationStatus.AT_BOUND if at_bound.any() else CalibrationStatus.CONVERGED
    return Judgement(status, at_bound, known)
