"""Implied vol: hard published pairs, round trips, bounds; the compiled kernel and its twin alike."""

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from outsample.formulas import black_price, black_vega, implied_vol
from outsample.formulas.implied_vol_plain import implied_vol_plain

both = pytest.mark.parametrize(
    "invert", [pytest.param(implied_vol, id="kernel"), pytest.param(implied_vol_plain, id="plain")]
)
ROUNDING = 2.0**-52


def one(*values):
    """Return each value as an array of one element."""
    return [np.array([value]) for value in values]


# x = ln(F / K), s = vol sqrt(T), b = price / sqrt(F K), by mpmath with 60 digits. The cases that break inverters:
# x = 0 with s = 1e-8, prices of 1e-141, nearly the upper bound, moneyness of 1e-8. At x = -2e-8 the strike itself is
# rounded by 1e-8 of x, so 1e-9 is what is left.
HARD = [
    (0.0, 1e-8, 3.9894228040143268e-9, 1e-12),
    (0.0, 0.2, 0.079655674554057963, 1e-12),
    (-0.01, 0.002, 1.0692326061729097e-10, 1e-12),
    (-0.1, 0.0125, 9.4376488962403779e-19, 1e-12),
    (-0.5, 0.02, 2.4374726016356229e-141, 1e-12),
    (-1.0, 0.05, 6.8479326806904965e-92, 1e-12),
    (-3.0, 0.3, 2.2177499398729401e-25, 1e-12),
    (-10.0, 1.0, 6.6117491778911924e-25, 1e-12),
    (-1.0, 4.0, 0.5620788047830263, 1e-12),
    (-16.0, 10.0, 0.00033528831852193915, 1e-12),
    (-2e-8, 3e-7, 1.0994854718019252e-7, 1e-9),
    (-1e-5, 1e-3, 0.00039396221072910669, 1e-12),
]


@both
@pytest.mark.parametrize(("x", "deviation", "normalised", "tolerance"), HARD)
def test_the_hard_pairs_as_a_call_and_as_the_put_of_the_mirrored_strike(invert, x, deviation, normalised, tolerance):
    call = invert(*one(normalised * math.exp(-x / 2), math.exp(-x), 1.0, True))[0]
    put = invert(*one(normalised * math.exp(x / 2), math.exp(x), 1.0, False))[0]
    assert call == pytest.approx(deviation, rel=tolerance)
    assert put == pytest.approx(deviation, rel=tolerance)


@pytest.mark.parametrize(("x", "deviation", "normalised", "tolerance"), HARD)
def test_the_hard_pairs_are_priced(x, deviation, normalised, tolerance):
    price = black_price(*one(math.exp(-x), 1.0, deviation, True))[0]
    moneyness = abs(x) / deviation
    conditioning = 8 * ROUNDING * (1.0 + moneyness**2) + 8 * ROUNDING * math.exp(-(moneyness**2) / 2) / normalised
    assert price == pytest.approx(normalised * math.exp(-x / 2), rel=max(tolerance, conditioning))


# type, K at F = 100, T, vol, price by mpmath.
QUOTED = [
    ("C", 100.0, 1 / 365, 1.5, 3.1314346719211493),
    ("C", 105.0, 1 / 365, 0.55, 0.054631997135630437),
    ("C", 150.0, 7 / 365, 0.6, 1.0287373411953526e-6),
    ("P", 20.0, 30 / 365, 0.9, 3.8905600185522611e-10),
    ("C", 101.0, 0.5 / 365, 0.4, 0.22280294897856951),
    ("C", 1000.0, 1.0, 0.8, 0.13787878780591522),
]


@both
@pytest.mark.parametrize(("kind", "strike", "tenor", "vol", "price"), QUOTED)
def test_small_and_short_dated_quotes(invert, kind, strike, tenor, vol, price):
    assert invert(*one(price / 100.0, strike / 100.0, tenor, kind == "C"))[0] == pytest.approx(vol, rel=1e-12)


@both
def test_haugs_and_hulls_prices_give_back_their_vols(invert):
    # Hull, example 15.6: S 42, K 40, T .5, r .1, vol .2; put and call. Digits by mpmath.
    forward, discount = 42.0 * math.exp(0.05), math.exp(-0.05)
    for price, is_call in ((4.7594223928715332, True), (0.80859937290009358, False)):
        found = invert(*one(price / discount / forward, 40.0 / forward, 0.5, is_call))[0]
        assert found == pytest.approx(0.2, rel=1e-12)


@both
@settings(max_examples=300)
@given(st.floats(-8.0, 8.0), st.floats(1e-4, 5.0), st.floats(0.01, 5.0), st.booleans())
@example(0.0, 1e-4, 0.01, True)
@example(1e-12, 1.0, 0.2, False)
@example(-8.0, 5.0, 5.0, False)
@example(1.125, 0.5, math.sqrt(4.5), True)  # on the inflection, where ln(K / F) is s^2 / 2
def test_vol_to_price_to_vol_loses_no_more_than_the_rounding_of_the_price(invert, log_ratio, tenor, vol, is_call):
    strike_ratio, kind = math.exp(log_ratio), np.array([is_call])
    point = one(strike_ratio, tenor, vol)
    price = black_price(*point, kind)
    vega = black_vega(*point)[0]
    lost = 8 * ROUNDING * max(1.0, strike_ratio) / max(vega * vol, 1e-300)  # price error over vega, relative to vol
    assume(lost < 1e-3)
    found = invert(price, point[0], point[1], kind)[0]
    assert found == pytest.approx(vol, rel=1e-13 + 2 * lost)


@both
@settings(max_examples=300)
@given(st.floats(-600.0, -0.01), st.floats(-12.0, 12.0), st.booleans())
@example(-600.0, 12.0, True)
@example(-0.01, -12.0, False)
def test_every_price_inside_its_bounds_has_a_vol_that_prices_it(invert, log_share, log_ratio, is_call):
    strike_ratio = math.exp(log_ratio)
    assume(abs(log_ratio) > 0.01 and (strike_ratio > 1.0) == is_call)  # out of the money: no intrinsic to subtract
    bound = min(1.0, strike_ratio)
    price = bound * math.exp(log_share)
    kind = np.array([is_call])
    vol = invert(*one(price, strike_ratio, 1.0), kind)
    assert black_price(*one(strike_ratio, 1.0), vol, kind)[0] == pytest.approx(price, rel=1e-9)


@both
@given(st.floats(-4.0, 4.0), st.floats(0.01, 2.0), st.floats(1e-6, 0.999999), st.booleans())
def test_put_and_call_of_one_strike_have_one_vol(invert, log_ratio, tenor, share, is_call):
    strike_ratio = math.exp(log_ratio)
    exercise = max(1.0 - strike_ratio if is_call else strike_ratio - 1.0, 0.0)
    price = exercise + share * min(1.0, strike_ratio)
    partner = price - (1.0 - strike_ratio) if is_call else price + (1.0 - strike_ratio)
    assume(min(price, partner) > 0.0)
    first = invert(*one(price, strike_ratio, tenor, is_call))[0]
    second = invert(*one(partner, strike_ratio, tenor, not is_call))[0]
    vega = black_vega(*one(strike_ratio, tenor, first))[0]
    assert second == pytest.approx(first, abs=1e-13 * first + 16 * ROUNDING * max(1.0, strike_ratio) / vega)


@both
@given(st.floats(-4.0, 4.0), st.floats(0.001, 0.99), st.booleans())
def test_a_dearer_option_has_a_higher_vol(invert, log_ratio, share, is_call):
    strike_ratio = math.exp(log_ratio)
    exercise = max(1.0 - strike_ratio if is_call else strike_ratio - 1.0, 0.0)
    prices = exercise + min(1.0, strike_ratio) * share * np.array([0.5, 0.9, 1.0])
    vols = invert(prices, np.full(3, strike_ratio), np.full(3, 0.25), np.full(3, is_call))
    assert (np.diff(vols) > 0.0).all()


OUTSIDE = [
    (0.0, 1.1, 1.0, True),  # worth nothing
    (-0.01, 1.1, 1.0, True),
    (1.0, 1.1, 1.0, True),  # the upper bound of a call is the forward
    (1.5, 1.1, 1.0, True),
    (1.1, 1.1, 1.0, False),  # of a put the strike
    (1.2, 1.1, 1.0, False),
    (0.25, 0.75, 1.0, True),  # intrinsic
    (0.24, 0.75, 1.0, True),
    (0.25, 1.25, 1.0, False),
    (0.2, 1.25, 1.0, False),
    (math.nan, 1.1, 1.0, True),
    (math.inf, 1.1, 1.0, True),
    (0.1, math.nan, 1.0, True),
    (0.1, 0.0, 1.0, True),
    (0.1, -1.0, 1.0, True),
    (0.1, math.inf, 1.0, True),
    (0.1, 1.1, 0.0, True),
    (0.1, 1.1, -1.0, True),
    (0.1, 1.1, math.nan, True),
    (0.1, 1.1, math.inf, True),
]


@both
@pytest.mark.parametrize("outside", OUTSIDE)
def test_a_price_without_vol_is_nan_and_its_neighbour_is_unharmed(invert, outside):
    columns = [np.array([value, good]) for value, good in zip(outside, (0.1, 1.1, 1.0, True), strict=True)]
    bad, good = invert(*columns)
    assert math.isnan(bad)
    assert math.isfinite(good)


@both
def test_a_whole_price_inside_the_bounds_is_enough(invert):
    just_inside = [
        (np.nextafter(0.0, 1.0), 1.1, True),
        (np.nextafter(1.0, 0.0), 1.1, True),
        (np.nextafter(0.25, 1.0), 0.75, True),
        (np.nextafter(1.1, 0.0), 1.1, False),
        (1e-200, 1.0, True),
        (np.nextafter(1.0, 0.0), 1.0, False),
    ]
    price, strike_ratio, is_call = (np.array(column) for column in zip(*just_inside, strict=True))
    vol = invert(price, strike_ratio, np.ones(price.size), is_call)
    assert (np.isfinite(vol) & (vol > 0.0)).all()
    assert vol[4] == pytest.approx(math.sqrt(2.0 * math.pi) * 1e-200, rel=1e-12)  # Brenner and Subrahmanyam (1988)


def test_kernel_and_twin_agree_on_a_crowd():
    draw = np.random.default_rng(7)
    strike_ratio = np.exp(draw.normal(0.0, 0.7, 20_000))
    tenor, vol = draw.uniform(1 / 365, 2.0, 20_000), draw.uniform(0.03, 3.0, 20_000)
    is_call = strike_ratio > 1.0
    price = black_price(strike_ratio, tenor, vol, is_call)
    fast, plain = (
        implied_vol(price, strike_ratio, tenor, is_call),
        implied_vol_plain(price, strike_ratio, tenor, is_call),
    )
    assert (np.isnan(fast) == np.isnan(plain)).all()
    known = ~np.isnan(fast)
    assert known.sum() > 19_000
    assert np.abs(fast[known] / plain[known] - 1.0).max() < 1e-13


def test_kernel_and_twin_agree_on_prices_down_to_1e_minus_300_and_strikes_next_to_the_forward():
    draw = np.random.default_rng(8)
    count = 5_000
    strike_ratio = np.exp(draw.choice([-1.0, 1.0], count) * 10.0 ** draw.uniform(-16, 2, count))
    is_call = strike_ratio >= 1.0
    share = np.exp(-(10.0 ** draw.uniform(-15, 2.83, count)))
    quotes = share * np.minimum(1.0, strike_ratio), strike_ratio, np.ones(count), is_call
    fast, plain = implied_vol(*quotes), implied_vol_plain(*quotes)
    assert np.isfinite(plain).all()
    assert np.abs(fast / plain - 1.0).max() < 3e-14


@cache
def grid():
    """Return (price, strike ratio, deviation, price over vega and deviation) of calls, from 50 digits."""
    from mpmath import erfc, log, mp, mpf, npdf, sqrt

    def normal(x):
        return erfc(-x / sqrt(2)) / 2

    rows = []
    with mp.workdps(50):
        for y in (0.0, 1e-16, 1e-12, 1e-8, 1e-5, 1e-3, 0.03, 0.2, 1.0, 1.9, 2.1, 6.0, 30.0):
            for deviation in np.geomspace(max(y / 36.0, 1e-9), 20.0, 30).tolist():
                strike_ratio = math.exp(y)
                z, half = log(mpf(strike_ratio)) / mpf(deviation), mpf(deviation) / 2
                with mp.workdps(50 + int(z * z)):  # the two terms cancel as the price vanishes
                    price = normal(half - z) - mpf(strike_ratio) * normal(-half - z)
                    known = price / npdf(z - half) / deviation
                if 1 - price > mpf(10) ** -12:
                    rows.append((float(price), strike_ratio, deviation, float(known)))
    return np.array(rows).T


@both
def test_a_grid_of_everything_against_fifty_digits(invert):
    price, strike_ratio, deviation, conditioning = grid()
    assert price.size > 300
    assert price.min() < 1e-250
    found = invert(price, strike_ratio, np.ones(price.size), np.full(price.size, True))
    assert (np.abs(found / deviation - 1.0) < 2e-14 + 2 * ROUNDING * conditioning).all()


def test_arguments_broadcast_and_keep_their_shape():
    vols = implied_vol(np.array([[0.1], [0.2]]), np.array([1.0, 1.1, 1.2]), 0.5, True)
    assert vols.shape == (2, 3)
    assert vols[1, 2] == implied_vol(*one(0.2, 1.2, 0.5, True))[0]
    assert implied_vol(np.empty(0), np.empty(0), np.empty(0), np.empty(0, dtype=bool)).shape == (0,)
