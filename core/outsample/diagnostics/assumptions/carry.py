"""Whether the carry between spot and forward is one constant: through time, across expiries, from train to test.

The carry ``ln(F / S) / T`` holds the rate, the yield and the funding at once. Implied vols are made with each row's own
forward and do not feel it; whoever prices off spot with one constant does.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.datasets import OptionQuotes
from outsample.diagnostics.assumptions.question import Answer, Question, against_zero
from outsample.inference import difference_of_means, long_run
from outsample.number_text import number
from outsample.prepared import prepared
from outsample.typing import DAY, YEAR, Floats, Integers, freeze_columns
from outsample.windows import Window

__all__ = [
    "CARRY_DRIFT",
    "CARRY_SHIFT",
    "CARRY_SLOPE",
    "Carry",
    "carry_drift",
    "carry_of",
    "carry_shift",
    "carry_slope",
]

_FEWEST: Final = 40  # two halves of 20 times
_SHORTEST: Final = 7 * DAY  # below it, a stale index and a tick of the forward are most of what is annualised
_LONGER: Final = 2.0  # the far expiry has at least so many times the tenor of the near one
_UNIT: Final = "% a year"
CARRY_DRIFT: Final = Question("carry-drift", "Carry through time", _FEWEST, "times with spot and forward")
CARRY_SLOPE: Final = Question("carry-slope", "Carry across expiries", _FEWEST, "times with two expiries")
CARRY_SHIFT: Final = Question("carry-shift", "Shift of the carry", _FEWEST // 2, "times with spot and forward")


@dataclass(frozen=True, slots=True, eq=False)
class Carry:
    """Carry at each time, NaN where it is not known.

    Parameters
    ----------
    time : (m,) int64 array
        UTC nanoseconds.
    near : (m,) array
        Of the expiry nearest to the tenor asked for, % a year.
    slope : (m,) array
        Of the farthest expiry less that, % a year.
    """

    time: Integers
    near: Floats
    slope: Floats

    def __post_init__(self) -> None:
        freeze_columns(self)

    def within(self, window: Window) -> tuple[Floats, Floats]:
        """Return near carry and slope of the times in a window that have them."""
        rows = window.rows(self.time)
        near, slope = self.near[rows], self.slope[rows]
        return near[np.isfinite(near)], slope[np.isfinite(slope)]


@prepared
def carry_of(quotes: OptionQuotes, tenor_days: float) -> Carry:
    """Return the carry of a history, from expiries of at least 7 days.

    Parameters
    ----------
    quotes : OptionQuotes
        Rows without forward or index are left out, whatever their premiums.
    tenor_days : float
        Near which tenor.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        known = (quotes.forward > 0) & (quotes.index > 0) & (quotes.expiry - quotes.time >= _SHORTEST)
    rows = np.flatnonzero(known)
    near, slope = (np.full(quotes.times.size, np.nan) for _ in range(2))
    if not rows.size:
        return Carry(quotes.times.copy(), near, slope)
    time, expiry = quotes.time[rows], quotes.expiry[rows]
    first = np.flatnonzero(np.r_[True, (np.diff(time) != 0) | (np.diff(expiry) != 0)])
    tenor = (expiry[first] - time[first]) / YEAR
    sums = np.add.reduceat(np.log(quotes.forward[rows] / quotes.index[rows]), first)
    rate = 100.0 * sums / np.diff(np.r_[first, rows.size]) / tenor
    at = np.searchsorted(quotes.times, time[first])
    away = np.abs(np.log(tenor * YEAR / (tenor_days * DAY)))
    order = np.lexsort((away, at))
    chosen = order[np.diff(at[order], prepend=-1) != 0]
    last = np.flatnonzero(np.diff(at, append=-1) != 0)  # expiries ascend within a time
    near[at[chosen]] = rate[chosen]
    is_longer = tenor[last] >= _LONGER * tenor[chosen]
    slope[at[last[is_longer]]] = rate[last[is_longer]] - rate[chosen[is_longer]]
    return Carry(quotes.times.copy(), near, slope)


def carry_drift(carry: Floats, level: float = 0.05) -> Answer:
    """Test whether the second half of a window has the mean carry of the first.

    Parameters
    ----------
    carry : (n,) array
        % a year in order of time, at least 40, finite, not constant.
    level : float

    Returns
    -------
    TestResult or NotTested
        Effect: second less first half, % a year, with its interval.
    """
    refusal = CARRY_DRIFT.refusal(carry)
    if refusal:
        return refusal
    half = carry.size // 2
    moved = difference_of_means(long_run(carry[:half]), long_run(carry[half:]))
    said = "moved" if moved.p_value < level else "did not move by more than chance allows"
    change = number(moved.estimate, 2, is_signed=True)
    sentence = (
        f"The carry {said} within the window: its second half is {change} % a year from its first, around a mean of "
        f"{number(carry.mean(), 2)} and a deviation of {carry.std():.2f}."
    )
    return CARRY_DRIFT.answer_of_mean(moved, level, carry.size, sentence, _UNIT)


def carry_slope(slope: Floats, level: float = 0.05) -> Answer:
    """Test whether far and near expiries have one carry.

    Parameters
    ----------
    slope : (n,) array
        Far less near, % a year in order of time; as `carry_drift` needs it.
    level : float

    Returns
    -------
    TestResult or NotTested
        Effect: mean slope, % a year, with its interval.
    """
    refusal = CARRY_SLOPE.refusal(slope)
    if refusal:
        return refusal
    mean = against_zero(slope)
    said = "differs from" if mean.p_value < level else "is, as far as chance allows, the same as"
    sentence = (
        f"The carry of the farthest expiry {said} that of the near one: by "
        f"{number(mean.estimate, 2, is_signed=True)} % a year on average."
    )
    return CARRY_SLOPE.answer_of_mean(mean, level, slope.size, sentence, _UNIT)


def carry_shift(train: Floats, test: Floats, level: float = 0.05) -> Answer:
    """Test whether test has the mean carry of train.

    Parameters
    ----------
    train : (m,) array
    test : (n,) array
        % a year, each at least 20, finite, not constant.
    level : float

    Returns
    -------
    TestResult or NotTested
        Effect: test less train, % a year, with its interval.
    """
    refusal = CARRY_SHIFT.refusal(train, test)
    if refusal:
        return refusal
    moved = difference_of_means(long_run(train), long_run(test))
    said = "is another one" if moved.p_value < level else "is, as far as chance allows, the same"
    sentence = f"The carry on test {said}: {number(test.mean(), 2)} % a year, after {number(train.mean(), 2)} on train."
    return CARRY_SHIFT.answer_of_mean(moved, level, train.size + test.size, sentence, _UNIT)
