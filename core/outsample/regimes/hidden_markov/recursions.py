"""Hamilton's filter and Kim's smoother in the scaled domain: nothing underflows, whatever the length.

References
----------
Hamilton (1989), A new approach to the economic analysis of nonstationary time series, Econometrica 57,
doi:10.2307/1912559.
Kim (1994), Dynamic linear models with Markov-switching, Journal of Econometrics 60, doi:10.1016/0304-4076(94)90036-1.
"""

import math
from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.typing import Floats

__all__ = ["NEGLIGIBLE", "filter_states", "log_likelihood", "smooth_states"]

NEGLIGIBLE: Final = 1e-250  # a state less probable than this before its row was seen counts as impossible there


@kernel
def filter_states(  # pragma: no cover - compiled
    density: Floats,
    likelihood: Floats,
    top: Floats,
    start: Floats,
    transition: Floats,
    predicted: Floats,
    filtered: Floats,
    scale: Floats,
) -> None:
    """Write P(state | rows before t) and P(state | rows up to t), and what each row is worth given those before it.

    Where the states that can be have likelihoods too small beside that of one that cannot, that row of `likelihood`
    and `top` is written anew, relative to the best state that can be.

    Parameters
    ----------
    density, likelihood : (k, n) array
        Log-densities, and their exponentials over ``exp(top)``.
    top : (n,) array
        What was taken out of the likelihoods, logarithm.
    start : (k,) array
        Probabilities of the first row's state.
    transition : (k, k) array
        Row: from, column: to.
    predicted, filtered : (k, n) array
        Written.
    scale : (n,) array
        Written: the predictive density of row t is ``exp(top[t]) scale[t]``; 1 in a missing row.
    """
    states, rows = likelihood.shape
    before, now = start.copy(), np.empty(states)
    for t in range(rows):
        total = 0.0
        for j in range(states):
            predicted[j, t] = before[j]
            now[j] = before[j] * likelihood[j, t]
            total += now[j]
        if total < NEGLIGIBLE:
            total = _rescue(density, likelihood, top, before, now, t)
        scale[t] = total
        share = 1.0 / total
        for j in range(states):
            now[j] *= share
            filtered[j, t] = now[j]
        for j in range(states):
            reached = 0.0
            for i in range(states):
                reached += now[i] * transition[i, j]
            before[j] = reached


@kernel
def _rescue(  # pragma: no cover - compiled
    density: Floats, likelihood: Floats, top: Floats, before: Floats, now: Floats, t: int
) -> float:
    """Write row `t` relative to the best state that can be there, and `now`; return its sum."""
    best, total = -math.inf, 0.0
    for j in range(before.size):
        if before[j] >= NEGLIGIBLE and density[j, t] > best:
            best = density[j, t]
    top[t] = best
    for j in range(before.size):
        if before[j] < NEGLIGIBLE:
            likelihood[j, t] = 0.0
        else:
            likelihood[j, t] = math.exp(density[j, t] - best) if best > -math.inf else 1.0
        now[j] = before[j] * likelihood[j, t]
        total += now[j]
    return total


@kernel
def log_likelihood(top: Floats, scale: Floats) -> float:  # pragma: no cover - compiled
    """Return the sum of the predictive log-densities of all rows that are not missing, from `filter_states`."""
    total, product = 0.0, 1.0
    for t in range(top.size):
        product *= scale[t]
        if product < 1e-30 or product > 1e30:  # a factor is at least 1e-250, so that nothing underflows
            total += math.log(product)
            product = 1.0
        total += top[t] if top[t] == top[t] else 0.0
    return total + math.log(product)


@kernel
def smooth_states(  # pragma: no cover - compiled
    predicted: Floats, filtered: Floats, transition: Floats, smoothed: Floats, pairs: Floats
) -> None:
    """Write P(state | all rows), and how often each state is expected to follow each.

    ``smoothed[i, t] = filtered[i, t] sum_j transition[i, j] smoothed[j, t + 1] / predicted[j, t + 1]``

    Parameters
    ----------
    predicted, filtered : (k, n) array
        From `filter_states`, n at least 1.
    transition : (k, k) array
        Row: from, column: to.
    smoothed : (k, n) array
        Written.
    pairs : (k, k) array
        Written: expected number of steps from row to column, n - 1 in all.
    """
    states, rows = filtered.shape
    ratio = np.empty(states)
    for i in range(states):
        smoothed[i, rows - 1] = filtered[i, rows - 1]
        for j in range(states):
            pairs[i, j] = 0.0
    for t in range(rows - 2, -1, -1):
        for j in range(states):
            before = predicted[j, t + 1]
            ratio[j] = smoothed[j, t + 1] * (1.0 / before if before >= NEGLIGIBLE else 0.0)
        for i in range(states):
            reached = 0.0
            for j in range(states):
                reached += transition[i, j] * ratio[j]
                pairs[i, j] += filtered[i, t] * ratio[j]
            smoothed[i, t] = filtered[i, t] * reached
    for i in range(states):
        for j in range(states):
            pairs[i, j] *= transition[i, j]
