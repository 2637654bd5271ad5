"""The S&P 500 from arch."""

import subprocess
import sys

import numpy as np

from outsample.sample import sp500_prices
from outsample.typing import DAY, HOUR


def test_the_series_has_two_decades_of_daily_bars() -> None:
    prices = sp500_prices()
    assert prices.time.size > 5_000
    assert (prices.time % DAY == 21 * HOUR).all()
    assert str(np.datetime64(int(prices.time[0]), "ns"))[:10] == "1999-01-04"
    assert prices.symbol == "S&P 500"
    assert (prices.high >= prices.low).all()


def test_known_days_have_their_published_returns() -> None:
    # S&P Dow Jones: the index fell 9.03 % on 2008-10-15 and rose 11.58 % on 2008-10-13.
    prices = sp500_prices()
    day = prices.times // DAY
    for text, percent in (("2008-10-15", -9.03), ("2008-10-13", 11.58)):
        row = np.flatnonzero(day == np.datetime64(text, "D").astype(int))[0]
        assert abs(100 * np.expm1(prices.returns[row]) - percent) < 0.01


def test_importing_the_sample_loads_neither_arch_nor_pandas() -> None:
    code = "import sys, outsample.sample; print([m for m in ('arch', 'pandas', 'pyarrow') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
