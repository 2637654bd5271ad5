"""Transform models and greeks beside what a desk would otherwise use, in one run.

Figures are printed; asserted is only that both say the same, and that ours is several times quicker, its plan included.
"""

import time

import numpy as np
import pytest

from outsample.formulas.black_greeks import linear_greeks
from outsample.formulas.fourier import Heston, PricingPlan

CRYPTO = Heston(0.55, 4.0, 0.5, 2.2, -0.35)
DAYS = np.array([18, 27, 36, 73, 146, 182, 365, 547]) / 365.0  # whole days: QuantLib knows no others


def best(work, times=7):
    work()
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        found.append(1e3 * (time.perf_counter() - begun))
    return min(found)


def chain(tenors, strikes):
    ratio = np.tile(np.linspace(0.6, 1.6, strikes), len(tenors))
    return ratio, np.repeat(tenors, strikes), ratio >= 1.0


def test_heston_slices_beside_quantlib():
    ql = pytest.importorskip("QuantLib", reason="no wheel of QuantLib for this Python")
    for name, tenors, strikes in (("one slice of 100", DAYS[2:3], 100), ("8 tenors of 13", DAYS, 13)):
        ratio, tenor, is_call = chain(tenors, strikes)
        plan = PricingPlan.of(CRYPTO, ratio, tenor, is_call, 1e-8)
        fine = PricingPlan.of(CRYPTO, ratio, tenor, is_call, 1e-10)
        ours = best(lambda plan=plan: plan.price(CRYPTO))
        with_gradient = best(lambda fine=fine: fine.price(CRYPTO, gradient=True))
        making = best(lambda r=ratio, t=tenor, c=is_call: PricingPlan.of(CRYPTO, r, t, c, 1e-8))
        theirs = best(lambda r=ratio, t=tenor, c=is_call: quantlib(ql, r, t, c), 3)
        print(
            f"\nHeston, {name}: {1e3 * ours:.0f} µs, with all gradients {1e3 * with_gradient:.0f} µs, plan "
            f"{making:.2f} ms; QuantLib analytic, 144 nodes: {theirs:.1f} ms, ratio {theirs / ours:.0f}"
        )
        prices = np.array(quantlib(ql, ratio, tenor, is_call))
        np.testing.assert_allclose(plan.price(CRYPTO).price, prices, atol=1e-6)
        assert theirs > 2.0 * (ours + making)


def quantlib(ql, ratio, tenor, is_call):
    """Price by QuantLib's analytic engine, one option after the other."""
    today = ql.Date(1, 1, 2026)
    ql.Settings.instance().evaluationDate = today
    flat = ql.YieldTermStructureHandle(ql.FlatForward(today, 0.0, ql.Actual365Fixed()))
    spot = ql.QuoteHandle(ql.SimpleQuote(1.0))
    c = CRYPTO
    process = ql.HestonProcess(
        flat,
        flat,
        spot,
        c.initial_variance,
        c.mean_reversion,
        c.long_run_variance,
        c.vol_of_vol,
        c.correlation,
    )
    engine = ql.AnalyticHestonEngine(ql.HestonModel(process), 144)
    prices = []
    for strike, years, call in zip(ratio.tolist(), tenor.tolist(), is_call.tolist(), strict=True):
        kind = ql.Option.Call if call else ql.Option.Put
        exercise = ql.EuropeanExercise(today + max(round(365 * years), 1))
        option = ql.VanillaOption(ql.PlainVanillaPayoff(kind, strike), exercise)
        option.setPricingEngine(engine)
        prices.append(option.NPV())
    return prices


def test_ten_greeks_of_half_a_million_options():
    random = np.random.default_rng(1)
    count = 500_000
    forward, strike = np.full(count, 60_000.0), 60_000.0 * np.exp(0.3 * random.normal(size=count))
    tenor, vol, call = random.uniform(0.01, 1.0, count), random.uniform(0.3, 1.2, count), random.random(count) < 0.5
    ours = best(lambda: linear_greeks(forward, strike, tenor, vol, call), 3)
    print(f"\nten greeks of 500,000 options in quote currency: {ours:.0f} ms")
