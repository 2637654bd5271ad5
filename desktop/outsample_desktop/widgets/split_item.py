"""Train, purge and test as they lie on a time axis: washes behind the curves, handles in front of them."""

from bisect import bisect
from itertools import accumulate
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from outsample.typing import SECOND, Floats
from outsample.windows import Handle, Split, position_of
from outsample_desktop.resolve.bands import NO_BANDS, Bands
from outsample_desktop.theme import Colours
from outsample_desktop.widgets.bands_strip import paint_bands
from outsample_desktop.widgets.lettering import width_of, write, write_in
from outsample_desktop.widgets.plot import Overlay, pen

__all__ = ["BAR_HEIGHT", "HANDLES", "HandlesItem", "LegendItem", "WashItem"]

BAR_HEIGHT: Final = 16  # pixels at the top of the pane by which the whole pattern is taken
REGIME_HEIGHT: Final = 9  # pixels of the regime strip at the bottom
HANDLES: Final = (Handle.TRAIN_START, Handle.TRAIN_END, Handle.TEST_START, Handle.TEST_END)
_GRIP: Final = 7.0
_POINTS: Final = 8.0
_ENTRY: Final = 24.0  # pixels that an entry of a legend takes beside its words
_INDENT: Final = 32.0  # pixels that keep a legend clear of the train-start flag


class _PixelOverlay(Overlay):
    """An item painted in pixels, so that grips and hatches keep their size."""

    def _pixels(self, painter: QPainter) -> tuple[QRectF, float, float]:
        """Switch the painter to pixels; return the plot rectangle, and scale and offset from seconds to pixels."""
        transform = painter.worldTransform()
        box = transform.mapRect(self.boundingRect())
        painter.resetTransform()
        left, width = self.viewRect().left(), self.viewRect().width()
        scale = box.width() / width if width else 1.0
        return box, scale, box.left() - left * scale


class WashItem(_PixelOverlay):
    """Window washes, regime strip and the dates of a brushed cell."""

    def __init__(self, with_regimes: bool) -> None:
        super().__init__()
        self.setZValue(-20)
        self._with_regimes = with_regimes
        self._split: Split | None = None
        self._bands = NO_BANDS
        self._brushed: tuple[Floats, Floats] | None = None
        self.role: Colours | None = None

    def set(self, split: Split, bands: Bands) -> None:
        """Show windows and regimes."""
        self._split, self._bands = split, bands
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Fill train, hatch the purge, outline test; the regimes run along the bottom."""
        del option, widget
        role, split = self.role, self._split
        if role is None or split is None:
            return
        box, scale, offset = self._pixels(painter)
        painter.setClipRect(box)

        def across(start: int, stop: int) -> QRectF:
            left, right = (value / SECOND * scale + offset for value in (start, stop))
            return QRectF(left, box.top(), right - left, box.height())

        painter.fillRect(across(split.train.start, split.train.stop), QColor(role.train))
        if split.test.start > split.train.stop:
            painter.fillRect(
                across(split.train.stop, split.test.start), QBrush(QColor(role.purge), Qt.BrushStyle.BDiagPattern)
            )
        painter.setPen(pen(role.muted))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(across(split.test.start, split.test.stop).adjusted(0, 0, -1, -1))
        if self._with_regimes:
            strip = QRectF(box.left(), box.bottom() - REGIME_HEIGHT, box.width(), REGIME_HEIGHT)
            paint_bands(painter, strip, (scale, offset), self._bands, role, is_hatched=True)


class HandlesItem(_PixelOverlay):
    """The four boundaries with their grips, the cursor, and the bar by which the whole pattern is taken."""

    def __init__(self, with_bar: bool) -> None:
        super().__init__()
        self.setZValue(20)
        self._with_bar = with_bar
        self._split: Split | None = None
        self._handle = Handle.TRAIN_END
        self._cursor = float("nan")
        self._has_focus = False
        self.role: Colours | None = None

    def set(self, split: Split, handle: Handle, cursor: float, has_focus: bool) -> None:
        """Show boundaries, the handle that the keyboard moves, and the cursor."""
        self._split, self._handle, self._cursor, self._has_focus = split, handle, cursor, has_focus
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw cursor, bar and handles."""
        del option, widget
        role, split = self.role, self._split
        if role is None or split is None:
            return
        box, scale, offset = self._pixels(painter)
        x = self._cursor * scale + offset
        if box.left() <= x <= box.right():
            painter.setPen(pen(role.muted, 1.0, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
        if self._with_bar:
            self._paint_bar(painter, box, scale, offset, role, split)
        for handle in HANDLES:
            x = round(position_of(split, handle) / SECOND * scale + offset) + 0.5
            is_chosen = handle is self._handle
            painter.setPen(pen(role.accent if is_chosen else role.muted, 1.0))
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
            if self._with_bar:
                self._paint_grip(painter, x, box, handle, role, is_chosen)

    def _paint_bar(
        self, painter: QPainter, box: QRectF, scale: float, offset: float, role: Colours, split: Split
    ) -> None:
        for name, window in (("TRAIN", split.train), ("TEST", split.test)):
            left, right = (value / SECOND * scale + offset for value in (window.start, window.stop))
            strip = QRectF(left, box.top(), right - left, BAR_HEIGHT)
            painter.fillRect(strip, QColor(role.raised))
            painter.setPen(pen(role.text))
            if strip.width() > 44:
                write_in(painter, (left, box.top(), right - left, BAR_HEIGHT), name, 7.5, bold=True)

    def _paint_grip(
        self, painter: QPainter, x: float, box: QRectF, handle: Handle, role: Colours, is_chosen: bool
    ) -> None:
        """Draw a flag that points into the window the handle belongs to."""
        inward = 1.0 if handle in (Handle.TRAIN_START, Handle.TEST_START) else -1.0
        middle = box.top() + BAR_HEIGHT + 9.0
        flag = QPolygonF(
            [QPointF(x, middle - _GRIP), QPointF(x + inward * 1.4 * _GRIP, middle), QPointF(x, middle + _GRIP)]
        )
        painter.setPen(pen(role.accent, 2.0 if is_chosen and self._has_focus else 1.0))
        painter.setBrush(QColor(role.accent if is_chosen else role.raised))
        painter.drawPolygon(flag)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def _how_many(widths: list[float], room: float) -> int:
    """Return how many entries a legend has room for, with the words for those that it has not."""
    ends = list(accumulate(width + _ENTRY for width in widths))
    if not ends or ends[-1] <= room:
        return len(ends)
    return bisect(ends, room - width_of(f"and {len(ends)} more", _POINTS))


class LegendItem(_PixelOverlay):
    """What the curves and bands of a plot are, written into its corner.

    Parameters
    ----------
    top : float
        Pixels below the top of the plot.
    """

    def __init__(self, top: float) -> None:
        super().__init__()
        self.setZValue(10)
        self._top = top
        self._title = ""
        self._entries: tuple[tuple[str, str], ...] = ()
        self.role: Colours | None = None

    def set(self, title: str, entries: tuple[tuple[str, str], ...]) -> None:
        """Show a title and (text, colour) entries; the same again costs nothing."""
        if (title, entries) != (self._title, self._entries):
            self._title, self._entries = title, entries
            self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Write the title, then a swatch and a name for each entry, as far as they fit, and how many do not."""
        del option, widget
        if self.role is None:
            return
        box, _, _ = self._pixels(painter)
        x, top = box.left() + _INDENT, box.top() + self._top
        painter.setPen(pen(self.role.text))
        x += write(painter, x, top, self._title, _POINTS) + 14.0
        painter.setPen(pen(self.role.muted))
        fitting = _how_many([width_of(text, _POINTS) for text, _ in self._entries], box.right() - x)
        for text, colour in self._entries[:fitting]:
            painter.fillRect(QRectF(x, top + 4.0, 8.0, 8.0), QColor(colour))
            x += write(painter, x + 12.0, top, text, _POINTS) + _ENTRY
        if fitting < len(self._entries):
            write(painter, x, top, f"and {len(self._entries) - fitting} more", _POINTS)
