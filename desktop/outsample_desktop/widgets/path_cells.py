"""Where small plots lie on a canvas, and how values become pixels in one of them."""

from dataclasses import dataclass
from math import ceil, log
from typing import Final

import numpy as np
from PySide6.QtCore import QRect, QRectF

from outsample.typing import SECOND, Floats
from outsample_desktop.resolve.calibration_views import PathView

__all__ = ["Cell", "cells_of", "span_of"]

_TITLE, _AXIS, _NUMBERS = 15.0, 15.0, 44.0  # pixels above, below and left of a plot
_GAP: Final = 8.0  # pixels between cells
_SHAPE: Final = 2.6  # width over height that a small plot is read best at
_TAIL: Final = 0.01  # share of the times at either end that need not be in sight
_MARGIN: Final = 0.08
_BAND: Final = 0.5  # of the span of the values, how far a band may widen the range
_SIDE: Final = 0.012  # of the time axis left free at either end, as on the timeline


@dataclass(frozen=True, slots=True)
class Cell:
    """One small plot.

    Parameters
    ----------
    box : QRectF
        With title and axes.
    plot : QRectF
        Where the curve is drawn.
    first, last : float
        Ends of the horizontal axis, UTC nanoseconds.
    low, high : float
        Ends of the vertical one.
    """

    box: QRectF
    plot: QRectF
    first: float
    last: float
    low: float
    high: float

    def x(self, times: Floats) -> Floats:
        """Return the pixels of some times, UTC nanoseconds."""
        return self.plot.left() + (times - self.first) * (self.plot.width() / (self.last - self.first))

    def y(self, values: Floats) -> Floats:
        """Return the pixels of some values; those far out of sight end just beyond the plot."""
        share = np.clip((values - self.low) / (self.high - self.low), -1.0, 2.0)
        return self.plot.bottom() - share * self.plot.height()

    def pixel(self, time: float) -> float:
        """Return the pixel of one time, UTC nanoseconds, inside the plot."""
        share = (time - self.first) / (self.last - self.first)
        return self.plot.left() + min(max(share, 0.0), 1.0) * self.plot.width()

    def height_of(self, value: float) -> float:
        """Return the pixel of one value, inside the plot."""
        share = (value - self.low) / (self.high - self.low)
        return self.plot.bottom() - min(max(share, 0.0), 1.0) * self.plot.height()

    def across(self, start: float, stop: float) -> QRect:
        """Return the part of the plot between two times, in whole pixels: fractions of one are slow to fill."""
        left, top = round(self.pixel(start)), round(self.plot.top())
        return QRect(left, top, round(self.pixel(stop)) - left, round(self.plot.bottom()) - top)

    def time_at(self, pixel: float) -> float:
        """Return the time under a pixel, UTC nanoseconds."""
        return self.first + (pixel - self.plot.left()) / self.plot.width() * (self.last - self.first)


def cells_of(paths: tuple[PathView, ...], size: tuple[float, float], ends: tuple[int, int]) -> tuple[Cell, ...]:
    """Return one cell a path, in as many columns as gives them the best shape.

    Parameters
    ----------
    size : (width, height)
    ends : (first, last)
        UTC nanoseconds.
    """
    columns = _columns(len(paths), *size)
    rows = ceil(len(paths) / columns) if paths else 0
    pad = max(_SIDE * (ends[1] - ends[0]), float(SECOND))
    made = []
    for place, path in enumerate(paths):
        row, column = divmod(place, columns)
        width, height = size[0] / columns, size[1] / rows
        box = QRectF(column * width, row * height, width - _GAP, height - 1.0)
        plot = box.adjusted(_NUMBERS, _TITLE, 0.0, -_AXIS)
        if plot.width() > 4.0 and plot.height() > 4.0:
            made.append(Cell(box, plot, ends[0] - pad, ends[1] + pad, *span_of(path)))
    return tuple(made) if len(made) == len(paths) else ()


def span_of(path: PathView) -> tuple[float, float]:
    """Return the range in which nearly all values are seen; a band may widen it by half as much at either end.

    No band widens it beyond what the quantity can be: a correlation is not looked for at two. The level has no say in
    it: it moves with the boundary, and the axis stands.
    """
    known = path.value[np.isfinite(path.value)]
    if not known.size:
        return 0.0, 1.0
    low, high = (float(end) for end in np.quantile(known, (_TAIL, 1.0 - _TAIL), method="nearest"))
    room = (high - low) or 0.1 * abs(high) or 1.0
    below, above = (_typical(end, rest) for end, rest in ((path.low, low), (path.high, high)))
    below, above = max(below, path.least), min(above, path.most)
    low, high = min(low, max(below, low - _BAND * room)), max(high, min(above, high + _BAND * room))
    return low - _MARGIN * room, high + _MARGIN * room


def _typical(end: Floats, otherwise: float) -> float:
    """Return where an end of a band lies in the middle of its times."""
    known = end[np.isfinite(end)]
    return float(np.median(known)) if known.size else otherwise


def _columns(count: int, width: float, height: float) -> int:
    def misshapen(columns: int) -> float:
        across = width / columns - _NUMBERS
        down = height / ceil(count / columns) - _TITLE - _AXIS
        return abs(log(across / down / _SHAPE)) if across > 0.0 and down > 0.0 else 1e9 + columns

    return min(range(1, count + 1), key=misshapen, default=1)
