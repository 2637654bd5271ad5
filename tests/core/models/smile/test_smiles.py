"""Flat vol and the practitioner smiles: they find what was planted, and refuse what is too little."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.datasets import OptionQuotes, Settlement
from outsample.errors import FitError
from outsample.formulas.black import black_price, black_vega
from outsample.model import RefitSchedule
from outsample.models.smile import AbsoluteSmile, FlatVol, RelativeSmile, Weighting
from outsample.models.smile.normal_equations import RIDGE, Regressors, equations_of
from outsample.models.smile.smiles import VOL_FLOOR
from outsample.typing import DAY, SECOND, YEAR
from outsample.windows import Window

START = 1_767_254_400 * SECOND
SMILES = (FlatVol(), AbsoluteSmile(), RelativeSmile())
ALL = Window(START, START + 1_000 * DAY)


def history(vol, days=8, strikes=15, scale=1.0, noise=0.0, seed=1):
    """Quotes whose vol is ``vol(strike, forward, tenor)``, on forwards that wander."""
    random = np.random.default_rng(seed)
    forwards = scale * 100.0 * np.exp(np.cumsum(random.normal(0.0, 0.03, days)))
    day, tenor, place = (
        column.ravel()
        for column in np.meshgrid(np.arange(days), [0.02, 0.08, 0.3], np.linspace(-1.5, 1.5, strikes), indexing="ij")
    )
    time = START + DAY * day.astype(np.int64)
    expiry = time + np.round(tenor * YEAR).astype(np.int64)
    tenor = (expiry - time) / YEAR
    forward = forwards[day]
    strike = forward * np.exp(0.5 * place * np.sqrt(tenor))
    is_call = place > 0.02
    size = time.size
    sigma = vol(strike / scale, forward / scale, tenor) * np.exp(noise * random.normal(size=size))
    price = black_price(strike / forward, tenor, sigma, is_call)
    nothing = np.full(size, np.nan)
    return OptionQuotes(
        time,
        expiry,
        np.zeros(size, np.int32),
        strike,
        is_call,
        forward,
        forward.copy(),
        price.copy(),
        price.copy(),
        price.copy(),
        *(nothing.copy() for _ in range(3)),
        Settlement.INVERSE,
        "BTC",
        "nowhere",
        ("I",),
    )


def absolute(strike, forward, tenor):
    u = strike / 100.0
    return 1.2 - 1.1 * u + 0.5 * u * u + 0.3 * tenor - 0.2 * tenor * u


def relative(strike, forward, tenor):
    k = np.log(strike / forward)
    m = k / np.sqrt(tenor)
    return 0.6 - 0.05 * m + 0.12 * m * m - 0.1 * np.sqrt(tenor) + 0.2 * tenor + 0.07 * k


def rough(strike, forward, tenor):
    return relative(strike, forward, tenor)


def test_flat_vol_is_the_mean_vol_of_the_train_quotes():
    data = history(rough, noise=0.1)
    train = Window(START + 2 * DAY, START + 6 * DAY)
    inside = (data.time[data.observed.row] >= train.start) & (data.time[data.observed.row] < train.stop)
    fitted = FlatVol().fit(data, train)
    mean = data.observed.implied_vol[inside].mean()
    assert fitted.parameters[0].value == pytest.approx(mean, rel=1e-9)
    np.testing.assert_allclose(fitted.predict(data).values, mean, rtol=1e-9)


def test_a_planted_absolute_smile_is_found():
    data = history(absolute)
    fitted = AbsoluteSmile().fit(data, ALL)
    np.testing.assert_allclose(fitted.predict(data).values, data.observed.implied_vol, rtol=1e-6)
    ratio = fitted.mean_forward / 100.0
    expected = [1.2, -1.1 * ratio, 0.5 * ratio**2, 0.3, -0.2 * ratio]
    np.testing.assert_allclose(fitted.coefficients, expected, rtol=1e-4)


def test_a_planted_relative_smile_is_found():
    data = history(relative)
    fitted = RelativeSmile().fit(data, ALL)
    np.testing.assert_allclose(fitted.predict(data).values, data.observed.implied_vol, rtol=1e-6)
    np.testing.assert_allclose(fitted.coefficients, [0.6, -0.05, 0.12, -0.1, 0.2, 0.07], rtol=1e-3)


@given(st.floats(0.01, 100.0))
def test_the_currency_of_the_strikes_does_not_matter(scale):
    one, other = history(rough, noise=0.05), history(rough, noise=0.05, scale=scale)
    for model in SMILES:
        np.testing.assert_allclose(
            model.fit(other, ALL).predict(other).values, model.fit(one, ALL).predict(one).values, rtol=1e-6
        )


def test_the_absolute_smile_sticks_to_strikes_and_the_relative_one_to_moneyness():
    data = history(rough, noise=0.05)
    seen = data.observed
    sticky, moving = (model.fit(data, ALL).predict(data).values for model in (AbsoluteSmile(), RelativeSmile()))
    columns = [
        np.column_stack([np.ones(seen.size), u := seen.strike / 100.0, u * u, seen.tenor, seen.tenor * u]),
        np.column_stack(
            [
                np.ones(seen.size),
                m := seen.log_moneyness / np.sqrt(seen.tenor),
                m * m,
                np.sqrt(seen.tenor),
                seen.tenor,
                seen.log_moneyness,
            ]
        ),
    ]
    for values, design in zip((sticky, moving), columns, strict=True):
        explained = design @ np.linalg.lstsq(design, values, rcond=None)[0]
        np.testing.assert_allclose(values, explained, rtol=1e-9)


@pytest.mark.parametrize("model", SMILES, ids=lambda model: type(model).__name__)
def test_no_other_coefficients_have_a_smaller_squared_error(model):
    data = history(rough, noise=0.1)
    fitted = model.fit(data, ALL)
    best = np.mean((fitted.predict(data).values - data.observed.implied_vol) ** 2)
    from dataclasses import replace

    for i, value in enumerate(fitted.coefficients):
        for nudge in (-1e-3, 1e-3):
            moved = list(fitted.coefficients)
            moved[i] = value + nudge
            other = replace(fitted, coefficients=tuple(moved)).predict(data).values
            assert np.mean((other - data.observed.implied_vol) ** 2) > best


def test_vega_weights_move_the_fit_to_where_vega_is():
    data = history(rough, noise=0.2)
    seen = data.observed
    vega = black_vega(np.exp(seen.log_moneyness), seen.tenor, seen.implied_vol)
    found = FlatVol(Weighting.VEGA).fit(data, ALL).coefficients[0]
    assert found == pytest.approx((vega * seen.implied_vol).sum() / vega.sum(), rel=1e-9)
    assert abs(found - FlatVol().fit(data, ALL).coefficients[0]) > 1e-4


@pytest.mark.parametrize("weighting", Weighting)
def test_standard_errors_are_the_sandwich_clustered_by_time(weighting):
    data = history(rough, noise=0.1)
    seen = data.observed
    m = seen.log_moneyness / np.sqrt(seen.tenor)
    design = np.column_stack([np.ones(seen.size), m, m * m, np.sqrt(seen.tenor), seen.tenor, seen.log_moneyness])
    weight = np.ones(seen.size)
    if weighting is Weighting.VEGA:
        weight = black_vega(np.exp(seen.log_moneyness), seen.tenor, seen.implied_vol)
    gram = (design * weight[:, None]).T @ design
    gram += RIDGE * np.trace(gram) * np.eye(6)
    beta = np.linalg.solve(gram, (design * weight[:, None]).T @ seen.implied_vol)
    meat = np.zeros((6, 6))
    for time in range(data.times.size):
        rows = seen.time_index == time
        moment = (design[rows] * weight[rows, None]).T @ (seen.implied_vol[rows] - design[rows] @ beta)
        meat += np.outer(moment, moment)
    bread = np.linalg.inv(gram)
    expected = np.sqrt(np.diag(bread @ meat @ bread))
    found = [one.standard_error for one in RelativeSmile(weighting).fit(data, ALL).parameters]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_a_vol_never_falls_below_the_floor():
    data = history(lambda strike, forward, tenor: 0.05 + 3.0 * np.maximum(strike / forward - 1.0, 0.0))
    values = AbsoluteSmile().fit(data, ALL).predict(data).values
    assert values.min() == VOL_FLOOR == 0.01


@pytest.mark.parametrize(("model", "needed"), list(zip(SMILES, (10, 50, 60), strict=True)))
def test_ten_quotes_a_parameter_are_needed(model, needed):
    data = history(rough, days=60, strikes=3)
    counts = np.cumsum(np.bincount(data.observed.time_index))
    enough = int(np.searchsorted(counts, needed)) + 1
    with pytest.raises(FitError, match=f"needs {needed} usable quotes in the train window, found .*; widen the window"):
        model.fit(data, Window(START, START + (enough - 1) * DAY))
    model.fit(data, Window(START, START + enough * DAY))


@pytest.mark.parametrize("model", SMILES, ids=lambda model: type(model).__name__)
@pytest.mark.parametrize("length", [None, 5, 1_000])
def test_a_refit_before_a_time_is_the_fit_of_the_window_before_it(model, length):
    data = history(rough, days=15, noise=0.1)
    start = START + 2 * DAY
    refitted = model.predict_refitted(data, RefitSchedule(start, length)).values
    for i, time in enumerate(data.times.tolist()):
        rows = data.observed.time_index == i
        first = start if length is None else int(data.times[max(0, i - length)])
        try:
            expected = model.fit(data, Window(min(first, time), time)).predict(data).values[rows]
        except FitError:
            assert np.isnan(refitted[rows]).all()
            continue
        np.testing.assert_allclose(refitted[rows], expected, rtol=1e-8)


@pytest.mark.parametrize("model", SMILES, ids=lambda model: type(model).__name__)
@pytest.mark.parametrize("first", [0, 6, 15])
def test_only_refits_that_are_asked_for_are_made_and_they_are_the_same(model, first):
    data = history(rough, days=15, noise=0.1)
    whole = model.predict_refitted(data, RefitSchedule(START)).values
    asked = model.predict_refitted(data, RefitSchedule(START, first=first)).values
    is_asked = data.observed.time_index >= first
    np.testing.assert_array_equal(asked[is_asked], whole[is_asked])
    assert np.isnan(asked[~is_asked]).all()


def test_parameters_are_named_after_their_regressors():
    data = history(rough)
    names = [one.name for one in AbsoluteSmile().fit(data, ALL).parameters]
    assert names == ["vol on 1", "vol on K/F̄", "vol on (K/F̄)²", "vol on T", "vol on T·K/F̄", "mean train forward F̄"]
    assert len(RelativeSmile().fit(data, ALL).parameters) == 6


def test_strikes_are_scaled_by_the_power_they_enter_with():
    assert Regressors.ABSOLUTE.forward_powers.tolist() == [0, 1, 2, 0, 1]
    assert Regressors.RELATIVE.forward_powers.tolist() == [0] * 6
    assert Regressors.FLAT.forward_powers.tolist() == [0]


def test_sums_are_made_once_for_every_window():
    data = history(rough)
    one = equations_of(data, Regressors.ABSOLUTE, Weighting.ONE)
    AbsoluteSmile().fit(data, ALL)
    assert equations_of(data, Regressors.ABSOLUTE, Weighting.ONE) is one
