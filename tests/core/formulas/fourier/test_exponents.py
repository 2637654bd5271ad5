"""Characteristic functions: their equations, their martingale, their derivatives; kernels and twins alike."""

import math
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

from outsample.compiled import kernel
from outsample.formulas.fourier import SVCJ, Bates, Heston, Kou, Merton, VarianceGamma
from outsample.formulas.fourier.complex_functions import (
    exponential,
    log_1p_over,
    mean_decay,
    quotient,
    slope_of_log_1p_over,
    slope_of_mean_decay,
    square_root,
)
from outsample.formulas.fourier.exponent import exponents, exponents_and_slopes
from outsample.formulas.fourier.plain import exponents_and_slopes_plain, exponents_plain

FAST = SimpleNamespace(values=exponents, both=exponents_and_slopes)
PLAIN = SimpleNamespace(values=exponents_plain, both=exponents_and_slopes_plain)
both = pytest.mark.parametrize("engine", [pytest.param(FAST, id="kernel"), pytest.param(PLAIN, id="plain")])

MODELS = [
    Heston(0.36, 4.0, 0.42, 1.5, -0.25),
    Bates(0.36, 4.0, 0.42, 1.5, -0.25, 3.0, -0.04, 0.09),
    SVCJ(0.36, 4.0, 0.36, 1.2, -0.2, 4.0, -0.03, 0.06, 0.15, -0.1),
    Merton(0.55, 6.0, -0.03, 0.08),
    Kou(0.5, 10.0, 0.45, 25.0, 20.0),
    VarianceGamma(0.5, -0.14, 0.2),
]
every_model = pytest.mark.parametrize("model", MODELS, ids=lambda one: type(one).__name__)
NAMES = ("heston", "bates", "svcj", "merton", "kou", "gamma")


def lines(random, count):
    """Return arguments on the two lines that prices need, far up and close to the real axis."""
    return random.choice([0.0, 0.5], count) + 1j * 10.0 ** random.uniform(-2.0, 2.5, count)


@both
@every_model
def test_mass_is_one_and_the_forward_is_a_martingale(engine, model):
    found = engine.values(model.kind, model.parameters, np.array([0.0j, 1.0 + 0.0j]), np.array([0.7, 0.7]))
    assert np.abs(found).max() < 1e-14


@both
@every_model
def test_the_transform_of_a_law_is_hermitian_and_bounded_by_its_real_part(engine, model):
    z = np.array([0.5 + 2.0j, 0.5 - 2.0j, 0.5 + 0.0j, 30.0j, -30.0j])
    found = np.exp(engine.values(model.kind, model.parameters, z, np.full(5, 0.3)))
    assert found[0] == pytest.approx(np.conj(found[1]), rel=1e-13)
    assert found[3] == pytest.approx(np.conj(found[4]), rel=1e-13)
    assert abs(found[0]) < found[2].real
    assert abs(found[3]) < 1.0


@pytest.mark.parametrize("name", NAMES)
def test_kernel_and_twin_agree_with_their_derivatives(draw, name):
    random = np.random.default_rng(3)
    for market in ("crypto", "equity"):
        for _ in range(40):
            model, tenor = draw(name, market, random)
            z, years = lines(random, 12), np.full(12, tenor)
            fast, slopes = exponents_and_slopes(model.kind, model.parameters, z, years)
            plain, plain_slopes = exponents_and_slopes_plain(model.kind, model.parameters, z, years)
            assert (fast == exponents(model.kind, model.parameters, z, years)).all()
            scale = 1.0 + np.abs(plain)
            assert (np.abs(fast - plain) < 1e-11 * scale).all(), model
            scaled = np.abs(model.parameters)[:, np.newaxis] * np.abs(slopes - plain_slopes)
            assert (scaled < 1e-9 * scale).all(), model


def exact_exponent(model, z, tenor):
    """Integrate the equations of Duffie, Pan and Singleton (2000): no logarithm, so no branch to choose."""
    from mpmath import exp, mpc, mpf, quad, sqrt

    start, speed, mean, vol, correlation, *jumps = (mpf(float(one)) for one in model.parameters)
    z, tenor = mpc(z), mpf(tenor)
    beta = speed - correlation * vol * z
    root = sqrt(beta**2 - vol**2 * (z * z - z))
    root = root if root.real >= 0 else -root
    ratio = (beta - root) / (beta + root)

    def loading(t):
        return (beta - root) / vol**2 * (1 - exp(-root * t)) / (1 - ratio * exp(-root * t))

    times = [0, *(tenor / 2**power for power in range(24, -1, -1))]
    found = start * loading(tenor) + speed * mean * quad(loading, times)
    if jumps:
        intensity, jump_mean, deviation, size, coupling = [*jumps, mpf(0), mpf(0)][:5]
        jump = exp(jump_mean * z + deviation**2 * z**2 / 2)
        growth = exp(jump_mean + deviation**2 / 2) / (1 - size * coupling)
        time = quad(lambda t: 1 / (1 - size * coupling * z - size * loading(t)), times)
        found += intensity * (jump * time - tenor * (1 + z * (growth - 1)))
    return complex(found)


@pytest.mark.parametrize("name", ["heston", "bates", "svcj"])
def test_the_closed_form_solves_the_equations_on_the_right_branch(draw, name):
    random = np.random.default_rng(11)
    for market in ("crypto", "equity", "wild", "wild", "wild"):
        model, tenor = draw(name, market, random)
        z = complex(random.choice([0.0, 0.5]), 10.0 ** random.uniform(0.0, 2.5))
        found = exponents(model.kind, model.parameters, np.array([z]), np.array([tenor]))[0]
        exact = exact_exponent(model, z, tenor)
        assert abs(found - exact) < 1e-12 * (1.0 + abs(exact)), (model, z, tenor)


@pytest.mark.parametrize("tenor", [1e-6, 1.0 / 365.0, 1.0, 50.0])
@pytest.mark.parametrize("vol", [0.0, 1e-200, 1e-12, 1e-8])
def test_without_vol_of_vol_the_variance_is_deterministic(tenor, vol):
    model = Heston(0.09, 1.5, 0.04, vol, -0.6)
    z = np.array([3.0j, 0.5 + 0.1j, 0.5 + 40.0j])
    mean = 0.04 * tenor - (0.09 - 0.04) * math.expm1(-1.5 * tenor) / 1.5  # integral of the expected variance
    found = exponents(model.kind, model.parameters, z, np.full(3, tenor))
    expected = 0.5 * mean * (z * z - z)
    # what remains is of first order in vol of vol
    assert (np.abs(found - expected) < np.abs(expected) * (2e-14 + 60.0 * vol * (1.0 + tenor))).all()


def test_bates_and_svcj_end_in_the_smaller_model():
    z, years = np.array([2.0j, 0.5 + 7.0j]), np.array([0.1, 2.0])
    variance, jumps = (0.36, 4.0, 0.42, 1.5, -0.25), (3.0, -0.04, 0.09)
    of = partial(lambda model: exponents(model.kind, model.parameters, z, years))
    assert of(Bates(*variance, 0.0, *jumps[1:])) == pytest.approx(of(Heston(*variance)), rel=1e-15)
    assert of(SVCJ(*variance, *jumps, 0.0, 0.7)) == pytest.approx(of(Bates(*variance, *jumps)), rel=1e-14)
    constant = Bates(0.3025, 4.0, 0.3025, 0.0, 0.0, *jumps)
    assert of(constant) == pytest.approx(of(Merton(0.55, *jumps)), rel=1e-13)


def test_variance_gamma_ends_in_the_normal_law():
    z, years = np.array([2.0j, 0.5 + 7.0j]), np.array([0.1, 2.0])
    for rate in (0.0, 1e-14, 1e-10):
        model = VarianceGamma(0.3, -0.2, rate)
        normal = 0.5 * 0.09 * years * (z * z - z)
        assert exponents(model.kind, model.parameters, z, years) == pytest.approx(normal, rel=1e-14 + 100.0 * rate)


@every_model
def test_derivatives_are_right_at_the_edges_of_the_domain(model):
    """At the edge a difference is one-sided: the second-order one of steps h and 2 h."""
    z, years = np.array([2.0j, 0.5 + 7.0j]), np.array([0.3, 1.0])
    for row, name in enumerate(model.__slots__):
        if name not in ("vol_of_vol", "jump_intensity", "jump_deviation", "variance_jump_mean", "variance_rate"):
            continue
        parameters = model.parameters
        parameters[row] = 0.0
        _, slopes = exponents_and_slopes(model.kind, parameters, z, years)
        values = []
        for step in (0.0, 1e-4, 2e-4):
            parameters[row] = step
            values.append(exponents(model.kind, parameters, z, years))
        difference = (4.0 * values[1] - 3.0 * values[0] - values[2]) / 2e-4
        assert slopes[row] == pytest.approx(difference, rel=1e-4, abs=1e-6), name


@kernel
def applied(a, b):
    out = np.empty((7, a.size), np.complex128)
    for i in range(a.size):
        logarithm, decay = log_1p_over(b[i], a[i]), mean_decay(a[i])
        out[0, i], out[1, i], out[2, i] = quotient(a[i], b[i]), square_root(a[i]), exponential(-a[i])
        out[3, i], out[4, i] = logarithm, slope_of_log_1p_over(b[i], a[i], logarithm)
        out[5, i], out[6, i] = decay, slope_of_mean_decay(a[i], decay)
    return out


def test_the_complex_functions_keep_their_digits_where_the_usual_forms_cancel():
    from mpmath import exp, log, mp, mpc, sqrt

    random = np.random.default_rng(2)
    count = 400
    a = 10.0 ** random.uniform(-12.0, 1.5, count) * np.exp(
        1j * random.uniform(-0.499 * math.pi, 0.499 * math.pi, count)
    )
    b = 10.0 ** random.uniform(-12.0, 1.0, count) * np.exp(1j * random.uniform(-0.4 * math.pi, 0.4 * math.pi, count))
    found, worst = applied(a, b), np.zeros(7)
    with mp.workdps(60):
        for i, (left, right) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
            x, scale = mpc(left), mpc(right)
            logarithm, decay = log(1 + scale * x) / scale, (1 - exp(-x)) / x
            slope = (x / (1 + scale * x) - logarithm) / scale
            exact = (x / scale, sqrt(x), exp(-x), logarithm, slope, decay, (exp(-x) - decay) / x)
            errors = [
                abs(complex(one / mpc(complex(known)) - 1)) for one, known in zip(exact, found[:, i], strict=True)
            ]
            worst = np.maximum(worst, errors)
    assert (worst[[0, 1, 5]] < 2e-15).all(), worst
    assert worst[2] < 1e-14
    assert (worst[[3, 4, 6]] < [2e-14, 1e-12, 1e-12]).all(), worst


def test_roots_are_in_the_right_half_plane():
    a = np.array([0.0j, -4.0 + 0.0j, complex(-4.0, -0.0), -1e-20 + 1e-200j, 3.0 - 4.0j, -3.0 - 4.0j])
    found = applied(a, np.ones(a.size, np.complex128))[1]
    assert found == pytest.approx([0.0, 2.0j, -2.0j, 1e-10j, 2.0 - 1.0j, 1.0 - 2.0j], rel=1e-15)
    assert (found.real >= 0.0).all()
