"""What every test of a break needs before it says anything."""

from typing import Final

import numpy as np

from outsample.errors import UsageError
from outsample.regimes.growing_regression import checked_regression, recursive_residuals, rounding_squares
from outsample.typing import Floats

__all__ = ["FEWEST", "reason_not_to_test"]

FEWEST: Final = 20  # observations; the laws are limits


def reason_not_to_test(target: Floats, regressors: Floats | None, level: float) -> str:
    """Return one sentence where a test would say nothing; empty where it can be carried out.

    Raises
    ------
    DataError
        As `checked_regression`.
    UsageError
        The level is not inside (0, 1).
    """
    if not 0.0 < level < 1.0:
        raise UsageError(f"a test needs a level inside (0, 1), found {level}; use 0.05")
    target, regressors = checked_regression(target, regressors)
    if target.size < FEWEST:
        return f"A test of a break needs {FEWEST} observations, found {target.size}; widen the window."
    if np.nansum(recursive_residuals(target, regressors) ** 2) <= rounding_squares(target):
        return "A test of a break needs a series that varies around its fit, found an exact fit; take another window."
    return ""
