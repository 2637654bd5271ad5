"""Transform models and greeks beside what a desk would otherwise use, in one run.

Figures are printed, with their budgets in brackets; asserted is only that all say the same.
"""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from outsample.calibration.chain_vols import chain_vols
from outsample.formulas import black_price, implied_vol
from outsample.formulas.black_greeks import greeks_by_name, linear_greeks
from outsample.formulas.black_greeks_kernel import NORMALISED_GREEKS
from outsample.formulas.black_greeks_plain import greeks_plain
from outsample.formulas.fourier import Heston, PricingPlan, fourier_price

from .baselines import heston_by_quantlib, heston_in_numpy, heston_in_python

CRYPTO = Heston(0.55, 4.0, 0.5, 2.2, -0.35)
PARAMETERS = CRYPTO.parameters.tolist()
DAYS = np.array([18, 27, 36, 73, 146, 182, 365, 547]) / 365.0  # whole days: QuantLib knows no others
LEVEL = 0.7  # about the vol of the model
COUNT = 500_000
WORTH_QUOTING = 1e-7  # of the forward; below, no vol is known to many digits


def best(work, times=7):
    work()
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        found.append(1e3 * (time.perf_counter() - begun))
    return min(found)


def once(work):
    begun = time.perf_counter()
    found = work()
    return 1e3 * (time.perf_counter() - begun), found


def chain(tenors, strikes):
    ratio = np.tile(np.linspace(0.6, 1.6, strikes), len(tenors))
    return ratio, np.repeat(tenors, strikes), ratio >= 1.0


def by_quantlib(ratio, tenor, is_call):
    return heston_by_quantlib(ratio, tenor, is_call, PARAMETERS)


def test_heston_slices_beside_quantlib():
    for name, tenors, strikes in (("one slice of 100", DAYS[2:3], 100), ("8 tenors of 13", DAYS, 13)):
        ratio, tenor, is_call = chain(tenors, strikes)
        plan = PricingPlan.of(CRYPTO, ratio, tenor, is_call, 1e-8)
        fine = PricingPlan.of(CRYPTO, ratio, tenor, is_call, 1e-10)
        ours = best(lambda plan=plan: plan.price(CRYPTO))
        with_gradient = best(lambda fine=fine: fine.price(CRYPTO, gradient=True))
        making = best(lambda r=ratio, t=tenor, c=is_call: PricingPlan.of(CRYPTO, r, t, c, 1e-8))
        theirs = best(lambda r=ratio, t=tenor, c=is_call: by_quantlib(r, t, c), 3)
        print(
            f"\nHeston, {name}: {1e3 * ours:.0f} µs, with all gradients {1e3 * with_gradient:.0f} µs, plan "
            f"{making:.2f} ms; QuantLib analytic, 144 nodes: {theirs:.1f} ms, ratio {theirs / ours:.0f}"
        )
        np.testing.assert_allclose(plan.price(CRYPTO).price, by_quantlib(ratio, tenor, is_call), atol=1e-6)


# --- Half a million quotes at one set of parameters -----------------------------------------------------------------


def history():
    """Return 486 snapshots of ten expiries and 103 strikes, six hours and some seconds apart: 4,860 tenors."""
    ahead, hours = np.array([1, 2, 3, 7, 14, 21, 30, 60, 120, 240]), 6.0 * np.arange(486)
    late = np.random.default_rng(0).uniform(0.0, 30.0, hours.size) / 3600.0
    left = ahead + 1.0 - (hours % 24.0 + late)[:, np.newaxis] / 24.0
    return spread(left.ravel() / 365.0, 103)


def one_time():
    """Return one snapshot of ten expiries and 50,000 strikes."""
    return spread(np.array([2, 7, 14, 30, 60, 120, 180, 270, 365, 730]) / 365.0, 50_000)


def spread(tenors, strikes):
    tenor = np.repeat(tenors, strikes)
    ratio = np.exp(LEVEL * np.sqrt(tenor) * np.tile(np.linspace(-3.0, 3.0, strikes), tenors.size))
    return ratio, tenor, ratio >= 1.0


def on_two_threads(price, columns):
    """Price two halves side by side, cut between two tenors: kernels do not hold the interpreter's lock."""
    edges = np.flatnonzero(np.diff(columns[1])) + 1
    middle = edges[np.searchsorted(edges, columns[1].size // 2)]
    halves = [[column[rows] for column in columns] for rows in (slice(0, middle), slice(middle, None))]
    with ThreadPoolExecutor(2) as pool:
        return np.concatenate(list(pool.map(lambda half: price(*half), halves)))


@pytest.mark.parametrize(("name", "layout"), [("a history", history), ("one time", one_time)])
def test_heston_of_half_a_million_quotes(name, layout):
    columns = ratio, tenor, is_call = layout()
    size = COUNT / ratio.size
    print(f"\nHeston, {name}: {ratio.size:,} quotes, {np.unique(tenor).size:,} tenors; ms for 500,000")
    for tolerance in (1e-8, 1e-12):

        def exact(*part, tolerance=tolerance):
            return fourier_price(CRYPTO, *part, tolerance)

        single, double = best(lambda: exact(*columns), 3), best(lambda: on_two_threads(exact, columns), 3)
        plan = PricingPlan.of(CRYPTO, *columns, tolerance)
        making, pricing = (
            best(lambda t=tolerance: PricingPlan.of(CRYPTO, *columns, t), 3),
            best(lambda plan=plan: plan.price(CRYPTO), 3),
        )
        print(
            f"  exact to {tolerance:g}: one thread {size * single:.0f} (plan {size * making:.0f}, prices "
            f"{size * pricing:.0f}, {plan.layout.terms.mean():.0f} terms a tenor)   two threads {size * double:.0f} "
            "[500]"
        )
        np.testing.assert_allclose(on_two_threads(exact, columns), exact(*columns), rtol=0.0, atol=2.5 * tolerance)
    surface = best(lambda: chain_vols(CRYPTO, ratio, tenor))
    priced = best(lambda: black_price(ratio, tenor, chain_vols(CRYPTO, ratio, tenor), is_call))
    price, vol = exact(*columns), chain_vols(CRYPTO, ratio, tenor)
    known = price > WORTH_QUOTING
    error = 100.0 * np.abs(vol - implied_vol(price, ratio, tenor, is_call))[known].max()
    off = np.abs(black_price(ratio, tenor, vol, is_call) - price).max()
    print(
        f"  by the surface: vols {size * surface:.1f}, prices too {size * priced:.1f} [25]   greatest error "
        f"{error:.1e} vol points, {off:.1e} of the forward; {single / priced:.0f} times quicker than exact"
    )
    assert error < 1e-4
    beside_baselines(columns, price, size * single, size * priced)


def beside_baselines(columns, price, exact, surface):
    """Time the usual ways on some of the quotes, whole tenors for numpy, and hold their prices to ours."""
    random, every = np.random.default_rng(1), np.diff(columns[1], prepend=0.0) != 0.0
    tenors = np.unique(columns[1])[:: max(1, every.sum() // 10)]
    whole = np.flatnonzero(np.isin(columns[1], tenors))
    whole = whole[:: max(1, whole.size // 5_000)]
    days = np.round(365.0 * columns[1]) / 365.0
    baselines = {
        "numpy, 512 cosines": (whole, columns[1], lambda k, t, c: heston_in_numpy(k, t, c, PARAMETERS)),
        "QuantLib analytic, 144 nodes": (random.integers(0, price.size, 400), days, by_quantlib),
        "Python loop with scipy's quad": (
            random.integers(0, price.size, 150),
            columns[1],
            lambda *rows: np.array(
                [heston_in_python(*row, PARAMETERS) for row in zip(*(x.tolist() for x in rows), strict=True)]
            ),
        ),
    }
    for name, (rows, years, work) in baselines.items():
        part = columns[0][rows], years[rows], columns[2][rows]
        spent, theirs = once(lambda part=part, work=work: work(*part))
        scaled = spent * COUNT / rows.size
        print(
            f"  {name}: {scaled:,.0f} by {rows.size:,} quotes; ratio to exact {scaled / exact:,.0f}, to the surface "
            f"{scaled / surface:,.0f}"
        )
        np.testing.assert_allclose(fourier_price(CRYPTO, *part), theirs, rtol=0.0, atol=1e-7)


# --- Greeks ---------------------------------------------------------------------------------------------------------


def test_ten_greeks_of_half_a_million_options():
    random = np.random.default_rng(1)
    forward, strike = np.full(COUNT, 60_000.0), 60_000.0 * np.exp(0.3 * random.normal(size=COUNT))
    tenor, vol, call = random.uniform(0.01, 1.0, COUNT), random.uniform(0.3, 1.2, COUNT), random.random(COUNT) < 0.5
    ours = best(lambda: linear_greeks(forward, strike, tenor, vol, call), 3)
    plain, twin = once(lambda: greeks_plain(strike / forward, tenor, vol, call))
    print(
        f"\nten greeks of 500,000 options in quote currency: {ours:.0f} ms   normalised by the plain twin in numpy: "
        f"{plain:.0f} ms, ratio {plain / ours:.1f}"
    )
    found = greeks_by_name(forward, strike, tenor, vol, call)
    for row, name in zip(twin, NORMALISED_GREEKS, strict=True):
        np.testing.assert_allclose(found[name], row, rtol=1e-9, atol=1e-12 * np.abs(row).max(), err_msg=name)
    greeks = linear_greeks(forward, strike, tenor, vol, call)
    np.testing.assert_allclose(greeks.price, forward * twin[NORMALISED_GREEKS.index("price")], atol=1e-8)
    np.testing.assert_allclose(greeks.vega, forward * twin[NORMALISED_GREEKS.index("vega")], rtol=1e-9, atol=1e-8)
