"""Data sets without some of their times: what a model is fitted on that must not have seen them.

Quotes are left out row by row. Of prices it is returns that are observed, so returns are what is left out: the bars
after a gap are scaled so that none of the returns that stay changes, and none spans the gap.
"""

from dataclasses import replace
from typing import Protocol, TypeVar, cast, runtime_checkable

import numpy as np

from outsample.datasets.option_quotes import COLUMNS, OptionQuotes
from outsample.datasets.prices import Prices
from outsample.errors import DataError, UsageError
from outsample.typing import Bools, Floats, Integers

__all__ = ["Divisible", "only_times"]

Data = TypeVar("Data")


@runtime_checkable
class Divisible(Protocol):
    """A data set of another kind that knows how to leave times out."""

    @property
    def times(self) -> Integers:
        """(m,) sorted distinct observation times, UTC nanoseconds."""

    def only_times(self, keep: Bools) -> "Divisible":
        """Return the same data at the times where the (m,) array holds."""


def only_times(data: Data, keep: Bools) -> Data:
    """Return the data of some of the times; every column is copied once.

    Parameters
    ----------
    data : OptionQuotes, Prices or Divisible
    keep : (m,) bool array
        Over ``data.times``.

    Returns
    -------
    data set of the same kind
        Sorted and valid. Of `Prices` the observations are the same returns at the same times, to rounding; levels
        after a gap are scaled, and the bar before the first return stays as its base.

    Raises
    ------
    DataError
        No time is kept.
    UsageError
        `keep` is not over the times, or times of this kind of data cannot be left out.
    """
    times = _times(data)
    if keep.shape != times.shape:
        raise UsageError(
            f"which times are kept must be said for each of {times.size}, found {keep.size}; pass one flag a time"
        )
    if not keep.any():
        raise DataError("a part of the data needs at least one time, found that all are left out; leave out fewer")
    if isinstance(data, OptionQuotes):
        return cast(Data, _quotes(data, keep))
    if isinstance(data, Prices):
        return cast(Data, _prices(data, keep))
    return cast(Data, cast(Divisible, data).only_times(keep))


def _times(data: object) -> Integers:
    if isinstance(data, OptionQuotes | Prices | Divisible):
        return data.times
    raise UsageError(
        f"times can be left out of option quotes, prices and data with `only_times`, found {type(data).__name__}; "
        "give it that method"
    )


def _quotes(data: OptionQuotes, keep: Bools) -> OptionQuotes:
    rows = keep[np.searchsorted(data.times, data.time)]
    return replace(data, **{name: getattr(data, name)[rows] for name in COLUMNS if name != "settlement"})


def _prices(data: Prices, keep: Bools) -> Prices:
    returns = np.flatnonzero(keep)
    bars = np.append(returns[0], returns + 1)  # the return at i leads from bar i to bar i + 1
    factor = np.append(1.0, _factors(data.close, returns))
    scaled = {name: getattr(data, name)[bars] * factor for name in ("open", "high", "low", "close")}
    return replace(data, time=data.time[bars], volume=data.volume[bars], **scaled)


def _factors(close: Floats, returns: Integers) -> Floats:
    """Return what the bar at the end of each return is scaled by: after a gap, from its base to the level before."""
    is_first = np.diff(returns, prepend=returns[0] - 1) > 1
    jump = np.zeros(returns.size)
    jump[is_first] = np.log(close[returns[np.flatnonzero(is_first) - 1] + 1] / close[returns[is_first]])
    return np.asarray(np.exp(np.cumsum(jump)))
