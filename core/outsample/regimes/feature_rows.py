"""The rows that state models read: checked once at the border, laid out by feature."""

import numpy as np

from outsample.errors import DataError
from outsample.typing import Floats

__all__ = ["feature_rows"]


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
