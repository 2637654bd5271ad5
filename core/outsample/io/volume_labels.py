"""Whether the labels of two volume columns hold over the whole file.

Volume in the quote currency is volume in coin times price. Where the product holds the other way round, the two
columns have changed places; some vendors' files do so part of the way.
"""

from typing import Final

import numpy as np

from outsample.typing import Bools, Floats

__all__ = ["base_volume"]

_TOLERANCE: Final = np.log(1.5)  # the average price of a bar is within 50 % of its close


def base_volume(
    base: Floats, quote: Floats, close: Floats, base_name: str, quote_name: str, alive: Bools
) -> tuple[Floats, list[str]]:
    """Return the volume in coin, taken row by row from the column that holds it, and what was found.

    Parameters
    ----------
    base, quote : (n,) array
        Volumes as labelled.
    close : (n,) array
        Quote currency.
    base_name, quote_name : str
        Names of the two columns.
    alive : (n,) bool array
        The rows that count.
    """
    usable = alive & (base > 0) & (quote > 0) & (close > 0)
    ratio, price = np.full(base.size, np.nan), np.full(base.size, np.nan)
    ratio[usable] = np.log(quote[usable]) - np.log(base[usable])
    price[usable] = np.log(close[usable])
    with np.errstate(invalid="ignore"):
        holds = np.abs(ratio - price) < _TOLERANCE
        exchanged = ~holds & (np.abs(ratio + price) < _TOLERANCE)
    unclear = usable & ~holds & ~exchanged
    notes = []
    if exchanged.any():
        notes.append(
            f"{base_name} and {quote_name} have changed places in {int(exchanged.sum()):,} of {int(usable.sum()):,} "
            "rows (the product with the price says so); volume is taken from the right one, row by row."
        )
    if unclear.any():
        notes.append(f"{base_name} and {quote_name} do not agree with the price in {int(unclear.sum()):,} rows.")
    return np.where(exchanged, quote, base), notes
