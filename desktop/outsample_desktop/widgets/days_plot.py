"""A plot over time on which whole days are chosen, by the mouse or by the keyboard."""

from typing import Final

import numpy as np
from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QLabel

from outsample.typing import DAY, SECOND
from outsample.windows import Window, iso
from outsample_desktop.theme import Colours, small_font
from outsample_desktop.widgets.pointed_plot import PointedPlot
from outsample_desktop.widgets.pointer_line import Fill, PointerLine

__all__ = ["KEYS_FOR_DAYS", "DaysPlot", "said_of_days"]

KEYS_FOR_DAYS: Final = (
    "Shift+drag chooses days. Keys in the chart: arrows choose a day, with Ctrl by thirty, Shift+arrows stretch, "
    "Enter names the days, Escape gives them up"
)
_BAR: Final = 3  # pixels of the bar over the days
_MONTH: Final = 30  # days of a step with Ctrl
_DAY_SECONDS: Final = DAY // SECOND
_STEPS: Final = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_ENDS: Final = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: 1}
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def said_of_days(days: Window) -> str:
    """Return the first and the last day of a window of whole days, and how many they are."""
    first, last, count = iso(days.start), iso(days.stop - DAY), (days.stop - days.start) // DAY
    return f"{first}, 1 day" if count == 1 else f"{first} to {last}, {count:,} days"


class DaysPlot(PointedPlot):
    """A plot that is clicked as any other, and on which days are chosen with Shift, or without where it is armed.

    What shows the days are widgets of their own over the plot: to stretch them paints no curve anew.

    Signals
    -------
    chosen(Window)
        Days are chosen, from midnight to midnight UTC.
    given_up()
        They are not any more.
    """

    chosen = Signal(object)
    given_up = Signal()

    def __init__(self, name: str, axes: dict[str, object]) -> None:
        super().__init__(name, axes)
        self.is_armed = False
        self._ends: tuple[int, int] | None = None  # first and last day there is, from 1970
        self._cursor = 0
        self._days: tuple[int, int] | None = None  # where the choice began, and where it is now
        self._is_shown = self._is_ours = False
        self._sides, self._bar, self._said = (PointerLine(self), PointerLine(self)), Fill(self), QLabel(self.viewport())
        self._said.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._said.setFont(small_font(8.5))
        self._said.setAutoFillBackground(True)
        self._said.setMargin(2)
        self._said.hide()

    @property
    def days(self) -> Window | None:
        """The days on show; None for none."""
        if self._days is None or not self._is_shown:
            return None
        return Window(min(self._days) * DAY, (max(self._days) + 1) * DAY)

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        super().paint_in(role)
        for part in (*self._sides, self._bar):
            part.paint_in(role)
        palette = self._said.palette()
        palette.setColor(palette.ColorRole.Window, role.raised)
        palette.setColor(palette.ColorRole.WindowText, role.text)
        self._said.setPalette(palette)

    def offer(self, start: float, stop: float, cursor: float) -> None:
        """Say which UTC seconds there are to choose from, none for NaN, and where the keyboard begins."""
        there = np.isfinite(start) and stop > start
        ends = (int(start // _DAY_SECONDS), int(-(-stop // _DAY_SECONDS)) - 1) if there else None
        self._cursor = int(cursor // _DAY_SECONDS) if np.isfinite(cursor) else 0
        if ends != self._ends:
            self._ends = ends
            self.forget()
        self._place()

    def forget(self) -> None:
        """Show no days, and have none to bring back: what was chosen was of other data."""
        self._days = None
        self.give_up()

    def give_up(self) -> None:
        """Show no days; Enter brings the same ones back."""
        was_there, self._is_shown = self._is_shown, False
        self._place()
        if was_there:
            self.given_up.emit()

    def middle(self) -> QPoint:
        """Return the pixel at the top of the axes in the middle of the days."""
        left, right = (side.geometry() for side in self._sides)
        return QPoint((left.left() + right.right()) // 2, left.top())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to choose days, or say where."""
        wants = self.is_armed or bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        x = self._x_at(event)
        if not wants or event.button() is not Qt.MouseButton.LeftButton or self._ends is None or x is None:
            super().mousePressEvent(event)
            return
        event.accept()
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        day = int(x // _DAY_SECONDS)
        self._is_ours = True
        self._choose(day, day)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Stretch the days; the mouse may leave the axes. Where they were given up it does nothing until it lets go."""
        if not self._is_ours:
            super().mouseMoveEvent(event)
        elif event.buttons() & Qt.MouseButton.LeftButton:
            self._stretch(event)
        else:
            self._let_go()
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take the days as they are."""
        event.accept()
        if self._is_ours and event.button() is Qt.MouseButton.LeftButton:
            self._stretch(event)
            self._let_go()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose by arrows, Home and End, stretch with Shift; Enter takes the days, Escape gives them up."""
        key = Qt.Key(event.key())
        if self._ends is None or (key == Qt.Key.Key_Escape and not self._is_shown):
            event.ignore()
        elif key == Qt.Key.Key_Escape:
            self.give_up()
        elif key in _ENTER:
            self._choose(*(self._days or (self._cursor, self._cursor)))
            self.chosen.emit(self.days)
        elif key in _STEPS or key in _ENDS:
            self._step(key, event.modifiers())
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stand where the days are now."""
        super().resizeEvent(event)
        if hasattr(self, "_said"):  # the base class resizes itself while it is made
            self._place()

    def _step(self, key: Qt.Key, held: Qt.KeyboardModifier) -> None:
        """Move the days, or with Shift their end; the first key shows the day at the cursor."""
        assert self._ends is not None
        if self._days is None or not self._is_shown:
            self._choose(self._cursor, self._cursor)
            return
        reach = _MONTH if held & Qt.KeyboardModifier.ControlModifier else 1
        at = self._ends[_ENDS[key]] if key in _ENDS else self._days[1] + _STEPS[key] * reach
        self._choose(self._days[0] if held & Qt.KeyboardModifier.ShiftModifier else at, at)

    def _choose(self, begun: int, at: int) -> None:
        assert self._ends is not None
        first, last = self._ends
        self._days, self._is_shown = (min(max(begun, first), last), min(max(at, first), last)), True
        self._place()

    def _stretch(self, event: QMouseEvent) -> None:
        if self._days is not None and self._is_shown:
            place = self.mapToScene(event.position().toPoint())
            self._choose(self._days[0], int(self.plotItem.vb.mapSceneToView(place).x() // _DAY_SECONDS))

    def _let_go(self) -> None:
        self._is_ours = False
        if self._is_shown:
            self.chosen.emit(self.days)

    def _place(self) -> None:
        """Put sides, bar and dates where the days are."""
        days = self.days
        for part in (self._bar, self._said):
            part.setVisible(days is not None)
        if days is None:
            for side in self._sides:
                side.stand_at(float("nan"))
            return
        low, high = self.shown("x")
        for side, time in zip(self._sides, (days.start, days.stop), strict=True):
            side.stand_at(min(max(time / SECOND, low), high))
        left, right = (side.geometry() for side in self._sides)
        self._bar.setGeometry(QRect(left.left(), left.top(), right.right() - left.left() + 1, _BAR))
        self._said.setText(said_of_days(days))
        self._said.adjustSize()
        start, room = self.middle().x() - self._said.width() // 2, self.viewport().width() - self._said.width()
        self._said.move(min(max(start, 0), max(room, 0)), left.top() + _BAR)
