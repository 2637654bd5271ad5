"""A plot over time on which boundaries are dragged."""

from typing import Final

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent

from outsample.typing import SECOND
from outsample.windows import Handle, Split, position_of
from outsample_desktop.resolve.views import TimelineView
from outsample_desktop.theme import Colours
from outsample_desktop.widgets.axes import LogAxis, UtcAxis
from outsample_desktop.widgets.plot import Plot
from outsample_desktop.widgets.split_item import BAR_HEIGHT, HANDLES, HandlesItem, LegendItem, WashItem

__all__ = ["TimePlot"]

_REACH: Final = 9.0  # pixels at which a handle is taken


class TimePlot(Plot):
    """Washes, curves and handles over UTC seconds; tells what the mouse does to them in nanoseconds.

    Signals
    -------
    grabbed(Handle), moved(Handle, object), released(), pointed(object)
        A handle was taken; wants to be at a time (int ns); was let go; the cursor was set to a time (int ns).
    hovered(float)
        The UTC second that the mouse is over, or NaN; never while something is held.
    """

    grabbed = Signal(object)
    moved = Signal(object, object)
    released = Signal()
    pointed = Signal(object)
    hovered = Signal(float)

    def __init__(self, name: str, is_top: bool) -> None:
        self.left_axis = LogAxis("left", is_log=False)
        super().__init__(name, axes={"bottom": UtcAxis(), "left": self.left_axis})
        self._is_top = is_top
        self._split: Split | None = None
        self._held: Handle | None = None
        self._is_pointing = False
        self._slip = 0
        self.wash = WashItem(with_regimes=is_top)
        self.handles = HandlesItem(with_bar=is_top)
        self.legend = LegendItem(top=BAR_HEIGHT + 2.0 if is_top else 2.0)
        for item in (self.wash, self.handles, self.legend):
            self.addItem(item, ignoreBounds=True)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        super().paint_in(role)
        self.wash.role = self.handles.role = self.legend.role = role

    def show_split(self, split: Split, view: TimelineView, has_focus: bool) -> None:
        """Show windows and handles."""
        self._split = split
        self.wash.set(split, view.bands)
        self.handles.set(split, view.handle, view.cursor, has_focus)

    def handle_at(self, position: QPointF) -> Handle | None:
        """Return what the mouse would take at a position in the viewport, or None."""
        if self._split is None:
            return None
        x = position.x()
        place = {handle: self.pixel(position_of(self._split, handle)) for handle in HANDLES}
        near = [handle for handle in HANDLES if abs(place[handle] - x) <= _REACH]
        if near:
            return min(near, key=lambda handle: (abs(place[handle] - x), self._is_wrong_side(handle, place[handle], x)))
        if self._is_top and position.y() <= self._top() + BAR_HEIGHT and place[HANDLES[0]] < x < place[HANDLES[3]]:
            return Handle.WHOLE
        return None

    def pixel(self, time: int) -> float:
        """Return the x pixel in the viewport of a time in nanoseconds."""
        return float(self.mapFromScene(self.plotItem.vb.mapViewToScene(QPointF(time / SECOND, 0.0))).x())

    def time_at(self, x: float) -> int:
        """Return the time in nanoseconds under an x pixel of the viewport."""
        return int(self.plotItem.vb.mapSceneToView(self.mapToScene(int(x), 0)).x() * 1e3) * (SECOND // 1000)

    def let_go(self) -> None:
        """Forget what is held: the mouse moves nothing until it is pressed again."""
        self._held = None

    def _top(self) -> float:
        return float(self.mapFromScene(self.plotItem.vb.sceneBoundingRect().topLeft()).y())

    @staticmethod
    def _is_wrong_side(handle: Handle, place: float, x: float) -> bool:
        """Break ties of handles at one place: their flags point into their own windows."""
        points_right = handle in (Handle.TRAIN_START, Handle.TEST_START)
        return (x > place) is not points_right

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a handle, or set the cursor."""
        if event.button() is not Qt.MouseButton.LeftButton or self._split is None:
            event.ignore()
            return
        handle, time = self.handle_at(event.position()), self.time_at(event.position().x())
        event.accept()
        self.hovered.emit(float("nan"))
        self._is_pointing = handle is None
        if handle is None:
            self.pointed.emit(time)
            return
        self._held = handle
        self._slip = position_of(self._split, handle) - time
        self.grabbed.emit(handle)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move what is held, or show what could be taken."""
        event.accept()
        if self._held is not None:
            self.moved.emit(self._held, self.time_at(event.position().x()) + self._slip)
            return
        if event.buttons() & Qt.MouseButton.LeftButton:
            if not self._is_pointing:
                return
            self.pointed.emit(self.time_at(event.position().x()))
            return
        self.hovered.emit(self.time_at(event.position().x()) / SECOND)
        handle = self.handle_at(event.position())
        shapes = {None: Qt.CursorShape.CrossCursor, Handle.WHOLE: Qt.CursorShape.OpenHandCursor}
        self.viewport().setCursor(shapes.get(handle, Qt.CursorShape.SplitHCursor))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go; the last position counts even where the moves before it were dropped."""
        event.accept()
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        if self._held is None:
            if self._is_pointing:
                self._is_pointing = False
                self.released.emit()
            return
        held, self._held = self._held, None
        self.moved.emit(held, self.time_at(event.position().x()) + self._slip)
        self.released.emit()

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the hover."""
        event.accept()
        self.hovered.emit(float("nan"))
