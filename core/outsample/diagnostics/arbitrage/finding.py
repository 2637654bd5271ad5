"""`find_arbitrage`: every violation in a history of option quotes, on mids and across the spread."""

import numpy as np

from outsample.datasets import OptionQuotes
from outsample.diagnostics.arbitrage.kinds import Kind, Thresholds
from outsample.diagnostics.arbitrage.market import Market, Side, market
from outsample.diagnostics.arbitrage.search import tried
from outsample.diagnostics.arbitrage.trades import Trades, joined_trades
from outsample.diagnostics.arbitrage.violations import Arbitrage, Columns, Violations
from outsample.prepared import prepared
from outsample.typing import Integers, frozen

__all__ = ["find_arbitrage"]


def find_arbitrage(quotes: OptionQuotes, thresholds: Thresholds | None = None) -> Arbitrage:
    """Return the arbitrage in `quotes`, in the currency of their premiums.

    With ``u`` the worth of the underlying at expiry and ``v`` that of one unit of quote currency, in premium currency
    (inverse: 1 and 1/F; linear: F and 1), nothing discounted:

    - bounds: ``max(0, u - K v) <= C <= u``, ``max(0, K v - u) <= P <= K v``;
    - vertical: ``0 <= C(K1) - C(K2) <= (K2 - K1) v`` and the same for ``P(K2) - P(K1)``, ``K1 < K2``;
    - butterfly: C and P are convex in K;
    - calendar: C/u and P/u at equal K/F do not fall with the expiry, the ratio of the forwards being held. Between
      strikes the later expiry is taken on its chord, which is never below the curve: what is found needs no
      interpolation to be true. Equivalently total variance does not fall at equal log-moneyness;
    - parity: ``C - P = u - K v`` with the forwards of the two rows, whichever is less favourable;
    - box: ``C(K1) - P(K1) - C(K2) + P(K2) = (K2 - K1) v``.

    Calls are compared with calls and puts with puts, so that verticals and butterflies need no forward. Bounds and
    parity use the row's own forward, the others the median of the slice.

    Parameters
    ----------
    quotes : OptionQuotes
        Missing or non-positive bids and asks cannot be dealt; crossed quotes are listed and take part in nothing else.
    thresholds : Thresholds, optional
        From what size on a violation is listed.

    Returns
    -------
    Arbitrage
        Sizes are for one option, before fees; how many can be dealt is not in quotes.

    References
    ----------
    Carr and Madan (2005), Finance Research Letters 2, 125-130, doi:10.1016/j.frl.2005.04.005, for verticals,
    butterflies and calendars; Gatheral and Jacquier (2014), doi:10.1080/14697688.2013.819986, lemma 2.1, for total
    variance; Alexander, Chen and Imeraj (2023), Mathematical Finance 33, 1005-1043, doi:10.1111/mafi.12410, for the
    payoff in coin.
    """
    chosen = thresholds or Thresholds()
    on_mids, executable, tested = _found(quotes, chosen)
    return Arbitrage(quotes, chosen, Violations(quotes, *on_mids), Violations(quotes, *executable), tested)


@prepared
def _found(quotes: OptionQuotes, thresholds: Thresholds) -> tuple[Columns, Columns, Integers]:
    """Return the columns of the violations on mids and across the spread, and the relations tested at each time.

    Only columns are kept with a data set: what refers back to it would never let it go.
    """
    of = market(quotes)
    tested = np.zeros((quotes.times.size, len(Kind)), dtype=np.int64)
    on_mids = _gaining(of, of.mids, thresholds, tested)
    tested[:, [kind for kind in Kind if kind.is_equality]] //= 2  # both directions of an equation are one relation
    two_sided = (quotes.bid > 0) & (quotes.ask > 0)
    tested[:, Kind.CROSSED] = np.bincount(of.time_index[two_sided], minlength=quotes.times.size)
    return on_mids, _gaining(of, of.spread, thresholds, None), frozen(tested)


def _gaining(of: Market, side: Side, thresholds: Thresholds, tested: Integers | None) -> Columns:
    """Return the trades that gain more than their threshold; count all that were tried in `tested`."""
    kinds, found = [], []
    for kind, trades in tried(of, side):
        least = thresholds.on_mids(kind) if side.is_mid else thresholds.executable()
        first = trades.row[:, 0]
        # A crossed quote is dealt as it stands; the sides of the market leave it out.
        dealt = Side(of.quotes.bid, of.quotes.ask, is_mid=False) if kind is Kind.CROSSED else side
        found.append(trades.taken(np.flatnonzero(trades.gain(dealt) > least * of.scale(first))))
        kinds.append(np.full(found[-1].size, kind, dtype=np.int8))
        if tested is not None:
            tested[:, kind] += np.bincount(of.time_index[first], minlength=tested.shape[0])
    return _columns(of, np.concatenate(kinds), joined_trades(found))


def _columns(of: Market, kind: Integers, trades: Trades) -> Columns:
    """Return trades as the columns of `Violations`, in order of time."""
    order = np.argsort(of.time_index[trades.row[:, 0]], kind="stable")
    kind, trades = kind[order], trades.taken(order)
    first, crossed = trades.row[:, 0], np.flatnonzero(kind == Kind.CROSSED)
    executable = trades.gain(of.spread)
    executable[crossed] = (of.quotes.bid - of.quotes.ask)[first[crossed]]
    return (
        frozen(kind),
        frozen(of.time_index[first].astype(np.int32)),
        frozen(np.ascontiguousarray(trades.row, dtype=np.int32)),
        frozen(np.ascontiguousarray(trades.quantity)),
        frozen(trades.gain(of.mids)),
        frozen(executable),
    )
