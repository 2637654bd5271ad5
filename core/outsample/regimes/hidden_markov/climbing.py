"""Baum-Welch with squared extrapolation: from given parameters to the top of the likelihood, in one compiled call.

Two steps of expectation-maximisation show where the search is going; it leaps along that line, and takes the leap only
where the likelihood is at least what the first step reached. So the likelihood never falls from cycle to cycle, also
with a floor under the variances and bounds of the degrees of freedom: each is the best value inside its bounds given
the others. The top is the same as without leaps, at a half to a tenth of the work.

References
----------
Varadhan and Roland (2008), Simple and globally convergent methods for accelerating the convergence of any EM
algorithm, Scandinavian Journal of Statistics 35, doi:10.1111/j.1467-9469.2007.00585.x (scheme S3).
"""

import math
from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.regimes.hidden_markov.emission import fill_likelihood, fill_log_density
from outsample.regimes.hidden_markov.maximising import FEWEST_DEGREES, MOST_DEGREES, maximise_chain, maximise_state
from outsample.regimes.hidden_markov.recursions import filter_states, log_likelihood, smooth_states
from outsample.typing import Floats

__all__ = ["LEAST_PROBABILITY", "SHORTEST_LEAP", "climb", "expect", "maximise"]

LEAST_PROBABILITY: Final = 1e-12  # of a step between states, where logarithms of them are extrapolated
SHORTEST_LEAP: Final = 4.0  # the longest leap allowed grows and shrinks by this factor, and is never less


@kernel
def climb(  # pragma: no cover - compiled
    values: Floats,
    start: Floats,
    transition: Floats,
    mean: Floats,
    square: Floats,
    dof: Floats,
    floor: Floats,
    most: int,
    tolerance: float,
) -> tuple[float, int, bool]:
    """Improve parameters in place until the log-likelihood has no more than `tolerance` left to gain.

    What is left is extrapolated from the last gain and the rate at which two steps shrink, and must be small in two
    cycles running.

    Parameters
    ----------
    values : (d, n) array
        NaN in all features of a missing row; n at least 1.
    start, transition : (k,), (k, k) array
        Probabilities; overwritten.
    mean, square : (k, d) array
        Location and squared scale; overwritten.
    dof : (k,) array
        Overwritten; an infinite one stays.
    floor : (d,) array
        Least squared scale of each feature.
    most : int
        About how many likelihoods to compute: at most two more than this. At least 1.
    tolerance : float
        Nats.

    Returns
    -------
    log_likelihood, likelihoods, converged : float, int, bool
        The first belongs to the parameters that are left behind.
    """
    states, rows = mean.shape[0], values.shape[1]
    work, line = np.empty((6, states, rows)), np.empty((2, rows))
    path = np.empty((4, states * states + 2 * mean.size + states))
    longest, calm, count = SHORTEST_LEAP, 0, 1
    reached = expect(values, start, transition, mean, square, dof, work, line)
    while count < most:
        reached, left, longest, computed = _cycle(
            values, start, transition, mean, square, dof, floor, work, line, path, reached, longest
        )
        count += computed
        calm = calm + 1 if left < tolerance else 0
        if left == 0.0 or calm == 2:
            return reached, count, True
    return reached, count, False


@kernel
def _cycle(  # pragma: no cover - compiled
    values: Floats,
    start: Floats,
    transition: Floats,
    mean: Floats,
    square: Floats,
    dof: Floats,
    floor: Floats,
    work: Floats,
    line: Floats,
    path: Floats,
    before: float,
    longest: float,
) -> tuple[float, float, float, int]:
    """Take two steps from where the log-likelihood is `before`, and leap along their line if that is no loss.

    Return the log-likelihood reached, what is left to gain, the longest leap allowed next, and how many likelihoods
    were computed.
    """
    unit = np.empty(floor.size)
    for f in range(unit.size):
        unit[f] = math.sqrt(square[0, f])
    _write_point(transition, mean, square, dof, unit, path[0])
    maximise(values, start, transition, mean, square, dof, floor, work)
    reached = expect(values, start, transition, mean, square, dof, work, line)
    if reached <= before:
        return reached, 0.0, longest, 1
    _write_point(transition, mean, square, dof, unit, path[1])
    maximise(values, start, transition, mean, square, dof, floor, work)
    _write_point(transition, mean, square, dof, unit, path[2])
    leap, rate = _leap(path)
    left = (reached - before) * max(1.0, rate / (1.0 - rate)) if rate < 1.0 else math.inf
    leap = min(leap, longest)
    if leap > 1.0:
        _write_leap(path, leap)
        _read_point(path[3], transition, mean, square, dof, unit, floor)
    landed = expect(values, start, transition, mean, square, dof, work, line)
    if leap <= 1.0 or landed >= reached:
        return landed, left, longest * SHORTEST_LEAP if leap == longest else longest, 2
    _read_point(path[2], transition, mean, square, dof, unit, floor)
    landed = expect(values, start, transition, mean, square, dof, work, line)
    return landed, left, max(leap / SHORTEST_LEAP, SHORTEST_LEAP), 3


@kernel
def expect(  # pragma: no cover - compiled
    values: Floats,
    start: Floats,
    transition: Floats,
    mean: Floats,
    square: Floats,
    dof: Floats,
    work: Floats,
    line: Floats,
) -> float:
    """Return the log-likelihood, and fill what a step needs.

    Parameters
    ----------
    values, start, transition, mean, square, dof : arrays
        As in `climb`; only read.
    work : (6, k, n) array
        Written but the last: log-density, weight, likelihood, predicted, filtered, smoothed.
    line : (2, n) array
        Written: what was taken out of the likelihoods, and their scales.
    """
    fill_log_density(values, mean, square, dof, work[0], work[1])
    fill_likelihood(work[0], work[2], line[0])
    filter_states(work[0], work[2], line[0], start, transition, work[3], work[4], line[1])
    return log_likelihood(line[0], line[1])


@kernel
def maximise(  # pragma: no cover - compiled
    values: Floats,
    start: Floats,
    transition: Floats,
    mean: Floats,
    square: Floats,
    dof: Floats,
    floor: Floats,
    work: Floats,
) -> None:
    """Take one step of expectation-maximisation from what `expect` filled; all arrays as there and in `climb`."""
    pairs = np.empty(transition.shape)
    smooth_states(work[3], work[4], transition, work[5], pairs)
    maximise_chain(work[5], pairs, start, transition)
    for k in range(start.size):
        maximise_state(values, work[5, k], work[1, k], mean[k], square[k], dof[k : k + 1], floor)


@kernel
def _write_point(  # pragma: no cover - compiled
    transition: Floats, mean: Floats, square: Floats, dof: Floats, unit: Floats, point: Floats
) -> None:
    """Write the parameters as one vector in which lines make sense: logarithms, and means over `unit`."""
    states, features = mean.shape
    at = 0
    for i in range(states):
        for j in range(states):
            point[at] = math.log(max(transition[i, j], LEAST_PROBABILITY))
            at += 1
        for f in range(features):
            point[at], point[at + 1] = mean[i, f] / unit[f], math.log(square[i, f])
            at += 2
        point[at] = math.log(dof[i]) if dof[i] < math.inf else 0.0
        at += 1


@kernel
def _read_point(  # pragma: no cover - compiled
    point: Floats, transition: Floats, mean: Floats, square: Floats, dof: Floats, unit: Floats, floor: Floats
) -> None:
    """Do the reverse of `_write_point`, into bounds; rows of `transition` sum to 1."""
    states, features = mean.shape
    at = 0
    for i in range(states):
        highest, total = point[at], 0.0
        for j in range(1, states):
            highest = max(highest, point[at + j])
        for j in range(states):
            transition[i, j] = math.exp(point[at + j] - highest)
            total += transition[i, j]
        for j in range(states):
            transition[i, j] /= total
        at += states
        for f in range(features):
            mean[i, f] = point[at] * unit[f]
            square[i, f] = max(math.exp(min(point[at + 1], 700.0)), floor[f])
            at += 2
        if dof[i] < math.inf:
            dof[i] = min(max(math.exp(min(point[at], 700.0)), FEWEST_DEGREES), MOST_DEGREES)
        at += 1


@kernel
def _leap(path: Floats) -> tuple[float, float]:  # pragma: no cover - compiled
    """Return the length of the leap, in steps, and the rate at which the squares of steps shrink."""
    first, second, bend = 0.0, 0.0, 0.0
    for i in range(path.shape[1]):
        one, two = path[1, i] - path[0, i], path[2, i] - path[1, i]
        first += one * one
        second += two * two
        bend += (two - one) * (two - one)
    rate = second / first if first > 0.0 else 0.0
    return math.sqrt(first / bend) if bend > 0.0 else 1.0, rate


@kernel
def _write_leap(path: Floats, leap: float) -> None:  # pragma: no cover - compiled
    """Write the point that a leap reaches from two steps."""
    for i in range(path.shape[1]):
        one, two = path[1, i] - path[0, i], path[2, i] - path[1, i]
        path[3, i] = path[0, i] + 2.0 * leap * one + leap * leap * (two - one)
