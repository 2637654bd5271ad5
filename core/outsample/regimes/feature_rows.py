"""The rows that state models read: checked once at the border, laid out by feature."""

from typing import Final

import numpy as np

from outsample.errors import DataError, FitError
from outsample.typing import Floats

__all__ = ["complete_rows", "feature_rows"]

ROWS_A_STATE: Final = 10  # fewer complete rows for each state than this are refused
_ROUNDING: Final = 1e-10  # of the size of a feature: what differs by less does not vary


def feature_rows(values: Floats, features: int | None = None, most: int | None = None) -> Floats:
    """Return `values` as a new (d, n) array, in which a row with any NaN is NaN in all features: missing.

    Parameters
    ----------
    values : (n,) or (n, d) array
        NaN where missing; n = 0 is allowed.
    features, most : int, optional
        Columns there must be, or may be at most.

    Raises
    ------
    DataError
        Another shape, or an infinite value.
    """
    table = np.asarray(values, dtype=np.float64)
    table = table[:, np.newaxis] if table.ndim == 1 else table
    wanted = f"{features}" if features is not None else f"1 to {most}" if most is not None else "1 or more"
    found = table.shape[1] if table.ndim == 2 else 0
    if found < 1 or (features is not None and found != features) or (most is not None and found > most):
        raise DataError(
            f"states of rows need {wanted} feature columns, found an array of shape {np.shape(values)}; "
            "give one column a feature"
        )
    infinite = int(np.isinf(table).sum())
    if infinite:
        raise DataError(f"states of rows need finite values, found {infinite} infinite; make them NaN to skip the rows")
    rows = np.array(table.T, order="C")
    rows[:, np.isnan(rows).any(axis=0)] = np.nan
    return rows


def complete_rows(rows: Floats, states: int, model: str) -> Floats:
    """Return the columns of `rows` that are not missing, if states can be fitted on them.

    Parameters
    ----------
    rows : (d, n) array
        From `feature_rows`, of the train window.
    states : int
    model : str
        What is fitted, as a sentence begins with it.

    Raises
    ------
    FitError
        Fewer than 10 complete rows for each state, or a feature that does not vary.
    """
    complete = np.compress(~np.isnan(rows[0]), rows, axis=1)  # by feature in memory still, as an index would not be
    needed = ROWS_A_STATE * states
    if complete.shape[1] < needed:
        raise FitError(
            f"{model} of {states} states needs {needed} complete rows in the train window, found "
            f"{complete.shape[1]}; widen the window or ask for fewer states"
        )
    for number, (low, high) in enumerate(zip(complete.min(axis=1), complete.max(axis=1), strict=True), start=1):
        least = max(1e-150, _ROUNDING * max(abs(low), abs(high)))
        if not least < high - low < 1e150:  # squares of the deviations must be numbers, and more than rounding
            raise FitError(
                f"{model} needs features that vary in the train window, found feature {number} between {low:g} and "
                f"{high:g}; leave it out or widen the window"
            )
    return complete
