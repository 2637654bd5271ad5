"""Scores: consistent for what they say they are, in the unit they say they are in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from outsample.catalog import SCORES
from outsample.errors import UsageError
from outsample.scores import QLIKE, AbsoluteError, ErrorUnit, Functional, Pinball, ScaleDomain, Shown, SquaredError

samples = arrays(np.float64, st.integers(2, 40), elements=st.floats(-5.0, 5.0).map(lambda v: round(v, 6)))
ALL = [item.score for item in SCORES]


def mean_loss(score, prediction, sample):
    count = sample.size
    return float(score.per_observation(np.full(count, prediction), sample, np.ones(count)).mean())


@given(samples, st.floats(-6.0, 6.0))
def test_the_mean_minimises_squared_error(sample, other):
    best = mean_loss(SquaredError(), float(sample.mean()), sample)
    assert best <= mean_loss(SquaredError(), other, sample) + 1e-12
    assert mean_loss(SquaredError(), other, sample) - best == pytest.approx((other - sample.mean()) ** 2, abs=1e-9)


@given(samples, st.floats(-6.0, 6.0))
def test_the_median_minimises_absolute_error(sample, other):
    assert (
        mean_loss(AbsoluteError(), float(np.median(sample)), sample)
        <= mean_loss(AbsoluteError(), other, sample) + 1e-12
    )


@given(samples, st.sampled_from([0.01, 0.05, 0.3, 0.5, 0.99]), st.floats(-6.0, 6.0))
def test_a_quantile_minimises_pinball(sample, level, other):
    score = Pinball(level)
    quantile = float(np.quantile(sample, level, method="inverted_cdf"))
    assert mean_loss(score, quantile, sample) <= mean_loss(score, other, sample) + 1e-12


@given(samples.filter(lambda sample: np.mean(sample**2) > 1e-6), st.floats(1e-3, 50.0))
def test_the_mean_square_minimises_qlike(sample, other):
    variance = float(np.mean(sample**2))
    assert mean_loss(QLIKE(), variance, sample) <= mean_loss(QLIKE(), other, sample) + 1e-12


def test_pinball_is_the_textbook_formula():
    losses = Pinball(0.1).per_observation(np.array([1.0, 1.0, 1.0]), np.array([3.0, -3.0, 1.0]), np.ones(3))
    np.testing.assert_allclose(losses, [0.1 * 2.0, 0.9 * 4.0, 0.0])


def test_an_exceedance_of_a_low_quantile_costs_its_complement():
    score = Pinball(0.01)
    exceeded, held = score.per_observation(np.full(2, -0.05), np.array([-0.06, -0.04]), np.ones(2))
    assert exceeded / held == pytest.approx(99.0)


def test_qlike_is_the_textbook_formula():
    found = QLIKE().per_observation(np.array([4.0]), np.array([-3.0]), np.ones(1))
    assert found[0] == pytest.approx(np.log(4.0) + 9.0 / 4.0)


@given(samples, st.floats(0.01, 100.0))
def test_the_scale_multiplies_the_error_inside_the_loss(sample, factor):
    prediction, ones = np.zeros(sample.size), np.ones(sample.size)
    scaled = np.full(sample.size, factor)
    for score, power in ((SquaredError(), 2), (AbsoluteError(), 1), (Pinball(0.3), 1)):
        found = score.per_observation(prediction, sample, scaled)
        np.testing.assert_allclose(found, factor**power * score.per_observation(prediction, sample, ones))


def test_qlike_has_no_scale():
    values = np.array([1.0, 2.0])
    assert np.array_equal(
        QLIKE().per_observation(values, values, np.ones(2)), QLIKE().per_observation(values, values, np.full(2, 7.0))
    )


@pytest.mark.parametrize("score", ALL, ids=lambda score: score.name)
@pytest.mark.parametrize("gap", range(3))
def test_nothing_in_nothing_out(score, gap):
    columns = [np.full(4, 0.5) for _ in range(3)]
    columns[gap][1] = np.nan
    losses = score.per_observation(*columns)
    if isinstance(score, QLIKE) and gap == 2:
        assert np.isfinite(losses).all()
    else:
        assert np.isnan(losses).tolist() == [False, True, False, False]


def test_a_variance_that_is_not_positive_has_no_qlike():
    losses = QLIKE().per_observation(np.array([0.0, -1.0, 1e-300]), np.zeros(3), np.ones(3))
    assert np.isnan(losses).tolist() == [True, True, False]


@pytest.mark.parametrize("score", ALL, ids=lambda score: score.name)
def test_inputs_are_left_as_they_were(score):
    columns = [np.array([0.3, 0.7]) for _ in range(3)]
    kept = [column.copy() for column in columns]
    score.per_observation(*columns)
    assert all(np.array_equal(a, b) for a, b in zip(columns, kept, strict=True))


@pytest.mark.parametrize("score", ALL, ids=lambda score: score.name)
def test_a_perfect_prediction_has_the_lowest_loss(score):
    realised = np.array([0.4])
    perfect = realised**2 if score.functional is Functional.VARIANCE else realised
    best = score.per_observation(perfect, realised, np.ones(1))[0]
    for factor in (0.5, 0.9, 1.1, 2.0):
        assert score.per_observation(perfect * factor, realised, np.ones(1))[0] > best


@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, 2.0, float("nan")])
def test_a_level_outside_its_range_is_refused(level):
    with pytest.raises(UsageError, match=r"inside \(0, 1\), found .*; type e.g. 0.01"):
        Pinball(level)


def test_a_score_says_what_it_judges():
    assert (SquaredError().functional, SquaredError().level) == (Functional.MEAN, None)
    assert (Pinball(0.05).functional, Pinball(0.05).level) == (Functional.QUANTILE, 0.05)
    assert (QLIKE().functional, QLIKE().level) == (Functional.VARIANCE, None)
    assert {score.name for score in ALL if score.shown is Shown.ROOT} == {
        score.name for score in ALL if score.name.startswith("squared")
    }


def test_premium_units_need_repricing_and_no_other_does():
    priced = {ErrorUnit.PRICE, ErrorUnit.COIN, ErrorUnit.PREMIUM_PERCENT, ErrorUnit.HALF_SPREADS}
    assert {unit for unit in ErrorUnit if unit.needs_repricing} == priced
    assert ErrorUnit.VOL_POINTS.domain is ScaleDomain.IMPLIED_VOL
    assert ErrorUnit.NATS.domain is ErrorUnit.RETURN_PERCENT.domain is ScaleDomain.RETURN


@given(samples)
def test_the_power_of_an_error_is_the_loss_where_one_is_stated(sample):
    prediction, scale = np.linspace(-1.0, 1.0, sample.size), np.linspace(0.5, 2.0, sample.size)
    for score in ALL:
        if score.error_power:
            expected = np.abs((prediction - sample) * scale) ** score.error_power
            np.testing.assert_allclose(score.per_observation(prediction, sample, scale), expected)
