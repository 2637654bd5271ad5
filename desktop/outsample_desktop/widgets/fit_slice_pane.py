"""Quotes of one expiry against several fits, with the error of each beside its name."""

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from outsample_desktop.resolve.views import SliceView
from outsample_desktop.theme import Colours
from outsample_desktop.widgets.curve_panes import SlicePane
from outsample_desktop.widgets.lettering import width_of, write
from outsample_desktop.widgets.plot import pen

__all__ = ["FitSlicePane"]

_POINTS: Final = 8.0
_HEAD: Final = "RMSE [vol pts]"
_NUMBER: Final = "00.0"  # as wide as a number may be before the next name moves
_LINE: Final = 14  # pixels of a line
_SWATCH: Final = 8.0
_INDENT: Final = 8.0
_APART: Final = 12.0


class FitSlicePane(SlicePane):
    """A slice over strikes whose curves are named above it, each with its error.

    Parameters
    ----------
    name : str
        Accessible name.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name, "strike")
        self.names = _Names()
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(1, self.names)

    def _draw_view(self, view: SliceView, role: Colours) -> None:
        self.names.show_entries(tuple((curve.title, role.models[curve.hue]) for curve in view.curves), role)
        super()._draw_view(view, role)


class _Names(QWidget):
    """Names of curves after their swatches, on as many lines as they need: beside the curves, never over them."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFixedHeight(_LINE)
        self._entries: tuple[tuple[str, str], ...] = ()
        self._places: list[tuple[float, int]] = []
        self._role: Colours | None = None

    def show_entries(self, entries: tuple[tuple[str, str], ...], role: Colours) -> None:
        """Show (text, colour) entries; a text ends with its number."""
        if (entries, role) == (self._entries, self._role):
            return
        self._entries, self._role = entries, role
        self._take_room()
        self.update()

    def _laid_out(self) -> list[tuple[float, int]]:
        """Return where each entry begins: pixels from the left, and its line."""
        places = []
        x, line = _INDENT + width_of(_HEAD, _POINTS) + _APART, 0
        for text, _ in self._entries:
            name = text.rpartition(" ")[0]
            width = _SWATCH + 4.0 + max(width_of(text, _POINTS), width_of(f"{name} {_NUMBER}", _POINTS))
            if x + width > self.width() and x > _INDENT:
                x, line = _INDENT, line + 1
            places.append((x, line))
            x += width + _APART
        return places

    def _take_room(self) -> None:
        self._places = self._laid_out()
        lines = max((line for _, line in self._places), default=0) + 1
        if self.height() != lines * _LINE:
            self.setFixedHeight(lines * _LINE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take as many lines as the new width asks for."""
        super().resizeEvent(event)
        self._take_room()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write what the numbers are, then one entry a curve."""
        del event
        if self._role is None:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._role.panel))
        if not self._entries:
            return
        painter.setPen(pen(self._role.muted))
        write(painter, _INDENT, 0.0, _HEAD, _POINTS)
        for (text, colour), (x, line) in zip(self._entries, self._places, strict=True):
            painter.fillRect(QRectF(x, line * _LINE + 3.0, _SWATCH, _SWATCH), QColor(colour))
            write(painter, x + _SWATCH + 4.0, line * _LINE - 1.0, text, _POINTS)
