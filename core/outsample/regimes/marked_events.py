"""Events of a file as marked spans: what the window and the command line make of a calendar."""

import os
from dataclasses import dataclass

from outsample.io.events import Event, read_events
from outsample.regimes.drawn import LONGEST_NAME, DrawnRegime, check_drawn
from outsample.regimes.track import Regime
from outsample.typing import Integers

__all__ = ["MarkedEvents", "marked_events", "spans_outside"]


@dataclass(frozen=True, slots=True)
class MarkedEvents:
    """What a file of events marks.

    Parameters
    ----------
    spans : tuple of DrawnRegime
        Each once, in the order of the file.
    summary : str
        How many were read, in a sentence.
    remarks : tuple of str
        What else a user should know, a sentence each: rows left out, times read otherwise than written, regimes taken
        for granted.
    """

    spans: tuple[DrawnRegime, ...]
    summary: str
    remarks: tuple[str, ...]


def marked_events(path: str | os.PathLike[str]) -> MarkedEvents:
    """Read a file of events; one without a regime is stressed, a long name is cut.

    Raises
    ------
    DataError
        The file cannot be read or understood, or no row of it is an event.
    UsageError
        An event lies where no span can be, or there are more than a case holds.
    """
    events, report = read_events(path)
    spans = tuple(dict.fromkeys(_span_of(one) for one in events))
    check_drawn(spans)
    summary, *remarks = report.sentences()
    if not all(one.regime for one in events):
        remarks.append("Where the file names no regime it is stressed.")
    if repeated := len(events) - len(spans):
        remarks.append(f"{repeated:,} of them stand in the file more than once.")
    return MarkedEvents(spans, summary, tuple(remarks))


def spans_outside(spans: tuple[DrawnRegime, ...], times: Integers) -> int:
    """Return how many spans lie before or after all of the times of a history."""
    first, last = int(times[0]), int(times[-1])
    return sum(one.stop <= first or one.start > last for one in spans)


def _span_of(event: Event) -> DrawnRegime:
    name = "".join(one for one in event.name if one.isprintable())
    name = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    return DrawnRegime(event.start, event.stop, Regime[event.regime.upper() or "STRESSED"], name)
