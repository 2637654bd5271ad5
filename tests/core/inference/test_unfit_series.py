"""Series that no test can be made of: each of the tests answers in one sentence, or refuses what is broken."""

import re

import numpy as np
import pytest

from outsample.errors import DataError, UsageError
from outsample.inference import (
    Judged,
    LossVariance,
    breakdown_test,
    clark_west,
    clark_west_by_time,
    compared_difference_intervals,
    compared_mean_intervals,
    diebold_mariano,
    expected_band,
    fluctuation_test,
    giacomini_white,
)
from outsample.inference.testable_series import obstacle
from outsample.test_result import NotTested

OTHER = np.random.default_rng(0).normal(size=400)


def other(values):
    return OTHER[: values.size]


TESTS = {
    "breakdown": lambda x: breakdown_test(x, x, 100, Judged.SCORE),
    "breakdown, plain": lambda x: breakdown_test(x, x, 100, Judged.SCORE, variance=LossVariance.PLAIN),
    "breakdown, Bartlett": lambda x: breakdown_test(x, x, 100, Judged.SCORE, variance=LossVariance.BARTLETT),
    "fluctuation": lambda x: fluctuation_test(x, max(1, x.size // 2)),
    "Diebold-Mariano": lambda x: diebold_mariano(x + 1.0, np.ones(x.shape)),
    "Giacomini-White": lambda x: giacomini_white(x + 1.0, np.ones(x.shape)),
    "Clark-West": lambda x: clark_west(x, np.zeros(x.shape), np.zeros(x.shape) if constant(x) else 0.5 * x),
    "intervals": compared_mean_intervals,
    "intervals of a difference": lambda x: compared_difference_intervals(OTHER, x),
    "band": lambda x: expected_band(x, 0.0, 50),
}


def constant(x):
    return np.ptp(x) == 0.0 if x.size else True


@pytest.mark.parametrize("test", TESTS.values(), ids=TESTS)
@pytest.mark.parametrize(
    "values",
    [np.array([]), np.array([1.0]), np.array([1.0, 2.0]), OTHER[:19], np.full(60, 0.1), np.zeros(60)],
    ids=["none", "one", "two", "nineteen", "constant", "zero"],
)
def test_what_is_too_short_or_constant_is_said_and_not_computed(test, values):
    found = test(values)
    assert isinstance(found, NotTested)
    assert re.fullmatch(r"[A-Z][^.;]* needs? [^;]*, found [^;]*; [a-z, -]*", found.sentence)
    assert found.name
    assert found.title


@pytest.mark.parametrize("test", TESTS.values(), ids=TESTS)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_refused(test, bad):
    values = OTHER[:60].copy()
    values[7] = bad
    with pytest.raises(DataError, match=r"need finite values, found 1 of 60 that are not; drop those times"):
        test(values)


@pytest.mark.parametrize("test", TESTS.values(), ids=TESTS)
def test_more_than_one_number_a_time_is_refused(test):
    with pytest.raises(DataError, match="one number a time"):
        test(OTHER[:60].reshape(30, 2))


@pytest.mark.parametrize("test", TESTS.values(), ids=TESTS)
def test_twenty_times_that_vary_are_enough(test):
    assert not isinstance(test(OTHER[: 21 if test is TESTS["Giacomini-White"] else 20]), NotTested)  # 20 pairs


@pytest.mark.parametrize(
    "test",
    [
        lambda x, y: breakdown_test(x, y, 100, Judged.SCORE),
        diebold_mariano,
        giacomini_white,
        lambda x, y: clark_west(x, x, y),
        lambda x, y: clark_west_by_time(x, y, x),
        lambda x, y: clark_west_by_time(x, x, y),
    ],
)
def test_series_of_different_lengths_are_refused(test):
    with pytest.raises(DataError, match="the same times, found 60 and 59"):
        test(OTHER[:60], OTHER[:59])


@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, np.nan])
@pytest.mark.parametrize("name", ["breakdown", "Diebold-Mariano", "Giacomini-White", "Clark-West", "intervals", "band"])
def test_a_level_without_meaning_is_refused(name, level):
    tests = {
        "breakdown": lambda x: breakdown_test(x, x, 100, Judged.SCORE, level=level),
        "Diebold-Mariano": lambda x: diebold_mariano(x, 0.0 * x, level=level),
        "Giacomini-White": lambda x: giacomini_white(x, 0.0 * x, level=level),
        "Clark-West": lambda x: clark_west(x, 0.0 * x, 0.5 * x, level=level),
        "intervals": lambda x: compared_mean_intervals(x, level=level),
        "band": lambda x: expected_band(x, 0.0, 50, level=level),
    }
    with pytest.raises(UsageError, match="strictly between 0 and 1"):
        tests[name](OTHER[:60])


def test_what_varies_by_rounding_alone_is_constant():
    losses = np.random.default_rng(1).uniform(size=100)
    shifted = losses + 0.1  # whose differences from the losses are 0.1 up to the last bits
    assert np.ptp(shifted - losses) > 0.0
    assert "need to vary" in obstacle(shifted - losses, "Differences", 1.1)
    assert isinstance(diebold_mariano(shifted, losses), NotTested)
    assert isinstance(giacomini_white(shifted, losses), NotTested)
    assert not isinstance(diebold_mariano(losses, 0.0 * losses), NotTested)


def test_a_series_whose_cosines_see_nothing_is_not_certain_of_its_mean():
    wave = np.cos(np.pi * 15 * (np.arange(20) + 0.5) / 20)  # one cosine, beyond the two that twenty times use
    for found in (breakdown_test(wave, wave, 100, Judged.SCORE), fluctuation_test(wave, 10)):
        assert isinstance(found, NotTested)
        assert "positive long-run variance, found none by equal-weighted cosines" in found.sentence
