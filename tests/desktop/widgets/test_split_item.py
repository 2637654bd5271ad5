"""The legend of the timeline says how many curves it has no room for."""

import pytest
from PySide6.QtWidgets import QApplication

from outsample_desktop.session import Theme
from outsample_desktop.theme import colours
from outsample_desktop.widgets import split_item as module
from outsample_desktop.widgets.lettering import width_of
from outsample_desktop.widgets.time_plot import TimePlot

NAMES = tuple(f"Model number {place}" for place in range(17))


@pytest.fixture
def written_at(qtbot, monkeypatch):
    """Return the function from a width in pixels to the words of the legend with where they end."""
    words = []

    def note(_, left, top, text, points):
        words.append((text, left + width_of(text, points)))
        return width_of(text, points)

    def find(width):
        plot = TimePlot("Losses", is_top=False)
        qtbot.addWidget(plot)
        plot.resize(width, 120)
        plot.paint_in(colours(Theme.DARK))
        plot.legend.set("RMSE", tuple((name, "#888888") for name in NAMES))
        plot.show()
        QApplication.processEvents()
        words.clear()
        monkeypatch.setattr(module, "write", note)
        plot.grab()
        return dict(words), plot.width()

    return find


@pytest.mark.parametrize("width", [400, 700, 1000, 1280, 1700])
def test_what_has_no_room_is_counted(written_at, width):
    words, room = written_at(width)
    shown = [name for name in NAMES if name in words]
    assert shown == list(NAMES[: len(shown)])
    assert f"and {len(NAMES) - len(shown)} more" in words
    assert max(words.values()) <= room


def test_where_all_have_room_nothing_is_counted(written_at):
    words, _ = written_at(3200)
    assert set(NAMES) <= set(words)
    assert not any(word.endswith("more") for word in words)
