"""The kernels of jump models in plain numpy, with the same signatures: what tests hold them against."""

import numpy as np

from outsample.typing import Floats, Integers

__all__ = ["cheapest_states_plain", "descend_plain", "exponential_means_plain", "fill_distance_plain"]


def fill_distance_plain(rows: Floats, centres: Floats, distance: Floats) -> None:
    """Do what `fill_distance` does."""
    distance[:] = 0.5 * np.nan_to_num(np.square(rows[np.newaxis] - centres[:, :, np.newaxis])).sum(axis=1)


def cheapest_states_plain(distance: Floats, penalty: float, came: Integers, online: Integers, state: Integers) -> float:
    """Do what `cheapest_states` does, comparing every state with every other."""
    states, count = distance.shape
    change = penalty * (1.0 - np.eye(states))
    value = distance[:, 0].copy()
    came[:, 0] = np.arange(states)
    online[0] = np.argmin(value)
    for t in range(1, count):
        way = value[:, np.newaxis] + change  # from, to
        least = way.min(axis=0)
        came[:, t] = np.where(np.diag(way) == least, np.arange(states), way.argmin(axis=0))
        value = least + distance[:, t]
        online[t] = np.argmin(value)
    now = online[-1]
    for t in range(count - 1, -1, -1):
        state[t] = now
        now = came[now, t]
    return float(value.min())


def descend_plain(
    rows: Floats, centres: Floats, penalty: float, most: int, online: Integers, state: Integers
) -> tuple[float, int]:
    """Do what `descend` does."""
    shape = centres.shape[0], rows.shape[1]
    distance, came = np.empty(shape), np.empty(shape, dtype=np.int8)
    seen, before, cost = ~np.isnan(rows[0]), np.full(shape[1], -1), np.inf
    for number in range(most):
        fill_distance_plain(rows, centres, distance)
        cost = cheapest_states_plain(distance, penalty, came, online, state)
        if np.array_equal(state, before):
            return cost, number + 1
        before = state.copy()
        if number + 1 < most:
            for k in np.unique(state[seen]):
                centres[k] = rows[:, seen & (state == k)].mean(axis=1)
    return cost, most


def exponential_means_plain(values: Floats, half_life: float, mean: Floats) -> None:
    """Do what `exponential_means` does, one weighted mean a row."""
    for t in range(values.size):
        weight = 0.5 ** (np.arange(t, -1, -1) / half_life) * np.isfinite(values[: t + 1])
        total = weight.sum()
        mean[t] = weight @ np.nan_to_num(values[: t + 1]) / total if total > 0.0 else np.nan
