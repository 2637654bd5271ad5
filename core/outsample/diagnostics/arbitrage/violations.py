"""What was found: violations in order of time, counts by time and kind, and their summary in a window."""

from dataclasses import dataclass, fields

import numpy as np

from outsample.datasets import OptionQuotes
from outsample.diagnostics.arbitrage.kinds import Kind, Thresholds
from outsample.diagnostics.arbitrage.mispriced_vol import quoted_vega
from outsample.typing import Floats, Integers, frozen
from outsample.windows import Window

__all__ = ["Arbitrage", "Columns", "Summary", "Violations"]

Columns = tuple[Integers, Integers, Integers, Floats, Floats, Floats]  # of `Violations`, in the order of its fields


@dataclass(frozen=True, slots=True, eq=False)
class Violations:
    """Trades that gain, sorted by time; every array is read-only.

    Parameters
    ----------
    quotes : OptionQuotes
        Whose rows the legs are.
    kind : (v,) int8 array
        `Kind`.
    time_index : (v,) int32 array
    row : (v, 4) int32 array
        Quote of each leg, -1 where there is none. The first leg is the option that is mispriced.
    quantity : (v, 4) array
        Bought above 0, sold below.
    size_on_mids, size_executable : (v,) array
        Gain for one option of the first leg, in premium currency, dealt at mids and across the spread. The first is
        NaN where a leg has no mid; the second is negative where the spread costs more than the gain, and NaN where a
        leg cannot be dealt.
    """

    quotes: OptionQuotes
    kind: Integers
    time_index: Integers
    row: Integers
    quantity: Floats
    size_on_mids: Floats
    size_executable: Floats

    @property
    def size(self) -> int:
        """Number of violations."""
        return self.kind.size

    @property
    def time(self) -> Integers:
        """(v,) UTC nanoseconds."""
        return frozen(self.quotes.time[self.row[:, 0]])

    @property
    def expiry(self) -> Integers:
        """(v,) expiry of the first leg, UTC nanoseconds."""
        return frozen(self.quotes.expiry[self.row[:, 0]])

    @property
    def instrument(self) -> Integers:
        """(v,) the first leg, index into the instruments of the quotes."""
        return frozen(self.quotes.instrument[self.row[:, 0]])

    @property
    def forward(self) -> Floats:
        """(v,) forward of the first leg, quote currency; NaN where unknown."""
        return frozen(self.quotes.forward[self.row[:, 0]])

    @property
    def strike(self) -> Floats:
        """(v, 4) strike of each leg, quote currency; NaN where there is none."""
        return frozen(np.where(self.row >= 0, self.quotes.strike[self.row], np.nan))

    @property
    def forwards_apart(self) -> Floats:
        """(v,) by what fraction the forwards differ that legs of one expiry were quoted with; NaN without a forward.

        Legs that were not quoted at the same moment may gain on paper only.
        """
        forward, expiry = self.quotes.forward[self.row], self.quotes.expiry[self.row]
        same = (self.row >= 0) & (expiry == expiry[:, :1]) & (forward > 0)
        low = np.where(same, forward, np.inf).min(axis=1)
        high = np.where(same, forward, 0.0).max(axis=1)
        return frozen(np.where(high > 0, high / low - 1.0, np.nan))

    def volpoints(self, sizes: Floats) -> Floats:
        """Return (v,) `sizes` in vol points of the first leg, to first order.

        NaN where neither it nor the other type at its strike has a mid with an implied vol, and for a box, which says
        nothing of vols.
        """
        vega = quoted_vega(self.quotes, self.row[:, 0])
        return np.asarray(np.where(self.kind == Kind.BOX, np.nan, sizes / vega))

    def between(self, window: Window) -> "Violations":
        """Return the violations in a window."""
        times = window.rows(self.quotes.times)
        first, last = np.searchsorted(self.time_index, (times.start, times.stop))
        return self.taken(slice(int(first), int(last)))

    def of(self, kind: Kind) -> "Violations":
        """Return the violations of one kind."""
        return self.taken(np.flatnonzero(self.kind == kind))

    def taken(self, which: Integers | slice) -> "Violations":
        """Return some of the violations, in the order of `which`."""
        names = [one.name for one in fields(self) if one.name != "quotes"]
        return Violations(self.quotes, **{name: frozen(getattr(self, name)[which]) for name in names})


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """Violations of a window, over the kinds.

    Parameters
    ----------
    times : int
        Snapshots in the window.
    tested : (kinds,) int64 array
        Relations tested at mids; for crossed quotes, which have no mid, the options quoted on both sides.
    on_mids, executable : (kinds,) int64 array
        Violations.
    times_executable : (kinds,) int64 array
        Snapshots with at least one executable violation.
    median_executable, largest_executable : (kinds,) array
        Size in premium currency; NaN where there is none.
    largest_volpoints : (kinds,) array
        Largest executable size in vol points; NaN where there is none.
    """

    times: int
    tested: Integers
    on_mids: Integers
    executable: Integers
    times_executable: Integers
    median_executable: Floats
    largest_executable: Floats
    largest_volpoints: Floats


@dataclass(frozen=True, eq=False)
class Arbitrage:
    """Everything found in a history.

    Parameters
    ----------
    quotes : OptionQuotes
    thresholds : Thresholds
    on_mids : Violations
        Of relations between neighbours, dealt at mids.
    executable : Violations
        For every option that is bid too high, or offered below its intrinsic value, the best trade across the spread;
        of boxes the best of each expiry.
    tested : (m, kinds) int64 array
        Relations tested at mids, by time.
    """

    quotes: OptionQuotes
    thresholds: Thresholds
    on_mids: Violations
    executable: Violations
    tested: Integers

    def counts(self, found: Violations) -> Integers:
        """Return (m, kinds) how many of some violations there are at each time."""
        times, kinds = self.tested.shape
        slot = found.time_index.astype(np.int64) * kinds + found.kind
        return np.bincount(slot, minlength=times * kinds).reshape(times, kinds)

    def between(self, window: Window) -> Summary:
        """Return the summary of a window."""
        rows = window.rows(self.quotes.times)
        mids, spread = self.on_mids.between(window), self.executable.between(window)
        here = self.counts(spread)[rows]
        by_kind = [spread.of(kind) for kind in Kind]
        return Summary(
            times=rows.stop - rows.start,
            tested=self.tested[rows].sum(axis=0),
            on_mids=np.bincount(mids.kind, minlength=len(Kind)),
            executable=np.bincount(spread.kind, minlength=len(Kind)),
            times_executable=np.count_nonzero(here, axis=0),
            median_executable=np.array([_median(one.size_executable) for one in by_kind]),
            largest_executable=np.array([_largest(one.size_executable) for one in by_kind]),
            largest_volpoints=np.array([_largest(one.volpoints(one.size_executable)) for one in by_kind]),
        )


def _median(values: Floats) -> float:
    return float(np.median(values)) if values.size else float("nan")


def _largest(values: Floats) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.max()) if finite.size else float("nan")
