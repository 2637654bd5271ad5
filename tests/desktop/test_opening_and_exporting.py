"""What goes wrong is said in one sentence and harms nothing; what is written is whole or not there."""

import errno
import os
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from outsample.io import write_store
from outsample.sample import small_recipe
from outsample.sample.provenance import sample_reports
from outsample.windows import Handle
from outsample_desktop import evaluator, loader
from outsample_desktop.case_file import read_case, write_case
from outsample_desktop.menus import export_to
from outsample_desktop.session import Side

CSV = {"studies.csv", "losses.csv", "surface.csv", "decay.csv", "parameters.csv"}


def assert_one_sentence(text):
    assert text
    assert "\n" not in text
    assert "Traceback" not in text
    assert "internal error" not in text


@pytest.fixture
def store(market, tmp_path):
    """Return a function that writes some rows of the made quotes as a store."""

    def write(rows, name="part.arrow"):
        quotes = market.quotes
        from outsample.datasets.option_quotes import COLUMNS

        parts = {one: getattr(quotes, one)[rows].copy() for one in COLUMNS if one != "settlement"}
        path = tmp_path / name
        write_store(replace(quotes, **parts), sample_reports(market, small_recipe(), 0.0)[0], path)
        return path

    return write


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


def test_cancel_stops_loading_and_the_status_says_what_is_shown(desk, stores, monkeypatch):
    status = desk.window.status.text()
    began, go_on = threading.Event(), threading.Event()
    honest = loader.load

    def slow(source, progress, cancelled):
        progress(0.1, "reading slowly")
        began.set()
        go_on.wait(20)
        return honest(source, progress, cancelled)

    monkeypatch.setattr(loader, "load", slow)
    desk.window.open_files([str(stores["prices"])])
    desk.qtbot.waitUntil(lambda: desk.window.status.text() == "reading slowly")
    assert desk.window.cancel_button.isVisible()
    QTest.mouseClick(desk.window.cancel_button, Qt.MouseButton.LeftButton)
    go_on.set()
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


# --- Bugs -----------------------------------------------------------------------------------------------------------


def test_an_exception_in_a_worker_reaches_the_notice_bar_and_the_window_lives_on(desk, monkeypatch):
    honest = evaluator.analyse

    def broken(*_arguments, **_named):
        raise RuntimeError("the sky is falling")

    monkeypatch.setattr(evaluator, "analyse", broken)
    shown = desk.shown()
    desk.window.session.change("side", side=Side.TRAIN)
    desk.qtbot.waitUntil(lambda: "the sky is falling" in desk.notice)
    assert "internal error" in desk.notice
    assert "RuntimeError" in desk.notice
    assert "\n" not in desk.notice
    assert desk.shown() == shown
    monkeypatch.setattr(evaluator, "analyse", honest)
    desk.change(side=Side.DIFFERENCE)
    desk.assert_exact()
    desk.drag(Handle.TRAIN_END, -25.0)
    desk.assert_exact()


def test_an_exception_while_loading_reaches_the_notice_bar_and_the_window_lives_on(desk, stores, monkeypatch):
    honest = loader.load

    def broken(*_arguments):
        raise RuntimeError("a bolt from the blue")

    monkeypatch.setattr(loader, "load", broken)
    assert "a bolt from the blue" in desk.open_badly(stores["prices"])
    monkeypatch.setattr(loader, "load", honest)
    desk.open(stores["prices"])
    desk.assert_exact()


def test_an_exception_in_the_middle_of_a_drag_does_not_end_it(desk, monkeypatch):
    honest, calls = evaluator.analyse, []

    def once(*arguments, **named):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("only once")
        return honest(*arguments, **named)

    monkeypatch.setattr(evaluator, "analyse", once)
    x, y = desk.press(Handle.TRAIN_END)
    for offset in (10, 20, 30):
        desk.mouse(QEvent.Type.MouseMove, x - offset, y)
        desk.qtbot.waitUntil(lambda: desk.window.evaluator.is_idle and not desk.window.session._timer.isActive())
    desk.release(x - 30, y)
    desk.assert_exact()


# --- Closing --------------------------------------------------------------------------------------------------------


def test_the_window_closes_while_an_evaluation_runs(desk, monkeypatch):
    honest, began, go_on = evaluator.analyse, threading.Event(), threading.Event()

    def slow(*arguments, **named):
        began.set()
        go_on.wait(20)
        return honest(*arguments, **named)

    monkeypatch.setattr(evaluator, "analyse", slow)
    desk.window.session.change("side", side=Side.TRAIN)
    desk.qtbot.waitUntil(began.is_set)
    desk.window.session.change("side", side=Side.DIFFERENCE)
    QApplication.processEvents()
    go_on.set()
    desk.window.close()
    QApplication.processEvents()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("evaluate", "model", "load"))]


def test_the_window_closes_while_a_load_runs(empty, stores, monkeypatch):
    honest, began, go_on = loader.load, threading.Event(), threading.Event()

    def slow(source, progress, cancelled):
        progress(0.1, "reading slowly")
        began.set()
        go_on.wait(20)
        return honest(source, progress, cancelled)

    monkeypatch.setattr(loader, "load", slow)
    empty.window.open_files([str(stores["quotes"])])
    empty.qtbot.waitUntil(began.is_set)
    threading.Timer(0.05, go_on.set).start()
    empty.window.close()
    QApplication.processEvents()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("evaluate", "model", "load"))]


def test_a_load_that_ended_just_before_the_window_closes_harms_nothing(empty, stores, monkeypatch):
    """The signal with the data waits in the queue of the event loop while the window goes."""
    honest, done = loader.load, threading.Event()

    def told(source, progress, cancelled):
        found = honest(source, progress, cancelled)
        _ = found.data.observed
        done.set()
        return found

    monkeypatch.setattr(loader, "load", told)
    empty.window.open_files([str(stores["quotes"])])
    assert done.wait(20)
    empty.window.loader._pool.shutdown(wait=True)
    empty.window.close()
    QApplication.processEvents()
    assert not empty.window._late.isActive()


def test_a_change_just_before_the_window_closes_harms_nothing(desk):
    desk.window.session.change("side", side=Side.TRAIN)
    desk.window.close()
    QApplication.processEvents()
    QApplication.processEvents()
    assert not desk.window._late.isActive()


def test_the_window_closes_while_a_boundary_is_held(desk):
    x, y = desk.press(Handle.TRAIN_END)
    desk.mouse(QEvent.Type.MouseMove, x - 30, y)
    desk.window.close()
    QApplication.processEvents()
    desk.mouse(QEvent.Type.MouseButtonRelease, x - 30, y)
    QApplication.processEvents()


# --- Exporting ------------------------------------------------------------------------------------------------------


def files_in(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_export_writes_pictures_tables_and_the_case(desk, tmp_path):
    folder = tmp_path / "out"
    export_to(desk.window, folder)
    names = set(files_in(folder))
    pictures = {"overview.png", "timeline.png", "verdict.png", "decay.png", "surface.png", "smile.png", "term.png"}
    assert CSV | {f"{name}.json" for name in CSV} | {"verdict.json", "case.json"} | pictures <= names
    assert "forecast.png" not in names
    assert f"{len(names)} files written" in desk.notice
    for name in pictures:
        image = QImage(str(folder / name))
        assert not image.isNull()
        assert min(image.width(), image.height()) > 60
    for name in ("case.json", "overview.png", "surface.png"):
        assert read_case(folder / name) == (desk.state, ())


def test_an_export_while_nothing_is_open_says_what_to_do(empty, tmp_path):
    export_to(empty.window, tmp_path / "out")
    assert_one_sentence(empty.notice)
    assert "open a data set" in empty.notice
    assert not (tmp_path / "out").exists()


def test_an_export_of_a_window_without_models_is_written(desk, tmp_path):
    desk.change(models=())
    export_to(desk.window, tmp_path / "out")
    assert "files written" in desk.notice
    assert set(files_in(tmp_path / "out")) >= CSV


@pytest.mark.parametrize("earlier", [False, True])
def test_a_full_disk_is_told_and_nothing_is_half_written(desk, tmp_path, monkeypatch, earlier):
    folder = tmp_path / "out"
    if earlier:
        export_to(desk.window, folder)
        desk.change(side=Side.TRAIN)
    else:
        folder.mkdir()
    before = files_in(folder)

    def full(*_arguments, **_named):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for owner, name in ((os, "replace"), (os, "rename"), (Path, "replace"), (Path, "rename")):
        monkeypatch.setattr(owner, name, full)
    export_to(desk.window, folder)
    monkeypatch.undo()
    assert_one_sentence(desk.notice)
    assert "files written" not in desk.notice
    assert files_in(folder) == before
    export_to(desk.window, folder)
    assert "files written" in desk.notice


def test_a_disk_that_is_full_only_when_the_pictures_come_is_told(desk, tmp_path, monkeypatch):
    from outsample.errors import ExportError
    from outsample_desktop import menus

    def full(_pane, _state, path):
        raise ExportError(f"{path.name} cannot be written, found: no space left on device; free some space")

    monkeypatch.setattr(menus, "save_picture", full)
    export_to(desk.window, tmp_path / "out")
    assert_one_sentence(desk.notice)
    assert "no space left" in desk.notice
    assert not [name for name in files_in(tmp_path / "out") if name.endswith((".png", ".tmp"))]


def test_a_folder_that_cannot_be_written_is_told(desk, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be", encoding="utf-8")
    export_to(desk.window, blocked / "out")
    assert_one_sentence(desk.notice)
    assert files_in(tmp_path) == {"blocked": b"a file where a folder should be"}


# --- Coming back ----------------------------------------------------------------------------------------------------


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
