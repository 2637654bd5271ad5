"""Whether the volatility is one constant: within a window, and from the train to the test window.

References: Engle (1982), Econometrica 50, 987-1007, doi:10.2307/1912773; McLeod and Li (1983), J. Time Series Analysis
4, 269-273, doi:10.1111/j.1467-9892.1983.tb00373.x; Brown and Forsythe (1974), J. Am. Stat. Assoc. 69, 364-367,
doi:10.1080/01621459.1974.10482955.
"""

import math
from typing import Final

import numpy as np
from scipy.special import chdtrc, fdtrc

from outsample.diagnostics.assumptions.independence import autocorrelations, box_statistic, lags_for
from outsample.diagnostics.assumptions.products import sum_of_products
from outsample.diagnostics.assumptions.question import Answer, Question, varies
from outsample.inference import difference_of_means, long_run
from outsample.number_text import number
from outsample.typing import Floats

__all__ = ["arch_effects", "brown_forsythe", "squared_dependence", "vol_shift"]

_ARCH: Final = Question("arch-lm", "ARCH-LM")
_SQUARES: Final = Question("ljung-box-squares", "Ljung-Box of squares")
_SPREAD: Final = Question("brown-forsythe", "Brown-Forsythe")
_SHIFT: Final = Question("vol-shift", "Shift of volatility")
_NORMAL_MEAN: Final = math.sqrt(0.5 * math.pi)  # deviation over mean absolute deviation of a normal law


def arch_effects(returns: Floats, level: float = 0.05, lags: int = 10) -> Answer:
    """Test whether past squares explain the next one: n R^2 of their regression against chi-square.

    Parameters
    ----------
    returns : (n,) array
        At least 30, finite, not constant.
    level, lags
        As in `AssumptionSettings`.

    Returns
    -------
    TestResult or NotTested
        Effect: R^2, % of the variance of squares.
    """
    refusal = _ARCH.refusal(returns)
    if refusal:
        return refusal
    square = (returns - returns.mean()) ** 2
    lags = lags_for(returns.size, lags)
    if not varies(square[lags:]):
        return _ARCH.refused("squares that differ", "moves of one size", "choose another window")
    explained = _explained(square, lags)
    n = square.size - lags
    p = float(chdtrc(lags, n * explained))
    said = "Volatility clusters" if p < level else "No clusters of volatility were found"
    sentence = f"{said}: the last {lags} squared returns explain {100.0 * explained:.1f} % of the next one."
    return _ARCH.answer(n * explained, p, level, n, sentence, 100.0 * explained, "% of variance")


def squared_dependence(returns: Floats, level: float = 0.05, lags: int = 10) -> Answer:
    """Test squared returns for autocorrelation (Ljung-Box, after McLeod and Li).

    Parameters
    ----------
    returns, level, lags
        As in `arch_effects`.

    Returns
    -------
    TestResult or NotTested
        Effect: first autocorrelation of squares.
    """
    refusal = _SQUARES.refusal(returns)
    if refusal:
        return refusal
    square = (returns - returns.mean()) ** 2
    if not varies(square):
        return _SQUARES.refused("squares that differ", "moves of one size", "choose another window")
    lags = lags_for(returns.size, lags)
    found = autocorrelations(square, lags)
    statistic = box_statistic(found, square.size)
    p = float(chdtrc(lags, statistic))
    said = "follow large ones" if p < level else "follow large ones no more than chance allows"
    sentence = f"Large moves {said}: neighbouring squared returns have a correlation of {number(found[0], 2)}."
    return _SQUARES.answer(statistic, p, level, square.size, sentence, found[0])


def brown_forsythe(train: Floats, test: Floats, level: float = 0.05) -> Answer:
    """Test whether train and test returns have one variance: one-way analysis of distances from the median.

    Returns count as independent, as in the Black-Scholes world. Where volatility clusters, two windows differ more
    often than that allows, and `vol_shift` is the fairer test of a new level.

    Parameters
    ----------
    train : (m,) array
    test : (n,) array
        Each at least 30, finite, not constant.
    level : float

    Returns
    -------
    TestResult or NotTested
        Effect: test deviation over train deviation.
    """
    refusal = _SPREAD.refusal(train, test)
    if refusal:
        return refusal
    first, second = (np.abs(part - np.median(part)) for part in (train, test))
    n, freedom = first.size + second.size, first.size + second.size - 2
    pooled = (first.sum() + second.sum()) / n
    between = first.size * (first.mean() - pooled) ** 2 + second.size * (second.mean() - pooled) ** 2
    within = float(((first - first.mean()) ** 2).sum() + ((second - second.mean()) ** 2).sum())
    if not within > 0.0:
        return _SPREAD.refused("moves of different sizes", "moves of one size", "choose other windows")
    statistic = freedom * float(between) / within
    p = float(fdtrc(1.0, freedom, statistic))
    ratio = float(test.std(ddof=1) / train.std(ddof=1))
    said = "another variance than" if p < level else "a variance that chance allows beside"
    sentence = f"Test returns have {said} train returns: their deviation is {ratio:.2f} times as large."
    return _SPREAD.answer(statistic, p, level, n, sentence, ratio, "times")


def vol_shift(train: Floats, test: Floats, per_year: float, level: float = 0.05) -> Answer:
    """Test whether the level of volatility moved, with errors that allow for clusters of a week or two.

    Mean distance from the median times ``sqrt(pi / 2)``, which is the deviation of a normal law, as a vol; test less
    train, with the long-run variance of both windows and Student t. Where nothing moved but volatility clusters with a
    half-life of 7 returns it rejects 7 to 9 % at 5 % (Brown-Forsythe 16 to 26 %), with one of 23 to 34 returns 27
    to 33 % (51 to 53 %): such clusters outlast what the long-run variance takes in (500 histories of GARCH, 840 and 360
    returns).

    Parameters
    ----------
    train : (m,) array
    test : (n,) array
        As in `brown_forsythe`.
    per_year : float
        Returns a year, of the train window.
    level : float

    Returns
    -------
    TestResult or NotTested
        Effect: test less train in vol points, with its interval.
    """
    refusal = _SHIFT.refusal(train, test)
    if refusal:
        return refusal
    unit = 100.0 * _NORMAL_MEAN * math.sqrt(per_year)
    first, second = (long_run(unit * np.abs(part - np.median(part))) for part in (train, test))
    moved = difference_of_means(first, second)
    interval = moved.interval(1.0 - level)
    said = "moved by" if moved.p_value < level else "did not move by more than its clusters allow:"
    sentence = (
        f"From train to test the level of volatility {said} {number(moved.estimate, is_signed=True)} vol points "
        f"({number(interval.low, is_signed=True)} to {number(interval.high, is_signed=True)})."
    )
    return _SHIFT.answer_of_mean(moved, level, train.size + test.size, sentence, "vol points")


def _explained(square: Floats, lags: int) -> float:
    """Return R^2 of the regression of each value on a constant and the `lags` before it."""
    n = square.size - lags
    columns = np.stack([square[lags - lag : lags - lag + n] for lag in range(lags + 1)])
    columns -= columns.mean(axis=1, keepdims=True)
    target, past = columns[0], columns[1:]
    products = np.einsum("it,jt->ij", past, columns)  # ten rows: a threaded library waits longer than it computes
    slopes = np.linalg.lstsq(products[:, 1:], products[:, 0], rcond=None)[0]  # moves so rare may repeat a column
    return float(np.clip(slopes @ products[:, 0] / sum_of_products(target, target), 0.0, 1.0))
