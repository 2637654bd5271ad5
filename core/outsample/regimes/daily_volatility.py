"""Daily log returns of the underlying as a level with steps: what the regime search runs on."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

import numpy as np

from outsample.datasets import daily_closes
from outsample.errors import DataError
from outsample.typing import DAY, Floats, Integers, frozen

__all__ = ["FLOOR", "NOISE_VARIANCE", "DailyVolatility", "trades_on_saturdays"]

FLOOR: Final = 1e-4**2  # one basis point, squared: keeps the log of a day without a move finite
NOISE_VARIANCE: Final = 0.5 * np.pi**2  # Var ln chi2_1: the noise of ln r^2 around its level for Gaussian returns
_LARGEST: Final = 1e4  # squared return: a larger one is garbage, and would take the digits of all sums after it
_EVERY_DAY, _BUSINESS_DAYS = 365.0, 252.0
_TELLING: Final = 60  # first days that tell the calendar: later ones may lie in a test window
_FEWEST: Final = 14
_EPOCH_WEEKDAY: Final = 3  # 1970-01-01 was a Thursday, Mondays being 0
_SATURDAY: Final = 5


def trades_on_saturdays(time: Integers) -> bool:
    """Whether Saturdays have at least half of the closes that a seventh of all would be; False without any.

    Parameters
    ----------
    time : (n,) int64 array
        UTC nanoseconds; a close at midnight belongs to the day it ends.
    """
    if not time.size:
        return False
    weekday = ((time - 1) // DAY + _EPOCH_WEEKDAY) % 7
    return bool(np.count_nonzero(weekday == _SATURDAY) * 14 >= time.size)


@dataclass(frozen=True, eq=False)
class DailyVolatility:
    """Everything about the daily returns that no boundary can change; made once, used by every drag.

    Parameters
    ----------
    begin, time : (n,) int64 array
        UTC midnights, nanoseconds: the close each return starts from, and the close it ends with and is known at.
        Rows adjoin: ``begin[i + 1] == time[i]``.
    log_return : (n,) array
        Daily log return r.
    log_square : (n,) array
        ``ln(r^2 + FLOOR)`` of it.
    """

    begin: Integers
    time: Integers
    log_return: Floats
    log_square: Floats

    @classmethod
    def of(cls, time: Integers, close: Floats) -> Self:
        """Build from prices of any spacing; daily closes stay as they are.

        Parameters
        ----------
        time : (m,) int64 array
            Strictly increasing UTC nanoseconds; a day closes at 00:00 UTC with its last price.
        close : (m,) array
            Quote currency; rows that are not finite and positive are left out.

        Raises
        ------
        DataError
            Lengths differ, or times repeat or run backwards.
        """
        if time.shape != close.shape or not (np.diff(time) > 0).all():
            raise DataError(
                f"daily volatility needs one close for each of strictly increasing times, found {close.size} closes "
                f"for {time.size} times or times out of order; sort the rows and drop repeats"
            )
        midnight, price = daily_closes(time, close)
        log_return = np.diff(np.log(price))
        with np.errstate(over="ignore"):  # a return so large that its square overflows is garbage, not a warning
            log_square = np.log(log_return**2 + FLOOR)
        return cls(frozen(midnight[:-1].copy()), frozen(midnight[1:].copy()), frozen(log_return), frozen(log_square))

    @cached_property
    def days_a_year(self) -> float:
        """Closes a year: 365, or 252 on a calendar that rests at week-ends, as the first days tell."""
        first = self.time[:_TELLING]
        return _EVERY_DAY if first.size < _FEWEST or trades_on_saturdays(first) else _BUSINESS_DAYS

    @cached_property
    def _squares(self) -> Floats:
        """(n + 1,) sums of the squared returns of the first days."""
        with np.errstate(over="ignore"):
            return np.concatenate(([0.0], np.cumsum(np.minimum(self.log_return**2, _LARGEST))))

    def log_variance(self, start: Integers | int, stop: Integers) -> Floats:
        """Return the log of the mean squared return, plus `FLOOR`, of the days ``start <= i < stop``.

        That is what the volatility of a stretch is: the mean of ``ln r^2``, by which changes are searched, depends on
        the shape of the returns, and would put a stretch of heavy tails or of days without a move too low.
        """
        return np.asarray(np.log((self._squares[stop] - self._squares[start]) / (stop - start) + FLOOR))

    def annual(self, log_variance: Floats) -> Floats:
        """Return volatilities, fraction a year, from log variances a day."""
        return np.asarray(np.sqrt(self.days_a_year * np.exp(log_variance)))

    def known(self, time: int) -> int:
        """Return how many returns are known at `time`: those whose day closed at or before it."""
        return int(np.searchsorted(self.time, time, side="right"))
