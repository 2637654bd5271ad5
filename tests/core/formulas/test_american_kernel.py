"""American prices by slices: against prices of nine digits, published ones, and what no price may break."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outsample.formulas.american import american_price
from outsample.formulas.american_kernel import american_slices
from outsample.formulas.black import black_price
from outsample.formulas.implied_vol import implied_vol

DEVIATIONS = np.linspace(-2.5, 2.5, 11)


def one_slice(deviations, tenor, carry, rate, vol):
    """Return log-moneyness, kinds, tenors and prices over the forward of one slice, out of the money."""
    k = deviations * vol * np.sqrt(tenor)
    is_call = k >= 0.0
    found = american_slices(k, is_call, np.array([0, k.size]), np.array([tenor]), np.array([carry]), rate, vol)
    return k, is_call, np.full(k.size, tenor), found


def exact(k, is_call, tenor, carry, rate, vol):
    growth = np.exp(carry * tenor)
    spot = np.ones(k.size)
    return american_price(spot, np.exp(k) * growth, tenor, vol * spot, rate, rate - carry, is_call) / growth


@settings(max_examples=150)
@given(
    st.floats(np.log(0.1), np.log(1.5)).map(np.exp),
    st.floats(np.log(2 / 365), np.log(3.0)).map(np.exp),
    st.floats(0.005, 0.1),
    st.floats(-0.1, 0.15),
)
def test_vols_are_right_to_a_ten_thousandth_of_a_vol_point(vol, tenor, rate, income):
    carry = rate - income
    k, is_call, years, found = one_slice(DEVIATIONS, tenor, carry, rate, vol)
    wanted = exact(k, is_call, years, carry, rate, vol)
    vols = [100.0 * implied_vol(prices, np.exp(k), years, is_call) for prices in (found, wanted)]
    known = np.isfinite(vols[1])
    assert known.any()
    np.testing.assert_allclose(vols[0][known], vols[1][known], rtol=0.0, atol=1e-4)


@pytest.mark.parametrize(
    ("spot", "strike", "tenor", "rate", "income", "vol", "is_call", "price"),
    [
        (100.0, 100.0, 182 / 365, 0.1, 0.1, 0.25, True, 6.7666921398),
        (100.0, 100.0, 1.0, 0.05, 0.0, 0.2, False, 6.0903705909),
        (36.0, 40.0, 1.0, 0.06, 0.0, 0.2, False, 4.4866743567),
    ],
)
def test_converged_prices(spot, strike, tenor, rate, income, vol, is_call, price):
    """QuantLib 1.44, where its equations A and B agree, as in `test_american`."""
    forward = spot * np.exp((rate - income) * tenor)
    k, starts, years = np.array([np.log(strike / forward)]), np.array([0, 1]), np.array([tenor])
    found = american_slices(k, np.array([is_call]), starts, years, np.array([rate - income]), rate, vol)[0]
    assert found * forward == pytest.approx(price, abs=2e-7 * strike)


def test_the_published_premium():
    """Andersen, Lake and Offengenden (2016), table 2: a year at the money, rate and yield 5 %, vol 25 %."""
    k, starts, one = np.zeros(1), np.array([0, 1]), np.ones(1)
    american = american_slices(k, np.array([False]), starts, one, np.zeros(1), 0.05, 0.25)
    european = np.exp(-0.05) * black_price(np.ones(1), one, np.array([0.25]), np.array([False]))
    assert 100.0 * (american - european)[0] == pytest.approx(0.106952702747, abs=1e-5)


@given(st.floats(0.05, 1.5), st.floats(0.01, 3.0), st.floats(0.001, 0.2), st.floats(-0.2, 0.2), st.floats(-3.0, 3.0))
def test_a_price_is_between_what_exercise_pays_and_the_bound(vol, tenor, rate, income, deviation):
    carry = rate - income
    k = np.array([deviation * vol * np.sqrt(tenor)] * 2)
    kinds, growth = np.array([True, False]), np.exp(-carry * tenor)  # growth is the spot over the forward
    call, put = american_slices(k, kinds, np.array([0, 2]), np.array([tenor]), np.array([carry]), rate, vol)
    strike = np.exp(k[0])
    european = np.exp(-rate * tenor) * black_price(np.exp(k), np.full(2, tenor), np.full(2, vol), kinds)
    if np.isfinite(call):
        assert max(european[0], growth - strike) - 1e-12 <= call <= max(growth, 1.0) + 1e-12
    if np.isfinite(put):
        assert max(european[1], strike - growth) - 1e-12 <= put <= strike + 1e-12


def test_a_call_on_what_pays_nothing_out_is_european():
    k, is_call, years, found = one_slice(np.linspace(0.0, 2.0, 5), 0.7, 0.05, 0.05, 0.3)
    european = np.exp(-0.05 * 0.7) * black_price(np.exp(k), years, np.full(5, 0.3), is_call)
    np.testing.assert_allclose(found, european, rtol=1e-14)


def test_a_put_deep_in_the_money_is_exercised_at_once():
    k = np.array([0.8])
    found = american_slices(k, np.array([False]), np.array([0, 1]), np.array([1.0]), np.array([0.05]), 0.05, 0.2)
    assert found[0] == np.exp(0.8) - np.exp(-0.05)


def test_what_is_not_covered_has_no_price():
    """Two boundaries: a rate of zero and an asset that costs money to hold. And a slice without a spot."""
    k, kinds, starts = np.array([-0.1, 0.1]), np.array([False, True]), np.array([0, 2])
    found = american_slices(k, kinds, starts, np.array([1.0]), np.array([0.03]), 0.0, 0.3)
    assert np.isnan(found[0])
    assert np.isfinite(found[1]) == np.isfinite(exact(k, kinds, np.ones(2), 0.03, 0.0, 0.3)[1])
    assert np.isnan(american_slices(k, kinds, starts, np.array([1.0]), np.array([np.nan]), 0.04, 0.3)).all()


def test_slices_do_not_know_of_each_other():
    parts = [one_slice(DEVIATIONS, *one, 0.04, 0.3) for one in ((0.1, 0.02), (0.5, -0.03), (2.0, 0.01))]
    k, kinds = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
    starts, tenors, carries = np.array([0, 11, 22, 33]), np.array([0.1, 0.5, 2.0]), np.array([0.02, -0.03, 0.01])
    together = american_slices(k, kinds, starts, tenors, carries, 0.04, 0.3)
    assert together.tobytes() == np.concatenate([part[3] for part in parts]).tobytes()
