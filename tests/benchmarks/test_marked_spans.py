"""What marked spans add to a move of the train end: they do not change in a drag, and should cost it nothing.

Run with ``pytest tests/benchmarks/test_marked_spans.py -s``. The numbers of spans take turns in one window. Figures are
printed, never asserted; asserted is that the days are marked.
"""

from dataclasses import replace

import numpy as np
import pytest

from outsample.regimes import DrawnRegime, Regime
from outsample.typing import DAY
from outsample.windows import Handle, Scheme
from outsample_desktop.main_window import MainWindow
from outsample_desktop.session import Room

from .harness import drag, settle, until_shown, wait_for_answer

NUMBERS, ROUNDS, MOVES = (0, 50, 1_000), 3, 40


def spans(times, count):
    """Return spans of one to three days anywhere in a history."""
    random = np.random.default_rng(1)
    first, last = (int(one) // DAY for one in (times[0], times[-1]))
    begin = random.integers(first, last, count)
    length, colour = random.integers(1, 4, count), random.integers(0, 3, count)
    columns = zip(begin.tolist(), (begin + length).tolist(), colour.tolist(), strict=True)
    return tuple(DrawnRegime(a * DAY, b * DAY, Regime(code), f"event {a}") for a, b, code in columns)


@pytest.mark.parametrize("room", [Room.OVERVIEW, Room.REGIMES], ids=str)
def test_marked_spans_in_a_drag(qtbot, real_data, room):
    window = MainWindow()
    qtbot.addWidget(window)
    window.resize(1280, 720)
    window.show()
    window.open_files([str(real_data("crypto_daily_2017_2025/Binance_BTCUSDT_d.csv"))])
    wait_for_answer(window)
    window.session.update(scheme=Scheme.FREE, room=room)
    settle()
    found = {count: [] for count in NUMBERS}
    for turn in range(ROUNDS + 1):
        for count in NUMBERS:
            parameters = window.session.state.parameters
            drawn = spans(window.workspace.data.times, count)
            window.session.update(parameters=replace(parameters, regimes=replace(parameters.regimes, drawn=drawn)))
            until_shown(window)
            settle()
            assert len(window.answer.analysis.regimes.drawn) == count
            moves = [*drag(window, Handle.TRAIN_END, -4.0, MOVES).milliseconds]
            moves += drag(window, Handle.TRAIN_END, 4.0, MOVES).milliseconds
            found[count] += moves if turn else []
    print()
    for count, moves in found.items():
        print(f"{room}: {count:>5} spans   median {np.median(moves):6.2f}   p95 {np.percentile(moves, 95):6.2f}")
