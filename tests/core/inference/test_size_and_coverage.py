"""How often tests reject what is true, and how often intervals hold what they should: long runs, and one short of each.

Expected figures are those of Giacomini and Rossi designs simulated independently of this code (`GR`), of a search over
boundaries (`LOOKS`), and nominal ones. Every seed is fixed.
"""

from typing import NamedTuple

import numpy as np
import pytest
from scipy.signal import lfilter

from outsample.inference import (
    Estimation,
    Judged,
    LeastSquares,
    LossVariance,
    breakdown_test,
    clark_west,
    critical_band,
    diebold_mariano,
    difference_of_means,
    expected_band,
    fluctuation_test,
    giacomini_white,
    long_run,
    mean_interval,
    needs_hatching,
)
from outsample.test_result import NotTested

FEW, MANY = 300, 2000
CHUNK = 100  # histories at a time: what they need stays in a few megabytes


class Design(NamedTuple):
    """A constant and k - 1 normal regressors that have nothing to do with y, which is normal."""

    m: int
    n: int
    k: int
    scheme: Estimation
    uncorrected: float  # share of one-sided rejections at 5 %; NaN where it was not computed
    corrected: float
    scale: float = 1.0  # of y in the test window
    shift: float = 0.0


# Rejections by plain variance in 600 (size) and 400 (power) histories, each with a Monte Carlo error of up to .025.
GR_TOLERANCE = 0.035
GR = {
    "rolling 250": Design(250, 250, 6, Estimation.ROLLING, 0.168, 0.048),
    "recursive 250": Design(250, 250, 6, Estimation.RECURSIVE, 0.082, 0.045),
    "fixed 250": Design(250, 250, 6, Estimation.FIXED, 0.068, 0.032),
    "rolling 500": Design(500, 250, 6, Estimation.ROLLING, 0.088, 0.048),
}
GR_POWER = {
    "volatility x1.10": Design(500, 100, 3, Estimation.FIXED, np.nan, 0.23, scale=1.1),
    "volatility x1.25": Design(500, 100, 3, Estimation.FIXED, np.nan, 0.81, scale=1.25),
    "volatility x1.50": Design(500, 100, 3, Estimation.FIXED, np.nan, 1.0, scale=1.5),
    "mean + 0.25 sd": Design(500, 100, 3, Estimation.FIXED, np.nan, 0.06, shift=0.25),
    "mean + 0.50 sd": Design(500, 100, 3, Estimation.FIXED, np.nan, 0.33, shift=0.5),
    "mean + 1.00 sd": Design(500, 100, 3, Estimation.FIXED, np.nan, 1.0, shift=1.0),
}


class Forecasts(NamedTuple):
    """Of some histories: realised, predicted and surprise losses, (h, n), and s^2 of the first fit, (h,)."""

    realised: np.ndarray
    predicted: np.ndarray
    surprise: np.ndarray
    residual_variance: np.ndarray


def forecasts(generator, design, histories):
    """Refit least squares as the scheme says, all histories at once, from prefix sums of X'X and X'y."""
    m, n, k = design.m, design.n, design.k
    y = generator.normal(size=(histories, m + n))
    y[:, m:] = design.shift + design.scale * y[:, m:]
    x = generator.normal(size=(histories, m + n, k))
    x[:, :, 0] = 1.0

    def prefix(rows):
        return np.concatenate((np.zeros_like(rows[:, :1]), np.cumsum(rows, axis=1)), axis=1)

    gram, moment, square = prefix(x[:, :, :, None] * x[:, :, None, :]), prefix(x * y[:, :, None]), prefix(y**2)
    stop = np.full(n, m) if design.scheme is Estimation.FIXED else np.arange(m, m + n)
    start = stop - m if design.scheme is Estimation.ROLLING else np.zeros(n, dtype=int)
    within, against = gram[:, stop] - gram[:, start], moment[:, stop] - moment[:, start]
    beta = np.linalg.solve(within, against[..., None])[..., 0]
    rest = square[:, stop] - square[:, start] - (beta * against).sum(axis=2)
    predicted = (x[:, m:] * beta).sum(axis=2)
    surprise = (y[:, m:] - predicted) ** 2 - rest / (stop - start)
    return Forecasts(y[:, m:], predicted, surprise, rest[:, 0] / (m - k))


def histories_of(design, count, seed):
    """Yield realised, predicted, surprise, s^2 of one history after another."""
    generator = np.random.default_rng(seed)
    for _ in range(count // CHUNK):
        found = forecasts(generator, design, CHUNK)
        yield from zip(*found, strict=True)


def breakdowns(design, count, variance, seed=1):
    """Return the shares of histories with a one-sided rejection at 5 %, before and after the correction."""
    before = after = 0
    for realised, predicted, surprise, spread in histories_of(design, count, seed):
        loss, fit = (realised - predicted) ** 2, LeastSquares(design.k, float(spread))
        for correction in (None, fit):
            found = breakdown_test(
                surprise,
                loss,
                design.m,
                Judged.SCORE,
                scheme=design.scheme,
                variance=variance,
                overfitting=correction,
            )
            before += correction is None and found.p_worse < 0.05
            after += correction is not None and found.p_worse < 0.05
    return before / count, after / count


def autoregressive(generator, phi, n, histories):
    """Return (h, n) stationary AR(1) with unit shocks."""
    shocks = generator.normal(size=(histories, n))
    shocks[:, 0] /= np.sqrt(1 - phi**2)
    return lfilter([1.0], [1.0, -phi], shocks, axis=1)


def share(answers):
    """Return the share of true answers."""
    return float(np.mean(list(answers)))


def holds(interval, value):
    return interval.low <= value <= interval.high


def mean_coverage(phi, n, count, seed):
    paths = autoregressive(np.random.default_rng(seed), phi, n, count)
    return share(holds(mean_interval(long_run(path)), 0.0) for path in paths)


def difference_coverage(phi, m, n, count, seed):
    """Two windows of one series, next to each other, and a change of mean of one between them."""
    paths = autoregressive(np.random.default_rng(seed), phi, m + n, count)
    return share(
        holds(difference_of_means(long_run(path[:m]), long_run(1.0 + path[m:])).interval(), 1.0) for path in paths
    )


def known_band_coverage(phi, m, n, count, seed):
    """The band of a model that was not fitted, whose losses are AR(1)."""
    paths = autoregressive(np.random.default_rng(seed), phi, m + n, count)
    return share(holds(expected_band(path[:m], 0.0, n).interval, path[m:].mean()) for path in paths)


# --- Long runs ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", GR)
def test_the_breakdown_test_keeps_its_size_once_corrected(name):
    design = GR[name]
    before, after = breakdowns(design, MANY, LossVariance.PLAIN)
    assert before == pytest.approx(design.uncorrected, abs=GR_TOLERANCE)
    assert after == pytest.approx(design.corrected, abs=GR_TOLERANCE)
    assert after <= 0.07
    assert breakdowns(design, MANY, LossVariance.COSINES)[1] <= 0.07


@pytest.mark.slow
@pytest.mark.parametrize("name", GR_POWER)
def test_the_breakdown_test_finds_volatility_and_overlooks_small_shifts(name):
    design = GR_POWER[name]
    _, after = breakdowns(design, MANY, LossVariance.PLAIN)
    assert after == pytest.approx(design.corrected, abs=GR_TOLERANCE)


@pytest.mark.slow
@pytest.mark.parametrize("n", [90, 130, 250, 1000])
@pytest.mark.parametrize("phi", [0.0, 0.3, 0.5, 0.65])
def test_the_interval_of_a_mean_covers(n, phi):
    assert 0.90 <= mean_coverage(phi, n, 2 * MANY, seed=2) <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize(("m", "n"), [(90, 90), (250, 90), (500, 120), (120, 400)])
@pytest.mark.parametrize("phi", [0.0, 0.5, 0.65])
def test_the_interval_of_a_difference_of_two_windows_covers(m, n, phi):
    assert 0.90 <= difference_coverage(phi, m, n, 2 * MANY, seed=3) <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize(("m", "n"), [(90, 90), (250, 90), (500, 120), (120, 400)])
@pytest.mark.parametrize("phi", [0.0, 0.5, 0.65])
def test_the_expected_band_holds_the_mean_loss_of_new_times(m, n, phi):
    assert 0.90 <= known_band_coverage(phi, m, n, 2 * MANY, seed=4) <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize(("phi", "n"), [(0.9, 250), (0.85, 500), (0.0, 89), (0.65, 60)])
def test_outside_of_these_bounds_bands_are_hatched(phi, n):
    paths = autoregressive(np.random.default_rng(5), phi, n, MANY)
    assert share(needs_hatching(long_run(path)) for path in paths) > 0.99


@pytest.mark.slow
@pytest.mark.parametrize("horizon", [1, 3])
@pytest.mark.parametrize("n", [40, 120, 500])
def test_the_comparison_of_two_losses_keeps_its_size(n, horizon):
    # errors of h-step forecasts are moving averages of h shocks; losses are their squares
    generator = np.random.default_rng(6)
    shocks = generator.normal(size=(2 * MANY, 2, n + horizon - 1))
    errors = sum(shocks[:, :, lag : lag + n] for lag in range(horizon))
    found = [diebold_mariano(first, second, horizon=horizon) for first, second in errors**2]
    tested = [one for one in found if not isinstance(one, NotTested)]
    assert len(tested) > 0.995 * len(found)  # the others have truncated sums that are not positive
    assert 0.03 <= share(one.result.rejects for one in tested) <= 0.075


@pytest.mark.slow
@pytest.mark.parametrize("horizon", [1, 2])
@pytest.mark.parametrize("n", [100, 250, 1000])
def test_the_conditional_comparison_keeps_its_size(n, horizon):
    # differences of volatility that moves, without memory of their sign: equal given the past, and not independent
    generator = np.random.default_rng(7)
    scale = np.exp(0.5 * autoregressive(generator, 0.9, n, MANY) * np.sqrt(1 - 0.81))
    first, second = scale * generator.normal(size=(2, MANY, n)) ** 2
    found = (giacomini_white(*pair, horizon=horizon) for pair in zip(first, second, strict=True))
    assert 0.02 <= share(one.rejects for one in found) <= 0.075


@pytest.mark.slow
@pytest.mark.parametrize("name", ["rolling 250", "recursive 250"])
@pytest.mark.parametrize("variance", [LossVariance.PLAIN, LossVariance.COSINES])
def test_the_comparison_of_nested_models_keeps_its_size(name, variance):
    # Clark and West 2007: somewhat below its level, for the limit is not quite normal
    tested = [
        clark_west(realised, np.zeros(realised.size), predicted, variance=variance)
        for realised, predicted, _, _ in histories_of(GR[name], MANY, seed=8)
    ]
    assert 0.01 <= share(one.rejects for one in tested) <= 0.07


@pytest.mark.slow
@pytest.mark.parametrize("window", [0.1, 0.3, 0.5, 0.9])
def test_the_fluctuation_band_is_left_about_as_often_as_printed(window):
    # by a known omega and 500 times: the limit is left a little more often than a walk with so few steps
    values = np.random.default_rng(9).normal(size=(MANY, 500))
    length = int(500 * window)
    total = np.concatenate((np.zeros((MANY, 1)), np.cumsum(values, axis=1)), axis=1)
    walk = (total[:, length:] - total[:, :-length]) / np.sqrt(length)
    for level in (0.05, 0.10):
        two, one = critical_band(window, level), critical_band(window, level, is_two_sided=False)
        assert (np.abs(walk).max(axis=1) > two).mean() == pytest.approx(level, abs=0.02)
        assert (walk.max(axis=1) > one).mean() == pytest.approx(level, abs=0.025)


@pytest.mark.slow
@pytest.mark.parametrize("phi", [0.0, 0.5])
@pytest.mark.parametrize(("n", "window"), [(100, 30), (250, 50), (500, 250)])
def test_the_fluctuation_test_keeps_its_size(n, window, phi):
    paths = autoregressive(np.random.default_rng(10), phi, n, MANY)
    assert 0.01 <= share(fluctuation_test(path, window).rejects for path in paths) <= 0.09


# Share of histories without any change where some boundary looks significant, and what would restore 5 %: 1,500 t4
# losses, the test window from the boundary to the end, a boundary every 5 times. Tolerances .02 and .06.
LOOKS = {
    (0.50, 0.90): (0.203, 0.234, 2.39),
    (0.30, 0.95): (0.260, 0.318, 2.56),
    (0.20, 0.98): (0.311, 0.380, 2.66),
}


@pytest.mark.slow
@pytest.mark.parametrize("among", LOOKS)
def test_a_nominal_p_is_worth_little_after_a_search_over_boundaries(among):
    one_sided, two_sided, critical = LOOKS[among]
    generator, largest, extreme, checked = np.random.default_rng(11), [], [], 0
    first = np.arange(int(1500 * among[0]), int(1500 * among[1]), 5)
    left = 1500 - first
    for _ in range(6 * MANY // CHUNK):
        losses = generator.standard_t(4, size=(CHUNK, 1500))
        sums, squares = (np.cumsum(one[:, ::-1], axis=1)[:, left - 1] for one in (losses, losses**2))
        statistic = sums / np.sqrt(squares - sums**2 / left)
        largest.append(statistic.max(axis=1))
        extreme.append(np.abs(statistic).max(axis=1))
        place = checked % first.size
        test = losses[0, first[place] :]  # the same statistic as the breakdown test of a train mean that is known
        found = breakdown_test(test, test, 1500, Judged.SCORE, scheme=Estimation.RECURSIVE, variance=LossVariance.PLAIN)
        assert found.result.statistic == pytest.approx(statistic[0, place], rel=1e-9)
        checked += 7
    assert (np.concatenate(largest) > 1.645).mean() == pytest.approx(one_sided, abs=0.02)
    assert (np.concatenate(extreme) > 1.96).mean() == pytest.approx(two_sided, abs=0.02)
    assert np.quantile(np.concatenate(largest), 0.95) == pytest.approx(critical, abs=0.06)


# --- The same with a few histories and wide tolerances, so that a break is seen in every run ------------------------


@pytest.mark.parametrize("name", GR)
def test_the_breakdown_test_is_about_as_large_as_it_says(name):
    design = GR[name]
    before, after = breakdowns(design, FEW, LossVariance.PLAIN)
    assert before == pytest.approx(design.uncorrected, abs=0.06)
    assert after == pytest.approx(design.corrected, abs=0.045)
    assert after < before


def test_the_breakdown_test_by_cosines_is_about_as_large_as_it_says():
    assert breakdowns(GR["fixed 250"], FEW, LossVariance.COSINES)[1] <= 0.09


@pytest.mark.parametrize("name", ["volatility x1.25", "mean + 0.50 sd"])
def test_the_breakdown_test_has_about_its_power(name):
    assert breakdowns(GR_POWER[name], FEW, LossVariance.PLAIN)[1] == pytest.approx(GR_POWER[name].corrected, abs=0.1)


@pytest.mark.parametrize("phi", [0.0, 0.6])
def test_intervals_and_bands_cover_about_as_often_as_they_say(phi):
    assert 0.87 <= mean_coverage(phi, 120, FEW, seed=12) <= 0.985
    assert 0.87 <= difference_coverage(phi, 150, 90, FEW, seed=13) <= 0.985
    assert 0.87 <= known_band_coverage(phi, 150, 90, FEW, seed=14) <= 0.985


def test_comparisons_reject_equal_losses_about_as_often_as_they_say():
    errors = np.random.default_rng(15).normal(size=(2 * FEW, 2, 120)) ** 2
    assert 0.015 <= share(diebold_mariano(*pair).result.rejects for pair in errors) <= 0.09
    assert 0.015 <= share(giacomini_white(*pair).rejects for pair in errors) <= 0.09
    assert 0.005 <= share(fluctuation_test(one - other, 40).rejects for one, other in errors) <= 0.1
