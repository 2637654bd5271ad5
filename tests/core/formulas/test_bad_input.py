"""Every formula and every number it takes, read as a table: NaN in the place of a bad one, counted by its reason.

Whoever asks about one option is told in one sentence. What a formula demands stands once, in `domains`; here it is
held to what the formula does.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.errors import UsageError
from outsample.formulas import black_gamma, black_price, black_vega, call_delta, domains, implied_vol, net_delta
from outsample.formulas.american import american_price
from outsample.formulas.black_greeks import inverse_greeks, linear_greeks
from outsample.formulas.black_scholes_merton import bsm_greeks, bsm_price
from outsample.formulas.expansions import corrado_su_price
from outsample.formulas.fourier import SVCJ, Bates, Heston, Kou, Merton, VarianceGamma, fourier_price
from outsample.formulas.refusals import Refusals
from outsample.formulas.sabr import sabr_vol
from outsample.formulas.ssvi import ssvi_total_variance
from outsample.formulas.svi import svi_total_variance
from outsample.formulas.svi_parameters import RawSvi
from outsample.formulas.transaction_costs import leland_buyer_vol, leland_seller_vol

MODELS = (
    Heston(0.05, 2.0, 0.08, 0.6, -0.6),
    Bates(0.05, 2.0, 0.06, 0.5, -0.5, 1.2, -0.08, 0.1),
    SVCJ(0.04, 3.0, 0.05, 0.4, -0.6, 1.0, -0.06, 0.08, 0.05, -0.3),
    Merton(0.2, 1.0, -0.1, 0.12),
    Kou(0.2, 3.0, 0.35, 20.0, 12.0),
    VarianceGamma(0.2, -0.15, 0.1),
)
ON_FORWARD, ON_SPOT = (100.0, 110.0, 0.5, 0.3), (100.0, 110.0, 0.5, 0.3, 0.02, 0.01)

# Formula, its row in the table of domains, numbers it has an answer for.
TABLE = {
    "price": (lambda k, t, v: black_price(k, t, v, True), domains.BLACK, (1.1, 0.5, 0.3)),
    "call delta": (call_delta, domains.BLACK, (1.1, 0.5, 0.3)),
    "net delta": (lambda k, t, v: net_delta(k, t, v, False), domains.BLACK, (1.1, 0.5, 0.3)),
    "vega": (black_vega, domains.BLACK, (1.1, 0.5, 0.3)),
    "gamma": (black_gamma, domains.BLACK, (1.1, 0.5, 0.3)),
    "linear greeks": (lambda *a: linear_greeks(*a, True).volga, domains.ON_FORWARD, ON_FORWARD),
    "inverse greeks": (lambda *a: inverse_greeks(*a, False).coin.gamma, domains.ON_FORWARD, ON_FORWARD),
    "price on spot": (lambda *a: bsm_price(*a, True), domains.ON_SPOT, ON_SPOT),
    "greeks on spot": (lambda *a: bsm_greeks(*a, True).vega, domains.ON_SPOT, ON_SPOT),
    "American put": (lambda *a: american_price(*a, False), domains.AMERICAN, ON_SPOT),
    "American call": (lambda *a: american_price(*a, True), domains.AMERICAN, ON_SPOT),
    "SABR": (sabr_vol, domains.SABR, (100.0, 110.0, 0.5, 0.3, 1.0, -0.3, 0.5)),
    "SVI": (lambda *a: svi_total_variance(np.array(0.1), RawSvi(*a)), domains.SVI, (0.04, 0.1, -0.3, 0.0, 0.1)),
    "SSVI": (lambda *a: ssvi_total_variance(np.array(0.1), *a), domains.SSVI, (0.04, -0.3, 1.0)),
    "Corrado-Su": (lambda *a: corrado_su_price(*a, True), domains.CORRADO_SU, (1.1, 0.5, 0.3, -0.5, 4.0)),
    "Leland, sold": (leland_seller_vol, domains.LELAND, (0.3, 0.001, 1 / 52)),
    "Leland, bought": (leland_buyer_vol, domains.LELAND, (0.3, 0.001, 1 / 52)),
    "implied vol": (lambda p, k, t: implied_vol(p, k, t, False), domains.IMPLIED_VOL, (0.2, 1.1, 0.5)),
} | {
    type(model).__name__: (
        lambda k, t, model=model: fourier_price(model, k, t, k > 1.0),
        domains.TRANSFORM,
        (1.1, 0.5),
    )
    for model in MODELS
}
BAD = {"zero": 0.0, "negative": -1.0, "NaN": math.nan, "infinite": math.inf, "minus infinite": -math.inf}

# The closed forms of SVI and SSVI do not look for infinite parameters: their answers are infinite then, or NaN.
KNOWS_NO_INFINITY = ("SVI", "SSVI")
CASES = [
    pytest.param(name, number, bad, id=f"{name}-{number}-{word}")
    for name, (_, domain, _) in TABLE.items()
    for number in domain.ranges
    for word, bad in BAD.items()
    if not (name in KNOWS_NO_INFINITY and math.isinf(bad))
]


def refused(name, columns, answer=None) -> Refusals:
    domain = TABLE[name][1]
    if name == "implied vol":
        return domains.implied_vol_refusals(*columns, False)
    return domain.refusals(answer, **dict(zip(domain.ranges, columns, strict=True)))


@pytest.mark.parametrize(("name", "number", "bad"), CASES)
def test_a_bad_number_is_nan_counted_and_told_and_its_neighbours_are_unharmed(name, number, bad):
    formula, domain, good = TABLE[name]
    columns = [np.full(3, value) for value in good]
    columns[list(domain.ranges).index(number)][1] = bad
    found = np.asarray(formula(*columns))
    assert np.isfinite(found[[0, 2]]).all()
    assert found[0] == found[2] == formula(*good)
    alone = [float(column[1]) for column in columns]
    if np.isnan(found[1]) and name not in KNOWS_NO_INFINITY:
        with pytest.raises(UsageError, match=r"^[^;]+ needs its .*, found [^;]+; change it$"):
            formula(*alone)
    reasons = refused(name, columns, found)
    assert (reasons.code != 0).tolist() == np.isnan(found).tolist()
    assert reasons.total == sum(reasons.counts.values()) == int(np.isnan(found[1]))
    one = refused(name, [float(column[1]) for column in columns], found[1])
    assert one.code.shape == ()
    if not np.isnan(found[1]):
        one.demand_none()
        return
    word = "numbers" if next(iter(reasons.counts)) == domain.beyond else number.replace("_", " ").split()[0]
    with pytest.raises(UsageError, match=rf"^[^;]+ needs its {word}.*, found [^;]+; change it$"):
        one.demand_none()
    with pytest.raises(UsageError, match=r", found 1 of 3 quotes without.*; leave them out$"):
        reasons.demand_none()


def test_a_whole_chain_is_counted_by_the_first_reason_that_applies():
    strike = np.array([1.1, np.nan, -1.1, 1.1, 1.1, np.nan, 1.1])
    tenor = np.array([0.5, 0.5, 0.5, -0.5, 0.5, np.nan, np.inf])
    vol = np.array([0.3, 0.3, 0.3, 0.3, -0.3, np.nan, 0.3])
    found = domains.BLACK.refusals(strike_ratio=strike, tenor=tenor, vol=vol)
    assert found.counts == {
        "strike ratio missing or not finite": 2,
        "strike ratio not above 0": 1,
        "tenor missing or not finite": 1,
        "tenor not of at least 0": 1,
        "vol not of at least 0": 1,
    }
    assert found.total == np.count_nonzero(np.isnan(black_price(strike, tenor, vol, True))) == 6


@pytest.mark.parametrize(
    ("price", "strike", "tenor", "is_call", "reason", "sentence"),
    [
        (0.25, 0.75, 0.5, True, "price at or below intrinsic", "price to be above intrinsic, found 0.25"),
        (0.05, 0.9, 0.5, True, "price at or below intrinsic", "price to be above intrinsic, found 0.05"),
        (0.0, 0.9, 0.5, False, "price at or below intrinsic", "price to be above intrinsic, found 0"),
        (-0.1, 0.9, 0.5, False, "price at or below intrinsic", "price to be above intrinsic, found -0.1"),
        (1.0, 0.9, 0.5, True, "price at or above its bound", "price to be below its bound, .*, found 1"),
        (0.9, 0.9, 0.5, False, "price at or above its bound", "price to be below its bound, .*, found 0.9"),
        (math.nan, 0.9, 0.5, True, "price ratio missing or not finite", "price ratio to be finite, found nan"),
        (0.2, 0.0, 0.5, True, "strike ratio not above 0", "strike ratio to be finite and above 0, found 0"),
        (0.2, -1.0, 0.5, False, "strike ratio not above 0", "strike ratio to be finite and above 0, found -1"),
        (0.2, 0.9, 0.0, True, "tenor not above 0", "tenor to be finite and above 0, found 0"),
        (0.2, 0.9, -0.5, True, "tenor not above 0", "tenor to be finite and above 0, found -0.5"),
        (0.2, 0.9, math.nan, True, "tenor missing or not finite", "tenor to be finite and above 0, found nan"),
    ],
)
def test_a_price_without_vol_has_a_reason_and_a_sentence(price, strike, tenor, is_call, reason, sentence):
    with pytest.raises(UsageError, match=f"^an implied vol needs its {sentence}; change it$"):
        implied_vol(price, strike, tenor, is_call)
    found = domains.implied_vol_refusals(price, strike, tenor, is_call)
    assert found.counts == {reason: 1}
    with pytest.raises(UsageError, match=f"^an implied vol needs its {sentence}; change it$"):
        found.demand_none()


@given(
    st.lists(
        st.tuples(
            st.sampled_from([0.3, 0.1, 0.0, -0.1, 0.9, 1.0, 1.1, 5e-324, math.nan, math.inf, -math.inf]),
            st.sampled_from([0.9, 1.0, 1.1, 0.0, -1.0, math.nan, math.inf]),
            st.sampled_from([0.5, 0.0, -1.0, math.nan, math.inf]),
            st.booleans(),
            st.sampled_from([-1, 0, 1]),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_an_implied_vol_is_refused_exactly_where_it_is_missing(rows):
    price, strike, tenor, is_call, move = (np.array(column) for column in zip(*rows, strict=True))
    price = np.where(move == 0, price, np.nextafter(price, 9.0 * move))
    found = domains.implied_vol_refusals(price, strike, tenor, is_call)
    assert ((found.code != 0) == np.isnan(implied_vol(price, strike, tenor, is_call))).all()


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("American put", (100.0, 110.0, 0.5, 0.3, -0.05, -0.1)),
        ("SABR", (100.0, 1e4, 30.0, 0.3, 0.0, 0.9, 5.0)),
        ("SVI", (-0.5, 0.1, -0.3, 0.0, 0.1)),
        ("Corrado-Su", (1.1, 4.0, 2.0, -8.0, 3.0)),
        ("Leland, bought", (0.1, 0.1, 1e-4)),
    ],
)
def test_numbers_in_range_that_have_no_answer_together_are_counted_too(name, numbers):
    formula, domain, good = TABLE[name]
    columns = [np.array(pair) for pair in zip(good, numbers, strict=True)]
    answer = np.asarray(formula(*columns))
    assert np.isnan(answer).tolist() == [False, True]
    assert refused(name, columns).total == 0
    assert refused(name, columns, answer).counts == {domain.beyond: 1}
    with pytest.raises(
        UsageError, match=f"needs its numbers to have an answer, found that {domain.beyond}; change it$"
    ):
        refused(name, numbers, math.nan).demand_none()


def test_numbers_of_another_formula_are_refused():
    with pytest.raises(UsageError, match="needs the numbers strike_ratio, tenor, vol, found tenor; name each of them"):
        domains.BLACK.refusals(tenor=1.0)


@pytest.mark.parametrize("model", MODELS, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_parameter_of_a_model_that_is_no_number_is_told(model, bad):
    for place, name in enumerate(type(model).__slots__):
        values = model.parameters.tolist()
        values[place] = bad
        with pytest.raises(UsageError, match=f"^{name} of {type(model).__name__} must be .*, found .*; choose one in"):
            type(model)(*values)
