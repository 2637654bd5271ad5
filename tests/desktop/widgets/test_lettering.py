"""Words that are laid out once: the same pixels the first time and ever after, whatever the screen."""

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter

from outsample_desktop.widgets import lettering
from outsample_desktop.widgets.lettering import elided, width_of, write, write_in

WORDS = ("1.07× (0.95× … 1.20×)", "n 1,234", "−0.06", "Relative smile")


def painted(paint, ratio=1.0):
    image = QImage(int(400 * ratio), int(60 * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    painter = QPainter(image)
    painter.setPen(QColor("white"))
    paint(painter)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[:, :, :3].copy()


@pytest.fixture(autouse=True)
def forgotten(qapp):
    lettering._laid_out.clear()
    lettering._met.clear()


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("left", [3.0, 7.3, 11.75])
def test_a_word_is_the_same_pixels_the_first_time_and_the_third(ratio, left):
    for word in WORDS:
        first, second, third = (painted(lambda p, w=word: write(p, left, 5.4, w, 9.0), ratio) for _ in range(3))
        assert first.any()
        assert (first == second).all()
        assert (second == third).all()


def test_alignment_puts_a_word_at_the_ends_and_in_the_middle():
    place, width = (20.0, 0.0, 300.0, 40.0), width_of("n 12", 9.0)
    for align, left in ((0.0, 20.0), (0.5, 170.0 - 0.5 * width), (1.0, 320.0 - width)):
        row = painted(lambda p, a=align: write_in(p, place, "n 12", 9.0, a)).any(axis=(0, 2))
        inked = np.flatnonzero(row)
        assert abs(inked[0] - left) <= 3
        assert abs(inked[-1] - (left + width)) <= 3


def test_what_has_no_room_ends_in_an_ellipsis_and_fits():
    whole = "a sentence that is longer than its place"
    assert elided(whole, 9.0, 1000.0) == whole
    cut = elided(whole, 9.0, 80.0)
    assert cut.endswith("…")
    assert width_of(cut, 9.0) <= 80.0


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(lettering, "_KEPT", 10)
    for round_ in range(3):
        for i in range(40):
            painted(lambda p, i=i: write(p, 1.0, 1.0, f"{i}", 9.0))
            assert len(lettering._laid_out) <= 10, round_
            assert len(lettering._met) <= 10
