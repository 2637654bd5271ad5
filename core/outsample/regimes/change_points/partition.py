"""What an exact search finds: the best segmentation of every prefix, so that any train end is a back-trace."""

from dataclasses import dataclass

import numpy as np

from outsample.errors import UsageError
from outsample.typing import Floats, Integers

__all__ = ["Partition", "back_trace", "checked_search"]


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """The optimal segmentation of every prefix ``data[:t]``, t = 0..n; nothing from ``data[t]`` on can change row t.

    Parameters
    ----------
    cost : (n + 1,) array
        Sum of the costs of the segments plus `penalty` per change; ``cost[0] = -penalty``.
    last : (n + 1,) int64 array
        First observation of the last segment of the optimum, 0-based; ``last[0] = 0``.
    level : (n + 1,) or (n + 1, p) array
        Parameters of that last segment, as the search says; ``level[0]`` is NaN.
    penalty : float
        Price of one change, unit of the cost.
    """

    cost: Floats
    last: Integers
    level: Floats
    penalty: float


def back_trace(last: Integers, prefix: int) -> Integers:
    """Return the first observation of each segment of the optimum on ``data[:prefix]``, ascending.

    Parameters
    ----------
    last : (n + 1,) int64 array
        `Partition.last`.
    prefix : int
        Number of leading observations, 0..n.

    Returns
    -------
    (k,) int64 array
        Starts with 0; empty for an empty prefix. Segment i is ``[starts[i], starts[i + 1])``, the last one ends at
        `prefix`; its parameters are ``Partition.level`` at its end.
    """
    starts = []
    while prefix > 0:
        prefix = int(last[prefix])
        starts.append(prefix)
    return np.array(starts[::-1], dtype=np.int64)


def checked_search(penalty: float, shortest: int, fewest: int = 1) -> None:
    """Refuse a price or a length without meaning.

    Raises
    ------
    UsageError
        The penalty is negative, infinite or NaN, or `shortest` is below `fewest`.
    """
    if not 0.0 <= penalty < np.inf:
        raise UsageError(f"the price of a change must be finite and at least 0, found {penalty}; change the penalty")
    if shortest < fewest:
        raise UsageError(
            f"the shortest segment must have at least {fewest} observation{'s' * (fewest > 1)}, found {shortest}; "
            f"use {fewest} for any"
        )
