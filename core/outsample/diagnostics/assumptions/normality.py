"""Whether returns follow a normal law: their own, and the one fitted on train.

References: Jarque and Bera (1987), Int. Stat. Review 55, 163-172, doi:10.2307/1403192; D'Agostino and Stephens (1986),
Goodness-of-fit Techniques, table 4.9, for the p-value of Anderson and Darling's statistic with both parameters
estimated; Bontemps and Meddahi (2005), J. Econometrics 124, 149-186, doi:10.1016/j.jeconom.2004.02.014, for Hermite
moments; Durbin (1973), Ann. Statist. 1, 279-290, doi:10.1214/aos/1176342365, for what fitted parameters do to an
empirical distribution.
"""

import math
from typing import Final

import numpy as np
from scipy.special import chdtrc, kolmogorov, log_ndtr, ndtr

from outsample.diagnostics.assumptions.products import sum_of_products
from outsample.diagnostics.assumptions.question import Answer, Question
from outsample.number_text import number
from outsample.typing import Floats

__all__ = ["anderson_darling", "carried_moments", "carried_probabilities", "jarque_bera", "shape"]

_JARQUE_BERA: Final = Question("jarque-bera", "Jarque-Bera")
_ANDERSON_DARLING: Final = Question("anderson-darling", "Anderson-Darling")
_MOMENTS: Final = Question("carried-moments", "Four moments under the train law")
_PROBABILITIES: Final = Question("carried-probabilities", "Probabilities under the train law")
_LARGEST: Final = 13.0  # the fitted curve of p turns up again far beyond; here it is 5e-31
_LOST: Final = 2.0 / math.pi  # times n / m: what fitting on m returns adds to the variance at the centre


def shape(returns: Floats) -> tuple[float, float]:
    """Return skewness and kurtosis (3 for a normal law), divisor n; NaN for a constant series."""
    centred = returns - returns.mean()
    second = float(np.mean(centred**2))
    if second == 0.0:
        return float("nan"), float("nan")
    return float(np.mean(centred**3)) / second**1.5, float(np.mean(centred**4)) / second**2


def jarque_bera(returns: Floats, level: float = 0.05) -> Answer:
    """Test skewness 0 and kurtosis 3: ``n / 6 (skewness^2 + (kurtosis - 3)^2 / 4)`` against chi-square of 2.

    Parameters
    ----------
    returns : (n,) array
        At least 30, finite, not constant; otherwise `NotTested`.
    level : float

    Returns
    -------
    TestResult or NotTested
        Effect: kurtosis less 3.
    """
    refusal = _JARQUE_BERA.refusal(returns)
    if refusal:
        return refusal
    n, (skewness, kurtosis) = returns.size, shape(returns)
    statistic = n / 6.0 * (skewness**2 + 0.25 * (kurtosis - 3.0) ** 2)
    p = float(chdtrc(2, statistic))
    said = "are not normal" if p < level else "are no less normal than chance allows"
    sentence = f"Returns {said}: skewness {number(skewness, 2)} where 0 is normal, kurtosis {kurtosis:.2f} where 3 is."
    return _JARQUE_BERA.answer(statistic, p, level, n, sentence, kurtosis - 3.0)


def anderson_darling(returns: Floats, level: float = 0.05) -> Answer:
    """Test the whole law against the normal one with the returns' own mean and deviation, tails weighted most.

    Parameters
    ----------
    returns : (n,) array
        As in `jarque_bera`.
    level : float

    Returns
    -------
    TestResult or NotTested
        Effect: largest distance between the two distribution functions, % of returns.
    """
    refusal = _ANDERSON_DARLING.refusal(returns)
    if refusal:
        return refusal
    n = returns.size
    z = np.sort((returns - returns.mean()) / returns.std(ddof=1))
    weight = 2.0 * np.arange(1.0, n + 1.0) - 1.0
    statistic = -n - sum_of_products(weight, log_ndtr(z) + log_ndtr(-z[::-1])) / n
    p = _anderson_darling_p(statistic * (1.0 + 0.75 / n + 2.25 / n**2))
    effect = 100.0 * _distance(ndtr(z))
    said = "does not fit" if p < level else "fits as well as chance allows"
    sentence = f"A normal law {said}: it misplaces up to {effect:.1f} % of the returns."
    return _ANDERSON_DARLING.answer(statistic, p, level, n, sentence, effect, "% of returns")


def carried_moments(returns: Floats, mean: float, deviation: float, train_size: int, level: float = 0.05) -> Answer:
    """Test four moments of test returns under the normal law fitted on m train returns.

    With z the standardised returns and He the Hermite polynomials, ``h_k = mean He_k(z) / sqrt(k!)`` and
    ``n ((h_1^2 + h_2^2) / (1 + n / m) + h_3^2 + h_4^2)`` is compared with chi-square of 4. Fitting adds n / m to the
    variance of the first two; the others do not feel it to first order.

    Parameters
    ----------
    returns : (n,) array
        Of the test window; as in `jarque_bera`.
    mean, deviation : float
        Fitted on train, per return.
    train_size : int
        m.
    level : float

    Returns
    -------
    TestResult or NotTested
        Effect: ``mean z^4 - 3``.
    """
    refusal = _MOMENTS.refusal(returns) or _MOMENTS.without_law(deviation)
    if refusal:
        return refusal
    n, z = returns.size, (returns - mean) / deviation
    square = z * z
    polynomials = (z, square - 1.0, z * (square - 3.0), square * (square - 6.0) + 3.0)
    first, second, third, fourth = (float(h.mean()) ** 2 / math.factorial(k) for k, h in enumerate(polynomials, 1))
    statistic = n * ((first + second) / (1.0 + n / train_size) + third + fourth)
    p = float(chdtrc(4, statistic))
    effect = float(np.mean(square * square)) - 3.0
    said = "does not describe" if p < level else "describes as well as chance allows"
    sentence = (
        f"The normal law of the train window {said} the test returns: their mean square is {square.mean():.2f} times "
        f"what it expects, and their fourth power {np.mean(square * square) / 3.0:.2f} times."
    )
    return _MOMENTS.answer(statistic, p, level, n, sentence, effect)


def carried_probabilities(
    returns: Floats, mean: float, deviation: float, train_size: int, level: float = 0.05
) -> Answer:
    """Test whether the train law gives test returns the probabilities they come with (Kolmogorov-Smirnov).

    ``u = N((r - mean) / deviation)`` is uniform if the law holds. The largest distance D enters as
    ``sqrt(n / (1 + (2 / pi) n / m)) D``: fitting on m returns widens the empirical process at its centre by that, by a
    little less elsewhere, so that the test keeps to 4 % at nominal 5 % for n = m and falls to 2.5 % at n = 2 m.

    Parameters
    ----------
    returns, mean, deviation, train_size, level
        As in `carried_moments`.

    Returns
    -------
    TestResult or NotTested
        Effect: D, % of returns.
    """
    refusal = _PROBABILITIES.refusal(returns) or _PROBABILITIES.without_law(deviation)
    if refusal:
        return refusal
    n = returns.size
    distance = _distance(np.sort(ndtr((returns - mean) / deviation)))
    statistic = math.sqrt(n / (1.0 + _LOST * n / train_size)) * distance
    p = float(kolmogorov(statistic))
    said = "misplaces" if p < level else "misplaces no more than chance does, which is"
    sentence = f"The normal law of the train window {said} up to {100.0 * distance:.1f} % of the test returns."
    return _PROBABILITIES.answer(statistic, p, level, n, sentence, 100.0 * distance, "% of returns")


def _distance(probability: Floats) -> float:
    """Return the largest distance between the empirical law of ascending probabilities and the uniform one."""
    n = probability.size
    steps = np.arange(1, n + 1) / n
    return float(max((steps - probability).max(), (probability - steps).max() + 1.0 / n))


def _anderson_darling_p(adjusted: float) -> float:
    a = min(adjusted, _LARGEST)
    if a < 0.2:
        return 1.0 - math.exp(-13.436 + 101.14 * a - 223.73 * a * a)
    if a < 0.34:
        return 1.0 - math.exp(-8.318 + 42.796 * a - 59.938 * a * a)
    if a < 0.6:
        return math.exp(0.9177 - 4.279 * a - 1.38 * a * a)
    return math.exp(1.2937 - 5.709 * a + 0.0186 * a * a)
