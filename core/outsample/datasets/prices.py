"""A price history: open, high, low, close and volume of one instrument."""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from outsample.errors import DataError
from outsample.scores import ErrorUnit, ScaleDomain
from outsample.typing import DAY, Floats, Integers, constant, frozen

__all__ = ["Prices"]


@dataclass(frozen=True, eq=False)
class Prices:
    """Bars sorted by time; the close at ``time[i]`` is known at ``time[i]``.

    Parameters
    ----------
    time : (n,) int64 array
        UTC nanoseconds at which the close became known, strictly increasing.
    open, high, low, close : (n,) array
        Quote currency; close finite and positive. Open, high and low may be NaN.
    volume : (n,) array
        As the venue counts it; NaN where unknown.
    symbol : str
        Name shown on screen.
    source : mapping
        Where the rows came from: files with SHA-256, column mapping, versions.
    """

    time: Integers
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    symbol: str
    source: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        columns = {name: getattr(self, name) for name in ("time", "open", "high", "low", "close", "volume")}
        sizes = {name: column.size for name, column in columns.items()}
        if len(set(sizes.values())) != 1:
            raise DataError(f"price columns must have one length, found {sizes}; rebuild the store")
        if self.time.size < 2:
            raise DataError(f"a price history needs at least 2 bars, found {self.time.size}; load a longer file")
        if not (np.diff(self.time) > 0).all():
            raise DataError("price bars must be in strictly increasing time, found repeats or disorder; sort them")
        if not (np.isfinite(self.close) & (self.close > 0)).all():
            raise DataError("closes must be finite and positive, found others; reject those bars on import")
        for column in columns.values():
            frozen(column)

    @cached_property
    def times(self) -> Integers:
        """(n - 1,) observation times: each return is known at its later close."""
        return self.time[1:]

    @cached_property
    def returns(self) -> Floats:
        """(n - 1,) log returns, fraction per bar."""
        return frozen(np.diff(np.log(self.close)))

    @cached_property
    def time_index(self) -> Integers:
        """(n - 1,) index into `times` of each observation: one observation a time."""
        return frozen(np.arange(self.time.size - 1, dtype=np.int32))

    @cached_property
    def cell(self) -> Integers:
        """(n - 1,) cell of each observation: prices have one cell."""
        return frozen(np.zeros(self.time.size - 1, dtype=np.int16))

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return 1

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the canonical columns, hex."""
        digest = hashlib.sha256(self.symbol.encode())
        for column in (self.time, self.open, self.high, self.low, self.close, self.volume):
            digest.update(np.ascontiguousarray(column).data)
        return digest.hexdigest()

    def realised(self, domain: ScaleDomain) -> Floats:
        """Return what a prediction is compared with: the log return of each bar."""
        del domain
        return self.returns

    def express(self, prediction: Floats, domain: ScaleDomain, observations: Integers | slice = slice(None)) -> Floats:
        """Return `prediction` unchanged: price models predict in the unit they are scored in."""
        del domain, observations
        return prediction

    def scale(self, unit: ErrorUnit) -> Floats:
        """Return the factor from prediction error to `unit`: 100 to percent, 1 where the score needs none."""
        return constant(100.0 if unit is ErrorUnit.RETURN_PERCENT else 1.0, self.returns.size)

    def daily(self) -> "tuple[Integers, Floats]":
        """Return bar closes at 00:00 UTC: for each day with a price, the midnight that ends it and its last close."""
        return daily_closes(self.time, self.close)


def daily_closes(time: Integers, price: Floats) -> tuple[Integers, Floats]:
    """Return (midnight, close) of every day that has a price.

    A bar closes at 00:00 UTC with the last price at or before that midnight and is known then, never earlier.

    Parameters
    ----------
    time : (n,) int64 array
        Sorted UTC nanoseconds.
    price : (n,) array
        Positive prices; NaN rows are skipped.
    """
    valid = np.isfinite(price) & (price > 0)
    time, price = time[valid], price[valid]
    midnight = -(-time // DAY) * DAY
    last = np.flatnonzero(np.diff(midnight, append=np.iinfo(np.int64).max))
    return midnight[last], price[last]
