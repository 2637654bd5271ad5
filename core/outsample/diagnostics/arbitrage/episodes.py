"""How long a mispricing lasts: violations of one kind of one option, in snapshots that follow each other."""

from dataclasses import dataclass

import numpy as np

from outsample.diagnostics.arbitrage.violations import Violations
from outsample.typing import Floats, Integers, frozen

__all__ = ["Episodes", "episodes"]


@dataclass(frozen=True, slots=True, eq=False)
class Episodes:
    """Runs of violations, sorted by their start.

    Parameters
    ----------
    kind : (e,) int8 array
    instrument : (e,) int32 array
        The option that is mispriced, index into the instruments of the quotes.
    first, last : (e,) int64 array
        First and last snapshot of the run, UTC nanoseconds.
    snapshots : (e,) int64 array
        Snapshots of the run, which has no gap.
    shortest, longest : (e,) int64 array
        Nanoseconds between which the true duration lies: from first to last snapshot seen, and from the snapshot
        before to the one after, between which it may have begun and ended. At either end of the history nothing more
        is known than the snapshot itself.
    largest : (e,) array
        Largest size over the run, premium currency.
    """

    kind: Integers
    instrument: Integers
    first: Integers
    last: Integers
    snapshots: Integers
    shortest: Integers
    longest: Integers
    largest: Floats

    @property
    def size(self) -> int:
        """Number of runs."""
        return self.kind.size


def episodes(found: Violations, sizes: Floats) -> Episodes:
    """Return the runs of some violations.

    Parameters
    ----------
    found : Violations
    sizes : (v,) array
        Size of each, on mids or executable.
    """
    times, instrument = found.quotes.times, found.instrument
    order = np.lexsort((found.time_index, instrument, found.kind))
    kind, instrument, at = found.kind[order], instrument[order], found.time_index[order]
    goes_on = (np.diff(kind) == 0) & (np.diff(instrument) == 0) & (np.diff(at) <= 1)
    start = np.flatnonzero(np.r_[True, ~goes_on])[: order.size]
    stop = np.r_[start[1:], order.size][: start.size]
    first, last = at[start], at[stop - 1]
    before, after = times[np.maximum(first - 1, 0)], times[np.minimum(last + 1, times.size - 1)]
    columns = {
        "kind": kind[start],
        "instrument": instrument[start],
        "first": times[first],
        "last": times[last],
        "snapshots": (last - first + 1).astype(np.int64),
        "shortest": times[last] - times[first],
        "longest": after - before,
        "largest": np.maximum.reduceat(sizes[order], start) if start.size else np.empty(0),
    }
    by_start = np.argsort(columns["first"], kind="stable")
    return Episodes(**{name: frozen(column[by_start]) for name, column in columns.items()})
