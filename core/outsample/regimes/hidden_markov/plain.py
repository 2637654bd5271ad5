"""The kernels of hidden Markov models in plain numpy, with the same signatures: what tests hold them against."""

from dataclasses import dataclass

import numpy as np

from outsample.regimes.hidden_markov.climbing import LEAST_PROBABILITY, SHORTEST_LEAP
from outsample.regimes.hidden_markov.maximising import FEWEST_DEGREES, LEAST_WEIGHT, MOST_DEGREES
from outsample.regimes.hidden_markov.recursions import NEGLIGIBLE
from outsample.typing import Floats

__all__ = [
    "climb_plain",
    "fill_likelihood_plain",
    "fill_log_density_plain",
    "filter_states_plain",
    "smooth_states_plain",
]


def fill_log_density_plain(
    values: Floats, mean: Floats, square: Floats, dof: Floats, density: Floats, weight: Floats
) -> None:
    """Do what `fill_log_density` does."""
    from scipy.special import gammaln

    features = values.shape[0]
    for k, nu in enumerate(dof):
        distance = (np.square(values - mean[k, :, None]) / square[k, :, None]).sum(axis=0)
        logs = float(np.log(square[k]).sum())
        if np.isinf(nu):
            density[k] = -0.5 * (features * np.log(2.0 * np.pi) + logs + distance)
            weight[k] = 1.0
        else:
            constant = gammaln(0.5 * (nu + features)) - gammaln(0.5 * nu) - 0.5 * (features * np.log(np.pi * nu) + logs)
            density[k] = constant - 0.5 * (nu + features) * np.log1p(distance / nu)
            weight[k] = (nu + features) / (nu + distance)


def fill_likelihood_plain(density: Floats, likelihood: Floats, top: Floats) -> None:
    """Do what `fill_likelihood` does."""
    top[:] = density.max(axis=0)
    with np.errstate(invalid="ignore"):
        below = density - top
    likelihood[:] = np.where(np.isnan(below), 1.0, np.exp(below))


def filter_states_plain(
    density: Floats,
    likelihood: Floats,
    top: Floats,
    start: Floats,
    transition: Floats,
    predicted: Floats,
    filtered: Floats,
    scale: Floats,
) -> None:
    """Do what `filter_states` does."""
    before = start
    for t in range(top.size):
        predicted[:, t] = before
        if float(before @ likelihood[:, t]) < NEGLIGIBLE:
            can_be = before >= NEGLIGIBLE
            top[t] = density[can_be, t].max()
            below = density[:, t] - top[t] if np.isfinite(top[t]) else np.zeros(before.size)
            likelihood[:, t] = np.exp(np.where(can_be, below, -np.inf))
        scale[t] = before @ likelihood[:, t]
        filtered[:, t] = before * likelihood[:, t] / scale[t]
        before = filtered[:, t] @ transition


def smooth_states_plain(
    predicted: Floats, filtered: Floats, transition: Floats, smoothed: Floats, pairs: Floats
) -> None:
    """Do what `smooth_states` does."""
    smoothed[:, -1] = filtered[:, -1]
    pairs[:] = 0.0
    for t in range(filtered.shape[1] - 2, -1, -1):
        can_be = predicted[:, t + 1] >= NEGLIGIBLE
        ratio = np.where(can_be, smoothed[:, t + 1] / np.where(can_be, predicted[:, t + 1], 1.0), 0.0)
        pairs += np.outer(filtered[:, t], ratio)
        smoothed[:, t] = filtered[:, t] * (transition @ ratio)
    pairs *= transition


def climb_plain(
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
    """Do what `climb` does."""
    step = _Step(values, floor)
    now = _Point(start, transition, mean, square, dof)
    reached, longest, calm, count = step.expect(now), SHORTEST_LEAP, 0, 1
    while count < most:
        reached, left, longest, computed = _cycle_plain(step, now, reached, longest)
        count += computed
        calm = calm + 1 if left < tolerance else 0
        if left == 0.0 or calm == 2:
            return reached, count, True
    return reached, count, False


def _cycle_plain(step: "_Step", now: "_Point", before: float, longest: float) -> tuple[float, float, float, int]:
    unit = np.sqrt(now.square[0])
    first = now.vector(unit)
    step.maximise(now)
    reached = step.expect(now)
    if reached <= before:
        return reached, 0.0, longest, 1
    second = now.vector(unit)
    step.maximise(now)
    third = now.vector(unit)
    leap, rate = _leap_plain(second - first, third - second)
    left = (reached - before) * max(1.0, rate / (1.0 - rate)) if rate < 1.0 else np.inf
    leap = min(leap, longest)
    if leap > 1.0:
        now.read(first + 2.0 * leap * (second - first) + leap**2 * (third - 2.0 * second + first), unit, step.floor)
    landed = step.expect(now)
    if leap <= 1.0 or landed >= reached:
        return landed, left, longest * SHORTEST_LEAP if leap == longest else longest, 2
    now.read(third, unit, step.floor)
    return step.expect(now), left, max(leap / SHORTEST_LEAP, SHORTEST_LEAP), 3


def _leap_plain(one: Floats, two: Floats) -> tuple[float, float]:
    bend = float(np.square(two - one).sum())
    rate = float(np.square(two).sum() / np.square(one).sum()) if one.any() else 0.0
    return float(np.linalg.norm(one)) / np.sqrt(bend) if bend > 0.0 else 1.0, rate


@dataclass(slots=True)
class _Point:
    """Parameters, written in place."""

    start: Floats
    transition: Floats
    mean: Floats
    square: Floats
    dof: Floats

    def vector(self, unit: Floats) -> Floats:
        chain = np.log(np.maximum(self.transition, LEAST_PROBABILITY))
        tails = np.log(self.dof[np.isfinite(self.dof)])
        return np.concatenate((chain.ravel(), (self.mean / unit).ravel(), np.log(self.square).ravel(), tails))

    def read(self, vector: Floats, unit: Floats, floor: Floats) -> None:
        states, size = self.start.size, self.mean.size
        chain, mean, square, tails = np.split(vector, np.cumsum([states * states, size, size]))
        chain = chain.reshape(states, states)
        chain = np.exp(chain - chain.max(axis=1, keepdims=True))
        self.transition[:] = chain / chain.sum(axis=1, keepdims=True)
        self.mean[:] = mean.reshape(self.mean.shape) * unit
        self.square[:] = np.maximum(np.exp(np.minimum(square.reshape(self.mean.shape), 700.0)), floor)
        self.dof[np.isfinite(self.dof)] = np.clip(np.exp(np.minimum(tails, 700.0)), FEWEST_DEGREES, MOST_DEGREES)


class _Step:
    """Both halves of expectation-maximisation."""

    def __init__(self, values: Floats, floor: Floats) -> None:
        self.values, self.floor = values, floor
        self.arrays: tuple[Floats, ...] = ()

    def expect(self, now: _Point) -> float:
        shape, rows = (now.start.size, self.values.shape[1]), self.values.shape[1]
        density, weight, likelihood, predicted, filtered = (np.empty(shape) for _ in range(5))
        top, scale = np.empty(rows), np.empty(rows)
        fill_log_density_plain(self.values, now.mean, now.square, now.dof, density, weight)
        fill_likelihood_plain(density, likelihood, top)
        filter_states_plain(density, likelihood, top, now.start, now.transition, predicted, filtered, scale)
        self.arrays = predicted, filtered, weight
        return float(np.nansum(top + np.log(scale)))

    def maximise(self, now: _Point) -> None:
        predicted, filtered, weight = self.arrays
        smoothed, pairs = np.empty(filtered.shape), np.empty(now.transition.shape)
        smooth_states_plain(predicted, filtered, now.transition, smoothed, pairs)
        now.start[:] = smoothed[:, 0]
        left = pairs.sum(axis=1)
        kept = left >= LEAST_WEIGHT
        now.transition[kept] = pairs[kept] / left[kept, None]
        _maximise_plain(self.values, smoothed, weight, now.mean, now.square, now.dof, self.floor)


def _maximise_plain(
    values: Floats, smoothed: Floats, weight: Floats, mean: Floats, square: Floats, dof: Floats, floor: Floats
) -> None:
    seen = ~np.isnan(values[0])
    rows = values[:, seen]
    for k, share in enumerate(smoothed[:, seen]):
        total, weighted = share.sum(), share * weight[k, seen]
        if total < LEAST_WEIGHT:
            continue
        mean[k] = rows @ weighted / weighted.sum()
        square[k] = np.maximum(np.square(rows - mean[k, :, None]) @ weighted / total, floor)
        if np.isfinite(dof[k]):
            one = weight[k, seen]
            dof[k] = _best_degrees_plain(float(dof[k]), mean.shape[1], float(share @ (np.log(one) - one) / total))


def _best_degrees_plain(last: float, features: int, logs: float) -> float:
    from scipy.optimize import brentq
    from scipy.special import digamma

    half = 0.5 * (last + features)
    rest = 1.0 + logs + digamma(half) - np.log(half)

    def slope(nu: float) -> float:
        return float(np.log(0.5 * nu) - digamma(0.5 * nu) + rest)

    if slope(FEWEST_DEGREES) <= 0.0:
        return FEWEST_DEGREES
    if slope(MOST_DEGREES) >= 0.0:
        return MOST_DEGREES
    return float(brentq(slope, FEWEST_DEGREES, MOST_DEGREES, xtol=1e-13, rtol=1e-14))
