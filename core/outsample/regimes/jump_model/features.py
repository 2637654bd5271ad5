"""Features of a return series by which a jump model tells regimes apart, each from returns up to its own row."""

import math
from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.errors import DataError, UsageError
from outsample.typing import Floats

__all__ = ["DOWNSIDE_FLOOR", "exponential_means", "jump_features"]

DOWNSIDE_FLOOR: Final = 1e-4  # one basis point a day: keeps Sortino ratios finite where no return was negative


def jump_features(
    returns: Floats,
    downside_half_lives: tuple[float, ...] = (10.0,),
    sortino_half_lives: tuple[float, ...] = (20.0, 60.0),
    mean_half_lives: tuple[float, ...] = (),
) -> Floats:
    """Return exponentially weighted downside deviations, Sortino ratios and means, in this order of columns.

    With weights ``w_s = 2^(-(t - s) / half_life)`` over the returns r_s, s <= t:

    - mean: ``m = sum w_s r_s / sum w_s``
    - downside deviation: ``D = sqrt(sum w_s min(r_s, 0)^2 / sum w_s)``, at least one basis point
    - Sortino ratio: ``m / D``

    The defaults are the three features of Shu, Yu and Mulvey (2024), doi:10.1057/s41260-024-00376-x. Downside
    deviations come first because `fit_jump_model` orders states by its first feature.

    Parameters
    ----------
    returns : (n,) array
        Daily, in excess of cash if that matters, fraction a day. NaN where missing: weights go on fading.
    downside_half_lives, sortino_half_lives, mean_half_lives : tuple of float
        Rows, positive.

    Returns
    -------
    (n, d) array
        Row t is known when ``returns[t]`` is. NaN where the return is, and in the first rows, until as many returns
        were seen as the longest half-life has rows: averages of a handful say nothing.

    Raises
    ------
    DataError
        The returns are not one column, or one is infinite.
    UsageError
        No half-life, or one that is not positive.
    """
    returns = np.ascontiguousarray(returns, dtype=np.float64)
    if returns.ndim != 1 or np.isinf(returns).any():
        raise DataError(
            f"features need one column of returns without infinite ones, found shape {returns.shape} with "
            f"{int(np.isinf(returns).sum())} infinite; make them NaN to skip the rows"
        )
    half_lives = (*downside_half_lives, *sortino_half_lives, *mean_half_lives)
    if not half_lives or not all(0.0 < one < math.inf for one in half_lives):
        raise UsageError(f"features need at least one half-life, all positive, found {half_lives}; use 10, 20 and 60")
    columns = [_downside(returns, one) for one in downside_half_lives]
    columns += [_mean(returns, one) / _downside(returns, one) for one in sortino_half_lives]
    columns += [_mean(returns, one) for one in mean_half_lives]
    features = np.stack(columns, axis=1)
    seen = np.isfinite(returns)
    features[~seen | (np.cumsum(seen) < max(half_lives))] = np.nan
    return features


def _mean(values: Floats, half_life: float) -> Floats:
    mean = np.empty(values.size)
    exponential_means(values, half_life, mean)
    return mean


def _downside(returns: Floats, half_life: float) -> Floats:
    return np.asarray(np.maximum(np.sqrt(_mean(np.square(np.minimum(returns, 0.0)), half_life)), DOWNSIDE_FLOOR))


@kernel
def exponential_means(values: Floats, half_life: float, mean: Floats) -> None:  # pragma: no cover - compiled
    """Write the weighted mean of the values up to each row, weights ``2^(-age / half_life)``.

    Parameters
    ----------
    values : (n,) array
        NaN where missing.
    half_life : float
        Rows.
    mean : (n,) array
        Written; NaN before the first value.
    """
    fading = 0.5 ** (1.0 / half_life)
    total, weights = 0.0, 0.0
    for t in range(values.size):
        total, weights = fading * total, fading * weights
        if values[t] == values[t]:
            total, weights = total + values[t], weights + 1.0
        mean[t] = total / weights if weights > 0.0 else math.nan
