"""A drag paints each pane once a move and leaves nothing behind, however long it is."""

import gc
import sys
import threading
import tracemalloc
from collections import Counter

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication, QGraphicsItem, QWidget

from outsample.windows import Handle, Scheme, Split, Window, position_of
from outsample_desktop.widgets.plot import BandItem, CurveItem

ALWAYS = {"price", "loss", "verdict", "decay", "surface", "models"}  # every number of theirs moves with the boundary
WATCHED = (QTimer, QWidget, QGraphicsItem, CurveItem, BandItem)


def one_move(desk, x, y):
    """Move the mouse, and wait until the panes have been handed the answer and have painted it."""
    with desk.qtbot.waitSignal(desk.window.painted, timeout=20_000):
        desk.mouse(QEvent.Type.MouseMove, x, y)
    desk.qtbot.waitUntil(desk.is_settled)
    QApplication.processEvents()


@pytest.mark.parametrize("handle", [Handle.TRAIN_END, Handle.TEST_START, Handle.TEST_END])
@pytest.mark.parametrize("scheme", [Scheme.ANCHORED, Scheme.FREE])
def test_every_pane_is_painted_once_a_move(desk, paints, handle, scheme):
    times = desk.data.times
    train, test = Window(int(times[0]), int(times[45])), Window(int(times[60]), int(times[112]))
    desk.change(scheme=scheme, split=Split(train, test, int(times[60] - times[45])))
    at = int(np.searchsorted(times, position_of(desk.state.split, handle)))
    start = desk.plot.pixel(int(times[at]))
    x, y = desk.press(handle)
    QApplication.processEvents()
    place = x
    for i in range(1, 13):
        place = x + desk.plot.pixel(int(times[at - i])) - start
        paints.count.clear()
        one_move(desk, place, y)
        assert {name: paints.count.get(name, 0) for name in ALWAYS} == dict.fromkeys(ALWAYS, 1)
        assert paints.count.get("smile", 0) <= 1
        assert paints.count.get("term", 0) <= 1
    desk.release(place, y)


def test_a_move_that_changes_nothing_paints_nothing(desk, paints):
    x, y = desk.press(Handle.TRAIN_END)
    desk.move_to(x - 40, y)
    QApplication.processEvents()
    paints.count.clear()
    desk.mouse(QEvent.Type.MouseMove, x - 40, y)
    desk.mouse(QEvent.Type.MouseMove, x - 39.6, y)
    QApplication.processEvents()
    desk.settle()
    assert paints.count == {}
    desk.release(x - 40, y)


def living():
    """Return how many things of each watched kind there are."""
    gc.collect()
    found = Counter()
    for thing in gc.get_objects():
        for kind in WATCHED:
            if issubclass(type(thing), kind):
                found[kind.__name__] += 1
    return found


def wander(desk, x, y, moves):
    """Move a held boundary to and fro, each time to another observation."""
    reach = 40
    for i in range(moves):
        place = abs((i * 7) % (2 * reach) - reach)
        desk.mouse(QEvent.Type.MouseMove, x - 8.0 * place - 8.0, y)
        if not desk.is_shown():
            desk.qtbot.waitSignal(desk.window.painted, timeout=20_000).wait()
    desk.qtbot.waitUntil(desk.is_settled, timeout=20_000)


def memory_grown(desk, x, y, moves):
    """Return how many bytes more are held after some moves: tracing slows them fourfold, so they are few."""
    tracemalloc.start()
    try:
        wander(desk, x, y, 30)
        gc.collect()
        start = tracemalloc.get_traced_memory()[0]
        wander(desk, x, y, moves)
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - start
    finally:
        tracemalloc.stop()


def long_drag(desk, moves, traced):
    desk.change(scheme=Scheme.FREE)
    desk.drag(Handle.TEST_START, 60.0)
    x, y = desk.press(Handle.TRAIN_END)
    wander(desk, x, y, 60)  # caches fill, fonts load
    before, threads = living(), threading.active_count()
    counts = {thing: sys.getrefcount(thing) for thing in (None, True, False)}
    wander(desk, x, y, moves)
    assert living() == before
    assert threading.active_count() == threads
    for thing, count in counts.items():
        # Falling would end the process one day. Qt's bindings themselves add one for each event made here, six for
        # each range set; nothing is lost by that.
        assert -50 < sys.getrefcount(thing) - count < 20 * moves
    assert memory_grown(desk, x, y, traced) < 1e6
    for kind, entries in desk.window.workspace._kinds.items():
        assert len(entries) <= desk.window.workspace.kept, kind
    desk.release(x - 100, y)
    desk.assert_exact()
    assert desk.undo.count() == 3


def test_a_drag_of_three_hundred_moves_leaves_nothing_behind(desk):
    long_drag(desk, 300, 20)


@pytest.mark.slow
def test_a_drag_of_two_thousand_moves_leaves_nothing_behind(desk):
    long_drag(desk, 2000, 500)


def test_opening_one_data_set_after_another_leaves_nothing_behind(desk, stores):
    for name in ("prices", "quotes"):
        desk.open(stores[name])
    before = living()
    for name in ("prices", "quotes") * 2:
        desk.open(stores[name])
    assert living() == before


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_a_context_menu_goes_when_it_is_closed(desk):
    desk.window.pane_menu.menu("decay")
    QApplication.processEvents()
    before = living()["QWidget"]
    for _ in range(5):
        menu = desk.window.pane_menu.menu("decay")
        menu.popup(desk.window.mapToGlobal(desk.window.rect().center()))
        menu.close()
        del menu
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QApplication.processEvents()
    assert living()["QWidget"] <= before + 1
