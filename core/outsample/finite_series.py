"""What a series must be before anything is computed from it: numbers, one a time."""

from typing import Final

import numpy as np

from outsample.errors import DataError
from outsample.typing import Floats, frozen

__all__ = ["SQUARABLE", "checked_series"]

SQUARABLE: Final = 1e150  # above this a square overflows
_ANY: Final = float(np.finfo(np.float64).max)


def checked_series(values: Floats, what: str, *, is_table: bool = False, largest: float = _ANY) -> Floats:
    """Return the values as contiguous float64, read-only: kernels are compiled once, for that.

    Parameters
    ----------
    values : (n,) array, or (n, k) of a table
        The array of the caller stays writeable; n = 0 is allowed.
    what : str
        As it opens the sentence, in the plural.
    is_table : bool
        Whether there is a row a time instead of a number.
    largest : float
        Size that no value may exceed; `SQUARABLE` where squares are taken.

    Raises
    ------
    DataError
        They are not one number a time, or not one row, or a value is NaN, infinite or too large.
    """
    series = np.ascontiguousarray(values, dtype=np.float64)
    if series.ndim != 1 + is_table:
        needed, cure = ("row", "make each variable a column") if is_table else ("number", "take one column")
        raise DataError(f"{what} need one {needed} a time, found an array of shape {series.shape}; {cure}")
    bad = series.size - int((np.abs(series) <= largest).sum())
    if bad:
        size = f" up to {largest:g}" if largest < _ANY else ""
        raise DataError(f"{what} need finite values{size}, found {bad} of {series.size} that are not; drop those times")
    return frozen(series.view())
