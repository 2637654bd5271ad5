"""Returns of a window on one clock: what was recorded, without the returns over gaps.

Venues that trade every day and venues that rest at week-ends are told apart by their Saturdays. A return that spans
more time than the calendar explains is left out and counted: its variance is another one.
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from outsample.datasets import Prices
from outsample.diagnostics.assumptions.settings import Clock
from outsample.prepared import prepared
from outsample.regimes.daily_volatility import trades_on_saturdays
from outsample.typing import DAY, HOUR, YEAR, Floats, Integers, frozen
from outsample.windows import Window

__all__ = ["Bars", "WindowReturns", "bars_of"]

_FINER_THAN_A_DAY: Final = 20 * HOUR
_TELLING: Final = 64  # first spacings that tell how fine bars are: later ones may lie in a test window
_LONGEST_REST: Final = 5 * DAY  # Thursday to Tuesday at Easter
_GAP: Final = 1.5  # times the usual spacing


@dataclass(frozen=True, slots=True, eq=False)
class WindowReturns:
    """Returns whose later close lies in a window.

    Parameters
    ----------
    value : (n,) array
        Log returns, those over gaps left out.
    begin, time : (n,) int64 array
        Closes between which each return lies, UTC nanoseconds.
    per_year : float
        Returns a year at this spacing, NaN without any: n over the years they span.
    gaps : int
        Returns left out because they span a gap.
    trades_every_day : bool
        Whether there are bars on Saturdays.
    """

    value: Floats
    begin: Integers
    time: Integers
    per_year: float
    gaps: int
    trades_every_day: bool

    @property
    def mean(self) -> float:
        """Mean return; NaN without returns."""
        return float(self.value.mean()) if self.value.size else float("nan")

    @property
    def deviation(self) -> float:
        """Standard deviation with divisor n - 1; NaN below two returns."""
        return float(self.value.std(ddof=1)) if self.value.size > 1 else float("nan")

    @property
    def annual_vol(self) -> float:
        """Realised vol, fraction a year."""
        return self.deviation * float(np.sqrt(self.per_year))

    @classmethod
    def between(cls, begin: Integers, time: Integers, value: Floats) -> Self:
        """Leave out returns over gaps, by what this window alone says of the calendar."""
        spacing = time - begin
        every_day = trades_on_saturdays(time)
        usual = _GAP * float(np.median(spacing)) if spacing.size else 0.0
        keep = spacing <= (usual if every_day else max(usual, _LONGEST_REST))
        years = float(spacing[keep].sum()) / YEAR
        kept = int(np.count_nonzero(keep))
        return cls(
            value=frozen(value[keep]),
            begin=frozen(begin[keep]),
            time=frozen(time[keep]),
            per_year=kept / years if years > 0.0 else float("nan"),
            gaps=value.size - kept,
            trades_every_day=every_day,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """Closes on one clock: (n + 1,) times, UTC nanoseconds, and the (n,) log returns between them."""

    time: Integers
    value: Floats

    def within(self, window: Window) -> WindowReturns:
        """Return the returns of a window: those whose later close is known in it."""
        rows = window.rows(self.time[1:])
        return WindowReturns.between(self.time[:-1][rows], self.time[1:][rows], self.value[rows])

    def before(self, time: int, count: int) -> Floats:
        """Return the last `count` returns known before a time; fewer where the history is short."""
        stop = int(np.searchsorted(self.time[1:], time))
        return self.value[max(0, stop - count) : stop]


@prepared
def bars_of(prices: Prices, clock: Clock) -> Bars:
    """Return the closes of a price history on a clock.

    Bars finer than a day are taken at 00:00 UTC under `Clock.DAILY`; daily and coarser ones stay as they are.
    """
    time, close = prices.time, prices.close
    if clock is Clock.DAILY and np.median(np.diff(time[: _TELLING + 1])) < _FINER_THAN_A_DAY:
        time, close = prices.daily()
    return Bars(frozen(time.copy()), frozen(np.diff(np.log(close))))
