"""Price above, losses below, one time axis, one set of handles."""

from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QVBoxLayout, QWidget

from outsample.typing import SECOND, Floats
from outsample.windows import Split
from outsample_desktop.resolve.views import Curve, TimelineView, same
from outsample_desktop.theme import Colours
from outsample_desktop.widgets.decimation import extremes
from outsample_desktop.widgets.plot import CurveItem, Overlay, pen
from outsample_desktop.widgets.pointer_line import PointerLine
from outsample_desktop.widgets.split_plot import SplitPlot

__all__ = ["TimelinePane"]

_AXIS: Final = 52  # pixels of the vertical axis and the margin


class BrushItem(Overlay):
    """Ticks at the times of a brushed cell, as tall as their loss."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[tuple[float, float]] = []
        self._pen = pen("#888888")
        self.setZValue(-5)

    def set(self, x: Floats, share: Floats, colour: str) -> None:
        """Show one tick a time."""
        self._lines = list(zip(x.tolist(), share.tolist(), strict=True))
        self._pen = pen(colour)
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the ticks from the bottom."""
        del option, widget
        if not self._lines:
            return
        rect = self.boundingRect()
        painter.setPen(self._pen)
        bottom, height = rect.top(), rect.height()
        for x, share in self._lines:
            painter.drawLine(QPointF(x, bottom), QPointF(x, bottom + height * (0.06 + 0.34 * share)))


class TimelinePane(QWidget):
    """The timeline, always on top of every room.

    Signals
    -------
    grabbed(Handle), moved(Handle, object), released(), pointed(object), hovered(float)
        As of `TimePlot`.
    stepped(int, str)
        The keyboard moves the chosen handle by bars, months or to an end: the unit is ``bar``, ``month`` or ``end``.
    turned(int)
        The keyboard takes the next (1) or the previous (-1) handle.
    """

    grabbed = Signal(object)
    moved = Signal(object, object)
    released = Signal()
    pointed = Signal(object)
    hovered = Signal(float)
    stepped = Signal(int, str)
    turned = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Timeline")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.price = SplitPlot("Price, regimes and windows", is_top=True)
        self.loss = SplitPlot("Loss through time", is_top=False)
        self._price_curve = self.price.curve()
        self._brush = BrushItem()
        self.loss.addItem(self._brush, ignoreBounds=True)
        self._curves: dict[str, CurveItem] = {}
        self._view: TimelineView | None = None
        self._role: Colours | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addWidget(self.price, 9)
        layout.addWidget(self.loss, 8)
        for plot in (self.price, self.loss):
            plot.setFocusProxy(self)
            plot.grabbed.connect(self.grabbed)
            plot.moved.connect(self.moved)
            plot.released.connect(self.released)
            plot.pointed.connect(self.pointed)
            plot.hovered.connect(self.hovered)
        self.pointers = (PointerLine(self.price), PointerLine(self.loss))
        self.price.getAxis("bottom").has_text = False
        self.price.getAxis("bottom").setHeight(4)

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self._role = role
        self.price.paint_in(role)
        self.loss.paint_in(role)
        for pointer in self.pointers:
            pointer.paint_in(role)
        view, self._view = self._view, None
        if view is not None:
            self.render_view(view)

    def render_view(self, view: TimelineView) -> None:
        """Show a view, repainting only what differs from the one before."""
        old, self._view = self._view, view
        role = self._role
        if role is None:
            return
        if old is None or not same(old.price, view.price):
            self._show_price(view)
        self.loss.left_axis.read_as(view.is_log)
        self._name(view, role)
        if old is None or not same(old.losses, view.losses):
            self._show_losses(view, role)
        if old is None or old.brushed is not view.brushed or old.brushed_share is not view.brushed_share:
            self._brush.set(view.brushed, view.brushed_share, role.watch)
        self.show_split(view.split)

    def _name(self, view: TimelineView, role: Colours) -> None:
        regimes = (("calm", role.calm), ("normal", role.normal), ("stressed", role.stressed), ("unseen", role.unseen))
        self.price.legend.set(view.price_label, regimes)
        self.loss.legend.set(view.loss_label, tuple((line.title, role.models[line.hue]) for line in view.losses))

    def let_go(self) -> None:
        """Forget what the mouse holds."""
        for plot in (self.price, self.loss):
            plot.let_go()

    def show_hover(self, second: float) -> None:
        """Stand a light line at a UTC second; none for NaN."""
        for pointer in self.pointers:
            pointer.stand_at(second)

    def show_split(self, split: Split) -> None:
        """Move the handles alone: what a slow answer must not hold up."""
        if self._view is not None:
            for plot in (self.price, self.loss):
                plot.show_split(split, self._view, self.hasFocus())

    def _show_price(self, view: TimelineView) -> None:
        if not view.times.size:
            return
        first, last = view.times[0] / SECOND, view.times[-1] / SECOND
        pad = 0.012 * (last - first)
        for plot in (self.price, self.loss):
            plot.span_x(first - pad, last + pad)
        self._draw_price(view.price)
        known = view.price.y[np.isfinite(view.price.y)]
        if not known.size:
            return
        low, high = float(known.min()), float(known.max())
        self.price.span_y(low - 0.16 * (high - low or 1.0), high + 0.38 * (high - low or 1.0))

    def _draw_price(self, curve: Curve) -> None:
        x, y = extremes(curve.x, curve.y, self._columns())
        if self._role is not None:
            self._price_curve.set(x, y, pen(self._role.price))

    def _columns(self) -> int:
        """Return the pixels across; from the pane itself, whose plots are laid out only once they are shown."""
        return max(self.width() - _AXIS, 200)

    def _show_losses(self, view: TimelineView, role: Colours) -> None:
        width = self._columns()
        low, high = np.inf, -np.inf
        for name in set(self._curves) - {line.name for line in view.losses}:
            self.loss.removeItem(self._curves.pop(name))
        for line in view.losses:
            if line.name not in self._curves:
                self._curves[line.name] = self.loss.curve()
            curve = self._curves[line.name]
            x, y = extremes(line.x, line.y, width)
            curve.set(x, y, pen(role.models[line.hue]), line.is_active)
            finite = y[np.isfinite(y)]
            if finite.size:
                low, high = min(low, float(finite.min())), max(high, float(finite.max()))
        self.loss.fit_y(low, high + 0.22 * (high - low))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the chosen handle: arrows a bar, Shift ten, Ctrl a month, Home and End; Tab-like keys choose another."""
        if self._view is None:
            super().keyPressEvent(event)
            return
        key, modifiers = event.key(), event.modifiers()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            sign = -1 if key == Qt.Key.Key_Left else 1
            if modifiers & Qt.KeyboardModifier.ControlModifier:
                self.stepped.emit(sign, "month")
            else:
                self.stepped.emit(sign * (10 if modifiers & Qt.KeyboardModifier.ShiftModifier else 1), "bar")
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.stepped.emit(-1 if key == Qt.Key.Key_Home else 1, "end")
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.turned.emit(1 if key == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show which handle the keyboard moves."""
        super().focusInEvent(event)
        if self._view is not None:
            self.show_split(self._view.split)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that the keyboard moves nothing here."""
        super().focusOutEvent(event)
        if self._view is not None:
            self.show_split(self._view.split)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Decimate anew for the new width."""
        super().resizeEvent(event)
        if self._view is not None and self._role is not None:
            self._draw_price(self._view.price)
            self._show_losses(self._view, self._role)
