"""Bartlett weights: statsmodels for a given bandwidth, arch and the printed rule for the automatic one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import lfilter

from outsample.inference import bartlett_lags, bartlett_variance

series = st.lists(st.floats(-100, 100).map(lambda x: round(x, 3)), min_size=4, max_size=50).map(np.array)


def persistent(seed, n, phi=0.5):
    return lfilter([1.0], [1.0, -phi], np.random.default_rng(seed).normal(size=n))


@pytest.mark.parametrize("lags", [0, 1, 4, 11])
@pytest.mark.parametrize("n", [25, 130])
def test_the_variance_of_a_mean_is_that_of_statsmodels(n, lags):
    from statsmodels.regression.linear_model import OLS

    values = persistent(n, n)
    fit = OLS(values, np.ones(n)).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": False})
    assert bartlett_variance(values, lags) / n == pytest.approx(float(fit.bse[0]) ** 2, rel=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_the_automatic_bandwidth_is_that_of_arch_where_both_look_at_four_lags(seed):
    from arch.covariance.kernel import Bartlett

    values = persistent(seed, 100, phi=0.1 * (seed % 8))  # at 100 times rounding up and down agree on four lags
    assert bartlett_lags(values) == int(Bartlett(values).opt_bandwidth)


@pytest.mark.parametrize("n", [20, 60, 250, 1000])
def test_the_bandwidth_follows_the_printed_rule(n):
    values = persistent(n, n)
    centred, used = values - values.mean(), int(np.floor(4 * (n / 100) ** (2 / 9)))
    gamma = [sum(centred[t] * centred[t - j] for t in range(j, n)) / n for j in range(used + 1)]
    level = gamma[0] + 2 * sum(gamma[1:])
    slope = 2 * sum(j * one for j, one in enumerate(gamma))
    expected = np.floor(1.1447 * ((slope / level) ** 2) ** (1 / 3) * n ** (1 / 3))
    assert bartlett_lags(values) == min(expected, n - 1)


@given(series, st.sampled_from([-2.0, 0.25, 8.0]))
def test_a_factor_scales_it_squarely_and_it_is_never_negative(values, factor):
    assert bartlett_lags(factor * values) == bartlett_lags(values)
    assert bartlett_variance(values) >= 0.0
    assert bartlett_variance(factor * values) == pytest.approx(
        factor**2 * bartlett_variance(values), rel=1e-9, abs=1e-9
    )


def test_the_long_run_variance_of_a_persistent_series_is_approached():
    # AR(1) with .5 and unit shocks: omega^2 = 4. Bartlett weights lose some of it: a tenth at 4,000 times
    found = np.mean([bartlett_variance(persistent(seed, 4000)) for seed in range(60)])
    assert 3.5 < found < 4.05


def test_a_constant_series_has_no_lags_and_no_variance():
    assert bartlett_lags(np.full(30, 2.0)) == 0
    assert bartlett_variance(np.full(30, 2.0)) == 0.0
