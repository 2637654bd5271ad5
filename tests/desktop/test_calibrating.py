"""A window that calibrates in the background: made, cancelled, killed, closed; and a drag meanwhile."""

import os
import signal
from multiprocessing import active_children

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from outsample.calibration import CalibrationLoss, CalibrationSettings
from outsample.calibration.tape_store import load_tape
from outsample.formulas.fourier import Heston
from outsample.windows import Handle
from outsample_desktop.main_window import MainWindow
from outsample_desktop.session import Room

PATIENCE = 60_000
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
LOSS = CalibrationLoss.VEGA_WEIGHTED


@pytest.fixture
def bench(desk):
    """A window with the calibration room in front and nothing calibrated."""
    desk.change(room=Room.CALIBRATION, calibration_loss=LOSS)
    return desk


def kept(desk, loss=LOSS):
    """Return what is on disk."""
    return load_tape(desk.window.workspace.data, Heston, CalibrationSettings(loss=loss))


def jobs(desk):
    return desk.window.calibrating.jobs


def wait(desk, condition):
    desk.qtbot.waitUntil(condition, timeout=PATIENCE)


def start(desk, far=0.05):
    """Press the button, and wait until the work is on its way; return the number of its process."""
    QTest.mouseClick(desk.page.calibration.panel.build, Qt.MouseButton.LeftButton)
    wait(desk, lambda: desk.page.calibration.panel.progress.value() > 100 * far)
    return jobs(desk).process_id()


def is_gone(process):
    if os.name == "nt":
        return all(one.pid != process for one in active_children())
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def test_the_button_makes_calibrations_that_are_kept_and_shown(bench):
    panel, line = bench.page.calibration.panel, bench.window.calibrating.line
    start(bench)
    assert panel.cancel.isVisible()
    assert not panel.build.isVisible()
    assert line.isVisible()
    assert line.bar.format().startswith("calibrating Heston")
    wait(bench, bench.page.calibration.paths.isVisible)
    bench.settle()
    assert bench.notice == "Heston is calibrated"
    assert not line.isVisible()
    tape, view = kept(bench), bench.page.calibration._view
    assert tape is not None
    for place, path in enumerate(view.paths.paths):
        np.testing.assert_array_equal(path.value, tape.values[:, place])
    assert jobs(bench).orders == ()


def test_what_was_made_is_found_by_the_next_window(bench, qtbot, market, stores):
    start(bench)
    wait(bench, bench.page.calibration.paths.isVisible)
    other = MainWindow(bench.state)
    qtbot.addWidget(other)
    other.show()
    with qtbot.waitSignal(other.painted, timeout=PATIENCE):
        other.open(str(stores["quotes"]), bench.state)
    assert other.answer.view.front.standing.sentence == ""


def test_a_killed_process_gives_one_sentence_and_nothing_else_is_lost(bench, made_tape):
    from outsample.calibration.tape_store import save_tape

    data = bench.window.workspace.data
    before = made_tape(data.times, Heston, CalibrationLoss.COIN)
    save_tape(data, before)
    process = start(bench)
    os.kill(process, getattr(signal, "SIGKILL", signal.SIGTERM))
    wait(bench, lambda: jobs(bench).orders == ())
    wait(bench, lambda: bool(bench.notice))
    assert "found it gone at" in bench.notice
    assert bench.notice.endswith("nothing else is lost: start them again")
    panel = bench.page.calibration.panel
    assert bench.notice.partition(" ")[2] in panel.sentence.text()
    assert panel.build.isVisible()
    assert kept(bench) is None
    np.testing.assert_array_equal(kept(bench, CalibrationLoss.COIN).values, before.values)
    start(bench)
    wait(bench, bench.page.calibration.paths.isVisible)
    assert kept(bench) is not None


@pytest.mark.parametrize("where", ["room", "status bar", "command"])
def test_it_can_be_cancelled(bench, where):
    process = start(bench)
    match where:
        case "room":
            QTest.mouseClick(bench.page.calibration.panel.cancel, Qt.MouseButton.LeftButton)
        case "status bar":
            QTest.mouseClick(bench.window.calibrating.line.button, Qt.MouseButton.LeftButton)
        case "command":
            bench.shortcut("room.cancel")
    wait(bench, lambda: jobs(bench).orders == ())
    assert is_gone(process)
    assert kept(bench) is None
    assert bench.notice == ""
    assert bench.page.calibration.panel.build.isVisible()
    assert not bench.window.calibrating.line.isVisible()


def test_closing_the_window_ends_the_process(bench):
    process = start(bench)
    bench.window.close()
    assert is_gone(process)
    assert kept(bench) is None


def test_a_boundary_is_dragged_exactly_while_it_runs(bench):
    start(bench)
    bench.change(room=Room.OVERVIEW)
    bench.drag(Handle.TRAIN_END, -200.0)
    bench.assert_exact()
    bench.shortcut("room.cancel")
    wait(bench, lambda: jobs(bench).orders == ())


def test_a_second_press_starts_nothing_twice(bench):
    start(bench)
    bench.shortcut("room.calibrate")
    assert len(jobs(bench).orders) == 1
    bench.change(calibration_model="merton")
    panel = bench.page.calibration.panel
    assert panel.build.isVisible(), "of another model nothing is under way"
    bench.shortcut("room.calibrate")
    assert [order.title for order in jobs(bench).orders] == ["Heston", "Merton"]
    wait(bench, lambda: "1 waiting" in bench.window.calibrating.line.bar.format())
    bench.shortcut("room.cancel")
    wait(bench, lambda: jobs(bench).orders == ())


def test_prices_cannot_be_calibrated_and_the_command_says_so(price_desk):
    price_desk.shortcut("room.calibrate")
    assert "needs option quotes" in price_desk.notice
    assert jobs(price_desk).orders == ()


def test_a_file_that_changed_meanwhile_is_refused_in_place(empty, own_store, tmp_path):
    empty.open(own_store)
    empty.change(room=Room.CALIBRATION, calibration_loss=LOSS)
    other = tmp_path / "other"
    other.write_bytes(b"nothing of the kind")
    other.replace(own_store)  # not written over: the open window has the old file mapped
    QTest.mouseClick(empty.page.calibration.panel.build, Qt.MouseButton.LeftButton)
    wait(empty, lambda: bool(empty.notice))
    assert empty.notice.partition(" ")[2] in empty.page.calibration.panel.sentence.text()
