"""Small vendor files, written by the tests themselves."""

from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

CHAIN_HEADER = (
    "timestamp,instrument_name,underlying,option_type,strike,expiry_datetime,bid_price,ask_price,mark_price,"
    "implied_volatility,open_interest,volume,currency,index_price"
)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes text or bytes under a name and returns the path."""

    def write_file(content: str | bytes, name: str = "prices.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


@pytest.fixture
def chain() -> Callable[..., pd.DataFrame]:
    """Return a function that makes an inverse option chain in the raw vendor form, marks exact under Act/`year`."""

    def make(
        times: tuple[str, ...] = ("2026-01-15T09:21:30.027641+00:00",), year: float = 365.0, base: str = "BTC"
    ) -> pd.DataFrame:
        expiries = ("2026-01-30T08:00:00+00:00", "2026-03-27T08:00:00+00:00")
        rows = list(product(times, expiries, np.arange(70_000.0, 121_000.0, 2_500.0), ("call", "put")))
        frame = pd.DataFrame(rows, columns=["timestamp", "expiry_datetime", "strike", "option_type"])
        stamp, end = pd.to_datetime(frame.timestamp, format="ISO8601"), pd.to_datetime(frame.expiry_datetime)
        tenor = (end - stamp).dt.total_seconds() / (86_400 * year)
        forward = 96_000.0 * np.exp(0.05 * tenor)
        vol = (0.45 + 0.4 * np.log(frame.strike / forward) ** 2).round(4)
        upper = np.log(forward / frame.strike) / (vol * np.sqrt(tenor)) + 0.5 * vol * np.sqrt(tenor)
        lower = upper - vol * np.sqrt(tenor)
        sign = np.where(frame.option_type == "call", 1.0, -1.0)
        mark = sign * (norm.cdf(sign * upper) - frame.strike / forward * norm.cdf(sign * lower))
        day = end.dt.strftime("%d%b%y").str.upper().str.lstrip("0")
        letter = np.where(frame.option_type == "call", "C", "P")
        frame["instrument_name"] = base + "-" + day + "-" + frame.strike.map("{:.0f}".format) + "-" + letter
        frame["underlying"], frame["index_price"] = forward, 95_500.0
        frame["bid_price"] = np.where(mark > 0.001, (mark - 0.0005).round(4), np.nan)
        frame["ask_price"], frame["mark_price"] = (mark + 0.0005).round(4), mark.round(8)
        frame["implied_volatility"], frame["open_interest"], frame["volume"] = vol, 10.5, 0.0
        frame["currency"] = base
        return frame[CHAIN_HEADER.split(",")]

    return make
