"""Jump models: the cheapest sequence of states by dynamic programming, and coordinate descent around it.

A sequence s costs ``sum_t |x_t - centre_s(t)|^2 / 2 + penalty (number of t with s(t) != s(t - 1))``. Since every change
costs the same, the best way into a state is to stay in it or to come from the cheapest one: k steps a row, not k^2.
"""

import numpy as np

from outsample.compiled import kernel
from outsample.typing import Floats, Integers

__all__ = ["cheapest_states", "descend", "fill_distance"]


@kernel
def fill_distance(rows: Floats, centres: Floats, distance: Floats) -> None:  # pragma: no cover - compiled
    """Write half the squared distance of each row from each centre; 0 from all of them where a row is missing.

    Parameters
    ----------
    rows : (d, n) array
        NaN in all features of a missing row.
    centres : (k, d) array
    distance : (k, n) array
        Written.
    """
    features, count = rows.shape
    for k in range(centres.shape[0]):
        for t in range(count):
            distance[k, t] = 0.0
        for f in range(features):
            centre = centres[k, f]
            for t in range(count):
                deviation = rows[f, t] - centre
                distance[k, t] += 0.5 * deviation * deviation if deviation == deviation else 0.0


@kernel
def cheapest_states(  # pragma: no cover - compiled
    distance: Floats, penalty: float, came: Integers, online: Integers, state: Integers
) -> float:
    """Write the cheapest sequence of states, and for every row the last state of the cheapest one up to it.

    Parameters
    ----------
    distance : (k, n) array
        Cost of each row in each state, at least 0; n at least 1.
    penalty : float
        Cost of a change of state, at least 0.
    came : (k, n) int8 array
        Work space: the state before each state of each row.
    online, state : (n,) int8 array
        Written; the lower state where two cost the same.

    Returns
    -------
    float
        Cost of `state`.
    """
    states, count = distance.shape
    value = np.zeros(states)
    best, least = 0, 0.0
    for t in range(count):
        change = least + penalty if t > 0 else 0.0
        last, lowest = best, np.inf
        for k in range(states):
            stays = value[k] <= change
            came[k, t] = k if stays else last
            value[k] = (value[k] if stays else change) + distance[k, t]
            if value[k] < lowest:
                best, lowest = k, value[k]
        least = lowest
        online[t] = best
    now = best
    for t in range(count - 1, -1, -1):
        state[t] = now
        now = came[now, t]
    return least


@kernel
def descend(  # pragma: no cover - compiled
    rows: Floats, centres: Floats, penalty: float, most: int, online: Integers, state: Integers
) -> tuple[float, int]:
    """Take turns between the cheapest sequence and the means of its states until the sequence stays the same.

    Parameters
    ----------
    rows : (d, n) array
        NaN in all features of a missing row; n at least 1.
    centres : (k, d) array
        Overwritten; a state that no row is in keeps its centre, from where it may be taken up again.
    penalty : float
        Cost of a change of state.
    most : int
        Most sequences to look for, at least 1.
    online, state : (n,) int8 array
        Written: as `cheapest_states` does, under the centres that are left behind.

    Returns
    -------
    cost, sequences : float, int
    """
    states, count = centres.shape[0], rows.shape[1]
    distance, came = np.empty((states, count)), np.empty((states, count), dtype=np.int8)
    before = np.empty(count, dtype=np.int8)
    cost = np.inf
    for number in range(most):
        fill_distance(rows, centres, distance)
        cost = cheapest_states(distance, penalty, came, online, state)
        moved = 0
        for t in range(count):
            moved += state[t] != before[t]
            before[t] = state[t]
        if number > 0 and moved == 0:
            return cost, number + 1
        if number + 1 < most:
            _fill_means(rows, state, centres)
    return cost, most


@kernel
def _fill_means(rows: Floats, state: Integers, centres: Floats) -> None:  # pragma: no cover - compiled
    """Write the mean of each state's rows; sums run over deviations from the last centre."""
    states, features = centres.shape
    total, number = np.zeros((states, features)), np.zeros(states)
    for t in range(state.size):
        if rows[0, t] == rows[0, t]:
            k = state[t]
            number[k] += 1.0
            for f in range(features):
                total[k, f] += rows[f, t] - centres[k, f]
    for k in range(states):
        if number[k] > 0.0:
            for f in range(features):
                centres[k, f] += total[k, f] / number[k]
