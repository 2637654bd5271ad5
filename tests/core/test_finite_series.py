"""The one check at the border of tests and searches: what passes is fit for kernels, the rest is refused."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.errors import DataError
from outsample.finite_series import SQUARABLE, checked_series


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=20))
def test_finite_values_pass_unchanged(values):
    assert checked_series(np.array(values), "losses").tolist() == values


@pytest.mark.parametrize(
    "values", [np.arange(10)[::2], np.arange(5, dtype=np.float32), [0, 1, 2]], ids=["strided", "single", "list"]
)
def test_what_passes_is_contiguous_double_and_read_only(values):
    series = checked_series(values, "losses")
    assert series.dtype == np.float64
    assert series.flags.c_contiguous
    assert not series.flags.writeable
    assert series.tolist() == list(values)


def test_the_array_of_the_caller_is_not_copied_and_stays_writeable():
    values = np.arange(5.0)
    assert np.shares_memory(checked_series(values, "losses"), values)
    assert values.flags.writeable


def test_a_table_has_one_row_a_time():
    table = np.arange(6.0).reshape(3, 2)
    assert checked_series(table.T, "regressors", is_table=True).flags.c_contiguous
    assert checked_series(table, "regressors", is_table=True).tolist() == table.tolist()


@pytest.mark.parametrize(
    ("shape", "is_table", "said"),
    [
        ((3, 2), False, "losses need one number a time, found an array of shape (3, 2); take one column"),
        ((3,), True, "losses need one row a time, found an array of shape (3,); make each variable a column"),
        ((3, 2, 1), True, "losses need one row a time, found an array of shape (3, 2, 1); make each variable a column"),
    ],
)
def test_another_shape_is_refused(shape, is_table, said):
    with pytest.raises(DataError, match=f"^{re.escape(said)}$"):
        checked_series(np.zeros(shape), "losses", is_table=is_table)


@pytest.mark.parametrize("largest", [{}, {"largest": SQUARABLE}])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_counted_and_refused(bad, largest):
    with pytest.raises(DataError, match=r"^losses need finite values.*, found 2 of 5 that are not; drop those times$"):
        checked_series(np.array([0.0, bad, 1.0, bad, 2.0]), "losses", **largest)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_value_whose_square_overflows_is_refused_where_squares_are_taken(sign):
    edge, beyond = sign * SQUARABLE, sign * 2.0 * SQUARABLE
    assert checked_series(np.array([edge, beyond]), "losses").tolist() == [edge, beyond]
    assert checked_series(np.array([edge]), "losses", largest=SQUARABLE).tolist() == [edge]
    assert np.isfinite(np.square(edge))
    with pytest.raises(DataError, match=r"need finite values up to 1e\+150, found 1 of 2 that are not"):
        checked_series(np.array([edge, beyond]), "losses", largest=SQUARABLE)
