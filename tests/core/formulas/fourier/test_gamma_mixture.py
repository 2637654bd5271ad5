"""Variance gamma as a mean over its clock: the clock's law, an independent integral, and both ends of its domain."""

import math

import numpy as np
import pytest
from scipy.special import digamma
from scipy.stats import gamma

from outsample.compiled import kernel
from outsample.formulas import black_price
from outsample.formulas.fourier import PricingPlan, VarianceGamma
from outsample.formulas.fourier.gamma_clock import clock_of, clock_weight
from outsample.formulas.fourier.gamma_mixture import has_mixture
from outsample.formulas.fourier.quadrature import lewis_puts
from outsample.formulas.fourier.truncation import decay_frequency

TENORS = (1.0 / 365.0, 0.05, 0.7, 3.0)


@kernel
def rule(power, tolerance):
    """Return the points, their weights and the derivatives of the logarithms of the weights, (3, n)."""
    clock = clock_of(power, 0.0, 0.0, tolerance)
    out = np.empty((3, int((clock.high - clock.low) / clock.step) + 1))
    for point in range(out.shape[1]):
        out[0, point] = clock.high - point * clock.step
        out[1, point], out[2, point] = clock_weight(clock, out[0, point])
    return out


@pytest.mark.parametrize("power", [0.02, 0.5, 3.0, 15.9, 16.1, 900.0])
def test_the_weights_are_the_law_of_the_clock(power):
    s, weights, slopes = rule(power, 1e-12)
    years = np.exp(s)
    density = gamma.pdf(years, power, scale=1.0 / power) * years  # of s
    assert weights == pytest.approx((s[0] - s[1]) * density, rel=1e-9, abs=1e-30)
    assert np.sum(weights * years) == pytest.approx(1.0, abs=1e-11)
    root = math.exp(math.lgamma(power + 0.5) - math.lgamma(power)) / math.sqrt(power)
    assert np.sum(weights * np.sqrt(years)) == pytest.approx(root, abs=1e-11)
    by_power = root * (digamma(power + 0.5) - digamma(power) - 0.5 / power)
    assert np.sum(weights * slopes * np.sqrt(years)) == pytest.approx(by_power, abs=1e-10 * max(1.0, 1.0 / power))


@pytest.mark.parametrize("tenor", TENORS)
def test_prices_and_derivatives_are_those_of_the_integral_over_the_transform(tenor):
    log_strike = np.linspace(-1.0, 1.0, 9) * min(1.0, 2.0 * math.sqrt(tenor))
    strike = np.exp(log_strike)
    for model in (VarianceGamma(0.5, -0.67, 0.06), VarianceGamma(0.9, 0.3, 0.9), VarianceGamma(0.2, -0.1, 0.01)):
        found = PricingPlan.of(model, strike, np.array(tenor), np.array(False), 1e-11).price(model, gradient=True)
        end = decay_frequency(model.kind, model.parameters, np.array([tenor]), 0.5, 1e-13)[0]
        expected, _ = lewis_puts(model.kind, model.parameters, tenor, end, 1e-13, log_strike, True)
        assert (np.abs(found.price - np.maximum(expected[0], 0.0)) < 1e-11 * (1.0 + strike)).all()
        slopes = found.gradient.T
        assert slopes == pytest.approx(expected[1:], abs=1e-9, rel=1e-7)


@pytest.mark.parametrize("rate", [0.0, 1e-14, 1e-9, 1e-6])
def test_without_variance_the_clock_is_the_calendar(rate):
    model, strike = VarianceGamma(0.4, -0.3, rate), np.array([0.6, 0.9, 1.0, 1.2])
    found = PricingPlan.of(model, strike, np.array(0.5), np.array(False)).price(model, gradient=True)
    black = black_price(strike, np.array(0.5), np.array(0.4), np.array(False))
    assert found.price == pytest.approx(black, abs=5e-14 + rate)
    wide = VarianceGamma(0.4, -0.3, rate + 1e-4)
    difference = (PricingPlan.of(wide, strike, np.array(0.5), np.array(False)).price(wide).price - found.price) / 1e-4
    assert found.gradient[:, 2] == pytest.approx(difference, rel=2e-2, abs=1e-5)


def test_a_drift_that_all_but_sets_the_price_is_left_to_other_methods():
    assert not has_mixture(VarianceGamma(0.01, -5.0, 0.3).parameters, np.array([0.1]), 1e-10).any()
    assert has_mixture(VarianceGamma(0.5, -0.67, 0.06).parameters, np.array(TENORS), 1e-10).all()
