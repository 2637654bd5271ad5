"""At-the-money variance over the tenor, by three numbers: short, long, and how fast one goes over into the other.

    L(T) = long + (short - long) (1 - exp(-speed T)) / (speed T)

is the mean over the tenor of a variance that reverts to a level, so that the total variance ``T L(T)`` never falls.
"""

import math
from typing import Final

from outsample.formulas.inlined import inlined

__all__ = ["HIGH", "LOW", "NAMES", "UNITS", "mean_variance"]

NAMES: Final = ("short variance", "long variance", "reversion speed")
UNITS: Final = ("a year", "a year", "a year")
LOW: Final = (1e-4, 1e-4, 0.05)
HIGH: Final = (16.0, 16.0, 100.0)
SERIES_BELOW: Final = 1e-3  # of speed times tenor, where the derivative would cancel


@inlined
def mean_variance(short: float, long: float, speed: float, tenor: float) -> tuple[float, float, float, float]:
    """Return L(T) and its derivatives to the three numbers."""
    x = speed * tenor
    share = -math.expm1(-x) / x
    slope = (math.exp(-x) - share) / x if x > SERIES_BELOW else -0.5 + x / 3.0 - x * x / 8.0
    return long + (short - long) * share, share, 1.0 - share, (short - long) * slope * tenor
