"""Arrays in, arrays out: no dataset, no pandas."""

from outsample.formulas.black import black_price, call_delta
from outsample.formulas.implied_vol import implied_vol

__all__ = ["black_price", "call_delta", "implied_vol"]
