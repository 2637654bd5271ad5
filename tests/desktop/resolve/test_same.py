from dataclasses import replace

import numpy as np
import pytest

from outsample_desktop.resolve import same
from outsample_desktop.resolve.views import Curve, SliceView

CURVE = Curve("flat", "Flat", 2, np.array([1.0, 2.0]), np.array([np.nan, 3.0]))
VIEW = SliceView("Smile", "x", "y", CURVE, (CURVE,))


def copied(curve):
    return replace(curve, x=curve.x.copy(), y=curve.y.copy())


def test_equal_content_in_other_objects_is_the_same():
    assert same(VIEW, replace(VIEW, observed=copied(CURVE), curves=(copied(CURVE),)))


@pytest.mark.parametrize(
    "other",
    [
        replace(VIEW, title="Term"),
        replace(VIEW, curves=()),
        replace(VIEW, curves=(CURVE, CURVE)),
        replace(VIEW, observed=None),
        replace(VIEW, is_time=True),
        replace(VIEW, curves=(replace(CURVE, is_active=True),)),
        replace(VIEW, curves=(replace(CURVE, y=np.array([np.nan, 3.0000000000000004])),)),
        replace(VIEW, curves=(replace(CURVE, y=np.array([0.0, 3.0])),)),
        replace(VIEW, curves=(replace(CURVE, y=np.array([np.nan, 3.0, 4.0])),)),
    ],
)
def test_any_difference_is_seen_both_ways(other):
    assert not same(VIEW, other)
    assert not same(other, VIEW)


@pytest.mark.parametrize("value", [None, "", "a", 0, 1.5, float("nan"), (), (1, float("nan")), True])
def test_a_value_is_the_same_as_itself_even_where_it_is_no_number(value):
    assert same(value, value)


def test_one_nan_is_the_same_as_another():
    assert same((float("nan"),), (np.float64("nan").item(),))


@pytest.mark.parametrize(("one", "other"), [(1, 1.0), (True, 1), (None, 0), ("", ()), ((1,), [1])])
def test_values_of_two_types_are_never_the_same(one, other):
    assert not same(one, other)


def test_arrays_of_integers_booleans_and_nothing_compare():
    assert same(np.arange(3), np.arange(3))
    assert not same(np.arange(3), np.arange(1, 4))
    assert same(np.array([True, False]), np.array([True, False]))
    assert same(np.empty(0), np.empty(0))
    assert not same(np.empty((0, 2)), np.empty((2, 0)))
