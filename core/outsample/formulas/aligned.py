"""Bring the arguments of a formula to the one layout for which its kernel is compiled."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["aligned"]


def aligned(*arguments: ArrayLike) -> tuple[tuple[int, ...], list[NDArray[Any]]]:
    """Return the common shape and the arguments broadcast to it: flat, contiguous, read-only, float64 or bool.

    numba compiles once for every combination of argument types, and read-only is a type of its own: without this a
    kernel would be compiled anew for frozen and for writeable columns. What has the layout already is not copied.
    """
    arrays = [np.asarray(argument) for argument in arguments]
    shape = np.broadcast_shapes(*(array.shape for array in arrays))
    return shape, [_flat(array, shape) for array in arrays]


def _flat(array: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    wanted = np.bool_ if array.dtype == np.bool_ else np.float64
    flat: NDArray[Any] = np.ascontiguousarray(np.broadcast_to(array, shape), dtype=wanted).reshape(-1)
    flat.flags.writeable = False  # of this view or copy, not of the caller's array
    return flat
