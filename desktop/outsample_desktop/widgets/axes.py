"""Axes of the panes: UTC dates, and logarithms written as plain numbers."""

from math import ceil, floor, log10
from typing import Any, Final

import numpy as np
import pyqtgraph as pg

__all__ = ["LogAxis", "UtcAxis", "date_ticks", "log_ticks"]

_DAY: Final = 86_400.0
_DAY_STEPS: Final = (1, 2, 5, 10)
_MONTH_STEPS: Final = (1, 2, 3, 6)
_YEAR_STEPS: Final = (1, 2, 5, 10, 20, 50)
_HOUR_STEPS: Final = (1, 3, 6, 12)
_MINUTE_STEPS: Final = (1, 2, 5, 10, 15, 30)
_LARGEST_POWER: Final = 300.0  # log10 of about the largest double
_LABEL: Final = 58.0  # pixels a date needs
_LINE: Final = 22.0  # pixels a number needs vertically


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
    return _linear_ticks(low, high)


def _linear_ticks(low: float, high: float) -> list[float]:
    """Return equally spaced numbers, where a range is too small for powers or too large for its pixels."""
    bottom, top = 10.0**low, 10.0**high
    if top / bottom > 10.0:
        skip = max(1, round((high - low) / 3))
        return [float(decade) for decade in range(ceil(low), floor(high) + 1, skip)]
    rough = (top - bottom) / 3.0
    unit = 10.0 ** floor(log10(rough))
    found: list[float] = []
    for factor in (10.0, 5.0, 2.0, 1.0, 0.5, 0.2):
        step = factor * unit
        found = [log10(step * k) for k in range(max(ceil(bottom / step), 1), int(top / step) + 1)]
        if len(found) >= 2:
            return found
    return found


class UtcAxis(pg.AxisItem):  # type: ignore[misc]
    """An axis of UTC dates; the zone of the machine never shows."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self._texts: dict[float, str] = {}

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:
        """Return the dates that fit."""
        ticks = date_ticks(min(minVal, maxVal), max(minVal, maxVal), size)
        self._texts = dict(ticks)
        return [(1.0, list(self._texts))]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return the text of each date."""
        return [self._texts.get(value, "") for value in values]


class LogAxis(pg.AxisItem):  # type: ignore[misc]
    """An axis over log10 values whose ticks read as plain numbers; an ordinary axis while `is_log` is False.

    Parameters
    ----------
    orientation : str
        As pyqtgraph has it: ``left`` or ``bottom``.
    """

    def __init__(self, orientation: str, is_log: bool = True) -> None:
        super().__init__(orientation)
        self.is_log = is_log

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:
        """Return round numbers that fit."""
        if self.is_log:
            pixels = size if self.orientation == "left" else size / 2.0
            return [(1.0, log_ticks(min(minVal, maxVal), max(minVal, maxVal), pixels))]
        plain: list[tuple[float, list[float]]] = super().tickValues(minVal, maxVal, size)
        return plain[:1]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return the number of each tick."""
        if self.is_log:
            return [f"{10.0**value:.4g}" for value in values]
        plain: list[Any] = super().tickStrings(values, scale, spacing)
        return [str(text).replace("-", "−") for text in plain]
