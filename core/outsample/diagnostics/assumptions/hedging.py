"""What a hedge at the spacing of the bars leaves over, against what its frequency alone explains.

Reference: Kamal and Derman (1999), "When you cannot hedge continuously", Risk 12(1).
"""

import math
from typing import Final

import numpy as np
from scipy.special import chdtrc, chdtri, ndtr

from outsample.diagnostics.assumptions.question import Answer, Question
from outsample.formulas.transaction_costs import ROOT_QUARTER_PI
from outsample.typing import Floats

__all__ = ["discrete_hedging", "hedging_errors", "trades_a_life"]

_FEWEST_HEDGES: Final = 5
_FEWEST_TRADES: Final = 5
_HEDGES: Final = Question(
    "discrete-hedging", "Hedging at intervals", _FEWEST_HEDGES, "hedged options one after another"
)


def trades_a_life(per_year: float, tenor_days: float) -> int:
    """Return how many bars the life of an option has, at least 1."""
    return max(1, round(tenor_days / 365.0 * per_year))


def hedging_errors(returns: Floats, trades: int, years: float, vol: float) -> Floats:
    """Return what hedged at-the-money calls, sold one after another at a vol, earn over their vega.

    Each is sold on a forward of 1 for the Black premium and hedged with its Black delta at `trades` equal intervals,
    without cost.

    Parameters
    ----------
    returns : (n,) array
        Log returns, one a trade; what is left after the last whole option is not used.
    trades : int
        A life.
    years : float
        A life.
    vol : float
        Fraction a year, of premium and hedge.

    Returns
    -------
    (n // trades,) array
        Vol, as a fraction a year.
    """
    count = returns.size // trades
    forward = np.exp(np.cumsum(returns[: count * trades].reshape(count, trades), axis=1))
    before = np.concatenate((np.ones((count, 1)), forward[:, :-1]), axis=1)
    left = vol * np.sqrt(years * (1.0 - np.arange(trades) / trades))
    delta = ndtr(np.log(before) / left + 0.5 * left)
    premium = 2.0 * float(ndtr(0.5 * left[0])) - 1.0
    earned = premium + (delta * (forward - before)).sum(axis=1) - np.maximum(forward[:, -1] - 1.0, 0.0)
    vega = math.exp(-0.125 * left[0] ** 2) * math.sqrt(years / (2.0 * math.pi))
    return np.asarray(earned / vega)


def discrete_hedging(
    returns: Floats,
    per_year: float,
    tenor_days: float,
    vol: float,
    fitted_on: int,
    level: float = 0.05,
) -> Answer:
    """Test whether hedged options leave over more than their frequency explains, one-sided.

    Squared errors over ``vol^2 (pi / 4 / N + 1 / (2 m))``, summed, against chi-square: the first term is what N trades
    leave over, the second what m returns leave uncertain about the vol when it was fitted elsewhere. Under normal
    returns 3 to 8 % are rejected at 5 %.

    Parameters
    ----------
    returns : (n,) array
        Finite, not constant, at least 30, one a trade.
    per_year : float
        Returns a year.
    tenor_days : float
        Life of each option.
    vol : float
        At which options are sold and hedged.
    fitted_on : int
        m, or 0 where the vol is that of these very returns.
    level : float

    Returns
    -------
    TestResult or NotTested
        Effect: root mean square error in vol points, with its interval.
    """
    refusal = Question(_HEDGES.name, _HEDGES.title).refusal(returns)
    if refusal:
        return refusal
    trades = trades_a_life(per_year, tenor_days)
    if trades < _FEWEST_TRADES:
        return _HEDGES.refused(
            f"{_FEWEST_TRADES} trades in {tenor_days:g} days", str(trades), "take finer bars or a longer tenor"
        )
    if returns.size // trades < _FEWEST_HEDGES:
        return _HEDGES.too_few(returns.size // trades)
    if not vol > 0.0:
        return _HEDGES.refused("a vol above 0", f"{vol}", "widen the train window")
    with np.errstate(all="ignore"):
        errors = hedging_errors(returns, trades, trades / per_year, vol)
        n, power = errors.size, float(errors @ errors)
    if not math.isfinite(power):
        return _HEDGES.refused("prices that a hedge can follow", "moves beyond any number", "check the prices")
    expected = vol**2 * (ROOT_QUARTER_PI**2 / trades + (0.5 / fitted_on if fitted_on else 0.0))
    p = float(chdtrc(n, power / expected))
    found, usual = 100.0 * math.sqrt(power / n), 100.0 * math.sqrt(expected)
    low, high = (100.0 * math.sqrt(power / float(chdtri(n, q))) for q in (0.5 * level, 1.0 - 0.5 * level))
    said = "more than" if p < level else "no more than chance makes of"
    sentence = (
        f"{n} options hedged {trades} times each left over {found:.1f} vol points, {said} the {usual:.1f} that the "
        "frequency alone explains."
    )
    return _HEDGES.answer(power / expected / n, p, level, n, sentence, found, "vol points", low, high)
