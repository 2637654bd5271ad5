"""The posterior of the present segment's start, row by row: what `online_change_points` runs, and its plain twin."""

import math
from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.formulas.elementary import exp_of_negative, log_of_positive
from outsample.typing import Floats, Integers

__all__ = ["follow_runs", "follow_runs_plain"]

_LOG_TWO_PI: Final = math.log(2.0 * math.pi)


@kernel
def follow_runs(  # pragma: no cover - compiled
    values: Floats,
    prior: Floats,
    hazard: float,
    cutoff: float,
    within: int,
    run_length: Integers,
    recent: Floats,
    log_density: Floats,
) -> float:
    """Write run lengths, probabilities of a recent change and predictive log-densities; return the most dropped.

    A run is its start, its rows seen, mean, strength and scale of its posterior and that scale's logarithm; `level` is
    the part of Student's density that depends on the rows seen alone. Runs are kept oldest first.

    Parameters
    ----------
    values : (n,) array
        NaN where missing.
    prior : (4,) array
        Mean, strength, shape, scale.
    hazard, cutoff, within : float, float, int
        Probability of a change before a row; least posterior that is kept; rows.
    run_length, recent, log_density : (n,) array
        Written.
    """
    rows = values.size
    level = _levels(prior, rows)
    start, seen = np.empty(rows, dtype=np.int64), np.empty(rows, dtype=np.int64)
    strength, mean, scale, log_scale = np.empty(rows), np.empty(rows), np.empty(rows), np.empty(rows)
    mass, fit = np.empty(rows), np.empty(rows)
    runs, dropped = 0, 0.0
    for t in range(rows):
        for i in range(runs):
            mass[i] *= 1.0 - hazard
        start[runs], seen[runs], mass[runs] = t, 0, hazard if t > 0 else 1.0
        mean[runs], strength[runs], scale[runs], log_scale[runs] = prior[0], prior[1], prior[3], math.log(prior[3])
        runs += 1
        log_density[t] = math.nan
        if values[t] == values[t]:
            log_density[t] = _learn(values[t], prior, level, runs, seen, strength, mean, scale, log_scale, mass, fit)
        kept = _give_up(cutoff, runs, start, seen, strength, mean, scale, log_scale, mass)
        if kept < runs:
            runs = kept
            dropped = max(dropped, _scale_to_one(mass[:runs]))
        run_length[t] = t + 1 - start[np.argmax(mass[:runs])]
        newest, recent[t] = runs - 1, 0.0
        while newest >= 0 and start[newest] > max(t - within, 0):
            recent[t] = min(recent[t] + mass[newest], 1.0)
            newest -= 1
    return dropped


@kernel
def _scale_to_one(mass: Floats) -> float:  # pragma: no cover - compiled
    """Scale `mass` to sum to 1, and return what was missing."""
    left = 0.0
    for i in range(mass.size):
        left += mass[i]
    for i in range(mass.size):
        mass[i] /= left
    return 1.0 - left


@kernel
def _give_up(  # pragma: no cover - compiled
    cutoff: float,
    runs: int,
    start: Integers,
    seen: Integers,
    strength: Floats,
    mean: Floats,
    scale: Floats,
    log_scale: Floats,
    mass: Floats,
) -> int:
    """Move the runs that are kept to the front, in their order; return how many they are."""
    kept, bound = 0, min(cutoff, np.max(mass[:runs]))  # the most probable one stays in any case
    for i in range(runs):
        if mass[i] >= bound:
            if kept < i:
                start[kept], seen[kept], mass[kept] = start[i], seen[i], mass[i]
                mean[kept], strength[kept], scale[kept], log_scale[kept] = mean[i], strength[i], scale[i], log_scale[i]
            kept += 1
    return kept


@kernel
def _levels(prior: Floats, rows: int) -> Floats:  # pragma: no cover - compiled
    level = np.empty(rows)
    for seen in range(rows):
        shape, strength = prior[2] + 0.5 * seen, prior[1] + seen
        level[seen] = math.lgamma(shape + 0.5) - math.lgamma(shape)
        level[seen] += 0.5 * (math.log(strength / (strength + 1.0)) - _LOG_TWO_PI)
    return level


@kernel
def _learn(  # pragma: no cover - compiled
    value: float,
    prior: Floats,
    level: Floats,
    runs: int,
    seen: Integers,
    strength: Floats,
    mean: Floats,
    scale: Floats,
    log_scale: Floats,
    mass: Floats,
    fit: Floats,
) -> float:
    """Give every run the row, scale `mass` to sum to 1, and return the predictive log-density of the row.

    A run predicts ``Gamma(a + 1/2) / Gamma(a) sqrt(k / (2 pi (k + 1))) b^a / b'^(a + 1/2)`` with strength k, shape a,
    scale b before and ``b' = b + k (value - mean)^2 / (2 (k + 1))`` after it.
    """
    # loops over few arrays each: LLVM vectorises none that it would have to check for too many overlaps
    for i in range(runs):
        deviation, share = value - mean[i], 1.0 / (strength[i] + 1.0)
        scale[i] += 0.5 * strength[i] * share * deviation * deviation
        mean[i] += deviation * share
    for i in range(runs):
        shape = prior[2] + 0.5 * (strength[i] - prior[1])
        after = log_of_positive(scale[i])
        fit[i] = shape * log_scale[i] - (shape + 0.5) * after
        log_scale[i] = after
    for i in range(runs):
        fit[i] += level[seen[i]]
        seen[i] += 1
        strength[i] += 1.0
    best = -math.inf
    for i in range(runs):
        best = fit[i] if fit[i] > best else best
    total = 0.0
    for i in range(runs):
        mass[i] *= exp_of_negative(fit[i] - best)
        total += mass[i]
    for i in range(runs):
        mass[i] /= total
    return best + math.log(total)


def follow_runs_plain(
    values: Floats,
    prior: Floats,
    hazard: float,
    cutoff: float,
    within: int,
    run_length: Integers,
    recent: Floats,
    log_density: Floats,
) -> float:
    """Do what `follow_runs` does, in plain numpy and with the Student density of scipy."""
    from scipy.stats import t as student

    start, run = np.empty(0, dtype=np.int64), np.empty((4, 0))  # mean, strength, shape, scale
    mass, dropped = np.empty(0), 0.0
    for now, value in enumerate(values):
        mass = np.append(mass * (1.0 - hazard), hazard if now > 0 else 1.0)
        start, run = np.append(start, now), np.column_stack((run, prior))
        log_density[now] = np.nan
        if not np.isnan(value):
            mean, strength, shape, scale = run
            width = np.sqrt(scale * (strength + 1.0) / (shape * strength))
            fit = np.asarray(student.logpdf(value, 2.0 * shape, mean, width))
            weight = mass * np.exp(fit - fit.max())
            log_density[now] = fit.max() + np.log(weight.sum())
            mass = weight / weight.sum()
            more = 0.5 * strength / (strength + 1.0) * (value - mean) ** 2
            run = np.stack((mean + (value - mean) / (strength + 1.0), strength + 1.0, shape + 0.5, scale + more))
        kept = mass >= min(cutoff, mass.max())
        if not kept.all():
            dropped = max(dropped, 1.0 - float(mass[kept].sum()))
        start, run, mass = start[kept], run[:, kept], mass[kept] / mass[kept].sum()
        run_length[now] = now + 1 - start[np.argmax(mass)]
        recent[now] = min(mass[start > max(now - within, 0)].sum(), 1.0)
    return dropped
