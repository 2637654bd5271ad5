"""From a value to a colour: sequential for sizes, diverging with its middle exactly at zero for signed values."""

from functools import cache
from typing import Final

from PySide6.QtCore import QPointF
from PySide6.QtGui import QBrush, QColor, QLinearGradient

from outsample_desktop.theme import Colours

__all__ = ["ColourScale", "blend", "step_of"]

# Anchors sampled along cividis (Nuñez, Anderton, Renslow 2018, doi:10.1371/journal.pone.0199239).
_SEQUENTIAL: Final = ("#00224e", "#35456c", "#666970", "#948e77", "#c8b866", "#fee838")
_STEPS: Final = 257  # odd, so that zero of a signed scale has a place of its own


class ColourScale:
    """Colours of values between 0 (or minus `reach`) and `reach`; values beyond are clipped.

    Parameters
    ----------
    role : Colours
    is_signed : bool
    reach : float
    """

    def __init__(self, role: Colours, is_signed: bool, reach: float) -> None:
        self._stops = (role.low, role.middle, role.high) if is_signed else _SEQUENTIAL
        self._table = _table(self._stops)
        self._is_signed = is_signed
        self._reach = reach

    def step(self, value: float) -> int:
        """Return the place of a finite value in the table of colours."""
        return step_of(value, self._is_signed, self._reach)

    def colours(self, value: float) -> tuple[QColor, QColor]:
        """Return the colour of a finite value, and black or white, whichever reads better on it."""
        return self._table[self.step(value)]

    def gradient(self, top: float, height: float) -> QBrush:
        """Return the scale as a vertical brush, largest value on top."""
        ramp = QLinearGradient(QPointF(0, top + height), QPointF(0, top))
        for i, name in enumerate(self._stops):
            ramp.setColorAt(i / (len(self._stops) - 1), QColor(name))
        return QBrush(ramp)


def step_of(value: float, is_signed: bool, reach: float) -> int:
    """Return the place of a finite value in the table of colours of any theme."""
    share = value / (reach if reach > 0 else 1.0)
    share = 0.5 * (share + 1.0) if is_signed else share
    return round(min(max(share, 0.0), 1.0) * (_STEPS - 1))


@cache
def _table(stops: tuple[str, ...]) -> tuple[tuple[QColor, QColor], ...]:
    """Return colours and their contrast, from the lowest value to the highest; the middle one is exact."""
    fills = [blend(stops, step / (_STEPS - 1)) for step in range(_STEPS)]
    return tuple((fill, _contrasting(fill)) for fill in fills)


@cache
def blend(stops: tuple[str, ...], share: float) -> QColor:
    """Return the colour at a share of the way from the first stop to the last. Never alter it."""
    place = share * (len(stops) - 1)
    left = min(int(place), len(stops) - 2)
    part = place - left
    a, b = QColor(stops[left]), QColor(stops[left + 1])
    pairs = ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))
    return QColor(*(round(x + part * (y - x)) for x, y in pairs))


def _contrasting(fill: QColor) -> QColor:
    """Return black or white, whichever reads better on `fill`."""
    luminance = 0.2126 * fill.redF() ** 2.2 + 0.7152 * fill.greenF() ** 2.2 + 0.0722 * fill.blueF() ** 2.2
    return QColor("#0b0d10") if luminance > 0.18 else QColor("#ffffff")
