"""Volatility regimes: exact change points of ln r^2, or states, coloured by the train window's own terciles.

Decisions
---------
- The search sees every return known at the train end, also those before the train start: more history only sharpens
  the levels. The colours and the seen range come from the days of the train window alone.
- Changes are searched in ln r^2; the volatility of a stretch, by which it is coloured, is the root mean square of its
  returns.
- After the train end a level takes the colour of the nearest train level (in log volatility).
- As long as no change is found after the start of the last train segment, a day keeps to the train levels: the
  running mean of a segment that goes on always moves a little, and that alone makes no regime unseen. A change that
  is found later but dated back into the train window does count.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from outsample.prepared import prepared
from outsample.regimes.change_points import PenaltyPath, back_trace, optimal_partition, penalty_path
from outsample.regimes.daily_volatility import DailyVolatility
from outsample.regimes.drawn import with_drawn
from outsample.regimes.known_days import edges_of, segments_of, unsearched
from outsample.regimes.palette import Palette
from outsample.regimes.settings import RegimeMethod, RegimeSettings
from outsample.regimes.track import RegimeTrack
from outsample.typing import Floats, Integers, frozen
from outsample.windows import Window, iso

__all__ = [
    "MINIMUM_RETURNS",
    "MULTIPLIERS",
    "RegimeCounts",
    "regime_penalty_path",
    "regime_segmentations",
    "regime_track",
    "segment_regimes",
]

DEFAULT: Final = RegimeSettings()
MINIMUM_RETURNS: Final = 10  # fewer daily returns before the train end than this are not searched
MULTIPLIERS: Final = tuple(0.25 * 2.0 ** (step / 2) for step in range(13))  # 0.25 .. 16, the bounds of the multiplier


def segment_regimes(time: Integers, close: Floats, train: Window, settings: RegimeSettings = DEFAULT) -> RegimeTrack:
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


def regime_track(
    daily: DailyVolatility, train: Window, settings: RegimeSettings = DEFAULT, previews: bool = False
) -> RegimeTrack:
    """Return the regimes for one train window, under the spans that the user has drawn.

    A window with too little before its end gives a track that is NORMAL throughout and says why in its `note`.

    Parameters
    ----------
    daily : DailyVolatility
    train : Window
    settings : RegimeSettings
    previews : bool
        A boundary is held: models of states take a quicker way, and the track says so. Change points are exact.
    """
    return with_drawn(_found(daily, train, replace(settings, drawn=()), previews), settings.drawn)


def _found(daily: DailyVolatility, train: Window, settings: RegimeSettings, previews: bool) -> RegimeTrack:
    """Return the regimes by the method of the settings."""
    known, first = daily.known(train.stop), daily.known(train.start)
    if known < MINIMUM_RETURNS or first >= known:
        found = f"{known}" if known < MINIMUM_RETURNS else "none inside the train window"
        needed = f"regimes need {MINIMUM_RETURNS} daily returns before the train end ({iso(train.stop)}), found {found}"
        return unsearched(daily, train, known, f"{needed}; move the train end later or load a longer history")
    if settings.method is not RegimeMethod.CHANGE_POINTS:
        from outsample.regimes.state_track import state_track  # models that no start needs

        return state_track(daily, train, settings, previews)
    return _by_change_points(daily, first, known, settings)


@prepared
def _by_change_points(daily: DailyVolatility, first: int, known: int, settings: RegimeSettings) -> RegimeTrack:
    """Search what is known; remembered, since most moves of a boundary leave that as it is."""
    penalty = settings.penalty(known)
    partition = optimal_partition(daily.log_square, penalty, settings.shortest_days)
    starts = back_trace(partition.last, known)
    stops = np.append(starts[1:], known)
    levels = daily.log_variance(starts, stops)
    in_train = stops > first
    palette = Palette.of(levels[in_train], stops[in_train] - np.maximum(starts[in_train], first))
    colours = palette.colour(levels)
    last = partition.last[known + 1 :]
    later = daily.log_variance(last, np.arange(known + 1, partition.last.size))
    filtered = palette.colour(later, always_seen=last <= starts[-1])
    filtered[last == starts[-1]] = colours[-1]
    level = np.concatenate((np.repeat(levels, stops - starts), later))
    label = np.concatenate((np.repeat(colours, stops - starts), filtered))
    edge = edges_of(daily, known)
    return RegimeTrack(
        time=daily.time,
        edge=edge,
        volatility=frozen(daily.annual(level)),
        label=frozen(label),
        segments=segments_of(
            daily, starts[in_train], stops[in_train], daily.annual(levels[in_train]), colours[in_train]
        ),
        filtered_from=int(edge[known]),
        penalty=penalty,
    )


@dataclass(frozen=True, slots=True, eq=False)
class RegimeCounts:
    """How many segments the exact optimum has under each of some penalties.

    Parameters
    ----------
    penalty : (k,) array
        Price of one change, in units of ``(ln r^2)^2``.
    segments : (k,) int64 array
        Never rises with the penalty; 0 when no return is known.
    """

    penalty: Floats
    segments: Integers


def regime_penalty_path(
    daily: DailyVolatility,
    train: Window,
    settings: RegimeSettings = DEFAULT,
    multipliers: tuple[float, ...] = MULTIPLIERS,
) -> RegimeCounts:
    """Return the number of segments known at the train end under each multiplier of the penalty.

    One search each, quick enough for a drag; `regime_segmentations` has all that lies between.

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
    return _counted(daily, known, _penalties(known, multipliers), settings.shortest_days)


@prepared
def _counted(daily: DailyVolatility, known: int, penalties: tuple[float, ...], shortest_days: int) -> RegimeCounts:
    found = [optimal_partition(daily.log_square[:known], penalty, shortest_days) for penalty in penalties]
    segments = np.array([back_trace(one.last, known).size for one in found], dtype=np.int64)
    return RegimeCounts(frozen(np.array(penalties)), frozen(segments))


def regime_segmentations(
    daily: DailyVolatility,
    train: Window,
    settings: RegimeSettings = DEFAULT,
    multipliers: tuple[float, float] = (MULTIPLIERS[0], MULTIPLIERS[-1]),
) -> PenaltyPath:
    """Return every segmentation of the returns known at the train end that is optimal between two multipliers.

    About two searches for each: for a release, not for a drag.

    Parameters
    ----------
    daily : DailyVolatility
        Only returns known at ``train.stop`` are used.
    train : Window
        Sets that end.
    settings : RegimeSettings
        Its multiplier is replaced. A penalty of the path over ``RegimeSettings(multiplier=1).penalty(known)`` is
        its multiplier.
    multipliers : (float, float)
        The lower and the upper lambda.

    Raises
    ------
    UsageError
        The multipliers are out of bounds or not in this order.
    """
    known = daily.known(train.stop)
    low, high = _penalties(known, multipliers)
    return _all_between(daily, known, low, high, settings.shortest_days)


@prepared
def _all_between(daily: DailyVolatility, known: int, low: float, high: float, shortest_days: int) -> PenaltyPath:
    days = daily.log_square[:known]
    return penalty_path(lambda penalty: optimal_partition(days, penalty, shortest_days), low, high)


def _penalties(known: int, multipliers: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(RegimeSettings(multiplier=multiplier).penalty(max(known, 2)) for multiplier in multipliers)
