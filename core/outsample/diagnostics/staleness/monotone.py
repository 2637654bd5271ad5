"""The nearest curve that never falls: pool adjacent violators."""

import numpy as np

from outsample.compiled import kernel
from outsample.typing import Floats

__all__ = ["never_falling"]


def never_falling(values: Floats, weights: Floats) -> Floats:
    """Return the (n,) curve without a fall that is nearest to `values` in weighted squares.

    Parameters
    ----------
    values : (n,) array
        Finite.
    weights : (n,) array
        Positive.

    References
    ----------
    Ayer, Brunk, Ewing, Reid, Silverman (1955), An Empirical Distribution Function for Sampling with Incomplete
    Information, Ann. Math. Stat. 26, doi:10.1214/aoms/1177728423.

    Examples
    --------
    >>> never_falling(np.array([1.0, 3.0, 2.0, 4.0]), np.ones(4)).tolist()
    [1.0, 2.5, 2.5, 4.0]
    """
    out = np.empty(values.size)
    _pool(np.ascontiguousarray(values, dtype=np.float64), np.ascontiguousarray(weights, dtype=np.float64), out)
    return out


@kernel
def _pool(values: Floats, weights: Floats, out: Floats) -> None:  # pragma: no cover - compiled
    size = values.size
    mean, weight, length = np.empty(size), np.empty(size), np.empty(size, np.int64)
    pools = 0
    for i in range(size):
        mean[pools], weight[pools], length[pools] = values[i], weights[i], 1
        pools += 1
        while pools > 1 and mean[pools - 2] > mean[pools - 1]:
            total = weight[pools - 2] + weight[pools - 1]
            mean[pools - 2] = (weight[pools - 2] * mean[pools - 2] + weight[pools - 1] * mean[pools - 1]) / total
            weight[pools - 2] = total
            length[pools - 2] += length[pools - 1]
            pools -= 1
    place = 0
    for pool in range(pools):
        for _ in range(length[pool]):
            out[place] = mean[pool]
            place += 1
