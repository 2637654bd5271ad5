"""Days that would be no surprise: more of the states that the known days show, with how little these days tell.

A limit of what counts as unseen that is read off the days a model was fitted on is too tight: the model was fitted to
them, days near each other say the same, and a hundred days have no .5 % quantile. Simulated days have all that in them.

Decisions
---------
- Each path draws its own transition probabilities (Dirichlet, half a change added to each count) and its own variance
  of each state (scaled inverse chi-square): what is known of a state that lasted ten days is little.
- Returns over the volatility of their state are drawn from the known ones of all states, so tails stay heavy; by their
  kurtosis the variances are less well known than from Gaussian returns.
"""

from typing import Final

import numpy as np

from outsample.typing import Floats, Integers

__all__ = ["settled", "simulated_days"]

_PATHS, _DAYS, _SETTLING = 200, 100, 40  # features of half-lives up to 15 days forget the path before
_SEED: Final = 20_261_122
_GAUSSIAN_KURTOSIS: Final = 3.0


def simulated_days(log_return: Floats, state: Integers) -> Floats:
    """Return daily log returns of paths that follow each other, made of the states of known days.

    Parameters
    ----------
    log_return : (m,) array
        Known days.
    state : (m,) int array
        Of each of them, from 0 on.

    Returns
    -------
    (paths x days,) array
        The same for the same days, bit for bit.
    """
    generator = np.random.default_rng(_SEED)
    states = int(state.max()) + 1
    changes = np.bincount(state[:-1] * states + state[1:], minlength=states**2).reshape(states, states)
    weight = generator.gamma(changes + 0.5, size=(_PATHS, states, states))
    reached = np.cumsum(weight, axis=2)[:, :, :-1] / weight.sum(axis=2, keepdims=True)
    days = np.maximum(np.bincount(state, minlength=states), 1)
    variance = np.bincount(state, weights=np.square(log_return), minlength=states) / days
    noise = log_return / np.sqrt(np.maximum(variance, np.finfo(float).tiny))[state]
    square = np.square(noise)
    kurtosis = max(float(np.square(square).mean() / square.mean() ** 2), _GAUSSIAN_KURTOSIS)
    dof = np.maximum(2.0 * days / (kurtosis - 1.0), 1.0)
    scale = np.sqrt(variance * dof / generator.chisquare(dof, size=(_PATHS, states)))
    now, path = generator.choice(state, size=_PATHS), np.arange(_PATHS)
    visited = np.empty((_DAYS, _PATHS), dtype=np.int64)
    for day, chance in enumerate(generator.random((_DAYS, _PATHS, 1))):
        now = (chance > reached[path, now]).sum(axis=1)
        visited[day] = now
    return np.asarray((scale[path, visited] * generator.choice(noise, size=visited.shape)).T.ravel())


def settled(values: Floats) -> Floats:
    """Return those of (paths x days,) `values` of simulated days that have forgotten the path before theirs."""
    return values.reshape(_PATHS, _DAYS)[:, _SETTLING:]
