"""Filters that desks use beside those that decide what is an observation; here they only count."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from outsample.datasets import OptionQuotes
from outsample.diagnostics.arbitrage.market import call_put_pairs, market
from outsample.named_parameters import check_parameters, number_text
from outsample.prepared import prepared
from outsample.typing import Bools, Bounds, Floats, Integers, Label, Unit, frozen

__all__ = ["FurtherFilters", "parity_gap", "taken_by", "unchanged_for"]


@dataclass(frozen=True, slots=True)
class FurtherFilters:
    """What the further filters let pass.

    Parameters
    ----------
    least_open_interest : float
        As the venue counts it. A quote whose open interest is not known stays.
    stale_snapshots : int
        A quote is stale if its bid and ask are the same as at each of so many snapshots before, without a gap.
    largest_log_moneyness : float
        Of ``|ln(K / F)|``.
    largest_parity_gap_bps : float
        By how much call less put may be off forward less strike, at mids, in basis points of the forward. A quote
        stays where the other type has no mid.

    Raises
    ------
    UsageError
        A value is no number or out of its bounds.
    """

    least_open_interest: Annotated[
        float, Label("Least open interest", "open interest ≥ {}"), Unit("as the venue counts"), Bounds(0.0, 1e9)
    ] = 1.0
    stale_snapshots: Annotated[
        int, Label("Stale after", "stale after {} snapshots"), Unit("snapshots"), Bounds(1, 1_000)
    ] = 3
    largest_log_moneyness: Annotated[
        float, Label("Largest |ln K/F|", "|ln K/F| ≤ {}"), Unit("in logs"), Bounds(0.01, 10.0)
    ] = 0.5
    largest_parity_gap_bps: Annotated[
        float, Label("Largest parity gap", "parity gap ≤ {} bps"), Unit("bps of the forward"), Bounds(0.0, 10_000.0)
    ] = 50.0

    def __post_init__(self) -> None:
        check_parameters(self)


@prepared
def taken_by(quotes: OptionQuotes, filters: FurtherFilters) -> tuple[tuple[str, Bools], ...]:
    """Return which of the (k,) observations each further filter would take, by the name of the filter."""
    seen = quotes.observed
    found = {
        f"open interest below {number_text(filters.least_open_interest)}": (
            quotes.open_interest[seen.row] < filters.least_open_interest
        ),
        f"bid and ask unchanged for {filters.stale_snapshots} snapshots": (
            unchanged_for(quotes)[seen.row] >= filters.stale_snapshots
        ),
        f"|ln K/F| above {number_text(filters.largest_log_moneyness)}": (
            np.abs(seen.log_moneyness) > filters.largest_log_moneyness
        ),
        f"parity gap above {number_text(filters.largest_parity_gap_bps)} bps": (
            parity_gap(quotes)[seen.row] > 1e-4 * filters.largest_parity_gap_bps
        ),
    }
    return tuple((name, frozen(np.asarray(fails))) for name, fails in found.items())


def unchanged_for(quotes: OptionQuotes) -> Integers:
    """Return (n,) at how many snapshots in a row before its own each instrument had the same bid and ask.

    A missing side is equal to nothing, and a snapshot without the instrument ends the row. Only the past is looked at.
    """
    order = np.argsort(quotes.instrument, kind="stable")  # one instrument after the other, each by time
    time_index = np.searchsorted(quotes.times, quotes.time[order])
    same = (np.diff(quotes.instrument[order]) == 0) & (np.diff(time_index) == 1)
    same &= (np.diff(quotes.bid[order]) == 0) & (np.diff(quotes.ask[order]) == 0)
    place = np.arange(quotes.size)
    changed = np.r_[True, ~same]
    count = place - np.maximum.accumulate(np.where(changed, place, 0))
    found = np.empty(quotes.size, dtype=np.int64)
    found[order] = count
    return found


def parity_gap(quotes: OptionQuotes) -> Floats:
    """Return (n,) by what fraction of the forward call less put is off forward less strike, at mids.

    Each option is held against its own forward; NaN where it or the other type of its strike has no mid or forward.
    """
    of = market(quotes)
    pairs = call_put_pairs(of)
    middle, strike = of.mids.buy / of.unit, quotes.strike * of.dollar / of.unit
    straight = 0.5 * (strike[pairs.call] + strike[pairs.put])
    gap = np.abs(middle[pairs.call] - middle[pairs.put] - (1.0 - straight))
    found = np.full(quotes.size, np.nan)
    found[pairs.call] = found[pairs.put] = gap
    return found
