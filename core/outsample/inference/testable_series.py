"""What a series must be before a test is carried out on it, and the sentence where it is not."""

from typing import Final

import numpy as np

from outsample.errors import DataError, UsageError
from outsample.finite_series import checked_series
from outsample.typing import Floats

__all__ = ["FEWEST", "checked_pair", "obstacle", "require_horizon", "require_level", "size_of"]

FEWEST: Final = 20  # times; each window of a split keeps as many (DEFINITIONS, Split)
_ROUNDING: Final = 1e-14  # of the largest number a series was made of: 45 units in the last place


def checked_pair(first: Floats, second: Floats, what: str) -> tuple[Floats, Floats]:
    """Return two series of the same times.

    Raises
    ------
    DataError
        As of `checked_series`, or their lengths differ.
    """
    one, other = checked_series(first, what), checked_series(second, what)
    if one.size != other.size:
        raise DataError(f"{what} need the same times, found {one.size} and {other.size}; take what both have")
    return one, other


def require_level(level: float) -> None:
    """Refuse a level or a confidence that is no probability between 0 and 1.

    Raises
    ------
    UsageError
        It is not strictly between them.
    """
    if not 0.0 < level < 1.0:
        raise UsageError(f"a level must lie strictly between 0 and 1, found {level}; 0.05 and 0.95 are usual")


def require_horizon(horizon: int) -> None:
    """Refuse a forecast horizon of no time.

    Raises
    ------
    UsageError
        It is below 1.
    """
    if horizon < 1:
        raise UsageError(f"a forecast horizon needs to be at least 1 time, found {horizon}; 1 is the next time")


def size_of(*series: Floats) -> float:
    """Return the largest absolute value among some series; 0 where they hold none."""
    return max(float(np.abs(one).max(initial=0.0)) for one in series)


def obstacle(values: Floats, what: str, made_of: float = 0.0, fewest: int = FEWEST) -> str:
    """Return why a series cannot be tested, in one sentence; empty where it can.

    Parameters
    ----------
    values : (n,) array
        Finite.
    what : str
        As it opens the sentence.
    made_of : float
        Largest size of the numbers that the values are differences of: what varies less than their rounding is
        constant.
    fewest : int
        Times needed.
    """
    if values.size < fewest:
        return f"{what} need {fewest} times, found {values.size}; widen the window"
    low, high = float(values.min()), float(values.max())
    if high - low <= _ROUNDING * max(made_of, abs(low), abs(high)):
        return f"{what} need to vary, found {values[0]:.4g} at all {values.size} times; choose another window or model"
    return ""
