"""Corrado and Su's expansion: exact values, its own density integrated, parity, the region without negative density."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.formulas.black import black_price
from outsample.formulas.expansions import CorradoSu, corrado_su_price, gram_charlier_density, is_gram_charlier_density

forms = pytest.mark.parametrize("form", CorradoSu)
densities = pytest.mark.parametrize("form", [CorradoSu.PLAIN, CorradoSu.MARTINGALE])
strike_ratios = st.floats(0.4, 2.5)
tenors = st.floats(0.01, 2.0)
vols = st.floats(0.05, 1.0)
skews = st.floats(-1.5, 1.5)
kurtoses = st.floats(2.0, 8.0)

# S, K, T, r, vol, skewness, kurtosis, plain call, martingale call: the Gram-Charlier density integrated with 30 digits.
VALUES = [
    (100.0, 100.0, 0.5, 0.05, 0.2, -0.5, 4.0, 6.6352308180591647, 6.6490882499038466),
    (100.0, 120.0, 0.5, 0.05, 0.2, -0.5, 4.0, 0.73761304918728584, 0.74024391431411861),
    (100.0, 80.0, 0.5, 0.05, 0.2, -0.5, 4.0, 22.362344968750339, 22.383317434396383),
    (60_000.0, 66_000.0, 0.0821917808219178, 0.0, 0.55, -0.3, 5.5, 1381.0574696960135, 1382.9667986165927),
]


def one(*values):
    """Return each value as an array of one element."""
    return [np.array([value]) for value in values]


@pytest.mark.parametrize(("spot", "strike", "tenor", "rate", "vol", "skew", "kurt", "plain", "martingale"), VALUES)
def test_exact_calls(spot, strike, tenor, rate, vol, skew, kurt, plain, martingale):
    forward = spot * math.exp(rate * tenor)
    point = one(strike / forward, tenor, vol, skew, kurt, True)
    assert spot * corrado_su_price(*point, CorradoSu.PLAIN)[0] == pytest.approx(plain, rel=1e-12)
    assert spot * corrado_su_price(*point)[0] == pytest.approx(martingale, rel=1e-12)


@densities
@pytest.mark.parametrize("is_call", [True, False])
@pytest.mark.parametrize("strike_ratio", [0.5, 0.9, 1.0, 1.3])
def test_prices_are_integrals_over_the_density(form, is_call, strike_ratio):
    from scipy.integrate import quad

    tenor, vol, skew, kurt = 0.7, 0.4, -0.6, 4.2
    s = vol * math.sqrt(tenor)
    mean = 1.0 + skew * s**3 / 6.0 + (kurt - 3.0) * s**4 / 24.0
    scale = mean if form is CorradoSu.MARTINGALE else 1.0

    def payoff(z):
        level = math.exp(-0.5 * s * s + s * z) / scale
        gain = level - strike_ratio if is_call else strike_ratio - level
        return max(gain, 0.0) * float(gram_charlier_density(np.array(z), skew, kurt))

    kink = (math.log(strike_ratio * scale) + 0.5 * s * s) / s
    exact = sum(quad(payoff, *ends, epsabs=1e-14, epsrel=1e-13)[0] for ends in ((-12.0, kink), (kink, 14.0)))
    found = corrado_su_price(*one(strike_ratio, tenor, vol, skew, kurt, is_call), form)[0]
    assert found == pytest.approx(exact, abs=2e-13)


@forms
@given(strike_ratios, tenors, vols, st.booleans())
def test_a_normal_return_has_blacks_price(form, strike_ratio, tenor, vol, is_call):
    point = one(strike_ratio, tenor, vol)
    found = corrado_su_price(*point, 0.0, 3.0, np.array([is_call]), form)
    assert found == pytest.approx(black_price(*point, np.array([is_call])), abs=1e-15)


@given(strike_ratios, tenors, vols, skews, kurtoses)
def test_parity_holds_in_the_martingale_form_and_fails_by_a_known_share_in_the_plain_one(k, tenor, vol, skew, kurt):
    s = vol * math.sqrt(tenor)
    share = skew * s**3 / 6.0 + (kurt - 3.0) * s**4 / 24.0
    for form, excess in ((CorradoSu.MARTINGALE, 0.0), (CorradoSu.PLAIN, share)):
        call, put = (corrado_su_price(*one(k, tenor, vol, skew, kurt, kind), form)[0] for kind in (True, False))
        assert call - put == pytest.approx(1.0 + excess - k, abs=1e-13)


@given(strike_ratios, tenors, vols, skews, kurtoses)
def test_the_printed_sign_differs_from_the_corrected_one_by_the_term_it_turns(k, tenor, vol, skew, kurt):
    from scipy.special import ndtr

    s = vol * math.sqrt(tenor)
    point = one(k, tenor, vol, skew, kurt, True)
    printed, corrected = (corrado_su_price(*point, form)[0] for form in (CorradoSu.AS_PRINTED, CorradoSu.PLAIN))
    turned = skew * s**3 / 3.0 * ndtr(-math.log(k) / s + 0.5 * s)
    assert corrected - printed == pytest.approx(turned, abs=1e-14)


def test_negative_skewness_makes_low_strikes_dear_and_high_strikes_cheap():
    low, high = np.array([0.8]), np.array([1.2])
    rest = (np.array([0.25]), np.array([0.3]), -0.5, 3.6)
    assert corrado_su_price(low, *rest, False)[0] > black_price(low, *rest[:2], np.array([False]))[0]
    assert corrado_su_price(high, *rest, True)[0] < black_price(high, *rest[:2], np.array([True]))[0]


@given(tenors, vols, st.floats(-1.0, 1.0), st.floats(3.0, 7.0))
def test_where_the_density_is_one_prices_are_convex_and_inside_their_bounds(tenor, vol, skew, kurt):
    if is_gram_charlier_density(skew, kurt):
        k = np.exp(np.linspace(-3.0, 3.0, 61) * vol * math.sqrt(tenor))
        call = corrado_su_price(k, np.array(tenor), np.array(vol), skew, kurt, True)
        assert (call >= np.maximum(1.0 - k, 0.0) - 1e-14).all()
        assert (call <= 1.0 + 1e-14).all()
        slope = np.diff(call) / np.diff(k)
        assert (slope >= -1.0 - 1e-9).all()
        assert (slope <= 1e-9).all()
        assert (np.diff(slope) >= -1e-9).all()


@given(st.floats(-1.5, 1.5), st.floats(2.5, 8.0))
def test_the_region_is_where_a_grid_finds_no_negative_density(skew, kurt):
    z = np.linspace(-60.0, 60.0, 24_001)
    polynomial = 1.0 + skew / 6.0 * (z**3 - 3.0 * z) + (kurt - 3.0) / 24.0 * (z**4 - 6.0 * z**2 + 3.0)
    if abs(polynomial.min()) > 1e-4 and abs(kurt - 3.0) > 1e-2:
        assert is_gram_charlier_density(skew, kurt) == (polynomial.min() > 0.0)


def test_the_corners_of_the_region():
    # Jondeau and Rockinger (2001), J. Economic Dynamics and Control 25, 1457-1483: skewness is largest, 1.0493, at an
    # excess kurtosis of 2.4508; at skewness 0 the kurtosis goes from 3 to 7.
    assert is_gram_charlier_density(np.array([1.049, -1.049]), 3.0 + 2.4508).all()
    assert not is_gram_charlier_density(np.array([1.05, -1.05]), 3.0 + 2.4508).any()
    assert is_gram_charlier_density(0.0, np.array([3.0, 3.001, 6.999])).all()
    assert not is_gram_charlier_density(0.0, np.array([2.999, 7.001])).any()
    assert not is_gram_charlier_density(np.array([math.nan, 0.1]), np.array([4.0, 3.0])).any()


def test_the_density_has_the_moments_it_is_named_after():
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    density = gram_charlier_density(nodes, -0.4, 4.1) / (np.exp(-0.5 * nodes**2) / math.sqrt(2.0 * math.pi))
    moments = [(weights * density * nodes**n).sum() / math.sqrt(2.0 * math.pi) for n in range(5)]
    assert moments == pytest.approx([1.0, 0.0, 1.0, -0.4, 4.1], abs=1e-12)


@forms
def test_at_expiry_the_price_is_intrinsic(form):
    found = corrado_su_price(np.array([0.9, 1.1]), 0.0, 0.5, -0.5, 4.0, np.array([True, False]), form)
    assert found == pytest.approx([0.1, 0.1], abs=1e-15)


@forms
@pytest.mark.parametrize("outside", [(0.0, 1.0, 0.5), (1.0, -1.0, 0.5), (1.0, 1.0, -0.5), (math.nan, 1.0, 0.5)])
def test_outside_the_domain_the_price_is_nan(form, outside):
    assert math.isnan(corrado_su_price(*one(*outside), -0.5, 4.0, True, form)[0])


def test_a_mean_that_is_not_positive_has_no_martingale_price():
    point = one(1.0, 4.0, 1.0, -1.0, 3.0, True)  # 1 + w = 1 - 8 / 6
    assert math.isnan(corrado_su_price(*point)[0])
    assert math.isfinite(corrado_su_price(*point, CorradoSu.PLAIN)[0])
