"""The range of an axis holds its data, stands while they come and go a little, and follows when they do not."""

from hypothesis import assume, given
from hypothesis import strategies as st

from outsample_desktop.widgets.plot import hysteresis

ends = st.floats(-1e6, 1e6, allow_nan=False)


@given(ends, ends, ends, ends)
def test_data_lie_inside_and_fill_two_fifths(one, other, low, high):
    low, high = sorted((low, high))
    assume(high - low > 1e-6 * max(abs(low), abs(high), 1e-3))
    bottom, top = hysteresis(tuple(sorted((one, other))), low, high)
    assert bottom <= low <= high <= top
    assert high - low >= 0.4 * (top - bottom)


@given(ends, st.floats(1e-3, 1e6), st.floats(0.0, 0.5), st.floats(0.0, 0.5))
def test_a_range_stands_while_data_shrink_by_less_than_half_and_come_back(low, span, cut_low, cut_high):
    assume(cut_low + cut_high < 0.4)
    assume(span > 1e-6 * abs(low))
    first = hysteresis((0.0, 0.0), low, low + span)
    assert hysteresis(first, low + cut_low * span, low + span - cut_high * span) == first
    assert hysteresis(first, low, low + span) == first


def test_what_comes_and_goes_by_a_tenth_moves_the_axis_once():
    """Ends of a decay band over neighbouring train ends, as they were met in a daily history."""
    data = [(-0.466, 0.705), (-0.55, 0.672), (-0.519, 0.749), (-0.449, 0.505), (-0.296, 0.435), (-0.382, 0.611)]
    ranges, now = set(), (0.0, 1.0)
    for low, high in data:
        now = hysteresis(now, low, high)
        ranges.add(now)
    assert len(ranges) <= 2


def test_a_floor_is_kept_unless_data_lie_below():
    assert hysteresis((5.0, 6.0), 0.0, 30.0, floor=0.0)[0] == 0.0
    assert hysteresis((5.0, 6.0), -3.0, 30.0, floor=0.0)[0] < -3.0
    assert hysteresis((-4.0, 32.0), 1.0, 30.0, floor=0.0)[0] == 0.0  # a range that was for other data does not stand
    assert hysteresis((5.0, 6.0), 0.0, 0.0, floor=0.0)[0] == 0.0


def test_without_data_or_without_span_there_is_a_range_all_the_same():
    assert hysteresis((1.0, 2.0), float("nan"), 3.0) == (1.0, 2.0)
    for value in (0.0, 7.0, -1e-9):
        bottom, top = hysteresis((50.0, 60.0), value, value)
        assert bottom < value < top
