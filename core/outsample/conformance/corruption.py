"""Spoilt copies of a data set: what a model must not have looked at is made different there.

Times stay as they are in all of them, for a model may know the clock.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Generic, TypeVar

import numpy as np

from outsample.datasets import OptionQuotes, Prices
from outsample.typing import Floats

__all__ = ["OPTION_QUOTES", "PRICES", "Corruption"]

Data = TypeVar("Data")
_SEED: Final = 20_260_101
_SLIGHT: Final = 1.0 + 1e-9  # enough to change bits, too little to change which quotes are observed
_QUOTED: Final = ("forward", "index", "bid", "ask", "mark", "mark_vol", "open_interest", "volume")
_PRICED: Final = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True)
class Corruption(Generic[Data]):
    """Three ways to spoil the rows from a time on; each takes (data, time) and returns another data set.

    Parameters
    ----------
    garbled : callable
        Every value that can be NaN or nonsense is.
    shuffled : callable
        The rows keep their values but change places.
    repriced : callable
        Prices differ in their last bits; what is observed, and all that may be known beforehand, stays.
    """

    garbled: Callable[[Data, int], Data]
    shuffled: Callable[[Data, int], Data]
    repriced: Callable[[Data, int], Data]


def _garbled_quotes(data: OptionQuotes, time: int) -> OptionQuotes:
    first, random = int(np.searchsorted(data.time, time)), np.random.default_rng(_SEED)
    columns: dict[str, Any] = {name: getattr(data, name).copy() for name in _QUOTED}
    for column in columns.values():
        column[first:] *= random.uniform(0.2, 5.0, data.size - first)
        column[first:][random.random(data.size - first) < 0.3] = np.nan
    return replace(data, **columns)


def _shuffled_quotes(data: OptionQuotes, time: int) -> OptionQuotes:
    first = int(np.searchsorted(data.time, time))
    return replace(data, **_reordered(data, _QUOTED, first, data.size))


def _repriced_quotes(data: OptionQuotes, time: int) -> OptionQuotes:
    first = int(np.searchsorted(data.time, time))
    return replace(data, **_multiplied(data, ("bid", "ask", "mark", "mark_vol"), first, np.array(_SLIGHT)))


def _garbled_prices(data: Prices, time: int) -> Prices:
    first, random = int(np.searchsorted(data.time, time)), np.random.default_rng(_SEED)
    columns: dict[str, Any] = {name: getattr(data, name).copy() for name in _PRICED}
    for column in columns.values():
        column[first:] = np.nan
    columns["close"][first:] = np.exp(random.normal(0.0, 3.0, data.time.size - first))
    return replace(data, **columns)


def _shuffled_prices(data: Prices, time: int) -> Prices:
    first = int(np.searchsorted(data.time, time))
    return replace(data, **_reordered(data, _PRICED, first, data.time.size))


def _repriced_prices(data: Prices, time: int) -> Prices:
    first = int(np.searchsorted(data.time, time))
    step: Floats = np.power(
        _SLIGHT, np.arange(1.0, data.time.size - first + 1)
    )  # so that every later return differs too
    return replace(data, **_multiplied(data, _PRICED, first, step))


def _reordered(data: Any, names: tuple[str, ...], first: int, size: int) -> dict[str, Any]:
    order = np.arange(size)
    order[first:] = first + np.random.default_rng(_SEED).permutation(size - first)
    return {name: getattr(data, name)[order] for name in names}


def _multiplied(data: Any, names: tuple[str, ...], first: int, factor: Floats) -> dict[str, Any]:
    columns = {name: getattr(data, name).copy() for name in names}
    for column in columns.values():
        column[first:] *= factor
    return columns


OPTION_QUOTES: Final = Corruption(_garbled_quotes, _shuffled_quotes, _repriced_quotes)
PRICES: Final = Corruption(_garbled_prices, _shuffled_prices, _repriced_prices)
