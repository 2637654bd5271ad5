"""The dialog of the case parameters, worked by keys."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox

from outsample.case_parameters import GROUPS, CaseParameters
from outsample.named_parameters import named_parameters
from outsample_desktop.widgets.parameters_dialog import ParametersDialog

__all__ = [
    "APPLY",
    "CANCEL",
    "CHOSEN",
    "NAMES",
    "OK",
    "RESTORE",
    "VALUES",
    "activate",
    "box_of",
    "choose",
    "note_of",
    "opened",
    "press",
    "type_into",
]

OK, APPLY, CANCEL, RESTORE = (
    QDialogButtonBox.StandardButton.Ok,
    QDialogButtonBox.StandardButton.Apply,
    QDialogButtonBox.StandardButton.Cancel,
    QDialogButtonBox.StandardButton.RestoreDefaults,
)
NAMES = [(group, one.name) for group, kind in GROUPS.items() for one in named_parameters(kind)]
VALUES = {
    ("filters", "largest_relative_spread"): 0.2,
    ("filters", "shortest_tenor_days"): 4.0,
    ("limits", "loss_ratio"): 1.5,
    ("limits", "qlike_nats"): 0.2,
    ("limits", "pinball_share"): 0.3,
    ("regimes", "multiplier"): 0.5,
    ("regimes", "shortest_days"): 2,
    ("regimes", "states"): 3,
    ("regimes", "jump_penalty"): 25.0,
}
CHOSEN = CaseParameters().with_values(VALUES)


def activate(desk, widget):
    """Bring a window to the front: without a screen nothing does that when a dialog opens or closes."""
    widget.activateWindow()
    desk.qtbot.waitUntil(widget.isActiveWindow)


def opened(desk):
    """Open the dialog by its keys, and return it."""
    activate(desk, desk.window)
    desk.page.timeline.setFocus()
    QTest.keyClick(desk.window.focusWidget(), Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ParametersDialog)
    activate(desk, dialog)
    return dialog


def box_of(dialog, place):
    return dialog.forms[place[0]].boxes[place[1]]


def note_of(dialog, place):
    return dialog.forms[place[0]].notes[place[1]].text()


def type_into(dialog, place, text):
    """Type a text over what stands in a box, by keys."""
    box = box_of(dialog, place)
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(box, text) if text else QTest.keyClick(box, Qt.Key.Key_Delete)
    assert box.text() == text


def press(dialog, button):
    """Press a button of the dialog by the space bar."""
    widget = dialog.buttons.button(button)
    widget.setFocus()
    QTest.keyClick(widget, Qt.Key.Key_Space)


def choose(desk, values):
    """Type values into the dialog, finish with Return, and wait until they are on screen."""
    dialog = opened(desk)
    for place, value in values.items():
        type_into(dialog, place, f"{value:g}")
    QTest.keyClick(box_of(dialog, next(iter(values))), Qt.Key.Key_Return)
    assert not dialog.isVisible()
    desk.settle()
