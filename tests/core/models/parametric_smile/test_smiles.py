"""SVI, SSVI and SABR: the truth is found, the fit is the least-squares fit, and what is told of it is so."""

import math
import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import least_squares

from outsample.calibration.paths import parameter_paths
from outsample.errors import FitError
from outsample.formulas.domains import implied_vol_refusals
from outsample.formulas.expansions import corrado_su_price
from outsample.formulas.implied_vol import implied_vol
from outsample.formulas.sabr import sabr_vol
from outsample.formulas.ssvi import (
    bounded_power_law_phi,
    bounded_power_law_slope,
    ssvi_has_no_butterfly_arbitrage,
    ssvi_has_no_calendar_arbitrage,
    ssvi_total_variance,
)
from outsample.formulas.svi import svi_total_variance
from outsample.formulas.svi_parameters import RawSvi
from outsample.model import Previews
from outsample.models.parametric_smile import CorradoSu, CorradoSuFit, Sabr, Ssvi, Svi, sabr
from outsample.models.parametric_smile.arbitrage import TENORS, arbitrage_of
from outsample.models.parametric_smile.corrado_su import CORRADO_SU_SHAPE
from outsample.models.parametric_smile.estimate import Estimate
from outsample.models.parametric_smile.sabr import SABR_SHAPE
from outsample.models.parametric_smile.ssvi import SSVI_SHAPE
from outsample.models.parametric_smile.svi import SVI_SHAPE
from outsample.study import Workspace

MONTH = 30.0 / 365.0
TRUTHS = {
    Svi: (0.2, 0.08, -0.03, 0.35, 0.25, 0.1, 0.6, 0.05),
    Ssvi: (0.22, 0.34, 3.0, -0.3, 0.6, 0.4),
    Sabr: (0.22, 0.34, 3.0, -0.3, 2.0, 0.45),
    CorradoSu: (0.22, 0.34, 3.0, -0.3, 0.8, 0.2),
}
SHAPES = {Svi: SVI_SHAPE, Ssvi: SSVI_SHAPE, Sabr: SABR_SHAPE, CorradoSu: CORRADO_SU_SHAPE}
each = pytest.mark.parametrize("model", TRUTHS, ids=lambda one: one.__name__)


def mean_variance(values, tenor):
    short, long, speed = values[:3]
    return long + (short - long) * (1.0 - np.exp(-speed * tenor)) / (speed * tenor)


def published(model, values, k, tenor):
    """Return the vols by the library's own formulas of one slice, written down a second time."""
    if model is Svi:
        c0, c1, c2, put, call, m, s, q = values
        unit = np.sqrt(tenor) * (tenor / MONTH) ** q
        b, rho = 0.5 * (put + call), (call - put) / (put + call)
        level = c0 + c1 * np.sqrt(tenor) + c2 * tenor
        a = level - b * (math.hypot(m, s) - rho * m)
        raw = RawSvi(a * tenor, b * tenor / unit, rho, m * unit, s * unit)
        return np.sqrt(svi_total_variance(k, raw) / tenor)
    level = mean_variance(values, tenor)
    if model is Ssvi:
        rho, share, gamma = values[3:]
        phi = bounded_power_law_phi(tenor * level, 2.0 * share / (1.0 + abs(rho)), gamma)
        return np.sqrt(ssvi_total_variance(k, tenor * level, rho, phi) / tenor)
    if model is CorradoSu:
        skewness, excess, q = values[3:]
        share = (tenor / MONTH) ** -q
        moments = (skewness * share, 3.0 + excess * share**2)
        price = corrado_su_price(np.exp(k), tenor, np.sqrt(level), *moments, k >= 0.0)
        return implied_vol(price, np.exp(k), tenor, k >= 0.0)
    rho, nu, q = values[3:]
    return sabr_vol(1.0, np.exp(k), tenor, np.sqrt(level), 1.0, rho, nu * (tenor / MONTH) ** -q)


@pytest.fixture(scope="module")
def exact(quotes_of):
    """Return a function from a model to quotes of its truth."""
    made = {}

    def quotes(model, noise=0.0):
        if (model, noise) not in made:
            made[model, noise] = quotes_of(lambda k, t, _: published(model, TRUTHS[model], k, t), noise=noise)
        return made[model, noise]

    return quotes


@each
def test_the_truth_is_found(model, exact, window):
    data = exact(model)
    found = model().fit(data, window(data, 0, 25))
    np.testing.assert_allclose(found.found.values, TRUTHS[model], rtol=2e-2, atol=2e-3)
    assert np.abs(found.predict(data).values - data.observed.implied_vol).max() < 2e-4  # two hundredths of a vol point


@each
def test_a_prediction_is_the_published_formula(model, exact, window):
    data = exact(model, 0.02)
    found = model().fit(data, window(data, 0, 12))
    seen, prediction = data.observed, found.predict(data)
    expected = published(model, found.found.values, seen.log_moneyness, seen.tenor)
    np.testing.assert_allclose(prediction.values, expected, rtol=1e-9)
    assert prediction.is_whole


@each
def test_the_fit_is_the_least_squares_fit_of_all_train_quotes(model, exact, window):
    data = exact(model, 0.02)
    seen, train = data.observed, window(data, 3, 20)
    shape, inside = SHAPES[model], (data.observed.time_index >= 3) & (data.observed.time_index < 20)
    found = model().fit(data, train)

    def residual(values):
        return published(model, values, seen.log_moneyness[inside], seen.tenor[inside]) - seen.implied_vol[inside]

    best = least_squares(residual, TRUTHS[model], x_scale="jac", bounds=(shape.low, shape.high), xtol=1e-12)
    ours = np.sum((found.predict(data).values[inside] - seen.implied_vol[inside]) ** 2)
    assert ours <= 2.0 * best.cost * (1.0 + 1e-4)


@each
def test_standard_errors_are_the_sandwich_with_a_cluster_a_time(model, exact, window):
    data = exact(model, 0.01)
    seen, found = data.observed, model().fit(data, window(data, 0, 25)).found
    y = seen.log_moneyness / np.sqrt(seen.tenor)
    vols, gradient = SHAPES[model].surface(np.array(found.values), y, seen.tenor)
    free = ~np.array(found.at_bound)
    slopes = gradient[free].T
    scores = np.array([(slopes * (vols - seen.implied_vol)[:, None])[seen.time_index == t].sum(0) for t in range(25)])
    bread = np.linalg.inv(slopes.T @ slopes)
    expected = np.sqrt(np.diag(bread @ scores.T @ scores @ bread) * 25.0 / 24.0)
    np.testing.assert_allclose(np.array(found.standard_errors)[free], expected, rtol=0.1)


@each
@given(st.integers(0, 10_000))
def test_derivatives_are_those_of_the_vols(model, seed):
    random, shape = np.random.default_rng(seed), SHAPES[model]
    values = np.array(TRUTHS[model]) * random.uniform(0.7, 1.3, shape.low.size)
    y, tenor = random.uniform(-1.5, 1.5, 20), random.uniform(0.003, 1.5, 20)
    y[0] = 0.0
    gradient = shape.surface(values, y, tenor)[1]
    for i in range(values.size):
        move = np.zeros(values.size)
        move[i] = 1e-5
        up, down = (shape.surface(values + side * move, y, tenor)[0] for side in (1.0, -1.0))
        np.testing.assert_allclose(gradient[i], (up - down) / 2e-5, rtol=1e-5, atol=1e-7)


@each
def test_a_short_window_is_refused(model, exact, window):
    data = exact(model)
    needed = 10 * SHAPES[model].low.size
    title = SHAPES[model].title
    with pytest.raises(FitError, match=f"{title} needs {needed} usable quotes in the train window, found 0; widen the"):
        model().fit(data, window(data, 5, 5))


@each
def test_the_vol_of_a_prediction_has_a_floor(model, exact, window):
    data = exact(model)
    fitted = model().fit(data, window(data, 0, 25))
    low = [-9.0, 0.0, 0.0, 0.1, 0.1, 0.0, 0.5, 0.0] if model is Svi else None
    if model is Sabr:
        low = [0.5, 0.5, 1.0, -0.9, 15.0, -0.5]
    if model is CorradoSu:
        low = [0.5, 0.5, 1.0, -4.0, -1.0, 0.0]
    if low is not None:
        values = type(fitted.found)(tuple(low), (0.0,) * len(low), (False,) * len(low), np.eye(len(low)))
        fitted = replace(fitted, found=values)
    assert fitted.predict(data).values.min() >= 0.01


@each
def test_a_fit_is_a_value(model, exact, window):
    data = exact(model, 0.02)
    one, other = (model().fit(data, window(data, 0, 12)) for _ in range(2))
    assert one == other == pickle.loads(pickle.dumps(one))
    assert hash(one) == hash(other)
    assert one != model().fit(data, window(data, 0, 13))


@each
def test_a_parameter_at_its_bound_is_flagged_and_has_no_error(model, quotes_of, window):
    """Quotes that ask for more than the family has, or that one of its parameters does not matter for."""
    steep = {
        Svi: lambda k, t: np.sqrt(0.25 + 0.6 * np.maximum(-k / np.sqrt(t), 0.0)),
        Ssvi: lambda k, t: np.sqrt(0.2 + 1.6 * np.abs(k) / np.sqrt(t)),
        Sabr: lambda k, t: np.sqrt(0.25 * np.ones_like(k)),
        CorradoSu: lambda k, t: 0.5 + 0.002 * k**2 / t**4,
    }[model]
    data = quotes_of(lambda k, t, _: steep(k, t), days=20)
    found = model().fit(data, window(data, 0, 20)).parameters
    held = [one for one in found if one.at_bound]
    assert held
    assert all(math.isnan(one.standard_error) for one in held)
    shape = SHAPES[model]
    for one in held:
        place = shape.names.index(one.name)
        assert one.value in (shape.low[place], shape.high[place])


def test_ssvi_has_no_arbitrage_whatever_its_parameters():
    random, shape = np.random.default_rng(3), SSVI_SHAPE
    for _ in range(50):
        values = np.array([*np.exp(random.uniform(-4.0, 1.0, 3)), *random.uniform(shape.low[3:], shape.high[3:])])
        assert [one.value for one in arbitrage_of(shape, values)] == [0.0, 0.0]
        rho, share, gamma = values[3:]
        theta, eta = np.geomspace(1e-5, 5.0, 40), 2.0 * share / (1.0 + abs(rho))
        assert np.all(np.diff(mean_variance(values, np.geomspace(0.001, 4.0, 40)) * np.geomspace(0.001, 4.0, 40)) > 0.0)
        phi, slope = bounded_power_law_phi(theta, eta, gamma), bounded_power_law_slope(theta, eta, gamma)
        assert ssvi_has_no_butterfly_arbitrage(theta, rho, phi).all()
        assert ssvi_has_no_calendar_arbitrage(rho, phi, slope).all()


@pytest.mark.parametrize(
    ("values", "negative", "falling"),
    [
        ((0.2, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5, 0.0), False, False),
        ((0.09, 0.0, 0.0, 2.0, 2.0, 0.5, 0.02, 0.0), True, False),
        ((0.5, 0.0, -0.45, 0.0, 0.0, 0.0, 0.5, 0.0), False, True),
    ],
)
def test_arbitrage_of_a_drawn_smile_is_told(values, negative, falling):
    density, calendar = arbitrage_of(SVI_SHAPE, np.array(values))
    assert (density.value > 0.0, calendar.value > 0.0) == (negative, falling)
    assert density.unit == calendar.unit == "% of the surface"


@each
def test_paths_are_fits_of_each_time_alone(model, exact, window):
    data = exact(model, 0.01)
    paths = parameter_paths(data, model())
    assert paths.values.shape == (data.times.size, len(paths.names))
    assert paths.names == SHAPES[model].names
    for time in (0, 7, 24):
        alone = model().fit(data, window(data, time, time + 1)).found.values
        assert paths.values[time].tolist() == list(alone)
    assert ((paths.values >= paths.low) & (paths.values <= paths.high)).all()


def test_a_level_that_moves_is_a_path_that_moves(quotes_of):
    data = quotes_of(lambda k, t, day: np.sqrt(0.1 + 0.01 * day + 0.0 * k * t))
    path = parameter_paths(data, Svi()).values
    np.testing.assert_allclose(
        path[:, 0] + path[:, 1] * np.sqrt(0.3) + path[:, 2] * 0.3, 0.1 + 0.01 * np.arange(25.0), rtol=1e-3
    )


def test_a_preview_of_corrado_su_is_near_its_exact_answer_and_not_mistaken_for_it(exact, window):
    data = exact(CorradoSu, 0.02)
    train = window(data, 0, 20)
    one, other = CorradoSu().fit(data, train), CorradoSu().preview(data, train)
    assert isinstance(CorradoSu(), Previews)
    assert (one.is_preview, other.is_preview) == (False, True)
    assert one != other
    assert one.found == other.found
    gap = 100.0 * np.abs(one.predict(data).values - other.predict(data).values)
    assert 0.0 < gap.max() < 0.05


@pytest.mark.parametrize(("skewness", "excess", "exponent", "share"), [(-0.3, 1.0, 0.0, 0.0), (-3.0, 0.5, 0.0, 100.0)])
def test_an_expansion_that_is_no_density_is_told(skewness, excess, exponent, share):
    found = Estimate((0.25, 0.25, 1.0, skewness, excess, exponent), (0.0,) * 6, (False,) * 6, np.eye(6))
    told = {one.name: one.value for one in CorradoSuFit(found, False).parameters}
    assert told["expansion negative somewhere, 1 d to 1 y"] == share
    assert (told["negative density within 2.5 deviations, 1 d to 1 y"] > 0.0) == (share > 0.0)


def chain(level, widest=2.2):
    """Return moneyness, strikes as ln(K/F) and tenors, out to so many deviations of a vol."""
    tenor = np.repeat([0.05, 0.1, 0.25, 0.5, 1.0], 41)
    moneyness = np.tile(np.linspace(-widest, widest, 41) * level, 5)
    return moneyness, moneyness * np.sqrt(tenor), tenor


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ((4.0, 4.0, 1.0, -4.0, 20.0, 0.0), "price at or above its bound"),
        ((4.0, 4.0, 1.0, -4.0, -1.0, 0.0), "price ratio missing or not finite"),
    ],
)
def test_corrado_su_has_no_vol_where_its_price_is_beyond_all_vols_and_the_least_where_it_is_below(values, reason):
    moneyness, k, tenor = chain(2.0)
    skewness, excess = values[3], values[4]
    price = corrado_su_price(np.exp(k), tenor, np.full(k.size, 2.0), skewness, 3.0 + excess, k >= 0.0)
    refused = implied_vol_refusals(price, np.exp(k), tenor, k >= 0.0)
    assert set(refused.counts) == {reason, "price at or below intrinsic"}
    vols = CORRADO_SU_SHAPE.surface(np.array(values), moneyness, tenor)[0]
    is_low = refused.code == 1 + refused.reasons.index("price at or below intrinsic")
    assert (vols[is_low] == 0.01).all()
    assert np.isnan(vols[(refused.code > 0) & ~is_low]).all()
    inverted = implied_vol(price, np.exp(k), tenor, k >= 0.0)[refused.code == 0]
    np.testing.assert_allclose(vols[refused.code == 0], np.maximum(inverted, 0.01), rtol=1e-9)


def test_a_quote_without_a_vol_is_refused_and_counted(exact):
    data, values = exact(CorradoSu), (4.0, 4.0, 1.0, -4.0, -1.0, 0.0)
    seen, found = data.observed, Estimate(values, (0.0,) * 6, (False,) * 6, np.eye(6))
    s = 2.0 * np.sqrt(seen.tenor)
    has_mean = 1.0 - 4.0 * s**3 / 6.0 - s**4 / 24.0 > 0.0
    assert 0 < np.count_nonzero(has_mean) < seen.size
    prediction = CorradoSuFit(found, False).predict(data)
    np.testing.assert_array_equal(np.isfinite(prediction.values), has_mean)
    assert not prediction.is_whole
    assert Workspace(data).predicted("it", lambda: prediction).refused == np.count_nonzero(~has_mean)


def test_where_there_is_no_vol_there_is_arbitrage():
    values = np.array((4.0, 4.0, 1.0, -4.0, -1.0, 0.0))
    s = 2.0 * np.sqrt(TENORS)
    without = 100.0 * np.mean(1.0 - 4.0 * s**3 / 6.0 - s**4 / 24.0 <= 0.0)
    assert without > 0.0
    assert all(one.value >= without for one in arbitrage_of(CORRADO_SU_SHAPE, values))


def test_a_search_that_cannot_begin_is_refused_in_a_sentence(exact, window, monkeypatch):
    data, none = exact(Sabr), lambda _values, y, _tenor: (np.full(y.size, np.nan), np.zeros((6, y.size)))
    monkeypatch.setattr(sabr, "SABR_SHAPE", replace(SABR_SHAPE, surface=none))
    with pytest.raises(
        FitError, match="SABR needs a vol for every train quote at the mean of their vols, found some wit"
    ):
        Sabr().fit(data, window(data, 0, 5))
