"""A model fitted once, whose train losses vary more or less than its test losses."""

import numpy as np
import pytest
from scipy.stats import ttest_ind

from outsample.errors import UsageError
from outsample.inference import Estimation, Judged, LossVariance, breakdown_test, long_run, surprise_losses
from outsample.inference.difference import difference_of_means, welch_dof
from outsample.inference.loss_variance import spread_of

from .test_size_and_coverage import autoregressive

HISTORIES, M, N = 2_000, 240, 120


def windows(spread, phi, seed):
    """Yield train and test losses, (M,) and (N,), the former with so many times the spread of the latter."""
    generator = np.random.default_rng(seed)
    for path in autoregressive(generator, phi, M + N, HISTORIES):
        yield 3.0 + spread * path[:M], 3.0 + path[M:]


def rejections(spread, phi, knows_train):
    """Return the share of histories in which "worse" or "better" is found at 5 %."""
    found = 0
    for train, test in windows(spread, phi, 20):
        own = train if knows_train else None
        tested = breakdown_test(surprise_losses(train, test), test, M, Judged.SCORE, train_losses=own)
        found += tested.result.p_value < 0.05
    return found / HISTORIES


@pytest.mark.slow
@pytest.mark.parametrize("phi", [0.0, 0.5])
@pytest.mark.parametrize("spread", [0.5, 1.0, 2.0])
def test_the_size_holds_whatever_train_losses_vary(spread, phi):
    own = rejections(spread, phi, knows_train=True)
    published = rejections(spread, phi, knows_train=False)
    said = f"train losses vary {spread} times as much, AR(1) {phi}: {own:.1%} by their own, {published:.1%} by λ"
    assert 0.035 <= own <= 0.07, said
    if spread > 1.0:
        assert published > 0.09, said


def test_own_losses_give_the_difference_of_two_windows():
    train, test = next(windows(2.0, 0.5, 21))
    found = breakdown_test(surprise_losses(train, test), test, M, Judged.SCORE, train_losses=train).result
    expected = difference_of_means(long_run(train), long_run(test))
    ends = expected.interval()
    assert found.effect == pytest.approx(expected.estimate, rel=1e-12)
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high), rel=1e-12)
    assert found.p_value == pytest.approx(expected.p_value, rel=1e-9)


def test_degrees_of_freedom_are_those_of_scipy_for_independent_times():
    first, second = np.random.default_rng(22).normal(size=40), 3.0 * np.random.default_rng(23).normal(size=25)
    squares = first.var(ddof=1) / 40, second.var(ddof=1) / 25
    expected = ttest_ind(first, second, equal_var=False).df
    assert welch_dof(squares[0], 39, squares[1], 24) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("variance", [LossVariance.PLAIN, LossVariance.BARTLETT])
def test_variances_with_a_normal_distribution_keep_it(variance):
    train, test = next(windows(2.0, 0.0, 24))
    result = breakdown_test(
        surprise_losses(train, test), test, M, Judged.SCORE, train_losses=train, variance=variance
    ).result
    squares = spread_of(train, variance).variance / M + spread_of(test, variance).variance / N
    assert 0.5 * (result.high - result.low) == pytest.approx(1.959963985 * np.sqrt(squares), rel=1e-8)


def test_train_losses_of_a_refitted_model_or_of_another_window_are_refused():
    train, test = next(windows(1.0, 0.0, 25))
    surprise = surprise_losses(train, test)
    with pytest.raises(UsageError, match="need a model fitted once, found one fitted again before each time"):
        breakdown_test(surprise, test, M, Judged.SCORE, scheme=Estimation.ROLLING, train_losses=train)
    with pytest.raises(UsageError, match="needs the 240 train losses, found 239; pass them all"):
        breakdown_test(surprise, test, M, Judged.SCORE, train_losses=train[1:])


def test_train_losses_that_do_not_vary_add_nothing_to_the_error():
    _, test = next(windows(1.0, 0.0, 26))
    train = np.full(M, 3.0)
    result = breakdown_test(surprise_losses(train, test), test, M, Judged.SCORE, train_losses=train).result
    alone = long_run(test)
    assert result.effect / result.statistic == pytest.approx(alone.standard_error, rel=1e-12)
