"""The filter waterfall of any window: which step took how many quotes, and what further filters would take."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from outsample.datasets import OptionQuotes, WeightReason
from outsample.datasets.option_quotes import COLUMNS
from outsample.datasets.weights import weigh
from outsample.diagnostics.further_filters import FurtherFilters, taken_by
from outsample.prepared import prepared
from outsample.typing import Integers, frozen
from outsample.windows import Window

__all__ = ["Further", "Step", "Waterfall", "filter_waterfall"]

_PER_ROW: Final = tuple(name for name in COLUMNS if name != "settlement")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the waterfall: quotes that reached it, and those it gave weight 0."""

    name: str
    before: int
    removed: int

    @property
    def left(self) -> int:
        """Quotes that pass."""
        return self.before - self.removed


@dataclass(frozen=True, slots=True)
class Further:
    """What a filter that is not applied would take of the observations: alone, and after those listed before it."""

    name: str
    alone: int
    in_order: int


@dataclass(frozen=True, slots=True)
class Waterfall:
    """From quotes to observations.

    Parameters
    ----------
    quotes : int
    steps : tuple of Step
        In the order in which they apply; a quote counts at the first that fits it.
    further : tuple of Further
    """

    quotes: int
    steps: tuple[Step, ...]
    further: tuple[Further, ...]

    @property
    def observations(self) -> int:
        """Quotes of weight 1."""
        return self.steps[-1].left


def filter_waterfall(
    quotes: OptionQuotes, window: Window | None = None, further: FurtherFilters | None = None
) -> Waterfall:
    """Return the waterfall of the times in a window; of the whole history without one.

    Parameters
    ----------
    quotes : OptionQuotes
        Counts of its whole history are those of ``quotes.weight_reasons``.
    window : Window, optional
    further : FurtherFilters, optional

    Raises
    ------
    DataError
        The history holds no observation at all.
    """
    times = slice(0, quotes.times.size) if window is None else window.rows(quotes.times)
    count, removed = _by_time(quotes)
    left = int(count[times].sum())
    steps = []
    for reason, taken in zip(WeightReason, removed[times].sum(axis=0).tolist(), strict=True):
        steps.append(Step(quotes.filters.says(reason), left, taken))
        left -= taken
    first, last = quotes.observed.time_start[[times.start, times.stop]].tolist()
    remains = np.ones(last - first, dtype=bool)
    found = []
    for name, fails in taken_by(quotes, further or FurtherFilters()):
        here = fails[first:last]
        found.append(Further(name, int(here.sum()), int((here & remains).sum())))
        remains &= ~here
    return Waterfall(steps[0].before, tuple(steps), tuple(found))


@prepared
def _by_time(quotes: OptionQuotes) -> tuple[Integers, Integers]:
    """Return (m,) how many quotes each time has, and (m, reasons) how many of them each reason gave weight 0.

    Each time is weighed by itself, by the one function that knows the rules; no quote's weight depends on other times.
    """
    start = np.r_[np.searchsorted(quotes.time, quotes.times), quotes.size]
    removed = np.zeros((quotes.times.size, len(WeightReason)), dtype=np.int64)
    for t, (first, last) in enumerate(zip(start[:-1].tolist(), start[1:].tolist(), strict=True)):
        part = replace(quotes, **{name: getattr(quotes, name)[first:last] for name in _PER_ROW})
        reasons = weigh(part)[-1]
        removed[t] = [reasons[reason] for reason in WeightReason]
    return frozen(np.diff(start)), frozen(removed)
