"""American options at one vol: the vol they were priced with is found, and what cannot be priced is refused."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from outsample.datasets import Settlement
from outsample.errors import FitError, UsageError
from outsample.formulas.american import american_price
from outsample.formulas.implied_vol import implied_vol
from outsample.model import can_refit
from outsample.models.early_exercise import American, vol_lattice
from outsample.models.early_exercise.vol_lattice import HIGHEST, LOWEST, cubic, place_of
from outsample.models.smile import FlatVol
from outsample.scores import Functional
from outsample.windows import Window

RATE = 0.05
DAYS = 12


@pytest.fixture(scope="module")
def steady(shares):
    return shares([0.27] * DAYS)


@pytest.fixture(scope="module")
def noisy(shares):
    return shares([0.22 + 0.01 * np.sin(day) for day in range(DAYS)], noise=0.01)


def exact_vols(data, vol, rate=RATE):
    """Return what the quotes would show at a vol, by the formula of nine digits and option by option."""
    seen = data.observed
    spot = data.index[seen.row]
    income = rate - np.log(seen.forward / spot) / seen.tenor
    price = american_price(spot, seen.strike, seen.tenor, vol * np.ones(seen.size), rate, income, seen.is_call)
    return implied_vol(price / seen.forward, np.exp(seen.log_moneyness), seen.tenor, seen.is_call)


def test_the_vol_of_the_prices_is_found(steady, window):
    found = American(RATE).fit(steady, window(steady, 0, DAYS))
    assert found.found.values[0] == pytest.approx(0.27, abs=1e-6)
    assert found.left_out == 0.0
    prediction = found.predict(steady)
    np.testing.assert_allclose(prediction.values, steady.observed.implied_vol, rtol=0.0, atol=1e-6)
    assert prediction.functional is Functional.MEAN
    assert prediction.is_whole


def test_early_exercise_and_discounting_are_a_smile_that_flat_vol_has_not(steady, window):
    train, seen = window(steady, 0, DAYS), steady.observed
    flat = FlatVol().fit(steady, train).predict(steady).values
    ours = American(RATE).fit(steady, train).predict(steady).values
    assert 100.0 * np.sqrt(np.mean((flat - seen.implied_vol) ** 2)) > 0.2
    assert 100.0 * np.sqrt(np.mean((ours - seen.implied_vol) ** 2)) < 1e-4


@pytest.mark.parametrize("vol", [0.11, 0.35, 0.9])
def test_a_prediction_is_the_vol_of_the_exact_price(steady, window, vol):
    fitted = American(RATE).fit(steady, window(steady, 0, DAYS))
    found = replace(fitted, found=replace(fitted.found, values=(vol,)), first=place_of(vol))
    gap = 100.0 * np.abs(found.predict(steady).values - exact_vols(steady, vol))
    assert np.nanmax(gap) < 1e-3
    assert np.nanquantile(gap, 0.97) < 1e-4


@settings(max_examples=12, deadline=None)
@given(st.integers(0, DAYS - 1), st.integers(1, DAYS))
def test_the_fit_is_the_least_sum_of_squares_of_its_window(noisy, window, first, length):
    last = min(first + length, DAYS)
    found = American(RATE).fit(noisy, window(noisy, first, last))
    seen = noisy.observed
    inside = (seen.time_index >= first) & (seen.time_index < last)

    def cost(vol):
        return float(np.sum((exact_vols(noisy, vol)[inside] - seen.implied_vol[inside]) ** 2))

    best = minimize_scalar(cost, bounds=(0.1, 0.4), method="bounded", options={"xatol": 1e-9})
    assert found.found.values[0] == pytest.approx(best.x, abs=2e-6)


def test_the_standard_error_is_clustered_by_time(noisy, window):
    found, seen, step = American(RATE).fit(noisy, window(noisy, 0, DAYS)).found, noisy.observed, 1e-4
    (vol,) = found.values
    slope = (exact_vols(noisy, vol + step) - exact_vols(noisy, vol - step)) / (2.0 * step)
    residual = exact_vols(noisy, vol) - seen.implied_vol
    scores = np.bincount(seen.time_index, weights=slope * residual)
    expected = np.sqrt(np.sum(scores**2) * DAYS / (DAYS - 1.0)) / np.sum(slope**2)
    assert found.standard_errors == pytest.approx([expected], rel=1e-3)


def test_another_rate_is_another_model(steady, window):
    train = window(steady, 0, DAYS)
    high, low = (American(rate).fit(steady, train) for rate in (0.08, 0.01))
    assert high.found.values[0] > 0.27 > low.found.values[0]
    with pytest.raises(UsageError, match=r"interest rate must be a number from 0 to 0\.5 a year, found -0\.01"):
        American(-0.01)


def test_quotes_without_a_spot_are_left_out_and_counted(steady, window):
    index = steady.index.copy()
    index[steady.time == steady.times[3]] = np.nan
    partly = replace(steady, index=index)
    found = American(RATE).fit(partly, window(partly, 0, DAYS))
    assert found.found.values[0] == pytest.approx(0.27, abs=1e-6)
    assert found.left_out == pytest.approx(100.0 / DAYS)
    prediction = found.predict(partly)
    assert not prediction.is_whole
    assert (np.isnan(prediction.values) == (partly.observed.time_index == 3)).all()


def test_what_cannot_be_priced_is_refused_with_a_cure(steady, window):
    train = window(steady, 0, DAYS)
    unit = steady.forward
    inverse = replace(
        steady,
        settlement=Settlement.INVERSE,
        bid=steady.bid / unit,
        ask=steady.ask / unit,
        mark=steady.mark / unit,
    )
    with pytest.raises(FitError, match="need premiums in the quote currency, found inverse settlement; choose a Europ"):
        American().fit(inverse, train)
    spotless = replace(steady, index=np.full(steady.size, np.nan))
    with pytest.raises(FitError, match="need 10 usable quotes with a spot in the train window, found 0 of .* index"):
        American().fit(spotless, train)
    with pytest.raises(FitError, match="found 0 of 0; widen the window"):
        American().fit(steady, window(steady, 2, 2))


def test_a_vol_beyond_the_lattice_is_at_its_bound(shares, window):
    still = shares([0.011] * 4, rate=0.05)
    found = American(0.05).fit(still, window(still, 0, 4))
    assert found.found.values[0] == LOWEST
    assert found.parameters[0].at_bound
    assert np.isnan(found.parameters[0].standard_error)


@pytest.fixture
def risen(shares):
    """Quotes whose vol doubles from day to day, late: seen by the first eight days, far off at the end."""
    return shares([0.25, 0.25, 0.26, 0.27, 0.28, 0.29, 0.3, 0.32, 0.6, 0.6])


def test_a_preview_prices_nothing_anew_and_comes_close(risen, window, monkeypatch):
    model = American(RATE)
    model.fit(risen, window(risen, 0, 2))
    windows = [window(risen, *ends) for ends in ((0, 3), (0, 8), (5, 8), (7, 8))]
    with monkeypatch.context() as patch:
        patch.setattr(vol_lattice, "american_slices", None)
        previews = [(one, one.predict(risen).values) for one in (model.preview(risen, train) for train in windows)]
    for (preview, values), train in zip(previews, windows, strict=True):
        exact = model.fit(risen, train)
        assert preview.found.values[0] == pytest.approx(exact.found.values[0], abs=2e-4)
        gap = 100.0 * np.abs(values - exact.predict(risen).values)[risen.observed.time_index < 8]
        assert np.sqrt(np.nanmean(gap**2)) < 0.05
    assert previews[-1][0].first != exact.first
    assert previews[-1][0] != exact


def test_a_preview_is_a_fit_where_there_was_none_and_where_the_vol_lies_far_off(risen, window):
    model, early, late = American(RATE), window(risen, 0, 2), window(risen, 8, 10)
    twin = replace(risen)
    assert model.preview(risen, early) == model.fit(twin, early)
    far = model.preview(risen, late)
    assert far == model.fit(twin, late)
    assert far.found.values[0] == pytest.approx(0.6, abs=1e-6)
    assert model.preview(risen, late) == far


def test_a_preview_refuses_as_a_fit_does(steady, window):
    model = American(RATE)
    model.fit(steady, window(steady, 0, DAYS))
    with pytest.raises(FitError, match="found 0 of 0; widen the window"):
        model.preview(steady, window(steady, 2, 2))


def test_there_is_no_refit():
    assert not can_refit(American())


@given(st.floats(LOWEST, HIGHEST))
def test_the_cubic_goes_through_any_cubic(vol):
    first = place_of(vol)
    nodes = LOWEST * 1.1 ** (first + np.arange(4))
    weights, slopes = cubic(first, vol)
    for power in range(4):
        assert weights @ nodes**power == pytest.approx(vol**power, rel=1e-9)
        assert slopes @ nodes**power == pytest.approx(power * vol ** (power - 1), rel=1e-7, abs=1e-9)
    assert nodes[0] <= vol * (1.0 + 1e-9)
    assert vol <= nodes[3] * (1.0 + 1e-9)


def test_without_interest_no_put_is_left_out(shares):
    """Where the forward lies above the spot, a put at a rate of 0 has two boundaries."""
    data = shares([0.27] * DAYS, rate=0.0)
    data = replace(data, index=0.98 * data.forward)
    window = Window(int(data.times[0]), int(data.times[-1]) + 1)
    found = American(rate=0.0).fit(data, window)
    assert np.isfinite(found.predict(data).values).all()
