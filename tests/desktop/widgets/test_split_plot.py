"""Handles at one pixel: which of them a hand means, and what the plot then says of it."""

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from outsample.regimes import Regime
from outsample.typing import SECOND
from outsample.windows import Handle, Scheme, Split, Window, position_of
from outsample_desktop.resolve.bands import Bands
from outsample_desktop.session import Theme
from outsample_desktop.theme import colours
from outsample_desktop.widgets.split_plot import SplitPlot, meant

START, END, TEST, LAST = Handle.TRAIN_START, Handle.TRAIN_END, Handle.TEST_START, Handle.TEST_END
FREE, ANCHORED = Scheme.FREE, Scheme.ANCHORED
LENGTH = 1_000_000  # seconds on the axis: a pixel is a thousand of them


@pytest.mark.parametrize(
    ("together", "scheme", "left", "right", "right_by_flag"),
    [
        ((END, TEST), FREE, END, TEST, TEST),
        ((END, TEST), ANCHORED, END, END, TEST),
        ((START, END), FREE, START, END, END),
        ((START, END), ANCHORED, END, END, END),
        ((TEST, LAST), FREE, TEST, LAST, LAST),
        ((TEST, LAST), ANCHORED, TEST, LAST, LAST),
        ((END, TEST, LAST), FREE, END, LAST, LAST),
        ((END, TEST, LAST), ANCHORED, END, LAST, LAST),
        ((START, END, TEST), FREE, START, TEST, TEST),
        ((START, END, TEST), ANCHORED, END, END, TEST),
        ((START, END, TEST, LAST), FREE, START, LAST, LAST),
        ((START,), ANCHORED, START, START, START),
    ],
)
def test_the_side_a_hand_goes_to_says_which_handle_it_means(together, scheme, left, right, right_by_flag):
    assert meant(together, False, scheme, False) is left
    assert meant(together, False, scheme, True) is left
    assert meant(together, True, scheme, False) is right
    assert meant(together, True, scheme, True) is right_by_flag


class Hand:
    """A plot by itself, its mouse, and what it told."""

    def __init__(self, plot: SplitPlot) -> None:
        self.plot = plot
        self.told: list[tuple] = []
        plot.grabbed.connect(lambda handle: self.told.append(("grabbed", handle)))
        plot.moved.connect(lambda handle, time: self.told.append(("moved", handle, time)))
        plot.released.connect(lambda: self.told.append(("released",)))
        plot.pointed.connect(lambda time: self.told.append(("pointed", time)))

    def show(self, seconds: tuple[int, int, int, int], scheme: Scheme) -> Split:
        a, b, c, d = (second * SECOND for second in seconds)
        split = Split(Window(a, b), Window(c, d))
        bands = Bands(np.array([0.0, float(LENGTH)]), np.array([Regime.CALM]))
        view = SimpleNamespace(bands=bands, handle=END, cursor=0.0, scheme=scheme)
        self.plot.show_split(split, view, False)
        return split

    def mouse(self, kind: QEvent.Type, x: float, left: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        here = QPointF(x, 80.0)
        held = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else left
        cause = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else left
        place = QPointF(self.plot.viewport().mapToGlobal(here))
        event = QMouseEvent(kind, here, place, cause, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(self.plot.viewport(), event)

    def drag(self, x: float, *offsets: float) -> list[tuple]:
        self.told.clear()
        self.mouse(QEvent.Type.MouseButtonPress, x)
        for offset in offsets:
            self.mouse(QEvent.Type.MouseMove, x + offset)
        self.mouse(QEvent.Type.MouseButtonRelease, x + offsets[-1])
        return list(self.told)


@pytest.fixture
def hand(qtbot):
    plot = SplitPlot("a plot", is_top=True)
    qtbot.addWidget(plot)
    plot.resize(1000, 120)
    plot.paint_in(colours(Theme.DARK))
    plot.span_x(0.0, float(LENGTH))
    with qtbot.waitExposed(plot):
        plot.show()
    return Hand(plot)


def held(told):
    """Return the handles that were told to move, each once."""
    return list(dict.fromkeys(one[1] for one in told if one[0] == "moved"))


NARROW_TRAIN = (500_000, 500_400, 700_000, 900_000)
NARROW_TEST = (100_000, 300_000, 500_000, 500_400)
ALL_AT_ONE = (500_000, 500_300, 500_300, 500_600)


@pytest.mark.parametrize("press", [-6.0, -1.0, 0.0, 1.0, 6.0])
@pytest.mark.parametrize(
    ("seconds", "scheme", "left", "right"),
    [
        (NARROW_TRAIN, FREE, START, END),
        (NARROW_TEST, FREE, TEST, LAST),
        (NARROW_TRAIN, ANCHORED, END, END),
        (ALL_AT_ONE, FREE, START, LAST),
        (ALL_AT_ONE, ANCHORED, END, LAST),
    ],
)
def test_of_any_handles_at_one_pixel_the_outer_one_on_the_side_of_the_move_is_dragged(
    hand, seconds, scheme, left, right, press
):
    split = hand.show(seconds, scheme)
    x = hand.plot.pixel(500_200 * SECOND) + press
    for sign, wanted in ((-1.0, left), (1.0, right)):
        told = hand.drag(x, 4.0 * sign, 30.0 * sign)
        assert held(told) == [wanted]
        assert [one for one in told if one[0] == "released"] == [("released",)]
        assert [one[1] for one in told if one[0] == "grabbed"][-1] is wanted
        last = next(one[2] for one in reversed(told) if one[0] == "moved")
        moved = (last - position_of(split, wanted)) / SECOND
        assert moved == pytest.approx(sign * 30.0 * LENGTH / hand.plot.plotItem.vb.width(), rel=0.05)


def test_a_handle_that_stands_alone_is_taken_at_once(hand):
    hand.show((100_000, 400_000, 600_000, 900_000), FREE)
    for handle, second in ((START, 100_000), (END, 400_000), (TEST, 600_000), (LAST, 900_000)):
        for offset in (-1.0, 1.0, -30.0):
            told = hand.drag(hand.plot.pixel(second * SECOND), offset)
            assert told[0] == ("grabbed", handle)
            assert [one[0] for one in told] == ["grabbed", "moved", "moved", "released"]
            assert held(told) == [handle]


def test_handles_that_the_eye_tells_apart_are_told_apart_by_the_press(hand):
    hand.show((100_000, 400_000, 404_000, 900_000), FREE)
    x = hand.plot.pixel(404_000 * SECOND) + 2.0
    assert held(hand.drag(x, -20.0)) == [TEST]


def test_a_hand_that_trembles_moves_nothing(hand):
    split = hand.show((100_000, 400_000, 400_000, 900_000), FREE)
    told = hand.drag(hand.plot.pixel(400_000 * SECOND), 1.0, -1.0, 1.0)
    assert [one[0] for one in told] == ["grabbed", "moved", "released"]
    assert told[1][2] == position_of(split, told[1][1])


def test_what_was_decided_first_stays_until_the_hand_lets_go(hand):
    hand.show((100_000, 400_000, 400_000, 900_000), FREE)
    x = hand.plot.pixel(400_000 * SECOND)
    assert held(hand.drag(x, 5.0, -60.0)) == [TEST]
    assert held(hand.drag(x, -5.0, 60.0)) == [END]


def test_another_button_in_the_middle_of_a_drag_changes_nothing(hand):
    hand.show((100_000, 400_000, 400_000, 900_000), FREE)
    x, right = hand.plot.pixel(400_000 * SECOND), Qt.MouseButton.RightButton
    for before in (0.0, 30.0):
        hand.told.clear()
        hand.mouse(QEvent.Type.MouseButtonPress, x)
        hand.mouse(QEvent.Type.MouseMove, x + before)
        hand.mouse(QEvent.Type.MouseButtonPress, x + before, right)
        hand.mouse(QEvent.Type.MouseButtonRelease, x + before, right)
        hand.mouse(QEvent.Type.MouseMove, x + before + 4.0)
        hand.mouse(QEvent.Type.MouseMove, x - 40.0)
        hand.mouse(QEvent.Type.MouseButtonRelease, x - 40.0)
        assert held(hand.told) == [TEST]


def test_after_it_was_let_go_the_plot_says_nothing_until_the_next_press(hand):
    hand.show((100_000, 400_000, 400_000, 900_000), FREE)
    x = hand.plot.pixel(400_000 * SECOND)
    for before in ((), (1.0,), (30.0,)):
        hand.mouse(QEvent.Type.MouseButtonPress, x)
        for offset in before:
            hand.mouse(QEvent.Type.MouseMove, x + offset)
        hand.plot.let_go()
        hand.told.clear()
        hand.mouse(QEvent.Type.MouseMove, x + 60.0)
        hand.mouse(QEvent.Type.MouseButtonRelease, x + 60.0)
        assert hand.told == []
    assert held(hand.drag(x, 30.0)) == [TEST]


def test_the_cursor_over_handles_at_one_place_is_that_of_a_handle(hand):
    hand.show((100_000, 400_000, 400_000, 900_000), FREE)
    x = hand.plot.pixel(400_000 * SECOND)
    for place in (x - 5.0, x, x + 5.0):
        here = QPointF(place, 80.0)
        none = Qt.MouseButton.NoButton
        glob = QPointF(hand.plot.viewport().mapToGlobal(here))
        move = QMouseEvent(QEvent.Type.MouseMove, here, glob, none, none, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(hand.plot.viewport(), move)
        assert hand.plot.viewport().cursor().shape() is Qt.CursorShape.SplitHCursor
    shape = hand.plot.viewport().cursor().shape()
    hand.mouse(QEvent.Type.MouseButtonPress, x)
    hand.mouse(QEvent.Type.MouseMove, x + 30.0)
    assert hand.plot.viewport().cursor().shape() is shape
    hand.mouse(QEvent.Type.MouseButtonRelease, x + 30.0)


def test_a_click_beside_all_handles_still_sets_the_cursor(hand):
    hand.show(ALL_AT_ONE, FREE)
    told = hand.drag(hand.plot.pixel(200_000 * SECOND), 3.0)
    assert {one[0] for one in told} == {"pointed", "released"}
