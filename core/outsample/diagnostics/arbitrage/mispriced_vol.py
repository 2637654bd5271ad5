"""What a violation means in vol points: the vega of the option that is mispriced."""

from typing import Final

import numpy as np

from outsample.datasets import OptionQuotes, Settlement
from outsample.formulas.black import black_vega
from outsample.formulas.implied_vol import implied_vol
from outsample.typing import YEAR, Floats, Integers

__all__ = ["quoted_vega"]

_VOL_POINT: Final = 0.01


def quoted_vega(quotes: OptionQuotes, row: Integers) -> Floats:
    """Return the vega of quotes at their own vol, premium currency per vol point.

    The vol is that of the mid of the strike's out-of-the-money option, or of the quote's own mid where that one has
    none.

    Parameters
    ----------
    quotes : OptionQuotes
    row : (v,) int array

    Returns
    -------
    (v,) array
        NaN where there is no mid, no forward or no vol at which the mid is a price.
    """
    other = _other_type(quotes, row)
    is_inside = quotes.is_call[row] == (quotes.strike[row] < quotes.forward[row])
    source = np.where(is_inside & np.isfinite(_mid(quotes, other)), other, row)
    is_inverse = quotes.settlement is Settlement.INVERSE
    forward = np.where(quotes.forward[source] > 0, quotes.forward[source], np.nan)
    price = _mid(quotes, source) / (1.0 if is_inverse else forward)
    tenor = (quotes.expiry[row] - quotes.time[row]) / YEAR
    vol = implied_vol(price, quotes.strike[source] / forward, tenor, quotes.is_call[source])
    own = np.where(quotes.forward[row] > 0, quotes.forward[row], np.nan)
    vega = _VOL_POINT * black_vega(quotes.strike[row] / own, tenor, vol)
    return vega if is_inverse else vega * own


def _mid(quotes: OptionQuotes, row: Integers) -> Floats:
    bid, ask = quotes.bid[row], quotes.ask[row]
    return np.where((bid > 0) & (ask >= bid), 0.5 * (bid + ask), np.nan)


def _other_type(quotes: OptionQuotes, row: Integers) -> Integers:
    """Return the other type of the same time, expiry and strike; the row itself where it is not quoted."""
    found = row.copy()
    for step in (-1, 1):
        near = np.clip(row + step, 0, quotes.size - 1)
        same = (quotes.strike[near] == quotes.strike[row]) & (quotes.is_call[near] != quotes.is_call[row])
        for column in (quotes.time, quotes.expiry):
            same &= column[near] == column[row]
        found = np.where(same, near, found)
    return found
