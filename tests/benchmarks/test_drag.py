"""The drag budgets: from a real mouse move until every visible pane is painted with exact numbers.

Run with ``pytest tests/benchmarks/test_drag.py -s``; budgets are printed, and only what no machine's speed changes is
asserted: one paint a pane a move, and that the naive way is many times slower.
"""

import time

import numpy as np
import pytest
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from outsample.datasets import OptionQuotes
from outsample.windows import Handle, Scheme, move
from outsample_desktop.main_window import MainWindow

from .harness import drag, settle, wait_for_answer
from .naive import Screen, analyse, frame_of

HANDLES = ((Handle.TRAIN_END, -2.0), (Handle.TEST_START, -2.0), (Handle.TEST_END, -2.0), (Handle.TRAIN_START, 2.0))
MOVES = 160
BUDGET = 16.7


@pytest.fixture(params=["1280x720", "1920x1080"])
def size(request):
    return tuple(int(part) for part in request.param.split("x"))


def opened(qtbot, source, size):
    window = MainWindow()
    qtbot.addWidget(window)
    window.resize(*size)
    window.show()
    window.open_files([str(source)]) if source != "sample:" else window.open(source)
    wait_for_answer(window)
    return window


def report(title, found):
    print(f"\n{title}")
    for one in found:
        verdict = "within" if one.p95 <= BUDGET else "OVER"
        print(f"  {one.line()}   [{verdict} {BUDGET} ms]")


def assert_one_paint(found):
    for one in found:
        assert one.milliseconds, f"{one.handle.value} did not move"
        for name, paints in one.paints.items():
            assert paints <= 1.1, f"{name} painted {paints:.2f} times a move of {one.handle.value}"


def dragged(window, scheme=Scheme.FREE):
    window.session.update(scheme=scheme)
    settle()
    drag(window, Handle.TRAIN_END, -2.0, 10)  # warm
    return [drag(window, handle, step, MOVES) for handle, step in HANDLES]


def test_every_handle_on_the_real_deribit_history(qtbot, real_data, size):
    source = real_data("deribit_btc_2026/btc_6h_20251230_20260430.parquet")
    window = opened(qtbot, source, size)
    found = dragged(window)
    report(f"400,216 real quotes, {size[0]}x{size[1]}, 4 models, 6 panes, verdict and table", found)
    assert_one_paint(found)


def test_every_handle_on_the_sample_market(qtbot, size):
    window = opened(qtbot, "sample:", size)
    found = dragged(window)
    report(f"sample market, {size[0]}x{size[1]}", found)
    assert_one_paint(found)


def test_a_loss_that_needs_repricing_previews_and_then_is_exact(qtbot, real_data):
    window = opened(qtbot, real_data("deribit_btc_2026/btc_6h_20251230_20260430.parquet"), (1280, 720))
    window.session.update(score="squared-half-spreads")
    wait_for_answer(window)
    found = dragged(window)
    report("half-spreads, preview while dragging", found)
    window.session.begin()
    state = window.session.state
    times = window.workspace.data.times
    exact = []
    for index in range(200, 220):
        split = move(state.split, Handle.TRAIN_END, int(times[index]), times, Scheme.FREE)
        if split == window.session.state.split:
            continue
        begun = time.perf_counter()
        window.session.update(split=split, dragging=False)
        while window.answer.request.state != window.session.state:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        exact.append(1e3 * (time.perf_counter() - begun))
        assert window.answer.analysis.is_exact
    print(f"  exact after release: median {np.median(exact):.1f} ms, p95 {np.percentile(exact, 95):.1f} ms [100 ms]")


def test_the_naive_way_is_measured_beside_it(qtbot, real_data):
    window = opened(qtbot, real_data("deribit_btc_2026/btc_6h_20251230_20260430.parquet"), (1280, 720))
    window.session.update(scheme=Scheme.ANCHORED)
    settle()
    drag(window, Handle.TRAIN_END, -2.0, 10)
    ours = drag(window, Handle.TRAIN_END, -2.0, 60)
    data = window.workspace.data
    assert isinstance(data, OptionQuotes)
    frame, screen = frame_of(data), Screen()
    qtbot.addWidget(screen)
    screen.show()
    history = data.underlying()
    price = (history.time / 1e9, history.close)
    split, naive = window.session.state.split, []
    for step in range(6):
        begun = time.perf_counter()
        moved = move(split, Handle.TRAIN_END, int(data.times[150 + 20 * step]), data.times, Scheme.ANCHORED)
        screen.redraw(analyse(frame, moved), price)
        QApplication.processEvents()
        naive.append(1e3 * (time.perf_counter() - begun))
    ratio = float(np.median(naive)) / ours.median
    print(f"\nnaive: median {np.median(naive):.0f} ms (3 models, no surfaces, no inference); ours {ours.median:.1f} ms")
    print(f"ratio naive / ours: {ratio:.0f}")
    assert ratio > 5.0
