"""The drag budgets with transform models switched on: a preview in every frame, exact soon after the release.

Run with ``pytest tests/benchmarks/test_transform_drag.py -s``. The tapes are built before, as the calibration room
does it. Budgets are printed, never asserted; asserted is that a drag shows previews and its release ends exactly.
"""

import time
from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtCore import QEvent

from outsample.calibration.tape_shelf import ensure_tapes
from outsample.catalog import entry
from outsample.windows import Handle, Scheme, position_of
from outsample_desktop.main_window import MainWindow

from .harness import send, settle, until_shown, wait_for_answer

SOURCE = "deribit_btc_2026/btc_daily_20251230_20260430.parquet"
TRANSFORMS = ("merton", "kou", "variance-gamma", "heston", "bates", "svcj")
SETS = ((), ("heston", "bates"), *((name,) for name in TRANSFORMS))
DRAGS, MOVES, STEP = 4, 40, -9.0
FRAME, RELEASE = 16.7, 500.0


@dataclass
class Figures:
    """Milliseconds until painted: of moves, and of releases until the numbers are exact."""

    preview: list[float]
    exact: list[float]

    def line(self) -> str:
        moves, ends = np.array(self.preview), np.array(self.exact)
        shares = np.percentile(moves, 95), np.percentile(ends, 95)
        verdicts = [
            "within" if share <= budget else "OVER" for share, budget in zip(shares, (FRAME, RELEASE), strict=True)
        ]
        return (
            f"{moves.size:>3} moves: median {np.median(moves):6.2f}  p95 {shares[0]:6.2f}  [{verdicts[0]} {FRAME}]   "
            f"{ends.size} releases: median {np.median(ends):6.1f}  p95 {shares[1]:6.1f}  [{verdicts[1]} {RELEASE:.0f}]"
        )


@pytest.fixture
def window(qtbot, real_data):
    """A window of 1280x720 on the daily history, with the tapes of all transform models."""
    window = MainWindow()
    qtbot.addWidget(window)
    window.resize(1280, 720)
    window.show()
    window.open_files([str(real_data(SOURCE))])
    wait_for_answer(window)
    begun = time.perf_counter()
    ensure_tapes(window.workspace.data, [entry(name).build() for name in TRANSFORMS])
    print(f"\nsix tapes of {window.workspace.data.times.size} days: {time.perf_counter() - begun:.0f} s")
    window.session.update(scheme=Scheme.FREE)
    settle()
    return window


def dragged(window, figures, start, step, moves=MOVES):
    """Drag the train end from a place by some moves and let it go; its previews and its end go to `figures`."""
    send(window, QEvent.Type.MouseButtonPress, start)
    settle()
    until_shown(window)
    for move in range(1, moves + 1):
        before, begun = window.session.state.split, time.perf_counter()
        send(window, QEvent.Type.MouseMove, start + step * move)
        if window.session.state.split == before:
            continue
        shown = until_shown(window)
        figures.preview.append(1e3 * (shown - begun))
        yield window.answer.analysis.is_exact
    begun = time.perf_counter()
    send(window, QEvent.Type.MouseButtonRelease, start + step * moves)
    shown = until_shown(window)
    figures.exact.append(1e3 * (shown - begun))
    settle()


def place(window):
    """Return where the train end is drawn."""
    return window.page.timeline.price.pixel(position_of(window.session.state.split, Handle.TRAIN_END))


@pytest.mark.data
def test_transform_models_preview_in_a_drag_and_are_exact_after_it(window):
    defaults = window.session.state.models
    for chosen in SETS:
        window.session.update(models=(*defaults, *chosen))
        until_shown(window)
        figures, warm = Figures([], []), Figures([], [])
        list(dragged(window, warm, place(window), STEP))
        for number in range(DRAGS):  # each ends where no other did: a fit is remembered
            there = STEP if number % 2 else -STEP
            states = list(dragged(window, figures, place(window), there, MOVES + number - (DRAGS // 2)))
            assert states, "the train end did not move"
            assert all(is_exact == (not chosen) for is_exact in states), "a drag of transform models is a preview"
            assert window.answer.analysis.is_exact
            assert not window.answer.analysis.failures
        print(f"{' + '.join(('defaults', *chosen)):<28} {figures.line()}")
