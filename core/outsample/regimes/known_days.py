"""What every method says of days alike: from when on a label holds, and what is shown where nothing could be found."""

import numpy as np

from outsample.regimes.daily_volatility import DailyVolatility
from outsample.regimes.track import Regime, RegimeTrack, Segment
from outsample.typing import DAY, Floats, Integers, frozen
from outsample.windows import Window

__all__ = ["edges_of", "segments_of", "unsearched"]


def edges_of(daily: DailyVolatility, known: int) -> Integers:
    """Return where each day's label begins to hold: at its own begin if known at the train end, else at its close."""
    if not daily.time.size:
        return frozen(np.empty(0, dtype=np.int64))
    return frozen(np.concatenate((daily.begin[:known], daily.time[known:], daily.time[-1:] + DAY)))


def segments_of(
    daily: DailyVolatility, starts: Integers, stops: Integers, volatility: Floats, codes: Integers
) -> tuple[Segment, ...]:
    """Return the segments ``[starts[i], stops[i])`` of days, with a volatility and a colour each."""
    begin, end = daily.begin[starts].tolist(), daily.time[stops - 1].tolist()
    return tuple(
        Segment(start, stop, level, Regime(code))
        for start, stop, level, code in zip(begin, end, volatility.tolist(), codes.tolist(), strict=True)
    )


def unsearched(daily: DailyVolatility, train: Window, known: int, note: str) -> RegimeTrack:
    """Return a track that is NORMAL throughout and says why."""
    count = daily.time.size
    edge = edges_of(daily, known)
    return RegimeTrack(
        time=daily.time,
        edge=edge,
        volatility=frozen(daily.annual(daily.log_variance(0, np.arange(1, count + 1)))),
        label=frozen(np.full(count, Regime.NORMAL, dtype=np.int8)),
        segments=(),
        filtered_from=int(edge[known]) if count else train.stop,
        penalty=float("nan"),
        note=f"{note}, so every day is shown as normal",
    )
