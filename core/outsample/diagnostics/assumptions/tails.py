"""How fast the tails thin out, against a normal law of which no power law describes them.

References: Hill (1975), Ann. Statist. 3, 1163-1174, doi:10.1214/aos/1176343247; Clopper and Pearson (1934), Biometrika
26, 404-413, doi:10.1093/biomet/26.4.404.
"""

import math
from enum import Enum
from typing import Final

import numpy as np
from numpy.polynomial.laguerre import laggauss
from scipy.special import bdtr, bdtrc, betaincinv, gammaincc, ndtri

from outsample.diagnostics.assumptions.question import Answer, Question
from outsample.typing import Floats

__all__ = ["Tail", "binomial_interval", "binomial_p", "carried_exceedances", "heavy_tail", "hill"]

_FEWEST_IN_A_TAIL: Final = 10
_RARE: Final = 0.01  # probability of what the train law calls a large move, each side
_NODES, _WEIGHTS = laggauss(40)  # integrals over a normal tail, to 1e-8 from its 10 % quantile outwards


class Tail(Enum):
    """Which side of the law."""

    LEFT = "lower"
    RIGHT = "upper"


def hill(values: Floats, count: int) -> float:
    """Return Hill's estimate of one over the tail index: mean log excess of the `count` largest over the next one.

    Parameters
    ----------
    values : (n,) array
        Large is far out in the tail.
    count : int
        Below n.

    Returns
    -------
    float
        NaN where the next one is not positive, or none is left.
    """
    if not 0 < count < values.size:
        return float("nan")
    top = np.partition(values, values.size - count - 1)[values.size - count - 1 :]
    if not top[0] > 0.0:
        return float("nan")
    return float(np.log(top[1:] / top[0]).mean())


def heavy_tail(returns: Floats, tail: Tail, level: float = 0.05, share: float = 0.05) -> Answer:
    """Test whether a tail is fatter than that of a normal law, one-sided.

    A normal sample has no tail index, but its Hill estimate is not 0 either: at 5 % of the returns it is near 0.21. So
    the estimate is compared with the gamma law that has the mean and the variance it has for a normal sample of this
    size. Under normal returns 5 to 6 % are rejected at 5 %.

    Parameters
    ----------
    returns : (n,) array
        At least 100, finite, not constant; their median is taken out.
    tail : Tail
    level, share : float
        As in `AssumptionSettings`; at least 10 returns make a tail.

    Returns
    -------
    TestResult or NotTested
        Effect: tail index, with the interval that power laws give it.
    """
    question = Question(f"hill-{tail.name.lower()}", f"Hill index of the {tail.value} tail", 10 * _FEWEST_IN_A_TAIL)
    refusal = question.refusal(returns)
    if refusal:
        return refusal
    n, count = returns.size, max(_FEWEST_IN_A_TAIL, math.ceil(share * returns.size))
    centred = returns - np.median(returns)
    found = hill(-centred if tail is Tail.LEFT else centred, count)
    if not found > 0.0:
        return question.refused(f"{count + 1} different moves on this side", "fewer", "choose a window that moves more")
    mean, variance = _normal_hill(n, count)
    p = float(gammaincc(mean**2 / variance, found * mean / variance))
    reach = float(ndtri(1.0 - 0.5 * level)) / math.sqrt(count)
    low, high = 1.0 / (found * (1.0 + reach)), 1.0 / (found * (1.0 - reach)) if reach < 1.0 else math.inf
    said = "is fatter than a normal law's" if p < level else "is no fatter than chance makes a normal law's"
    sentence = (
        f"The {tail.value} tail {said}: its index is {1.0 / found:.1f} ({low:.1f} to {high:.1f}), where normal "
        f"returns, which have none, would show {1.0 / mean:.1f}."
    )
    return question.answer((found - mean) / math.sqrt(variance), p, level, n, sentence, 1.0 / found, "", low, high)


def carried_exceedances(returns: Floats, mean: float, deviation: float, tail: Tail, level: float = 0.05) -> Answer:
    """Test how many test returns lie beyond the 1 % quantile of the normal law fitted on train, exactly, two-sided.

    Parameters
    ----------
    returns : (n,) array
        Of the test window; at least 30, finite, not constant.
    mean, deviation : float
        Fitted on train, per return.
    tail : Tail
    level : float

    Returns
    -------
    TestResult or NotTested
        Effect: found over expected, with its exact interval.
    """
    question = Question(f"exceedances-{tail.name.lower()}", f"Large moves, {tail.value} tail")
    refusal = question.refusal(returns) or question.without_law(deviation)
    if refusal:
        return refusal
    n, bound = returns.size, float(ndtri(_RARE))
    z = (returns - mean) / deviation
    found = int(np.count_nonzero(z < bound if tail is Tail.LEFT else z > -bound))
    p = binomial_p(found, n, _RARE)
    low, high = binomial_interval(found, n, level)
    expected = n * _RARE
    word = ("more" if found > expected else "fewer") if p < level else "no more or fewer"
    sentence = (
        f"{found} of {n} test returns lie beyond the 1 % quantile of the {tail.value} tail of the train law, which "
        f"expects {expected:.1f}: {word} than chance allows."
    )
    effect = found / expected
    return question.answer(found, p, level, n, sentence, effect, "times", low / _RARE, high / _RARE)


def binomial_p(found: int, trials: int, probability: float) -> float:
    """Return the two-sided exact p of a count: twice the smaller tail, at most 1; 1 without trials."""
    if not trials:
        return 1.0
    at_most = float(bdtr(found, trials, probability))
    at_least = float(bdtrc(found - 1, trials, probability)) if found else 1.0
    return min(1.0, 2.0 * min(at_most, at_least))


def binomial_interval(found: int, trials: int, level: float) -> tuple[float, float]:
    """Return the exact interval of a probability at confidence ``1 - level`` (Clopper and Pearson)."""
    low = float(betaincinv(found, trials - found + 1, 0.5 * level)) if found else 0.0
    high = float(betaincinv(found + 1, trials - found, 1.0 - 0.5 * level)) if found < trials else 1.0
    return low, high


def _normal_hill(n: int, count: int) -> tuple[float, float]:
    """Return mean and variance of Hill's estimate from n normal returns.

    Given the threshold z, log excesses are independent with moments ``h int e^-y ln(x / z)^j / x dy``,
    ``x^2 = z^2 + 2 y`` and h the hazard of the normal law at z. The variance of the threshold comes on top.
    """
    probability = (count + 0.5) / (n + 1.0)
    z = -float(ndtri(probability))
    hazard = math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi) / probability
    x = np.sqrt(z * z + 2.0 * _NODES)
    excess = np.log(x / z)
    mean = hazard * float(_WEIGHTS @ (excess / x))
    second = hazard * float(_WEIGHTS @ (excess**2 / x))
    slope = hazard * mean - 1.0 / z
    threshold = (1.0 - probability) / (count * hazard**2)
    return mean, (second - mean**2) / count + slope**2 * threshold
