"""One plot widget per pane, with every frame killer switched off.

No auto-range, no grid, no menu, no antialias, no linked axes; ranges are set by us, with hysteresis, and set
only when they change. Ticks are short and opaque.
"""

from functools import cache
from typing import Any, Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from outsample.typing import Bools, Floats
from outsample_desktop.theme import Colours
from outsample_desktop.widgets.axes import LinearAxis
from outsample_desktop.widgets.colour_scale import blend

__all__ = ["BandItem", "CurveItem", "Overlay", "Plot", "PointsItem", "hysteresis", "pen", "polygon", "runs"]

_FILL_LEAST: Final = 0.4  # data filling less of the axis than this make it shrink
_MARGIN: Final = 0.03
_STEPS: Final = 4.0
_LOW, _TOP = 1.0, 5.0  # stacking of curves: the active one lies above the others
_LEFT: Final = 56  # pixels for the numbers of the vertical axis, the same everywhere so that panes line up
_BOTTOM: Final = 19  # pixels for the numbers of the horizontal axis
_FAINT, _SHADED, _HATCHED = (
    0.07,
    0.19,
    0.3,
)  # share of its colour in a band that is hatched, in one that is not, in a hatch
_EVERY: Final = 6.0  # pixels from hatch to hatch


@cache
def pen(colour: str, width: float = 1.0, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """Return a cosmetic pen, one pixel unless said otherwise: wide lines cost ten times as much. Never alter it."""
    made = QPen(QColor(colour), width, style)
    made.setCosmetic(True)
    return made


def hysteresis(old: tuple[float, float], low: float, high: float, floor: float | None = None) -> tuple[float, float]:
    """Return the axis range for data in [low, high]: `old` as long as the data fit and fill it well enough.

    A new range ends at multiples of a step between an eighth and a quarter of what the data span, so that data that
    come and go by less leave it alone: an axis that dances hides what moves, and costs a millisecond. It does not
    reach below a `floor` that the data keep to.
    """
    if not (np.isfinite(low) and np.isfinite(high)):
        return old
    lowest = floor if floor is not None and low >= floor else -np.inf
    span = high - low
    if span <= 0.0:
        span = abs(high) * 0.1 or 1.0
        low, high = low - 0.5 * span, high + 0.5 * span
    if lowest <= old[0] <= low and high <= old[1] and span >= _FILL_LEAST * (old[1] - old[0]):
        return old
    step = 2.0 ** np.floor(np.log2(span)) / _STEPS
    bottom = float(np.floor((low - _MARGIN * span) / step) * step)
    top = float(np.ceil((high + _MARGIN * span) / step) * step)
    return (max(bottom, lowest), top)


class Plot(pg.PlotWidget):  # type: ignore[misc]
    """A plot with fixed ranges and the colours of the theme; its title says what its axes are.

    Parameters
    ----------
    name : str
        Accessible name.
    axes : dict, optional
        Axis items by side, where the plain ones will not do.
    """

    def __init__(self, name: str, axes: dict[str, Any] | None = None) -> None:
        super().__init__(axisItems={"left": LinearAxis("left"), "bottom": LinearAxis("bottom")} | (axes or {}))
        self.setAccessibleName(name)
        self.setFrameShape(self.Shape.NoFrame)
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(False, False)
        self.plotItem.disableAutoRange()
        self.plotItem.layout.setContentsMargins(0, 2, 4, 0)
        self.setMinimumSize(120, 48)
        self._span = {"x": (0.0, 1.0), "y": (0.0, 1.0)}
        self.getAxis("bottom").setHeight(_BOTTOM)
        self.getAxis("left").setWidth(_LEFT)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # the background is ours: not twice

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self.setBackground(role.panel)
        for side in ("left", "bottom"):
            self.getAxis(side).paint_in(pen(role.line), pen(role.muted))

    def span_x(self, low: float, high: float) -> None:
        """Show ``[low, high]`` horizontally; the same range again costs nothing."""
        if (low, high) != self._span["x"] and high > low:
            self._span["x"] = (low, high)
            self.plotItem.vb.setXRange(low, high, padding=0)
            self.plotItem.vb.updateMatrix()  # now, not inside the next paint, which would ask for one more

    def span_y(self, low: float, high: float) -> None:
        """Show ``[low, high]`` vertically; the same range again costs nothing."""
        if (low, high) != self._span["y"] and high > low:
            self._span["y"] = (low, high)
            self.plotItem.vb.setYRange(low, high, padding=0)
            self.plotItem.vb.updateMatrix()

    def fit_x(self, low: float, high: float, floor: float | None = None) -> None:
        """Show data in [low, high] horizontally, keeping the present range while it serves."""
        self.span_x(*hysteresis(self._span["x"], low, high, floor))

    def fit_y(self, low: float, high: float, floor: float | None = None) -> None:
        """Show data in [low, high] vertically, keeping the present range while it serves."""
        self.span_y(*hysteresis(self._span["y"], low, high, floor))

    def shown(self, axis: str) -> tuple[float, float]:
        """Return the range of ``x`` or ``y``."""
        return self._span[axis]

    def curve(self) -> "CurveItem":
        """Add an empty curve."""
        item = CurveItem()
        self.addItem(item, ignoreBounds=True)
        return item

    def keep_axes(self, are_kept: bool) -> None:
        """Keep axes as pictures of the screen's resolution, or paint them anew each time, as on a finer device."""
        modes = QGraphicsItem.CacheMode
        for side in ("left", "bottom"):
            self.getAxis(side).setCacheMode(modes.DeviceCoordinateCache if are_kept else modes.NoCache)

    def wheelEvent(self, event: QEvent) -> None:
        """Leave the wheel to the window: a plot whose range is ours must not zoom."""
        event.ignore()


class Overlay(pg.GraphicsObject):  # type: ignore[misc]
    """An item as large as the view box, which never makes it larger and never asks how large it is."""

    def boundingRect(self) -> QRectF:
        """Return the visible range."""
        return QRectF(self.viewRect())

    def viewRangeChanged(self) -> None:
        """Follow the range of the view box."""
        self.prepareGeometryChange()
        self.update()


class CurveItem(Overlay):
    """A line through points, broken at NaN.

    The stock curve item searches its data for its bounds several times a paint, which here nobody asks for.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(_LOW)
        self._lines: tuple[QPolygonF, ...] = ()
        self._pen = pen("#888888")

    def set(self, x: Floats, y: Floats, drawn: QPen, on_top: bool = False) -> None:
        """Show points; fewer than two draw nothing."""
        if on_top is not (self.zValue() > _LOW):
            self.setZValue(_TOP if on_top else _LOW)
        known = np.isfinite(y) & np.isfinite(x)
        pieces = [(0, x.size)] if known.all() else runs(known)
        self._lines = tuple(polygon(x[first:stop], y[first:stop]) for first, stop in pieces if stop - first > 1)
        self._pen = drawn
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the line."""
        del option, widget
        painter.setPen(self._pen)
        for line in self._lines:
            painter.drawPolyline(line)


def polygon(x: Floats, y: Floats) -> QPolygonF:
    """Return points as Qt keeps them, filled as one block of memory."""
    made: QPolygonF = pg.functions.create_qpolygonf(x.size)
    if not x.size:
        return made
    block = pg.functions.ndarray_from_qpolygonf(made)
    block[:, 0], block[:, 1] = x, y
    return made


def _strokes(outline: QPolygonF) -> QPolygonF:
    """Return one line that goes up and down between the upper and the lower edge of a band, every few pixels."""
    x, y = pg.functions.ndarray_from_qpolygonf(outline).T
    upper, lower = slice(0, x.size // 2), slice(None, x.size // 2 - 1, -1)
    at = np.arange(np.ceil(x[0] / _EVERY) * _EVERY, x[upper][-1], _EVERY)
    ends = np.stack([np.interp(at, x[upper], y[upper]), np.interp(at, x[lower], y[lower])], axis=1)
    ends[1::2] = ends[1::2, ::-1]
    return polygon(np.repeat(at, 2), ends.ravel())


def runs(known: Bools) -> list[tuple[int, int]]:
    """Return where the stretches of neighbours that are all true begin and end."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


class PointsItem(Overlay):
    """Round points of one size in pixels."""

    def __init__(self) -> None:
        super().__init__()
        self._points = QPolygonF()
        self._pen = pen("#888888")

    def set(self, x: Floats, y: Floats, colour: str, size: float) -> None:
        """Show points; NaN is left out."""
        keep = np.isfinite(x) & np.isfinite(y)
        self._points = polygon(x[keep], y[keep])
        self._pen = QPen(pen(colour, size))
        self._pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the points in pixels: there a round pen is a disc, while in units of data Qt makes it a short line."""
        del option, widget
        pixels = painter.worldTransform().map(self._points)
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(self._pen)
        painter.drawPoints(pixels)
        painter.restore()


class BandItem(pg.GraphicsObject):  # type: ignore[misc]
    """A filled band between two curves; hatched where its interval is not to be taken at its word.

    Its colours are opaque and its hatches upright: blending, or a pattern as a brush, takes three times as long.
    """

    def __init__(self) -> None:
        super().__init__()
        self._polygon = QPolygonF()
        self._fill, self._hatch = QColor(), pen("#888888")
        self._is_hatched = False
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption, False)

    def set(self, x: Floats, low: Floats, high: Floats, colour: str, ground: str, hatched: bool) -> None:
        """Show the band in a colour over the ground of the pane; rows with NaN are left out."""
        self.prepareGeometryChange()
        keep = np.isfinite(low) & np.isfinite(high)
        there, back = x[keep], x[keep][::-1]
        self._polygon = polygon(np.r_[there, back], np.r_[high[keep], low[keep][::-1]])
        self._fill = blend((ground, colour), _FAINT if hatched else _SHADED)
        self._hatch, self._is_hatched = pen(blend((ground, colour), _HATCHED).name()), hatched
        self.update()

    def boundingRect(self) -> QRectF:
        """Return the extent in data coordinates."""
        return self._polygon.boundingRect()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Fill the polygon in pixels: there a hatch keeps its density, and is drawn without being transformed."""
        del option, widget
        if self._polygon.isEmpty():
            return
        pixels = painter.worldTransform().map(self._polygon)
        painter.save()
        painter.resetTransform()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._fill)
        painter.drawPolygon(pixels)
        if self._is_hatched:
            painter.setPen(self._hatch)
            painter.drawPolyline(_strokes(pixels))
        painter.restore()
