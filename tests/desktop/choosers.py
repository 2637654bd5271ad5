"""Drop-downs of a window, worked by keys."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

__all__ = ["pick"]


def pick(desk, chooser, index):
    """Choose an entry of a drop-down by the keyboard, as a user would."""
    chooser.setFocus()
    chooser.showPopup()
    view = chooser.view()
    view.setCurrentIndex(chooser.model().index(index, 0))
    QTest.keyClick(view, Qt.Key.Key_Return)
    desk.qtbot.waitUntil(lambda: not view.isVisible())
    desk.settle()
