"""A bug in a worker is told and the window lives on; it closes whatever is under way."""

import threading

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from outsample.windows import Handle
from outsample_desktop import evaluator, loader
from outsample_desktop.session import Side

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


def test_the_window_closes_while_a_load_runs(empty, stores, held_load):
    empty.window.open_files([str(stores["quotes"])])
    empty.qtbot.waitUntil(lambda: empty.window.status.text() == held_load.words)
    threading.Timer(0.05, held_load.go_on.set).start()
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
    assert not desk.window.isVisible()
    assert not desk.window._late.isActive()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("evaluate", "model", "load"))]
