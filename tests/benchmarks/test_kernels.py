"""Kernels, look-ups and imports against their budgets; run with ``pytest tests/benchmarks -s``."""

import subprocess
import sys
import time

import numpy as np
import pytest

from outsample.catalog import Kind, default_models
from outsample.formulas import black_price, black_vega, implied_vol
from outsample.io import open_files
from outsample.regimes import optimal_partition, optimal_partition_plain
from outsample.report import analyse
from outsample.study import Workspace
from outsample.windows import Handle, Scheme, Window, default_split, move

from .baselines import (
    black_by_quantlib,
    black_in_numpy,
    black_in_python,
    implied_vol_by_quantlib,
    implied_vol_in_numpy,
    implied_vol_in_python,
)

COUNT = 500_000


def best(work, repeats=9):
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - begun))
    return float(np.median(times))


@pytest.fixture(scope="module")
def chain():
    random = np.random.default_rng(0)
    ratio = np.exp(random.normal(0.0, 0.2, COUNT))
    return ratio, random.uniform(1 / 365, 1.0, COUNT), random.uniform(0.1, 1.5, COUNT), ratio > 1.0


def scaled(work, rows):
    """Return milliseconds for all quotes from one run over `rows` of them, and what it found."""
    begun = time.perf_counter()
    found = work()
    return 1e3 * (time.perf_counter() - begun) * COUNT / rows, found


def test_black_price_of_half_a_million_quotes(chain):
    ours, price = best(lambda: black_price(*chain)), black_price(*chain)
    print(f"\nBlack price, 500k: {ours:.2f} ms [5]")
    scalars = list(zip(*(column[:20_000].tolist() for column in chain), strict=True))
    baselines = {
        "numpy and scipy's ndtr": (COUNT, lambda: black_in_numpy(*chain)),
        "QuantLib blackFormula loop": (20_000, lambda: black_by_quantlib(*(column[:20_000] for column in chain))),
        "Python loop": (20_000, lambda: np.array([black_in_python(*row) for row in scalars])),
    }
    for name, (rows, work) in baselines.items():
        theirs, found = scaled(work, rows)
        print(f"  {name}: {theirs:,.0f} ms by {rows:,} quotes, ratio {theirs / ours:,.0f}")
        np.testing.assert_allclose(price[:rows], found, rtol=0.0, atol=1e-14 * max(1.0, chain[0].max()))


def test_implied_vol_of_half_a_million_quotes(chain):
    ratio, tenor, vol, is_call = chain
    price = black_price(*chain)
    ours, found = best(lambda: implied_vol(price, ratio, tenor, is_call), 3), implied_vol(price, ratio, tenor, is_call)
    print(f"\nimplied vol, 500k: {ours:.0f} ms [250]")
    # All can be inverted where a vol point moves the price by a ten thousandth: QuantLib throws on many others.
    worth = np.flatnonzero(black_vega(ratio, tenor, vol) > 1e-2)
    baselines = {
        "numpy, bisection": (50_000, implied_vol_in_numpy),
        "QuantLib blackFormulaImpliedStdDev loop": (10_000, implied_vol_by_quantlib),
        "Python loop with scipy's brentq": (3_000, implied_vols_in_python),
    }
    for name, (rows, work) in baselines.items():
        part = worth[:rows]
        columns = price[part], ratio[part], tenor[part], is_call[part]
        theirs, vols = scaled(lambda columns=columns, work=work: work(*columns), rows)
        print(f"  {name}: {theirs:,.0f} ms by {rows:,} quotes, ratio {theirs / ours:,.0f}")
        np.testing.assert_allclose(found[part], vols, rtol=0.0, atol=1e-7)
    print(f"  greatest error where prices are worth inverting: {np.abs(found - vol)[worth].max():.1e}")
    np.testing.assert_allclose(found[worth], vol[worth], rtol=0.0, atol=1e-12)


def implied_vols_in_python(*columns):
    return np.array([implied_vol_in_python(*row) for row in zip(*(column.tolist() for column in columns), strict=True)])


def test_exact_change_points_of_a_hundred_thousand_points():
    random = np.random.default_rng(1)
    series = np.log(random.normal(0.0, np.repeat(random.uniform(0.5, 2.0, 100), 1000)) ** 2 + 1e-8)
    penalty = 2.0 * 0.5 * np.pi**2 * np.log(series.size)
    optimal_partition(series[:100], penalty)
    ours = best(lambda: optimal_partition(series, penalty))
    few = 2_000
    plain = best(lambda: optimal_partition_plain(series[:few], penalty), 3)
    kernel, twin = (find(series[:few], penalty).cost[-1] for find in (optimal_partition, optimal_partition_plain))
    assert kernel == pytest.approx(twin, rel=1e-9)
    print(f"\nexact change points, 100k: {ours:.1f} ms [25]   plain O(n²) twin at {few:,} points: {plain:.0f} ms")


def test_a_moved_test_boundary_is_a_look_up(real_data):
    data = open_files(real_data("deribit_btc_2026/btc_6h_20251230_20260430.parquet")).dataset
    split = default_split(data.times)
    found = analyse(Workspace(data), split, "squared-vol-points", default_models(Kind.OPTIONS, "squared-vol-points"))
    losses = found.judged[-1].study.losses
    windows = [Window(int(data.times[i]), int(data.times[-i])) for i in range(1, 200)]
    _ = losses.prefix
    losses.by_cell(windows[0])
    begun = time.perf_counter()
    for window in windows:
        losses.by_cell(window)
    counted = losses.by_cell(windows[0])[:, 0].sum()
    assert counted == losses.seen.counts[1:-1].sum()
    each = 1e6 * (time.perf_counter() - begun) / len(windows)
    print(f"\nloss, bias and count of 72 cells in any window: {each:.0f} µs [50]")


def test_importing_four_hundred_thousand_rows(real_data):
    source = real_data("deribit_btc_2026/btc_6h_20251230_20260430.parquet")
    assert open_files(source).dataset.size == 400_216
    ours = best(lambda: open_files(source), 3)
    print(f"\nimport of 400,216 Deribit rows with self-check: {ours / 1e3:.2f} s [10]")


START = """
import os, sys, time
os.environ["QT_QPA_PLATFORM"] = "offscreen"
begun = time.perf_counter()
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication
application = QApplication(["outsample"])
from outsample_desktop.main_window import MainWindow
window = MainWindow()
window.show()
application.processEvents()
shown = time.perf_counter() - begun
loop = QEventLoop()
window.painted.connect(lambda _answer: loop.quit())
QTimer.singleShot(60_000, loop.quit)
window.open("sample:")
loop.exec()
application.processEvents()
heavy = [name for name in ("statsmodels", "arch", "scipy.stats", "pandas") if name in sys.modules]
print(f"{shown:.2f} {time.perf_counter() - begun:.2f} {','.join(heavy) or 'none'}")
window.close()
"""


def test_the_first_window_on_the_sample():
    subprocess.run([sys.executable, "-c", START], check=True, capture_output=True)  # warm: sample made, kernels cached
    shown, first, heavy = zip(
        *(
            subprocess.run([sys.executable, "-c", START], check=True, capture_output=True, text=True).stdout.split()
            for _ in range(5)
        ),
        strict=True,
    )
    window, numbers = np.median([float(x) for x in shown]), np.median([float(x) for x in first])
    assert set(heavy) == {"none"}
    print(f"\nfirst window {window:.2f} s, first numbers {numbers:.2f} s [1.5]   heavy imports: {heavy[0]}")


MEMORY = """
import os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from pathlib import Path
import numpy as np
from outsample.io import read_store
from outsample.report import analyse
from outsample.study import Workspace
from outsample.windows import Handle, Scheme, default_split, move
def resident():
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) - int(fields[2])  # pages that are not mapped files: the store is mapped
small, large, models = sys.argv[1], sys.argv[2], sys.argv[3].split(",")
def run(path):
    data = read_store(path).dataset
    space, split = Workspace(data), default_split(data.times)
    first = data.times.size // 2
    for step in range(12):
        split = move(split, Handle.TRAIN_END, int(data.times[first + step]), data.times, Scheme.ANCHORED)
        found = analyse(space, split, "squared-vol-points", models)
    return data, space, found
kept_small = run(small)
base = resident()
kept = run(large)
page = os.sysconf("SC_PAGE_SIZE")
found = kept[2].judged[-1].study
print((resident() - base) * page / kept[0].size, found.split.train.stop, np.nansum(found.losses.per_time()))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="resident memory is read from /proc")
def test_resident_memory_a_quote(real_data, tmp_path):
    from outsample.io import write_store

    kept = open_files(real_data("deribit_btc_2026/btc_6h_20251230_20260430.parquet"))
    few = open_files(real_data("deribit_btc_2026/btc_daily_20251230_20260430.parquet"))
    write_store(kept.dataset, kept.report, tmp_path / "large.arrow")
    write_store(few.dataset, few.report, tmp_path / "small.arrow")
    models = ",".join(default_models(Kind.OPTIONS, "squared-vol-points"))
    arguments = [sys.executable, "-c", MEMORY, str(tmp_path / "small.arrow"), str(tmp_path / "large.arrow"), models]
    text = subprocess.run(arguments, check=True, capture_output=True, text=True).stdout
    measured, end, total = text.split()
    print(f"\nresident beyond the process with a small history: {float(measured):.0f} bytes a quote [120]")
    times = kept.dataset.times
    split = move(default_split(times), Handle.TRAIN_END, int(end), times, Scheme.ANCHORED)
    here = analyse(Workspace(kept.dataset), split, "squared-vol-points", models.split(",")).judged[-1].study.losses
    assert np.nansum(here.per_time()) == pytest.approx(float(total), rel=1e-12), "the store answers as the import does"
