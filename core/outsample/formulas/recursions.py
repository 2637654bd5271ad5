"""What can be known of a return series strictly before each row: windows, moments, exponential averages.

Everything here reads rows before i for the answer at i, so that a model built on it cannot look ahead, and is
prepared once per series, so that a fit is a few reads whatever the window.

References
----------
J.P. Morgan/Reuters (1996), RiskMetrics Technical Document, 4th ed., sections 5.2 and 5.3.
Patton (2011), Volatility forecast comparison using imperfect volatility proxies, JoE 160,
doi:10.1016/j.jeconom.2010.03.034.
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from outsample.compiled import kernel
from outsample.cumulative import Cumulative
from outsample.typing import Floats, Integers, frozen

__all__ = [
    "DECAYS",
    "DecayLosses",
    "WindowMoments",
    "ewma_variances",
    "ewma_variances_twin",
    "rows_before_each",
    "starting_variance",
]

DECAYS: Final = frozen(np.round(np.arange(0.80, 0.9951, 0.005), 3))  # RiskMetrics uses .94 daily and .97 monthly
_FIRST_MOVES: Final = 20  # returns other than zero from which the starting variance is taken
_FLOOR: Final = 1e-8  # of the starting variance: a feed stale for weeks must not make the next loss infinite
_EPSILON: Final = float(np.finfo(np.float64).eps)


def rows_before_each(times: Integers, start: int, length: int | None) -> tuple[Integers, Integers]:
    """Return the rows ``first[i] <= j < last[i]`` that lie in ``[start, t_i)``, or the last `length` before t_i.

    Parameters
    ----------
    times : (n,) int64 array
        Strictly increasing UTC nanoseconds.
    start : int
        UTC nanoseconds; unused where `length` is given.
    length : int, optional
        Number of times.

    Returns
    -------
    first, last : (n,) int64 array
        Both non-decreasing, ``first <= last``.
    """
    last = np.arange(times.size)
    if length is None:
        return np.minimum(np.searchsorted(times, start), last), last
    return np.maximum(last - length, 0), last


@dataclass(frozen=True, slots=True, eq=False)
class WindowMoments:
    """Mean and variance of any window of a series in two reads.

    Parameters
    ----------
    centre : float
        Mean of the first rows, subtracted before squaring.
    sums : Cumulative
        Prefix sums of the shifted values and of their squares.
    """

    centre: float
    sums: Cumulative

    @classmethod
    def of(cls, values: Floats) -> Self:
        """Build from (n,) finite `values`."""
        centre = float(Cumulative.of(values).centre)
        shifted = values - centre
        return cls(centre, Cumulative.of(np.stack([shifted, shifted * shifted], axis=1)))

    def mean_and_variance(self, first: Integers, last: Integers) -> tuple[Floats, Floats]:
        """Return mean and sample variance (divisor count - 1) of the rows ``first <= j < last``.

        Parameters
        ----------
        first, last : (m,) int array
            Windows.

        Returns
        -------
        mean, variance : (m,) array
            NaN below 2 rows. The variance of a constant stretch is exactly 0: what the prefix sums cannot tell
            from rounding is not reported as variance.
        """
        count = (last - first).astype(np.float64)
        count[count <= 1.0] = np.nan
        total = self.sums.sums[last] - self.sums.sums[first] + count[:, None] * self.sums.centre
        mean, square = total[:, 0] / count, total[:, 1]
        variance = (square - count * mean * mean) / (count - 1.0)
        # Each of the `count` additions inside the window rounds by at most eps / 2 of the sum so far.
        squares = self.sums.sums[last, 1] + last * self.sums.centre[1]
        noise = 2.0 * _EPSILON * (squares + np.abs(mean) * np.sqrt(last * squares))
        variance[variance <= noise] = 0.0
        return mean + self.centre, variance


def starting_variance(returns: Floats) -> tuple[int, float]:
    """Return the first row with a forecast, and that forecast: the mean square of the rows before it.

    Those rows hold 20 returns other than zero, and are the first 20 rows wherever the price moves on every bar.
    The number of rows and NaN where the series has fewer.
    """
    moves = np.flatnonzero(returns)
    if moves.size < _FIRST_MOVES:
        return returns.size, float("nan")
    first = int(moves[_FIRST_MOVES - 1]) + 1
    return first, float(np.mean(np.square(returns[:first])))


def ewma_variances(returns: Floats, decays: Floats) -> Floats:
    """Return zero-mean exponentially weighted variances, one column a decay.

    ``h[i + 1] = decay h[i] + (1 - decay) returns[i]^2``, from the mean square of the first rows
    (`starting_variance`), never below 1e-8 of it.

    Parameters
    ----------
    returns : (n,) array
        Log returns, fraction per bar.
    decays : (g,) array
        In (0, 1).

    Returns
    -------
    (n, g) array
        Squared log return per bar; row i uses returns before i; NaN before the first forecast.
    """
    first, start = starting_variance(returns)
    out = np.full((returns.size, decays.size), np.nan)
    _fill_ewma(returns, decays, first, start, out)
    return out


@kernel
def _fill_ewma(returns: Floats, decays: Floats, first: int, start: float, out: Floats) -> None:
    floor = _FLOOR * start
    for i in range(first, returns.size):
        if i == first:
            out[i, :] = start
            continue
        square = returns[i - 1] * returns[i - 1]
        for j in range(decays.size):
            out[i, j] = max(decays[j] * out[i - 1, j] + (1.0 - decays[j]) * square, floor)


def ewma_variances_twin(returns: Floats, decays: Floats) -> Floats:
    """Return what `ewma_variances` returns, in plain numpy."""
    first, start = starting_variance(returns)
    out = np.full((returns.size, decays.size), np.nan)
    variance = np.full(decays.size, start)
    for i in range(first, returns.size):
        out[i] = variance
        variance = np.maximum(decays * variance + (1.0 - decays) * returns[i] ** 2, _FLOOR * start)
    return out


@dataclass(frozen=True, slots=True, eq=False)
class DecayLosses:
    """QLIKE of the exponentially weighted variance under every decay of `DECAYS`, summed up to every row.

    The path of a decay does not depend on the train window, so a fit compares differences of prefix sums.

    Parameters
    ----------
    first : int
        First row with a forecast.
    sums : Cumulative
        Prefix sums of ``ln h + r^2 / h`` over the rows from `first`, one column a decay.
    """

    first: int
    sums: Cumulative

    @classmethod
    def of(cls, returns: Floats) -> Self:
        """Build from (n,) log returns."""
        first, _ = starting_variance(returns)
        variance = ewma_variances(returns, DECAYS)[first:]
        loss = np.square(returns[first:, None]) / variance
        loss += np.log(variance, out=variance)
        return cls(first, Cumulative.of(loss))

    def count(self, first: Integers, last: Integers) -> Integers:
        """Return how many of the rows ``first <= j < last`` have a forecast, (m,)."""
        return np.maximum(last - self.first, 0) - np.maximum(first - self.first, 0)

    def best(self, first: Integers, last: Integers) -> Integers:
        """Return the index in `DECAYS` of least mean QLIKE over the rows ``first <= j < last``, (m,).

        The lowest decay where several are equal, as where no row has a forecast.
        """
        sums, count = self.sums.sums, self.count(first, last)
        start, stop = np.maximum(first - self.first, 0), np.maximum(last - self.first, 0)
        total = sums[stop] - sums[start] + count[:, None] * self.sums.centre
        return np.asarray(np.argmin(total, axis=1))

    def refitted(self, returns: Floats, first: Integers, last: Integers, needed: int) -> Floats:
        """Return the (n,) variances whose decay at row i is the best over the rows ``first[i] <= j < last[i]``.

        NaN where fewer than `needed` of them have a forecast. `returns` is the series this was built from.
        """
        best = self.best(first, last)[:, None]
        variance = np.take_along_axis(ewma_variances(returns, DECAYS), best, axis=1)[:, 0]
        variance[self.count(first, last) < needed] = np.nan
        return variance
