"""The regime of every day: what the timeline colours and what losses are grouped by."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from outsample.typing import Floats, Integers

if TYPE_CHECKING:
    from outsample.regimes.drawn import DrawnRegime

__all__ = ["Regime", "RegimeTrack", "Segment", "StateFacts"]


class Regime(IntEnum):
    """Colour of a day; the value is the code in `RegimeTrack.label`."""

    CALM = 0
    NORMAL = 1
    STRESSED = 2
    UNSEEN = 3


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one volatility that lies in the train window, wholly or in part.

    Parameters
    ----------
    start, stop : int
        UTC midnights, nanoseconds, half-open. The first may lie before the train window: the whole stretch made
        the level.
    volatility : float
        Fraction a year.
    label : Regime
        CALM, NORMAL or STRESSED.
    """

    start: int
    stop: int
    volatility: float
    label: Regime


@dataclass(frozen=True, slots=True, eq=False)
class StateFacts:
    """What is known of the states of a model, from calm to volatile.

    Parameters
    ----------
    volatility : (k,) array
        Fraction a year; NaN for a state without days.
    mean : (k,) array
        Mean daily log return.
    days : (k,) int array
        Days known at the train end.
    transition : (k, k) array
        Chance of the next day's state (column) given this day's (row).
    duration : (k,) array
        Days that a visit lasts on average.
    long_run : (k,) array
        Share of days in the long run.
    probability : (n, k) array, optional
        Of the state of each day, filtered from the train end on; None for a model without probabilities.
    criterion : float
        BIC of the fit; NaN for a model without a likelihood.
    is_settled : bool
        The search has ended, and no state is of repeated values.
    """

    volatility: Floats
    mean: Floats
    days: Integers
    transition: Floats
    duration: Floats
    long_run: Floats
    probability: Floats | None
    criterion: float
    is_settled: bool


@dataclass(frozen=True, slots=True, eq=False)
class RegimeTrack:
    """Volatility and colour of every daily return.

    Days closed by the train end carry the segmentation known at the train end, over the day itself. Later days carry
    a filtered label, which is known at the midnight that ends the day and so holds from that midnight to the next.

    Parameters
    ----------
    time : (n,) int64 array
        UTC midnight at which each day closes, nanoseconds.
    edge : (n + 1,) int64 array
        Day i's label holds in ``[edge[i], edge[i + 1])``; empty when n = 0.
    volatility : (n,) array
        Level of the day's segment, fraction a year.
    label : (n,) int8 array
        Codes of `Regime`.
    segments : tuple of Segment
        Those of the train window, in time order; empty when there is a `note`.
    filtered_from : int
        Labels that hold from here on are filtered; UTC nanoseconds.
    penalty : float
        Price of one change that was used, in units of ``(ln r^2)^2`` or of the jump model; NaN where there is none.
    note : str
        Why nothing was searched, as a sentence; empty otherwise.
    states : StateFacts, optional
        Of a model of states; None for change points.
    is_preview : bool
        Found by a quicker search while a boundary is held; False for all that is exact.
    drawn : tuple of DrawnRegime
        Spans whose colour is the user's own. Not filtered: they may say in test what nobody knew at the time.
    drawn_row : (n,) int64 array, optional
        Place in `drawn` of the span that colours each day, -1 for none; None where no span is drawn.
    """

    time: Integers
    edge: Integers
    volatility: Floats
    label: Integers
    segments: tuple[Segment, ...]
    filtered_from: int
    penalty: float
    note: str = ""
    states: StateFacts | None = None
    is_preview: bool = False
    drawn: "tuple[DrawnRegime, ...]" = ()
    drawn_row: Integers | None = None

    def at(self, times: Integers) -> Integers:
        """Return the code that holds at each of `times` (UTC ns); the outermost labels extend without end.

        Raises nothing: a track without any day answers NORMAL.
        """
        if not self.label.size:
            return np.full(times.shape, Regime.NORMAL, dtype=np.int8)
        row = np.searchsorted(self.edge, times, side="right") - 1
        return np.asarray(self.label[np.clip(row, 0, self.label.size - 1)])

    def runs(self) -> tuple[Integers, Integers]:
        """Return the edges of the runs of days of one colour (k + 1, UTC ns) and their codes (k); empty for none."""
        if not self.label.size:
            return self.edge[:0], self.label
        first = np.flatnonzero(np.diff(self.label, prepend=-1))
        return np.append(self.edge[first], self.edge[-1]), self.label[first]

    def bands(self) -> list[tuple[int, int, Regime]]:
        """Return (start, stop, regime) of each run of days of one colour, in time order, adjoining; UTC ns."""
        edges, codes = (part.tolist() for part in self.runs())
        return [(start, stop, Regime(code)) for start, stop, code in zip(edges[:-1], edges[1:], codes, strict=True)]
