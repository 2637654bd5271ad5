import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from outsample_desktop.widgets.decimation import extremes

VALUES = st.floats(-1e300, 1e300) | st.just(float("nan"))
LINES = st.integers(0, 400).flatmap(
    lambda size: st.tuples(
        arrays(np.float64, size, elements=st.floats(0.0, 100.0)).map(np.cumsum),
        arrays(np.float64, size, elements=VALUES),
    )
)


@given(line=LINES, columns=st.integers(1, 60))
def test_the_lowest_and_the_highest_value_are_kept(line, columns):
    x, y = line
    _, kept = extremes(x, y, columns)
    finite = y[np.isfinite(y)]
    assert np.isfinite(kept).any() == bool(finite.size)
    if finite.size:
        assert np.nanmin(kept) == finite.min()
        assert np.nanmax(kept) == finite.max()


@given(line=LINES, columns=st.integers(1, 60))
def test_nothing_is_added_and_never_more_than_two_points_a_column_are_left(line, columns):
    x, y = line
    kept_x, kept_y = extremes(x, y, columns)
    assert kept_x.shape == kept_y.shape
    assert kept_x.size <= max(2 * columns, 0) or kept_x.size == x.size <= 2 * columns
    assert (np.diff(kept_x) >= 0).all()
    assert np.isin(kept_x, x).all()
    assert np.isin(kept_y[np.isfinite(kept_y)], y).all()


@given(line=LINES, columns=st.integers(1, 60))
def test_every_value_lies_between_the_two_of_its_column(line, columns):
    x, y = line
    kept_x, kept_y = extremes(x, y, columns)
    if kept_x.size == x.size:
        return
    starts = kept_x[::2]
    at = np.searchsorted(starts, x, side="right") - 1
    low, high = kept_y[::2][at], kept_y[1::2][at]
    valid = np.isfinite(y)
    assert (low[valid] <= y[valid]).all()
    assert (y[valid] <= high[valid]).all()


def test_a_short_curve_is_handed_on_as_it_is():
    x, y = np.arange(10.0), np.arange(10.0)
    kept_x, kept_y = extremes(x, y, 5)
    assert kept_x is x
    assert kept_y is y


def test_a_stretch_of_nothing_breaks_the_line():
    x = np.arange(1000.0)
    y = np.sin(x)
    y[400:600] = np.nan
    kept_x, kept_y = extremes(x, y, 50)
    inside = (kept_x > 420) & (kept_x < 580)
    assert inside.any()
    assert np.isnan(kept_y[inside]).all()
    assert np.isfinite(kept_y[~((kept_x >= 380) & (kept_x < 600))]).all()


@pytest.mark.parametrize("columns", [0, -3])
def test_a_plot_without_width_leaves_the_curve_alone(columns):
    x = np.arange(100.0)
    assert extremes(x, x, columns)[0] is x


def test_times_that_all_fall_together_are_no_division_by_zero():
    x, y = np.full(1000, 5.0), np.arange(1000.0)
    kept_x, kept_y = extremes(x, y, 100)
    assert (kept_y.min(), kept_y.max()) == (0.0, 999.0)
    assert set(kept_x) == {5.0}


def test_a_spike_of_one_point_among_a_million_survives():
    x = np.linspace(0.0, 1.0, 1_000_000)
    y = np.zeros(x.size)
    y[654_321] = 1e300
    assert np.max(extremes(x, y, 800)[1]) == 1e300
