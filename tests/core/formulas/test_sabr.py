"""SABR's lognormal vol: values by mpmath, QuantLib, limits, scaling."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.formulas.sabr import sabr_vol

forwards = st.floats(0.01, 1e5)
ratios = st.floats(0.3, 3.0)
alphas = st.floats(0.05, 1.5)
betas = st.floats(0.0, 1.0)
rhos = st.floats(-0.95, 0.95)
nus = st.floats(0.0, 2.0)


def vol(*values):
    return sabr_vol(*(np.array([float(value)]) for value in values))[0]


# F, K, T, alpha, beta, rho, nu, vol: equation 2.17a of Hagan, Kumar, Lesniewski and Woodward (2002), by mpmath.
VALUES = [
    (60_000.0, 50_000.0, 0.25, 0.6, 1.0, -0.15, 1.8, 0.68489287611682915),
    (60_000.0, 60_000.0, 0.25, 0.6, 1.0, -0.15, 1.8, 0.633058125),
    (60_000.0, 80_000.0, 0.25, 0.6, 1.0, -0.15, 1.8, 0.66540378302306772),
    (0.03, 0.03, 5.0, 0.02, 0.5, -0.25, 0.4, 0.12169322379468725),
    (0.03, 0.05, 5.0, 0.02, 0.5, -0.25, 0.4, 0.13308930957619861),
]


@pytest.mark.parametrize("row", VALUES)
def test_the_expansion_as_it_is_written(row):
    assert vol(*row[:-1]) == pytest.approx(row[-1], rel=1e-13)


@given(forwards, ratios, st.floats(0.01, 5.0), alphas, betas, rhos, st.floats(1e-6, 2.0))
def test_forty_digits_agree(forward, ratio, tenor, alpha, beta, rho, nu):
    from mpmath import log, mp, mpf, sqrt

    alpha *= forward ** (1.0 - beta)
    strike = forward * ratio
    with mp.workdps(60):
        f, k, t, a, b, r, n = (mpf(value) for value in (forward, strike, tenor, alpha, beta, rho, nu))
        power, x = (f * k) ** ((1 - b) / 2), log(f / k)
        z = n * power * x / a
        chi = log((sqrt(1 - 2 * r * z + z * z) + z - r) / (1 - r))
        exact = a / (power * (1 + (1 - b) ** 2 * x**2 / 24 + (1 - b) ** 4 * x**4 / 1920)) * (z / chi if x else 1)
        drift = (1 - b) ** 2 * a**2 / (24 * power**2) + r * b * n * a / (4 * power) + (2 - 3 * r * r) * n * n / 24
        size = float(exact * (1 + abs(drift) * t))
        exact = float(exact * (1 + drift * t))
    found = vol(forward, strike, tenor, alpha, beta, rho, nu)
    if exact > 1e-12 * size:
        rounding = 1e-16 * abs(math.log(forward)) + 3e-16 / max(abs(float(x)), 1e-3)
        assert found == pytest.approx(exact, rel=1e-13 + rounding, abs=1e-14 * size)
    elif exact < -1e-12 * size:
        assert math.isnan(found)


def test_quantlib_agrees():
    import QuantLib as ql  # noqa: N813

    draw = np.random.default_rng(8)
    for _ in range(300):
        forward, tenor, beta = draw.uniform(0.5, 2.0), draw.uniform(0.05, 2.0), draw.uniform(0.0, 1.0)
        strike, alpha = forward * math.exp(draw.normal(0, 0.3)), draw.uniform(0.1, 0.6)
        rho, nu = draw.uniform(-0.9, 0.9), draw.uniform(0.01, 1.0)
        oracle = ql.sabrVolatility(strike, forward, tenor, alpha, beta, nu, rho)
        assert vol(forward, strike, tenor, alpha, beta, rho, nu) == pytest.approx(oracle, rel=1e-11)


@given(forwards, ratios, st.floats(0.01, 5.0), alphas, rhos)
def test_without_vol_of_vol_and_with_beta_one_it_is_blacks_vol(forward, ratio, tenor, alpha, rho):
    assert vol(forward, forward * ratio, tenor, alpha, 1.0, rho, 0.0) == pytest.approx(alpha, rel=1e-14)


@given(forwards, ratios, st.floats(0.01, 2.0), alphas, betas, rhos)
def test_vol_of_vol_goes_to_nothing_without_a_jump(forward, ratio, tenor, alpha, beta, rho):
    alpha *= forward ** (1.0 - beta)
    still = vol(forward, forward * ratio, tenor, alpha, beta, rho, 0.0)
    assert vol(forward, forward * ratio, tenor, alpha, beta, rho, 1e-9) == pytest.approx(still, rel=1e-7)


@given(forwards, st.floats(0.01, 2.0), alphas, betas, rhos, nus)
def test_there_is_no_step_at_the_money(forward, tenor, alpha, beta, rho, nu):
    alpha *= forward ** (1.0 - beta)
    strikes = forward * (1.0 + np.array([-1e-9, -1e-14, 0.0, 1e-14, 1e-9]))
    smile = sabr_vol(np.array(forward), strikes, tenor, alpha, beta, rho, nu)
    if smile[2] > 0.0:
        assert smile == pytest.approx(smile[2], rel=1e-7)


def test_at_the_money_with_beta_nothing_it_is_the_normal_models_vol():
    # beta 0, nu 0: alpha / F (1 + alpha^2 T / (24 F^2)), Hagan et al. equation B.69 at the money.
    assert vol(2.0, 2.0, 0.5, 0.3, 0.0, 0.0, 0.0) == pytest.approx(0.15 * (1.0 + 0.15**2 * 0.5 / 24.0), rel=1e-14)


@given(forwards, ratios, st.floats(0.01, 2.0), alphas, betas, rhos, nus, st.floats(0.01, 100.0))
def test_the_vol_does_not_depend_on_the_currency(forward, ratio, tenor, alpha, beta, rho, nu, factor):
    alpha *= forward ** (1.0 - beta)
    here = vol(forward, forward * ratio, tenor, alpha, beta, rho, nu)
    there = vol(forward * factor, forward * ratio * factor, tenor, alpha * factor ** (1.0 - beta), beta, rho, nu)
    if math.isfinite(here) and here > 1e-6:
        assert there == pytest.approx(here, rel=1e-9)


@given(ratios, st.floats(0.01, 2.0), alphas, rhos, st.floats(0.01, 2.0))
def test_with_beta_one_the_mirrored_strike_has_the_vol_of_the_mirrored_correlation(ratio, tenor, alpha, rho, nu):
    # The drift term keeps the sign of rho; both sides are compared without it, at an infinitesimal tenor.
    here, there = (vol(1.0, k, 0.0, alpha, 1.0, r, nu) for k, r in ((ratio, rho), (1.0 / ratio, -rho)))
    assert here == pytest.approx(there, rel=1e-12)


@pytest.mark.parametrize(
    "outside",
    [
        (0.0, 1.0, 1.0, 0.2, 0.5, 0.0, 0.5),
        (1.0, -1.0, 1.0, 0.2, 0.5, 0.0, 0.5),
        (1.0, 1.0, -1.0, 0.2, 0.5, 0.0, 0.5),
        (1.0, 1.0, 1.0, 0.0, 0.5, 0.0, 0.5),
        (1.0, 1.0, 1.0, 0.2, 1.1, 0.0, 0.5),
        (1.0, 1.0, 1.0, 0.2, 0.5, 1.0, 0.5),
        (1.0, 1.0, 1.0, 0.2, 0.5, 0.0, -0.5),
        (1.0, math.nan, 1.0, 0.2, 0.5, 0.0, 0.5),
        (1.0, 1.0, 60.0, 0.2, 1.0, -0.95, 3.0),  # the expansion is negative: beyond what it can say
    ],
)
def test_outside_the_domain_the_vol_is_nan(outside):
    assert math.isnan(vol(*outside))
