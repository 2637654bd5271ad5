"""Boundaries of a window with room to move, and what must hold of them wherever they went."""

from outsample.windows import MINIMUM_TIMES, Handle, Scheme, default_split, move, position_of

__all__ = ["HANDLES", "NOT_MOVING", "assert_lawful", "inside"]

HANDLES = (Handle.TRAIN_START, Handle.TRAIN_END, Handle.TEST_START, Handle.TEST_END)
NOT_MOVING = {(Scheme.ANCHORED, Handle.TRAIN_START), (Scheme.ANCHORED, Handle.WHOLE)}  # the train start is given


def assert_lawful(split, times):
    """Boundaries are in order, on observation times, with enough times in each window."""
    assert split.train.start < split.train.stop <= split.test.start < split.test.stop
    assert split.test.start - split.train.stop >= split.purge >= 0
    for window in (split.train, split.test):
        rows = window.rows(times)
        assert rows.stop - rows.start >= MINIMUM_TIMES
    allowed = {*times.tolist(), int(times[-1]) + 1}
    assert {position_of(split, handle) for handle in HANDLES} <= allowed


def inside(desk, scheme):
    """Bring the pattern inside the history, with a gap, so that every handle has room to move both ways."""
    times = desk.data.times
    at = [times.size * share // 100 for share in (15, 55, 60, 85)]
    split = default_split(times)
    for handle, index in zip(
        (Handle.TEST_END, Handle.TRAIN_END, Handle.TEST_START), (at[3], at[1], at[2]), strict=True
    ):
        split = move(split, handle, int(times[index]), times, Scheme.FREE)
    if scheme is not Scheme.ANCHORED:
        split = move(split, Handle.TRAIN_START, int(times[at[0]]), times, Scheme.FREE)
    desk.change(scheme=scheme, split=split)
    desk.undo.clear()
