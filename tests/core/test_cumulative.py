"""Prefix sums: exact enough at the level of a price, blind to what comes later."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from outsample.cumulative import Cumulative

FIRST_ROWS = 20


def exact_mean(values):
    return float(sum(map(Fraction, values.tolist())) / len(values))


def test_means_of_a_price_keep_eleven_digits_of_its_moves():
    random = np.random.default_rng(1)
    price = 60_000.0 + random.normal(0.0, 1e-3, 200_000)
    sums = Cumulative.of(price)
    for rows in (slice(0, 20), slice(199_000, 199_007), slice(1, 200_000)):
        assert sums.mean(rows) == pytest.approx(exact_mean(price[rows]), rel=1e-14)
        assert sums.total(rows) == pytest.approx(exact_mean(price[rows]) * (rows.stop - rows.start), rel=1e-13)
        assert abs(float(sums.mean(rows)) - exact_mean(price[rows])) < 1e-11


def test_without_a_centre_the_same_means_are_worse():
    price = 60_000.0 + np.random.default_rng(1).normal(0.0, 1e-3, 200_000)
    rows = slice(199_000, 199_007)
    centred, plain = (abs(float(Cumulative.of(price, c).mean(rows)) - exact_mean(price[rows])) for c in (True, False))
    assert plain > 1e-7 > 1e3 * centred


@given(arrays(np.float64, st.integers(1, 60), elements=st.floats(-1e6, 1e6)), st.data())
def test_totals_and_means_are_those_of_the_rows(values, data):
    start = data.draw(st.integers(0, values.size))
    stop = data.draw(st.integers(start, values.size))
    for centred in (True, False):
        sums = Cumulative.of(values, centred)
        assert sums.total(slice(start, stop)) == pytest.approx(float(values[start:stop].sum()), abs=1e-6)
        if stop > start:
            assert sums.mean(slice(start, stop)) == pytest.approx(float(values[start:stop].mean()), abs=1e-6)
        else:
            assert np.isnan(sums.mean(slice(start, stop)))


@given(st.integers(FIRST_ROWS, 80), st.sampled_from([np.nan, np.inf, -np.inf, 1e300]), st.booleans())
def test_garbage_from_a_row_on_leaves_every_bit_before_it(cut, garbage, centred):
    values = 60_000.0 + np.random.default_rng(2).normal(0.0, 500.0, (100, 3))
    spoilt = values.copy()
    spoilt[cut:, 1:] = garbage
    with np.errstate(all="ignore"):
        sound, other = Cumulative.of(values, centred), Cumulative.of(spoilt, centred)
    assert sound.centre.tobytes() == other.centre.tobytes()
    for start in range(0, cut, 7):
        rows = slice(start, cut)
        assert sound.total(rows).tobytes() == other.total(rows).tobytes()
        assert sound.mean(rows).tobytes() == other.mean(rows).tobytes()
    assert sound.total(slice(0, 100))[0] == other.total(slice(0, 100))[0]


def test_the_centre_is_the_mean_of_the_first_rows_and_of_nothing_else():
    values = np.arange(100.0)
    assert Cumulative.of(values).centre == values[:FIRST_ROWS].mean()
    assert Cumulative.of(values[:3]).centre == 1.0


def test_a_gap_among_the_first_rows_centres_its_column_at_zero_and_harms_no_other():
    values = np.ones((30, 2))
    values[5, 0] = np.nan
    sums = Cumulative.of(values)
    assert sums.centre.tolist() == [0.0, 1.0]
    assert sums.total(slice(0, 30))[1] == 30.0
    assert sums.total(slice(0, 5))[0] == 5.0


def test_counts_stay_whole_numbers():
    counts = np.random.default_rng(3).integers(0, 1_000, (5_000, 4)).astype(float)
    sums = Cumulative.of(counts, centred=False)
    assert np.array_equal(sums.total(slice(17, 4_000)), counts[17:4_000].sum(axis=0))
    assert (sums.sums == np.round(sums.sums)).all()


@pytest.mark.parametrize("shape", [(10,), (10, 3), (10, 3, 2)])
def test_any_shape_keeps_its_trailing_axes(shape):
    values = np.random.default_rng(4).normal(size=shape)
    sums = Cumulative.of(values)
    assert sums.total(slice(2, 7)).shape == shape[1:]
    np.testing.assert_allclose(sums.total(slice(2, 7)), values[2:7].sum(axis=0))
    np.testing.assert_allclose(sums.mean(slice(2, 7)), values[2:7].mean(axis=0))


def test_no_rows_make_sums_of_nothing():
    sums = Cumulative.of(np.empty((0, 2)))
    assert sums.total(slice(0, 0)).tolist() == [0.0, 0.0]
    assert np.isnan(sums.mean(slice(0, 0))).all()


def test_sums_cannot_be_written_to_and_the_rows_are_left_alone():
    values = np.arange(5.0)
    sums = Cumulative.of(values)
    for array in (sums.sums, sums.centre):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0.0
    values[0] = 9.0
    assert sums.total(slice(0, 5)) == 10.0


def test_rows_without_columns_have_sums_without_columns():
    assert Cumulative.of(np.empty((3, 0))).sums.shape == (4, 0)
