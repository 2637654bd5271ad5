"""The function of `black_greeks_kernel` in plain numpy and scipy: the textbook formulas, as its independent twin."""

import numpy as np

from outsample.formulas.black_plain import delta_plain, gamma_plain, net_delta_plain, price_plain, vega_plain
from outsample.typing import Bools, Floats

__all__ = ["greeks_plain"]


def greeks_plain(strike_ratio: Floats, tenor: Floats, vol: Floats, is_call: Bools) -> Floats:
    """Return the (10, n) greeks over the forward, rows as in `NORMALISED_GREEKS`."""
    call_delta, vega = delta_plain(strike_ratio, tenor, vol), vega_plain(strike_ratio, tenor, vol)
    with np.errstate(all="ignore"):
        deviation = vol * np.sqrt(tenor)
        d1 = -np.log(strike_ratio) / deviation + 0.5 * deviation
        d2 = d1 - deviation
        density = vega / np.sqrt(tenor)
        sensitivities = [
            -density * vol / (2.0 * np.sqrt(tenor)),
            -density * d2 / vol,
            vega * d1 * d2 / vol,
            density * d2 / (2.0 * tenor),
            -vega * (1.0 + d1 * d2) / (2.0 * tenor),
        ]
    vanished = (deviation == 0.0) | ((density == 0.0) & ~np.isnan(d1))
    nothing = np.where((strike_ratio == 1.0) & (deviation == 0.0), np.nan, np.where(np.isnan(vega), np.nan, 0.0))
    rows = [
        price_plain(strike_ratio, tenor, vol, is_call),
        np.where(is_call, call_delta, call_delta - 1.0),
        net_delta_plain(strike_ratio, tenor, vol, is_call),
        gamma_plain(strike_ratio, tenor, vol),
        vega,
        *(np.where(vanished, nothing, sensitivity) for sensitivity in sensitivities),
    ]
    return np.stack(rows)
