"""Black-76: published values, 50-digit arithmetic, QuantLib, properties; compiled kernels and their twins alike."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from outsample.formulas import black_gamma, black_price, black_vega, call_delta, net_delta
from outsample.formulas.black_kernels import price_loop
from outsample.formulas.black_plain import delta_plain, gamma_plain, net_delta_plain, price_plain, vega_plain

FAST = SimpleNamespace(price=black_price, delta=call_delta, net=net_delta, vega=black_vega, gamma=black_gamma)
PLAIN = SimpleNamespace(price=price_plain, delta=delta_plain, net=net_delta_plain, vega=vega_plain, gamma=gamma_plain)
both = pytest.mark.parametrize("black", [pytest.param(FAST, id="kernel"), pytest.param(PLAIN, id="plain")])

CALL, PUT = np.array([True]), np.array([False])
strike_ratios = st.floats(0.01, 100.0)
tenors = st.floats(1e-5, 30.0)
vols = st.floats(0.01, 5.0)


def one(*values):
    """Return each value as an array of one element."""
    return [np.array([value]) for value in values]


# type, S, K, T, r, q, vol, price. Haug (1998), The Complete Guide to Option Pricing Formulas, p. 2-8 and 24 (prices
# printed to 4 decimals); Hull, Options, Futures and Other Derivatives, examples 15.6 and ch. 19; Fang and Oosterlee
# (2008), doi:10.1137/080718061, table 2 (printed to 9). The further digits: mpmath, 34 digits.
PUBLISHED = [
    ("P", 100.0, 95.0, 0.5, 0.1, 0.05, 0.2, 2.4647876467558212),
    ("P", 19.0, 19.0, 0.75, 0.1, 0.1, 0.28, 1.7010507252362671),
    ("C", 19.0, 19.0, 0.75, 0.1, 0.1, 0.28, 1.7010507252362671),
    ("P", 75.0, 70.0, 0.5, 0.1, 0.05, 0.35, 4.0869538286353538),
    ("C", 90.0, 100.0, 0.1, 0.1, 0.1, 0.15, 0.020490148536478185),
    ("C", 100.0, 100.0, 0.1, 0.1, 0.1, 0.15, 1.8733445727649355),
    ("P", 90.0, 100.0, 0.5, 0.1, 0.1, 0.25, 12.214887975361844),
    ("C", 42.0, 40.0, 0.5, 0.1, 0.0, 0.2, 4.7594223928715332),
    ("P", 42.0, 40.0, 0.5, 0.1, 0.0, 0.2, 0.80859937290009358),
    ("C", 49.0, 50.0, 0.3846, 0.05, 0.0, 0.2, 2.4004610869656614),
    ("C", 100.0, 80.0, 0.1, 0.1, 0.0, 0.25, 20.799226308673346),
    ("C", 100.0, 100.0, 0.1, 0.1, 0.0, 0.25, 3.6599684533254507),
    ("C", 100.0, 120.0, 0.1, 0.1, 0.0, 0.25, 0.044577814073289136),
]


@both
@pytest.mark.parametrize(("kind", "spot", "strike", "tenor", "rate", "carry", "vol", "price"), PUBLISHED)
def test_the_published_black_scholes_prices(black, kind, spot, strike, tenor, rate, carry, vol, price):
    forward = spot * math.exp((rate - carry) * tenor)
    found = black.price(*one(strike / forward, tenor, vol, kind == "C"))[0] * forward * math.exp(-rate * tenor)
    assert found == pytest.approx(price, rel=1e-12)


@both
def test_the_published_greeks(black):
    # Haug (1998), p. 11: delta of a futures option, S 105, K 100, T .5, r = q = .1, vol .36: call .5946, put -.3566.
    point = one(100.0 / 105.0, 0.5, 0.36)
    discount = math.exp(-0.05)
    assert discount * black.delta(*point)[0] == pytest.approx(0.59462865972999562, rel=1e-12)
    assert discount * (black.delta(*point)[0] - 1.0) == pytest.approx(-0.35660076477071839, rel=1e-12)
    # Hull, ch. 19: S 49, K 50, T .3846, r .05, vol .2: gamma .066, vega 12.1.
    forward = 49.0 * math.exp(0.05 * 0.3846)
    point = one(50.0 / forward, 0.3846, 0.2)
    assert black.gamma(*point)[0] / 49.0 == pytest.approx(0.065545377252478673, rel=1e-12)
    assert black.vega(*point)[0] * 49.0 == pytest.approx(12.105242754243844, rel=1e-12)


# type, K at F = 100, T, vol, price: small and short-dated options, computed by mpmath.
SMALL = [
    ("C", 100.0, 1 / 365, 1.5, 3.1314346719211493),
    ("C", 105.0, 1 / 365, 0.55, 0.054631997135630437),
    ("C", 150.0, 7 / 365, 0.6, 1.0287373411953526e-6),
    ("P", 20.0, 30 / 365, 0.9, 3.8905600185522611e-10),
    ("C", 101.0, 0.5 / 365, 0.4, 0.22280294897856951),
    ("C", 1000.0, 1.0, 0.8, 0.13787878780591522),
]


@both
@pytest.mark.parametrize(("kind", "strike", "tenor", "vol", "price"), SMALL)
def test_small_and_short_dated_prices(black, kind, strike, tenor, vol, price):
    found = 100.0 * black.price(*one(strike / 100.0, tenor, vol, kind == "C"))[0]
    assert found == pytest.approx(price, rel=1e-12)


@both
def test_an_inverse_option_in_coin_and_in_dollars(black):
    # F 60,000, K 66,000, 30 days, vol .55, by mpmath.
    forward, point = 60_000.0, one(1.1, 30 / 365, 0.55)
    call, put = black.price(*point, CALL)[0], black.price(*point, PUT)[0]
    assert call * forward == pytest.approx(1658.7990968197169, rel=1e-12)
    assert put * forward == pytest.approx(7658.7990968197169, rel=1e-12)
    assert put == pytest.approx(0.12764665161366195, rel=1e-12)
    assert black.delta(*point)[0] == pytest.approx(0.2995786428693113, rel=1e-12)
    assert black.net(*point, CALL)[0] == pytest.approx(0.27193199125564935, rel=1e-12)
    assert black.net(*point, PUT)[0] == pytest.approx(-0.82806800874435065, rel=1e-12)
    assert black.net(*point, CALL)[0] / forward == pytest.approx(4.5321998542608225e-6, rel=1e-12)
    assert black.net(*point, PUT)[0] / forward == pytest.approx(-1.3801133479072511e-5, rel=1e-12)
    assert black.vega(*point)[0] * forward / 100.0 == pytest.approx(59.770172367111354, rel=1e-12)
    assert black.gamma(*point)[0] / forward == pytest.approx(3.6727462818174485e-5, rel=1e-12)


# F, K, seconds to expiry, mark vol, type, mark in coin: Deribit, BTC options, 15 January 2026, 09:21:30 UTC.
DERIBIT = [
    (96674.49142857142, 92000.0, 340709.972359, 0.3748, "P", 0.00183495),
    (96739.52, 94000.0, 686309.972359, 0.3756, "P", 0.01049513),
    (101381.92, 125000.0, 29716709.972359, 0.4623, "P", 0.33544642),
    (98841.39, 170000.0, 13991909.972359, 0.4618, "C", 0.00625894),
    (97177.09, 115000.0, 3710309.972359, 0.3916, "C", 0.00732343),
    (97596.23, 95000.0, 6129509.972359, 0.4048, "C", 0.08426074),
    (96829.47, 82000.0, 1291109.972359, 0.4907, "P", 0.00177753),
    (96829.47, 98000.0, 1291109.972359, 0.3774, "P", 0.03706015),
]


@both
@pytest.mark.parametrize(("forward", "strike", "seconds", "vol", "kind", "mark"), DERIBIT)
def test_venue_marks_are_repriced_within_the_rounding_of_the_mark_vol(black, forward, strike, seconds, vol, kind, mark):
    point = one(strike / forward, seconds / 31_536_000, vol)
    rounding = black.vega(*point)[0] * 5e-5 + 5e-9  # vol is published to .01 point, the mark to eight decimals
    assert abs(black.price(*point, np.array([kind == "C"]))[0] - mark) < rounding


def random_points(count=1500):
    """Return (strike ratio, tenor, vol) over everything a venue may list, and beyond."""
    draw = np.random.default_rng(20260115)
    strike_ratio = np.exp(draw.normal(0.0, draw.choice([1e-9, 1e-3, 0.1, 1.0, 3.0], count)))
    return strike_ratio, 10.0 ** draw.uniform(-5, 1.5, count), 10.0 ** draw.uniform(-3, 1, count)


@both
def test_prices_and_greeks_against_fifty_digits(black):
    from mpmath import erfc, log, mp, mpf, npdf, sqrt

    def normal(x):
        return erfc(-x / sqrt(2)) / 2

    strike_ratio, tenor, vol = random_points()
    is_call = np.arange(vol.size) % 2 == 0
    found = [
        black.price(strike_ratio, tenor, vol, is_call),
        black.delta(strike_ratio, tenor, vol),
        black.net(strike_ratio, tenor, vol, is_call),
        black.vega(strike_ratio, tenor, vol) / np.sqrt(tenor),
    ]
    worst = np.zeros(4)
    with mp.workdps(50):
        for i in range(vol.size):
            k, deviation = mpf(strike_ratio[i]), mpf(vol[i]) * sqrt(mpf(tenor[i]))
            upper = -log(k) / deviation + deviation / 2
            sign = 1 if is_call[i] else -1
            net = sign * k * normal(sign * (upper - deviation))
            exact = (sign * normal(sign * upper) - net, normal(upper), net, npdf(upper))
            scale = float(max(k, 1))
            worst = np.maximum(worst, [abs(float(mpf(f[i]) - e)) / scale for f, e in zip(found, exact, strict=True)])
    assert (worst < 1e-14).all(), worst


@both
def test_quantlib_agrees(black):
    import QuantLib as ql  # noqa: N813

    strike_ratio, tenor, vol = random_points(300)
    forward = 64.0  # a power of two, so that the strike is not rounded
    for k, t, v in zip(strike_ratio.tolist(), tenor.tolist(), vol.tolist(), strict=True):
        for kind, is_call in ((ql.Option.Call, True), (ql.Option.Put, False)):
            oracle = ql.BlackCalculator(ql.PlainVanillaPayoff(kind, k * forward), forward, v * math.sqrt(t))
            scale = 1e-13 * max(1.0, k)
            rounded = scale + 2.3e-16 / (v * math.sqrt(t))  # QuantLib takes the logarithm of the rounded F / K
            point = one(k, t, v)
            delta = black.delta(*point)[0] - (not is_call)
            assert black.price(*point, np.array([is_call]))[0] == pytest.approx(oracle.value() / forward, abs=scale)
            assert delta == pytest.approx(oracle.deltaForward(), abs=rounded)
            assert black.vega(*point)[0] == pytest.approx(oracle.vega(t) / forward, abs=rounded * math.sqrt(t))
            gamma = oracle.gammaForward() * forward
            assert black.gamma(*point)[0] == pytest.approx(gamma, rel=1e-10, abs=1e-12)


@both
@given(strike_ratios, tenors, vols)
def test_parity_holds_in_coin_and_in_dollars(black, strike_ratio, tenor, vol):
    point = one(strike_ratio, tenor, vol)
    call, put = black.price(*point, CALL)[0], black.price(*point, PUT)[0]
    scale = max(1.0, strike_ratio)
    assert call - put == pytest.approx(1.0 - strike_ratio, abs=1e-15 * scale)
    forward = 61_234.5
    assert forward * call - forward * put == pytest.approx(forward - forward * strike_ratio, abs=1e-10 * scale)
    net = black.net(*point, CALL)[0] - black.net(*point, PUT)[0]
    assert net == pytest.approx(strike_ratio, rel=1e-14)


@both
@given(strike_ratios, tenors, vols)
def test_a_call_in_one_numeraire_is_a_put_in_the_other(black, strike_ratio, tenor, vol):
    call = black.price(*one(strike_ratio, tenor, vol), CALL)[0]
    put = black.price(*one(1.0 / strike_ratio, tenor, vol), PUT)[0]
    assert call == pytest.approx(strike_ratio * put, abs=1e-14 * max(1.0, strike_ratio))


@both
@given(strike_ratios, tenors, vols, st.floats(0.1, 10.0))
def test_vol_and_time_count_only_through_total_variance(black, strike_ratio, tenor, vol, factor):
    slow = black.price(*one(strike_ratio, tenor, vol), CALL)[0]
    fast = black.price(*one(strike_ratio, tenor / factor, vol * math.sqrt(factor)), CALL)[0]
    assert fast == pytest.approx(slow, abs=1e-14)


@both
@given(strike_ratios, tenors, vols, st.booleans())
def test_price_stays_in_its_bounds_and_rises_with_vol(black, strike_ratio, tenor, vol, is_call):
    ladder = vol * np.array([1.0, 1.001, 1.5, 4.0])
    price = black.price(np.full(4, strike_ratio), np.full(4, tenor), ladder, np.full(4, is_call))
    rounding = 1e-15 * max(1.0, strike_ratio)
    exercise = 1.0 - strike_ratio if is_call else strike_ratio - 1.0
    assert (price >= max(0.0, exercise) - rounding).all()
    assert (price <= (1.0 if is_call else strike_ratio) + rounding).all()
    assert (np.diff(price) >= -rounding).all()


@both
@given(st.floats(0.5, 2.0), st.floats(0.01, 2.0), st.floats(0.2, 2.0), st.booleans())
def test_greeks_are_the_derivatives_of_the_price(black, strike_ratio, tenor, vol, is_call):
    forward, kind, bump = 1.0, np.array([is_call]), 1e-4

    def dollars(level, sigma):
        return level * black.price(*one(strike_ratio / level, tenor, sigma), kind)[0]

    up, down = dollars(forward + bump, vol), dollars(forward - bump, vol)
    point = one(strike_ratio, tenor, vol)
    delta = black.delta(*point)[0] - (not is_call)
    assert (up - down) / (2 * bump) == pytest.approx(delta, abs=1e-4)
    net = (up / (forward + bump) - down / (forward - bump)) / (2 * bump)
    assert net == pytest.approx(black.net(*point, kind)[0], abs=1e-4)
    second = (up - 2 * dollars(forward, vol) + down) / bump**2
    assert second == pytest.approx(black.gamma(*point)[0], rel=1e-2, abs=1e-4)
    vega = (dollars(forward, vol + bump) - dollars(forward, vol - bump)) / (2 * bump)
    assert vega == pytest.approx(black.vega(*point)[0], abs=1e-5)


@both
@given(strike_ratios, tenors, vols, st.booleans())
def test_net_delta_is_delta_less_price(black, strike_ratio, tenor, vol, is_call):
    point, kind = one(strike_ratio, tenor, vol), np.array([is_call])
    delta = black.delta(*point)[0] - (not is_call)
    expected = delta - black.price(*point, kind)[0]
    assert black.net(*point, kind)[0] == pytest.approx(expected, abs=1e-14 * max(1.0, strike_ratio))


@settings(max_examples=300)
@given(st.floats(1e-300, 1e300), st.floats(0.0, 1e6), st.floats(0.0, 1e6), st.booleans())
@example(1.0, 0.0, 0.0, True)
@example(1.0, 1e-300, 1e-9, False)
@example(1e300, 1.0, 1e6, False)
@example(0.999999, 1e-12, 1e-9, True)
def test_kernel_and_twin_agree_over_the_whole_domain(strike_ratio, tenor, vol, is_call):
    point, kind = one(strike_ratio, tenor, vol), np.array([is_call])
    scale = max(1.0, strike_ratio)
    assert FAST.price(*point, kind) == pytest.approx(PLAIN.price(*point, kind), abs=1e-14 * scale)
    assert FAST.delta(*point) == pytest.approx(PLAIN.delta(*point), abs=1e-14)
    assert FAST.net(*point, kind) == pytest.approx(PLAIN.net(*point, kind), abs=1e-14 * scale)
    assert FAST.vega(*point) == pytest.approx(PLAIN.vega(*point), rel=1e-10, abs=1e-14 * math.sqrt(tenor))
    assert FAST.gamma(*point) == pytest.approx(PLAIN.gamma(*point), rel=1e-10, abs=1e-12, nan_ok=True)


@both
@pytest.mark.parametrize(("tenor", "vol"), [(0.0, 0.5), (0.5, 0.0), (0.0, 0.0)])
def test_without_time_or_vol_an_option_is_worth_its_intrinsic_value(black, tenor, vol):
    strike_ratio = np.array([0.8, 1.0, 1.25])
    point = strike_ratio, np.full(3, tenor), np.full(3, vol)
    assert black.price(*point, np.full(3, True)) == pytest.approx([0.2, 0.0, 0.0], abs=1e-16)
    assert black.price(*point, np.full(3, False)) == pytest.approx([0.0, 0.0, 0.25], abs=1e-16)
    assert black.delta(*point).tolist() == [1.0, 0.5, 0.0]
    assert black.net(*point, np.full(3, True)).tolist() == [0.8, 0.5, 0.0]
    assert black.net(*point, np.full(3, False)).tolist() == [0.0, -0.5, -1.25]
    at_the_money = math.sqrt(tenor / (2.0 * math.pi))
    assert black.vega(*point) == pytest.approx([0.0, at_the_money, 0.0])
    assert black.gamma(*point) == pytest.approx([0.0, math.nan, 0.0], nan_ok=True)


OUTSIDE = [
    (0.0, 1.0, 0.5),
    (-1.0, 1.0, 0.5),
    (math.nan, 1.0, 0.5),
    (math.inf, 1.0, 0.5),
    (1.1, -1e-9, 0.5),
    (1.1, math.nan, 0.5),
    (1.1, math.inf, 0.5),
    (1.1, 1.0, -1e-9),
    (1.1, 1.0, math.nan),
    (1.1, 1.0, math.inf),
]


@both
@pytest.mark.parametrize("outside", OUTSIDE)
def test_outside_the_domain_the_answer_is_nan_and_the_neighbour_is_unharmed(black, outside):
    point = [np.array([value, good]) for value, good in zip(outside, (1.1, 1.0, 0.5), strict=True)]
    is_call = np.array([True, True])
    answers = [f(*point) for f in (black.delta, black.vega, black.gamma)]
    answers += [f(*point, is_call) for f in (black.price, black.net)]
    assert all(math.isnan(bad) and math.isfinite(good) for bad, good in answers)


@both
def test_an_empty_chain_has_no_prices(black):
    nothing = np.empty(0)
    assert black.price(nothing, nothing, nothing, np.empty(0, dtype=bool)).shape == (0,)


def test_arguments_broadcast_and_keep_their_shape():
    grid = black_price(np.linspace(0.5, 1.5, 4)[:, np.newaxis], np.array([0.1, 0.5]), 0.6, True)
    assert grid.shape == (4, 2)
    assert grid[2, 1] == black_price(np.linspace(0.5, 1.5, 4)[2:3], np.array([0.5]), np.array([0.6]), CALL)[0]
    assert call_delta(1.0, 1.0, 1.0).shape == ()


def test_a_quote_has_the_same_price_to_the_last_bit_wherever_it_stands():
    strike_ratio, tenor, vol = random_points(1003)  # an odd count, so that the loop has a scalar remainder
    is_call = strike_ratio > 1.0
    price = black_price(strike_ratio, tenor, vol, is_call)
    order = np.random.default_rng(1).permutation(price.size)
    again = black_price(strike_ratio[order], tenor[order], vol[order], is_call[order])
    assert (again == price[order]).all()
    alone = [black_price(strike_ratio[i : i + 1], tenor[i : i + 1], vol[i : i + 1], is_call[i : i + 1]) for i in order]
    assert (np.concatenate(alone) == price[order]).all()


def test_frozen_writeable_and_strided_columns_share_one_compilation_and_stay_as_they_were():
    columns = [column.copy() for column in random_points(64)]
    is_call = columns[0] > 1.0
    price = black_price(*columns, is_call)
    assert all(column.flags.writeable for column in (*columns, is_call))
    for column in columns:
        column.flags.writeable = False
    assert (black_price(*columns, is_call) == price).all()
    assert (black_price(*(column[::2] for column in columns), is_call[::2]) == price[::2]).all()
    assert len(price_loop.signatures) == 1
