"""A book through time: its value and greeks in coin and in USD, the errors of a model, and the cells of its vega."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.diagnostics.holdings import Holdings
from outsample.scores import ErrorUnit, ScaleDomain
from outsample.typing import Floats, Integers
from outsample.windows import Window

__all__ = ["BookErrors", "BookPath", "CellVega", "book_errors", "book_path", "predicted_by_all", "vega_by_cell"]

_VOL_POINT: Final = 0.01
_DAYS: Final = 365.0  # of a year, as everywhere (Act/365)


@dataclass(frozen=True, slots=True, eq=False)
class BookPath:
    """Sums over the book at each of the m times; NaN where no position is priced.

    USD is the quote currency; coin is exchanged at the forward of each option's own expiry. Forwards of different
    expiries are taken to move together.

    Parameters
    ----------
    quoted, priced : (m,) int64 array
        Positions that the venue lists, and those of them that an observation prices.
    value_coin, value_usd : (m,) array
    delta : (m,) array
        Derivative of the value in USD to the forward, in coin: Black's.
    net_delta : (m,) array
        Coin that hedge the book once its premiums are held in coin: delta less value in coin.
    coin_delta : (m,) array
        Derivative of the value in coin to the forward, coin per USD.
    gamma, coin_gamma : (m,) array
        Second derivatives of the value in USD and in coin to the forward: coin per USD, coin per USD squared.
    vega_usd, vega_coin : (m,) array
        Per vol point.
    theta_usd, theta_coin : (m,) array
        Per day that passes, a 365th of a year.
    """

    quoted: Integers
    priced: Integers
    value_coin: Floats
    value_usd: Floats
    delta: Floats
    net_delta: Floats
    coin_delta: Floats
    gamma: Floats
    coin_gamma: Floats
    vega_usd: Floats
    vega_coin: Floats
    theta_usd: Floats
    theta_coin: Floats


def book_path(held: Holdings) -> BookPath:
    """Return value and greeks of a book at each time, at observed vols."""
    greeks, quantity = held.greeks, held.quantity

    def total(of_one: Floats) -> Floats:
        return _by_time(held, quantity * of_one)

    return BookPath(
        quoted=held.quoted,
        priced=np.bincount(held.time_index, minlength=held.quoted.size),
        value_coin=total(greeks.coin.price),
        value_usd=total(greeks.quote.price),
        delta=total(greeks.quote.delta),
        net_delta=total(greeks.net_delta),
        coin_delta=total(greeks.coin.delta),
        gamma=total(greeks.quote.gamma),
        coin_gamma=total(greeks.coin.gamma),
        vega_usd=total(_VOL_POINT * greeks.quote.vega),
        vega_coin=total(_VOL_POINT * greeks.coin.vega),
        theta_usd=total(greeks.quote.theta / _DAYS),
        theta_coin=total(greeks.coin.theta / _DAYS),
    )


@dataclass(frozen=True, slots=True, eq=False)
class BookErrors:
    """What a model's error costs a book at each of the m times; NaN where no position is priced.

    Parameters
    ----------
    signed_coin, signed_usd : (m,) array
        Sum of quantity times predicted less observed premium: how much too high the model values the book.
    gross_coin, gross_usd : (m,) array
        Sum of the sizes, without netting between positions.
    """

    signed_coin: Floats
    signed_usd: Floats
    gross_coin: Floats
    gross_usd: Floats


def predicted_by_all(held: Holdings, predictions: list[Floats]) -> Holdings:
    """Return the holdings that all of some (k,) predictions have a vol for: only these can be compared."""
    have = np.ones(held.size, dtype=bool)
    for prediction in predictions:
        have &= np.isfinite(prediction[held.observation])
    return held if have.all() else held.taken(have)


def book_errors(held: Holdings, prediction: Floats) -> BookErrors:
    """Return the errors of predicted vols on a book.

    Parameters
    ----------
    held : Holdings
    prediction : (k,) array
        Vol of each observation, fraction a year; NaN makes the sum of its time NaN.
    """
    quotes, at = held.quotes, held.observation
    priced = quotes.express(prediction[at], ScaleDomain.PREMIUM, at)
    error = held.quantity * (priced - quotes.realised(ScaleDomain.PREMIUM)[at])
    coin, usd = (error * quotes.scale(unit)[at] for unit in (ErrorUnit.COIN, ErrorUnit.PRICE))
    return BookErrors(*(_by_time(held, part) for part in (coin, usd, np.abs(coin), np.abs(usd))))


@dataclass(frozen=True, slots=True, eq=False)
class CellVega:
    """Vega of a book by cell of the error surface, per vol point, averaged over the times of a window.

    Parameters
    ----------
    times : int
        Times of the window at which a position is priced.
    net_usd, gross_usd, net_coin, gross_coin : (cells,) array
        Mean over these times of the sum, and of the sum of sizes.
    """

    times: int
    net_usd: Floats
    gross_usd: Floats
    net_coin: Floats
    gross_coin: Floats

    @property
    def share(self) -> Floats:
        """(cells,) share of the gross vega in USD; NaN where the book has none."""
        total = self.gross_usd.sum()
        return np.asarray(self.gross_usd / total if total > 0 else np.full(self.gross_usd.size, np.nan))


def vega_by_cell(held: Holdings, window: Window) -> CellVega:
    """Return in which cells the vega of a book lies, over the times of a window."""
    rows = window.rows(held.quotes.times)
    inside = slice(*np.searchsorted(held.time_index, (rows.start, rows.stop)).tolist())
    count = np.unique(held.time_index[inside]).size
    cells, quantity = held.cell[inside], held.quantity[inside]

    def mean(of_one: Floats) -> Floats:
        total = np.bincount(cells, weights=of_one, minlength=held.quotes.n_cells)
        return np.asarray(total / count if count else total)

    usd = _VOL_POINT * quantity * held.greeks.quote.vega[inside]
    coin = _VOL_POINT * quantity * held.greeks.coin.vega[inside]
    return CellVega(count, mean(usd), mean(np.abs(usd)), mean(coin), mean(np.abs(coin)))


def _by_time(held: Holdings, values: Floats) -> Floats:
    """Return (m,) sums of what each holding has, NaN at times without one."""
    size = held.quoted.size
    total = np.bincount(held.time_index, weights=values, minlength=size)
    return np.asarray(np.where(np.bincount(held.time_index, minlength=size) > 0, total, np.nan))
