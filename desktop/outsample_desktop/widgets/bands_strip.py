"""Regimes as a strip of colours: one picture, column of pixels by column, whatever the number of stretches."""

from math import floor
from typing import Final

import numpy as np
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter

from outsample.regimes import Regime
from outsample_desktop.resolve.bands import Bands
from outsample_desktop.theme import Colours
from outsample_desktop.widgets.plot import runs

__all__ = ["paint_bands"]

_NOWHERE: Final = len(Regime)  # what lies beside all stretches


def paint_bands(
    painter: QPainter, place: QRectF, axis: tuple[float, float], bands: Bands, role: Colours, is_hatched: bool = False
) -> None:
    """Fill a strip with the colours of regimes.

    A stretch fills the pixels between its rounded ends, as Qt fills a rectangle; one without a pixel is not seen.

    Parameters
    ----------
    painter : QPainter
        In pixels: without a transform of its own.
    place : QRectF
    axis : (scale, offset)
        From UTC seconds to pixels.
    bands : Bands
    role : Colours
    is_hatched : bool
        What the train window has not seen is hatched too.
    """
    device = painter.deviceTransform()
    box = device.mapRect(place)
    left, top, right, bottom = (floor(end + 0.5) for end in (box.left(), box.top(), box.right(), box.bottom()))
    if not bands.code.size or right <= left or bottom <= top:
        return
    scale, offset = axis
    ends = np.floor((bands.edge * scale + offset) * device.m11() + (device.dx() + 0.5))
    row = np.searchsorted(ends, np.arange(left, right), side="right")
    code = np.concatenate(([_NOWHERE], bands.code, [_NOWHERE]))[row]
    line = np.array([*(QColor(getattr(role, one.name.lower())).rgba() for one in Regime), 0], dtype=np.uint32)[code]
    block = np.ascontiguousarray(np.broadcast_to(line, (bottom - top, line.size)))
    picture = QImage(block.data, line.size, bottom - top, block.strides[0], QImage.Format.Format_ARGB32_Premultiplied)
    painter.save()
    painter.setTransform(device.inverted()[0])
    painter.drawImage(QPoint(left, top), picture)
    painter.restore()
    if is_hatched:
        hatch = QBrush(QColor(role.text), Qt.BrushStyle.FDiagPattern)
        for start, stop in runs(code == Regime.UNSEEN):
            x = (left + start - device.dx()) / device.m11()
            painter.fillRect(QRectF(x, place.top(), (stop - start) / device.m11(), place.height()), hatch)
