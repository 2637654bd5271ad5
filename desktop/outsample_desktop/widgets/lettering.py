"""Text laid out once: most of what a move writes has been written before.

Laying out a word costs several times as much as drawing it. A drag writes some two hundred words a move, most of
them labels that never change or short numbers that come again.
"""

from functools import lru_cache
from typing import Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QStaticText, QTransform

from outsample_desktop.theme import small_font

__all__ = ["elided", "width_of", "write", "write_in"]

_KEPT: Final = 8192  # words; about a kilobyte each


@lru_cache(_KEPT)
def _laid_out(text: str, points: float, bold: bool) -> tuple[QStaticText, float, float]:
    """Return a word with its width and its height."""
    made = QStaticText(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    made.prepare(QTransform(), small_font(points, bold))
    size = made.size()
    return made, size.width(), size.height()


def width_of(text: str, points: float, bold: bool = False) -> float:
    """Return the width of a text in pixels."""
    return _laid_out(text, points, bold)[1]


@lru_cache(_KEPT)
def elided(text: str, points: float, room: float, bold: bool = False) -> str:
    """Return what fits into `room` pixels, with an ellipsis where that is not all."""
    if width_of(text, points, bold) <= room:
        return text
    return QFontMetricsF(small_font(points, bold)).elidedText(text, Qt.TextElideMode.ElideRight, max(room, 0.0))


def write(painter: QPainter, left: float, top: float, text: str, points: float, bold: bool = False) -> float:
    """Write a text from its upper left corner in the colour of the pen; return its width."""
    made, width, _ = _laid_out(text, points, bold)
    painter.setFont(small_font(points, bold))
    painter.drawStaticText(QPointF(left, top), made)
    return width


def write_in(
    painter: QPainter,
    place: tuple[float, float, float, float],
    text: str,
    points: float,
    align: float = 0.5,
    bold: bool = False,
) -> None:
    """Write a text into (left, top, width, height), in its vertical middle.

    Parameters
    ----------
    align : float
        0 on the left, 0.5 in the middle, 1 on the right.
    """
    made, width, height = _laid_out(text, points, bold)
    left, top = place[0] + align * (place[2] - width), place[1] + 0.5 * (place[3] - height)
    painter.setFont(small_font(points, bold))
    painter.drawStaticText(QPointF(left, top), made)
