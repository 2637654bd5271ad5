"""At most two points a pixel column before Qt sees a curve."""

import numpy as np

from outsample.typing import Floats

__all__ = ["extremes"]


def extremes(x: Floats, y: Floats, columns: int) -> tuple[Floats, Floats]:
    """Return the lowest and highest point of each of `columns` equal stretches of x, in order; short curves unchanged.

    Parameters
    ----------
    x : (n,) array
        Ascending.
    y : (n,) array
        NaN is ignored inside a stretch; a stretch of nothing but NaN breaks the line.
    columns : int
        About the width of the plot in pixels.
    """
    if y.size <= max(2 * columns, 1) or columns < 1:
        return x, y
    edges = np.searchsorted(x, np.linspace(x[0], x[-1], columns + 1)[:-1])
    first = np.unique(np.minimum(edges, x.size - 1))
    valid = np.isfinite(y)
    low = np.minimum.reduceat(np.where(valid, y, np.inf), first)
    high = np.maximum.reduceat(np.where(valid, y, -np.inf), first)
    out_y = np.column_stack([low, high]).ravel()
    out_y[~np.isfinite(out_y)] = np.nan
    return np.repeat(x[first], 2), out_y
