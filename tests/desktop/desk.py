"""A window that has a made market open, and a hand that works the mouse and the keyboard."""

import re
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from outsample.datasets import OptionQuotes, Prices
from outsample.report import Analysis, analyse
from outsample.sample import SampleMarket
from outsample.study import Settings, Workspace
from outsample.windows import Handle, position_of
from outsample_desktop.main_window import MainWindow
from outsample_desktop.resolve import ViewState, resolve
from outsample_desktop.session import State
from outsample_desktop.widgets.time_plot import TimePlot

__all__ = ["Desk", "bits_of"]

PATIENCE = 20_000  # milliseconds that a slow machine may take
PANES = ("timeline", "verdict", "models", "decay", "surface", "smile", "term")


def bits_of(value: Any) -> Any:
    """Return a value in a form whose equality is equality of every bit; NaN equals NaN."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, tuple):
        return tuple(map(bits_of, value))
    if is_dataclass(value) and not isinstance(value, type):
        return type(value).__name__, tuple((one.name, bits_of(getattr(value, one.name))) for one in fields(value))
    if isinstance(value, float | np.floating):
        return float(value).hex()
    return (type(value).__name__, value.value) if isinstance(value, Enum) else value


def analysed(state: State, data: OptionQuotes | Prices) -> Analysis:
    """Return the answer to a state without window, thread or cache."""
    if isinstance(data, OptionQuotes):
        data = data.viewed(state.target, state.axis, state.parameters.filters)
    assert state.split is not None
    settings = Settings(state.composition, state.scheme)
    return analyse(Workspace(data), state.split, state.score, state.models, settings, state.parameters)


class Desk:
    """A window on a made market, worked by real events."""

    def __init__(self, qtbot: QtBot, window: MainWindow, market: SampleMarket) -> None:
        self.qtbot, self.window, self.market = qtbot, window, market
        self.data: OptionQuotes | Prices = market.quotes

    # what is there

    @property
    def state(self) -> State:
        return self.window.session.state

    @property
    def page(self) -> Any:
        return self.window.page

    @property
    def room(self) -> Any:
        return self.window.page.room

    @property
    def plot(self) -> TimePlot:
        """The upper plot of the timeline."""
        return self.window.page.timeline.price

    @property
    def notice(self) -> str:
        """What the notice bar says; nothing where it is hidden."""
        return self.window.notice.label.text() if self.window.notice.isVisible() else ""

    @property
    def undo(self) -> Any:
        return self.window.session.undo_stack

    def shown(self) -> dict[str, Any]:
        """Return what each pane shows at this moment."""
        room, is_time = self.room, self.room.forecast.isVisible()
        views = {name: getattr(room, name)._view for name in ("verdict", "decay", "surface", "term")}
        smile = (room.forecast if is_time else room.smile)._view
        return {"timeline": self.page.timeline._view, "models": room.models._rows.view, "smile": smile, **views}

    def expected(self, state: State | None = None) -> ViewState:
        state = state or self.state
        return resolve(state, analysed(state, self.data), 0.0)

    def assert_exact(self) -> None:
        """Every pane, box and text shows the very bits of a fresh evaluation of the present state."""
        state, want, shown = self.state, self.expected(), self.shown()
        assert not state.dragging
        for name in PANES:
            assert bits_of(shown[name]) == bits_of(getattr(want, name)), name
        timed = re.compile(r"last answer [\d,.]+ ms")
        status = self.window.status.text()
        assert status.startswith("exact")
        assert timed.sub("", status) == timed.sub("", want.status.text)
        assert state.split is not None
        for handle, box in self.page.dates.boxes.items():
            at = np.datetime64(position_of(state.split, handle), "ns").astype("datetime64[m]")
            assert box.text() == str(at).replace("T", " ")
        for plot in (self.page.timeline.price, self.page.timeline.loss):
            assert plot.handles._split == plot.wash._split == plot._split == state.split
        self._assert_models_table(want)
        assert set(self.room.decay._curves) == {line.name for line in want.decay.curves}

    def _assert_models_table(self, want: ViewState) -> None:
        model = self.room.models.model()
        assert model.rowCount() == len(want.models.rows)
        for i, row in enumerate(want.models.rows):
            texts = [model.index(i, column).data() for column in range(model.columnCount())]
            assert texts[0] == row.title
            if row.is_on and not row.failure:
                assert tuple(texts[1:-1]) == row.cells
                assert row.status is not None
                assert texts[-1] == row.status.value
            elif row.failure:
                assert texts[1] == row.failure

    # waiting

    def is_shown(self) -> bool:
        """Whether the panes have been handed the answer to the present state."""
        window = self.window
        if window.answer is None:
            return False
        asked = window.answer.request
        return asked.state == window.session.state and asked.workspace is window.workspace

    def is_settled(self) -> bool:
        """Whether nothing is under way any more."""
        window = self.window
        return not window.session._timer.isActive() and window.evaluator.is_idle and self.is_shown()

    def settle(self) -> None:
        """Wait until the present state is on screen."""
        QApplication.processEvents()
        if not self.is_settled():
            self.qtbot.waitUntil(self.is_settled, timeout=PATIENCE)

    def open(self, *paths: Path) -> None:
        """Open files that will be there."""
        with self.qtbot.waitSignal(self.window.painted, timeout=PATIENCE):
            self.window.open_files([str(path) for path in paths])
        self.settle()
        self.qtbot.waitUntil(lambda: not self.window.progress.isVisible(), timeout=PATIENCE)
        assert self.window.data is not None
        self.data = self.market.quotes if isinstance(self.window.data, OptionQuotes) else self.market.prices

    def open_badly(self, *paths: Path) -> str:
        """Open files that cannot be taken, and return the sentence about it."""
        self.window.notice.hide()
        self.window.open_files([str(path) for path in paths])
        self.qtbot.waitUntil(self.window.notice.isVisible, timeout=PATIENCE)
        self.qtbot.waitUntil(lambda: not self.window.progress.isVisible(), timeout=PATIENCE)
        return self.notice

    def change(self, **changes: Any) -> None:
        """Change the state as the choosers do."""
        self.window.session.change("test", **changes)
        self.settle()

    # the mouse

    def mouse(self, kind: QEvent.Type, x: float, y: float, viewport: QWidget | None = None) -> None:
        """Send one event of the left button."""
        viewport = viewport or self.plot.viewport()
        here, button = QPointF(x, y), Qt.MouseButton.LeftButton
        held = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else button
        cause = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else button
        place = QPointF(viewport.mapToGlobal(here))
        event = QMouseEvent(kind, here, place, cause, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(viewport, event)

    def grip(self, handle: Handle) -> tuple[float, float]:
        """Return the pixel by which a handle is taken."""
        assert self.state.split is not None
        if handle is Handle.WHOLE:
            train = self.state.split.train
            return 0.5 * (self.plot.pixel(train.start) + self.plot.pixel(train.stop)), self.plot._top() + 5.0
        side = 2.0 if handle in (Handle.TRAIN_START, Handle.TEST_START) else -2.0  # where its flag points to
        return self.plot.pixel(position_of(self.state.split, handle)) + side, 0.6 * self.plot.viewport().height()

    def press(self, handle: Handle) -> tuple[float, float]:
        x, y = self.grip(handle)
        self.mouse(QEvent.Type.MouseButtonPress, x, y)
        self.settle()
        return x, y

    def move_to(self, x: float, y: float = 40.0) -> None:
        """Move the mouse and wait until the panes have followed."""
        self.mouse(QEvent.Type.MouseMove, x, y)
        self.settle()

    def release(self, x: float, y: float = 40.0) -> None:
        self.mouse(QEvent.Type.MouseButtonRelease, x, y)
        self.settle()

    def drag(self, handle: Handle, *offsets: float) -> None:
        """Press on a handle, move through offsets in pixels, let go at the last."""
        x, y = self.press(handle)
        for offset in offsets:
            self.move_to(x + offset, y)
        self.release(x + offsets[-1], y)

    def click(self, widget: QWidget, x: float, y: float) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(round(x), round(y)))
        self.settle()

    # the keyboard

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the focus is."""
        QTest.keyClick(self.window.focusWidget(), key, modifiers)
        self.settle()

    def shortcut(self, name: str) -> None:
        """Run the command of that name by its menu action."""
        command = next(one for one in self.window.commands if one.name == name)
        action = next(one for one in self.window.findChildren(QObject) if _is_action_of(one, command.title))
        action.trigger()  # type: ignore[attr-defined]
        self.settle()

    def drop(self, *paths: Path) -> None:
        """Drop files on the window, as a file manager would."""
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        where, action, left = QPointF(300, 300), Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
        none = Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(where.toPoint(), action, mime, left, none)
        QApplication.sendEvent(self.window, enter)
        assert enter.isAccepted()
        QApplication.sendEvent(self.window, QDropEvent(where, action, mime, left, none))


def _is_action_of(thing: QObject, title: str) -> bool:
    from PySide6.QtGui import QAction

    return isinstance(thing, QAction) and thing.text() == title
