"""The loops of `black_greeks_kernel` in plain numpy, which fill the rows that `black_greeks_plain` returns."""

from outsample.formulas.black_greeks_plain import greeks_plain
from outsample.typing import Bools, Floats

__all__ = ["fill_delta_decay_plain", "fill_premiums_plain", "fill_vol_greeks_plain"]


def fill_premiums_plain(strike_ratio: Floats, tenor: Floats, vol: Floats, is_call: Bools, out: Floats) -> None:
    """Fill the (4, n) rows price, delta, net delta and gamma."""
    out[:] = greeks_plain(strike_ratio, tenor, vol, is_call)[:4]


def fill_vol_greeks_plain(strike_ratio: Floats, tenor: Floats, vol: Floats, out: Floats) -> None:
    """Fill the (4, n) rows vega, theta, vanna and volga, which calls and puts share."""
    out[:] = greeks_plain(strike_ratio, tenor, vol, strike_ratio >= 1.0)[4:8]


def fill_delta_decay_plain(strike_ratio: Floats, tenor: Floats, vol: Floats, out: Floats) -> None:
    """Fill the (2, n) rows charm and veta, which calls and puts share."""
    out[:] = greeks_plain(strike_ratio, tenor, vol, strike_ratio >= 1.0)[8:]
