"""What leaves as a picture is as fine as the picture, and the same whenever it is taken."""

import numpy as np
import pytest

from outsample_desktop.export import picture_of
from outsample_desktop.session import State, Theme
from outsample_desktop.theme import apply_theme, colours
from outsample_desktop.widgets.curve_panes import DecayPane


@pytest.fixture
def pane(qtbot, qapp, typical):
    apply_theme(qapp, Theme.DARK)
    pane = DecayPane()
    qtbot.addWidget(pane)
    pane.resize(500, 300)
    pane.show()
    pane.paint_in(colours(Theme.DARK))
    pane.render_view(typical.decay)
    qapp.processEvents()
    return pane


def pixels(image):
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width()).copy()


def test_the_same_view_gives_the_same_picture_twice(pane):
    assert (pixels(picture_of(pane, State())) == pixels(picture_of(pane, State()))).all()


def test_axes_of_a_picture_have_its_resolution_and_the_window_keeps_its_own(pane):
    before = pixels(pane.grab().toImage())
    drawn = pixels(picture_of(pane, State()))[60:560, :100]
    blocks = drawn.reshape(250, 2, 50, 2).swapaxes(1, 2).reshape(-1, 4)
    inked = blocks[(blocks != blocks[0, 0]).any(axis=1)]
    assert len(inked) > 20
    assert (inked != inked[:, :1]).any(axis=1).mean() > 0.3  # enlarged, every block would be of one colour
    assert (pixels(pane.grab().toImage()) == before).all()
