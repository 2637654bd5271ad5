"""What no boundary moves in a small plot: its axes, the curve with its error band, and the marks of doubt."""

from math import ceil, inf
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF

from outsample.typing import SECOND, Bools, Floats, Integers
from outsample_desktop.resolve.calibration_views import PathView
from outsample_desktop.theme import Colours
from outsample_desktop.widgets.axes import date_ticks, linear_ticks
from outsample_desktop.widgets.decimation import extremes
from outsample_desktop.widgets.lettering import width_of, write_in
from outsample_desktop.widgets.path_cells import Cell
from outsample_desktop.widgets.plot import pen, polygon, runs

__all__ = ["draw_axes", "draw_path", "numbers_of"]

_POINTS: Final = 7.5
_NUMBERS: Final = (24.0, 12.0, 6.0, 3.0)  # pixels between round numbers, to begin with and where fewer than two fit
_LINE: Final = 12.0  # pixels of a line of text
_TICK: Final = 3.0
_INSIDE: Final = 4.0  # half the height of a figure, pixels
_CLEAR: Final = 11.0  # pixels from number to number that leave a gap between their figures
_BESIDE: Final = 5.0  # pixels between a number and the axis
_MARK: Final = 3.0  # half the size of a mark, pixels
_APART: Final = 5  # pixels between marks of one kind
_SHADE: Final = 56  # of 255: the band


def draw_axes(painter: QPainter, cell: Cell, role: Colours) -> None:
    """Draw the two axes with as many numbers and dates as fit."""
    plot = cell.plot
    painter.setPen(pen(role.line))
    painter.drawLine(plot.topLeft(), plot.bottomLeft())
    painter.drawLine(plot.bottomLeft(), plot.bottomRight())
    for y, text in numbers_of(cell):
        painter.setPen(pen(role.line))
        painter.drawLine(QPointF(plot.left() - _TICK, y), QPointF(plot.left(), y))
        painter.setPen(pen(role.muted))
        write_in(painter, (cell.box.left(), y - 0.5 * _LINE, _room_of(cell), _LINE), text, _POINTS, 1.0)
    for second, text in date_ticks(cell.first / SECOND, cell.last / SECOND, plot.width()):
        x = float(cell.x(np.array([second * SECOND]))[0])
        width = width_of(text, _POINTS)
        painter.setPen(pen(role.line))
        painter.drawLine(QPointF(x, plot.bottom()), QPointF(x, plot.bottom() + _TICK))
        if x - 0.5 * width >= cell.box.left() and x + 0.5 * width <= cell.box.right() + 4.0:
            painter.setPen(pen(role.muted))
            write_in(painter, (x - 0.5 * width, plot.bottom() + 2.0, width, _LINE), text, _POINTS)


def numbers_of(cell: Cell) -> list[tuple[float, str]]:
    """Return the pixels and texts of the numbers on the vertical axis: two wherever the plot has room for two lines.

    Each stands at its own tick, so the ends of the axis are left out where half of a figure would stick out. Where
    round numbers a line apart are fewer than two, every so many of finer ones are written.
    """
    height, span = cell.plot.height() - 2.0 * _INSIDE, cell.high - cell.low
    if height <= 0.0 or not 0.0 < span < inf:
        return []
    scale = cell.plot.height() / span
    low, high = cell.low + _INSIDE / scale, cell.high - _INSIDE / scale
    best: list[tuple[float, str]] = []
    for claimed in _NUMBERS:
        marks = linear_ticks(low, high, height, claimed)
        kept = _apart(marks, scale)
        fitting = [one for one in kept if width_of(one[1], _POINTS) <= _room_of(cell)]
        best = max(best, [(cell.height_of(value), text) for value, text in fitting], key=len)
        if len(best) >= 2:
            break
    return best


def _room_of(cell: Cell) -> float:
    return cell.plot.left() - cell.box.left() - _BESIDE


def _apart(marks: list[tuple[float, str]], scale: float) -> list[tuple[float, str]]:
    """Return as many as are written without touching each other, one out of every so many, the roundest if it can be.

    Parameters
    ----------
    scale : float
        Pixels of a unit of the values.
    """
    if len(marks) < 2:
        return marks
    step = marks[1][0] - marks[0][0]
    every, place = ceil(_CLEAR / (step * scale)), round(marks[0][0] / step)
    ways = [marks[first::every] for first in range(min(every, len(marks)))]
    return max(ways, key=lambda way: (len(way), (place + ways.index(way)) % every == 0))


def draw_path(painter: QPainter, cell: Cell, path: PathView, times: Integers, role: Colours) -> None:
    """Draw band, curve and marks inside the plot."""
    if not times.size:
        return
    painter.save()
    painter.setClipRect(cell.plot.adjusted(0.0, -1.0, 1.0, 1.0))
    x, columns = cell.x(times.astype(np.float64)), max(int(cell.plot.width()), 2)
    _draw_band(painter, cell, (x, path.low, path.high), columns, role)
    for piece in _pieces(*extremes(x, path.value, columns)):
        painter.setPen(pen(role.price))
        line = polygon(piece[0], cell.y(piece[1]))
        if line.size() > 1:
            painter.drawPolyline(line)
        else:
            painter.setPen(pen(role.price, 3.0))
            painter.drawPoints(line)
    _draw_marks(painter, cell, path, x, role)
    painter.restore()


def _draw_band(painter: QPainter, cell: Cell, band: tuple[Floats, Floats, Floats], columns: int, role: Colours) -> None:
    """Fill between the ends of the band; a pixel column shows the widest of its times."""
    x, low, high = band
    bottom_x, bottom = extremes(x, low, columns)
    top_x, top = extremes(x, high, columns)
    if bottom_x.size != x.size:  # lowest and highest of each column: the outer ones of the two count
        bottom_x, bottom, top_x, top = bottom_x[::2], bottom[::2], top_x[1::2], top[1::2]
    fill = QColor(role.price)
    fill.setAlpha(_SHADE)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    known = np.isfinite(bottom) & np.isfinite(top)
    for start, stop in runs(known):
        there, back = slice(start, stop), slice(stop - 1, start - 1 if start else None, -1)
        xs = np.concatenate([bottom_x[there], top_x[back]])
        painter.drawPolygon(polygon(xs, np.concatenate([cell.y(bottom[there]), cell.y(top[back])])))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _draw_marks(painter: QPainter, cell: Cell, path: PathView, x: Floats, role: Colours) -> None:
    """Draw a triangle at the edge for a bound, a cross for a search without an end, a diamond where Feller fails."""
    marks, plot = path.marks, cell.plot
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(role.watch))
    for flags, edge, sign in ((marks.below, plot.bottom(), -1.0), (marks.above, plot.top(), 1.0)):
        for at in _spread(x, flags):
            corners = ((-_MARK, sign * 2.0 * _MARK), (_MARK, sign * 2.0 * _MARK), (0.0, 0.0))
            painter.drawPolygon(QPolygonF([QPointF(at + dx, edge + dy) for dx, dy in corners]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen(role.high))
    for at in _spread(x, marks.feller):
        middle = plot.bottom() - 2.0 * _MARK
        diamond = ((-_MARK, 0.0), (0.0, -_MARK), (_MARK, 0.0), (0.0, _MARK))
        painter.drawPolygon(QPolygonF([QPointF(at + dx, middle + dy) for dx, dy in diamond]))
    painter.setPen(pen(role.fail, 1.5))
    where = np.flatnonzero(marks.unsettled)
    values = path.value[where]
    heights = np.where(np.isfinite(values), cell.y(values), plot.top())  # a gap is marked on top
    heights = np.clip(heights, plot.top() + _MARK, plot.bottom() - _MARK)
    for at, y in _spread_pairs(x[where], heights):
        reach = QRectF(at - _MARK, y - _MARK, 2.0 * _MARK, 2.0 * _MARK)
        painter.drawLine(reach.topLeft(), reach.bottomRight())
        painter.drawLine(reach.bottomLeft(), reach.topRight())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _spread(x: Floats, flags: Bools) -> list[float]:
    """Return the pixels of what is flagged, no two of them so close that their marks would cover each other."""
    return [at for at, _ in _spread_pairs(x[flags], x[flags])]


def _spread_pairs(x: Floats, y: Floats) -> list[tuple[float, float]]:
    known = np.isfinite(x) & np.isfinite(y)
    _, first = np.unique((x[known] // _APART).astype(np.int64), return_index=True)
    return list(zip(x[known][first].tolist(), y[known][first].tolist(), strict=True))


def _pieces(x: Floats, y: Floats) -> list[tuple[Floats, Floats]]:
    """Return the stretches of a curve without a gap."""
    return [(x[start:stop], y[start:stop]) for start, stop in runs(np.isfinite(y))]
