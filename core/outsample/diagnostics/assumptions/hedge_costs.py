"""What the quotes say of the cost of a hedge: round trips in the forward, and the Leland number they make.

Reference: Leland (1985), J. Finance 40, 1283-1301, doi:10.1111/j.1540-6261.1985.tb02383.x.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.datasets import OptionQuotes, Settlement
from outsample.diagnostics.arbitrage.market import call_put_pairs, market
from outsample.diagnostics.assumptions.option_lives import nearest_slices
from outsample.diagnostics.assumptions.question import Answer, Question, against_zero
from outsample.formulas.transaction_costs import leland_number
from outsample.inference import difference_of_means, long_run
from outsample.prepared import prepared
from outsample.typing import Floats, Integers, freeze_columns
from outsample.windows import Window

__all__ = ["LELAND", "LELAND_SHIFT", "HedgeCosts", "hedge_costs", "leland_costs", "leland_shift"]

LELAND: Final = Question("leland", "Leland number", 20, "times with a quoted call and put of one strike")
LELAND_SHIFT: Final = Question("leland-shift", "Shift of hedging costs", LELAND.needs, LELAND.noun)


@dataclass(frozen=True, slots=True, eq=False)
class HedgeCosts:
    """What the quotes say of the cost of a hedge, at times where they say anything.

    Parameters
    ----------
    time : (n,) int64 array
        UTC nanoseconds.
    round_trip : (n,) array
        Cheapest way to buy and sell the forward again through call and put of one strike, a fraction of it.
    vol : (n,) array
        At-the-money implied vol, fraction a year.
    """

    time: Integers
    round_trip: Floats
    vol: Floats

    def __post_init__(self) -> None:
        freeze_columns(self)

    def within(self, window: Window) -> tuple[Floats, Floats]:
        """Return (round trips, vols) of a window."""
        rows = window.rows(self.time)
        return self.round_trip[rows], self.vol[rows]


@prepared
def hedge_costs(quotes: OptionQuotes, tenor_days: float) -> HedgeCosts:
    """Return the cost of dealing in the forward through options of the expiry nearest to a tenor."""
    seen = quotes.observed
    chosen = nearest_slices(seen, tenor_days)
    expiry = np.full(quotes.times.size, -1, dtype=np.int64)
    vol = np.full(quotes.times.size, np.nan)
    expiry[seen.slice_time[chosen]] = quotes.expiry[seen.row[seen.slice_start[chosen]]]
    vol[seen.slice_time[chosen]] = seen.slice_atm_vol[chosen]
    of = market(quotes)
    pairs = call_put_pairs(of)
    at = of.time_index[pairs.call]
    near = quotes.expiry[pairs.call] == expiry[at]
    call, put, at = pairs.call[near], pairs.put[near], at[near]
    spread = of.spread.buy - of.spread.sell
    both = spread[call] + spread[put]
    if quotes.settlement is not Settlement.INVERSE:
        both = both / quotes.forward[call]
    cheapest = np.full(quotes.times.size, np.inf)
    good = np.isfinite(both) & (both >= 0.0)
    np.minimum.at(cheapest, at[good], both[good])
    rows = np.flatnonzero(np.isfinite(cheapest) & (vol > 0.0))
    return HedgeCosts(quotes.times[rows], cheapest[rows], vol[rows])


def leland_costs(round_trip: Floats, vol: Floats, per_year: float, level: float = 0.05) -> Answer:
    """Test whether hedging costs nothing: mean Leland number of the quoted round trips, hedged once a bar.

    An upper bound: who hedges in a future pays its spread and not that of two options.

    Parameters
    ----------
    round_trip, vol : (n,) array
        As in `HedgeCosts`, at least 20 times.
    per_year : float
        Trades of the hedge a year.
    level : float

    Returns
    -------
    TestResult or NotTested
        Effect: mean Leland number, with its interval.
    """
    if round_trip.size < LELAND.needs:
        return LELAND.too_few(round_trip.size)
    if not per_year > 0.0:
        return LELAND.refused("returns of the underlying", "none", "widen the window")
    mean = against_zero(leland_number(vol, round_trip, np.array(1.0 / per_year)))
    sentence = (
        f"Hedged once a bar at quoted option spreads, a round trip of {1e4 * round_trip.mean():.1f} basis points makes "
        f"a Leland number of {mean.estimate:.2f}, where 0 is costless and 1 the end of what can be hedged."
    )
    return LELAND.answer_of_mean(mean, level, round_trip.size, sentence)


def leland_shift(train: Floats, test: Floats, level: float = 0.05) -> Answer:
    """Test whether a round trip costs on test what it did on train.

    Parameters
    ----------
    train : (m,) array
    test : (n,) array
        Round trips, fractions, each at least 20 and not constant.
    level : float

    Returns
    -------
    TestResult or NotTested
        Effect: test less train, basis points, with its interval.
    """
    refusal = LELAND_SHIFT.refusal(train, test)
    if refusal:
        return refusal
    moved = difference_of_means(long_run(1e4 * train), long_run(1e4 * test))
    said = "changed" if moved.p_value < level else "did not change by more than chance allows"
    sentence = (
        f"The round trip of a hedge through quoted options {said}: {1e4 * test.mean():.1f} basis points on test, "
        f"{1e4 * train.mean():.1f} on train."
    )
    return LELAND_SHIFT.answer_of_mean(moved, level, train.size + test.size, sentence, "bps")
