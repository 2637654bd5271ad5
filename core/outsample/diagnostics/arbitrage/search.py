"""The trades that are tried: of neighbours at mids, the best of all across the spread.

At mids every relation between neighbouring strikes, and between an expiry and the next one, is tried once: what holds
between neighbours holds between all. Across the spread that is not so, since a neighbour may be quoted wide; there the
option that is sold at its bid is held against the cheapest cover among all others.
"""

from collections.abc import Iterator

import numpy as np

from outsample.diagnostics.arbitrage.cover import cheapest_before, covers, least_of_each
from outsample.diagnostics.arbitrage.kinds import Kind
from outsample.diagnostics.arbitrage.market import Ladder, Market, Pairs, Side, call_put_pairs, ladder
from outsample.diagnostics.arbitrage.trades import Trades
from outsample.typing import Floats, Integers

__all__ = ["tried"]


def tried(of: Market, side: Side) -> Iterator[tuple[Kind, Trades]]:
    """Yield the trades that are tried, kind by kind; whether one gains is not looked at."""
    if not side.is_mid:
        crossed = np.flatnonzero(of.crossed)
        yield Kind.CROSSED, Trades.of([(crossed, -1.0), (crossed, 1.0)])
    yield Kind.LOWER_BOUND, _bought_below_payoff(of, side)
    yield Kind.UPPER_BOUND, _sold_above_payoff(of, side)
    for is_call in (True, False):
        usable = np.isfinite(side.buy) if side.is_mid else np.isfinite(side.buy) | np.isfinite(side.sell)
        steps = ladder(of, is_call, usable)
        yield Kind.VERTICAL, _vertical(of, side, steps, is_call, is_capped=False)
        yield Kind.VERTICAL, _vertical(of, side, steps, is_call, is_capped=True)
        yield Kind.BUTTERFLY, _butterfly_of_neighbours(of, steps) if side.is_mid else _butterfly(of, side, steps)
        yield Kind.CALENDAR, _calendar(of, side, steps)
    pairs = call_put_pairs(of)
    yield Kind.PARITY, _parity(of, side, pairs, sells_call=True)
    yield Kind.PARITY, _parity(of, side, pairs, sells_call=False)
    if side.is_mid:
        yield Kind.BOX, _box_of_neighbours(of, side, pairs, sells_higher=True)
        yield Kind.BOX, _box_of_neighbours(of, side, pairs, sells_higher=False)
    else:
        yield Kind.BOX, _box(of, side, pairs)


def _bought_below_payoff(of: Market, side: Side) -> Trades:
    rows = np.flatnonzero(np.isfinite(side.buy) & np.isfinite(of.unit))
    payoff = of.unit[rows] - of.quotes.strike[rows] * of.dollar[rows]
    return Trades.of([(rows, 1.0)], np.maximum(np.where(of.quotes.is_call[rows], payoff, -payoff), 0.0))


def _sold_above_payoff(of: Market, side: Side) -> Trades:
    rows = np.flatnonzero(np.isfinite(side.sell) & np.isfinite(of.unit))
    most = np.where(of.quotes.is_call[rows], of.unit[rows], of.quotes.strike[rows] * of.dollar[rows])
    return Trades.of([(rows, -1.0)], -most)


def _vertical(of: Market, side: Side, steps: Ladder, is_call: bool, is_capped: bool) -> Trades:
    """Return spreads that must cost something; if capped, that must not cost more than their strikes are apart."""
    strike = of.quotes.strike[steps.row]
    cash = strike * of.slice_dollar(steps.slice_of)
    sells_higher = is_call != is_capped
    lift = (cash if is_call else -cash) if is_capped else 0.0
    partner = _partner(side.is_mid, steps, side.buy[steps.row] + lift, backward=not sells_higher)
    sold = np.flatnonzero((partner >= 0) & np.isfinite(side.sell[steps.row]))
    worth = -np.abs(cash[partner[sold]] - cash[sold]) if is_capped else np.zeros(sold.size)
    sold, worth = sold[np.isfinite(worth)], worth[np.isfinite(worth)]
    return Trades.of([(steps.row[sold], -1.0), (steps.row[partner[sold]], 1.0)], worth)


def _partner(is_mid: bool, steps: Ladder, buy: Floats, backward: bool) -> Integers:
    """Return the step to buy against each step: its neighbour at mids, the cheapest beyond it across the spread."""
    found = np.full(steps.row.size, -1)
    if not is_mid:
        cheapest_before(steps.start, buy, backward, found)
        return found
    lower = np.flatnonzero(np.diff(steps.slice_of) == 0)
    if backward:
        found[lower] = lower + 1
    else:
        found[lower + 1] = lower
    return found


def _butterfly_of_neighbours(of: Market, steps: Ladder) -> Trades:
    """Return each option sold against the next lower and the next higher strike."""
    body = np.flatnonzero(steps.slice_of[2:] == steps.slice_of[:-2]) + 1
    strike = of.quotes.strike[steps.row]
    share = (strike[body + 1] - strike[body]) / (strike[body + 1] - strike[body - 1])
    wings = [(steps.row[body - 1], share), (steps.row[body + 1], 1.0 - share)]
    return Trades.of([(steps.row[body], -1.0), *wings])


def _butterfly(of: Market, side: Side, steps: Ladder) -> Trades:
    """Return each option sold against the hull of the asks; at a corner of the hull it covers itself: no trade."""
    sell, buy = side.sell[steps.row], side.buy[steps.row]
    found = covers(steps.start, of.time_stop, (0, 0), of.quotes.strike[steps.row], sell, buy, on_hull=True)
    found = found.taken((found.left != found.sold) & (found.right != found.sold))
    wings = [(steps.row[found.left], found.share), (steps.row[found.right], 1.0 - found.share)]
    return Trades.of([(steps.row[found.sold], -1.0), *wings])


def _calendar(of: Market, side: Side, steps: Ladder) -> Trades:
    """Return options sold against a later expiry at the same strike over forward, premiums as shares of the forward."""
    steps = steps.taken(np.isfinite(of.forward[steps.slice_of]))
    forward = of.forward[steps.slice_of]
    unit = np.ones(forward.size) if of.is_inverse else forward
    sell, buy = side.sell[steps.row] / unit, side.buy[steps.row] / unit
    ratio = of.quotes.strike[steps.row] / forward
    later = (1, 1) if side.is_mid else (1, of.time_stop.size)
    found = covers(steps.start, of.time_stop, later, ratio, sell, buy, on_hull=not side.is_mid)
    scale = unit[found.sold] / unit[found.left]
    left = (steps.row[found.left], found.share * scale)
    right = (steps.row[found.right], (1.0 - found.share) * scale)
    return Trades.of([(steps.row[found.sold], -1.0), left, right])


def _parity(of: Market, side: Side, pairs: Pairs, sells_call: bool) -> Trades:
    """Return call against put of one strike, hedged at the less favourable of their two forwards."""
    strike = of.quotes.strike[pairs.call]
    by_call, by_put = (of.unit[rows] - strike * of.dollar[rows] for rows in (pairs.call, pairs.put))
    worth = -np.maximum(by_call, by_put) if sells_call else np.minimum(by_call, by_put)
    sold, bought = (pairs.call, pairs.put) if sells_call else (pairs.put, pairs.call)
    can = np.isfinite(side.sell[sold]) & np.isfinite(side.buy[bought]) & np.isfinite(worth)
    return Trades.of([(sold[can], -1.0), (bought[can], 1.0)], worth[can])


def _box_of_neighbours(of: Market, side: Side, pairs: Pairs, sells_higher: bool) -> Trades:
    """Return a forward sold by the options of one strike, against one bought at the next strike."""
    slices = of.slice_of[pairs.call]
    good = np.flatnonzero(np.isfinite(side.sell[pairs.call]) & np.isfinite(side.sell[pairs.put]))
    lower = np.flatnonzero(np.diff(slices[good]) == 0)
    low, high = good[lower], good[lower + 1]
    return _forwards(of, pairs, high, low) if sells_higher else _forwards(of, pairs, low, high)


def _box(of: Market, side: Side, pairs: Pairs) -> Trades:
    """Return the dearest forward of each slice sold against the cheapest.

    Only that one: a single faulty strike could be dealt against each of the others.
    """
    slices = of.slice_of[pairs.call]
    cash = of.quotes.strike[pairs.call] * of.slice_dollar(slices)
    received = side.sell[pairs.call] - side.buy[pairs.put] + cash
    paid = side.buy[pairs.call] - side.sell[pairs.put] + cash
    start = np.searchsorted(slices, np.arange(of.slice_start.size))
    sold, bought = least_of_each(start, -received), least_of_each(start, paid)
    both = (sold >= 0) & (bought >= 0) & (sold != bought)
    return _forwards(of, pairs, sold[both], bought[both])


def _forwards(of: Market, pairs: Pairs, sold: Integers, bought: Integers) -> Trades:
    """Return boxes of the pairs at whose strikes a forward is sold and bought."""
    dollar = of.slice_dollar(of.slice_of[pairs.call[sold]])
    worth = (of.quotes.strike[pairs.call[sold]] - of.quotes.strike[pairs.call[bought]]) * dollar
    known = np.isfinite(worth)
    sold, bought = sold[known], bought[known]
    sale = [(pairs.call[sold], -1.0), (pairs.put[sold], 1.0)]
    return Trades.of([*sale, (pairs.call[bought], 1.0), (pairs.put[bought], -1.0)], worth[known])
