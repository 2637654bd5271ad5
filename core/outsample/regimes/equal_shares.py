"""Rows sorted into groups of equal size by one number: where searches for states set out from."""

import numpy as np

from outsample.typing import Floats, Integers

__all__ = ["equal_shares"]


def equal_shares(values: Floats, shares: int) -> Integers:
    """Return which share each value falls into when all are sorted and cut into equally many, lowest first.

    Parameters
    ----------
    values : (n,) array
        Finite. Of equal values some may go to either side of a cut, the same way every time.
    shares : int
        1..n, so that none is empty.
    """
    cuts = [values.size * k // shares for k in range(1, shares)]
    order = np.argpartition(values, cuts)
    labels = np.empty(values.size, dtype=np.int64)
    labels[order] = np.repeat(np.arange(shares), np.diff([0, *cuts, values.size]))
    return labels
