"""Black greeks in both settlements: published values, 40-digit derivatives, identities; kernel and twin alike."""

import math
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from outsample.formulas.black import black_gamma, black_price, black_vega, net_delta
from outsample.formulas.black_greeks import Greeks, inverse_greeks, linear_greeks
from outsample.formulas.black_greeks_kernel import NORMALISED_GREEKS, fill_premiums, normalised_greeks
from outsample.formulas.black_greeks_plain import greeks_plain

both = pytest.mark.parametrize(
    "normalised", [pytest.param(normalised_greeks, id="kernel"), pytest.param(greeks_plain, id="plain")]
)
forwards = st.floats(0.01, 1e6)
strike_ratios = st.floats(0.05, 20.0)
tenors = st.floats(1e-4, 10.0)
vols = st.floats(0.02, 4.0)
rates = st.floats(-0.1, 0.3)
UNDERFLOW = 1e-290  # products of what is below are no longer normal numbers
NAMES = [field.name for field in fields(Greeks)]


def one(*values):
    """Return each value as an array of one element."""
    return [np.array([value]) for value in values]


def row(normalised, name, *point):
    return normalised(*point)[NORMALISED_GREEKS.index(name)]


def test_the_published_greeks_of_an_inverse_option():
    # F 60,000, K 66,000, 30 days, vol .55: premium in coin and dollars, both deltas, by mpmath.
    call, put = (inverse_greeks(np.array([60_000.0]), 66_000.0, 30 / 365, 0.55, is_call) for is_call in (True, False))
    assert call.quote.price[0] == pytest.approx(1658.7990968197169, rel=1e-12)
    assert put.quote.price[0] == pytest.approx(7658.7990968197169, rel=1e-12)
    assert put.coin.price[0] == pytest.approx(0.12764665161366195, rel=1e-12)
    assert call.quote.delta[0] == pytest.approx(0.2995786428693113, rel=1e-12)
    assert call.net_delta[0] == pytest.approx(0.27193199125564935, rel=1e-12)
    assert put.net_delta[0] == pytest.approx(-0.82806800874435065, rel=1e-12)
    assert call.coin.delta[0] == pytest.approx(4.5321998542608225e-6, rel=1e-12)
    assert put.coin.delta[0] == pytest.approx(-1.3801133479072511e-5, rel=1e-12)
    assert call.quote.gamma[0] == pytest.approx(3.6727462818174485e-5, rel=1e-12)
    assert put.quote.vega[0] / 100.0 == pytest.approx(59.770172367111354, rel=1e-12)


def test_the_published_delta_of_a_discounted_future():
    # Haug (1998), p. 11: F 105, K 100, T .5, rate .1, vol .36: call .5946, put -.3566; more digits by mpmath.
    call, put = (linear_greeks(np.array([105.0]), 100.0, 0.5, 0.36, is_call, rate=0.1) for is_call in (True, False))
    assert call.delta[0] == pytest.approx(0.59462865972999562, rel=1e-12)
    assert put.delta[0] == pytest.approx(-0.35660076477071839, rel=1e-12)


def exact_derivatives(premium, forward, vol, tenor, rate):
    """Return the greeks of `premium` (F, vol, T, r) by finite differences with 60 digits."""
    from mpmath import diff, mp, mpf

    with mp.workdps(60):
        point = tuple(mpf(value) for value in (forward, vol, tenor, rate))
        orders = {
            "price": ((0, 0, 0, 0), 1),
            "delta": ((1, 0, 0, 0), 1),
            "gamma": ((2, 0, 0, 0), 1),
            "vega": ((0, 1, 0, 0), 1),
            "theta": ((0, 0, 1, 0), -1),
            "rho": ((0, 0, 0, 1), 1),
            "vanna": ((1, 1, 0, 0), 1),
            "volga": ((0, 2, 0, 0), 1),
            "charm": ((1, 0, 1, 0), -1),
            "veta": ((0, 1, 1, 0), -1),
        }
        return {
            name: sign * float(diff(premium, point, order) if any(order) else premium(*point))
            for name, (order, sign) in orders.items()
        }


def black_premium(strike, is_call, in_coin):
    from mpmath import erfc, exp, log, mpf, sqrt

    def normal(x):
        return erfc(-x / sqrt(2)) / 2

    def premium(forward, vol, tenor, rate):
        sign, deviation = 1 if is_call else -1, vol * sqrt(tenor)
        d1 = log(forward / mpf(strike)) / deviation + deviation / 2
        value = sign * (forward * normal(sign * d1) - mpf(strike) * normal(sign * (d1 - deviation)))
        return value / forward if in_coin else exp(-rate * tenor) * value

    return premium


POINTS = [
    (100.0, 100.0, 0.25, 0.2, 0.05, True),
    (100.0, 125.0, 1.5, 0.45, 0.1, True),
    (100.0, 60.0, 0.75, 0.8, -0.02, False),
    (60_000.0, 66_000.0, 30 / 365, 0.55, 0.0, True),
    (60_000.0, 66_000.0, 30 / 365, 0.55, 0.0, False),
    (3_000.0, 2_900.0, 1 / 365, 0.9, 0.0, False),
    (1.0, 1.7, 5.0, 1.2, 0.03, False),
]


@pytest.mark.parametrize(("forward", "strike", "tenor", "vol", "rate", "is_call"), POINTS)
def test_every_greek_is_the_derivative_it_says(forward, strike, tenor, vol, rate, is_call):
    exact = exact_derivatives(black_premium(strike, is_call, in_coin=False), forward, vol, tenor, rate)
    found = linear_greeks(*one(forward, strike, tenor, vol, is_call), rate=rate)
    for name in NAMES:
        assert getattr(found, name)[0] == pytest.approx(exact[name], rel=1e-11), name
    exact = exact_derivatives(black_premium(strike, is_call, in_coin=True), forward, vol, tenor, 0.0)
    coin = inverse_greeks(*one(forward, strike, tenor, vol, is_call)).coin
    for name in NAMES:
        assert getattr(coin, name)[0] == pytest.approx(exact[name], rel=1e-11), name


@given(forwards, strike_ratios, tenors, vols, rates, st.booleans())
def test_the_linear_premium_solves_blacks_equation(forward, strike_ratio, tenor, vol, rate, is_call):
    greeks = linear_greeks(*one(forward, forward * strike_ratio, tenor, vol, is_call), rate=rate)
    diffusion = 0.5 * (vol * forward) ** 2 * greeks.gamma[0]
    scale = diffusion + abs(rate) * forward * max(1.0, strike_ratio) + 1e-300
    assert greeks.theta[0] + diffusion == pytest.approx(rate * greeks.price[0], abs=1e-12 * scale)


@given(forwards, strike_ratios, tenors, vols, st.booleans())
def test_the_coin_premium_solves_the_equation_of_its_own_measure(forward, strike_ratio, tenor, vol, is_call):
    # In coin the forward drifts at its variance: dc/dt + vol^2 F dc/dF + vol^2 F^2 / 2 d2c/dF2 = 0.
    coin = inverse_greeks(*one(forward, forward * strike_ratio, tenor, vol, is_call)).coin
    drift = vol**2 * forward * coin.delta[0]
    diffusion = 0.5 * (vol * forward) ** 2 * coin.gamma[0]
    scale = abs(drift) + abs(diffusion) + vol**2 * max(1.0, strike_ratio)
    assert coin.theta[0] + drift + diffusion == pytest.approx(0.0, abs=1e-13 * scale)


@given(forwards, strike_ratios, tenors, vols, st.booleans())
def test_dollars_are_coins_times_the_forward_and_so_are_their_derivatives(forward, strike_ratio, tenor, vol, is_call):
    greeks = inverse_greeks(*one(forward, forward * strike_ratio, tenor, vol, is_call))
    coin, quote, size = greeks.coin, greeks.quote, max(1.0, strike_ratio)
    assert quote.price == pytest.approx(forward * coin.price, rel=1e-15)
    assert quote.delta == pytest.approx(coin.price + forward * coin.delta, abs=1e-14 * size)
    assert greeks.net_delta == pytest.approx(quote.delta - coin.price, abs=1e-14 * size)
    twice = 2.0 * coin.delta + forward * coin.gamma
    assert quote.gamma == pytest.approx(twice, rel=1e-13, abs=1e-14 * size / forward)
    assert quote.vega == pytest.approx(forward * coin.vega, rel=1e-14, abs=UNDERFLOW)
    rounding = 1e-14 * coin.vega[0] + UNDERFLOW
    assert quote.vanna == pytest.approx(coin.vega + forward * coin.vanna, rel=1e-13, abs=rounding)
    assert quote.theta == pytest.approx(forward * coin.theta, rel=1e-14, abs=UNDERFLOW)
    rounding = 1e-14 * abs(coin.theta[0]) + UNDERFLOW
    assert quote.charm == pytest.approx(coin.theta + forward * coin.charm, rel=1e-13, abs=rounding)


@given(forwards, strike_ratios, tenors, vols, rates)
def test_parity_holds_for_every_greek_in_both_numeraires(forward, strike_ratio, tenor, vol, rate):
    strike = forward * strike_ratio
    call, put = (linear_greeks(*one(forward, strike, tenor, vol, kind), rate=rate) for kind in (True, False))
    discount, scale = math.exp(-rate * tenor), 1e-13 * max(forward, strike) * math.exp(abs(rate) * tenor)
    gap = discount * (forward - strike)
    assert call.price - put.price == pytest.approx(gap, abs=scale)
    assert call.delta - put.delta == pytest.approx(discount, rel=1e-14)
    assert call.theta - put.theta == pytest.approx(rate * gap, abs=scale)
    assert call.rho - put.rho == pytest.approx(-tenor * gap, abs=tenor * scale)
    assert call.charm - put.charm == pytest.approx(rate * discount, abs=1e-13 + 1e-12 * abs(put.charm[0]))
    call, put = (inverse_greeks(*one(forward, strike, tenor, vol, kind)) for kind in (True, False))
    ratio = strike / forward
    assert call.coin.price - put.coin.price == pytest.approx(1.0 - ratio, abs=1e-14 * max(1.0, ratio))
    assert call.net_delta - put.net_delta == pytest.approx(ratio, rel=1e-14)
    curve = -2.0 * ratio / forward**2
    assert call.coin.gamma - put.coin.gamma == pytest.approx(curve, rel=1e-11 + 1e-13 * abs(put.coin.gamma[0] / curve))
    for name in ("vega", "volga", "veta"):
        assert getattr(call.coin, name) == getattr(put.coin, name)


@given(forwards, strike_ratios, tenors, vols, st.booleans(), st.floats(1e-3, 1e3))
def test_greeks_scale_with_the_currency(forward, strike_ratio, tenor, vol, is_call, scale):
    strike = forward * strike_ratio
    power = 2.0 ** round(math.log2(scale))  # a power of two scales without rounding
    plain = inverse_greeks(*one(forward, strike, tenor, vol, is_call))
    scaled = inverse_greeks(*one(forward * power, strike * power, tenor, vol, is_call))
    for name, degree in (("price", 1), ("delta", 0), ("gamma", -1), ("vega", 1), ("theta", 1), ("vanna", 0)):
        for found, expected, factor in (
            (scaled.quote, plain.quote, power**degree),
            (scaled.coin, plain.coin, power ** (degree - 1)),
        ):
            wanted = getattr(expected, name) * factor
            assert getattr(found, name) == pytest.approx(wanted, rel=0.0, abs=UNDERFLOW)


@given(forwards, strike_ratios, tenors, vols)
def test_signs_and_bounds(forward, strike_ratio, tenor, vol):
    strike = forward * strike_ratio
    call, put = (inverse_greeks(*one(forward, strike, tenor, vol, kind)) for kind in (True, False))
    assert 0.0 <= call.quote.delta[0] <= 1.0
    assert -1.0 <= put.quote.delta[0] <= 0.0
    assert 0.0 <= call.net_delta[0] <= strike / forward
    assert call.net_delta[0] <= call.quote.delta[0]
    assert call.quote.gamma[0] >= 0.0
    assert call.quote.vega[0] >= 0.0
    assert call.quote.theta[0] <= 0.0
    assert call.coin.price[0] <= 1.0  # an inverse call gains at most its coin


def test_the_profit_of_an_inverse_option_is_told_by_its_coin_greeks():
    # Second order in the move; what is left is of third order: halved moves leave an eighth of it.
    forward, strike, tenor, vol = 60_000.0, 66_000.0, 30 / 365, 0.55
    start = inverse_greeks(*one(forward, strike, tenor, vol, True)).coin
    unexplained = []
    for size in (0.02, 0.01):
        move, change = size * forward, 2.0 * size * vol
        end = inverse_greeks(*one(forward + move, strike, tenor, vol + change, True)).coin.price[0]
        told = start.delta[0] * move + start.vega[0] * change + 0.5 * start.gamma[0] * move**2
        told += start.vanna[0] * move * change + 0.5 * start.volga[0] * change**2
        unexplained.append(end - start.price[0] - told)
    assert unexplained[0] / unexplained[1] == pytest.approx(8.0, rel=0.15)
    assert abs(unexplained[0]) < 0.03 * start.price[0]


@both
def test_the_greeks_agree_with_the_single_functions(normalised):
    draw = np.random.default_rng(4)
    point = np.exp(draw.normal(0.0, 0.4, 400)), 10.0 ** draw.uniform(-3, 1, 400), 10.0 ** draw.uniform(-1.3, 0.5, 400)
    is_call = np.arange(400) % 2 == 0
    assert row(normalised, "price", *point, is_call) == pytest.approx(black_price(*point, is_call), abs=1e-14)
    assert row(normalised, "net_delta", *point, is_call) == pytest.approx(net_delta(*point, is_call), abs=1e-14)
    assert row(normalised, "vega", *point, is_call) == pytest.approx(black_vega(*point), rel=1e-12, abs=1e-300)
    assert row(normalised, "gamma", *point, is_call) == pytest.approx(black_gamma(*point), rel=1e-12, abs=1e-300)


@settings(max_examples=300)
@given(st.floats(1e-5, 1e5), st.floats(0.0, 1e4), st.floats(0.0, 1e3), st.booleans())
@example(1.0, 0.0, 0.5, True)
@example(1.0, 0.5, 0.0, False)
@example(1.0, 0.0, 0.0, False)
@example(1.1, 0.0, 0.5, True)
@example(0.9, 1e-300, 1e-9, True)
@example(1.0, 1.0, 76.0, False)  # the density underflows at the money
@example(0.999999, 1e-12, 1e-9, True)
def test_kernel_and_twin_agree_over_the_whole_domain(strike_ratio, tenor, vol, is_call):
    point = one(strike_ratio, tenor, vol, is_call)
    fast, plain = normalised_greeks(*point), greeks_plain(*point)
    size = max(1.0, strike_ratio)
    assert fast[:3] == pytest.approx(plain[:3], abs=1e-14 * size)
    # Rounding of d1 moves the density by |d1|^2 2e-16, and factors like d2 or 1 + d1 d2 may cancel: errors are told
    # relative to the terms, not to their sum. Where the density is lost to underflow both are next to nothing.
    deviation = vol * math.sqrt(tenor)
    far = min(abs(math.log(strike_ratio)) / deviation + deviation, 40.0) if deviation > 0.0 else 1.0
    vega, gamma = plain[4, 0], plain[3, 0]
    terms = [gamma, vega, plain[5, 0], gamma * far * math.sqrt(tenor)]
    terms += (
        [vega * far**2 / vol, gamma * far * vol / math.sqrt(tenor), vega * far**2 / tenor] if deviation else [0.0] * 3
    )
    for found, expected, term in zip(fast[3:, 0], plain[3:, 0], terms, strict=True):
        allowed = 1e-14 * (1.0 + far**2) * abs(term) + 1e-140
        assert found == pytest.approx(expected, rel=0.0, abs=0.0 if math.isnan(allowed) else allowed, nan_ok=True)


@both
def test_at_expiry_greeks_are_their_limits(normalised):
    ratio = np.array([0.9, 0.9, 1.1, 1.1, 1.0])
    found = dict(zip(NORMALISED_GREEKS, normalised(ratio, np.zeros(5), np.full(5, 0.5), ratio == 0.9), strict=True))
    assert found["price"].tolist() == pytest.approx([0.1, 0.1, 0.1, 0.1, 0.0])
    assert found["delta"].tolist() == [1.0, 1.0, -1.0, -1.0, -0.5]
    assert found["net_delta"].tolist() == [0.9, 0.9, -1.1, -1.1, -0.5]
    assert found["vega"].tolist() == [0.0] * 5
    for name in ("gamma", "theta", "vanna", "volga", "charm", "veta"):
        assert found[name][:4].tolist() == [0.0] * 4
        assert math.isnan(found[name][4])


OUTSIDE = [
    (0.0, 100.0, 1.0, 0.5),
    (-100.0, -100.0, 1.0, 0.5),
    (math.inf, 100.0, 1.0, 0.5),
    (math.nan, 100.0, 1.0, 0.5),
    (100.0, 0.0, 1.0, 0.5),
    (100.0, -1.0, 1.0, 0.5),
    (100.0, 100.0, -1.0, 0.5),
    (100.0, 100.0, 1.0, -0.5),
    (100.0, 100.0, math.nan, 0.5),
    (100.0, 100.0, 1.0, math.inf),
]


@pytest.mark.parametrize("outside", OUTSIDE)
def test_outside_the_domain_every_greek_is_nan_and_the_neighbour_is_unharmed(outside):
    point = [np.array([value, good]) for value, good in zip(outside, (100.0, 110.0, 1.0, 0.5), strict=True)]
    inverse = inverse_greeks(*point, np.array([True, False]))
    answers = [inverse.net_delta]
    for greeks in (linear_greeks(*point, np.array([True, False])), inverse.coin, inverse.quote):
        answers += [getattr(greeks, name) for name in NAMES]
    assert all(math.isnan(bad) and math.isfinite(good) for bad, good in answers)


def test_arguments_broadcast_and_an_empty_chain_has_no_greeks():
    grid = linear_greeks(np.linspace(50.0, 150.0, 4)[:, np.newaxis], 100.0, np.array([0.1, 0.5]), 0.6, True)
    assert grid.vanna.shape == (4, 2)
    nothing = np.empty(0)
    assert inverse_greeks(nothing, nothing, nothing, nothing, np.empty(0, dtype=bool)).coin.charm.shape == (0,)


def test_frozen_and_writeable_columns_share_one_compilation():
    columns = [np.array([1.0, 2.0]), np.array([1.0, 3.0]), np.array([0.5, 0.5]), np.array([0.5, 0.6])]
    linear_greeks(*columns, np.array([True, False]))
    compiled = len(fill_premiums.signatures)
    assert all(column.flags.writeable for column in columns)
    for column in columns:
        column.flags.writeable = False
    linear_greeks(*columns, np.array([True, False]))
    assert len(fill_premiums.signatures) == compiled
