"""The strip of regimes: the pixels of one rectangle a stretch, at the price of one picture."""

import sys

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter

from outsample.regimes import Regime
from outsample_desktop.resolve.bands import NO_BANDS, Bands
from outsample_desktop.session import Theme
from outsample_desktop.theme import colours
from outsample_desktop.widgets.bands_strip import paint_bands

SIZE = (640, 40)
BEGUN, DAY = 1_500_000_000.0, 86_400.0


def bands_of_days(count, seed=0, codes=tuple(Regime)):
    """Return stretches of one to three days."""
    random = np.random.default_rng(seed)
    edge = BEGUN + DAY * np.concatenate(([0], np.cumsum(random.integers(1, 4, count))))
    return Bands(edge, random.choice(np.array(codes, dtype=np.int8), count))


def picture_of(ratio, paint):
    """Return what a function of a painter leaves on a white picture of a screen with so many pixels a point."""
    made = QImage(round(SIZE[0] * ratio), round(SIZE[1] * ratio), QImage.Format.Format_RGB32)
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.white)
    painter = QPainter(made)
    paint(painter)
    painter.end()
    return made


def one_by_one(place, axis, bands, role, is_hatched):
    """Return the function that fills one rectangle a stretch."""

    def paint(painter):
        scale, offset = axis
        painter.setClipRect(place)
        for start, stop, regime in bands:
            left, right = start * scale + offset, stop * scale + offset
            one = QRectF(left, place.top(), right - left, place.height())
            painter.fillRect(one, QColor(getattr(role, regime.name.lower())))
            if is_hatched and regime is Regime.UNSEEN:
                painter.fillRect(one, QBrush(QColor(role.text), Qt.BrushStyle.FDiagPattern))

    return paint


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
@pytest.mark.parametrize("count", [1, 3, 50, 1_000])
def test_its_pixels_are_those_of_one_rectangle_a_stretch(theme, ratio, count):
    role = colours(theme)
    for seed in range(4):
        bands = bands_of_days(count, seed)
        days = (bands.edge[-1] - BEGUN) / DAY
        for is_hatched, left, shown in ((False, 0.0, 1.0), (True, 31.3, 1.0), (True, 12.7, 0.3), (False, 5.0, 1.7)):
            place = QRectF(left, 20.3, SIZE[0] - left - 3.7, 9.0)
            scale = place.width() / (days * DAY * shown)
            axis = scale, place.left() - (BEGUN + 0.2 * days * DAY * (1.0 - shown)) * scale
            expected = picture_of(ratio, one_by_one(place, axis, bands, role, is_hatched))
            given = place, axis, bands, role, is_hatched
            assert picture_of(ratio, lambda painter, given=given: paint_bands(painter, *given)) == expected
            assert expected != picture_of(ratio, lambda painter: None)


@pytest.mark.parametrize("bands", [NO_BANDS, bands_of_days(4)])
def test_where_there_is_nothing_to_fill_nothing_is_painted(bands):
    axis = (1e-6, -2e6) if bands is not NO_BANDS else (1.0, 0.0)
    place = QRectF(0.0, 0.0, 600.0, 9.0)
    role = colours(Theme.LIGHT)
    assert picture_of(1.0, lambda painter: paint_bands(painter, place, axis, bands, role, True)) == picture_of(
        1.0, lambda painter: None
    )


def calls_of(work):
    """Return how many functions a piece of work calls."""
    count = 0

    def note(_frame, event, _of):
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def test_a_thousand_stretches_take_as_many_calls_as_ten():
    place, role, calls = QRectF(0.0, 0.0, 600.0, 9.0), colours(Theme.DARK), []
    for count in (10, 1_000):
        bands = bands_of_days(count, codes=(Regime.CALM, Regime.STRESSED))
        scale = place.width() / (bands.edge[-1] - BEGUN)

        def paint(painter, bands=bands, scale=scale):
            calls.append(calls_of(lambda: paint_bands(painter, place, (scale, -BEGUN * scale), bands, role, True)))

        picture_of(1.0, paint)
    assert calls[0] == calls[1]
    assert calls[0] > 0
