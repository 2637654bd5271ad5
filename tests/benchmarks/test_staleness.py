"""Vintages, pairs and the triangle beside numpy, pandas and statsmodels; run with ``pytest tests/benchmarks -s``."""

import time

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from outsample.datasets import OptionQuotes, Prices, Settlement
from outsample.diagnostics.staleness import (
    VintageLosses,
    half_life,
    paired_contrasts,
    place_origins,
    recalibration_cost,
    split_triangle,
    staleness_curve,
    vintage_losses,
)
from outsample.formulas import black_price
from outsample.models.smile import RelativeSmile
from outsample.models.value_at_risk import HistoricalVaR
from outsample.models.variance import EwmaVariance
from outsample.scores import QLIKE, Pinball, SquaredError
from outsample.study import Settings, Study, evaluate
from outsample.typing import DAY, YEAR
from outsample.windows import Scheme, Split, Window

TRAIN, DATES = 250, 1_413  # 1,413 vintages at as many dates: a million pairs that may be judged
TENORS = np.array([20.0, 48.0, 104.0, 216.0]) / 365.0
STRIKES = 12


def milliseconds(work, repeats=5):
    """Return the median time of some calls, after one that is not counted."""
    work()
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        found = work()
        times.append(1e3 * (time.perf_counter() - begun))
    return float(np.median(times)), found


@pytest.fixture(scope="module")
def quotes():
    """A history of 1,663 days with 48 quotes each, whose smile drifts."""
    random, days = np.random.default_rng(4), TRAIN + DATES
    drift = np.cumsum(0.01 * random.normal(size=(days, 3)), axis=0)
    size = TENORS.size * STRIKES
    tenor = np.tile(np.repeat(TENORS, STRIKES), days)
    m = np.tile(np.tile(np.linspace(-0.8, 0.8, STRIKES), TENORS.size), days) + 0.02 * random.normal(size=days * size)
    level, slope, bend = np.repeat(drift, size, axis=0).T
    vol = 0.6 + 0.1 * np.tanh(level) + (0.05 * np.tanh(slope) - 0.05) * m + (0.08 + 0.02 * np.tanh(bend)) * m**2
    vol += 0.01 * random.normal(size=vol.size)
    day = np.repeat(np.arange(days), size) * DAY
    forward = np.repeat(30_000.0 * np.exp(np.cumsum(0.02 * random.normal(size=days))), size)
    ratio = np.exp(m * np.sqrt(tenor))
    mid, none = black_price(ratio, tenor, vol, ratio >= 1.0), np.full(m.size, np.nan)
    expiry = day + np.round(tenor * YEAR).astype(np.int64)
    order = np.lexsort((ratio, expiry, day))
    columns = {"time": day, "expiry": expiry, "instrument": np.zeros(m.size, np.int32), "strike": ratio * forward}
    columns |= {"is_call": ratio >= 1.0, "forward": forward, "index": forward, "bid": 0.99 * mid, "ask": 1.01 * mid}
    columns |= {"mark": mid, "mark_vol": none, "open_interest": none, "volume": none}
    sorted_columns = {name: column[order].copy() for name, column in columns.items()}
    return OptionQuotes(
        **sorted_columns, settlement=Settlement.INVERSE, currency="BTC", venue="made", instruments=("made",)
    )


def split_of(times):
    return Split(Window(int(times[0]), int(times[TRAIN])), Window(int(times[TRAIN]), int(times[-1]) + 1))


def study_of(model, data, score):
    found = evaluate(model, data, split_of(data.times), score, settings=Settings(scheme=Scheme.ROLLING))
    assert isinstance(found, Study)
    return found


def by_numpy_and_pandas(data, study, vintages):
    """Fit, predict and average some vintages as a desk would; return their losses."""
    seen, weights = data.observed, study.weights
    m = seen.log_moneyness / np.sqrt(seen.tenor)
    design = np.stack([np.ones(m.size), m, m * m, np.sqrt(seen.tenor), seen.tenor, seen.log_moneyness], axis=1)
    rows = []
    for vintage in vintages:
        stop = TRAIN + vintage
        train = (seen.time_index >= vintage) & (seen.time_index < stop)
        solved = np.linalg.lstsq(design[train], seen.implied_vol[train], rcond=None)[0]
        after = seen.time_index >= TRAIN
        error = 100.0 * (design[after] @ solved - seen.implied_vol[after])
        frame = pd.DataFrame({"t": seen.time_index[after], "cell": seen.cell[after], "loss": error**2})
        cells = frame.groupby(["t", "cell"])["loss"].mean().reset_index()
        cells["weight"] = weights[cells["cell"]]
        cells["loss"] *= cells["weight"]
        sums = cells.groupby("t")[["loss", "weight"]].sum()
        rows.append((sums["loss"] / sums["weight"]).to_numpy())
    return np.array(rows)


def test_a_million_pairs_of_a_smile_with_six_coefficients(quotes):
    study = study_of(RelativeSmile(), quotes, SquaredError())
    ours, found = milliseconds(lambda: vintage_losses(study, quotes))
    assert isinstance(found, VintageLosses)
    assert found.is_short_cut
    print(f"\n{found.origins.cells:,} pairs of a vintage and a date, six coefficients: {ours:.0f} ms [100]")
    some = range(0, DATES, 200)
    begun = time.perf_counter()
    theirs = by_numpy_and_pandas(quotes, study, some)
    scaled = 1e3 * (time.perf_counter() - begun) * DATES / len(some)
    print(f"  numpy's lstsq and pandas' groupby: {scaled:,.0f} ms by {len(some)} vintages, ratio {scaled / ours:,.0f}")
    for row, vintage in zip(theirs, some, strict=True):
        np.testing.assert_allclose(found.loss[vintage, vintage:], row[vintage:], rtol=1e-6)
    general, slow = milliseconds(lambda: vintage_losses(study, quotes, most_origins=40, allow_short_cut=False), 1)
    print(f"  fitting and asking {slow.origins.count} vintages: {general:.0f} ms")
    paired_in, paired = milliseconds(lambda: paired_contrasts(found))
    curve_in, curve = milliseconds(lambda: staleness_curve(paired))
    half_in, fitted = milliseconds(lambda: half_life(paired, curve))
    cost_in, _ = milliseconds(lambda: recalibration_cost(paired))
    triangle_in, _ = milliseconds(lambda: split_triangle(found))
    print(f"  from there: pairs {paired_in:.0f}, curve {curve_in:.0f}, half-life {half_in:.0f}, ", end="")
    print(f"cost of waiting {cost_in:.0f}, triangle {triangle_in:.0f} ms; {fitted.sentence}")


@pytest.mark.parametrize(("model", "score"), [(HistoricalVaR(), Pinball()), (EwmaVariance(), QLIKE())])
def test_a_million_pairs_of_returns(model, score):
    random, days = np.random.default_rng(5), TRAIN + DATES + 1
    close = 100.0 * np.exp(np.cumsum(0.02 * random.standard_t(5, days)))
    nothing = [np.full(days, np.nan) for _ in range(4)]
    data = Prices(DAY * np.arange(days, dtype=np.int64), *nothing[:3], close, nothing[3], "made")
    study = study_of(model, data, score)
    ours, found = milliseconds(lambda: vintage_losses(study, data))
    print(f"\n{found.origins.cells:,} pairs, {type(model).__name__}: {ours:.0f} ms [100]")
    begun = time.perf_counter()
    some = range(0, DATES, 200)
    for vintage in some:
        window = Window(int(data.times[vintage]), int(data.times[TRAIN + vintage]))
        losses = score.per_observation(model.fit(data, window).predict(data).values, data.returns, 100.0)
        np.testing.assert_allclose(found.loss[vintage, vintage:], losses[TRAIN + vintage :], rtol=1e-9)
    scaled = 1e3 * (time.perf_counter() - begun) * DATES / len(some)
    print(f"  one fit and one prediction a vintage: {scaled:,.0f} ms by {len(some)}, ratio {scaled / ours:,.1f}")


def test_the_triangle_of_224_vintages_and_60_ages():
    random, dates = np.random.default_rng(6), 283
    times = DAY * np.arange(TRAIN + dates, dtype=np.int64)
    origins = place_origins(times, split_of(times), Scheme.ROLLING, None)
    age = np.arange(dates) - np.arange(dates)[:, None]
    loss = np.exp(random.normal(size=dates) + 0.1 * random.normal(size=(dates, dates)) + 0.01 * np.maximum(age, 0))
    loss[(age < 0) | (age >= 60) | (np.arange(dates)[:, None] >= 224)] = np.nan
    vintages = VintageLosses("made", "vol pts", True, times, origins, loss, False, False, 0, "", 0)
    edges = np.r_[0.0:61.0, 283.0]
    ours, found = milliseconds(lambda: split_triangle(vintages, edges), 21)
    print(f"\ntriangle of 224 vintages and 60 daily ages, {found.n:,} pairs: {ours:.1f} ms [10]")
    rows, columns = np.nonzero(np.isfinite(loss))
    frame = pd.DataFrame({"y": np.log(loss[rows, columns]), "age": columns - rows, "date": columns})
    begun = time.perf_counter()
    dummies = pd.get_dummies(frame[["age", "date"]].astype("category"), dtype=float).drop(columns="age_0")
    solved = sm.OLS(frame["y"], dummies).fit()
    theirs = 1e3 * (time.perf_counter() - begun)
    print(f"  statsmodels' OLS on pandas' dummies: {theirs:,.0f} ms, ratio {theirs / ours:,.0f}")
    ages = solved.params[: found.by_age.size - 1].to_numpy()
    np.testing.assert_allclose(found.by_age[1:], ages, rtol=1e-8, atol=1e-10)
