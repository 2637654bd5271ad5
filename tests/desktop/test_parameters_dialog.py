"""The dialog of the case parameters: what it refuses, gives back, shows, and how it is reached."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QToolButton

from outsample.case_parameters import CaseParameters
from outsample.datasets.weights import Filters
from outsample_desktop.session import Theme
from outsample_desktop.theme import colours
from outsample_desktop.widgets.parameters_dialog import ParametersDialog

from .parameter_boxes import (
    APPLY,
    CHOSEN,
    NAMES,
    OK,
    RESTORE,
    VALUES,
    box_of,
    choose,
    note_of,
    opened,
    press,
    type_into,
)

# --- What cannot be --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", NAMES, ids=".".join)
@pytest.mark.parametrize("text", ["", "much", "-1", "1e9", "1,5", "nan"])
def test_what_is_no_value_is_told_under_its_box_and_nothing_typed_is_lost(desk, place, text):
    state, dialog = desk.state, opened(desk)
    other = next(one for one in NAMES if one != place)
    type_into(dialog, other, f"{VALUES[other]:g}")
    type_into(dialog, place, text)
    assert "must be" not in note_of(dialog, place), "nobody is interrupted while typing"
    QTest.keyClick(box_of(dialog, place), Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert "must be a" in note_of(dialog, place)
    assert "\n" not in note_of(dialog, place)
    assert note_of(dialog, place) in box_of(dialog, place).accessibleDescription()
    assert dialog.focusWidget() is box_of(dialog, place)
    assert (box_of(dialog, place).text(), box_of(dialog, other).text()) == (text, f"{VALUES[other]:g}")
    type_into(dialog, place, f"{VALUES[place]:g}")
    assert "must be" not in note_of(dialog, place), "an answered complaint is taken back"
    desk.settle()
    assert desk.state == state
    press(dialog, OK)
    desk.settle()
    assert desk.state.parameters == CaseParameters().with_values({place: VALUES[place], other: VALUES[other]})


def test_a_box_that_is_left_with_no_value_says_so_at_once(desk):
    dialog = opened(desk)
    place = ("regimes", "shortest_days")
    type_into(dialog, place, "7.5")
    QTest.keyClick(box_of(dialog, place), Qt.Key.Key_Tab)
    assert "must be a whole number from 1 to 60 days, found '7.5'; the default is 7" in note_of(dialog, place)
    dialog.reject()


# --- Back to the default ---------------------------------------------------------------------------------------------


def test_each_box_has_its_own_way_back(desk):
    dialog = opened(desk)
    for group, name in NAMES:
        form = dialog.forms[group]
        assert not form.resets[name].isEnabled()
        type_into(dialog, (group, name), f"{VALUES[group, name]:g}")
    for group, name in NAMES:
        form, default = dialog.forms[group], dialog.forms[group].parameters[name].default
        QTest.keyClick(form.boxes[name], Qt.Key.Key_Tab)
        assert form.resets[name].isEnabled()
        form.resets[name].setFocus()
        QTest.keyClick(form.resets[name], Qt.Key.Key_Space)
        assert form.boxes[name].text() == f"{default:g}"
        assert not form.resets[name].isEnabled()
    assert not dialog.buttons.button(APPLY).isEnabled()
    dialog.reject()


def test_all_defaults_come_back_by_one_button_and_nothing_holds_until_it_is_confirmed(desk):
    choose(desk, VALUES)
    dialog = opened(desk)
    assert [box_of(dialog, place).text() for place in NAMES] == [f"{VALUES[place]:g}" for place in NAMES]
    press(dialog, RESTORE)
    assert desk.state.parameters == CHOSEN
    press(dialog, OK)
    desk.settle()
    assert desk.state.parameters == CaseParameters()
    assert not desk.window.parameters_note.isVisible()
    desk.assert_exact()


# --- What is shown ---------------------------------------------------------------------------------------------------


def test_what_differs_from_the_defaults_is_always_on_screen(desk):
    note = desk.window.parameters_note
    assert not note.isVisible()
    choose(desk, {("filters", "shortest_tenor_days"): 2.0})
    assert note.isVisible()
    assert note.text() == "parameters changed: tenor ≥ 2 d"
    choose(desk, VALUES)
    for words in CHOSEN.changed():
        assert words in note.accessibleName()
        assert words in note.toolTip()
    desk.shortcut("edit.undo")
    desk.shortcut("edit.undo")
    assert not note.isVisible()


def test_the_line_about_what_differs_leads_to_the_dialog(desk):
    choose(desk, {("limits", "loss_ratio"): 2.0})
    QTest.mouseClick(desk.window.parameters_note, Qt.MouseButton.LeftButton)
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ParametersDialog)
    assert box_of(dialog, ("limits", "loss_ratio")).text() == "2"
    dialog.reject()


def test_the_chooser_of_the_header_and_the_dialog_are_one_number(desk):
    desk.window.header.choosers["penalty"].picked.emit(4.0)
    desk.settle()
    assert desk.window.parameters_note.text() == "parameters changed: penalty 4×"
    choose(desk, {("regimes", "multiplier"): 3.0})
    chooser = desk.window.header.choosers["penalty"]
    assert chooser.currentIndex() == -1
    assert chooser.placeholderText()
    choose(desk, {("regimes", "multiplier"): 1.0})
    assert chooser.currentText() == "regimes: many"


def test_at_1280_by_720_the_window_still_fits_with_every_parameter_changed(desk):
    choose(desk, VALUES)
    hint = desk.window.minimumSizeHint()
    assert hint.width() <= 1280
    assert hint.height() <= 720


def test_the_chooser_of_the_dialog_is_a_command_with_keys(empty):
    (command,) = [one for one in empty.window.commands if one.name == "edit.parameters"]
    actions = [one for one in empty.window.findChildren(QAction) if one.text() == command.title]
    assert [one.shortcut().toString() for one in actions] == ["Ctrl+,"]


def test_the_dialog_opens_with_nothing_open_and_its_choice_holds_for_what_is_opened(empty, stores):
    dialog = opened(empty)
    type_into(dialog, ("filters", "shortest_tenor_days"), "2")
    press(dialog, OK)
    empty.open(stores["quotes"])
    assert empty.window.answer.analysis.data.filters == Filters(shortest_tenor_days=2.0)
    empty.assert_exact()


# --- Access ----------------------------------------------------------------------------------------------------------


@pytest.fixture(params=Theme)
def dialog(qtbot, request):
    made = ParametersDialog(CaseParameters(), colours(request.param))
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_every_parameter_has_a_box_that_is_named_explained_and_led_to(dialog):
    labels = {label.buddy(): label for label in dialog.findChildren(QLabel) if label.buddy()}
    for group, name in NAMES:
        box, one = dialog.forms[group].boxes[name], dialog.forms[group].parameters[name]
        assert labels[box].text() == one.label
        assert one.label in box.accessibleName()
        assert one.unit in box.accessibleName()
        assert box.toolTip() == one.meaning
        assert f"default {one.default:g}" in box.accessibleDescription()
    names = [one.accessibleName() for one in dialog.findChildren(QToolButton)]
    assert len(names) == len(set(names)) == len(NAMES)
    assert all(name.startswith("Reset ") for name in names)


def test_the_tab_key_reaches_every_box_and_every_button(dialog):
    seen, widget = [], dialog.forms["filters"].boxes["largest_relative_spread"]
    for box in dialog.findChildren(QLineEdit):
        box.setText("3")  # neither a default nor out of every range: the ways back can be reached
    widget.setFocus()
    while dialog.focusWidget() not in seen:
        seen.append(dialog.focusWidget())
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    wanted = {*dialog.findChildren(QLineEdit), *dialog.findChildren(QToolButton), *dialog.buttons.buttons()}
    assert wanted == set(seen)
    boxes = [widget for widget in seen if isinstance(widget, QLineEdit)]
    assert boxes == [dialog.forms[group].boxes[name] for group, name in NAMES]


def test_it_fits_a_small_screen_even_where_everything_is_wrong(dialog, qtbot):
    for form in dialog.forms.values():
        for box in form.boxes.values():
            box.setText("nothing that could be a number, and long")
        assert len(form.problems()) == len(form.boxes)
    qtbot.waitUntil(lambda: dialog.height() >= dialog.minimumSizeHint().height())
    assert dialog.height() <= 680
    assert dialog.width() <= 1024
    places = [note for form in dialog.forms.values() for note in form.notes.values()]
    for note in places:
        assert note.height() >= note.heightForWidth(note.width()), "no sentence is cut off"
    assert all(widget.height() >= 24 for widget in (*dialog.findChildren(QLineEdit), *dialog.findChildren(QToolButton)))
