"""Axes of the panes: UTC dates, and logarithms written as plain numbers."""

from math import ceil, floor, inf, log10
from typing import Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsSceneResizeEvent, QStyleOptionGraphicsItem, QWidget

from outsample_desktop.widgets.lettering import width_of, write_in

__all__ = ["LinearAxis", "LogAxis", "UtcAxis", "date_ticks", "linear_ticks", "log_marks", "log_ticks"]

_DAY: Final = 86_400.0
_DAY_STEPS: Final = (1, 2, 5, 10)
_MONTH_STEPS: Final = (1, 2, 3, 6)
_YEAR_STEPS: Final = (1, 2, 5, 10, 20, 50)
_HOUR_STEPS: Final = (1, 3, 6, 12)
_MINUTE_STEPS: Final = (1, 2, 5, 10, 15, 30)
_LARGEST_POWER: Final = 300.0  # log10 of about the largest double
_LABEL: Final = 58.0  # pixels a date needs
_LINE: Final = 22.0  # pixels a number of a logarithmic axis needs vertically: its ticks crowd at one end
_ROW: Final = 15.0  # pixels a number of a plain axis needs vertically
_HEIGHT: Final = 13.0  # pixels of a line of text
_TICK: Final = 4.0  # pixels
_CROWDED: Final = 0.8  # of its pixels are what a number can do with, where there would be fewer than two
_OVERHANG: Final = (29.0, 4.0)  # pixels by which a number may stand out at the left and at the right end of an axis
_POINTS: Final = 8.0
_MOST_STEPS: Final = 1e12  # beyond, a step is less than the rounding of the numbers it steps through
_MOST_DECIMALS: Final = 8
_LARGEST_WRITTEN: Final = 1e9


def date_ticks(low: float, high: float, pixels: float) -> list[tuple[float, str]]:
    """Return positions (UTC seconds) and texts of dates that fit on an axis: hours, days, months or years.

    Parameters
    ----------
    low, high : float
        Ends of the axis, UTC seconds.
    pixels : float
        Its length.
    """
    if not high > low or pixels <= 0:
        return []
    room = (high - low) / max(pixels / _LABEL, 1.0)  # seconds a label may claim
    first, last = (np.datetime64(int(value), "s") for value in (floor(low), ceil(high)))
    if room <= 15.0:
        marks = _clock(first, last, "s", next((s for s in _MINUTE_STEPS if s >= room), 30))
    elif room <= 30 * 60.0:
        marks = _clock(first, last, "m", next((m for m in _MINUTE_STEPS if m * 60.0 >= room), 30))
    elif room <= 12 * 3600.0:
        marks = _hours(first, last, next((h for h in _HOUR_STEPS if h * 3600.0 >= room), 12))
    elif room <= _DAY_STEPS[-1] * _DAY:
        step = next(d for d in _DAY_STEPS if d * _DAY >= room)
        days = np.arange(first.astype("datetime64[D]"), last.astype("datetime64[D]") + 1)
        marks = [(day, _short(day)) for day in days if _day_of_month(day) == 1 or _is_round(day, step)]
    elif room <= 183 * _DAY:
        step = next((m for m in _MONTH_STEPS if m * 30.5 * _DAY >= room), 6)
        months = np.arange(first.astype("datetime64[M]"), last.astype("datetime64[M]") + 1)
        marks = [(month, _short(month)) for month in months if int(month.astype(int)) % step == 0]
    else:
        step = next((y for y in _YEAR_STEPS if y * 366 * _DAY >= room), 100)
        years = np.arange(first.astype("datetime64[Y]"), last.astype("datetime64[Y]") + 1)
        marks = [(year, str(year)) for year in years if (int(year.astype(int)) + 1970) % step == 0]
    placed = [(float(mark.astype("datetime64[s]").astype(np.int64)), text) for mark, text in marks]
    return [(at, text) for at, text in placed if low <= at <= high]


def _clock(first: np.datetime64, last: np.datetime64, unit: str, step: int) -> list[tuple[np.datetime64, str]]:
    """Return round minutes or seconds."""
    kind = f"datetime64[{unit}]"
    marks = np.arange(first.astype("datetime64[h]").astype(kind), last.astype(kind) + 1, step)
    return [(mark, str(mark)[11:]) for mark in marks]


def _hours(first: np.datetime64, last: np.datetime64, step: int) -> list[tuple[np.datetime64, str]]:
    midnight = first.astype("datetime64[D]").astype("datetime64[h]")
    hours = np.arange(midnight, last.astype("datetime64[h]") + 1, step)
    texts = [str(hour) for hour in hours]
    return [
        (hour, _short(hour) if text.endswith("T00") else f"{text[-2:]}:00")
        for hour, text in zip(hours, texts, strict=True)
    ]


def _day_of_month(day: np.datetime64) -> int:
    return int((day - day.astype("datetime64[M]")).astype(int)) + 1


def _is_round(day: np.datetime64, step: int) -> bool:
    """Whether a day is a multiple of the step in its month, far enough from the first of the next one."""
    number = _day_of_month(day)
    return number > step // 2 and (number - 1) % step == 0 and number + step // 2 <= 30


_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _short(mark: np.datetime64) -> str:
    """Return ``2 Jan``, ``Feb`` for the first of a month, ``2026`` for the first of a year."""
    text = str(mark.astype("datetime64[D]"))
    month = _MONTHS[int(text[5:7]) - 1]
    if text[8:] != "01":
        return f"{int(text[8:])} {month}"
    return f"{month} {text[:4]}" if text[5:7] == "01" else month


def log_ticks(low: float, high: float, pixels: float) -> list[float]:
    """Return positions (log10) of round numbers that fit on an axis of `pixels`."""
    if not -_LARGEST_POWER < low < high < _LARGEST_POWER:
        return [float(power) for power in (low, high) if -_LARGEST_POWER < power < _LARGEST_POWER]
    most = max(2, int(pixels / _LINE))
    for steps in ((1.0, 1.5, 2.0, 3.0, 5.0, 7.0), (1.0, 2.0, 5.0), (1.0, 3.0), (1.0,)):
        values = [
            decade + log10(step)
            for decade in range(floor(low), ceil(high) + 1)
            for step in steps
            if low <= decade + log10(step) <= high
        ]
        if 2 <= len(values) <= most:
            return values
    return _linear_ticks(low, high, most)


def log_marks(low: float, high: float, pixels: float) -> list[tuple[float, str]]:
    """Return the positions of `log_ticks` with the numbers they stand for."""
    return [(at, _plain(at)) for at in log_ticks(low, high, pixels)]


def _plain(at: float) -> str:
    return f"{10.0**at:.4g}"


def _linear_ticks(low: float, high: float, most: int) -> list[float]:
    """Return equally spaced numbers, where a range is too small for powers or too large for its pixels.

    They are the finest of at most `most`, or the first that are two.
    """
    bottom, top = 10.0**low, 10.0**high
    if top / bottom > 10.0:
        skip = max(1, round((high - low) / 3))
        return [float(decade) for decade in range(ceil(low), floor(high) + 1, skip)]
    rough = (top - bottom) / 3.0
    unit = 10.0 ** floor(log10(rough))
    found: list[float] = []
    for factor in (10.0, 5.0, 2.0, 1.0, 0.5, 0.2):
        step = factor * unit
        finer = [log10(step * k) for k in range(max(ceil(bottom / step), 1), int(top / step) + 1)]
        is_crowded = len(finer) > most or len(set(map(_plain, finer))) < len(finer)
        if is_crowded and len(found) >= 2:
            break
        found = finer
    return found


def linear_ticks(low: float, high: float, pixels: float, label: float, least: float = 0.0) -> list[tuple[float, str]]:
    """Return positions and texts of round numbers, each with `label` pixels to itself; at least two where they fit.

    Parameters
    ----------
    low, high : float
        Ends of the axis.
    pixels : float
        Its length.
    label : float
        Pixels that a number needs.
    least : float
        Step below which there is nothing: 1 for counts.
    """
    span = high - low
    if not (0.0 < span < inf and pixels > 0):
        return []
    rough = span / max(pixels / label, 2.0)
    unit = 10.0 ** floor(log10(rough))
    found: list[tuple[float, str]] = []
    for factor in (10.0, 5.0, 2.0, 1.0, 0.5):
        step = factor * unit
        if step <= 0.0 or step < least or max(abs(low), abs(high)) / step > _MOST_STEPS:
            break
        if step < rough and len(found) >= 2:
            break
        places = [step * k for k in range(ceil(low / step), floor(high / step) + 1)]
        if step >= rough or len(places) * _CROWDED * label <= pixels:
            found = list(zip(places, _written(places, step), strict=True))
    return found if len({text for _, text in found}) == len(found) else []


def _written(values: list[float], step: float) -> list[str]:
    """Return multiples of a round step with the digits that the step has, in the shortest of the usual ways.

    From 10,000 on that may be thousands (k), from 10 million on millions (M), and powers of ten for what is far from 1.
    """
    top = max((abs(value) for value in values), default=0.0)
    digits = floor(log10(top)) - floor(log10(step) + 1e-9) if top > 0.0 else 0
    ways = [[f"{value:.{max(digits, 0)}e}" if value else "0" for value in values]]
    for size, letter in ((1.0, ""), (1e3, "k"), (1e6, "M")):
        decimals = max(0, -floor(log10(step / size) + 1e-9))
        if decimals <= _MOST_DECIMALS and top / size < _LARGEST_WRITTEN and (size == 1.0 or top >= 10.0 * size):
            ways.append([f"{value / size:,.{decimals}f}{letter if value else ''}" for value in values])
    shortest = min(reversed(ways), key=lambda texts: max(map(len, texts), default=0) + 2 * (texts is ways[0]))
    return [text.replace("-", "−") for text in shortest]


class _Axis(pg.AxisItem):  # type: ignore[misc]
    """An axis that writes its marks itself: the stock one lays every text out anew whenever its range moves.

    While the range stands, it is kept as a picture.

    Parameters
    ----------
    side : str
        ``left`` or ``bottom``.
    """

    def __init__(self, side: str) -> None:
        self._box = self._room = QRectF()
        self._pens: tuple[QPen, QPen] | None = None
        self.is_left, self.has_text, self.is_whole = side == "left", True, False
        super().__init__(side)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)

    def marks(self, low: float, high: float, pixels: float) -> list[tuple[float, str]]:
        """Return positions and texts; each axis has its own."""
        return linear_ticks(low, high, pixels, _ROW if self.is_left else _LABEL, 1.0 if self.is_whole else 0.0)

    def paint_in(self, line: QPen, text: QPen) -> None:
        """Take the pens of a theme."""
        self._pens = line, text
        self.update()

    def resizeEvent(self, event: QGraphicsSceneResizeEvent | None = None) -> None:
        """Remember the size: Qt asks for it several times a paint."""
        super().resizeEvent(event)
        self._box = QRectF(QPointF(0.0, 0.0), self.size())
        self._room = self._box if self.is_left else self._box.adjusted(-_OVERHANG[0], 0.0, _OVERHANG[1], 0.0)

    def boundingRect(self) -> QRectF:
        """Return the room of the axis; the first and the last number of a horizontal one stand out."""
        return self._room

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw line, ticks and numbers."""
        del option, widget
        (low, high), box = self.range, self._box
        length = box.height() if self.is_left else box.width()
        if self._pens is None or not (np.isfinite(low) and np.isfinite(high)) or high <= low or length <= 0.0:
            return
        painter.setPen(self._pens[0])
        painter.drawLine(
            box.topRight() if self.is_left else box.topLeft(), box.bottomRight() if self.is_left else box.topRight()
        )
        if not self.has_text:
            return
        placed = [(at, text) for at, text in self.marks(low, high, length) if low <= at <= high]
        scale = length / (high - low)
        places = [length - (at - low) * scale if self.is_left else (at - low) * scale for at, _ in placed]
        for place in places:
            if self.is_left:
                painter.drawLine(QPointF(box.right() - _TICK, place), QPointF(box.right(), place))
            else:
                painter.drawLine(QPointF(place, 0.0), QPointF(place, _TICK))
        painter.setPen(self._pens[1])
        for place, (_, text) in zip(places, placed, strict=True):
            if not self.is_left or _has_room(place, places, length):
                self._write(painter, place, text, length)

    def _write(self, painter: QPainter, place: float, text: str, length: float) -> None:
        """Write a number beside its tick; one that has no room is left out, never cut: half a number is a wrong one."""
        width = width_of(text, _POINTS)
        if self.is_left:
            room = self._box.right() - _TICK - 3.0
            top = min(max(place - 0.5 * _HEIGHT, 0.0), length - _HEIGHT)
            if width <= room:
                write_in(painter, (0.0, top, room, _HEIGHT), text, _POINTS, align=1.0)
        elif -_OVERHANG[0] <= place - 0.5 * width and place + 0.5 * width <= length + _OVERHANG[1]:
            write_in(painter, (place - 0.5 * width, _TICK - 1.0, width, _HEIGHT), text, _POINTS)


def _has_room(place: float, places: list[float], length: float) -> bool:
    """Whether a number stands at its tick, or pushed inside from the end of a vertical axis touches none of the others.

    Its tick stays in any case.
    """
    inside = min(max(place, 0.5 * _HEIGHT), length - 0.5 * _HEIGHT)
    return inside == place or all(abs(inside - other) >= _HEIGHT for other in places if other != place)


class LinearAxis(_Axis):
    """An axis of plain numbers."""


class UtcAxis(_Axis):
    """An axis of UTC dates; the zone of the machine never shows."""

    def __init__(self) -> None:
        super().__init__("bottom")

    def marks(self, low: float, high: float, pixels: float) -> list[tuple[float, str]]:
        """Return the dates that fit."""
        return date_ticks(low, high, pixels)


class LogAxis(_Axis):
    """An axis over log10 values whose ticks read as plain numbers; an ordinary axis while `is_log` is False.

    Parameters
    ----------
    side : str
        ``left`` or ``bottom``.
    """

    def __init__(self, side: str, is_log: bool = True) -> None:
        super().__init__(side)
        self.is_log = is_log

    def read_as(self, is_log: bool, is_whole: bool = False) -> None:
        """Say whether values are log10 of what is written, and whether they are counts."""
        if (self.is_log, self.is_whole) != (is_log, is_whole):
            self.is_log, self.is_whole = is_log, is_whole
            self.update()

    def marks(self, low: float, high: float, pixels: float) -> list[tuple[float, str]]:
        """Return round numbers that fit."""
        if not self.is_log:
            return super().marks(low, high, pixels)
        return log_marks(low, high, pixels if self.is_left else pixels / 2.0)
