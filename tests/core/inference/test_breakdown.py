"""Forecast breakdown: the formula by hand, both alternatives, the correction, and what it says of volatility."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.errors import DataError, UsageError
from outsample.inference import (
    Estimation,
    Judged,
    LeastSquares,
    LossVariance,
    Optimism,
    bartlett_variance,
    breakdown_test,
    breakdown_title,
    difference_of_means,
    long_run,
    surprise_losses,
    variance_factor,
)
from outsample.test_result import NotTested

losses = st.lists(st.floats(0, 50).map(lambda x: round(x, 3)), min_size=20, max_size=60).filter(
    lambda values: max(values) > min(values)
)


@pytest.mark.parametrize(
    ("scheme", "m", "n", "factor"),
    [  # Giacomini and Rossi 2009, corollary 4: pi = n / m
        (Estimation.FIXED, 500, 100, 1.2),
        (Estimation.RECURSIVE, 500, 100, 1.0),
        (Estimation.ROLLING, 500, 100, 1 - 0.04 / 3),
        (Estimation.ROLLING, 250, 250, 2 / 3),
        (Estimation.ROLLING, 100, 400, 1 / 6),
    ],
)
def test_the_variance_factor_of_each_scheme(scheme, m, n, factor):
    assert variance_factor(scheme, m, n) == pytest.approx(factor, rel=1e-14)


def test_the_two_forms_of_the_rolling_factor_meet():
    below, above = (
        variance_factor(Estimation.ROLLING, 10**6, 10**6 - 1),
        variance_factor(Estimation.ROLLING, 10**6, 10**6),
    )
    assert below == pytest.approx(above, abs=1e-5)


@pytest.mark.parametrize("scheme", Estimation)
@pytest.mark.parametrize("fit", [None, LeastSquares(6, 1.3)])
def test_the_statistic_is_the_formula_written_out(scheme, fit):
    generator = np.random.default_rng(1)
    test, surprise, m, n = generator.chisquare(1, size=80), generator.normal(0.1, size=80), 200, 80
    found = breakdown_test(
        surprise, test, m, Judged.SCORE, scheme=scheme, variance=LossVariance.PLAIN, overfitting=fit, unit="nats"
    )
    sigma = math.sqrt(variance_factor(scheme, m, n) * np.mean((test - test.mean()) ** 2))
    gamma = math.log(1 + n / m) / math.sqrt(n) if scheme is Estimation.RECURSIVE else math.sqrt(n) / m
    correction = 2 * gamma * 6 * 1.3 / sigma if fit else 0.0
    assert found.result.statistic == pytest.approx(math.sqrt(n) * surprise.mean() / sigma - correction, rel=1e-12)
    assert (found.result.n, found.result.effect_unit) == (80, "nats")


def test_each_variance_has_its_own_distribution():
    test = np.random.default_rng(2).chisquare(1, size=90)
    surprise = test - 0.7

    def statistic(variance):
        return breakdown_test(surprise, test, 90, Judged.SCORE, scheme=Estimation.RECURSIVE, variance=variance)

    plain, bartlett, cosines = (
        statistic(one) for one in (LossVariance.PLAIN, LossVariance.BARTLETT, LossVariance.COSINES)
    )
    root = math.sqrt(90) * surprise.mean()
    assert plain.result.statistic == pytest.approx(root / test.std(), rel=1e-12)
    assert bartlett.result.statistic == pytest.approx(root / math.sqrt(bartlett_variance(test)), rel=1e-12)
    assert cosines.result.statistic == pytest.approx(root / math.sqrt(long_run(test).long_run_variance), rel=1e-12)
    # normal for the first two: 1 - Phi(z) = erfc(z / sqrt 2) / 2; Student t has more in its tails
    assert plain.p_worse == pytest.approx(math.erfc(plain.result.statistic / math.sqrt(2)) / 2, rel=1e-12)
    assert bartlett.p_worse == pytest.approx(math.erfc(bartlett.result.statistic / math.sqrt(2)) / 2, rel=1e-12)
    assert cosines.p_worse > math.erfc(cosines.result.statistic / math.sqrt(2)) / 2


def test_with_a_fixed_model_and_equal_windows_it_is_near_the_difference_of_means():
    generator = np.random.default_rng(3)
    train, test = generator.normal(size=400), generator.normal(0.2, size=400)
    found = breakdown_test(surprise_losses(train, test), test, 400, Judged.CONTRAST).result
    beside = difference_of_means(long_run(train), long_run(test))
    assert found.effect == pytest.approx(beside.estimate, rel=1e-12)
    assert found.high - found.low == pytest.approx(beside.interval().high - beside.interval().low, rel=0.25)


def test_the_direction_is_shown_and_the_one_sided_test_is_silent_when_the_test_window_is_better():
    generator = np.random.default_rng(4)
    train, test = generator.normal(1.0, size=300), generator.normal(0.0, size=120)
    better = breakdown_test(surprise_losses(train, test), test, 300, Judged.CONTRAST)
    assert better.result.statistic < -3
    assert better.result.rejects
    assert better.p_worse > 0.99
    assert better.p_better < 0.001
    assert "lower in the test window than in training, more than chance explains" in better.result.sentence
    worse = breakdown_test(surprise_losses(test, train), train, 120, Judged.SCORE, unit="nats")
    assert worse.p_worse < 0.001
    assert worse.result.sentence.startswith("The raw score was on average ")
    assert " nats higher in the test window than in training" in worse.result.sentence


def test_a_change_of_volatility_alone_breaks_the_raw_score_and_not_the_contrast():
    generator = np.random.default_rng(5)
    scale = np.where(np.arange(700) < 500, 1.0, 1.6)
    model, benchmark = scale * generator.normal(size=700), scale * generator.normal(size=700)
    raw, contrast = model**2, np.log(model**2) - np.log(benchmark**2)
    found = breakdown_test(surprise_losses(raw[:500], raw[500:]), raw[500:], 500, Judged.SCORE)
    assert found.p_worse < 0.001
    relative = breakdown_test(surprise_losses(contrast[:500], contrast[500:]), contrast[500:], 500, Judged.CONTRAST)
    assert relative.result.p_value > 0.05
    assert relative.result.title == "Forecast breakdown of the contrast with the benchmark, fitted once"
    assert found.result.title == "Forecast breakdown of the raw score, fitted once"


def test_the_correction_is_the_optimism_of_least_squares():
    fit = LeastSquares(3, 2.0)
    assert fit.surprise(Estimation.FIXED, 60, 30) == pytest.approx(2 * 3 * 2.0 / 60)
    assert fit.surprise(Estimation.ROLLING, 60, 500) == pytest.approx(0.2)
    # recursive: the mean over the test times of 2 k s^2 / t, which the logarithm stands for
    mean = np.mean([2 * 3 * 2.0 / t for t in range(60, 90)])
    assert fit.surprise(Estimation.RECURSIVE, 60, 30) == pytest.approx(mean, rel=0.01)


@given(losses, losses, st.sampled_from([1e-6, 0.3, 4.0, 1e5]), st.sampled_from(LossVariance))
def test_the_unit_of_the_loss_does_not_matter_and_probabilities_are_probabilities(train, test, factor, variance):
    def tested(scale):
        before, after = scale * np.array(train), scale * np.array(test)
        return breakdown_test(surprise_losses(before, after), after, len(train), Judged.SCORE, variance=variance)

    here, there = tested(1.0), tested(factor)
    if isinstance(here, NotTested):
        assert isinstance(there, NotTested)
        return
    assert there.result.statistic == pytest.approx(here.result.statistic, rel=1e-6, abs=1e-9)
    assert there.result.effect == pytest.approx(factor * here.result.effect, rel=1e-6, abs=1e-9 * factor)
    for p_value in (here.result.p_value, here.p_worse, here.p_better):
        assert 0.0 <= p_value <= 1.0
    assert here.p_worse + here.p_better == pytest.approx(1.0)
    assert here.result.p_value == pytest.approx(2 * min(here.p_worse, here.p_better))
    assert here.result.low <= here.result.effect <= here.result.high


@given(losses, losses)
def test_the_sign_of_the_losses_is_the_sign_of_the_statistic(train, test):
    before, after = np.array(train), np.array(test)
    there = breakdown_test(surprise_losses(before, after), after, len(train), Judged.SCORE)
    back = breakdown_test(surprise_losses(-before, -after), -after, len(train), Judged.SCORE)
    if isinstance(there, NotTested):
        assert isinstance(back, NotTested)
        return
    assert back.result.statistic == pytest.approx(-there.result.statistic, rel=1e-9, abs=1e-12)
    assert back.p_worse == pytest.approx(there.p_better, rel=1e-9, abs=1e-12)


@given(losses, losses)
def test_the_interval_excludes_zero_exactly_when_it_rejects(train, test):
    before, after = np.array(train), np.array(test)
    found = breakdown_test(surprise_losses(before, after), after, len(train), Judged.SCORE)
    if isinstance(found, NotTested) or abs(found.result.p_value - 0.05) < 1e-9:
        return
    assert found.result.rejects == (found.result.low > 0.0 or found.result.high < 0.0)


@pytest.mark.parametrize("scheme", Estimation)
def test_a_known_optimism_of_least_squares_corrects_as_least_squares_do(scheme):
    fit, known = LeastSquares(4, 1.7), Optimism(2 * 4 * 1.7 / 60)
    assert known.surprise(scheme, 60, 45) == pytest.approx(fit.surprise(scheme, 60, 45), rel=1e-14)
    generator = np.random.default_rng(8)
    loss, surprise = generator.chisquare(1, size=45), generator.normal(0.1, size=45)
    one, other = (breakdown_test(surprise, loss, 60, Judged.SCORE, scheme=scheme, overfitting=x) for x in (fit, known))
    assert other.result.statistic == pytest.approx(one.result.statistic, rel=1e-12)
    assert other.result.sentence == one.result.sentence


@pytest.mark.parametrize("scheme", Estimation)
def test_under_growing_windows_the_optimism_is_the_mean_of_those_of_all_fits(scheme):
    # that of a fit on t times is the one on m times, times m / t
    spent = [0.3 * 60 / (t if scheme is Estimation.RECURSIVE else 60) for t in range(60, 105)]
    assert Optimism(0.3).surprise(scheme, 60, 45) == pytest.approx(np.mean(spent), rel=0.01)


def test_what_is_judged_how_it_was_fitted_and_what_was_left_out_is_in_the_title_and_the_sentence():
    generator = np.random.default_rng(9)
    loss, surprise = generator.chisquare(1, size=45), generator.normal(0.1, size=45)
    found = breakdown_test(
        surprise,
        loss,
        60,
        Judged.SCORE,
        scheme=Estimation.ROLLING,
        overfitting=Optimism(0.25, "cross-validated in blocks"),
        unit="nats",
    ).result
    assert found.title == "Forecast breakdown of the raw score, rolling refits, less overfitting"
    assert found.effect == pytest.approx(surprise.mean() - 0.25, rel=1e-12)
    assert found.sentence.startswith("Refitted as time went on, the raw score was on average ")
    assert ", not counting 0.25 that overfitting leads to (cross-validated in blocks), " in found.sentence
    titles = {breakdown_title(one, two, is_corrected=three) for one in Judged for two in Estimation for three in (0, 1)}
    assert len(titles) == 12


@pytest.mark.parametrize("amount", [np.nan, np.inf])
def test_an_optimism_that_is_none_is_refused(amount):
    with pytest.raises(UsageError, match="needs a finite optimism, found"):
        Optimism(amount)


@pytest.mark.parametrize("fit", [LeastSquares(2, 1.0), Optimism(0.1)])
def test_a_correction_of_contrasts_is_refused(fit):
    x = np.random.default_rng(6).normal(size=50)
    with pytest.raises(UsageError, match="needs a raw score, found contrasts"):
        breakdown_test(x, x, 50, Judged.CONTRAST, overfitting=fit)


@pytest.mark.parametrize(("parameters", "variance"), [(0, 1.0), (2, 0.0), (2, np.nan), (2, np.inf)])
def test_a_fit_that_is_none_is_refused(parameters, variance):
    with pytest.raises(UsageError, match="at least one parameter and a positive residual variance"):
        LeastSquares(parameters, variance)


def test_a_short_train_window_is_said():
    x = np.random.default_rng(7).normal(size=50)
    found = breakdown_test(x, x, 19, Judged.SCORE)
    assert isinstance(found, NotTested)
    assert found.sentence == "A breakdown test needs 20 train times, found 19; widen the train window"
    with pytest.raises(DataError, match="found no train loss"):
        surprise_losses(np.array([]), x)
