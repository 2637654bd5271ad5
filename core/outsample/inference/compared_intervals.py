"""Intervals of one mean, or of a difference of two, by every method side by side; the cosine one is the standard."""

import math
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from outsample.finite_series import checked_series
from outsample.inference.bartlett import bartlett_variance
from outsample.inference.block_bootstrap import PATHS, Blocks, block_lengths, bootstrap_means
from outsample.inference.difference import difference_of_means
from outsample.inference.long_run import Interval, long_run, mean_interval, needs_hatching, student_quantile
from outsample.inference.testable_series import obstacle, require_level
from outsample.test_result import NotTested
from outsample.typing import Floats

__all__ = ["ComparedInterval", "Method", "compared_difference_intervals", "compared_mean_intervals"]

NAME: Final = "compared_intervals"
TITLE: Final = "Intervals by other methods"


class Method(Enum):
    """How an interval was made."""

    COSINES = "equal-weighted cosines, Student t"
    BARTLETT = "Bartlett weights, automatic bandwidth"
    CIRCULAR = "bootstrap of blocks of one length"
    STATIONARY = "bootstrap of blocks of random length"


@dataclass(frozen=True, slots=True)
class ComparedInterval:
    """One interval of the same number.

    Parameters
    ----------
    method : Method
        Cosines are what is used everywhere else; the others are for comparison only.
    interval : Interval
        Two-sided, in the unit of the series.
    blocks : tuple of float
        Block length in times, one a window; empty where the method has none.
    hatched : bool
        Too short or too persistent for any of these to be taken at its word.
    """

    method: Method
    interval: Interval
    blocks: tuple[float, ...]
    hatched: bool


def compared_mean_intervals(
    values: Floats, *, level: float = 0.95, paths: int = PATHS, seed: int = 0
) -> tuple[ComparedInterval, ...] | NotTested:
    """Return the intervals of a mean at confidence `level`; of a bootstrap, between quantiles of its means.

    Parameters
    ----------
    values : (n,) array
        In time order, equally spaced.
    level : float
    paths, seed : int
        As of `bootstrap_means`.

    Returns
    -------
    tuple of ComparedInterval or NotTested
        One a method; not tested: fewer than 20 times, or values that do not vary.

    Raises
    ------
    DataError
        A value is NaN or infinite.
    UsageError
        A level outside (0, 1), or no path.
    """
    series = checked_series(values, "values")
    require_level(level)
    if message := obstacle(series, "Values"):
        return NotTested(NAME, TITLE, message)
    seen = long_run(series)
    error = math.sqrt(bartlett_variance(series) / series.size)
    return _side_by_side(mean_interval(seen, level), needs_hatching(seen), error, (series,), level, paths, seed)


def compared_difference_intervals(
    train: Floats, test: Floats, *, level: float = 0.95, paths: int = PATHS, seed: int = 0
) -> tuple[ComparedInterval, ...] | NotTested:
    """Return the intervals of mean test less mean train; the two windows are resampled apart.

    Parameters
    ----------
    train, test : (m,), (n,) array
        Two windows of one series that do not overlap, each in time order.
    level, paths, seed
        As of `compared_mean_intervals`, as what is returned and raised.
    """
    before, after = checked_series(train, "train values"), checked_series(test, "test values")
    require_level(level)
    if message := obstacle(before, "Train values") or obstacle(after, "Test values"):
        return NotTested(NAME, TITLE, message)
    first, second = long_run(before), long_run(after)
    standard = difference_of_means(first, second).interval(level)
    error = math.sqrt(bartlett_variance(before) / before.size + bartlett_variance(after) / after.size)
    hatched = needs_hatching(first) or needs_hatching(second)
    return _side_by_side(standard, hatched, error, (before, after), level, paths, seed)


def _side_by_side(
    standard: Interval, hatched: bool, error: float, windows: tuple[Floats, ...], level: float, paths: int, seed: int
) -> tuple[ComparedInterval, ...]:
    """Return all four; the estimate is the last window less the one before it, where there are two."""
    estimate = float(windows[-1].mean()) - (float(windows[0].mean()) if len(windows) > 1 else 0.0)
    reach = student_quantile(math.inf, 0.5 * (1.0 + level)) * error
    found = [
        ComparedInterval(Method.COSINES, standard, (), hatched),
        ComparedInterval(Method.BARTLETT, Interval(estimate - reach, estimate + reach), (), hatched),
    ]
    lengths = [block_lengths(window) for window in windows]
    for method, blocks in ((Method.CIRCULAR, Blocks.CIRCULAR), (Method.STATIONARY, Blocks.STATIONARY)):
        chosen = tuple(one.of(blocks) for one in lengths)
        means = [
            bootstrap_means(window, blocks, length, paths=paths, seed=seed + place)
            for place, (window, length) in enumerate(zip(windows, chosen, strict=True))
        ]
        resampled = means[-1] - means[0] if len(means) > 1 else means[0]
        low, high = np.quantile(resampled, (0.5 - 0.5 * level, 0.5 + 0.5 * level)).tolist()
        found.append(ComparedInterval(method, Interval(low, high), chosen, hatched))
    return tuple(found)
