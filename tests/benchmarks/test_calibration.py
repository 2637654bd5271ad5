"""Calibrations against their budgets and QuantLib's; run with ``pytest tests/benchmarks/test_calibration.py -s``."""

import csv
import time

import numpy as np
import pytest
from scipy.optimize import least_squares

from outsample.calibration import CalibrationLoss, CalibrationSettings, ChainQuotes, bounds_of, calibrate
from outsample.calibration.pooling import PooledResiduals
from outsample.calibration.tape import build_tape
from outsample.calibration.tape_shelf import keep_tape
from outsample.formulas import implied_vol
from outsample.formulas.fourier import SVCJ, Bates, Heston, Kou, Merton, VarianceGamma, fourier_price
from outsample.io import open_files
from outsample.models import transform
from outsample.windows import Window

from .baselines import QuantLib, heston_in_numpy

START = Heston(0.1, 1.0, 0.1, 0.5, -0.5)


def median(work, repeats=9):
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - begun))
    return float(np.median(times))


@pytest.fixture
def dax_rows(real_data):
    with real_data("../reference/dax_surface.csv").open(newline="", encoding="utf-8") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def chain_of(rows):
    names = ("strike", "forward", "t_years_act365", "implied_vol")
    strike, forward, tenor, vol = (np.array([row[name] for row in rows]) for name in names)
    return ChainQuotes.of_vols(strike / forward, tenor, strike > forward, vol, forward=forward)


def by_quantlib(rows):
    """Return the sum of squared errors in points of QuantLib's own calibration from the same start."""
    today = QuantLib.Date(5, 7, 2002)
    QuantLib.Settings.instance().evaluationDate = today
    count = QuantLib.Actual365Fixed()
    days = sorted({int(row["exercise_days"]) for row in rows})
    rates = {int(row["exercise_days"]): row["zero_rate_cc"] for row in rows}
    curve = QuantLib.ZeroCurve([today, *(today + day for day in days)], [rates[days[0]], *map(rates.get, days)], count)
    rate = QuantLib.YieldTermStructureHandle(curve)
    dividend = QuantLib.YieldTermStructureHandle(QuantLib.FlatForward(today, 0.0, count))
    spot = QuantLib.QuoteHandle(QuantLib.SimpleQuote(4468.17))
    process = QuantLib.HestonProcess(rate, dividend, spot, *START.parameters.tolist())
    model = QuantLib.HestonModel(process)
    engine = QuantLib.AnalyticHestonEngine(model, 64)
    helpers = []
    for row in rows:
        quote = QuantLib.QuoteHandle(QuantLib.SimpleQuote(row["implied_vol"]))
        weeks = QuantLib.Period(int(row["exercise_weeks"]), QuantLib.Weeks)
        error = QuantLib.BlackCalibrationHelper.ImpliedVolError
        one = QuantLib.HestonModelHelper(
            weeks, QuantLib.NullCalendar(), 4468.17, row["strike"], quote, rate, dividend, error
        )
        one.setPricingEngine(engine)
        helpers.append(one)
    method = QuantLib.LevenbergMarquardt(1e-8, 1e-8, 1e-8)
    model.calibrate(helpers, method, QuantLib.EndCriteria(400, 40, 1e-8, 1e-8, 1e-8))
    return sum((100.0 * one.calibrationError()) ** 2 for one in helpers)


def by_scipy(chain):
    """Return the least sum of squared vega-weighted points by numpy's prices and scipy's search in the same bounds."""

    def residuals(values):
        price = heston_in_numpy(chain.strike_ratio, chain.tenor, chain.is_call, values.tolist(), 256)
        return 100.0 * (price - chain.price) / chain.vega

    found = least_squares(residuals, START.parameters, bounds=bounds_of(Heston), x_scale="jac")
    return 2.0 * found.cost


@pytest.mark.data
def test_heston_on_a_hundred_quotes(dax_rows):
    chain = chain_of(dax_rows)
    settings = CalibrationSettings(CalibrationLoss.VOL)
    found = calibrate(Heston, chain, settings)
    near = Heston(*(1.05 * found.values).tolist())
    cold, given, warm = (
        median(lambda start=start: calibrate(Heston, chain, settings, start)) for start in (None, START, near)
    )
    begun = time.perf_counter()
    theirs = by_quantlib(dax_rows)
    quantlib = 1e3 * (time.perf_counter() - begun)
    print(f"\nHeston, 104 quotes, own starts: {cold:.1f} ms [20]   from a far start: {given:.1f} ms [20]")
    print(f"warm, 5 % off: {warm:.1f} ms [5]   QuantLib from the far start: {quantlib:.0f} ms")
    print(f"ratio of QuantLib to ours from the same start: {quantlib / given:.0f}")
    print(f"sum of squares: ours {found.sum_of_squares:.4f}, QuantLib {theirs:.4f}")
    weighted = CalibrationSettings(CalibrationLoss.VEGA_WEIGHTED)
    ours = median(lambda: calibrate(Heston, chain, weighted, START))
    begun = time.perf_counter()
    plain = by_scipy(chain)
    scipy = 1e3 * (time.perf_counter() - begun)
    squares = calibrate(Heston, chain, weighted, START).sum_of_squares
    print(f"vega-weighted from the far start: {ours:.1f} ms   numpy cosines and scipy's least_squares: {scipy:.0f} ms")
    print(f"ratio of scipy to ours: {scipy / ours:.0f}   sum of squares: ours {squares:.4f}, scipy {plain:.4f}")
    assert found.sum_of_squares <= theirs * (1.0 + 1e-4)
    assert squares <= plain * (1.0 + 1e-4)


@pytest.mark.data
def test_a_tape_answers_for_any_train_window(real_data):
    data = open_files(real_data("deribit_btc_2026/btc_daily_20251230_20260430.parquet")).dataset
    begun = time.perf_counter()
    tape = build_tape(data, Heston)
    built = time.perf_counter() - begun
    ends = range(30, data.times.size, 7)
    windows = [Window(int(data.times[end - 30 if end % 2 else 0]), int(data.times[end])) for end in ends]
    first = [timed(lambda window=window: tape.pooled(window)) for window in windows]
    again = [median(lambda window=window: tape.pooled(window)) for window in windows]
    keep_tape(data, tape)
    exact = [timed(lambda window=window: transform.Heston().fit(data, window)) for window in windows[::3]]
    print(f"\nHeston tape of {data.times.size} days: built in {built:.1f} s")
    print(f"tape solve, {len(windows)} windows: median {np.median(again):.3f} ms, slowest {max(again):.3f} [1]")
    print(f"the first time, prefix sums included: median {np.median(first):.3f}, slowest {max(first):.2f}")
    slower = np.median(exact) / np.median(again)
    print(f"fit of all quotes of the window: median {np.median(exact):.0f} ms, ratio {slower:,.0f}")
    worst = []
    for window in windows[::3]:
        part = PooledResiduals.of(data, window.rows(data.times), tape.is_used, Heston, tape.settings)
        values = tape.pooled(window).values, transform.Heston().fit(data, window).model.parameters
        pooled, fitted = (part.evaluate(one).total for one in values)
        worst.append(pooled / fitted)
        assert fitted <= pooled * (1.0 + 1e-9)
    print(f"sum of squares over that of the fit: median {np.median(worst):.4f}, worst {max(worst):.4f}")
    assert max(worst) < 1.2


def timed(work):
    begun = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - begun)


@pytest.mark.data
def test_a_history_of_every_kind(real_data):
    data = open_files(real_data("deribit_btc_2026/btc_daily_20251230_20260430.parquet")).dataset
    chains = [ChainQuotes.at(data, i) for i in range(data.times.size)]
    print(f"\n{len(chains)} days of {np.mean([one.size for one in chains]):.0f} quotes, each from the day before")
    for kind in (Heston, Merton, Kou, VarianceGamma, Bates, SVCJ):
        times, start, evaluations = [], None, []
        for chain in chains:
            begun = time.perf_counter()
            found = calibrate(kind, chain, CalibrationSettings(), start)
            times.append(1e3 * (time.perf_counter() - begun))
            start = found.model
            evaluations.append(found.evaluations)
        print(
            f"{kind.__name__:<14} median {np.median(times):6.1f} ms   p95 {np.percentile(times, 95):6.1f}   "
            f"all {1e-3 * np.sum(times):5.1f} s   pricings {np.median(evaluations):.0f}"
        )
        assert squared_points(found.model, chain) == pytest.approx(found.sum_of_squares, rel=1e-4)


def squared_points(model, chain):
    """Return the sum of squared vol points, by exact prices and their vols."""
    price = fourier_price(model, chain.strike_ratio, chain.tenor, chain.is_call)
    vol = implied_vol(price, chain.strike_ratio, chain.tenor, chain.is_call)
    return float(np.sum((100.0 * (vol - chain.implied_vol)) ** 2))
