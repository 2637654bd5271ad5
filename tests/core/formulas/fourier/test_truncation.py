"""Moments, cumulants and the bounds on what a price leaves out."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from outsample.formulas.fourier import SVCJ, Bates, Heston, Kou, Merton, VarianceGamma, cumulants
from outsample.formulas.fourier.cosine import cosine_nodes, cosine_puts
from outsample.formulas.fourier.exponent import exponents
from outsample.formulas.fourier.moments import log_moments
from outsample.formulas.fourier.truncation import cosine_range, decay_frequency


def one_log_moment(model, power, tenor):
    return log_moments(model.kind, model.parameters, np.array([power]), np.array([tenor]))[0]


def riccati_by_steps(model, power, tenor, steps=20_000):
    """Integrate the moment equation by Runge and Kutta's fourth-order steps; infinite where it runs away."""
    start, speed, mean, vol, correlation = model.parameters[:5]
    beta, gap, step = speed - correlation * vol * power, power * power - power, tenor / steps

    def rise(value):
        return 0.5 * gap - beta * value + 0.5 * vol * vol * value * value

    value, total = 0.0, 0.0
    for _ in range(steps):
        first = rise(value)
        second = rise(value + 0.5 * step * first)
        third = rise(value + 0.5 * step * second)
        fourth = rise(value + step * third)
        total += step * (value + step * (first + second + third) / 6.0)
        value += step * (first + 2.0 * second + 2.0 * third + fourth) / 6.0
        if value > 1e6:
            return math.inf
    return start * value + speed * mean * total


HESTONS = [
    (Heston(0.16, 1.0, 0.16, 2.0, -0.8), 1.0),
    (Heston(0.5, 2.0, 0.6, 3.0, 0.4), 0.2),
    (Heston(0.04, 0.5, 0.04, 1.0, -0.9), 10.0),
]


@pytest.mark.parametrize(("model", "tenor"), HESTONS)
@pytest.mark.parametrize("power", [-9.0, -2.0, -0.4, 0.5, 1.5, 4.0, 25.0])
def test_moments_are_finite_until_the_moment_equation_explodes(model, tenor, power):
    steps, found = riccati_by_steps(model, power, tenor), one_log_moment(model, power, tenor)
    assert found == steps if math.isinf(steps) else found == pytest.approx(steps, rel=1e-6)


def test_the_first_moment_is_the_forward_even_where_rounding_would_lose_it():
    # kappa below rho sigma and a long tenor: the explosion of all powers above 1 is near
    assert one_log_moment(Heston(0.0056, 0.07, 0.74, 4.7, 0.35), 1.0, 26.0) == 0.0
    assert math.isinf(one_log_moment(Heston(0.0056, 0.07, 0.74, 4.7, 0.35), 1.01, 26.0))


def test_moments_of_both_kinds_occur_above():
    values = [one_log_moment(model, power, tenor) for model, tenor in HESTONS for power in (-9.0, 0.5, 4.0)]
    assert any(map(math.isinf, values))
    assert any(map(math.isfinite, values))


def test_moments_of_the_models_with_jumps_end_where_those_of_the_jumps_do():
    kou = Kou(0.2, 1.0, 0.4, 10.0, 5.0)
    assert [math.isfinite(one_log_moment(kou, power, 1.0)) for power in (-5.0, -4.99, 9.99, 10.0)] == [
        False,
        True,
        True,
        False,
    ]
    gamma = VarianceGamma(0.12, -0.14, 0.2)  # 1 - nu (theta p + sigma^2 p^2 / 2) = 0
    roots = np.roots([-0.5 * 0.12**2 * 0.2, 0.14 * 0.2, 1.0])
    for root in roots:
        assert math.isfinite(one_log_moment(gamma, 0.999 * root, 1.0))
        assert math.isinf(one_log_moment(gamma, 1.001 * root, 1.0))
    svcj = SVCJ(0.04, 2.0, 0.04, 0.3, -0.5, 1.0, -0.1, 0.1, 0.2, -0.5)
    assert math.isinf(one_log_moment(svcj, -10.0, 1.0))  # 1 - mu_v rho_J p = 0
    assert math.isinf(one_log_moment(svcj, -9.0, 1.0))  # the variance has eaten up what was left
    assert math.isfinite(one_log_moment(svcj, -1.0, 1.0))
    assert math.isfinite(one_log_moment(Bates(0.04, 2.0, 0.04, 0.3, -0.5, 1.0, -0.1, 0.1), -9.0, 1.0))


def test_a_jump_of_variance_explodes_a_moment_that_heston_has():
    calm = SVCJ(0.04, 2.0, 0.04, 0.3, -0.5, 1.0, 0.0, 0.1, 1e-6, 0.0)
    wild = SVCJ(0.04, 2.0, 0.04, 0.3, -0.5, 1.0, 0.0, 0.1, 2.0, 0.0)
    power = 2.5  # D reaches about .6, and a jump of mean 2 has the transform 1 / (1 - 2 D)
    assert math.isfinite(one_log_moment(calm, power, 1.0))
    assert math.isinf(one_log_moment(wild, power, 1.0))


@pytest.mark.parametrize("tenor", [1.0 / 365.0, 0.3, 4.0])
def test_the_cumulants_of_independent_increments(tenor):
    # Cont and Tankov (2004), Financial Modelling with Jump Processes, propositions 3.13 and 4.5: of a compound Poisson
    # process the intensity times the moments of a jump; of variance gamma table 4.5.
    mean, deviation = -0.1, 0.15
    second, third = mean**2 + deviation**2, mean**3 + 3.0 * mean * deviation**2
    fourth = mean**4 + 6.0 * mean**2 * deviation**2 + 3.0 * deviation**4
    first = 0.5 * (mean - math.expm1(mean + 0.5 * deviation**2)) - 0.02
    expected = tenor * np.array([first, 0.04 + 0.5 * second, 0.5 * third, 0.5 * fourth])
    assert cumulants(Merton(0.2, 0.5, mean, deviation), tenor) == pytest.approx(expected, rel=1e-10)

    moments = [math.factorial(n) * (0.4 / 10.0**n + 0.6 * (-1.0) ** n / 5.0**n) for n in range(1, 5)]
    drift = -0.5 * 0.16**2 - (0.4 * 10.0 / 9.0 + 0.6 * 5.0 / 6.0 - 1.0)
    expected = tenor * (np.array(moments) + np.array([drift, 0.16**2, 0.0, 0.0]))
    assert cumulants(Kou(0.16, 1.0, 0.4, 10.0, 5.0), tenor) == pytest.approx(expected, rel=1e-10)

    vol, theta, rate = 0.12, -0.14, 0.2
    drift = math.log(1.0 - rate * (theta + 0.5 * vol**2)) / rate
    third = theta * rate * (3.0 * vol**2 + 2.0 * theta**2 * rate)
    fourth = 3.0 * rate * (vol**4 + 4.0 * vol**2 * theta**2 * rate + 2.0 * theta**4 * rate**2)
    expected = tenor * np.array([theta + drift, vol**2 + rate * theta**2, third, fourth])
    assert cumulants(VarianceGamma(vol, theta, rate), tenor) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(("model", "tenor"), [*HESTONS, (Heston(0.0175, 1.5768, 0.0398, 0.5751, -0.5711), 0.01)])
def test_the_cumulants_of_heston(model, tenor):
    from mpmath import diff, exp, log, mp, mpf, sqrt

    start, speed, mean, vol, correlation = (mpf(one) for one in model.parameters.tolist())

    def exponent(z):
        beta = speed - correlation * vol * z
        root = sqrt(beta**2 - vol**2 * (z * z - z))
        ratio, decay = (beta - root) / (beta + root), exp(-root * mpf(tenor))
        constant = (beta - root) * mpf(tenor) - 2 * log((1 - ratio * decay) / (1 - ratio))
        return (start * (beta - root) * (1 - decay) / (1 - ratio * decay) + speed * mean * constant) / vol**2

    with mp.workdps(60):
        expected = [float(diff(exponent, 0, order)) for order in range(1, 5)]
    found, scale = cumulants(model, tenor), math.sqrt(expected[1]) ** np.arange(1, 5)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12 * scale.min())
    mean_variance = mean * tenor + (start - mean) * (1 - exp(-speed * tenor)) / speed
    assert expected[0] == pytest.approx(-0.5 * float(mean_variance), rel=1e-12)


NAMES = ["heston", "bates", "svcj", "merton", "kou", "gamma"]


@settings(max_examples=60)
@given(st.integers(0, 2**32), st.sampled_from(["crypto", "equity", "wild"]), st.floats(-12.0, -6.0))
@pytest.mark.parametrize("name", NAMES)
def test_a_wider_and_finer_series_agrees_within_the_tolerance(draw, name, seed, market, power):
    random = np.random.default_rng(seed)
    model, tenor = draw(name, market, random)
    years, tolerance = np.array([tenor]), 10.0**power
    deviation = math.sqrt(cumulants(model, tenor)[1])
    log_strike = np.clip(random.normal(0.0, 2.0 * deviation, 12), -3.0, 3.0)
    top = np.array([max(0.0, log_strike.max())])
    low, high = cosine_range(model.kind, model.parameters, years, tolerance, top)
    frequency = decay_frequency(model.kind, model.parameters, years, 0.0, tolerance)[0]
    prices = []
    for widening, refining in ((1.0, 1.0), (1.37, 2.0)):
        edges = widening * low, widening * high
        count = refining * frequency * (edges[1] - edges[0]) / (4.0 * math.pi)
        assume(count[0] < 10_000.0)  # others are not priced by a series
        terms = 4 * np.ceil(count).astype(np.int64)
        nodes = cosine_nodes(*edges, terms)
        values = exponents(model.kind, model.parameters, nodes, np.full(nodes.size, tenor))
        slopes = np.empty((0, nodes.size), np.complex128)
        prices.append(cosine_puts(values, slopes, *edges, terms, np.array([0, 12]), log_strike)[0])
    difference = np.abs(prices[1] - prices[0]) / (1.0 + np.exp(log_strike))
    assert difference.max() <= 1.01 * tolerance + 1e-14


def test_the_decay_frequency_is_the_first_at_which_the_transform_no_longer_counts():
    model, tolerance = Heston(0.36, 4.0, 0.42, 1.5, -0.25), 1e-9
    tenors = np.array([0.01, 0.1, 1.0, 10.0])
    found = decay_frequency(model.kind, model.parameters, tenors, 0.0, tolerance)
    for factor, counts in ((1.0, False), (0.94, True)):
        u = factor * found
        size = np.abs(np.exp(exponents(model.kind, model.parameters, 1j * u, tenors))) * (1.0 + 1.0 / u) / u
        assert ((size > tolerance) == counts).all()


def test_a_transform_that_hardly_falls_has_a_frequency_unless_the_tolerance_is_beyond_reach():
    gamma = VarianceGamma(0.2, -0.1, 0.3)
    assert 1e9 < decay_frequency(gamma.kind, gamma.parameters, np.array([1e-4]), 0.0, 1e-10)[0] < 1e11
    assert decay_frequency(gamma.kind, gamma.parameters, np.array([1e-4]), 0.0, 1e-20)[0] == math.inf


def test_jumps_that_return_do_not_end_the_series_too_early():
    """With jumps of one size the transform of the jumps is periodic, and small only for a while."""
    model, tolerance = Merton(0.05, 50.0, 0.1, 0.0), 1e-10
    frequency = decay_frequency(model.kind, model.parameters, np.array([0.2]), 0.0, tolerance)
    beyond = frequency[0] * np.linspace(1.0, 3.0, 2000)
    size = np.abs(np.exp(exponents(model.kind, model.parameters, 1j * beyond, np.full(2000, 0.2))))
    assert (size / beyond <= tolerance).all()
