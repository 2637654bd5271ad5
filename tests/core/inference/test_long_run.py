"""Long-run variance: against the cosine sums written out, coverage by simulation, and series with nothing to say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import lfilter

from outsample.errors import DataError, UsageError
from outsample.inference import (
    Side,
    cosine_terms,
    long_run,
    mean_interval,
    needs_hatching,
    one_sided_bound,
    student_quantile,
)

series = st.lists(st.floats(-100, 100).map(lambda x: round(x, 4)), min_size=3, max_size=60).map(np.array)


def autoregressive(generator, phi, n, paths):
    """Return (paths, n) stationary AR(1) with unit innovations."""
    shocks = generator.normal(size=(paths, n))
    shocks[:, 0] /= np.sqrt(1 - phi**2)
    return lfilter([1.0], [1.0, -phi], shocks, axis=1)


def direct(values):
    """Return omega^2 by the definition of Lazarus et al. (2018): one sum for each cosine."""
    n = len(values)
    terms = max(1, int(np.floor(0.4 * n ** (2 / 3))))
    projections = [
        np.sqrt(2 / n) * sum(values[t - 1] * np.cos(np.pi * j * (t - 0.5) / n) for t in range(1, n + 1))
        for j in range(1, terms + 1)
    ]
    return np.mean(np.square(projections)), terms


@pytest.mark.parametrize("n", [3, 4, 10, 59, 60, 97, 250, 999, 1001, 1500])
def test_the_transform_gives_what_the_cosine_sums_give(n):
    values = 5.0 + autoregressive(np.random.default_rng(n), 0.5, n, 1)[0]
    result = long_run(values)
    omega, terms = direct(values.tolist())
    assert result.long_run_variance == pytest.approx(omega, rel=1e-9)
    assert (result.dof, result.n) == (terms, n)
    assert result.mean == pytest.approx(np.mean(values), rel=1e-12)
    assert result.variance == pytest.approx(np.var(values), rel=1e-12)
    assert result.n_eff == pytest.approx(n * np.var(values) / omega, rel=1e-9)
    centred = values - values.mean()
    assert result.ar1 == pytest.approx((centred[1:] * centred[:-1]).sum() / (centred**2).sum(), rel=1e-9, abs=1e-12)
    assert result.standard_error == pytest.approx(np.sqrt(omega / n), rel=1e-9)


def test_the_number_of_terms_follows_the_rule():
    assert [cosine_terms(n) for n in (3, 27, 60, 90, 500, 1000)] == [1, 3, 6, 8, 25, 40]
    for n in range(4, 3000):  # the largest whole number with 5/2 nu <= n^(2/3)
        assert 125 * cosine_terms(n) ** 3 <= 8 * n**2 < 125 * (cosine_terms(n) + 1) ** 3


def test_a_single_cosine_is_seen_by_its_own_term_alone():
    n, j = 64, 3
    wave = np.cos(np.pi * j * (np.arange(n) + 0.5) / n)
    assert long_run(wave).long_run_variance == pytest.approx((n / 2) / cosine_terms(n), rel=1e-12)
    beyond = np.cos(np.pi * (cosine_terms(n) + 1) * (np.arange(n) + 0.5) / n)
    assert long_run(beyond).long_run_variance == pytest.approx(0.0, abs=1e-20)


@given(series, st.floats(-1e4, 1e4), st.sampled_from([-4.0, 0.5, 64.0]))
def test_a_shift_moves_the_mean_only_and_a_factor_scales_variances_squarely(values, shift, factor):
    here, there = long_run(values), long_run(shift + factor * values)
    assert there.mean == pytest.approx(shift + factor * here.mean, rel=1e-9, abs=1e-9)
    assert there.long_run_variance == pytest.approx(factor**2 * here.long_run_variance, rel=1e-6, abs=1e-4)
    assert there.variance == pytest.approx(factor**2 * here.variance, rel=1e-6, abs=1e-6)


@given(series)
def test_a_reversed_series_says_the_same(values):
    here, there = long_run(values), long_run(values[::-1])
    assert there.long_run_variance == pytest.approx(here.long_run_variance, rel=1e-9, abs=1e-9)
    assert there.ar1 == pytest.approx(here.ar1, rel=1e-9, abs=1e-9)


@given(series, st.floats(0.5, 0.99))
def test_one_sided_bounds_are_the_ends_of_the_two_sided_interval_at_the_matching_level(values, level):
    result = long_run(values)
    interval = mean_interval(result, 2 * level - 1)
    assert one_sided_bound(result, Side.LOWER, level) == pytest.approx(interval.low, rel=1e-12, abs=1e-12)
    assert one_sided_bound(result, Side.UPPER, level) == pytest.approx(interval.high, rel=1e-12, abs=1e-12)
    assert interval.low <= result.mean <= interval.high


def test_the_interval_uses_student_quantiles():
    # Student t, 6 degrees of freedom: 2.4469 at 97.5 % and 1.9432 at 95 % (any printed table)
    result = long_run(np.random.default_rng(0).normal(size=60))
    assert result.dof == 6
    half = (mean_interval(result).high - mean_interval(result).low) / 2
    assert half / result.standard_error == pytest.approx(2.4469, abs=5e-5)
    assert (one_sided_bound(result, Side.UPPER) - result.mean) / result.standard_error == pytest.approx(
        1.9432, abs=5e-5
    )


def test_the_long_run_variance_of_a_persistent_series_is_recovered():
    phi = 0.5  # omega^2 = 1 / (1 - phi)^2 = 4, gamma_0 = 1 / (1 - phi^2), n_eff / n = (1 - phi) / (1 + phi)
    paths = [long_run(path) for path in autoregressive(np.random.default_rng(1), phi, 4000, 400)]
    assert np.mean([path.long_run_variance for path in paths]) == pytest.approx(4.0, rel=0.03)
    assert np.mean([path.variance for path in paths]) == pytest.approx(1 / 0.75, rel=0.01)
    assert np.mean([path.ar1 for path in paths]) == pytest.approx(phi, abs=0.01)
    assert np.median([path.n_eff for path in paths]) / 4000 == pytest.approx(1 / 3, rel=0.05)


def coverage(phi, n, paths, seed):
    hits = 0
    for path in autoregressive(np.random.default_rng(seed), phi, n, paths):
        interval = mean_interval(long_run(path))
        hits += interval.low <= 0.0 <= interval.high
    return hits / paths


@pytest.mark.parametrize(("phi", "least"), [(0.0, 0.93), (0.5, 0.88)])
def test_the_interval_covers_the_mean_of_sixty_days_nearly_as_often_as_it_says(phi, least):
    assert least <= coverage(phi, 60, 2000, seed=2) <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize(
    ("phi", "n", "least"), [(0.0, 30, 0.94), (0.0, 60, 0.94), (0.5, 30, 0.88), (0.5, 60, 0.90), (0.5, 90, 0.91)]
)
def test_coverage_by_a_long_simulation(phi, n, least):
    assert least <= coverage(phi, n, 40_000, seed=3) <= 0.96


def test_constant_series_are_certain_and_not_nan():
    result = long_run(np.full(7, 0.1))  # whose rounded mean is not 0.1 to the last bit
    assert (result.mean, result.variance, result.long_run_variance, result.n_eff, result.ar1) == (0.1, 0, 0, 7, 0)
    assert (mean_interval(result).low, mean_interval(result).high) == (0.1, 0.1)
    assert long_run(np.array([1e-200, 0.0, 0.0, 0.0])).n_eff == 4  # squares underflow


def test_a_series_no_cosine_sees_counts_each_time_once():
    result = long_run(np.array([1.0, -1.0, -1.0, 1.0]))
    assert result.long_run_variance == pytest.approx(0.0, abs=1e-30)
    assert np.isfinite(result.n_eff)


@pytest.mark.parametrize("values", [[], [3.0], [3.0, 5.0]])
def test_fewer_than_three_times_say_nothing_about_dependence(values):
    result = long_run(np.array(values))
    assert (result.n, result.n_eff, result.dof) == (len(values), 0.0, 0)
    assert np.isnan([result.long_run_variance, result.ar1, result.standard_error]).all()
    assert np.isnan([mean_interval(result).low, mean_interval(result).high]).all()
    assert np.isnan(one_sided_bound(result, Side.UPPER))
    assert needs_hatching(result)
    if values:
        assert (result.mean, result.variance) == (np.mean(values), np.var(values))
    else:
        assert np.isnan([result.mean, result.variance]).all()


@pytest.mark.parametrize("bad", [[np.nan], [np.inf, -np.inf, 1.0, np.nan]])
def test_values_that_are_not_finite_are_refused(bad):
    values = np.concatenate((np.ones(5), bad))
    with pytest.raises(DataError, match=f"found {int((~np.isfinite(values)).sum())} of {values.size}"):
        long_run(values)


@pytest.mark.parametrize("probability", [0.0, 1.0, -0.1, np.nan])
def test_a_probability_outside_zero_and_one_is_refused(probability):
    with pytest.raises(UsageError):
        student_quantile(5, probability)


def test_bands_are_hatched_below_ninety_times_or_under_persistence():
    generator = np.random.default_rng(4)
    assert needs_hatching(long_run(generator.normal(size=89)))
    assert not needs_hatching(long_run(generator.normal(size=90)))
    assert not needs_hatching(long_run(autoregressive(generator, 0.5, 2000, 1)[0]))
    assert needs_hatching(long_run(autoregressive(generator, 0.8, 2000, 1)[0]))
