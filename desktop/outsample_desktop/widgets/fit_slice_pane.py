"""Quotes of one expiry against several fits, with the error of each beside its name."""

from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from outsample_desktop.resolve.views import SliceView
from outsample_desktop.theme import Colours
from outsample_desktop.widgets.curve_panes import SlicePane
from outsample_desktop.widgets.lettering import width_of, write
from outsample_desktop.widgets.plot import Overlay, pen

__all__ = ["FitSlicePane"]

_POINTS: Final = 8.0
_HEAD: Final = "RMSE [vol pts]"
_LINE: Final = 14.0  # pixels of a line of the legend
_SWATCH: Final = 8.0
_INDENT: Final = 6.0


class FitSlicePane(SlicePane):
    """A slice over strikes whose curves are named in its corner, each with its error.

    Parameters
    ----------
    name : str
        Accessible name.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name, "strike")
        self._names = _Names()
        self.plot.addItem(self._names, ignoreBounds=True)

    def _draw_view(self, view: SliceView, role: Colours) -> None:
        self._names.set(tuple((curve.title, role.models[curve.hue]) for curve in view.curves), role)
        super()._draw_view(view, role)


class _Names(Overlay):
    """Names of curves after their swatches, on as many lines as they need."""

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(12)
        self._entries: tuple[tuple[str, str], ...] = ()
        self._role: Colours | None = None

    def set(self, entries: tuple[tuple[str, str], ...], role: Colours) -> None:
        """Show (text, colour) entries."""
        self._entries, self._role = entries, role
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Write what the numbers are, then one entry a curve."""
        del option, widget
        if self._role is None or not self._entries:
            return
        box = painter.worldTransform().mapRect(self.boundingRect())
        painter.resetTransform()
        painter.setPen(pen(self._role.muted))
        left, top = box.left() + _INDENT, box.top() + 1.0
        x = left + write(painter, left, top, _HEAD, _POINTS) + 2.0 * _INDENT
        for text, colour in self._entries:
            width = _SWATCH + 4.0 + width_of(text, _POINTS)
            if x + width > box.right() and x > left:
                x, top = left, top + _LINE
            painter.fillRect(QRectF(x, top + 4.0, _SWATCH, _SWATCH), QColor(colour))
            write(painter, x + _SWATCH + 4.0, top, text, _POINTS)
            x += width + 2.0 * _INDENT
