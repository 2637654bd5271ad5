from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication

from outsample.windows import Handle, Split, Window
from outsample_desktop.session import Room, Side, State, Theme
from outsample_desktop.session.session import Session

SPLIT = Split(Window(0, 10), Window(10, 20))


def moved(by):
    return Split(Window(0, 10 + by), Window(10 + by, 20 + by))


@pytest.fixture
def session(qapp):
    made = Session(State(split=SPLIT))
    yield made
    made.undo_stack.clear()
    made.deleteLater()


@pytest.fixture
def told(session):
    heard = []
    session.changed.connect(lambda old, new: heard.append((old, new)))
    return heard


def turn():
    """One turn of the event loop."""
    QCoreApplication.processEvents()


def test_a_change_is_told_when_control_returns_to_the_event_loop(session, told):
    session.update(side=Side.TRAIN)
    assert session.state.side is Side.TRAIN
    assert told == []
    turn()
    assert told == [(State(split=SPLIT), State(split=SPLIT, side=Side.TRAIN))]


def test_many_changes_in_one_turn_are_told_once_from_the_first_to_the_last(session, told):
    for by in range(1, 101):
        session.update(split=moved(by), cell=by)
    turn()
    turn()
    assert told == [(State(split=SPLIT), State(split=moved(100), cell=100))]


def test_each_turn_tells_from_what_was_told_before(session, told):
    for by in (1, 2, 3):
        session.update(cell=by)
        turn()
    assert [(old.cell, new.cell) for old, new in told] == [(None, 1), (1, 2), (2, 3)]


def test_an_equal_state_emits_nothing(session, told):
    session.update(side=session.state.side, split=Split(Window(0, 10), Window(10, 20)))
    session.put(State(split=SPLIT))
    turn()
    assert told == []


def test_there_and_back_within_one_turn_emits_nothing(session, told):
    session.update(cell=5)
    session.update(cell=None)
    turn()
    assert told == []


def test_an_unknown_field_is_refused(session):
    with pytest.raises(TypeError):
        session.update(colour="red")


def test_a_listener_that_changes_the_state_is_heard_in_the_next_turn(session, told):
    session.changed.connect(lambda _old, new: session.update(cursor=7) if new.cursor is None else None)
    session.update(cell=1)
    turn()
    turn()
    assert [(new.cell, new.cursor) for _, new in told] == [(1, None), (1, 7)]


def test_a_drag_of_many_moves_is_one_step_of_undo(session, told):
    session.begin()
    for by in range(1, 50):
        session.update(split=moved(by), dragging=True)
        turn()
    session.commit("move train end")
    turn()
    assert session.undo_stack.count() == 1
    assert session.undo_stack.undoText() == "move train end"
    assert told[-1][1] == State(split=moved(49))
    session.undo_stack.undo()
    turn()
    assert session.state == State(split=SPLIT)
    session.undo_stack.redo()
    turn()
    assert session.state == State(split=moved(49)) == told[-1][1]


def test_a_gesture_that_changes_nothing_files_nothing(session):
    session.begin()
    session.update(split=moved(3), dragging=True)
    session.update(split=SPLIT)
    session.commit("move")
    assert session.undo_stack.count() == 0
    assert not session.state.dragging


def test_an_abandoned_gesture_leaves_no_trace(session, told):
    session.begin()
    session.update(split=moved(3), dragging=True)
    turn()
    session.abandon()
    turn()
    assert session.state == State(split=SPLIT) == told[-1][1]
    assert session.undo_stack.count() == 0
    session.commit("late")
    assert session.undo_stack.count() == 0


def test_to_abandon_without_a_gesture_does_nothing(session, told):
    session.update(cell=3)
    session.abandon()
    turn()
    assert session.state.cell == 3
    assert len(told) == 1


def test_a_gesture_inside_another_starts_where_the_outer_one_did(session):
    session.begin()
    session.update(split=moved(1))
    session.begin()
    session.update(split=moved(2))
    session.commit("move")
    session.undo_stack.undo()
    assert session.state.split == SPLIT


def test_what_is_held_is_never_part_of_an_undo_step(session):
    session.update(dragging=True)
    session.begin()
    session.update(split=moved(1))
    session.commit("move")
    assert not session.state.dragging
    session.undo_stack.undo()
    assert not session.state.dragging
    session.undo_stack.redo()
    assert not session.state.dragging


def test_a_change_while_a_boundary_is_held_is_part_of_its_step(session):
    before = session.state
    session.begin()
    session.update(dragging=True, handle=Handle.TEST_END)
    session.change("go to calibration", room=Room.CALIBRATION)
    assert session.state.dragging
    session.update(cursor=7)
    session.commit("move test end")
    assert session.undo_stack.count() == 1
    assert session.undo_stack.undoText() == "move test end"
    assert not session.state.dragging
    session.undo_stack.undo()
    assert (session.state.room, session.state.cursor) == (before.room, before.cursor)


def test_a_change_after_undo_forgets_what_was_undone(session):
    session.change("one", cell=1)
    session.change("two", cell=2)
    session.undo_stack.undo()
    session.change("three", cell=3)
    assert not session.undo_stack.canRedo()
    session.undo_stack.undo()
    assert session.state.cell == 1


def test_the_oldest_steps_are_forgotten_beyond_a_hundred(session):
    for cell in range(250):
        session.change("brush", cell=cell)
    assert session.undo_stack.count() == 100
    while session.undo_stack.canUndo():
        session.undo_stack.undo()
    assert session.state.cell == 149


def test_undo_gives_back_the_very_state(session):
    before = replace(session.state, cell=9, cursor=4)
    session.put(before)
    session.change("side", side=Side.DIFFERENCE)
    session.undo_stack.undo()
    assert session.state == before


def test_undo_of_a_move_leaves_the_theme_alone(session):
    """The theme is no part of the analysis and is changed outside undo: undoing a move must not switch the lights."""
    session.change("move", split=moved(4))
    session.update(theme=Theme.LIGHT)
    session.undo_stack.undo()
    assert session.state.split == SPLIT
    assert session.state.theme is Theme.LIGHT
