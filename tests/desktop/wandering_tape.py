"""Calibrations that nobody made, with every kind of mark that the calibration room can show."""

from typing import Any

import numpy as np

from outsample.calibration import (
    CalibrationLoss,
    CalibrationSettings,
    CalibrationStatus,
    bounds_of,
    parameter_names,
    ranges_of,
)
from outsample.calibration.tape import STATUSES, CalibrationTape
from outsample.formulas.fourier import Heston, TransformModel

__all__ = ["wandering_tape"]


def wandering_tape(
    times: Any, kind: type[TransformModel] = Heston, loss: CalibrationLoss = CalibrationLoss.VOL, seed: int = 7
) -> CalibrationTape:
    """Return calibrations that nobody made: estimates that wander inside their bounds, with every kind of mark."""
    random = np.random.default_rng(seed)
    (low, high), size, count = bounds_of(kind), len(ranges_of(kind)), times.size
    centre = np.array([STARTS.get(name, 0.5) for name in parameter_names(kind)])
    walk = centre * (1.0 + 0.02 * random.normal(size=(count, size)).cumsum(axis=0))
    values = np.clip(walk, low, high)
    values[3::17, 0], values[5::23, -1] = low[0], high[-1]
    root = random.normal(size=(count, 4 * size, size)) / centre
    status = np.zeros(count, np.int8)
    status[7::29] = STATUSES.index(CalibrationStatus.ITERATION_LIMIT)
    status[2::31] = STATUSES.index(CalibrationStatus.FAILED)
    is_used = status != STATUSES.index(CalibrationStatus.FAILED)
    used = is_used[:, np.newaxis]
    hessian = np.where(used[..., np.newaxis], np.swapaxes(root, 1, 2) @ root, 0.0)
    at_bound = ((values <= low) | (values >= high)) & used
    errors = np.where(used & ~at_bound, 0.05 * np.abs(centre) * random.uniform(0.5, 2.0, (count, size)), np.nan)
    return CalibrationTape(
        kind,
        CalibrationSettings(loss=loss),
        times,
        values,
        hessian,
        np.where(used, 0.01 * random.normal(size=(count, size)), 0.0),
        np.where(is_used, 200.0 * random.uniform(0.5, 2.0, count), 0.0),
        np.where(is_used, 200, 0),
        status,
        at_bound,
        errors,
        np.where(is_used, 30.0, np.nan),
    )


# Ordinary parameters of a coin; those of jumps and of variance alike.
STARTS = {
    "initial_variance": 0.4,
    "mean_reversion": 3.0,
    "long_run_variance": 0.4,
    "vol_of_vol": 1.55,
    "correlation": -0.3,
    "jump_intensity": 2.0,
    "jump_mean": -0.05,
    "jump_deviation": 0.1,
    "vol": 0.6,
}
