"""Estimates through time: one small plot each, with error band, marks, and the level that a train window gives.

Curves, bands and marks are drawn once and kept as a picture. What follows a boundary is drawn over it at every move:
washes, levels, boundaries and the cursor.
"""

from math import isfinite
from typing import Final

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPixmap, QRegion
from PySide6.QtWidgets import QWidget

from outsample.number_text import significant
from outsample.windows import iso
from outsample_desktop.resolve.calibration_views import PathsView, PathView
from outsample_desktop.resolve.views import same
from outsample_desktop.theme import Colours
from outsample_desktop.widgets.canvas import Canvas
from outsample_desktop.widgets.canvas_pane import CanvasPane
from outsample_desktop.widgets.cell_grid import hatch
from outsample_desktop.widgets.lettering import width_of, write_in
from outsample_desktop.widgets.path_cells import Cell, cells_of
from outsample_desktop.widgets.path_drawing import draw_axes, draw_path
from outsample_desktop.widgets.plot import pen
from outsample_desktop.widgets.shortening import shortened

__all__ = ["PathsPane"]

_POINTS: Final = 7.5
_TILE: Final = 512  # pixels of a hatched square
_APART: Final = 8.0  # pixels between a title and its level
_CAP: Final = 4.0  # half the width of the ends of an error bar, pixels
_POOLED: Final = 2  # hue
_STEPS: Final = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class PathsPane(CanvasPane["PathsCanvas"]):
    """Small plots under a title.

    Parameters
    ----------
    name : str
        Accessible name.

    Signals
    -------
    pointed(object)
        The cursor is wanted at a time of the paths (int ns).
    """

    pointed = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, PathsCanvas(name), parent)
        self.canvas.pointed.connect(self.pointed)

    def render_view(self, view: PathsView | None) -> None:
        """Show a view; None shows nothing."""
        if view is not None:
            self.title.show_text(view.title, view.detail)
        self.canvas.render_view(view)


class PathsCanvas(Canvas[PathsView | None]):
    """The small plots themselves; signals as of `PathsPane`."""

    pointed = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, (200, 60), parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._cells: tuple[Cell, ...] = ()
        self._still: QPixmap | None = None
        self._hatch = QPixmap()

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self._still, self._hatch = None, _hatched(role)
        super().paint_in(role)

    def render_view(self, view: PathsView | None) -> None:
        """Show a view; None shows nothing."""
        if not _is_still(self._view, view):
            self._still = None
        if view is not None:
            texts = (f"{path.title} {path.level_text}" for path in view.paths)
            self.setAccessibleDescription(f"{view.title}: {'; '.join(texts)}")
        super().render_view(view)

    # ------------------------------------------------------------------ mouse and keyboard

    def cell_at(self, position: QPointF) -> tuple[Cell, PathView] | None:
        """Return the plot under a position, or None."""
        if self._view is None:
            return None
        pairs = zip(self._cells, self._view.paths, strict=False)
        return next((pair for pair in pairs if pair[0].box.contains(position)), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Set the cursor to the nearest time."""
        found, view = self.cell_at(event.position()), self._view
        if event.button() is Qt.MouseButton.LeftButton and found is not None and view is not None and view.times.size:
            self.pointed.emit(int(view.times[_nearest(view, found[0].time_at(event.position().x()))]))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what lies under the mouse."""
        found, view = self.cell_at(event.position()), self._view
        if found is None or view is None or not view.times.size:
            self.setToolTip("")
            return
        cell, path = found
        self.setToolTip(said_of(path, view, _nearest(view, cell.time_at(event.position().x()))))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cursor by times: arrows one, with Shift ten, Home and End."""
        view, key = self._view, Qt.Key(event.key())
        if view is None or not view.times.size or key not in (*_STEPS, Qt.Key.Key_Home, Qt.Key.Key_End):
            super().keyPressEvent(event)
            return
        last = view.times.size - 1
        if key in _STEPS:
            reach = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            place = _nearest(view, view.cursor) + _STEPS[key] * reach
        else:
            place = 0 if key == Qt.Key.Key_Home else last
        self.pointed.emit(int(view.times[min(max(place, 0), last)]))

    # ------------------------------------------------------------------ painting

    def _paint(self, painter: QPainter, role: Colours, where: QRegion) -> None:
        """Paint washes, the kept picture, and what moves over it."""
        view = self._view
        if view is None or not view.paths:
            return
        if self._still is None or self._still.size() != self.size() * self.devicePixelRatioF():
            self._keep_still(view, role)
        for cell in self._cells:
            self._paint_windows(painter, cell, view, role)
        if self._still is not None:
            painter.drawPixmap(0, 0, self._still)
        for cell, path in zip(self._cells, view.paths, strict=False):
            self._paint_level(painter, cell, path, view, role)

    def _keep_still(self, view: PathsView, role: Colours) -> None:
        """Draw what no boundary moves."""
        self._cells = cells_of(view.paths, (float(self.width()), float(self.height())), (view.first, view.last))
        ratio = self.devicePixelRatioF()
        still = QPixmap(self.size() * ratio)
        still.setDevicePixelRatio(ratio)
        still.fill(Qt.GlobalColor.transparent)
        painter = QPainter(still)
        for cell, path in zip(self._cells, view.paths, strict=False):
            draw_axes(painter, cell, role)
            draw_path(painter, cell, path, view.times, role)
        painter.end()
        self._still = still

    def _paint_windows(self, painter: QPainter, cell: Cell, view: PathsView, role: Colours) -> None:
        """Fill train, hatch the purge, outline test, as on the timeline."""
        train, test = view.split.train, view.split.test
        inside = cell.across(train.start, train.stop)
        painter.fillRect(inside, QColor(role.train))
        if test.start > train.stop:
            gap = cell.across(train.stop, test.start)
            for left in range(gap.left(), gap.left() + gap.width(), _TILE):
                for top in range(gap.top(), gap.top() + gap.height(), _TILE):
                    part = gap.intersected(QRect(left, top, _TILE, _TILE))
                    painter.drawPixmap(part.topLeft(), self._hatch, QRect(QPoint(0, 0), part.size()))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen(role.muted))
        painter.drawRect(cell.across(test.start, test.stop).adjusted(0, 0, -1, -1))
        painter.setPen(pen(role.accent))
        painter.drawLine(inside.right() + 1, inside.top(), inside.right() + 1, inside.bottom())

    @staticmethod
    def _paint_level(painter: QPainter, cell: Cell, path: PathView, view: PathsView, role: Colours) -> None:
        """Write the title, and draw what the train window gives, dashed on over the test window."""
        has_exact, rough, hue = isfinite(path.exact), role.models[_POOLED], role.models[path.hue]
        if isfinite(path.level):
            _draw_level(painter, cell, view, path.level, (rough, 1.0 if has_exact else 2.0), goes_on=not has_exact)
        if has_exact:
            _draw_level(painter, cell, view, path.exact, (hue, 2.0), goes_on=True)
            painter.setPen(pen(hue))
            _draw_error(painter, cell, view, path)
        x = cell.pixel(view.cursor)
        painter.setPen(pen(role.muted, 1.0, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(x, cell.plot.top()), QPointF(x, cell.plot.bottom()))
        line = (cell.box.left() + 6.0, cell.box.top(), cell.box.width() - 6.0, cell.plot.top() - cell.box.top())
        title, level = _heading(path, cell, line[2])
        painter.setPen(pen(hue if has_exact else rough))
        write_in(painter, line, level, _POINTS, align=1.0)
        painter.setPen(pen(role.text))
        write_in(painter, line, title, _POINTS, align=0.0)


def _draw_level(
    painter: QPainter, cell: Cell, view: PathsView, level: float, ink: tuple[str, float], goes_on: bool
) -> None:
    """Draw a level over the train window, and thin dashes where it is taken on to the test window."""
    y, (colour, width) = cell.height_of(level), ink
    train, test = view.split.train, view.split.test
    painter.setPen(pen(colour, width))
    painter.drawLine(QPointF(cell.pixel(train.start), y), QPointF(cell.pixel(train.stop), y))
    if goes_on:
        painter.setPen(pen(colour, 1.0, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(cell.pixel(test.start), y), QPointF(cell.pixel(test.stop), y))


def _draw_error(painter: QPainter, cell: Cell, view: PathsView, path: PathView) -> None:
    """Draw the 95 % interval of the exact estimate beside the boundary, on the side of the train window."""
    if not isfinite(path.exact_error):
        return
    x = max(cell.pixel(view.split.train.stop) - _CAP - 2.0, cell.pixel(view.split.train.start))
    low, high = (cell.height_of(path.exact + sign * path.exact_error) for sign in (-1.0, 1.0))
    painter.drawLine(QPointF(x, low), QPointF(x, high))
    for y in (low, high):
        painter.drawLine(QPointF(x - _CAP, y), QPointF(x + _CAP, y))


def _hatched(role: Colours) -> QPixmap:
    """Return a hatched square: copied, it takes a fiftieth of the time of a brush with a pattern."""
    tile = QPixmap(_TILE, _TILE)
    tile.fill(QColor(role.panel))
    painter = QPainter(tile)
    painter.fillRect(tile.rect(), hatch(role))
    painter.end()
    return tile


def _heading(path: PathView, cell: Cell, room: float) -> tuple[str, str]:
    """Return title and level as they fit beside each other: the unit goes first, then the error of the level.

    An arrow says that the level lies beyond the axis.
    """
    best = path.exact if isfinite(path.exact) else path.level
    beyond = "↑ " if best > cell.high else "↓ " if best < cell.low else ""
    title, level = path.title, f"{beyond}{path.level_text}"
    bare = level.partition(" ± ")[0]
    whole = f"{title} [{path.unit}]" if path.unit else title
    for left, right in ((whole, level), (title, level), (title, bare)):
        if width_of(left, _POINTS) + width_of(right, _POINTS) + _APART <= room:
            return left, right
    return shortened(title, _POINTS, max(room - width_of(bare, _POINTS) - _APART, 0.0)), bare


def said_of(path: PathView, view: PathsView, place: int) -> str:
    """Return what is known of one value, in a sentence for a tool tip."""
    value, error = float(path.value[place]), 0.5 * float(path.high[place] - path.low[place])
    marks = path.marks
    notes = [f"95 % within ± {significant(error)}"] if isfinite(error) else []
    notes += ["at its lower bound"] if marks.below[place] else []
    notes += ["at its upper bound"] if marks.above[place] else []
    notes += ["the search did not converge"] if marks.unsettled[place] else []
    notes += ["the Feller condition is violated"] if marks.feller[place] else []
    known = (("exact", path.exact), ("pooled", path.level))
    levels = [f"{name} {significant(level)}" for name, level in known if isfinite(level)]
    notes += [f"train window: {', '.join(levels)}"] if levels else []
    when = iso(int(view.times[place]))[:16].replace("T", " ")
    return f"{path.title} at {when} UTC: {significant(value)} {path.unit}\n{', '.join(notes)}".strip()


def _nearest(view: PathsView, time: float) -> int:
    return int(np.argmin(np.abs(view.times - time)))


def _is_still(old: PathsView | None, new: PathsView | None) -> bool:
    """Whether two views share everything that no boundary moves."""
    if old is None or new is None or len(old.paths) != len(new.paths):
        return False
    ends = (old.first, old.last) == (new.first, new.last)
    lines = zip(old.paths, new.paths, strict=True)
    return ends and same(old.times, new.times) and all(_is_same_line(a, b) for a, b in lines)


def _is_same_line(old: PathView, new: PathView) -> bool:
    return all(same(getattr(old, name), getattr(new, name)) for name in ("value", "low", "high", "marks"))
