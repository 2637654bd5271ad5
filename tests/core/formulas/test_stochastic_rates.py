"""Bonds and options under moving rates: exact values, QuantLib, integrals, limits, parity."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.formulas.black_scholes_merton import bsm_price
from outsample.formulas.stochastic_rates import (
    bsm_hull_white_price,
    bsm_vasicek_price,
    cir_bond,
    gaussian_rate_variance,
    gaussian_rate_vol,
    vasicek_bond,
)

tenors = st.floats(0.01, 30.0)
speeds = st.floats(0.0, 5.0)
rate_vols = st.floats(0.0, 0.05)
levels = st.floats(-0.02, 0.15)
vols = st.floats(0.02, 1.0)
correlations = st.floats(-1.0, 1.0)


def one(*values):
    """Return each value as an array of one element."""
    return [np.array([value]) for value in values]


@pytest.mark.parametrize(
    ("rate", "tenor", "speed", "mean", "rate_vol", "bond"),
    [(0.08, 1.0, 0.2, 0.09, 0.02, 0.92230528310172767), (0.03, 3.0, 0.5, 0.04, 0.01, 0.90096032523518124)],
)
def test_exact_vasicek_bonds(rate, tenor, speed, mean, rate_vol, bond):
    # Vasicek (1977), by mpmath.
    assert vasicek_bond(*one(rate, tenor, speed, mean, rate_vol))[0] == pytest.approx(bond, rel=1e-14)


@pytest.mark.parametrize(
    ("correlation", "price"), [(-0.5, 12.000163358195383), (0.0, 12.166117074856151), (0.5, 12.328820646262911)]
)
def test_exact_options_under_vasicek_rates(correlation, price):
    # Rabinovitch (1989), by mpmath: S = K = 100, one year, vol .2, r .08, a .2, b .09, eta .02.
    found = bsm_vasicek_price(*one(100.0, 100.0, 1.0, 0.2, 0.0, 0.08, 0.2, 0.09, 0.02, correlation, True))
    assert found[0] == pytest.approx(price, rel=1e-13)


@pytest.mark.parametrize(
    ("correlation", "vol"), [(-0.75, 0.217064577), (-0.25, 0.243995801), (0.0, 0.256402830), (0.75, 0.290461343)]
)
def test_the_published_effective_vols(correlation, vol):
    # QuantLib's test of its BSM-Hull-White engine, printed to nine digits.
    found = gaussian_rate_vol(*one(7305 / 365, 0.25, 0.00883, 0.00526, correlation))
    assert found[0] == pytest.approx(vol, abs=5e-10)


@pytest.mark.parametrize(("correlation", "price"), [(-0.75, 16.73753109218809), (0.0, 19.47736993173107)])
def test_options_under_hull_white_rates(correlation, price):
    # QuantLib 1.44, AnalyticBSMHullWhiteEngine, strike at the forward.
    tenor = 7305 / 365
    forward, bond = 100.0 * math.exp((0.0525 - 0.04) * tenor), math.exp(-0.0525 * tenor)
    found = bsm_hull_white_price(*one(100.0, forward, tenor, 0.25, bond, 0.04, 0.00883, 0.00526, correlation, True))
    assert found[0] == pytest.approx(price, rel=1e-12)


def test_quantlib_agrees_on_bonds():
    import QuantLib as ql  # noqa: N813

    draw = np.random.default_rng(6)
    for _ in range(200):
        rate, mean = draw.uniform(0.001, 0.15, 2)
        speed, rate_vol, tenor = draw.uniform(0.05, 3.0), draw.uniform(0.001, 0.1), draw.uniform(0.1, 30.0)
        vasicek = ql.Vasicek(rate, speed, mean, rate_vol).discountBond(0.0, tenor, rate)
        assert vasicek_bond(*one(rate, tenor, speed, mean, rate_vol))[0] == pytest.approx(vasicek, rel=1e-10)
        if 2.0 * speed * mean > rate_vol**2:  # QuantLib asks for Feller's condition
            cir = ql.CoxIngersollRoss(rate, mean, speed, rate_vol).discountBond(0.0, tenor, [rate])
            assert cir_bond(*one(rate, tenor, speed, mean, rate_vol))[0] == pytest.approx(cir, rel=1e-9)


@given(tenors, speeds, rate_vols, levels, levels)
def test_bonds_against_the_integrals_they_come_from(tenor, speed, rate_vol, rate, mean):
    from mpmath import exp, mp, mpf, quad

    with mp.workdps(40):
        t, a, eta = mpf(tenor), mpf(speed), mpf(rate_vol)

        def duration(s):
            return (1 - exp(-a * s)) / a if a > mpf("1e-20") else s

        nodes = [0, min(t, 1 / (a + 1)), t]
        drift = quad(lambda s: a * duration(s), nodes)
        square = eta**2 * quad(lambda s: duration(s) ** 2, nodes)
        exact = float(exp(-mpf(rate) * duration(t) - mpf(mean) * drift + square / 2))
        variance = float(square)
    found = vasicek_bond(*one(rate, tenor, speed, mean, rate_vol))[0]
    assert found == pytest.approx(exact, rel=1e-14 * (1.0 + abs(math.log(exact))))
    assert gaussian_rate_variance(*one(tenor, speed, rate_vol))[0] == pytest.approx(variance, rel=1e-13, abs=1e-300)


@given(tenors, st.floats(0.05, 3.0), st.floats(0.01, 0.5), st.floats(0.0, 0.2), st.floats(0.0, 0.2))
def test_cir_bonds_against_the_textbook_with_forty_digits(tenor, speed, rate_vol, rate, mean):
    from mpmath import exp, log, mp, mpf, sqrt

    with mp.workdps(40):
        t, a, b, eta = mpf(tenor), mpf(speed), mpf(mean), mpf(rate_vol)
        gamma = sqrt(a**2 + 2 * eta**2)
        below = (gamma + a) * (exp(gamma * t) - 1) + 2 * gamma
        level = 2 * a * b / eta**2 * log(2 * gamma * exp((a + gamma) * t / 2) / below)
        exact = float(exp(level - mpf(rate) * 2 * (exp(gamma * t) - 1) / below))
    found = cir_bond(*one(rate, tenor, speed, mean, rate_vol))[0]
    assert found == pytest.approx(exact, rel=1e-13 * (1.0 + abs(math.log(exact))))


def test_the_limits_of_bonds():
    flat = np.exp(-0.05 * 7.0)
    for bond in (vasicek_bond, cir_bond):
        assert bond(*one(0.05, 7.0, 0.0, 0.3, 0.0))[0] == pytest.approx(flat, rel=1e-15)  # a rate that stands still
        assert bond(*one(0.05, 0.0, 0.5, 0.3, 0.1))[0] == 1.0
        steady, nearly = bond(*one(0.05, 7.0, 0.5, 0.3, 0.0))[0], bond(*one(0.05, 7.0, 0.5, 0.3, 1e-9))[0]
        duration = (1.0 - math.exp(-3.5)) / 0.5
        assert steady == pytest.approx(math.exp(-0.05 * duration - 0.3 * (7.0 - duration)), rel=1e-14)
        assert nearly == pytest.approx(steady, rel=1e-14)
    # Without reversion Vasicek's rate is Merton's: exp(-r T + eta^2 T^3 / 6).
    driftless = math.exp(-0.05 * 7.0 + 0.02**2 * 7.0**3 / 6.0)
    assert vasicek_bond(*one(0.05, 7.0, 0.0, 0.3, 0.02))[0] == pytest.approx(driftless, rel=1e-15)
    assert vasicek_bond(*one(0.05, 7.0, 1e-12, 0.3, 0.02))[0] == pytest.approx(driftless, rel=1e-11)


@given(tenors, vols, speeds, rate_vols, correlations)
def test_the_effective_vol_lies_between_perfect_correlations(tenor, vol, speed, rate_vol, correlation):
    low, here, high = (gaussian_rate_vol(*one(tenor, vol, speed, rate_vol, rho))[0] for rho in (-1.0, correlation, 1.0))
    assert low <= here * (1.0 + 1e-14)
    assert here <= high * (1.0 + 1e-14)
    extra = gaussian_rate_variance(*one(tenor, speed, rate_vol))[0] / tenor
    level = gaussian_rate_vol(*one(tenor, vol, speed, rate_vol, 0.0))[0]
    assert level**2 == pytest.approx(vol**2 + extra, rel=1e-13)
    assert gaussian_rate_vol(*one(tenor, vol, speed, 0.0, correlation))[0] == pytest.approx(vol, rel=1e-15)


@given(st.floats(0.5, 2.0), st.floats(0.05, 10.0), vols, speeds, rate_vols, correlations, st.floats(0.5, 1.1))
def test_parity_with_the_bond_and_the_plain_formula_without_rate_vol(ratio, tenor, vol, speed, eta, rho, bond):
    point = (100.0, 100.0 * ratio, tenor, vol, bond, 0.02)
    call, put = (bsm_hull_white_price(*one(*point, speed, eta, rho, kind))[0] for kind in (True, False))
    share = 100.0 * math.exp(-0.02 * tenor)
    assert call - put == pytest.approx(share - 100.0 * ratio * bond, abs=1e-11)
    assert max(0.0, share - 100.0 * ratio * bond) - 1e-11 <= call <= share + 1e-11
    still = bsm_hull_white_price(*one(*point, speed, 0.0, rho, True))[0]
    rate = -math.log(bond) / tenor
    plain = bsm_price(*one(100.0, 100.0 * ratio, tenor, vol, rate, 0.02, True))[0]
    assert still == pytest.approx(plain, abs=1e-11)


def test_a_simulated_rate_gives_the_price():
    # Joint Gaussian law of ln S_T and the integral of r, sampled exactly through its Euler scheme on a fine grid.
    draw, steps, paths, tenor = np.random.default_rng(3), 200, 20_000, 2.0
    a, b, eta, vol, rho = 0.6, 0.05, 0.04, 0.2, 0.5
    step = tenor / steps
    rate, paid, log_level = np.full(paths, 0.03), np.zeros(paths), np.zeros(paths)
    for _ in range(steps):
        first, other = draw.standard_normal((2, paths)) * math.sqrt(step)
        paid += rate * step
        log_level += (rate - 0.5 * vol**2) * step + vol * (rho * first + math.sqrt(1.0 - rho**2) * other)
        rate += a * (b - rate) * step + eta * first
    values = np.exp(-paid) * np.maximum(100.0 * np.exp(log_level) - 105.0, 0.0)
    found = bsm_vasicek_price(*one(100.0, 105.0, tenor, vol, 0.0, 0.03, a, b, eta, rho, True))[0]
    assert found == pytest.approx(values.mean(), abs=4.0 * values.std() / math.sqrt(paths))


def test_outside_the_domain_answers_are_nan_and_neighbours_are_unharmed():
    good = (0.03, 2.0, 0.5, 0.04, 0.01)
    for place, bad in ((0, math.nan), (1, -1.0), (2, -0.1), (3, math.nan), (4, -0.01), (4, math.inf)):
        point = [np.array([bad if i == place else value, value]) for i, value in enumerate(good)]
        for bond in (vasicek_bond, cir_bond):
            assert np.isnan(bond(*point)).tolist() == [True, False]
    assert math.isnan(cir_bond(*one(-0.01, 2.0, 0.5, 0.04, 0.01))[0])
    assert math.isfinite(vasicek_bond(*one(-0.01, 2.0, 0.5, 0.04, 0.01))[0])
    assert np.isnan(gaussian_rate_vol(*one(1.0, 0.2, 0.1, 0.01, 1.5))).all()
    for bad in ((-1.0, 1.0, 0.9), (1.0, -1.0, 0.9), (1.0, 1.0, 0.0)):
        spot, strike, bond = bad
        assert np.isnan(bsm_hull_white_price(*one(spot, strike, 1.0, 0.2, bond, 0.0, 0.1, 0.01, 0.0, True))).all()
