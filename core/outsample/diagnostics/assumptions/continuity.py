"""Whether prices move without jumps: bipower variation over a window, and every return against the vol before it.

References: Barndorff-Nielsen and Shephard (2006), J. Financial Econometrics 4, 1-30, doi:10.1093/jjfinec/nbi022; Huang
and Tauchen (2005), ibid. 3, 456-499, doi:10.1093/jjfinec/nbi025, for the ratio; Lee and Mykland (2008), Review of
Financial Studies 21, 2535-2563, doi:10.1093/rfs/hhm056.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import gamma, ndtr, ndtri, stdtr, stdtrit

from outsample.diagnostics.assumptions.products import sum_of_products
from outsample.diagnostics.assumptions.question import Answer, Question
from outsample.diagnostics.assumptions.tails import binomial_p
from outsample.typing import Floats

__all__ = [
    "BIPOWER_VARIANCE",
    "JumpScan",
    "bipower_jumps",
    "bipower_variance",
    "jump_bound",
    "jump_rate",
    "largest_jump",
    "local_bars",
    "scan_jumps",
]

BIPOWER_VARIANCE: Final = 0.25 * math.pi**2 + math.pi - 5.0
JUMP_LEVEL: Final = 0.01  # at which single returns are called jumps, over the whole window
_ABSOLUTE_MEAN: Final = math.sqrt(2.0 / math.pi)  # E|z|
_FOUR_THIRDS: Final = float(2.0 ** (2.0 / 3.0) * gamma(7.0 / 6.0) / gamma(0.5))  # E|z|^(4/3)
_FEWEST_LOCAL: Final = 30
_SMALLEST_TAIL: Final = 1e-300
_ROUNDING: Final = 1e-12  # relative, of sums
_PRODUCT_VARIANCE: Final = 0.25 * math.pi**2 + math.pi - 3.0  # of a mean of |z_i z_(i-1)|, relative and times its count
_BIPOWER: Final = Question("bipower", "Bipower variation")
_LARGEST: Final = Question("lee-mykland", "Largest jump")
_RATE: Final = Question("jump-rate", "Rate of jumps")


def bipower_variance(returns: Floats) -> float:
    """Return ``pi / 2 n / (n - 1) sum |r_i| |r_(i-1)|``: the variance of a window, less its jumps."""
    n, size = returns.size, np.abs(returns)
    return 0.5 * math.pi * n / (n - 1) * sum_of_products(size[1:], size[:-1])


def bipower_jumps(returns: Floats, level: float = 0.05) -> Answer:
    """Test whether jumps add to the variance, one-sided.

    ``(1 - BV / RV) / sqrt((pi^2 / 4 + pi - 5) / n max(1, TQ / BV^2))`` against the normal law, with BV bipower
    variation, RV the sum of squares and TQ tripower quarticity. Volatility may change slowly within the window.

    Parameters
    ----------
    returns : (n,) array
        At least 30, finite, not constant, in the bars as recorded.
    level : float

    Returns
    -------
    TestResult or NotTested
        Effect: share of the variance that is jumps, %; below 0 where there is no sign of any.
    """
    refusal = _BIPOWER.refusal(returns)
    if refusal:
        return refusal
    n, realised, continuous = returns.size, sum_of_products(returns, returns), bipower_variance(returns)
    if not continuous > 0.0:
        return _BIPOWER.refused("neighbouring returns that both move", "none", "choose a window that moves more often")
    root = np.abs(returns) ** (4.0 / 3.0)
    triples = float((root[2:] * root[1:-1] * root[:-2]).sum())
    quarticity = n * n / (n - 2.0) * triples / _FOUR_THIRDS**3
    share = 1.0 - continuous / realised
    statistic = share / math.sqrt(BIPOWER_VARIANCE / n * max(1.0, quarticity / continuous**2))
    p = float(ndtr(-statistic))
    said = "Jumps make" if p < level else "No jumps were found that chance would not show: they would make"
    sentence = f"{said} {max(0.0, 100.0 * share):.1f} % of the variance of {n} returns."
    return _BIPOWER.answer(statistic, p, level, n, sentence, 100.0 * share, "% of variance")


def local_bars(per_year: float) -> int:
    """Return how many bars before a return tell its vol: Lee and Mykland's root of the bars a year, at least 30."""
    return max(_FEWEST_LOCAL, math.ceil(math.sqrt(per_year)))


def jump_bound(n: int, level: float = JUMP_LEVEL) -> float:
    """Return what the largest of n statistics stays below with probability ``1 - level`` where there is no jump.

    ``C + S beta``, beta = -ln(-ln(1 - level)): 4.600149 at 1 %.
    """
    centre, scale = _extreme_constants(n)
    return centre - scale * math.log(-math.log1p(-level))


@dataclass(frozen=True, slots=True, eq=False)
class JumpScan:
    """Every return of a window over the vol of the bars before it.

    Parameters
    ----------
    ratio : (n,) array
        ``|r| / sigma`` with sigma^2 the mean product of neighbouring absolute returns before r; those where nothing
        moved before are left out.
    freedom : float
        Degrees of freedom of Student t that such a sigma gives the ratio in place of a normal law: two over the
        relative variance of sigma^2. Without it, 30 bars before each of 500 returns find jumps in 29 % of
        histories that have none, at 5 %; with it in 3 %.
    """

    ratio: Floats
    freedom: float

    @property
    def tested(self) -> int:
        """Returns that could be tested."""
        return self.ratio.size

    @property
    def largest(self) -> float:
        """Lee and Mykland's statistic of the largest return: brought from the tail of Student t to the normal one."""
        tail = float(stdtr(self.freedom, -_ABSOLUTE_MEAN * self.ratio.max()))
        return -float(ndtri(max(tail, _SMALLEST_TAIL))) / _ABSOLUTE_MEAN

    @property
    def jumps(self) -> int:
        """Returns beyond the bound at 1 %."""
        if self.tested < _LARGEST.needs:
            return 0
        tail = float(ndtr(-_ABSOLUTE_MEAN * jump_bound(self.tested)))
        bound = -float(stdtrit(self.freedom, tail)) / _ABSOLUTE_MEAN
        return int(np.count_nonzero(self.ratio > bound))


def scan_jumps(returns: Floats, before: Floats, bars: int) -> JumpScan:
    """Return each return over the vol of the `bars` before it.

    Parameters
    ----------
    returns : (n,) array
        Finite.
    before : (k,) array
        Those before the window, in order of time; without any the first ones of the window are not tested.
    bars : int
        Lee and Mykland's K; at most 2 test nothing.
    """
    known, count = min(before.size, bars), bars - 2
    freedom = 2.0 * count / _PRODUCT_VARIANCE
    size = np.abs(np.concatenate((before[before.size - known :], returns)))
    if count < 1 or size.size <= bars:
        return JumpScan(np.empty(0), freedom)
    products = np.concatenate(([0.0], np.cumsum(size[1:] * size[:-1])))
    at = np.arange(bars, size.size)
    variance = (products[at - 1] - products[at - 1 - count]) / count
    moved = variance > _ROUNDING * products[-1] / at.size  # what differences of sums cannot tell from 0 is 0
    return JumpScan(size[at][moved] / np.sqrt(variance[moved]), freedom)


def largest_jump(scan: JumpScan, level: float = 0.05) -> Answer:
    """Test whether the largest return is too large for the vol before it (Lee and Mykland).

    Parameters
    ----------
    scan : JumpScan
        Of at least 30 returns that could be tested.
    level : float

    Returns
    -------
    TestResult or NotTested
        Effect: returns that are jumps at 1 % over the whole window.
    """
    n = scan.tested
    if n < _LARGEST.needs:
        return _LARGEST.refused(f"{_LARGEST.needs} returns with enough moves before them", str(n), "widen the window")
    largest = scan.largest
    centre, scale = _extreme_constants(n)
    p = -math.expm1(-math.exp(-(largest - centre) / scale))
    said = "is a jump" if p < level else "is no jump beyond what chance allows"
    sentence = (
        f"The largest of {n} returns {said}: {largest * _ABSOLUTE_MEAN:.1f} deviations of the bars before it; "
        f"jumps in all, at 1 %: {scan.jumps}."
    )
    return _LARGEST.answer(largest, p, level, n, sentence, float(scan.jumps), "jumps")


def jump_rate(train: JumpScan, test: JumpScan, per_year: float, level: float = 0.05) -> Answer:
    """Test whether test has jumps at the rate of train: their number given the sum of both is binomial.

    Parameters
    ----------
    train, test : JumpScan
        Each of at least 30 returns that could be tested.
    per_year : float
        Bars a year.
    level : float

    Returns
    -------
    TestResult or NotTested
        Effect: test less train, jumps a year.
    """
    before, after = train.tested, test.tested
    if min(before, after) < _RATE.needs:
        return _RATE.refused(
            f"{_RATE.needs} returns with enough moves before them in each window",
            f"{before} in train and {after} in test",
            "widen the shorter window",
        )
    p = binomial_p(test.jumps, train.jumps + test.jumps, after / (before + after))
    first, second = train.jumps / before * per_year, test.jumps / after * per_year
    said = "at another rate than" if p < level else "at a rate that chance allows beside that of"
    sentence = f"Jumps come {said} train: {second:.1f} a year on test, {first:.1f} on train."
    return _RATE.answer(test.jumps, p, level, before + after, sentence, second - first, "jumps a year")


def _extreme_constants(n: int) -> tuple[float, float]:
    """Return Lee and Mykland's C and S for the largest of n."""
    root = math.sqrt(2.0 * math.log(n))
    centre = root / _ABSOLUTE_MEAN - (math.log(math.pi) + math.log(math.log(n))) / (2.0 * _ABSOLUTE_MEAN * root)
    return centre, 1.0 / (_ABSOLUTE_MEAN * root)
