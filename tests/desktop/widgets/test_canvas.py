"""What every painted widget does alike."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from outsample_desktop.session import Theme
from outsample_desktop.theme import colours
from outsample_desktop.widgets.canvas import Canvas
from outsample_desktop.widgets.matrix_pane import MatrixCanvas
from outsample_desktop.widgets.paths_pane import PathsCanvas
from outsample_desktop.widgets.surface_pane import SurfacePane

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


class Dot(Canvas[str]):
    """Paints one pixel in a colour."""

    def _paint(self, painter: QPainter, role, where):
        painter.fillRect(5, 5, 1, 1, QColor(self._view or role.fail))


@pytest.fixture
def pair(qtbot):
    """Two canvases under each other in a window of their own."""
    window, canvases = QWidget(), (Dot("one", (40, 20)), Dot("other", (40, 20)))
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    for canvas in canvases:
        canvas.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column.addWidget(canvas)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield canvases
    window.close()


def colour_at(canvas, x, y):
    return canvas.grab().toImage().pixelColor(x, y).name()


def test_it_paints_its_view_on_the_panel_of_its_theme(pair):
    canvas, _ = pair
    for theme in Theme:
        role = colours(theme)
        canvas.paint_in(role)
        assert (colour_at(canvas, 5, 5), colour_at(canvas, 8, 8)) == (role.fail, role.panel)
    canvas.render_view("#123456")
    assert colour_at(canvas, 5, 5) == "#123456"
    assert canvas.accessibleName() == "one"


def has_ring(canvas):
    return colours(Theme.DARK).passed in {colour_at(canvas, x, 0) for x in range(6)}


def test_the_focus_ring_is_for_the_keyboard(pair):
    one, other = pair
    for canvas in pair:
        canvas.paint_in(colours(Theme.DARK))
    QTest.mouseClick(one, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(9, 9))
    assert one.hasFocus()
    assert not has_ring(one)
    QTest.keyClick(one, Qt.Key.Key_Tab)
    assert other.hasFocus()
    assert has_ring(other)
    QTest.keyClick(other, Qt.Key.Key_Backtab)
    assert has_ring(one)
    assert not has_ring(other)


@pytest.mark.parametrize("kind", [MatrixCanvas, PathsCanvas, SurfacePane])
def test_the_painted_panes_are_canvases(kind):
    assert issubclass(kind, Canvas)
    assert "paintEvent" not in vars(kind)
