"""The numbers of a small plot: two wherever two lines have room, each at its own tick, none over another."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPixmap

from outsample.typing import DAY
from outsample_desktop.session import Theme
from outsample_desktop.theme import colours, small_font
from outsample_desktop.widgets import path_drawing as module
from outsample_desktop.widgets.path_cells import Cell
from outsample_desktop.widgets.path_drawing import draw_axes, numbers_of

POINTS = 7.5  # of the numbers of a small plot
ROOM = 24.0  # pixels between the middles of the lowest and the highest number that fit, from where on there are two
NUMBERS = 44.0  # pixels left of a plot


def cell_of(low, high, height):
    box = QRectF(8.0, 4.0, 300.0, height + 30.0)
    return Cell(box, box.adjusted(NUMBERS, 15.0, 0.0, -15.0), 0.0, 90.0 * DAY, low, high)


def read(text):
    factor = {"k": 1e3, "M": 1e6}.get(text[-1], 1.0)
    return float(text.rstrip("kM").replace("−", "-").replace(",", "")) * factor


ENDS = st.tuples(st.floats(-1e5, 1e5), st.floats(1e-2, 1e5))


@given(ends=ENDS, height=st.floats(4.5, 400.0))
@example(ends=(1.33203427123714, 2.72586683478816), height=56.0)  # the fit of Heston's model to the sample of April
@example(ends=(-7.993275788770145, 115.992777699049424), height=57.66)  # jumps a year: 0 and 100 lie beside the room
def test_numbers_are_true_to_their_ticks_and_touch_nothing(qapp, ends, height):
    low, high = ends[0], ends[0] + ends[1]
    cell = cell_of(low, high, height)
    found = numbers_of(cell)
    measures = QFontMetricsF(small_font(POINTS))
    for y, text in found:
        assert cell.height_of(read(text)) == pytest.approx(y, abs=1e-6 * height)
        assert cell.plot.top() + 4.0 - 1e-6 <= y <= cell.plot.bottom() - 4.0 + 1e-6
        assert measures.horizontalAdvance(text) <= NUMBERS - 5.0
    figure = measures.tightBoundingRect("0123456789").height()
    heights = [y for y, _ in found]
    assert all(below - above >= figure + 2.0 for below, above in zip(heights[:-1], heights[1:], strict=True))
    if height >= ROOM + 8.0 and max(abs(low), abs(high)) < 30.0 * ends[1]:  # else a number needs too many digits
        assert len(found) >= 2


@pytest.mark.parametrize(
    ("low", "high", "height", "texts"),
    [
        (1.33203427123714, 4.057901106025301, 56.0, ["2", "3"]),
        (1.33203427123714, 4.057901106025301, 125.0, ["2", "3"]),
        (0.033489266340284395, 0.7500957711855238, 57.66, ["0.2", "0.4", "0.6"]),
        (-7.993275788770145, 107.99950191027926, 57.66, ["40", "80"]),
        (0.0, 1.0, 7.0, []),
    ],
)
def test_numbers_are_the_roundest_that_fit(qapp, low, high, height, texts):
    assert [text for _, text in numbers_of(cell_of(low, high, height))] == texts


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.0), (0.0, math.inf), (-1e300, 1e300), (1.0, 1.0 + 1e-15)])
def test_an_axis_that_cannot_be_written_has_no_numbers(qapp, low, high):
    assert all(math.isfinite(y) for y, _ in numbers_of(cell_of(low, high, 60.0)))


def test_what_is_drawn_is_the_tick_and_the_number_beside_it(qapp, monkeypatch):
    cell, written = cell_of(1.33, 4.06, 56.0), {}
    monkeypatch.setattr(module, "write_in", lambda _, place, text, *rest: written.update({text: place}))
    picture = QPixmap(320, 100)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    draw_axes(painter, cell, colours(Theme.DARK))
    painter.end()
    image = picture.toImage()
    tick = [y for y in range(image.height()) if image.pixelColor(int(cell.plot.left()) - 2, y).alpha()]
    numbers = {text: place for text, place in written.items() if text in ("2", "3")}
    assert len(numbers) == 2
    middles = sorted(place[1] + 0.5 * place[3] for place in numbers.values())
    assert [abs(y - middle) <= 1.0 for y, middle in zip(tick, middles, strict=False)] == [True, True]
