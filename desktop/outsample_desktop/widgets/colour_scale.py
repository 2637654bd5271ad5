"""From a value to a colour: sequential for sizes, diverging with its middle exactly at zero for signed values."""

from typing import Final

from PySide6.QtCore import QPointF
from PySide6.QtGui import QBrush, QColor, QLinearGradient

from outsample_desktop.theme import Colours

__all__ = ["ColourScale", "contrasting"]

# Anchors sampled along cividis (Nuñez, Anderton, Renslow 2018, doi:10.1371/journal.pone.0199239).
_SEQUENTIAL: Final = ("#00224e", "#35456c", "#666970", "#948e77", "#c8b866", "#fee838")


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
        self._is_signed = is_signed
        self._reach = reach if reach > 0 else 1.0

    def colour(self, value: float) -> QColor:
        """Return the colour of a finite value."""
        share = value / self._reach
        share = 0.5 * (share + 1.0) if self._is_signed else share
        return self._blend(min(max(share, 0.0), 1.0))

    def gradient(self, top: float, height: float) -> QBrush:
        """Return the scale as a vertical brush, largest value on top."""
        ramp = QLinearGradient(QPointF(0, top + height), QPointF(0, top))
        for i, name in enumerate(self._stops):
            ramp.setColorAt(i / (len(self._stops) - 1), QColor(name))
        return QBrush(ramp)

    def _blend(self, share: float) -> QColor:
        place = share * (len(self._stops) - 1)
        left = min(int(place), len(self._stops) - 2)
        part = place - left
        a, b = QColor(self._stops[left]), QColor(self._stops[left + 1])
        mixed = (
            round(x + part * (y - x))
            for x, y in ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))
        )
        return QColor(*mixed)


def contrasting(fill: QColor) -> QColor:
    """Return black or white, whichever reads better on `fill`."""
    luminance = 0.2126 * fill.redF() ** 2.2 + 0.7152 * fill.greenF() ** 2.2 + 0.0722 * fill.blueF() ** 2.2
    return QColor("#0b0d10") if luminance > 0.18 else QColor("#ffffff")
