"""Undo steps are called by what the user chose."""

import pytest

from outsample_desktop.page import Page
from outsample_desktop.session import Room, State
from outsample_desktop.session.session import Session
from outsample_desktop.session.step_words import STEP_WORDS, step_words
from outsample_desktop.widgets.header import Header


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("change regime_method", "change what finds the regimes"),
        ("change regime_states", "change the states of a model"),
        ("change penalty", "change the change-point penalty"),
        ("change the penalty", "change the penalty"),
        ("change the case parameters", "change the case parameters"),
        ("penalty", "penalty"),
        ("", ""),
    ],
)
def test_a_field_gives_way_to_what_a_user_calls_it(label, expected):
    assert step_words(label) == expected


def test_the_step_that_is_filed_is_called_so(qtbot):
    session = Session(State())
    session.change("change scheme", score="qlike")
    assert session.undo_stack.undoText() == "change how boundaries follow"
    session.undo_stack.clear()


def test_every_chooser_makes_a_step_with_words(qtbot):
    header, page = Header(), Page()
    for widget in (header, page):
        qtbot.addWidget(widget)
    said = []
    for source in (header, page):
        source.intended.connect(lambda label, _changes: said.append(step_words(label)))
    owners = [header, *(page.room_of(room) for room in Room)]
    count = 0
    for owner in owners:
        for chooser in owner.choosers.values():
            chooser.picked.emit(None)
            count += 1
    assert len(said) == count
    fields = {field for owner in owners for field in owner.choosers}
    assert fields >= STEP_WORDS.keys()
    assert not [label for label in said if label.removeprefix("change ") in fields]
