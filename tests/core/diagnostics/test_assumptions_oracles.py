"""Statistics of the assumption tests against SciPy, statsmodels and arch, or against a direct definition."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.diagnostics.assumptions.constant_vol import arch_effects, brown_forsythe, squared_dependence, vol_shift
from outsample.diagnostics.assumptions.continuity import bipower_jumps, scan_jumps
from outsample.diagnostics.assumptions.false_discoveries import adjusted_p, dependence_factor
from outsample.diagnostics.assumptions.independence import carried_autocorrelation, ljung_box, variance_ratio
from outsample.diagnostics.assumptions.manipulation import benford, first_digits, round_prices, tick_of
from outsample.diagnostics.assumptions.normality import (
    anderson_darling,
    carried_moments,
    carried_probabilities,
    jarque_bera,
)
from outsample.diagnostics.assumptions.tails import Tail, binomial_interval, binomial_p, carried_exceedances, hill
from outsample.inference import long_run

EXACT = 1e-10
ENDLESS = 10**15  # train returns: a law that is known


def normal(size=700, seed=1):
    return 0.001 + 0.02 * np.random.default_rng(seed).standard_normal(size)


def fat(size=700, seed=2):
    return 0.02 * np.random.default_rng(seed).standard_t(5, size)


def clustered(size=900, seed=3):
    stream, variance, found = np.random.default_rng(seed), 1e-4, []
    for shock in stream.standard_normal(size):
        found.append(math.sqrt(variance) * shock)
        variance = 5e-6 + 0.15 * found[-1] ** 2 + 0.8 * variance
    return np.array(found)


SERIES = pytest.mark.parametrize("returns", [normal(), normal(31, 7), fat(), clustered()], ids=len)


def assert_agrees(found, statistic, p_value):
    assert found.statistic == pytest.approx(statistic, rel=EXACT, abs=EXACT)
    assert found.p_value == pytest.approx(p_value, rel=EXACT, abs=EXACT)


@SERIES
def test_jarque_bera_is_that_of_scipy(returns):
    from scipy import stats

    assert_agrees(jarque_bera(returns), *stats.jarque_bera(returns))
    assert jarque_bera(returns).effect == pytest.approx(stats.kurtosis(returns), abs=EXACT)


@SERIES
def test_anderson_darling_is_that_of_statsmodels(returns):
    from statsmodels.stats.diagnostic import normal_ad

    assert_agrees(anderson_darling(returns), *normal_ad(returns))


@pytest.mark.parametrize("shift", [0.0, 0.004, -0.02])
def test_probabilities_under_a_known_law_are_kolmogorovs(shift):
    from scipy import stats

    returns = normal(400, 5)
    found = carried_probabilities(returns, 0.001 + shift, 0.02, ENDLESS)
    oracle = stats.kstest(returns, "norm", args=(0.001 + shift, 0.02), method="asymp")
    assert found.effect == pytest.approx(100.0 * oracle.statistic, rel=EXACT)
    assert found.p_value == pytest.approx(oracle.pvalue, rel=EXACT, abs=EXACT)


def test_moments_under_a_known_law_are_means_of_hermite_polynomials():
    from numpy.polynomial.hermite_e import hermeval
    from scipy import stats

    returns = fat(300, 6)
    z = (returns - 0.001) / 0.02
    scores = [hermeval(z, np.eye(5)[k]).mean() / math.sqrt(math.factorial(k)) for k in range(1, 5)]
    statistic = returns.size * sum(score**2 for score in scores)
    assert_agrees(carried_moments(returns, 0.001, 0.02, ENDLESS), statistic, stats.chi2.sf(statistic, 4))


@SERIES
@pytest.mark.parametrize("lags", [1, 5, 10])
def test_dependence_is_that_of_statsmodels(returns, lags):
    from statsmodels.stats.diagnostic import acorr_ljungbox, het_arch

    used = min(lags, returns.size // 5)
    centred = returns - returns.mean()
    boxes = ((ljung_box, returns), (squared_dependence, centred**2))
    for test, series in boxes:
        oracle = acorr_ljungbox(series, lags=[used])
        assert_agrees(test(returns, 0.05, lags), oracle["lb_stat"].iloc[0], oracle["lb_pvalue"].iloc[0])
    statistic, p_value = het_arch(centred, nlags=used, result_object=False)[:2]
    assert_agrees(arch_effects(returns, 0.05, lags), statistic, p_value)


@pytest.mark.parametrize("seeds", [(1, 2), (3, 4)])
@pytest.mark.parametrize("scale", [1.0, 1.1, 2.0])
def test_brown_forsythe_is_levenes_test_around_the_median(seeds, scale):
    from scipy import stats

    train, test = normal(500, seeds[0]), scale * fat(211, seeds[1])
    assert_agrees(brown_forsythe(train, test), *stats.levene(train, test, center="median"))


@SERIES
@pytest.mark.parametrize("horizon", [2, 3])
def test_the_variance_ratio_is_that_of_arch(returns, horizon):
    from arch.unitroot import VarianceRatio

    oracle = VarianceRatio(np.r_[0.0, np.cumsum(returns)], lags=horizon)
    found = variance_ratio(returns, horizon)
    assert_agrees(found, oracle.stat, oracle.pvalue)
    assert found.effect == pytest.approx(oracle.vr, rel=EXACT)
    assert found.low < found.effect < found.high
    assert (found.low <= 1.0 <= found.high) == (found.p_value >= 0.05)


def test_the_interval_of_a_shift_is_that_of_two_long_run_means():
    train, test = clustered(600, 8), 1.4 * clustered(300, 9)
    found = vol_shift(train, test, 365.0)
    unit = 100.0 * math.sqrt(0.5 * math.pi * 365.0)
    first, second = (long_run(unit * np.abs(part - np.median(part))) for part in (train, test))
    assert found.effect == pytest.approx(second.mean - first.mean, rel=EXACT)
    assert found.statistic == pytest.approx(
        found.effect / math.hypot(first.standard_error, second.standard_error), rel=EXACT
    )
    assert found.low < found.effect < found.high


def test_a_shift_of_a_normal_law_is_a_shift_of_its_vol():
    found = vol_shift(normal(200_000, 10), 1.5 * normal(200_000, 11), 365.0)
    assert found.effect == pytest.approx(100.0 * 0.5 * 0.02 * math.sqrt(365.0), rel=0.01)


def test_autocorrelation_carried_over_is_a_plain_correlation():
    returns = normal(400, 12)
    found = carried_autocorrelation(returns, returns.mean(), returns.std(ddof=1), -0.1)
    centred = returns - returns.mean()
    plain = -float((centred[1:] * centred[:-1]).mean() / (centred**2).mean())
    assert found.effect == pytest.approx(plain, rel=EXACT)
    series = long_run(-centred[1:] * centred[:-1])
    assert found.statistic == pytest.approx(series.mean / series.standard_error, rel=1e-9)


def test_bipower_variation_is_its_definition_term_by_term():
    from scipy import stats

    returns = fat(120, 13).tolist()
    n = len(returns)
    realised = sum(r * r for r in returns)
    pairs = sum(abs(returns[i]) * abs(returns[i - 1]) for i in range(1, n))
    bipower = math.pi / 2.0 * n / (n - 1) * pairs
    moment = 2.0 ** (2.0 / 3.0) * math.gamma(7.0 / 6.0) / math.gamma(0.5)
    triples = sum(abs(returns[i] * returns[i - 1] * returns[i - 2]) ** (4.0 / 3.0) for i in range(2, n))
    quarticity = n * moment**-3 * n / (n - 2) * triples
    error = math.sqrt((math.pi**2 / 4.0 + math.pi - 5.0) / n * max(1.0, quarticity / bipower**2))
    statistic = (1.0 - bipower / realised) / error
    assert_agrees(bipower_jumps(np.array(returns)), statistic, stats.norm.sf(statistic))


@pytest.mark.parametrize("known", [0, 3, 10, 25])
def test_a_scan_for_jumps_looks_at_the_bars_before_each_return(known):
    returns, before, bars = fat(60, 14), fat(known, 15), 10
    series = np.r_[before[max(0, known - bars) :], returns]
    expected = []
    for i in range(bars, series.size):
        products = [abs(series[j]) * abs(series[j - 1]) for j in range(i - bars + 2, i)]
        expected.append(abs(series[i]) / math.sqrt(sum(products) / (bars - 2)))
    scan = scan_jumps(returns, before, bars)
    assert scan.tested == returns.size - max(0, bars - known)
    assert scan.ratio == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("count", [1, 10, 99])
def test_hills_estimate_is_a_mean_of_logs(count):
    values = np.abs(fat(100, 16))
    ordered = sorted(values, reverse=True)
    expected = sum(math.log(one / ordered[count]) for one in ordered[:count]) / count
    assert hill(values, count) == pytest.approx(expected, rel=EXACT)


@pytest.mark.parametrize(("found", "trials"), [(0, 10), (3, 10), (10, 10), (1, 400), (17, 400)])
def test_counts_are_tested_exactly(found, trials):
    from scipy import stats

    for probability in (0.01, 0.1, 0.5):
        law = stats.binom(trials, probability)
        expected = min(1.0, 2.0 * min(law.cdf(found), law.sf(found - 1)))
        assert binomial_p(found, trials, probability) == pytest.approx(expected, rel=1e-9)
    oracle = stats.binomtest(found, trials).proportion_ci(0.95, method="exact")
    assert binomial_interval(found, trials, 0.05) == pytest.approx((oracle.low, oracle.high), abs=1e-9)


def test_exceedances_are_counted_beyond_the_quantile_of_the_train_law():
    returns = fat(500, 17)
    left, right = (carried_exceedances(returns, 0.0, 0.02, tail) for tail in Tail)
    bound = 0.02 * 2.3263478740408408
    assert left.effect == pytest.approx(np.count_nonzero(returns < -bound) / 5.0)
    assert right.effect == pytest.approx(np.count_nonzero(returns > bound) / 5.0)


def test_first_digits_against_benford_are_pearsons_chi_square():
    from scipy import stats

    volumes = np.exp(np.random.default_rng(18).normal(3.0, 2.0, 2_000))
    digits = np.array([int(f"{one:e}"[0]) for one in volumes])
    assert np.array_equal(first_digits(volumes), digits)
    counts = np.bincount(digits, minlength=10)[1:]
    law = np.log10(1.0 + 1.0 / np.arange(1, 10))
    assert_agrees(benford(volumes), *stats.chisquare(counts, law / law.sum() * counts.sum()))


@pytest.mark.parametrize("value", [0.3, 0.7, 1.0, 9.0, 10.0, 300.0, 0.001, 4e-7, 7e12])
def test_a_number_of_one_digit_has_that_digit(value):
    assert first_digits(np.array([value]))[0] == int(f"{value:e}"[0])


@pytest.mark.parametrize(
    ("tick", "offset"), [(0.01, 0.0), (0.5, 0.0), (5.0, 0.0), (1e-6, 0.0), (0.25, 100.0), (0.125, 3.0), (20.0, 0.0)]
)
def test_the_grid_of_prices_is_found(tick, offset):
    steps = np.random.default_rng(19).integers(20_000, 60_000, 400)
    assert tick_of(offset + steps * tick) == pytest.approx(tick, rel=1e-12)
    assert tick_of((offset + steps * tick).astype(np.float32).astype(float)) == pytest.approx(tick, rel=1e-6)


def test_a_middle_of_two_prices_does_not_halve_the_grid():
    prices = 0.01 * np.random.default_rng(21).integers(20_000, 60_000, 400)
    prices[::20] += 0.005
    assert tick_of(prices) == pytest.approx(0.01)
    assert not round_prices(prices).rejects
    assert round_prices(prices).n == 380


def test_prices_without_a_grid_have_none():
    assert math.isnan(tick_of(100.0 * np.exp(normal(50))))


def test_round_prices_are_counted_once_while_they_stand_still():
    from scipy import stats

    ticks = np.random.default_rng(20).integers(10_000, 20_000, 500)
    ticks[:100] = ticks[:100] // 10 * 10
    found = round_prices(np.repeat(ticks, 3) * 0.01)
    counted = np.count_nonzero(ticks % 10 == 0)
    assert (found.statistic, found.n) == (counted, 500)
    assert found.p_value == pytest.approx(stats.binom.sf(counted - 1, 500, 0.1), rel=1e-9)


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=40))
def test_adjusted_p_is_the_least_rate_at_which_each_would_be_a_discovery(p_values):
    from scipy.stats import false_discovery_control

    p = np.array(p_values)
    found = adjusted_p(p)
    assert found == pytest.approx(false_discovery_control(p), abs=1e-12)
    for rate in (0.01, 0.05, 0.3):
        ordered = np.sort(p)
        passing = [j for j in range(p.size) if ordered[j] <= (j + 1) / p.size * rate]
        last = ordered[passing[-1]] if passing else -1.0
        near = np.abs(found - rate) < 1e-12
        assert np.array_equal((found <= rate)[~near], (p <= last)[~near])


def test_under_dependence_the_rate_grows_with_the_harmonic_sum():
    assert dependence_factor(4) == pytest.approx(1.0 + 1.0 / 2.0 + 1.0 / 3.0 + 1.0 / 4.0)
    assert dependence_factor(0) == 0.0
    assert adjusted_p(np.empty(0)).size == 0
