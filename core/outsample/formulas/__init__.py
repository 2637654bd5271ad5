"""Arrays in, arrays out: no dataset, no pandas."""

from outsample.formulas.black import black_gamma, black_price, black_vega, call_delta, net_delta
from outsample.formulas.implied_vol import implied_vol

__all__ = ["black_gamma", "black_price", "black_vega", "call_delta", "implied_vol", "net_delta"]
