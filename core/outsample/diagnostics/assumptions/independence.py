"""Whether past returns say something about the next one.

References: Ljung and Box (1978), Biometrika 65, 297-303, doi:10.1093/biomet/65.2.297; Lo and MacKinlay (1988), Review
of Financial Studies 1, 41-66, doi:10.1093/rfs/1.1.41; Campbell, Lo and MacKinlay (1997), The Econometrics of Financial
Markets, section 2.4.
"""

import math
from typing import Final

import numpy as np
from scipy.special import chdtrc, ndtr, ndtri

from outsample.diagnostics.assumptions.products import sum_of_products
from outsample.diagnostics.assumptions.question import Answer, Question, against_zero, varies
from outsample.number_text import number
from outsample.typing import Floats

__all__ = ["autocorrelations", "box_statistic", "carried_autocorrelation", "lags_for", "ljung_box", "variance_ratio"]

_LJUNG_BOX: Final = Question("ljung-box", "Ljung-Box")
_CARRIED: Final = Question("carried-autocorrelation", "Autocorrelation carried over")
_RETURNS_A_LAG: Final = 5


def lags_for(n: int, wanted: int) -> int:
    """Return how many lags n returns can carry: those wanted, at most a fifth of n, at least 1."""
    return max(1, min(wanted, n // _RETURNS_A_LAG))


def autocorrelations(values: Floats, lags: int) -> Floats:
    """Return the autocorrelations at lags 1 to `lags`, products over the sum of all squares."""
    centred = values - values.mean()
    products = [sum_of_products(centred[lag:], centred[:-lag]) for lag in range(1, lags + 1)]
    return np.array(products) / sum_of_products(centred, centred)


def box_statistic(found: Floats, n: int) -> float:
    """Return Ljung and Box's ``n (n + 2) sum r_k^2 / (n - k)``."""
    return float(n * (n + 2.0) * (found**2 / (n - np.arange(1, found.size + 1))).sum())


def ljung_box(returns: Floats, level: float = 0.05, lags: int = 10) -> Answer:
    """Test returns for autocorrelation at any of the first lags.

    Clusters of volatility widen the autocorrelations of independent signs, so that a rejection may be theirs:
    `variance_ratio` allows for them.

    Parameters
    ----------
    returns : (n,) array
        At least 30, finite, not constant.
    level, lags
        As in `AssumptionSettings`.

    Returns
    -------
    TestResult or NotTested
        Effect: first autocorrelation.
    """
    refusal = _LJUNG_BOX.refusal(returns)
    if refusal:
        return refusal
    lags = lags_for(returns.size, lags)
    found = autocorrelations(returns, lags)
    statistic = box_statistic(found, returns.size)
    p = float(chdtrc(lags, statistic))
    strongest = int(np.argmax(np.abs(found)))
    said = "say something about the next one" if p < level else "say nothing that chance does not"
    sentence = (
        f"The last {lags} returns {said}: the strongest correlation is {number(found[strongest], 2)}, "
        f"{strongest + 1} return{'s' if strongest else ''} back."
    )
    return _LJUNG_BOX.answer(statistic, p, level, returns.size, sentence, found[0])


def variance_ratio(returns: Floats, horizon: int, level: float = 0.05) -> Answer:
    """Test whether the variance of sums of `horizon` returns is `horizon` times that of one.

    Overlapping sums, both variances without bias, and Lo and MacKinlay's variance that allows for clusters.

    Parameters
    ----------
    returns : (n,) array
        At least 30 and ten times the horizon, finite, not constant.
    horizon : int
        At least 2.
    level : float

    Returns
    -------
    TestResult or NotTested
        Effect: the ratio, 1 for independent returns, with its interval.
    """
    question = Question(f"variance-ratio-{horizon}", f"Variance ratio of {horizon}", max(30, 10 * horizon))
    refusal = question.refusal(returns)
    if refusal:
        return refusal
    n, centred = returns.size, returns - returns.mean()
    square = centred * centred
    walk = np.concatenate(([0.0], np.cumsum(centred)))
    sums = walk[horizon:] - walk[:-horizon]
    divisor = horizon * (n - horizon + 1) * (1.0 - horizon / n)
    ratio = sum_of_products(sums, sums) / divisor / (float(square.sum()) / (n - 1))
    spread = sum(
        4.0 * (1.0 - lag / horizon) ** 2 * sum_of_products(square[lag:], square[:-lag]) for lag in range(1, horizon)
    )
    error = math.sqrt(spread) / float(square.sum())
    if not error > 0.0:
        return question.refused("neighbouring returns that both move", "none", "choose a window that moves more often")
    statistic = (ratio - 1.0) / error
    p = 2.0 * float(ndtr(-abs(statistic)))
    reach = float(ndtri(1.0 - 0.5 * level)) * error
    word = ("moves go on" if ratio > 1.0 else "moves turn back") if p < level else "no dependence was found"
    sentence = f"Over {horizon} returns the variance is {ratio:.2f} times what independent returns have: {word}."
    return question.answer(statistic, p, level, n, sentence, ratio, "times", ratio - reach, ratio + reach)


def carried_autocorrelation(
    returns: Floats, mean: float, deviation: float, slope: float, level: float = 0.05
) -> Answer:
    """Test whether a forecast from the last return, fitted on train, earns anything on test.

    Mean product of neighbouring returns around the train mean, over the train variance, in the direction of the train
    autocorrelation; long-run variance and Student t.

    Parameters
    ----------
    returns : (n,) array
        Of the test window, at least 30, finite, not constant.
    mean, deviation, slope : float
        Of the train window: mean and deviation per return, first autocorrelation.
    level : float

    Returns
    -------
    TestResult or NotTested
        Effect: correlation of forecast and return on test, with its interval.
    """
    refusal = _CARRIED.refusal(returns)
    if refusal:
        return refusal
    if not deviation > 0.0 or not math.isfinite(slope):
        return _CARRIED.refused("a train autocorrelation", "none", "widen the train window")
    centred = (returns - mean) / deviation
    products = math.copysign(1.0, slope) * centred[1:] * centred[:-1]
    if not varies(products):
        return _CARRIED.refused("neighbouring returns that both move", "none", "choose a window that moves more often")
    mean_product, scale = against_zero(products), 1.0 / float(np.mean(centred**2))
    effect = scale * mean_product.estimate
    word = "it holds" if effect > 0.0 else "it has turned round"
    if not mean_product.p_value < level:
        word = "it earns nothing beyond chance"
    sentence = (
        f"A forecast from the last return, with the train window's autocorrelation of {number(slope, 2)}, correlates "
        f"with test returns by {number(effect, 2)}: {word}."
    )
    return _CARRIED.answer_of_mean(mean_product, level, products.size, sentence, scale=scale)
