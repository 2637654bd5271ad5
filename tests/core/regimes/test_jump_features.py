"""Features of returns: pandas as an oracle, and nothing from later rows."""

import numpy as np
import pandas as pd
import pytest

from outsample.errors import DataError, UsageError
from outsample.regimes.jump_model import jump_features
from outsample.regimes.jump_model.features import DOWNSIDE_FLOOR, exponential_means
from outsample.regimes.jump_model.plain import exponential_means_plain

both = pytest.mark.parametrize("average", [exponential_means, exponential_means_plain], ids=["kernel", "twin"])


def returns(rows=300, seed=0):
    return np.random.default_rng(seed).standard_t(4, size=rows) * 0.01


@both
@pytest.mark.parametrize("half_life", [0.3, 5.0, 60.0])
def test_averages_are_those_of_pandas(average, half_life):
    values = returns()
    values[[0, 10, 11, 50]] = np.nan
    found = np.empty(300)
    average(values, half_life, found)
    theirs = pd.Series(values).ewm(halflife=half_life, ignore_na=False).mean()
    np.testing.assert_allclose(found, theirs, rtol=1e-12)


def test_the_default_features_are_the_published_ones():
    values = returns()
    series = pd.Series(values)
    downside = {h: np.sqrt(series.clip(upper=0.0).pow(2).ewm(halflife=h).mean()) for h in (10, 20, 60)}
    sortino = {h: series.ewm(halflife=h).mean() / downside[h] for h in (20, 60)}
    wanted = np.column_stack((downside[10], sortino[20], sortino[60]))
    found = jump_features(values)
    assert np.isnan(found[:59]).all()
    np.testing.assert_allclose(found[59:], wanted[59:], rtol=1e-10)


def test_columns_are_downside_deviations_then_sortino_ratios_then_means():
    values = returns()
    found = jump_features(values, (5.0,), (7.0,), (9.0,))
    assert np.isfinite(found[8:]).all()
    np.testing.assert_allclose(found[:, 0], jump_features(values, (5.0,), (), (9.0,))[:, 0])
    np.testing.assert_allclose(found[8:, 2], pd.Series(values).ewm(halflife=9.0).mean()[8:], rtol=1e-10)
    assert found.shape == (300, 3)


@pytest.mark.parametrize("first", [1, 100, 299])
def test_no_later_return_reaches_a_feature(first):
    values = returns()
    spoilt = values.copy()
    spoilt[first:] = np.nan
    for other in (spoilt, values[:first]):
        assert jump_features(values)[:first].tobytes() == jump_features(other)[:first].tobytes()


def test_returns_that_never_fall_have_the_least_downside_deviation():
    found = jump_features(np.full(100, 0.001), (10.0,), (20.0,))
    np.testing.assert_allclose(found[19:], np.tile([DOWNSIDE_FLOOR, 0.001 / DOWNSIDE_FLOOR], (81, 1)))


def test_a_missing_return_is_a_missing_row_and_counts_for_no_warm_up():
    values = returns()
    values[30:90] = np.nan
    found = jump_features(values)
    assert np.isnan(found[:119]).all()
    assert np.isfinite(found[119:]).all()


@pytest.mark.parametrize("values", [np.zeros((5, 2)), np.array([0.0, np.inf])])
def test_what_is_no_column_of_returns_is_refused(values):
    with pytest.raises(DataError, match="found shape"):
        jump_features(values)


@pytest.mark.parametrize("half_lives", [(), (0.0,), (-1.0,), (np.nan,), (np.inf,)])
def test_half_lives_without_meaning_are_refused(half_lives):
    with pytest.raises(UsageError, match="half-life"):
        jump_features(returns(), half_lives, ())
