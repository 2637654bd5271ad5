"""The parameters of a case in the window: typed, refused, applied, undone, shown, and the same on the command line."""

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel, QLineEdit, QToolButton

from outsample.case_parameters import GROUPS, CaseParameters
from outsample.datasets.weights import Filters
from outsample.named_parameters import named_parameters
from outsample.regimes import RegimeSettings
from outsample.verdict import Limits
from outsample.windows import Handle
from outsample_desktop.__main__ import main
from outsample_desktop.menus import export_to
from outsample_desktop.session import Theme
from outsample_desktop.theme import colours
from outsample_desktop.widgets.parameters_dialog import ParametersDialog

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


# --- The hand -------------------------------------------------------------------------------------------------------


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


# --- What it does ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", NAMES, ids=".".join)
def test_a_value_typed_and_confirmed_is_in_the_case_and_on_screen_exactly(desk, place):
    choose(desk, {place: VALUES[place]})
    assert desk.state.parameters == CaseParameters().with_values({place: VALUES[place]})
    assert desk.window.answer.analysis.parameters == desk.state.parameters
    desk.assert_exact()


def test_all_of_them_at_once_are_one_step_of_undo(desk):
    before, shown = desk.state, desk.shown()
    choose(desk, VALUES)
    assert desk.state == replace(before, parameters=CHOSEN)
    assert desk.undo.count() == 1
    desk.assert_exact()
    desk.shortcut("edit.undo")
    assert desk.state == before
    desk.assert_exact()
    assert desk.shown()["models"].rows == shown["models"].rows
    desk.shortcut("edit.redo")
    assert desk.state.parameters == CHOSEN
    desk.assert_exact()


def test_prices_are_judged_and_coloured_under_the_parameters_too(price_desk):
    choose(price_desk, VALUES)
    price_desk.assert_exact()


def test_a_filter_leaves_fewer_quotes_and_says_so(desk):
    before = desk.window.answer.analysis.data.observed
    choose(desk, {("filters", "shortest_tenor_days"): 4.0})
    after = desk.window.answer.analysis.data.observed
    assert 0 < after.size < before.size
    assert f"{after.size:,} with weight 1" in desk.window.status.text()
    activate(desk, desk.window)
    desk.key(Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
    table = desk.room.tables["data"].model()
    said = [table.index(i, 1).data() for i in range(table.rowCount())]
    assert any(text.startswith("tenor below 4 days: ") for text in said)


def test_a_limit_changes_what_is_compared_and_nothing_else_of_a_model(desk):
    before = {row.name: row.cells for row in desk.shown()["models"].rows}
    choose(desk, {("limits", "loss_ratio"): 3.0})
    assert {row.name: row.cells for row in desk.shown()["models"].rows} == before
    facts = dict(desk.shown()["verdict"].facts)
    assert facts["limit, headroom"].startswith("1.73×"), "the root of 3, since RMSE is shown"


def test_regimes_are_coloured_anew(desk):
    before = desk.shown()["timeline"].bands
    choose(desk, {("regimes", "multiplier"): 0.5, ("regimes", "shortest_days"): 1})
    assert len(desk.shown()["timeline"].bands) > len(before)


def test_a_drag_under_changed_parameters_is_exact(desk):
    choose(desk, VALUES)
    desk.drag(Handle.TRAIN_END, -20.0, -45.0)
    desk.assert_exact()


def test_apply_hands_over_and_stays_open_and_a_second_time_nothing_is_filed(desk):
    dialog = opened(desk)
    apply = dialog.buttons.button(APPLY)
    assert not apply.isEnabled()
    type_into(dialog, ("filters", "shortest_tenor_days"), "2")
    assert apply.isEnabled()
    press(dialog, APPLY)
    assert dialog.isVisible()
    assert not apply.isEnabled()
    desk.settle()
    assert desk.state.parameters.filters == Filters(shortest_tenor_days=2.0)
    desk.assert_exact()
    press(dialog, OK)
    assert not dialog.isVisible()
    assert desk.undo.count() == 1


@pytest.mark.parametrize("way", ["escape", "cancel"])
def test_what_is_given_up_changes_nothing(desk, way):
    state, dialog = desk.state, opened(desk)
    type_into(dialog, ("limits", "loss_ratio"), "2")
    if way == "escape":
        QTest.keyClick(box_of(dialog, ("limits", "loss_ratio")), Qt.Key.Key_Escape)
    else:
        press(dialog, CANCEL)
    assert not dialog.isVisible()
    desk.settle()
    assert desk.state == state
    assert desk.undo.count() == 0


def test_filters_that_leave_no_quote_are_told_and_undone(desk):
    state = desk.state
    dialog = opened(desk)
    for name, text in (("shortest_tenor_days", "365"), ("largest_relative_spread", "0.01")):
        type_into(dialog, ("filters", name), text)
    press(dialog, OK)
    desk.qtbot.waitUntil(lambda: "relax the filters" in desk.notice, timeout=20_000)
    assert desk.window.parameters_note.isVisible()
    desk.shortcut("edit.undo")
    assert desk.state == state
    desk.assert_exact()


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


# --- Round trips -----------------------------------------------------------------------------------------------------


def test_a_case_file_a_picture_and_a_table_bring_the_parameters_back(desk, stores, tmp_path):
    choose(desk, VALUES)
    shown = desk.shown()["models"].rows
    export_to(desk.window, tmp_path)
    for name in ("case.json", "overview.png", "studies.csv.json"):
        desk.window.session.change("test", parameters=CaseParameters())
        desk.settle()
        desk.open(tmp_path / name)
        assert desk.state.parameters == CHOSEN
        assert desk.shown()["models"].rows == shown
        desk.assert_exact()


def test_a_case_without_parameters_opens_with_the_defaults(desk, tmp_path):
    choose(desk, VALUES)
    export_to(desk.window, tmp_path)
    old = json.loads((tmp_path / "case.json").read_text(encoding="utf-8"))
    del old["parameters"]
    (tmp_path / "old.json").write_text(json.dumps({**old, "penalty": 4.0}), encoding="utf-8")
    desk.open(tmp_path / "old.json")
    assert desk.state.parameters == CaseParameters(regimes=RegimeSettings(multiplier=4.0))
    assert desk.notice == ""
    desk.assert_exact()


def test_a_case_with_a_parameter_out_of_range_is_refused_and_what_was_open_stays(desk, tmp_path):
    state = desk.state
    read = json.loads(state.to_json())
    read["parameters"]["filters"]["largest_relative_spread"] = 9.0
    (tmp_path / "case.json").write_text(json.dumps(read), encoding="utf-8")
    sentence = desk.open_badly(tmp_path / "case.json")
    assert "largest relative spread must be a number from 0.01 to 2 of the mid, found 9.0" in sentence
    assert desk.state == state
    desk.assert_exact()


def test_window_and_command_line_write_the_same_bytes(desk, stores, tmp_path, capsys):
    typed_alike = ("largest_relative_spread", "shortest_tenor_days", "shortest_days", "multiplier")
    values = {place: value for place, value in VALUES.items() if place[1] in typed_alike}
    choose(desk, {**values, ("limits", "loss_ratio"): 1.5})
    assert desk.state.parameters == replace(CaseParameters().with_values(values), limits=Limits(loss_ratio=1.5))
    export_to(desk.window, tmp_path / "window")
    typed = ["--limit", "1.5", "--max-spread", "0.2", "--min-tenor", "4", "--shortest-regime", "2", "--penalty", "0.5"]
    out = ["--model", ",".join(desk.state.models), "--out", str(tmp_path / "line"), "--no-pictures"]
    assert main(["evaluate", str(stores["quotes"]), *typed, *out]) == 0
    assert "parameters changed" in capsys.readouterr().out
    for name in ("studies.csv", "losses.csv", "surface.csv", "decay.csv", "parameters.csv", "verdict.json"):
        assert (tmp_path / "line" / name).read_bytes() == (tmp_path / "window" / name).read_bytes(), name
