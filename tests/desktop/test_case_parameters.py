"""The parameters of a case in the window: what they do, undone, brought back, and the same on the command line."""

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from outsample.case_parameters import CaseParameters
from outsample.datasets.weights import Filters
from outsample.regimes import RegimeSettings
from outsample.verdict import Limits
from outsample.windows import Handle
from outsample_desktop.__main__ import main
from outsample_desktop.menus import export_to

from .parameter_boxes import (
    APPLY,
    CANCEL,
    CHOSEN,
    NAMES,
    OK,
    VALUES,
    activate,
    box_of,
    choose,
    opened,
    press,
    type_into,
)

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
    before = tuple(desk.shown()["timeline"].bands)
    choose(desk, {("regimes", "multiplier"): 0.5, ("regimes", "shortest_days"): 1})
    assert len(tuple(desk.shown()["timeline"].bands)) > len(before)


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
