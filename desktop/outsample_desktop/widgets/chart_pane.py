"""A chart of any room: lines with a band, levels, points, stretches of regimes and a cursor."""

from typing import Final

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from outsample.typing import Floats
from outsample_desktop.resolve.bands import NO_BANDS, Bands
from outsample_desktop.resolve.charts import ChartView, Hue, Line, Stroke
from outsample_desktop.theme import Colours
from outsample_desktop.widgets.axes import LogAxis, UtcAxis
from outsample_desktop.widgets.bands_strip import paint_bands
from outsample_desktop.widgets.curve_panes import CurvePane
from outsample_desktop.widgets.decimation import extremes
from outsample_desktop.widgets.plot import BandItem, CurveItem, Overlay, Plot, PointsItem, pen
from outsample_desktop.widgets.pointed_plot import PointedPlot
from outsample_desktop.widgets.pointer_line import PointerLine
from outsample_desktop.widgets.split_item import LegendItem

__all__ = ["ChartPane", "colour_of"]

_STROKES: Final = {
    Stroke.SOLID: Qt.PenStyle.SolidLine,
    Stroke.DASHED: Qt.PenStyle.DashLine,
    Stroke.DOTTED: Qt.PenStyle.DotLine,
}
_POINT: Final = 5.0  # pixels
_STRIP: Final = 5.0  # pixels of the stretches along the bottom
_BEYOND: Final = 0.5  # of what the lines span is what a band may add on either side
_PAD: Final = 0.012  # of the time shown is kept free on either side
_LEGEND: Final = 0.16  # of what the lines span is kept free above them for the legend


def colour_of(hue: Hue, role: Colours) -> str:
    """Return the colour of a hue in a theme."""
    return role.models[hue] if isinstance(hue, int) else str(getattr(role, hue))


class BandsItem(Overlay):
    """Stretches of regimes as a strip along the bottom."""

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(-10)
        self._bands = NO_BANDS
        self._role: Colours | None = None

    def set(self, bands: Bands, role: Colours) -> None:
        """Show stretches."""
        self._bands, self._role = bands, role
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Fill them in pixels, so that the strip keeps its height."""
        del option, widget
        if self._role is None:
            return
        to_pixels = painter.worldTransform()
        box = to_pixels.mapRect(self.boundingRect())
        painter.save()
        painter.resetTransform()
        strip = QRectF(box.left(), box.bottom() - _STRIP, box.width(), _STRIP).intersected(box)
        paint_bands(painter, strip, (to_pixels.m11(), to_pixels.dx()), self._bands, self._role)
        painter.restore()


class ChartPane(CurvePane[ChartView]):
    """A titled chart.

    Parameters
    ----------
    name : str
        Accessible name.
    is_time : bool
        Dates run along the horizontal axis.
    kind : type of PointedPlot
        What the mouse and the keyboard do to it.

    Signals
    -------
    pointed(float), hovered(float)
        The x that was clicked, or that the mouse is over, NaN for none; in the unit of the view.
    """

    pointed = Signal(float)
    hovered = Signal(float)

    def __init__(self, name: str, is_time: bool = False, kind: type[PointedPlot] = PointedPlot) -> None:
        self._left, self._bottom = LogAxis("left", is_log=False), LogAxis("bottom", is_log=False)
        plot = kind(name, {"left": self._left, "bottom": UtcAxis() if is_time else self._bottom})
        super().__init__(name, plot)
        plot.pointed.connect(self.pointed)
        plot.hovered.connect(self.hovered)
        plot.viewport().setMouseTracking(True)
        self.note.setAutoFillBackground(True)  # axes without anything on them would say something
        self.note.setMargin(24)
        self.is_time, self.pointer = is_time, PointerLine(plot)
        self._band, self._bands, self._points = BandItem(), BandsItem(), PointsItem()
        self._legend = LegendItem(top=2.0)
        self._lines: list[CurveItem] = []
        self._levels: list[CurveItem] = []
        self._cursor, self._boundary = self.plot.curve(), self.plot.curve()
        self._band.setZValue(-5)
        self._points.setZValue(10)
        for item in (self._band, self._bands, self._points, self._legend):
            self.plot.addItem(item, ignoreBounds=True)

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        super().paint_in(role)
        self.pointer.paint_in(role)
        palette = self.note.palette()
        palette.setColor(palette.ColorRole.Window, role.panel)
        self.note.setPalette(palette)

    def _draw_view(self, view: ChartView, role: Colours) -> None:
        self._tell("" if view.lines else view.note)
        self.note.setGeometry(self.plot.rect())
        self.title.show_text(view.title, view.detail)
        self._left.read_as(view.is_log_y, view.is_whole_y)
        self._bottom.read_as(view.is_log_x)
        self._fit(view)
        self._show_lines(view.lines, role)
        self._show_levels(view, role)
        self._bands.set(view.bands, role)
        self._points.set(view.points_x, view.points_y, colour_of(view.points_hue, role), _POINT)
        band = view.band
        if band is None:
            self._band.set(np.empty(0), np.empty(0), np.empty(0), role.muted, role.panel, False)
        else:
            self._band.set(band.x, band.low, band.high, colour_of(band.hue, role), role.panel, band.is_hatched)
        named = tuple((line.title, colour_of(line.hue, role)) for line in view.lines if line.title)
        self._legend.role = role
        self._legend.set("", named if len(named) > 1 else ())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the note cover the plot."""
        super().resizeEvent(event)
        self.note.setGeometry(self.plot.rect())

    def _show_lines(self, lines: tuple[Line, ...], role: Colours) -> None:
        _as_many(self._lines, len(lines), self.plot)
        width = max(self.width(), 200)
        for item, line in zip(self._lines, lines, strict=True):
            x, y = extremes(line.x, line.y, width) if line.x.size else (line.x, line.y)
            drawn = pen(colour_of(line.hue, role), 2.0 if line.is_active else 1.0, _STROKES[line.stroke])
            item.set(x, y, drawn, line.is_active)

    def _show_levels(self, view: ChartView, role: Colours) -> None:
        _as_many(self._levels, len(view.levels), self.plot)
        (left, right), (low, high) = self.plot.shown("x"), self.plot.shown("y")
        for item, level in zip(self._levels, view.levels, strict=True):
            ends = np.array([left, right]), np.full(2, level.value)
            item.set(*ends, pen(colour_of(level.hue, role), 1.0, _STROKES[level.stroke]))
        at = np.full(2, view.cursor)
        self._cursor.set(at, np.array([low, high]), pen(role.muted, 1.0, Qt.PenStyle.DotLine))
        self._boundary.set(np.full(2, view.boundary), np.array([low, high]), pen(role.accent))

    def _fit(self, view: ChartView) -> None:
        """Keep lines, points and levels in sight; bands and dotted lines may reach beyond by half of what they span."""
        band = view.band
        across = [line.x for line in view.lines] + [view.points_x]
        across += [] if band is None else [band.x]
        across += [view.bands.edge]
        if ends := _ends(across):
            if view.is_time:  # as on the timeline: all there is, and no more
                pad = _PAD * (ends[1] - ends[0])
                self.plot.span_x(ends[0] - pad, ends[1] + pad)
            else:
                self.plot.fit_x(*ends, floor=0.0)
        levels = np.array([level.value for level in view.levels])
        beside = [line.y for line in view.lines if line.stroke is Stroke.DOTTED]
        ends = _ends([*(line.y for line in view.lines if line.stroke is not Stroke.DOTTED), view.points_y, levels])
        reach = _ends([*beside, *(() if band is None else (band.low, band.high))])
        if reach is not None:
            ends = ends or reach
            room = _BEYOND * ((ends[1] - ends[0]) or abs(ends[1]) or 1.0)
            ends = min(ends[0], max(reach[0], ends[0] - room)), max(ends[1], min(reach[1], ends[1] + room))
        if ends is not None:
            has_legend = sum(bool(line.title) for line in view.lines) > 1
            top = ends[1] + (_LEGEND * (ends[1] - ends[0]) if has_legend else 0.0)
            self.plot.fit_y(ends[0], top, floor=None if view.is_log_y else 0.0)


def _ends(parts: list[Floats]) -> tuple[float, float] | None:
    """Return the least and the largest finite value; None where there is none."""
    values = np.concatenate(parts) if parts else np.empty(0)
    values = values[np.isfinite(values)]
    return (float(values.min()), float(values.max())) if values.size else None


def _as_many(items: list[CurveItem], count: int, plot: Plot) -> None:
    """Add or remove curves until there are `count`."""
    while len(items) > count:
        plot.removeItem(items.pop())
    while len(items) < count:
        items.append(plot.curve())
