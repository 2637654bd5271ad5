"""What expectation-maximisation does once the states are known in part: the best parameters for the shares they have.

References
----------
Rabiner (1989), A tutorial on hidden Markov models, Proceedings of the IEEE 77, doi:10.1109/5.18626.
Peel and McLachlan (2000), Robust mixture modelling using the t distribution, Statistics and Computing 10,
doi:10.1023/A:1008981510081.
"""

import math
from typing import Final

from outsample.compiled import kernel
from outsample.formulas.elementary import log_of_positive
from outsample.typing import Floats

__all__ = ["FEWEST_DEGREES", "LEAST_WEIGHT", "MOST_DEGREES", "digamma", "maximise_chain", "maximise_state"]

FEWEST_DEGREES: Final = 2.1  # a variance needs more than 2
MOST_DEGREES: Final = 100.0  # no data of a market tell this from a Gaussian
LEAST_WEIGHT: Final = 1e-8  # rows: below it a state is empty and keeps its parameters
_HALVINGS: Final = 50  # of the interval of degrees of freedom: to its last bits


@kernel
def maximise_chain(  # pragma: no cover - compiled
    smoothed: Floats, pairs: Floats, start: Floats, transition: Floats
) -> None:
    """Write the best probabilities of the first state and of steps, from `smooth_states`."""
    for i in range(start.size):
        start[i] = smoothed[i, 0]
        total = 0.0
        for j in range(start.size):
            total += pairs[i, j]
        if total >= LEAST_WEIGHT:
            for j in range(start.size):
                transition[i, j] = pairs[i, j] / total


@kernel
def maximise_state(  # pragma: no cover - compiled
    values: Floats, share: Floats, weight: Floats, mean: Floats, square: Floats, dof: Floats, floor: Floats
) -> None:
    """Write the best location, squared scale and degrees of freedom of one state.

    Sums run over deviations from the last location, so that nothing cancels near the top.

    Parameters
    ----------
    values : (d, n) array
        NaN in all features of a missing row.
    share, weight : (n,) array
        How much of each row belongs to the state; Student's weight under the last parameters.
    mean, square : (d,) array
        Overwritten.
    dof : (1,) array
        Overwritten, unless infinite.
    floor : (d,) array
        Least squared scale.
    """
    total, weighted, logs = 0.0, 0.0, 0.0
    is_student = dof[0] < math.inf
    for t in range(share.size):
        if values[0, t] == values[0, t]:
            total += share[t]
            weighted += share[t] * weight[t]
            if is_student:
                logs += share[t] * (log_of_positive(weight[t]) - weight[t])
    if total < LEAST_WEIGHT:
        return
    for f in range(mean.size):
        first, second = 0.0, 0.0
        for t in range(share.size):
            deviation = values[f, t] - mean[f]
            one = share[t] * weight[t] * deviation if deviation == deviation else 0.0
            first += one
            second += one * deviation if deviation == deviation else 0.0
        mean[f] += first / weighted
        square[f] = max((second - first * first / weighted) / total, floor[f])
    if is_student:
        dof[0] = _best_degrees(dof[0], mean.size, logs / total)


@kernel
def _best_degrees(last: float, features: int, logs: float) -> float:  # pragma: no cover - compiled
    """Return the root of ``ln(nu/2) - digamma(nu/2) + 1 + logs + digamma(h) - ln(h)``, h = (last + features) / 2."""
    half = 0.5 * (last + features)
    rest = 1.0 + logs + digamma(half) - math.log(half)
    low, high = FEWEST_DEGREES, MOST_DEGREES
    if math.log(0.5 * low) - digamma(0.5 * low) + rest <= 0.0:
        return low
    if math.log(0.5 * high) - digamma(0.5 * high) + rest >= 0.0:
        return high
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if math.log(0.5 * middle) - digamma(0.5 * middle) + rest > 0.0:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@kernel
def digamma(x: float) -> float:  # pragma: no cover - compiled
    """Return the derivative of ln Gamma at ``x > 0``, to 1e-14 of its own size or of 1.

    Abramowitz and Stegun (1964), 6.3.5 and 6.3.18.
    """
    below = 0.0
    while x < 10.0:
        below += 1.0 / x
        x += 1.0
    y = 1.0 / (x * x)
    series = 1.0 / 12 - y * (1.0 / 120 - y * (1.0 / 252 - y * (1.0 / 240 - y * (1.0 / 132 - y * 691.0 / 32760))))
    return math.log(x) - 0.5 / x - y * series - below
