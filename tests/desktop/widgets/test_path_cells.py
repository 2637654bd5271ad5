"""The range of a small plot: nearly all values, some of the band, and nothing that the quantity cannot be."""

import numpy as np
import pytest

from outsample_desktop.resolve.calibration_views import Marks, PathView
from outsample_desktop.widgets.path_cells import span_of


def path(value, error, **reach):
    value, error = np.asarray(value), np.asarray(error)
    none = np.zeros(value.size, np.bool_)
    return PathView("any", "", value, value - error, value + error, Marks(none, none, none, none), np.nan, "", **reach)


CORRELATIONS = np.tile([-1.0, 1.0, 0.2], 20)


def test_a_wide_band_of_a_correlation_does_not_widen_the_axis_beyond_what_one_can_be():
    low, high = span_of(path(CORRELATIONS, np.full(60, 5.0), least=-1.0, most=1.0))
    assert -1.2 < low < -1.0
    assert 1.0 < high < 1.2


def test_a_band_of_what_has_no_bound_widens_the_axis_by_half():
    low, high = span_of(path(CORRELATIONS, np.full(60, 5.0)))
    assert (low, high) == pytest.approx((-2.16, 2.16))  # half of the span of 2 at either end, and 8 % of it


def test_a_band_inside_the_bounds_counts_as_it_is():
    value = np.linspace(0.1, 0.3, 60)
    assert span_of(path(value, np.full(60, 0.05))) == span_of(path(value, np.full(60, 0.05), least=0.0, most=9.0))
