"""Intervals side by side: the standard is the one used elsewhere, and bootstraps are too short under persistence."""

import numpy as np
import pytest
from scipy.signal import lfilter

from outsample.inference import (
    Method,
    bartlett_variance,
    compared_difference_intervals,
    compared_mean_intervals,
    difference_of_means,
    long_run,
    mean_interval,
)


def by_method(found):
    return {one.method: one for one in found}


def width(one):
    return one.interval.high - one.interval.low


def persistent(seed, n, phi=0.6):
    return lfilter([1.0], [1.0, -phi], np.random.default_rng(seed).normal(size=n))


def test_cosines_and_bartlett_are_what_they_are_elsewhere():
    values = persistent(1, 200)
    found = by_method(compared_mean_intervals(values, level=0.9))
    assert list(found) == list(Method)
    assert found[Method.COSINES].interval == mean_interval(long_run(values), 0.9)
    reach = 1.6448536269514722 * np.sqrt(bartlett_variance(values) / 200)
    low, high = found[Method.BARTLETT].interval.low, found[Method.BARTLETT].interval.high
    assert (low, high) == pytest.approx((values.mean() - reach, values.mean() + reach), rel=1e-12)


def test_a_difference_is_test_less_train_with_both_windows_resampled():
    train, test = persistent(2, 250), 3.0 + persistent(3, 120)
    found = by_method(compared_difference_intervals(train, test))
    assert found[Method.COSINES].interval == difference_of_means(long_run(train), long_run(test)).interval()
    for method, one in found.items():
        assert one.interval.low < 3.0 < one.interval.high, method
        assert width(one) == pytest.approx(width(found[Method.COSINES]), rel=0.5)
    assert len(found[Method.CIRCULAR].blocks) == len(found[Method.STATIONARY].blocks) == 2
    assert found[Method.COSINES].blocks == found[Method.BARTLETT].blocks == ()


def test_independent_times_get_much_the_same_interval_by_every_method():
    values = np.random.default_rng(4).normal(size=2000)
    plain = 2 * 1.96 * values.std() / np.sqrt(2000)
    for one in compared_mean_intervals(values):
        assert width(one) == pytest.approx(plain, rel=0.15)
        assert not one.hatched


def test_with_sixty_dependent_days_bootstraps_cover_less_than_cosines():
    covered = dict.fromkeys(Method, 0)
    for seed in range(150):
        for one in compared_mean_intervals(persistent(seed, 60), paths=299, seed=seed):
            covered[one.method] += one.interval.low <= 0.0 <= one.interval.high
            assert one.hatched
    # DEFINITIONS: 67-89 % for a block bootstrap and 90-95 % for cosines; 150 histories leave 2.5 points of error
    assert covered[Method.COSINES] / 150 > 0.86
    for method in (Method.CIRCULAR, Method.STATIONARY):
        assert 0.6 < covered[method] / 150 < 0.91
        assert covered[method] < covered[Method.COSINES]


def test_equal_seeds_give_equal_intervals():
    values = persistent(5, 90)
    assert compared_mean_intervals(values, seed=1) == compared_mean_intervals(values, seed=1)
    assert compared_mean_intervals(values, seed=1) != compared_mean_intervals(values, seed=2)


@pytest.mark.parametrize("seed", range(3))
def test_a_factor_and_a_shift_pass_through_every_method(seed):
    values = persistent(seed, 100)
    for here, there in zip(compared_mean_intervals(values), compared_mean_intervals(7.0 + 2.0 * values), strict=True):
        expected = (7.0 + 2.0 * here.interval.low, 7.0 + 2.0 * here.interval.high)
        assert (there.interval.low, there.interval.high) == pytest.approx(expected, rel=1e-9)
