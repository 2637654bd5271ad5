"""Exact vols: right, and no bit of them made by quotes elsewhere; the grid: near them, with their slopes."""

from dataclasses import replace

import numpy as np
import pytest

from outsample.calibration.pooling import EXACT, PREVIEW, ROUGH, VolSurface, exact_vols, tenor_range
from outsample.calibration.pooling.model_vols import LEAST_PRICE, TOLERANCE, vols_of_puts
from outsample.calibration.pooling.series_layout import series_layout
from outsample.datasets.weights import Filters
from outsample.formulas.black import black_price
from outsample.formulas.fourier import SVCJ, Bates, Heston, Kou, Merton, VarianceGamma, fourier_price
from outsample.formulas.implied_vol import implied_vol
from outsample.sample import make_market, small_recipe

MODELS = (
    Heston(0.3, 3.0, 0.35, 1.1, -0.4),
    Heston(0.29, 40.0, 0.29, 14.0, -0.3),
    Bates(0.25, 4.0, 0.22, 2.0, -0.3, 1.5, -0.08, 0.15),
    SVCJ(0.25, 4.0, 0.2, 1.5, -0.3, 0.8, -0.1, 0.15, 0.2, -0.2),
    Merton(0.42, 0.6, -0.3, 0.4),
    Kou(0.4, 1.4, 0.1, 4.2, 4.3),
)
SLOW = VarianceGamma(0.5, -0.3, 0.02)
every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: f"{type(model).__name__}")


@pytest.fixture(scope="module")
def quotes():
    return make_market(small_recipe(days=60)).quotes


def prices(model, seen):
    strike = np.exp(seen.log_moneyness)
    return fourier_price(model, strike, seen.tenor, strike >= 1.0, 1e-13)


@pytest.mark.parametrize("model", [*MODELS, SLOW], ids=lambda model: f"{type(model).__name__}")
def test_exact_vols_give_the_prices_back(model, quotes):
    seen = quotes.observed
    strike = np.exp(seen.log_moneyness)
    again = black_price(strike, seen.tenor, exact_vols(model, seen), strike >= 1.0)
    wrong = np.abs(again - prices(model, seen)) / (1.0 + strike)
    assert wrong.max() < TOLERANCE + LEAST_PRICE
    assert np.median(wrong) < 1e-12


@every_model
def test_no_bit_depends_on_what_is_observed_elsewhere(model, quotes):
    whole = exact_vols(model, quotes.observed)
    cut = 20
    rows = quotes.time < quotes.times[cut]
    names = ("time", "expiry", "instrument", "strike", "is_call", "forward", "index", "bid", "ask", "mark")
    names += ("mark_vol", "open_interest", "volume")
    part = replace(quotes, **{name: getattr(quotes, name)[rows] for name in names})
    found = exact_vols(model, part.observed)
    assert found.tobytes() == whole[: found.size].tobytes()
    surface = VolSurface.of(model, tenor_range(quotes))
    assert surface.at(part.observed)[0].tobytes() == surface.at(quotes.observed)[0][: found.size].tobytes()


@every_model
def test_the_grid_is_within_a_thousandth_of_a_vol_point_but_for_quotes_worth_nothing(model, quotes):
    seen = quotes.observed
    error = 100.0 * np.abs(VolSurface.of(model, tenor_range(quotes)).at(seen)[0] - exact_vols(model, seen))
    is_worth_something = prices(model, seen) > 1e-7
    assert np.median(error) < 1e-5
    assert np.quantile(error, 0.99) < 1e-3
    assert error[is_worth_something].max() < 1e-2


@every_model
def test_slopes_are_derivatives_of_the_vols(model, quotes):
    seen, tenors = quotes.observed, tenor_range(quotes)
    slices = np.arange(0, seen.slice_tenor.size, 7)
    found = VolSurface.of(model, tenors, slopes=True).at(seen, slices)[1:]
    for i, value in enumerate(model.parameters.tolist()):
        step = 1e-4 * max(abs(value), 0.01)
        shift = step * (np.arange(model.parameters.size) == i)
        moved = [type(model)(*(model.parameters + sign * shift).tolist()) for sign in (1, -1)]
        up, down = (VolSurface.of(one, tenors).at(seen, slices)[0] for one in moved)
        expected = (up - down) / (2.0 * step)
        scale = np.abs(expected).max()
        assert np.quantile(np.abs(found[i] - expected), 0.99) < 1e-3 * scale


def test_chosen_slices_come_one_after_the_other(quotes):
    seen, surface = quotes.observed, VolSurface.of(MODELS[0], tenor_range(quotes))
    whole, chosen = surface.at(seen)[0], np.array([3, 4, 11])
    expected = np.concatenate([whole[seen.slice_start[s] : seen.slice_start[s + 1]] for s in chosen])
    assert surface.at(seen, chosen)[0].tobytes() == expected.tobytes()


def test_a_price_of_next_to_nothing_has_a_vol_and_one_that_is_quoted_keeps_its_own():
    strike, tenor = np.array([0.2, 0.9, 1.0, 1.1, 9.0]), np.full(5, 0.1)
    vol = np.array([0.2, 0.5, 0.5, 0.5, 0.2])
    puts = black_price(strike, tenor, vol, np.zeros(5, bool))
    found, share = vols_of_puts(puts, np.log(strike), tenor)
    np.testing.assert_allclose(found[1:4], vol[1:4], rtol=1e-8)
    np.testing.assert_allclose(share[1:4], 1.0)
    assert share[0] < 1e-6
    least = implied_vol(np.array([LEAST_PRICE]), strike[[0]], tenor[[0]], np.array([False]))
    assert found[0] == pytest.approx(least[0], rel=1e-6)
    negative, _ = vols_of_puts(np.array([-1e-12]), np.log(strike[:1]), tenor[:1])
    assert negative[0] == pytest.approx(least[0], rel=1e-6)


def test_what_a_slice_is_priced_with_is_no_narrower_than_it_needs():
    from outsample.formulas.fourier.truncation import cosine_range, decay_frequency

    model, tenors = MODELS[0], np.array([0.003, 0.02, 0.5, 0.021, 2.0])
    found = series_layout(model, tenors, np.arange(6), 1.2, 1e-9)
    low, high = cosine_range(model.kind, model.parameters, tenors, 1e-9, np.full(5, 3.0))
    needed = decay_frequency(model.kind, model.parameters, tenors, 0.0, 1e-9)
    assert (found.low <= low + 1e-12).all()
    assert (found.high >= high - 1e-12).all()
    assert (found.terms * np.pi / (found.high - found.low) >= 0.95 * needed).all()  # that search is good to 5 %


def test_tenors_are_those_of_the_clock_alone(quotes):
    shortest, longest = tenor_range(quotes)
    seen = quotes.observed.tenor
    assert shortest <= seen.min()
    assert longest >= seen.max()
    nothing = replace(quotes, bid=np.where(quotes.time > quotes.times[3], np.nan, quotes.bid))
    assert tenor_range(nothing) == (shortest, longest)
    weeks = quotes.viewed(quotes.target, quotes.axis, Filters(shortest_tenor_days=7.0))
    assert tenor_range(weeks)[0] >= 7.0 / 365.0 > shortest


@pytest.mark.parametrize("fineness", [EXACT, ROUGH, PREVIEW], ids=["exact", "rough", "preview"])
def test_parameters_whose_transform_hardly_falls_are_not_quick(fineness):
    tenors = (1.0 / 365.0, 1.0)
    assert all(VolSurface.quick(model, tenors, fineness) is not None for model in (*MODELS, SLOW))
    assert VolSurface.quick(Heston(0.2, 0.01, 16.0, 30.0, -0.9), tenors, fineness) is None
    hardly = Bates(0.19, 22.0, 0.19, 30.0, -0.46, 100.0, -0.013, 0.037)
    assert VolSurface.quick(hardly, tenors, fineness) is None


def test_a_quick_surface_is_the_same_as_any_other(quotes):
    tenors = tenor_range(quotes)
    quick, plain = VolSurface.quick(MODELS[0], tenors, slopes=True), VolSurface.of(MODELS[0], tenors, slopes=True)
    assert quick.values.tobytes() == plain.values.tobytes()
    assert quick.tenors == tenors


@every_model
def test_the_rough_grid_is_within_a_hundredth_of_a_vol_point_but_for_quotes_worth_less_than_a_tick(model, quotes):
    seen = quotes.observed
    error = 100.0 * np.abs(VolSurface.of(model, tenor_range(quotes), ROUGH).at(seen)[0] - exact_vols(model, seen))
    is_quoted = prices(model, seen) > 1e-4  # a tick of Deribit
    assert np.median(error) < 1e-3
    assert np.quantile(error[is_quoted], 0.99) < 1e-2
    assert error[is_quoted].max() < 0.1


@every_model
def test_a_preview_may_be_laid_out_for_parameters_nearby(model, quotes):
    seen, tenors = quotes.observed, tenor_range(quotes)
    near = type(model)(*(1.02 * model.parameters).tolist())
    own, beside = VolSurface.beside(model, model, tenors), VolSurface.beside(model, near, tenors)
    apart = 100.0 * np.abs(beside.at(seen)[0] - own.at(seen)[0])[prices(model, seen) > 1e-4]
    assert 0.0 < apart.max() < 1e-2


def test_a_preview_is_laid_out_anew_where_the_transform_falls_more_slowly_than_nearby(quotes):
    """Met in a short history: a correlation that a step takes to its bound."""
    near, model = (Heston(0.08, 9.0, 0.19, 5.0, correlation) for correlation in (-0.96, -0.999))
    tenors = tenor_range(quotes)
    assert VolSurface.beside(model, near, tenors) is None
    slow = Heston(0.2, 0.01, 16.0, 30.0, -0.9)
    one, other = (VolSurface.beside(MODELS[0], beside, tenors) for beside in (slow, MODELS[0]))
    np.testing.assert_allclose(one.values[:, 0], other.values[:, 0], atol=2e-4)  # two hundredths of a vol point


@pytest.mark.parametrize(
    ("near", "model"),
    [
        (Kou(0.394, 0.564, 0.184, 4.312, 3.389), Kou(0.533, 0.846, 0.108, 4.313, 1.695)),
        (Merton(0.397, 0.0, -0.46, 0.02), Merton(0.404, 0.063, -0.54, 0.019)),
        (Bates(0.29, 50.0, 0.28, 17.0, -0.29, 0.0, -0.3, 0.3), Bates(0.29, 50.0, 0.28, 17.0, -0.29, 0.1, -0.3, 0.3)),
    ],
    ids=[
        "rarer and larger jumps, of a history every six hours",
        "jumps that begin",
        "jumps that begin, fast reversion",
    ],
)
def test_a_preview_is_laid_out_anew_where_the_density_spreads_further_than_nearby(near, model, quotes):
    seen, tenors = quotes.observed, tenor_range(quotes)
    beside, own = VolSurface.beside(model, near, tenors), VolSurface.quick(model, tenors, PREVIEW)
    apart = 100.0 * np.abs(beside.at(seen)[0] - own.at(seen)[0])[prices(model, seen) > 1e-4]
    assert apart.max() < 2e-2


@every_model
def test_a_preview_is_as_good_from_few_exponents_as_from_all(model, quotes, monkeypatch):
    seen, tenors = quotes.observed, tenor_range(quotes)
    few = VolSurface.beside(model, model, tenors).at(seen)[0]
    every = VolSurface.quick(model, tenors, PREVIEW).at(seen)[0]
    apart = 100.0 * np.abs(few - every)[prices(model, seen) > 1e-4]
    assert apart.max() < 1e-2  # nothing where the series are so short that every exponent is worked out


def test_a_preview_whose_transform_falls_somewhat_more_slowly_takes_longer_series_not_a_search(quotes, monkeypatch):
    near = Heston(0.3, 4.0, 0.3, 1.5, -0.3)
    model = Heston(0.21, 4.0, 0.21, 1.5, -0.3)
    seen, tenors = quotes.observed, tenor_range(quotes)
    own, worth = VolSurface.beside(model, model, tenors), prices(model, seen)
    searched = []
    monkeypatch.setattr(VolSurface, "quick", classmethod(lambda *given: searched.append(given)))
    beside = VolSurface.beside(model, near, tenors)
    assert not searched
    assert 100.0 * np.abs(beside.at(seen)[0] - own.at(seen)[0])[worth > 1e-4].max() < 1e-2
    monkeypatch.setattr("outsample.calibration.pooling.vol_surface._LENGTHS", (1.0,))
    assert VolSurface.beside(model, near, tenors) is None
    assert searched, "the first length was not enough"
