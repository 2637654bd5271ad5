"""What tests of several model families share: histories of quotes from bare columns, and windows by their times."""

from collections.abc import Callable

import numpy as np
import pytest

from outsample.datasets import OptionQuotes, Settlement
from outsample.typing import DAY
from outsample.windows import Window


@pytest.fixture(scope="session")
def quoted() -> Callable[..., OptionQuotes]:
    """Return a function from columns and mids to quotes with a spread of two percent and nothing else known."""

    def make(time, expiry, number, strike, is_call, forward, mid, settlement: Settlement, index=None) -> OptionQuotes:
        none = np.full(mid.size, np.nan)
        return OptionQuotes(
            time=time,
            expiry=expiry,
            instrument=number.astype(np.int32),
            strike=strike,
            is_call=is_call,
            forward=forward,
            index=none.copy() if index is None else index,
            bid=0.99 * mid,
            ask=1.01 * mid,
            mark=mid.copy(),
            mark_vol=none.copy(),
            open_interest=none.copy(),
            volume=none.copy(),
            settlement=settlement,
            currency="XYZ",
            venue="made",
            instruments=tuple(f"X-{one}" for one in range(int(number.max()) + 1)),
        )

    return make


@pytest.fixture(scope="session")
def window() -> Callable[[OptionQuotes, int, int], Window]:
    """Return a function from the first time and the number of those up to the end to the window."""

    def make(data: OptionQuotes, first: int, last: int) -> Window:
        after = np.append(data.times, data.times[-1] + DAY)
        return Window(int(after[first]), int(after[last]))

    return make
