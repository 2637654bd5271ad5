import pickle
from typing import get_args, get_type_hints

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from outsample.errors import FitError, UsageError
from outsample.formulas.recursions import ewma_variances_twin
from outsample.model import RefitSchedule
from outsample.models.value_at_risk import EwmaVaR, HistoricalVaR, NormalVaR, RollingHistoricalVaR
from outsample.scores import Functional, Pinball
from outsample.typing import DAY, Bounds, Unit
from outsample.windows import Window

MODELS = [HistoricalVaR(0.05), NormalVaR(), EwmaVaR(), RollingHistoricalVaR(0.05, 100)]
SCHEDULES = [RefitSchedule(20_100 * DAY), RefitSchedule(0, 150)]
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
each_schedule = pytest.mark.parametrize("schedule", SCHEDULES, ids=["expanding", "rolling"])


def window(data, first, last):
    """The window that holds exactly the returns first .. last - 1."""
    return Window(int(data.times[first]), int(data.times[last]))


def test_historical_var_is_the_quantile_of_the_train_returns_alone(data):
    fitted = HistoricalVaR(0.05).fit(data, window(data, 100, 350))
    expected = np.quantile(data.returns[100:350], 0.05, method="weibull")
    assert fitted.quantile == pytest.approx(expected, rel=1e-12)
    assert fitted.quantile < 0.0
    prediction = fitted.predict(data)
    assert prediction.functional is Functional.QUANTILE
    assert prediction.level == 0.05
    np.testing.assert_array_equal(prediction.values, np.full(600, fitted.quantile))


@pytest.mark.parametrize("level", [0.0005, 0.01, 0.05, 0.5])
def test_normal_var_is_the_normal_quantile_of_the_train_moments(data, level):
    train = data.returns[100:350]
    fitted = NormalVaR(level).fit(data, window(data, 100, 350))
    expected = norm.ppf(level, loc=train.mean(), scale=train.std(ddof=1))
    np.testing.assert_allclose(fitted.predict(data).values, np.full(600, expected), rtol=1e-9)
    mean, volatility = fitted.parameters
    assert mean.standard_error == pytest.approx(train.std(ddof=1) / np.sqrt(250), rel=1e-9)
    assert volatility.value == pytest.approx(train.std(ddof=1), rel=1e-9)


def test_ewma_var_is_the_normal_quantile_of_the_recursion(data):
    fitted = EwmaVaR(0.01).fit(data, window(data, 0, 400))
    expected = norm.ppf(0.01) * np.sqrt(ewma_variances_twin(data.returns, np.array([fitted.decay]))[:, 0])
    np.testing.assert_allclose(fitted.predict(data).values, expected, rtol=1e-12)
    assert np.isnan(expected[:20]).all()
    (decay,) = fitted.parameters
    assert np.isnan(decay.standard_error)


def test_a_decay_at_the_edge_of_the_grid_says_so(prices_of):
    data = prices_of(np.random.default_rng(1).standard_normal(3000) * 0.01)  # constant variance: never forget
    fitted = EwmaVaR().fit(data, window(data, 500, 2999))
    assert fitted.decay == 0.995
    assert fitted.parameters[0].at_bound


def test_rolling_var_is_the_quantile_of_the_last_returns_before_each(data):
    values = RollingHistoricalVaR(0.05, 100).fit(data, window(data, 0, 300)).predict(data).values
    assert np.isnan(values[:60]).all()
    for i in (60, 61, 99, 100, 101, 350, 599):
        expected = np.quantile(data.returns[max(i - 100, 0) : i], 0.05, method="weibull")
        assert values[i] == pytest.approx(expected, rel=1e-12)


def test_rolling_var_at_one_percent_waits_until_the_worst_return_is_rare_enough(data):
    values = RollingHistoricalVaR(0.01).fit(data, window(data, 0, 300)).predict(data).values
    assert np.isnan(values[:99]).all()
    assert values[99] == data.returns[:99].min()


@each_model
def test_garbage_from_the_train_end_on_leaves_the_parameters_bit_identical(model, data, with_garbage_from):
    for first, last in [(0, 130), (40, 200), (300, 500)]:
        train = window(data, first, last)
        honest, garbled = (model.fit(d, train) for d in (data, with_garbage_from(data, train.stop)))
        assert honest == garbled
        assert pickle.dumps(honest.parameters) == pickle.dumps(garbled.parameters)


@each_model
def test_no_prediction_sees_the_price_of_its_own_time(model, data, with_garbage_from):
    fitted = model.fit(data, window(data, 0, 200))
    other = with_garbage_from(data, int(data.times[400]))
    np.testing.assert_array_equal(fitted.predict(data).values[:401], fitted.predict(other).values[:401])


@each_model
@each_schedule
def test_no_refitted_prediction_sees_the_price_of_its_own_time(model, schedule, data, with_garbage_from):
    other = with_garbage_from(data, int(data.times[400]))
    honest, garbled = (model.predict_refitted(d, schedule).values for d in (data, other))
    np.testing.assert_array_equal(honest[:401], garbled[:401])
    assert not np.array_equal(honest[401:], garbled[401:], equal_nan=True)


@each_model
@each_schedule
def test_a_refit_before_a_time_is_a_fit_on_the_window_that_ends_there(model, schedule, data):
    refitted = model.predict_refitted(data, schedule)
    assert refitted.functional is Functional.QUANTILE
    assert refitted.level == model.level
    for i in (250, 301, 450, 599):
        stop = int(data.times[i])
        start = schedule.start if schedule.length is None else int(data.times[i - schedule.length])
        assert refitted.values[i] == model.fit(data, Window(start, stop)).predict(data).values[i]


@pytest.mark.parametrize("model", MODELS[:3], ids=lambda model: type(model).__name__)
def test_a_refit_on_too_short_a_window_predicts_nothing(model, data):
    values = model.predict_refitted(data, RefitSchedule(int(data.times[100]))).values
    needed = {HistoricalVaR: 30, NormalVaR: 30, EwmaVaR: 60}[type(model)]
    assert np.isnan(values[: 100 + needed]).all()
    assert np.isfinite(values[100 + needed :]).all()


def test_equal_schedules_share_one_computation(data):
    one, two = (HistoricalVaR(0.05).predict_refitted(data, RefitSchedule(0)).values for _ in range(2))
    assert one is two
    assert not one.flags.writeable


@each_model
def test_model_and_fit_survive_pickling(model, data):
    fitted = model.fit(data, window(data, 0, 300))
    copy = pickle.loads(pickle.dumps(fitted))
    assert pickle.loads(pickle.dumps(model)) == model
    assert copy == fitted
    np.testing.assert_array_equal(copy.predict(data).values, fitted.predict(data).values)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (HistoricalVaR(0.01), "historical VaR at 1 % needs 99 observations in the train window, found 5"),
        (HistoricalVaR(0.05), "historical VaR at 5 % needs 30 observations in the train window, found 5"),
        (NormalVaR(), "normal VaR needs 30 observations in the train window, found 5; widen the window"),
        (EwmaVaR(), "EWMA VaR needs 60 observations in the train window, found 5"),
        (
            RollingHistoricalVaR(0.05),
            "rolling historical VaR at 5 % needs 60 observations in the train window, found 5",
        ),
        (RollingHistoricalVaR(0.001), "rolling historical VaR at 0.1 % needs a window of 999 bars, found 365"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
def test_a_short_train_window_is_a_failure_not_a_crash(model, message, data):
    with pytest.raises(FitError, match=message):
        model.fit(data, window(data, 100, 105))
    with pytest.raises(FitError):
        model.fit(data, Window(0, 1))


def test_the_rows_that_start_the_recursion_do_not_count_as_forecasts(data):
    with pytest.raises(FitError, match="after the 20 moves that start it, found 50"):
        EwmaVaR().fit(data, window(data, 0, 70))
    EwmaVaR().fit(data, window(data, 0, 80))


def test_a_constant_price_has_no_normal_var(prices_of):
    still = prices_of(np.zeros(200))
    with pytest.raises(FitError, match="needs a price that moves"):
        NormalVaR().fit(still, window(still, 0, 150))
    with pytest.raises(FitError, match="found 0"):
        EwmaVaR().fit(still, window(still, 0, 150))
    assert HistoricalVaR().fit(still, window(still, 0, 150)).quantile == 0.0


@pytest.mark.parametrize("kind", [HistoricalVaR, NormalVaR, EwmaVaR, RollingHistoricalVaR])
def test_the_level_states_its_unit_and_bounds_and_refuses_others(kind):
    annotation = get_type_hints(kind, include_extras=True)["level"]
    assert get_args(annotation)[1:] == (Unit("probability"), Bounds(0.0005, 0.5))
    for level in (0.0, 0.6, -0.01, 1.0, float("nan")):
        with pytest.raises(UsageError, match="a VaR level must lie in"):
            kind(level)


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.floats(0.01, 20.0), st.sampled_from(MODELS))
def test_returns_times_c_give_a_var_times_c(prices_of, seed, factor, model):
    returns = 0.01 * np.random.default_rng(seed).standard_t(5, 300)
    small, large = prices_of(returns), prices_of(factor * returns)
    one, other = (model.fit(d, window(d, 0, 200)).predict(d).values for d in (small, large))
    np.testing.assert_allclose(other, factor * one, rtol=1e-6)


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.sampled_from([HistoricalVaR, NormalVaR, EwmaVaR, RollingHistoricalVaR]))
def test_a_rarer_level_is_never_a_smaller_loss(prices_of, seed, kind):
    data = prices_of(0.01 * np.random.default_rng(seed).standard_t(5, 300))
    rare, common = (kind(level).fit(data, window(data, 0, 250)).predict(data).values for level in (0.01, 0.05))
    assert (rare[120:] <= common[120:]).all()


def test_historical_and_normal_var_recover_the_truth_of_normal_returns(prices_of):
    data = prices_of(0.001 + 0.02 * np.random.default_rng(5).standard_normal(40_000))
    truth = norm.ppf(0.01, 0.001, 0.02)
    train = window(data, 0, 39_999)
    of_density = np.sqrt(0.01 * 0.99 / 40_000) / norm.pdf(truth, 0.001, 0.02)  # the asymptotic standard error
    assert HistoricalVaR().fit(data, train).quantile == pytest.approx(truth, abs=4 * of_density)
    assert NormalVaR().fit(data, train).predict(data).values[0] == pytest.approx(truth, rel=0.01)


def test_a_var_that_updates_beats_the_frozen_one_after_the_volatility_doubled(data):
    score = Pinball(0.05)
    test = slice(420, 600)
    losses = [
        score.per_observation(model.fit(data, window(data, 0, 300)).predict(data).values, data.returns, np.ones(600))[
            test
        ].mean()
        for model in (RollingHistoricalVaR(0.05, 100), EwmaVaR(0.05), HistoricalVaR(0.05))
    ]
    assert losses[0] < losses[2]
    assert losses[1] < losses[2]
