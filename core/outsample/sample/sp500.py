"""The S&P 500 that the `arch` package carries: real daily prices without a download."""

from typing import Final

import numpy as np

from outsample.datasets import Prices
from outsample.typing import HOUR

__all__ = ["sp500_prices"]

CLOSE_KNOWN: Final = 21 * HOUR  # 16:00 in New York is 20:00 or 21:00 UTC: by 21:00 the close is always known


def sp500_prices() -> Prices:
    """Return daily bars of the S&P 500, 1999 to 2018, from `arch.data.sp500` (source: Yahoo! Finance).

    Returns
    -------
    Prices
        Index points; each bar is stamped 21:00 UTC of its day, when its close is known in winter and summer alike.
    """
    from arch import __version__ as arch_version
    from arch.data import sp500

    table = sp500.load()
    midnight = table.index.to_numpy().astype("datetime64[ns]").astype(np.int64)
    opened, high, low, close, volume = (
        table[name].to_numpy(dtype=np.float64, copy=True) for name in ("Open", "High", "Low", "Close", "Volume")
    )
    source = {"package": "arch", "version": str(arch_version), "data": "arch.data.sp500"}
    return Prices(midnight + CLOSE_KNOWN, opened, high, low, close, volume, "S&P 500", source)
