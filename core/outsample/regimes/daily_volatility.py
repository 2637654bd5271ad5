"""Daily log returns of the underlying as a level with steps: what the regime search runs on."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from outsample.datasets import daily_closes
from outsample.errors import DataError
from outsample.typing import Floats, Integers, frozen

__all__ = ["FLOOR", "LOG_BIAS", "NOISE_VARIANCE", "DailyVolatility", "annual_volatility"]

FLOOR: Final = 1e-4**2  # one basis point, squared: keeps the log of a day without a move finite
LOG_BIAS: Final = 1.2703628454614782  # -E ln chi2_1 = Euler's constant + ln 2
NOISE_VARIANCE: Final = 0.5 * np.pi**2  # Var ln chi2_1: the noise of ln r^2 around its level for Gaussian returns
_DAYS: Final = 365.0


def annual_volatility(level: Floats) -> Floats:
    """Return ``exp((level + 1.2704) / 2) sqrt(365)``: the yearly volatility behind a mean of ``ln r^2``.

    Parameters
    ----------
    level : (...) array
        Mean of ``ln(r^2 + FLOOR)`` over the days of a segment.

    Returns
    -------
    (...) array
        Fraction a year. Without the bias term a Gaussian volatility would come out 47 % too low.
    """
    return np.asarray(np.exp(0.5 * (level + LOG_BIAS)) * np.sqrt(_DAYS))


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

    def known(self, time: int) -> int:
        """Return how many returns are known at `time`: those whose day closed at or before it."""
        return int(np.searchsorted(self.time, time, side="right"))
