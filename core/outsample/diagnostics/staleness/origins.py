"""Which train windows end where: the vintages of a model over its test window."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.errors import UsageError
from outsample.typing import Integers, frozen
from outsample.windows import Scheme, Split, Window

__all__ = ["MOST_CELLS", "MOST_ORIGINS", "Origins", "place_origins"]

MOST_ORIGINS: Final = 80  # of models that are fitted and asked one vintage after the other
MOST_CELLS: Final = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Origins:
    """Vintages in the order of their train ends; a date is a time of the test window.

    The first vintage is the model of the split itself. As the train end moves on, the rolling scheme keeps the number
    of times in the train window, the others keep its start: what the refits behind regret do.

    Parameters
    ----------
    train_start, train_stop : (o,) int array
        Vintage i is trained on the times ``train_start[i] <= t < train_stop[i]``.
    first_date : (o,) int array
        First date, from 0, that each vintage may be judged at: no earlier than the purge gap after its train end.
    in_service : (o,) int64 array
        Train end plus purge, UTC nanoseconds: where age is counted from.
    rows : slice
        Times of the test window.
    spacing : int
        Times from one train end to the next.
    """

    train_start: Integers
    train_stop: Integers
    first_date: Integers
    in_service: Integers
    rows: slice
    spacing: int

    @property
    def count(self) -> int:
        """Number of vintages."""
        return int(self.train_stop.size)

    @property
    def dates(self) -> int:
        """Number of dates."""
        return int(self.rows.stop - self.rows.start)

    @property
    def cells(self) -> int:
        """Number of pairs of a vintage and a date that it may be judged at."""
        return int((self.dates - self.first_date).sum())

    @property
    def lead(self) -> int:
        """Times from the last train time of a vintage to the middle of its service; 1 where it is refitted at each."""
        first = int(self.rows.start + self.first_date[0] - self.train_stop[0]) + 1
        return first + (self.spacing - 1) // 2

    def window(self, vintage: int, times: Integers) -> Window:
        """Return the train window of one vintage."""
        start, stop = int(self.train_start[vintage]), int(self.train_stop[vintage])
        return Window(int(times[start]), int(times[stop]))

    def fresh(self) -> Integers:
        """Return (d,) which vintage is fresh at each date: the newest that comes into service then; -1 for none."""
        newest = np.full(self.dates, -1, dtype=np.int64)
        newest[self.first_date] = np.arange(self.count)  # of equal dates the last one stays, which is the newest
        return newest

    def serving(self) -> Integers:
        """Return (d,) which vintage is in service at each date: the newest that may be judged there; -1 for none."""
        return np.asarray(np.searchsorted(self.first_date, np.arange(self.dates), side="right") - 1)


def place_origins(
    times: Integers,
    split: Split,
    scheme: Scheme,
    most_origins: int | None = MOST_ORIGINS,
    most_cells: int = MOST_CELLS,
) -> Origins:
    """Let a train window end at every k-th time from the train end on, k as small as the limits allow.

    Parameters
    ----------
    times : (m,) int64 array
        Observation times, UTC nanoseconds.
    split : Split
    scheme : Scheme
    most_origins : int, optional
        None for as many as `most_cells` allows.
    most_cells : int
        Pairs of a vintage and a date.

    Returns
    -------
    Origins
        Without any where the train or the test window holds no time.

    Raises
    ------
    UsageError
        A limit is below 1.
    """
    if most_cells < 1 or (most_origins is not None and most_origins < 1):
        raise UsageError(f"limits must be 1 or more, found {most_origins} origins and {most_cells} cells; raise them")
    train, rows = split.train.rows(times), split.test.rows(times)
    rows = slice(rows.start, max(rows.start, rows.stop))
    possible = np.arange(train.stop, rows.stop) if train.stop > train.start else np.empty(0, dtype=np.int64)
    serving = np.maximum(np.searchsorted(times, times[possible] + split.purge), rows.start)
    possible, serving = possible[serving < rows.stop], serving[serving < rows.stop]
    spacing = max(1, -(-possible.size // (most_origins or possible.size or 1)))
    while possible.size and int((rows.stop - serving[::spacing]).sum()) > most_cells and spacing < possible.size:
        spacing += 1
    stop, serving = possible[::spacing], serving[::spacing]
    length = train.stop - train.start
    start = stop - length if scheme is Scheme.ROLLING else np.full(stop.size, train.start)
    first, service = serving - rows.start, times[stop] + split.purge
    return Origins(frozen(start), frozen(stop), frozen(first), frozen(service), rows, spacing)
