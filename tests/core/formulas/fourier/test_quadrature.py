"""The integral: kernel and twin of the two rules, the series as its oracle, and laws that no series can price."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr

from outsample.formulas import black_price
from outsample.formulas.fourier import Bates, Heston, Merton, PricingPlan, VarianceGamma
from outsample.formulas.fourier.exponent import MERTON, exponents_and_slopes
from outsample.formulas.fourier.plain import rules_of_intervals_plain
from outsample.formulas.fourier.quadrature import GAUSS, KRONROD, NODES, POINTS, lewis_puts, rules_of_intervals
from outsample.formulas.fourier.truncation import decay_frequency

both = pytest.mark.parametrize(
    "rules", [pytest.param(rules_of_intervals, id="kernel"), pytest.param(rules_of_intervals_plain, id="plain")]
)
NAMES = ["heston", "bates", "svcj", "merton", "kou", "gamma"]


def integral(model, tenor, log_strike, tolerance=1e-13, *, has_slopes=False):
    """Return the rows of puts by the integral, whatever the layout would choose, and the error it states."""
    end = decay_frequency(model.kind, model.parameters, np.array([tenor]), 0.5, tolerance)[0]
    return lewis_puts(model.kind, model.parameters, tenor, end, tolerance, log_strike, has_slopes)


def test_the_rules_are_exact_for_the_polynomials_they_should_be():
    for power in range(0, 24, 2):
        assert KRONROD @ NODES**power == pytest.approx(2.0 / (power + 1), rel=1e-15)
    for power in range(0, 14, 2):
        assert GAUSS @ NODES**power == pytest.approx(2.0 / (power + 1), rel=1e-15)
    assert abs(GAUSS @ NODES**14 - 2.0 / 15.0) > 1e-6


def black_intervals(edges):
    """Return what the rules take, for Black's model with vol .5 over half a year on intervals between `edges`."""
    half = 0.5 * np.diff(edges)
    z = (0.5 + 1j * (edges[:-1, np.newaxis] + half[:, np.newaxis] * (1.0 + NODES))).ravel()
    parameters = np.array([0.5, 0.0, 0.0, 0.0])
    return *exponents_and_slopes(MERTON, parameters, z, np.full(z.size, 0.5)), z, half, 1.0 + 0.0j


@both
def test_black_by_the_integral(rules):
    log_strike = np.array([-0.4, 0.0, 0.3])
    out = np.zeros((5, 3))
    worst = rules(*black_intervals(np.linspace(0.0, 30.0, 41)), log_strike, np.ones((5, 3)), 1e-6, out)
    assert worst.shape == (40,)
    assert worst.max() < 1e-6
    strike = np.exp(log_strike)
    expected = black_price(strike, np.full(3, 0.5), np.full(3, 0.5), np.full(3, False))
    assert strike - out[0] == pytest.approx(expected, abs=2e-15)
    lower = (-log_strike + 0.0625) / (0.5 * math.sqrt(0.5))
    assert -out[1] == pytest.approx(math.sqrt(0.25 / math.pi) * np.exp(-0.5 * lower**2), abs=5e-15)


@both
def test_an_interval_on_which_the_rules_differ_is_not_added(rules):
    out = np.zeros((5, 2))
    arguments = black_intervals(np.array([0.0, 0.5, 200.0, 200.5]))
    worst = rules(*arguments, np.array([-0.3, 0.2]), np.ones((5, 2)), 1e-9, out)
    assert (worst > 1e-9).tolist() == [False, True, False]
    first = np.zeros((5, 2))
    rules(*black_intervals(np.array([0.0, 0.5])), np.array([-0.3, 0.2]), np.ones((5, 2)), math.inf, first)
    assert out == pytest.approx(first, abs=1e-15)


def test_kernel_and_twin_agree_to_rounding():
    random = np.random.default_rng(4)
    count, intervals = 6, 5
    z = 0.5 + 1j * random.uniform(0.0, 9.0, intervals * POINTS)
    exponents = -random.uniform(0.0, 3.0, z.size) + 1j * random.uniform(-9.0, 9.0, z.size)
    slopes = random.normal(size=(3, z.size)) + 1j * random.normal(size=(3, z.size))
    ray, log_strike = np.exp(0.3j), random.uniform(-0.5, 0.5, count)
    scales = random.uniform(0.5, 2.0, (4, count))
    rest = exponents, slopes, z, random.uniform(0.1, 1.0, intervals), ray, log_strike, scales
    fast, plain = np.zeros((4, count)), np.zeros((4, count))
    worst = rules_of_intervals(*rest, 0.02, fast)
    assert worst == pytest.approx(rules_of_intervals_plain(*rest, 0.02, plain), rel=1e-13)
    assert fast == pytest.approx(plain, abs=1e-14)
    assert 0 < np.sum(worst <= 0.02) < intervals


@pytest.mark.parametrize("name", NAMES)
def test_the_integral_agrees_with_what_the_layout_chooses_and_so_do_their_derivatives(draw, name):
    random, compared = np.random.default_rng(8), 0
    for market in ("crypto", "equity", "wild"):
        for _ in range(12):
            model, tenor = draw(name, market, random)
            log_strike = random.uniform(-1.0, 1.0, 7) * min(1.0, 1.6 * math.sqrt(tenor) + 0.05)
            strike = np.exp(log_strike)
            plan = PricingPlan.of(model, strike, np.array(tenor), np.array(False), 1e-12)
            if plan.layout.end[0] > 0.0:  # the integral itself
                continue
            series = plan.price(model, gradient=True)
            found, error = integral(model, tenor, log_strike, has_slopes=True)
            assert error < 1e-11
            price = np.clip(found[0], np.maximum(strike - 1.0, 0.0), strike)
            assert (np.abs(series.price - price) < 1.2e-12 * (1.0 + strike)).all(), (model, tenor)
            scaled = np.abs(series.gradient - found[1:].T) * np.abs(model.parameters)
            assert (scaled < 1e-10 * (1.0 + strike)[:, np.newaxis]).all(), (model, tenor)
            compared += 1
    assert compared > 12


def gamma_mixture(model, strike, tenor):
    """Return the put as a mean of Black prices over the gamma law of the clock (Madan, Carr and Chang 1998)."""
    vol, theta, rate = model.parameters.tolist()
    power = tenor / rate
    drift = tenor * math.log1p(-rate * (theta + 0.5 * vol * vol)) / rate

    def value(log_clock):
        clock = math.exp(log_clock)
        deviation = vol * math.sqrt(clock)
        forward = math.exp(drift + (theta + 0.5 * vol * vol) * clock)
        upper = (math.log(forward / strike) + 0.5 * deviation**2) / deviation
        put = strike * ndtr(deviation - upper) - forward * ndtr(-upper)
        return put * math.exp(power * (log_clock - math.log(rate)) - clock / rate - math.lgamma(power))

    turn = (math.log(strike) - drift) / theta  # the clock at which a vol of 0 would reach the strike
    breaks = sorted({-80.0, -30.0, -10.0, -4.0, math.log(rate), 2.0, 4.5, math.log(turn) if turn > 0.0 else -4.0})
    pieces = [quad(value, *pair, epsabs=1e-15, epsrel=1e-12, limit=400)[0] for pair in pairwise(breaks)]
    at_rest = math.exp(power * (-80.0 - math.log(rate)) - math.lgamma(power + 1.0))  # of a clock that stands still
    return sum(pieces) + at_rest * max(strike - math.exp(drift), 0.0)


@pytest.mark.parametrize("tenor", [1.0 / 365.0, 7.0 / 365.0, 0.1, 0.5])
def test_variance_gamma_whose_density_has_a_pole_against_its_mixture_of_normals(tenor):
    for model in (VarianceGamma(0.12, -0.14, 0.2), VarianceGamma(0.5, 0.1, 0.4), VarianceGamma(0.25, -0.3, 1.0)):
        strike = np.array([0.7, 0.95, 1.0, 1.02, 1.3])
        plan = PricingPlan.of(model, strike, np.array(tenor), np.array(False))
        assert plan.layout.is_mixture.all()
        found = plan.price(model)
        expected = [gamma_mixture(model, one, tenor) for one in strike]
        assert found.price == pytest.approx(expected, abs=3e-12)
        assert found.error.max() < 1e-11


def test_variance_gamma_with_the_strike_on_the_pole():
    model, tenor = VarianceGamma(0.12, -0.14, 0.2), 7.0 / 365.0
    pole = math.exp(tenor * math.log1p(-0.2 * (-0.14 + 0.5 * 0.12**2)) / 0.2)
    strike = pole * np.array([1.0 - 1e-9, 1.0, 1.0 + 1e-9])
    plan = PricingPlan.of(model, strike, np.array(tenor), np.array(False))
    assert plan.price(model).price == pytest.approx([gamma_mixture(model, one, tenor) for one in strike], abs=3e-12)


# Short of time, of variance and of decay: the tail of the transform is long, the law narrow or far from normal.
NARROW = [
    (Heston(0.01, 0.5, 0.01, 4.0, -0.99), 0.01),
    (Heston(0.003, 0.06, 0.01, 2.7, -0.75), 0.23),
    (Bates(0.01, 1.0, 0.01, 0.3, -0.5, 5.0, -0.3, 0.4), 1.0 / 8760.0),
    (Merton(0.02, 20.0, -0.5, 0.3), 1.0 / 8760.0),
]


@pytest.mark.parametrize(("model", "tenor"), NARROW)
def test_the_integral_and_a_far_longer_series_agree_where_a_series_is_too_long(model, tenor, monkeypatch):
    strike = np.exp(np.linspace(-0.2, 0.2, 9))
    by_integral, error = integral(model, tenor, np.log(strike), 1e-11)
    assert error < 1e-10
    monkeypatch.setattr("outsample.formulas.fourier.layout.MOST_TERMS", 1_000_000)
    plan = PricingPlan.of(model, strike, np.array(tenor), np.array(False), 1e-11)
    assert plan.layout.terms[0] > 5_000
    assert plan.price(model).price == pytest.approx(by_integral[0], abs=2e-11)


def test_no_strikes_have_no_integral():
    model = VarianceGamma(0.12, -0.14, 0.2)
    values, error = integral(model, 0.1, np.empty(0), has_slopes=True)
    assert values.shape == (4, 0)
    assert error == 0.0
