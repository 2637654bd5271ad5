"""Drive the real window with the mouse and time every move until the last pane is painted."""

import time
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from outsample.windows import Handle, position_of
from outsample_desktop.main_window import MainWindow


class PaintCounter(QObject):
    """Counts paint events by pane."""

    def __init__(self, panes: dict[str, QObject]) -> None:
        super().__init__()
        self.names = {widget: name for name, widget in panes.items()}
        self.count: Counter[str] = Counter()
        for widget in panes.values():
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.count[self.names[watched]] += 1
        return False


@dataclass
class Drag:
    """Times of a drag in milliseconds, and the paints each pane needed."""

    handle: Handle
    milliseconds: list[float] = field(default_factory=list)
    answer_milliseconds: list[float] = field(default_factory=list)
    paints: dict[str, float] = field(default_factory=dict)

    @property
    def median(self) -> float:
        return float(np.median(self.milliseconds))

    @property
    def p95(self) -> float:
        return float(np.percentile(self.milliseconds, 95))

    def line(self) -> str:
        paints = " ".join(f"{name} {count:.2f}" for name, count in sorted(self.paints.items()))
        return (
            f"{self.handle.value:<14} {len(self.milliseconds):>4} moves   median {self.median:6.2f}   "
            f"p95 {self.p95:6.2f}   answer {np.median(self.answer_milliseconds):6.2f}   paints a move: {paints}"
        )


def panes_of(window: MainWindow) -> dict[str, QObject]:
    """Return the painted widgets of the six panes, and of the verdict and the table of models."""
    page, room = window.page, window.page.room
    panes: dict[str, QObject] = {
        "price": page.timeline.price.viewport(),
        "loss": page.timeline.loss.viewport(),
        "decay": room.decay.plot.viewport(),
        "surface": room.surface,
        "verdict": room.verdict,
        "models": room.models.viewport(),
    }
    if room.smile.isVisible():
        panes |= {"smile": room.smile.plot.viewport(), "term": room.term.plot.viewport()}
    return panes


def wait_for_answer(window: MainWindow, seconds: float = 120.0) -> None:
    """Run the event loop until an answer is painted."""
    answers: list[object] = []
    window.painted.connect(answers.append)
    end = time.perf_counter() + seconds
    while not answers and time.perf_counter() < end:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
    window.painted.disconnect(answers.append)
    assert answers, window.notice.label.text()
    settle()


def settle() -> None:
    """Let everything that is due happen."""
    for _ in range(20):
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


def send(window: MainWindow, kind: QEvent.Type, x: float, y: float = 60.0) -> None:
    """Send a mouse event to the upper timeline plot."""
    viewport = window.page.timeline.price.viewport()
    place = QPointF(x, y)
    moves = kind == QEvent.Type.MouseMove
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
    button = Qt.MouseButton.NoButton if moves else Qt.MouseButton.LeftButton
    event = QMouseEvent(kind, place, viewport.mapToGlobal(place), button, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(viewport, event)


def until_shown(window: MainWindow) -> float:
    """Run the event loop until the present state is painted in every pane, and return when it was."""
    while window.answer is None or window.answer.request.state != window.session.state:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    QApplication.processEvents()
    return time.perf_counter()


def drag(window: MainWindow, handle: Handle, step: float, moves: int) -> Drag:
    """Drag a handle by `moves` mouse moves of `step` pixels and time each until all panes are painted."""
    found = Drag(handle)
    counter = PaintCounter(panes_of(window))
    split = window.session.state.split
    assert split is not None
    start = window.page.timeline.price.pixel(position_of(split, handle))
    send(window, QEvent.Type.MouseButtonPress, start)
    settle()
    until_shown(window)
    counter.count.clear()
    for move in range(moves):
        before = window.session.state.split
        begun = time.perf_counter()
        send(window, QEvent.Type.MouseMove, start + step * (move + 1))
        if window.session.state.split == before:
            continue
        found.milliseconds.append(1e3 * (until_shown(window) - begun))
        found.answer_milliseconds.append(window.answer.milliseconds)
    found.paints = {name: count / max(len(found.milliseconds), 1) for name, count in counter.count.items()}
    send(window, QEvent.Type.MouseButtonRelease, start + step * moves)
    settle()
    counter.deleteLater()
    return found
