"""Text laid out once: most of what a move writes has been written before.

Laying out a word costs several times as much as drawing it. A drag writes some two hundred words a move, most of
them labels that never change or short numbers that come again. A word is laid out for keeps when it comes the
second time: figures that are written once and never again are cheaper drawn as they are. The pixels are the same,
because words begin at whole pixels; between them the two ways differ on a fine screen.
"""

from functools import cache, lru_cache
from math import ceil
from typing import Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QStaticText, QTransform

from outsample_desktop.theme import small_font

__all__ = ["elided", "width_of", "write", "write_in"]

_KEPT: Final = 8192  # words; about a kilobyte each
_laid_out: Final[dict[tuple[str, float, bool], QStaticText]] = {}
_met: Final[set[tuple[str, float, bool]]] = set()


@cache
def _metrics(points: float, bold: bool) -> tuple[QFontMetricsF, float, float]:
    """Return the measures of a font with its ascent and the height of a line."""
    measures = QFontMetricsF(small_font(points, bold))
    return measures, measures.ascent(), float(ceil(measures.height()))


@lru_cache(_KEPT)
def width_of(text: str, points: float, bold: bool = False) -> float:
    """Return the width of a text in pixels."""
    return _metrics(points, bold)[0].horizontalAdvance(text)


@lru_cache(_KEPT)
def elided(text: str, points: float, room: float, bold: bool = False) -> str:
    """Return what fits into `room` pixels, with an ellipsis where that is not all."""
    if width_of(text, points, bold) <= room:
        return text
    return _metrics(points, bold)[0].elidedText(text, Qt.TextElideMode.ElideRight, max(room, 0.0))


def write(painter: QPainter, left: float, top: float, text: str, points: float, bold: bool = False) -> float:
    """Write a text from its upper left corner in the colour of the pen; return its width."""
    _draw(painter, left, top, (text, points, bold))
    return width_of(text, points, bold)


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
    left = place[0] + align * (place[2] - width_of(text, points, bold))
    top = place[1] + 0.5 * (place[3] - _metrics(points, bold)[2])
    _draw(painter, left, top, (text, points, bold))


def _draw(painter: QPainter, left: float, top: float, word: tuple[str, float, bool]) -> None:
    text, points, bold = word
    font = small_font(points, bold)
    left, top = round(left), round(top)
    painter.setFont(font)
    known = _laid_out.get(word)
    if known is None and word not in _met:
        if len(_met) >= _KEPT:
            _met.clear()
        _met.add(word)
        painter.drawText(QPointF(left, top + _metrics(points, bold)[1]), text)
        return
    if known is None:
        if len(_laid_out) >= _KEPT:
            _laid_out.clear()
        known = _laid_out[word] = QStaticText(text)
        known.setTextFormat(Qt.TextFormat.PlainText)
        known.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
        known.prepare(QTransform(), font)
    painter.drawStaticText(QPointF(left, top), known)
