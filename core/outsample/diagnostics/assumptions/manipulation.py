"""Signs that something other than trade makes prices and volumes. A sign is no proof: each has innocent causes.

References: Hill (1995), Statistical Science 10, 354-363, doi:10.1214/ss/1177009869; Nigrini (2012), Benford's Law,
Wiley, for the mean absolute deviation; Harris (1991), Review of Financial Studies 4, 389-415,
doi:10.1093/rfs/4.3.389; Ni, Pearson and Poteshman (2005), J. Financial Economics 78, 49-87,
doi:10.1016/j.jfineco.2004.08.005.
"""

from typing import Final

import numpy as np
from scipy.special import bdtrc, chdtrc

from outsample.datasets import OptionQuotes
from outsample.diagnostics.assumptions.question import Answer, Question
from outsample.diagnostics.assumptions.tails import binomial_interval
from outsample.inference import difference_of_means, long_run
from outsample.number_text import number
from outsample.prepared import prepared
from outsample.typing import DAY, Bools, Floats, Integers, frozen

__all__ = [
    "EXPIRY",
    "benford",
    "expiry_moves",
    "first_digits",
    "listed_expiries",
    "round_prices",
    "spans_an_expiry",
    "tick_of",
]

_BENFORD: Final = Question("benford", "First digits of volumes", 300, "volumes above 0")
_ROUND: Final = Question("round-prices", "Round prices", 100, "changed prices")
EXPIRY: Final = Question("expiry-moves", "Moves into expiries", 20, "returns")
_LAW: Final = np.log10(1.0 + 1.0 / np.arange(1, 10))
_LEAST_SPREAD: Final = 0.5  # deviation of log10: a lognormal law so wide has each of Benford's shares within 0.4 %
_LEAST_TICKS: Final = 1_000  # of the range of prices: then the last digit of an honest one is any
_COARSEST, _FINEST = -4, 8  # decimals
_MULTIPLES: Final = (12.5, 5.0, 2.5, 2.0, 1.0)  # coarse to fine; ten of one decimal is one of the next
_LEAST_STEP: Final = 2.0**-42  # of a price: a thousand times what separates two numbers of its size
_ON_GRID: Final = 0.9
_TELLING: Final = 500  # prices, evenly spread, that tell the grid
_STORED: Final = 1e-7  # relative: prices that went through single precision
_LISTED_AHEAD: Final = 7 * DAY
_ROUND_SHARE: Final = 0.1


def first_digits(values: Floats) -> Integers:
    """Return the first digit, 1 to 9, of each positive value; 0.3 has 3, whatever its binary fraction."""
    power = np.floor(np.log10(values))
    return np.asarray(np.clip(np.floor(values / 10.0**power + 1e-9), 1, 9), dtype=np.int64)


def benford(volumes: Floats, level: float = 0.05) -> Answer:
    """Test first digits of volumes against Benford's law, chi-square of 8.

    Parameters
    ----------
    volumes : (n,) array
        Any unit; those that are not positive, or NaN, are left out. At least 300 that spread over half a power of ten
        in standard deviation: narrower ones have other digits for an innocent reason.
    level : float

    Returns
    -------
    TestResult or NotTested
        Effect: mean absolute deviation of the nine shares, percentage points; Nigrini calls 1.5 and more no conformity.
    """
    known = volumes[np.isfinite(volumes) & (volumes > 0.0)]
    if known.size < _BENFORD.needs:
        return _BENFORD.refused(f"{_BENFORD.needs} {_BENFORD.noun}", str(known.size), "load data that have volumes")
    spread = float(np.log10(known).std())
    if spread < _LEAST_SPREAD:
        return _BENFORD.refused(
            f"volumes that spread over {_LEAST_SPREAD} powers of ten", f"{spread:.2f}", "take finer bars"
        )
    n, share = known.size, np.bincount(first_digits(known), minlength=10)[1:] / known.size
    statistic = n * float(((share - _LAW) ** 2 / _LAW).sum())
    p = float(chdtrc(8, statistic))
    effect = 100.0 * float(np.abs(share - _LAW).mean())
    said = "depart from" if p < level else "keep to"
    sentence = f"The first digits of {n} volumes {said} Benford's law, by {effect:.2f} percentage points on average."
    return _BENFORD.answer(statistic, p, level, n, sentence, effect, "% of volumes")


def tick_of(prices: Floats) -> float:
    """Return the coarsest usual grid that nine tenths of some 500 prices lie on; NaN without one of at most 8 decimals.

    Usual are 1, 2, 2.5, 5 and 12.5 times a power of ten. Not all prices need to: the middle of two is off the grid.
    """
    some = prices[:: max(1, prices.size // _TELLING)]
    finest = _LEAST_STEP * float(some.max(initial=0.0))
    for decimals in range(_COARSEST, _FINEST + 1):
        for multiple in _MULTIPLES:
            tick = multiple * 10.0**-decimals
            if tick < finest:  # where numbers themselves stand so close, everything is on the grid
                return float("nan")
            if _is_on_grid(some, tick).mean() >= _ON_GRID:
                return tick
    return float("nan")


def _is_on_grid(prices: Floats, tick: float) -> Bools:
    """Return which prices lie on a grid, as far as single precision could have kept them there."""
    steps = prices / tick
    return np.asarray(np.abs(steps - np.round(steps)) <= np.minimum(_STORED * steps, 0.1))


def round_prices(prices: Floats, level: float = 0.05) -> Answer:
    """Test whether more than a tenth of the prices lie on every tenth tick, exactly, one-sided.

    Parameters
    ----------
    prices : (n,) array
        Positive, in order of time; a price that repeats the one before counts once, one off the grid not at all. At
        least 100, on a grid of ticks of which the range holds 1,000.
    level : float

    Returns
    -------
    TestResult or NotTested
        Effect: share of round prices less 10 %, percentage points, with its exact interval.
    """
    changed = prices[np.diff(prices, prepend=np.nan) != 0.0]
    refusal = _ROUND.refusal(changed)
    if refusal:
        return refusal
    tick = tick_of(changed)
    if not np.ptp(changed) >= _LEAST_TICKS * tick:
        found = "no grid" if np.isnan(tick) else f"{np.ptp(changed) / tick:.0f} of {tick:g}"
        return _ROUND.refused(f"a range of {_LEAST_TICKS} ticks", found, "load traded prices as the venue quotes them")
    on_grid = changed[_is_on_grid(changed, tick)]
    n = on_grid.size
    found_round = int(np.count_nonzero(np.round(on_grid / tick).astype(np.int64) % 10 == 0))
    p = float(bdtrc(found_round - 1, n, _ROUND_SHARE)) if found_round else 1.0
    low, high = binomial_interval(found_round, n, level)
    share = found_round / n
    said = "bunch at" if p < level else "do not bunch at"
    sentence = f"Prices {said} round numbers: {100.0 * share:.1f} % of {n} lie on every tenth tick of {tick:g}."
    effect, low, high = (100.0 * (one - _ROUND_SHARE) for one in (share, low, high))
    return _ROUND.answer(found_round, p, level, n, sentence, effect, "percentage points", low, high)


@prepared
def listed_expiries(quotes: OptionQuotes) -> Integers:
    """Return the (e,) expiries that were quoted at least 7 days ahead, ascending, UTC nanoseconds."""
    return frozen(np.unique(quotes.expiry[quotes.expiry - quotes.time >= _LISTED_AHEAD]))


def spans_an_expiry(begin: Integers, time: Integers, expiries: Integers) -> Bools:
    """Return which returns hold an expiry: after their first close, up to their second."""
    return np.searchsorted(expiries, time, side="right") > np.searchsorted(expiries, begin, side="right")


def expiry_moves(returns: Floats, at_expiry: Bools, level: float = 0.05) -> Answer:
    """Test whether returns over an expiry are larger or smaller than others.

    Parameters
    ----------
    returns : (n,) array
        In order of time.
    at_expiry : (n,) bool array
        Which of them hold an expiry; 20 of either kind are needed, and at most half may.
    level : float

    Returns
    -------
    TestResult or NotTested
        Effect: mean absolute return over an expiry, % above the others, with its interval.
    """
    size = np.abs(returns)
    others, moves = size[~at_expiry], size[at_expiry]
    refusal = EXPIRY.refusal(others, moves)
    if refusal:
        return refusal
    if moves.size > others.size:
        return EXPIRY.refused("expiries in fewer than half of the returns", str(moves.size), "take finer bars")
    moved = difference_of_means(long_run(others), long_run(moves))
    unit = 100.0 / float(others.mean())
    said = "differ from" if moved.p_value < level else "are, as far as chance allows, like"
    change = number(unit * moved.estimate, 0, is_signed=True)
    sentence = f"Moves over {moves.size} expiries {said} the others: they are {change} % in size."
    return EXPIRY.answer_of_mean(moved, level, size.size, sentence, "%", unit)
