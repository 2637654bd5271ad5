"""Cases and pictures open their view again; those whose data or values are gone are told in one sentence."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from outsample.windows import Handle
from outsample_desktop.case_file import write_case
from outsample_desktop.menus import export_to
from outsample_desktop.session import Side

from .sentences import assert_one_sentence


@pytest.mark.parametrize("name", ["overview.png", "decay.png", "case.json", "surface.csv.json"])
def test_a_picture_or_case_dropped_on_the_window_opens_its_view_again(desk, tmp_path, stores, name):
    desk.change(side=Side.DIFFERENCE, relative=False, active="flat-vol", cell=31)
    desk.drag(Handle.TRAIN_END, -60.0)
    wanted, shown = desk.state, desk.shown()
    export_to(desk.window, tmp_path)
    desk.open(stores["prices"])
    with desk.qtbot.waitSignal(desk.window.painted, timeout=20_000):
        desk.drop(tmp_path / name)
    desk.settle()
    desk.data = desk.market.quotes
    assert replace(desk.state, theme=wanted.theme) == wanted
    desk.assert_exact()
    assert desk.shown()["verdict"] == shown["verdict"]
    assert not desk.undo.canUndo()


def test_a_case_whose_data_are_gone_is_refused_in_one_sentence(empty, own_store, tmp_path):
    empty.open(own_store)
    write_case(empty.state, tmp_path / "case.json")
    shown = empty.shown()
    own_store.unlink()
    assert_one_sentence(empty.open_badly(tmp_path / "case.json"))
    assert empty.shown() == shown


def test_a_case_whose_data_have_changed_says_so(empty, store, market, tmp_path):
    path = store(slice(None), "mine.arrow")
    empty.open(path)
    write_case(empty.state, tmp_path / "case.json")
    store(slice(0, int(np.searchsorted(market.quotes.time, market.quotes.times[-3]))), "mine.arrow")
    with empty.qtbot.waitSignal(empty.window.painted, timeout=20_000):
        empty.window.open_files([str(tmp_path / "case.json")])
    assert "changed" in empty.notice


def test_a_case_with_keys_of_a_later_version_says_which_were_left_out(desk, tmp_path):
    import json

    path = tmp_path / "case.json"
    text = json.loads(desk.state.to_json())
    path.write_text(json.dumps({**text, "zoom": 3}), encoding="utf-8")
    with desk.qtbot.waitSignal(desk.window.painted, timeout=20_000):
        desk.window.open_files([str(path)])
    desk.settle()
    assert "zoom" in desk.notice


@pytest.mark.parametrize(
    "changes",
    [{"cell": 10_000}, {"cell": -1}, {"cursor": 2**62}, {"active": "nobody"}],
    ids=str,
)
def test_a_case_with_a_value_that_the_data_do_not_have_is_no_internal_error(desk, tmp_path, changes):
    path = tmp_path / "case.json"
    write_case(replace(desk.state, **changes), path)
    desk.window.notice.hide()
    with desk.qtbot.waitSignal(desk.window.loader.ended, timeout=20_000):
        desk.window.open_files([str(path)])
    idle = desk.window.evaluator
    desk.qtbot.waitUntil(lambda: idle.is_idle and not desk.window.session._timer.isActive(), timeout=20_000)
    QApplication.processEvents()
    assert "internal error" not in desk.notice


def test_a_case_with_a_split_outside_its_data_is_refused_and_what_was_open_stays(desk, tmp_path):
    year = 365 * 86_400 * 10**9
    path = tmp_path / "case.json"
    write_case(replace(desk.state, split=desk.state.split.shifted(-5 * year)), path)
    state, shown = desk.state, desk.shown()
    assert_one_sentence(desk.open_badly(path))
    assert desk.state == state
    assert desk.shown() == shown


def test_a_case_remembers_its_theme_and_data_alone_keep_the_present_one(desk, stores, tmp_path):
    from outsample_desktop.session import Theme

    write_case(replace(desk.state, theme=Theme.LIGHT), tmp_path / "case.json")
    with desk.qtbot.waitSignal(desk.window.painted, timeout=20_000):
        desk.window.open_files([str(tmp_path / "case.json")])
    desk.settle()
    assert desk.state.theme is Theme.LIGHT
    desk.open(stores["prices"])
    assert desk.state.theme is Theme.LIGHT
