"""What change points and breaks ask of a series before they look at it."""

from typing import Final

import numpy as np

from outsample.errors import DataError
from outsample.typing import Floats, frozen

__all__ = ["checked_series"]

_LARGEST: Final = 1e150  # above this a square overflows


def checked_series(data: Floats, dimensions: int = 1) -> Floats:
    """Return `data` as contiguous float64, read-only: kernels are compiled once, for that.

    Raises
    ------
    DataError
        It has another number of dimensions, or a value is NaN, infinite or too large to be squared.
    """
    data = np.ascontiguousarray(data, dtype=np.float64)
    if data.ndim != dimensions:
        raise DataError(
            f"change points need an array of {dimensions} dimension{'s' * (dimensions > 1)}, found {data.ndim}; "
            "hand over one row an observation"
        )
    bad = data.size - int((np.abs(data) <= _LARGEST).sum())
    if bad:
        raise DataError(f"change points need finite values, found {bad} of {data.size} that are not; drop those rows")
    return frozen(data.view())
