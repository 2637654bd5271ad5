import gc
import pickle
import weakref
from typing import get_args, get_type_hints

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outsample.errors import FitError, UsageError
from outsample.formulas.recursions import ewma_variances_twin
from outsample.model import RefitSchedule
from outsample.models.variance import EwmaVariance, RollingVariance, SampleVariance
from outsample.scores import QLIKE, Functional
from outsample.typing import DAY, Bounds, Unit
from outsample.windows import Window

MODELS = [SampleVariance(), RollingVariance(), EwmaVariance()]
SCHEDULES = [RefitSchedule(20_100 * DAY), RefitSchedule(0, 150)]
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
each_schedule = pytest.mark.parametrize("schedule", SCHEDULES, ids=["expanding", "rolling"])


def window(data, first, last):
    """The window that holds exactly the returns first .. last - 1."""
    return Window(int(data.times[first]), int(data.times[last]))


def integrated(decay, count, seed):
    """Returns whose conditional variance is the exponentially weighted one of `decay`, IGARCH(1, 1).

    Such a variance dies out almost surely (Nelson 1990): `count` must be small where `decay` is.
    """
    shocks = np.random.default_rng(seed).standard_normal(count)
    returns, variance = np.empty(count), 1e-4
    for i, shock in enumerate(shocks):
        returns[i] = np.sqrt(variance) * shock
        variance = decay * variance + (1.0 - decay) * returns[i] ** 2
    return returns


def decay_of_least_loss(returns, first, last):
    """The decay a plain search over direct means finds."""
    grid = np.linspace(0.80, 0.995, 40)
    variance = ewma_variances_twin(returns, grid)
    losses = [QLIKE().per_observation(h, returns, np.ones(returns.size))[first:last].mean() for h in variance.T]
    return grid[np.argmin(losses)]


def test_sample_variance_is_that_of_the_train_returns_alone(data):
    fitted = SampleVariance().fit(data, window(data, 100, 350))
    assert fitted.variance == pytest.approx(np.var(data.returns[100:350], ddof=1), rel=1e-9)
    prediction = fitted.predict(data)
    assert prediction.functional is Functional.VARIANCE
    np.testing.assert_array_equal(prediction.values, np.full(600, fitted.variance))
    assert fitted.parameters[0].value == fitted.variance


def test_rolling_variance_is_that_of_the_last_returns_before_each(data):
    values = RollingVariance(90).fit(data, window(data, 0, 300)).predict(data).values
    assert np.isnan(values[:30]).all()
    for i in (30, 31, 89, 90, 91, 350, 599):
        assert values[i] == pytest.approx(np.var(data.returns[max(i - 90, 0) : i], ddof=1), rel=1e-9)


def test_ewma_variance_is_the_recursion_with_the_decay_of_least_loss(data):
    fitted = EwmaVariance().fit(data, window(data, 100, 400))
    np.testing.assert_allclose(
        fitted.predict(data).values, ewma_variances_twin(data.returns, np.array([fitted.decay]))[:, 0], rtol=1e-12
    )
    assert fitted.decay == pytest.approx(decay_of_least_loss(data.returns, 100, 400), abs=1e-9)


@pytest.mark.parametrize(("truth", "count"), [(0.85, 600), (0.90, 1500), (0.94, 4000), (0.97, 8000)])
def test_the_decay_of_simulated_returns_is_recovered(truth, count, prices_of):
    decays = []
    for seed in range(10):
        data = prices_of(integrated(truth, count, seed))
        fitted = EwmaVariance().fit(data, window(data, 0, count - 1))
        decays.append(fitted.decay)
        assert not fitted.parameters[0].at_bound
        assert np.isnan(fitted.parameters[0].standard_error)
    assert np.mean(decays) == pytest.approx(truth, abs=0.012)
    assert np.std(decays) < 0.03


def test_a_decay_at_the_edge_of_the_grid_says_so(prices_of):
    data = prices_of(np.random.default_rng(1).standard_normal(3000) * 0.01)  # constant variance: never forget
    fitted = EwmaVariance().fit(data, window(data, 500, 2999))
    assert fitted.decay == 0.995
    assert fitted.parameters[0].at_bound


@each_model
def test_garbage_from_the_train_end_on_leaves_the_parameters_bit_identical(model, data, with_garbage_from):
    for first, last in [(0, 80), (40, 200), (300, 500)]:
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
    assert refitted.functional is Functional.VARIANCE
    for i in (250, 301, 450, 599):
        stop = int(data.times[i])
        start = schedule.start if schedule.length is None else int(data.times[i - schedule.length])
        assert refitted.values[i] == model.fit(data, Window(start, stop)).predict(data).values[i]


@each_model
def test_real_bitcoin_days_are_fitted_as_by_direct_sums(model, prices_of, real_data):
    table = np.genfromtxt(
        real_data("crypto_daily_2017_2025/Binance_BTCUSDT_d.csv"), delimiter=",", skip_header=1, usecols=6
    )
    data = prices_of(np.diff(np.log(table[::-1])))  # the file runs from the newest day to the oldest
    fitted = model.fit(data, window(data, 365, 1500))
    refitted = model.predict_refitted(data, RefitSchedule(0, 365)).values
    if isinstance(model, SampleVariance):
        assert fitted.variance == pytest.approx(np.var(data.returns[365:1500], ddof=1), rel=1e-9)
        assert refitted[2000] == pytest.approx(np.var(data.returns[1635:2000], ddof=1), rel=1e-9)
    if isinstance(model, EwmaVariance):
        assert fitted.decay == pytest.approx(decay_of_least_loss(data.returns, 365, 1500), abs=1e-9)
    volatility = np.sqrt(365.0 * refitted[400:])
    assert ((volatility > 0.05) & (volatility < 3.0)).all()


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
        (SampleVariance(), "sample variance needs 30 observations in the train window, found 5; widen the window"),
        (RollingVariance(), "rolling variance needs 30 observations in the train window, found 5"),
        (EwmaVariance(), "EWMA variance needs 60 observations in the train window, found 5"),
    ],
    ids=["sample", "rolling", "EWMA"],
)
def test_a_short_train_window_is_a_failure_not_a_crash(model, message, data):
    with pytest.raises(FitError, match=message):
        model.fit(data, window(data, 100, 105))
    with pytest.raises(FitError):
        model.fit(data, Window(0, 1))


def test_the_rows_that_start_the_recursion_do_not_count_as_forecasts(data):
    with pytest.raises(FitError, match="after the 20 moves that start it, found 50"):
        EwmaVariance().fit(data, window(data, 0, 70))
    EwmaVariance().fit(data, window(data, 0, 80))


def test_a_constant_price_has_no_variance_to_predict(prices_of):
    still = prices_of(np.r_[0.01 * np.random.default_rng(0).standard_normal(100), np.zeros(300)])
    with pytest.raises(FitError, match="needs a price that moves"):
        SampleVariance().fit(still, window(still, 150, 350))
    rolling = RollingVariance(60).fit(still, window(still, 0, 150)).predict(still).values
    assert np.isnan(rolling[160:]).all()


def test_a_feed_that_stood_still_does_not_spoil_the_decay_fitted_after_it(prices_of):
    healthy = integrated(0.94, 3000, seed=3)
    spoilt = np.r_[healthy[:500], np.zeros(800), healthy[500:]]
    data, clean = prices_of(spoilt), prices_of(healthy)
    after = EwmaVariance().fit(data, window(data, 1800, 3799))
    assert after == EwmaVariance().fit(clean, window(clean, 1000, 2999))


def test_the_window_states_its_unit_and_bounds_and_refuses_less():
    annotation = get_type_hints(RollingVariance, include_extras=True)["window"]
    assert get_args(annotation)[1:] == (Unit("bars"), Bounds(30, 5000))
    with pytest.raises(UsageError, match="needs a window of 30 bars or more, found 29"):
        RollingVariance(29)


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.floats(0.01, 20.0), st.sampled_from(MODELS))
def test_returns_times_c_give_a_variance_times_c_squared(prices_of, seed, factor, model):
    returns = 0.01 * np.random.default_rng(seed).standard_t(5, 300)
    small, large = prices_of(returns), prices_of(factor * returns)
    one, other = (model.fit(d, window(d, 0, 200)).predict(d).values for d in (small, large))
    np.testing.assert_allclose(other, factor**2 * one, rtol=1e-6)


def test_what_is_prepared_for_a_data_set_dies_with_it(prices_of):
    data = prices_of(integrated(0.94, 300, seed=1))
    for model in MODELS:
        model.fit(data, window(data, 0, 200)).predict(data)
        model.predict_refitted(data, RefitSchedule(0))
    watched = weakref.ref(data)
    del data
    gc.collect()
    assert watched() is None
