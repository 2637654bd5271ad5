"""Volatility regimes, first form: exact change points of ln r^2, coloured by the train window's own terciles.

Decisions
---------
- The search sees every return known at the train end, also those before the train start: more history only sharpens
  the levels. The colours and the seen range come from the days of the train window alone.
- Terciles are of train *days*: a level belongs to the third in which the middle of its days falls, when days are
  sorted by level. With one level that is NORMAL, with two equal halves CALM and STRESSED; ties cannot be torn apart.
- After the train end a level takes the colour of the nearest train level (in log volatility).
- As long as no change is found after the start of the last train segment, a day keeps to the train levels: the
  running mean of a segment that goes on always moves a little, and that alone makes no regime unseen. A change that
  is found later but dated back into the train window does count.
"""

from dataclasses import dataclass, replace
from typing import Annotated, Final

import numpy as np

from outsample.named_parameters import check_parameters
from outsample.regimes.change_points import PenaltyPath, back_trace, optimal_partition, penalty_path
from outsample.regimes.daily_volatility import NOISE_VARIANCE, DailyVolatility, annual_volatility
from outsample.regimes.track import Regime, RegimeTrack, Segment
from outsample.typing import DAY, Bools, Bounds, Floats, Integers, Label, Unit, frozen
from outsample.windows import Window, iso

__all__ = [
    "MINIMUM_RETURNS",
    "MULTIPLIERS",
    "RegimeSettings",
    "regime_penalty_path",
    "regime_track",
    "segment_regimes",
]

MINIMUM_RETURNS: Final = 10  # fewer daily returns before the train end than this are not searched
MULTIPLIERS: Final = tuple(0.25 * 2.0 ** (step / 2) for step in range(13))  # 0.25 .. 16, the grid of the penalty path


@dataclass(frozen=True, slots=True)
class RegimeSettings:
    """How readily a change of volatility is accepted.

    Parameters
    ----------
    multiplier : float
        How much a change must gain to be accepted: the larger, the fewer regimes. Lambda in the price of a change,
        ``lambda (pi^2 / 2) ln n`` with n the returns known at the train end.
    shortest_days : int
        Fewest daily returns of a segment. At 1, the plain definition, a single day almost without a move can be a
        regime of its own, since the log of a small square has a long lower tail; a week removes nearly all of that.

    Raises
    ------
    UsageError
        A value is no number or out of its bounds.
    """

    multiplier: Annotated[float, Label("Change-point penalty", "penalty {}×"), Unit("×"), Bounds(0.25, 16.0)] = 2.0
    shortest_days: Annotated[int, Label("Shortest regime", "regime ≥ {} d"), Unit("days"), Bounds(1, 60)] = 7

    def __post_init__(self) -> None:
        check_parameters(self)

    def penalty(self, known: int) -> float:
        """Return the price of one change when `known` returns are known at the train end."""
        return self.multiplier * NOISE_VARIANCE * float(np.log(known))


def segment_regimes(
    time: Integers, close: Floats, train: Window, settings: RegimeSettings = RegimeSettings()
) -> RegimeTrack:
    """Return the regimes of a price history; prepare a `DailyVolatility` once where a boundary is dragged.

    Parameters
    ----------
    time : (m,) int64 array
        Strictly increasing UTC nanoseconds.
    close : (m,) array
        Quote currency; rows that are not finite and positive are left out.
    train : Window
        Nothing that closes after its stop changes the colour of a day before it.
    settings : RegimeSettings
        Penalty multiplier.

    Raises
    ------
    DataError
        Lengths differ, or times repeat or run backwards.
    """
    return regime_track(DailyVolatility.of(time, close), train, settings)


def regime_track(daily: DailyVolatility, train: Window, settings: RegimeSettings = RegimeSettings()) -> RegimeTrack:
    """Return the regimes for one train window: one exact search and one pass of labels.

    A window with too little before its end gives a track that is NORMAL throughout and says why in its `note`.
    """
    known, first = daily.known(train.stop), daily.known(train.start)
    if known < MINIMUM_RETURNS or first >= known:
        return _unsearched(daily, train, known)
    penalty = settings.penalty(known)
    partition = optimal_partition(daily.log_square, penalty, settings.shortest_days)
    starts = back_trace(partition.last, known)
    stops = np.append(starts[1:], known)
    levels = partition.level[stops]
    in_train = stops > first
    palette = _Palette.of(levels[in_train], stops[in_train] - np.maximum(starts[in_train], first))
    colours = palette.colour(levels)
    later, last = partition.level[known + 1 :], partition.last[known + 1 :]
    filtered = palette.colour(later, always_seen=last <= starts[-1])
    filtered[last == starts[-1]] = colours[-1]
    level = np.concatenate((np.repeat(levels, stops - starts), later))
    label = np.concatenate((np.repeat(colours, stops - starts), filtered))
    edge = _edges(daily, known)
    return RegimeTrack(
        time=daily.time,
        edge=edge,
        volatility=frozen(annual_volatility(level)),
        label=frozen(label),
        segments=_segments(daily, starts[in_train], stops[in_train], levels[in_train], colours[in_train]),
        filtered_from=int(edge[known]),
        penalty=penalty,
    )


def regime_penalty_path(
    daily: DailyVolatility,
    train: Window,
    settings: RegimeSettings = RegimeSettings(),
    multipliers: tuple[float, ...] = MULTIPLIERS,
) -> PenaltyPath:
    """Return the number of segments known at the train end under each multiplier of the penalty.

    Parameters
    ----------
    daily : DailyVolatility
        Only returns known at ``train.stop`` are used.
    train : Window
        Sets that end.
    settings : RegimeSettings
        Its multiplier is replaced by each of `multipliers` in turn.
    multipliers : tuple of float
        Lambdas, in the order of the answer.
    """
    known = daily.known(train.stop)
    penalties = [replace(settings, multiplier=multiplier).penalty(max(known, 2)) for multiplier in multipliers]
    return penalty_path(daily.log_square[:known], np.array(penalties), settings.shortest_days)


@dataclass(frozen=True, slots=True, eq=False)
class _Palette:
    """Train levels, ascending and distinct, and the colour of each."""

    level: Floats
    code: Integers

    @classmethod
    def of(cls, levels: Floats, days: Integers) -> "_Palette":
        level, group = np.unique(levels, return_inverse=True)
        weight = np.bincount(group, weights=days)
        middle = (np.cumsum(weight) - 0.5 * weight) / weight.sum()
        code = np.searchsorted((1.0 / 3.0, 2.0 / 3.0), middle, side="right").astype(np.int8)
        return cls(level, code)

    def colour(self, levels: Floats, always_seen: Bools | None = None) -> Integers:
        """Return the codes of `levels`: that of the nearest train level, UNSEEN outside them."""
        boundary = 0.5 * (self.level[:-1] + self.level[1:])
        code = self.code[np.searchsorted(boundary, levels)]
        unseen = (levels < self.level[0]) | (levels > self.level[-1])
        if always_seen is not None:
            unseen &= ~always_seen
        code[unseen] = Regime.UNSEEN
        return np.asarray(code)


def _segments(
    daily: DailyVolatility, starts: Integers, stops: Integers, levels: Floats, colours: Integers
) -> tuple[Segment, ...]:
    begin, end = daily.begin[starts].tolist(), daily.time[stops - 1].tolist()
    volatility = annual_volatility(levels).tolist()
    codes = colours.tolist()
    return tuple(
        Segment(start, stop, level, Regime(code))
        for start, stop, level, code in zip(begin, end, volatility, codes, strict=True)
    )


def _edges(daily: DailyVolatility, known: int) -> Integers:
    """Return where each day's label begins to hold: at its own begin if segmented, at its close if filtered."""
    if not daily.time.size:
        return frozen(np.empty(0, dtype=np.int64))
    return frozen(np.concatenate((daily.begin[:known], daily.time[known:], daily.time[-1:] + DAY)))


def _unsearched(daily: DailyVolatility, train: Window, known: int) -> RegimeTrack:
    count = daily.time.size
    edge = _edges(daily, known)
    found = f"{known}" if known < MINIMUM_RETURNS else "none inside the train window"
    return RegimeTrack(
        time=daily.time,
        edge=edge,
        volatility=frozen(annual_volatility(np.cumsum(daily.log_square) / np.arange(1, count + 1))),
        label=frozen(np.full(count, Regime.NORMAL, dtype=np.int8)),
        segments=(),
        filtered_from=int(edge[known]) if count else train.stop,
        penalty=float("nan"),
        note=(
            f"regimes need {MINIMUM_RETURNS} daily returns before the train end ({iso(train.stop)}), found {found}, "
            "so every day is shown as normal; move the train end later or load a longer history"
        ),
    )
