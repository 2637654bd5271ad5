"""Clark and West: the adjusted difference written out, its one side, and a larger model that is truly better."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from scipy.stats import t as student

from outsample.inference import LossVariance, clark_west, clark_west_by_time, long_run
from outsample.test_result import NotTested

numbers = st.lists(st.floats(-9, 9).map(lambda x: round(x, 3)), min_size=30, max_size=30).map(np.array)


def test_the_statistic_is_the_mean_of_the_adjusted_difference_over_its_error():
    realised, small, large = np.random.default_rng(1).normal(size=(3, 70))
    f = [
        (y - one) ** 2 - ((y - other) ** 2 - (one - other) ** 2)
        for y, one, other in zip(realised, small, large, strict=True)
    ]
    plain = clark_west(realised, small, large, variance=LossVariance.PLAIN)
    statistic = np.mean(f) / np.sqrt(np.var(f) / 70)
    assert plain.statistic == pytest.approx(statistic, rel=1e-10)
    assert plain.p_value == pytest.approx(norm.sf(statistic), rel=1e-9)
    cosines = clark_west(realised, small, large)
    series = long_run(np.array(f))
    assert cosines.statistic == pytest.approx(np.mean(f) / series.standard_error, rel=1e-10)
    assert cosines.p_value == pytest.approx(student.sf(cosines.statistic, series.dof), rel=1e-9)
    assert cosines.low == pytest.approx(np.mean(f) - student.ppf(0.95, series.dof) * series.standard_error, rel=1e-9)
    assert cosines.high == np.inf


def test_many_observations_a_time_enter_by_their_mean():
    realised, small, large = np.random.default_rng(5).normal(size=(3, 40, 7))
    means = [np.square(one).mean(axis=1) for one in (realised - small, realised - large, small - large)]
    by_time = clark_west_by_time(*means)
    f = ((realised - small) ** 2 - (realised - large) ** 2 + (small - large) ** 2).mean(axis=1)
    assert by_time.statistic == pytest.approx(f.mean() / long_run(f).standard_error, rel=1e-10)
    single = clark_west(realised[:, 0], small[:, 0], large[:, 0])
    assert single == clark_west_by_time(
        *(np.square(one[:, 0]) for one in (realised - small, realised - large, small - large))
    )


def test_a_regressor_that_matters_is_found_and_one_that_does_not_is_no_loss():
    generator = np.random.default_rng(2)
    signal, noise = generator.normal(size=(2, 300))
    truth = 0.4 * signal + noise
    found = clark_west(truth, np.zeros(300), 0.4 * signal, unit="pct²")
    assert found.rejects
    assert " pct² lower than that of the smaller, more than chance explains (p " in found.sentence
    useless = clark_west(noise, np.zeros(300), 0.4 * signal)
    assert not useless.rejects


def test_the_noise_of_a_useless_forecast_is_taken_out():
    generator = np.random.default_rng(3)
    noise, forecast = generator.normal(size=(2, 20_000))
    found = clark_west(noise, np.zeros(20_000), forecast)
    assert np.mean(noise**2 - (noise - forecast) ** 2) < -0.9  # the plain comparison punishes it
    assert found.effect == pytest.approx(0.0, abs=0.05)


@given(numbers, numbers, numbers, st.sampled_from([-2.0, 1e-3, 1e3]), st.floats(-5, 5))
def test_neither_unit_nor_level_of_what_is_forecast_matters(realised, small, large, factor, shift):
    here = clark_west(realised, small, large, variance=LossVariance.PLAIN)
    moved = (factor * one + shift * factor for one in (realised, small, large))
    there = clark_west(*moved, variance=LossVariance.PLAIN)
    if isinstance(here, NotTested) or isinstance(there, NotTested):
        assert isinstance(here, NotTested) == isinstance(there, NotTested)
        return
    assert there.statistic == pytest.approx(here.statistic, rel=1e-5, abs=1e-6)
    assert there.effect == pytest.approx(factor**2 * here.effect, rel=1e-6, abs=1e-8 * factor**2)
    assert 0.0 <= here.p_value <= 1.0
    assert here.rejects == (here.low > 0.0)


def test_predictions_that_never_differ_are_said():
    realised, small = np.random.default_rng(4).normal(size=(2, 50))
    found = clark_west(realised, small, small)
    assert isinstance(found, NotTested)
    assert "need to vary, found 0 at all 50 times" in found.sentence
