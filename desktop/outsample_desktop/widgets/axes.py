"""Axes of the panes: UTC dates, logarithms written as plain numbers, tenors in days."""

from math import ceil, floor, log10
from typing import Any, Final

import pyqtgraph as pg

__all__ = ["LogAxis", "date_axis"]

_STEPS: Final = (1.0, 2.0, 5.0)


def date_axis() -> pg.DateAxisItem:
    """Return an axis of UTC dates; the local zone of the machine never shows."""
    return pg.DateAxisItem(orientation="bottom", utcOffset=0)


class LogAxis(pg.AxisItem):  # type: ignore[misc]
    """An axis over log10 values whose ticks read 1, 2, 5, 10 and so on, in plain numbers.

    Parameters
    ----------
    orientation : str
        As pyqtgraph has it: ``left`` or ``bottom``.
    """

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation)
        self.is_log = True

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:
        """Return ticks at 1, 2 and 5 times the powers of ten, or plain ones where the range is too small for them."""
        if not self.is_log:
            found: list[tuple[float, list[float]]] = super().tickValues(minVal, maxVal, size)
            return found[:1]
        low, high = min(minVal, maxVal), max(minVal, maxVal)
        values = [
            decade + log10(step)
            for decade in range(floor(low), ceil(high) + 1)
            for step in _STEPS
            if low <= decade + log10(step) <= high
        ]
        if len(values) >= 2:
            while len(values) > max(2, size / 22.0):
                values = values[::3] if len(values) > 6 else values[::2]
            return [(1.0, values)]
        step = (10.0**high - 10.0**low) / 4.0
        unit = 10.0 ** floor(log10(step)) if step > 0 else 1.0
        step = next(s * unit for s in (1.0, 2.0, 5.0, 10.0) if s * unit >= step)
        first = ceil(10.0**low / step)
        return [(1.0, [log10(step * k) for k in range(max(first, 1), int(10.0**high / step) + 1)])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return the plain number of each tick."""
        if not self.is_log:
            plain: list[Any] = super().tickStrings(values, scale, spacing)
            return [str(text).replace("-", "−") for text in plain]
        return [f"{10.0**value:.4g}" for value in values]
