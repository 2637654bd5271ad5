"""Files that are opened are shown exactly; those that cannot be are told in one sentence and harm nothing."""

import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from outsample.windows import Handle, default_split
from outsample_desktop import loader

from .sentences import assert_one_sentence

BAD = (
    "empty file",
    "not data",
    "no known columns",
    "broken case",
    "case of another format",
    "missing file",
    "folder",
    "cut off store",
    "picture without a state",
    "five days",
    "one snapshot",
)


@pytest.fixture
def bad_files(tmp_path, store, market):
    """Files that cannot be opened, by what is wrong with them."""
    texts = {
        "empty file": "",
        "not data": "To whom it may concern:\nthis is a letter.\n",
        "no known columns": "a,b\n1,2\n3,4\n",
        "broken case": '{"format": 1, "source": ',
        "case of another format": '{"format": 99, "source": "sample:", "models": []}',
    }
    paths = {}
    for name, text in texts.items():
        paths[name] = tmp_path / f"{name}.csv"
        paths[name].write_text(text, encoding="utf-8")
    paths["missing file"] = tmp_path / "nowhere.parquet"
    paths["folder"] = tmp_path / "folder.parquet"
    paths["folder"].mkdir()
    paths["cut off store"] = tmp_path / "cut.parquet"
    paths["cut off store"].write_bytes(b"PAR1" + bytes(200))
    paths["picture without a state"] = tmp_path / "photo.png"
    QImage(4, 4, QImage.Format.Format_RGB32).save(str(paths["picture without a state"]))
    first = market.quotes.times[0]
    paths["five days"] = store(
        slice(0, int(np.searchsorted(market.quotes.time, first + 5 * 86_400 * 10**9))), "five.arrow"
    )
    paths["one snapshot"] = store(slice(0, int(np.searchsorted(market.quotes.time, first, side="right"))), "one.arrow")
    return paths


# --- Files that are shown --------------------------------------------------------------------------------------------


def test_what_is_opened_is_shown_exactly(desk, market):
    assert desk.state.split == default_split(market.quotes.times)
    assert desk.state.fingerprint == market.quotes.fingerprint
    desk.assert_exact()


def test_prices_are_shown_exactly_and_offer_no_choice_of_smiles(price_desk):
    price_desk.assert_exact()
    assert price_desk.room.forecast.isVisible()
    assert not price_desk.room.smile.isVisible()
    assert not any(price_desk.room.choosers[name].isVisible() for name in ("side", "measure", "axis"))
    assert not price_desk.room.tabs.isTabVisible(1)


def test_files_that_are_dropped_are_opened(empty, stores):
    with empty.qtbot.waitSignal(empty.window.painted, timeout=20_000):
        empty.drop(stores["quotes"])
    empty.settle()
    empty.assert_exact()


def test_other_data_take_the_place_of_the_first_and_come_back(desk, stores):
    desk.open(stores["prices"])
    desk.assert_exact()
    assert desk.state.score == "pinball-0.01"
    assert not desk.undo.canUndo()
    desk.open(stores["quotes"])
    desk.assert_exact()
    assert desk.state.score == "squared-vol-points"
    assert desk.room.smile.isVisible()


# --- Files that cannot be opened -------------------------------------------------------------------------------------


def test_files_that_cannot_be_opened_are_told_and_what_was_open_stays(desk, bad_files):
    assert set(bad_files) == set(BAD)
    for name in BAD:
        state, shown, status = desk.state, desk.shown(), desk.window.status.text()
        assert_one_sentence(desk.open_badly(bad_files[name]))
        desk.settle()
        assert desk.state == state
        assert desk.shown() == shown
        assert desk.window.status.text() == status
    desk.drag(Handle.TRAIN_END, -30.0)
    desk.assert_exact()


def test_first_files_that_cannot_be_opened_leave_a_window_that_can_open_another(empty, bad_files, stores):
    for name in BAD:
        assert_one_sentence(empty.open_badly(bad_files[name]))
        assert empty.window.answer is None
    empty.open(stores["quotes"])
    assert empty.notice == ""
    empty.assert_exact()


def test_the_status_does_not_go_on_to_say_that_a_file_is_being_opened_when_it_was_refused(empty, tmp_path):
    empty.open_badly(tmp_path / "nowhere.parquet")
    assert not empty.window.status.text().startswith(("opening", "reading", "inverting"))


def test_the_sentence_about_a_missing_file_names_it(desk, tmp_path):
    assert "nowhere.parquet" in desk.open_badly(tmp_path / "nowhere.parquet")


def test_files_of_two_kinds_dropped_together_are_refused(desk, stores):
    state = desk.state
    assert_one_sentence(desk.open_badly(stores["quotes"], stores["prices"]))
    assert desk.state == state


def test_a_drop_of_no_file_is_not_taken(empty):
    from PySide6.QtCore import QMimeData, QPoint
    from PySide6.QtGui import QDragEnterEvent

    mime = QMimeData()
    mime.setText("just text")
    none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    event = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, mime, left, none)
    event.ignore()
    QApplication.sendEvent(empty.window, event)
    assert not event.isAccepted()


def test_a_file_that_is_deleted_while_it_is_open_harms_nothing(empty, own_store):
    empty.open(own_store)
    own_store.unlink()
    empty.drag(Handle.TRAIN_END, -40.0)
    empty.assert_exact()
    shown = empty.shown()
    assert_one_sentence(empty.open_badly(own_store))
    assert empty.shown() == shown
    empty.drag(Handle.TEST_END, -40.0)
    empty.assert_exact()


# --- Loading ---------------------------------------------------------------------------------------------------------


def test_cancel_stops_loading_and_the_status_says_what_is_shown(desk, stores, held_load):
    status = desk.window.status.text()
    desk.window.open_files([str(stores["prices"])])
    desk.qtbot.waitUntil(lambda: desk.window.status.text() == held_load.words)
    assert desk.window.cancel_button.isVisible()
    QTest.mouseClick(desk.window.cancel_button, Qt.MouseButton.LeftButton)
    held_load.go_on.set()
    desk.qtbot.waitUntil(lambda: not desk.window.progress.isVisible())
    desk.settle()
    assert desk.window.status.text() == status
    desk.assert_exact()


def test_the_progress_of_a_second_load_is_not_hidden_by_the_end_of_the_first(empty, stores, monkeypatch):
    gates = {name: threading.Event() for name in stores}
    honest = loader.load

    def slow(source, progress, cancelled):
        name = Path(source).stem
        progress(0.1, f"reading {name}")
        gates[name].wait(20)
        return honest(source, progress, cancelled)

    monkeypatch.setattr(loader, "load", slow)
    window = empty.window
    window.open_files([str(stores["prices"])])
    empty.qtbot.waitUntil(lambda: window.status.text() == "reading prices")
    window.open_files([str(stores["quotes"])])
    gates["prices"].set()
    empty.qtbot.waitUntil(lambda: window.status.text() == "reading quotes")
    try:
        assert window.progress.isVisible()
        assert window.cancel_button.isVisible()
    finally:
        gates["quotes"].set()
    empty.qtbot.waitUntil(lambda: window.answer is not None, timeout=20_000)
    empty.settle()
    assert empty.state.source == str(stores["quotes"])
    empty.assert_exact()
