"""Kernels, look-ups and imports against their budgets; run with ``pytest tests/benchmarks -s``."""

import subprocess
import sys
import time

import numpy as np
import pytest
import QuantLib

from outsample.catalog import Kind, default_models
from outsample.formulas import black_price, implied_vol
from outsample.io import open_files
from outsample.regimes import optimal_partition, optimal_partition_plain
from outsample.report import analyse
from outsample.study import Workspace
from outsample.windows import Window, default_split

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


def test_black_price_and_implied_vol_of_half_a_million_quotes(chain):
    ratio, tenor, vol, is_call = chain
    price = black_price(ratio, tenor, vol, is_call)
    implied_vol(price, ratio, tenor, is_call)
    ours, inverse = best(lambda: black_price(*chain)), best(lambda: implied_vol(price, ratio, tenor, is_call), 3)
    few = 20_000
    kinds = [QuantLib.Option.Call if one else QuantLib.Option.Put for one in is_call[:few]]
    rows = list(zip(kinds, ratio[:few].tolist(), (vol * np.sqrt(tenor))[:few].tolist(), strict=True))
    loop = best(lambda: [QuantLib.blackFormula(kind, strike, 1.0, deviation) for kind, strike, deviation in rows], 3)
    print(f"\nBlack price, 500k: {ours:.2f} ms [5]   QuantLib blackFormula loop: {loop * COUNT / few:.0f} ms")
    print(f"implied vol, 500k: {inverse:.0f} ms [250]")
    print(f"ratio of the QuantLib pricing loop to ours: {loop * COUNT / few / ours:.0f}")
    assert loop * COUNT / few > 5.0 * ours


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
print((resident() - base) * page / kept[0].size)
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
    print(f"\nresident beyond the process with a small history: {float(text):.0f} bytes a quote [120]")
