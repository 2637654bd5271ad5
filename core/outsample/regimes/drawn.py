"""Regimes that the user draws: spans of days with a colour of their own, over whatever was found.

They are what the user knows, at whatever time he came to know it: unlike the labels found after the train end they are
not filtered, and whoever draws one in the test window looks back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from outsample.errors import UsageError
from outsample.regimes.track import Regime, RegimeTrack
from outsample.typing import Integers, frozen
from outsample.windows import iso, parse_time

__all__ = [
    "DRAWABLE",
    "LONGEST_NAME",
    "MOST_DRAWN",
    "DrawnColumns",
    "DrawnRegime",
    "check_drawn",
    "drawn_columns",
    "drawn_rows",
    "with_drawn",
]

DRAWABLE: Final = (Regime.CALM, Regime.NORMAL, Regime.STRESSED)  # unseen is what the train window lacks: no opinion
LONGEST_NAME: Final = 80  # characters
MOST_DRAWN: Final = 1_000
_LAST: Final = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True)
class DrawnRegime:
    """A span that the user says is calm, normal or stressed.

    Parameters
    ----------
    start, stop : int
        UTC nanoseconds, half-open. Every day that the span touches is coloured whole.
    regime : Regime
        CALM, NORMAL or STRESSED.
    name : str
        What happened; may be empty.

    Raises
    ------
    UsageError
        The span does not end after its start, the regime is none to draw, or the name is too long.
    """

    start: int
    stop: int
    regime: Regime
    name: str = ""

    def __post_init__(self) -> None:
        if max(abs(self.start), abs(self.stop)) > _LAST:
            raise UsageError(
                f"a marked span must lie between {iso(-_LAST)[:10]} and {iso(_LAST)[:10]}, found {self.start} ns to "
                f"{self.stop} ns; change it"
            )
        if not self.start < self.stop:
            raise UsageError(
                f"a marked span must end after its start, found {iso(self.start)} to {iso(self.stop)}; "
                "change one of them"
            )
        if self.regime not in DRAWABLE:
            known = ", ".join(one.name.lower() for one in DRAWABLE)
            raise UsageError(f"a marked span must be one of {known}, found {str(self.regime)[:40]}; choose one")
        if len(self.name) > LONGEST_NAME or not self.name.isprintable():
            raise UsageError(
                f"the name of a marked span must be one line of at most {LONGEST_NAME} characters, found "
                f"{len(self.name)}: {self.name[:40]!r}; shorten it"
            )

    def to_plain(self) -> dict[str, str]:
        """Return the span as a case has it, times in ISO-8601 UTC; `from_plain` gives it back unchanged."""
        return {"start": iso(self.start), "stop": iso(self.stop), "regime": self.regime.name.lower(), "name": self.name}

    @classmethod
    def from_plain(cls, read: object) -> Self:
        """Return the span that a case holds; times as ISO-8601 text or whole nanoseconds, regimes by name or code.

        Raises
        ------
        UsageError
            It is none.
        """
        if isinstance(read, cls):
            return read
        if not isinstance(read, Mapping) or not {"start", "stop", "regime"} <= set(read):
            raise UsageError(
                f"a marked span must have a start, a stop and a regime, found {repr(read)[:60]}; leave it out"
            )
        return cls(_time(read["start"]), _time(read["stop"]), _regime(read["regime"]), str(read.get("name", "")))


def _time(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return parse_time(str(value))


def _regime(value: Any) -> Regime:
    for one in DRAWABLE:
        if value == one.name.lower() or (type(value) is not bool and value == one):
            return one
    known = ", ".join(one.name.lower() for one in DRAWABLE)
    raise UsageError(f"a marked span must be one of {known}, found {str(value)[:40]}; choose one")


def check_drawn(drawn: object) -> None:
    """Refuse anything but a tuple of at most `MOST_DRAWN` spans.

    Raises
    ------
    UsageError
        In one sentence.
    """
    if not isinstance(drawn, tuple) or not all(isinstance(one, DrawnRegime) for one in drawn):
        raise UsageError(f"drawn must be spans with a regime each, found {repr(drawn)[:60]}; leave it out")
    if len(drawn) > MOST_DRAWN:
        raise UsageError(f"a case holds at most {MOST_DRAWN:,} marked spans, found {len(drawn):,}; remove some")


@dataclass(frozen=True, slots=True, eq=False)
class DrawnColumns:
    """Spans as columns, and which of them lies on top from when on.

    Parameters
    ----------
    start, stop : (k,) int64 array
        UTC nanoseconds.
    code : (k,) int8 array
        Codes of `Regime`.
    name : (k,) array of str
    bound : (m,) int64 array
        Where another span comes to the top, strictly increasing.
    top : (m + 2,) int64 array
        Place of the span on top before the first bound, from each bound on, and -1 once more; -1 for none.
    """

    start: Integers
    stop: Integers
    code: Integers
    name: NDArray[np.str_]
    bound: Integers
    top: Integers


_kept: Final[dict[int, tuple[tuple[DrawnRegime, ...], DrawnColumns]]] = {}  # by id of the spans, which it holds


def drawn_columns(drawn: tuple[DrawnRegime, ...]) -> DrawnColumns:
    """Return spans as columns; kept for the tuple they were asked for last, since none of them changes in a drag.

    By identity: to hash a thousand spans takes longer than to set them out.
    """
    kept = _kept.get(id(drawn))
    if kept is None:
        kept = drawn, _set_out(drawn)
        _kept.clear()
        _kept[id(drawn)] = kept
    return kept[1]


def _set_out(drawn: tuple[DrawnRegime, ...]) -> DrawnColumns:
    start = np.array([one.start for one in drawn], dtype=np.int64)
    stop = np.array([one.stop for one in drawn], dtype=np.int64)
    bound = np.unique(np.concatenate((start, stop)))
    top = np.full(bound.size + 2, -1, dtype=np.int64)
    first, beyond = np.searchsorted(bound, start) + 1, np.searchsorted(bound, stop) + 1
    for place, (begin, end) in enumerate(zip(first.tolist(), beyond.tolist(), strict=True)):
        top[begin:end] = place
    code = np.array([one.regime for one in drawn], dtype=np.int8)
    name = np.array([one.name for one in drawn], dtype=np.str_)
    return DrawnColumns(frozen(start), frozen(stop), frozen(code), frozen(name), frozen(bound), frozen(top))


def drawn_rows(edge: Integers, drawn: tuple[DrawnRegime, ...]) -> Integers:
    """Return the place in `drawn` of the span that colours each day, -1 for none; the later of two that overlap.

    A day has the highest of the places that are on top anywhere in it: a span that touches the day and is nowhere on
    top in it lies under another that touches it too.

    Parameters
    ----------
    edge : (n + 1,) int64 array
        Day i's label holds in ``[edge[i], edge[i + 1])``; empty when n = 0.
    drawn : tuple of DrawnRegime

    Returns
    -------
    (n,) int64 array
    """
    days = max(edge.size - 1, 0)
    if not drawn or not days:
        return np.full(days, -1, dtype=np.int64)
    columns = drawn_columns(drawn)
    reach = np.empty(2 * days, dtype=np.int64)
    reach[::2] = np.searchsorted(columns.bound, edge[:-1], side="right")
    reach[1::2] = np.searchsorted(columns.bound, edge[1:], side="left") + 1
    return np.asarray(np.maximum.reduceat(columns.top, reach)[::2])


def with_drawn(track: RegimeTrack, drawn: tuple[DrawnRegime, ...]) -> RegimeTrack:
    """Return the track with the colours of drawn spans over its own, in train and test alike.

    Levels, segments and states stay as they were found: what a user draws recolours days, it moves no estimate.
    """
    if not drawn:
        return track
    row = drawn_rows(track.edge, drawn)
    label = np.where(row >= 0, drawn_columns(drawn).code[row], track.label).astype(np.int8)
    return replace(track, label=frozen(label), drawn=drawn, drawn_row=frozen(row))
