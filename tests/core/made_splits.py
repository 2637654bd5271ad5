"""Clocks, splits on them and places of the mouse, as hypothesis makes them, and when a split is sound."""

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from outsample.errors import UsageError
from outsample.typing import DAY, HOUR, SECOND
from outsample.windows import MINIMUM_TIMES, Handle, Scheme, default_split, position_of

__all__ = ["EDGES", "START", "boundaries", "clocks", "counts", "games", "is_sound", "pointers", "regular"]

START = 1_704_067_200 * SECOND  # 2024-01-01
EDGES = (Handle.TRAIN_START, Handle.TRAIN_END, Handle.TEST_START, Handle.TEST_END)


def regular(count, spacing=DAY):
    return START + spacing * np.arange(count, dtype=np.int64)


gaps = st.one_of(st.just(DAY), st.sampled_from([1, SECOND, HOUR, DAY, 9 * DAY]), st.integers(1, 20 * DAY))


@st.composite
def clocks(draw, smallest=2 * MINIMUM_TIMES, largest=90):
    """Sorted distinct times: even, or as irregular as feeds are."""
    if draw(st.booleans()):
        return regular(draw(st.integers(smallest, largest)), draw(st.sampled_from([1, HOUR, DAY])))
    spacing = draw(st.lists(gaps, min_size=smallest - 1, max_size=largest - 1))
    return START + np.r_[0, np.cumsum(spacing, dtype=np.int64)]


@st.composite
def games(draw):
    """A clock, a label horizon, a valid split and the scheme it is played with."""
    times = draw(clocks())
    horizon = draw(st.sampled_from([0, 0, 1, HOUR, DAY, 5 * DAY]))
    purge = horizon + draw(st.sampled_from([0, 0, 1, HOUR, 3 * DAY]))
    try:
        split = default_split(times, purge, draw(st.floats(0.1, 0.9)))
    except UsageError:
        assume(False)
    return times, horizon, split, draw(st.sampled_from(Scheme))


@st.composite
def pointers(draw, times):
    """Where a mouse points: on a time, near one, between two, or far outside."""
    anywhere = st.integers(int(times[0]) - 30 * DAY, int(times[-1]) + 30 * DAY)
    on_a_time = st.sampled_from(times.tolist())
    return draw(st.one_of(anywhere, on_a_time, st.builds(lambda t, by: t + by, on_a_time, st.integers(-1, 1))))


def boundaries(split):
    return tuple(position_of(split, handle) for handle in EDGES)


def is_sound(split, times, horizon):
    """Ordered, at least twenty times in each window, purged, and on observation times."""
    allowed = {*times.tolist(), int(times[-1]) + 1}
    train, test = split.train.rows(times), split.test.rows(times)
    return (
        split.train.start < split.train.stop <= split.test.start < split.test.stop
        and train.stop - train.start >= MINIMUM_TIMES
        and test.stop - test.start >= MINIMUM_TIMES
        and split.test.start - split.train.stop >= split.purge >= horizon
        and set(boundaries(split)) <= allowed
    )


def counts(split, times):
    train, test = split.train.rows(times), split.test.rows(times)
    return train.stop - train.start, test.stop - test.start
