"""The room of assumptions works out anew what the cursor moves, and nothing else."""

from dataclasses import replace

import pytest

from outsample.report import analyse
from outsample.report.assumption_findings import find_assumptions
from outsample.study import Workspace
from outsample.typing import SECOND
from outsample.windows import default_split
from outsample_desktop.resolve.assumptions_room import assumptions_view
from outsample_desktop.resolve.found import Found, found_key
from outsample_desktop.session import Room, State

KEPT = ("assumptions", "assumption_costs", "return_quantiles", "tables")


@pytest.fixture(scope="module")
def asked(market):
    """Return a state, its analysis, and what was found for it."""
    data = market.quotes
    state = State(split=default_split(data.times), models=("flat-vol",), active="flat-vol", room=Room.ASSUMPTIONS)
    analysis = analyse(Workspace(data), state.split, state.score, state.models)
    return state, analysis, find_assumptions(analysis)


def view_at(asked, cursor=None):
    state, analysis, result = asked
    return assumptions_view(replace(state, cursor=cursor), analysis, Found(found_key(state, ""), result))


def test_the_cursor_moves_in_the_volatilities_alone(asked):
    times = asked[1].data.times
    first, second = view_at(asked, int(times[3])), view_at(asked, int(times[-3]))
    assert first.realised_implied.cursor == times[3] / SECOND
    assert second.realised_implied.cursor == times[-3] / SECOND
    for name in KEPT:
        assert getattr(first, name) is getattr(second, name)
    assert first.realised_implied.lines is second.realised_implied.lines


def test_other_findings_are_worked_out_anew(asked):
    state, analysis, result = asked
    fewer = replace(result, table=replace(result.table, rows=result.table.rows[:1]))
    other = assumptions_view(state, analysis, Found(found_key(state, ""), fewer))
    assert (other.assumptions.table.size, view_at(asked).assumptions.table.size) == (1, len(result.table.rows))


def test_findings_of_other_boundaries_say_so_and_a_problem_takes_the_place_of_the_headline(asked):
    state, analysis, result = asked
    fresh = view_at(asked)
    old = assumptions_view(state, analysis, Found(("other",), result, "it went wrong"))
    assert old.state
    assert (old.message, fresh.state) == ("it went wrong", "")
    assert old.assumptions is fresh.assumptions
    assert view_at(asked).message == fresh.message != old.message
