"""What the room of regimes shows, without Qt: with findings, without, and of data that hold next to nothing."""

from dataclasses import replace

import numpy as np
import pytest

from outsample.case_parameters import CaseParameters
from outsample.datasets import Prices
from outsample.regimes import DrawnRegime, Regime, RegimeMethod, RegimeSettings
from outsample.report import analyse
from outsample.report.regime_findings import find_regimes
from outsample.study import Settings, Workspace
from outsample.typing import DAY, SECOND
from outsample.windows import Split, Window, default_split
from outsample_desktop.resolve import resolve
from outsample_desktop.resolve.found import Found, found_key
from outsample_desktop.resolve.regimes_room import regimes_view
from outsample_desktop.session import Room, State

FIRST = 19_000 * DAY
CHARTS = ("volatility", "penalty_path")
GRIDS = ("regime_losses", "transitions")
LISTS = ("states", "break_tests", "marked")


def prices_of(close):
    time, close = FIRST + np.arange(len(close)) * DAY, np.asarray(close, dtype=np.float64)
    nothing = np.full(close.size, np.nan)
    return Prices(time, nothing, nothing, nothing, close, nothing, "MADE")


def moving(days=500):
    sigma = np.resize(np.repeat([0.01, 0.04], 60), days)
    returns = np.random.default_rng(3).normal(size=days) * sigma
    return 100 * np.exp(np.concatenate(([0.0], returns.cumsum())))


def state_of(data, regimes, split=None, dragging=False):
    split = split or default_split(data.times)
    parameters = CaseParameters(regimes=regimes)
    models, score = ("ewma-variance",), "qlike"
    return State(room=Room.REGIMES, split=split, models=models, score=score, parameters=parameters, dragging=dragging)


def analysed(state, data):
    settings = Settings(previews=state.dragging)
    return analyse(Workspace(data), state.split, state.score, state.models, settings, state.parameters)


def shown(data, regimes, split=None, with_findings=True, dragging=False):
    """Return analysis and view, the latter with what a worker would have found."""
    state = state_of(data, regimes, split, dragging)
    analysis = analysed(state, data)
    found = Found(found_key(state, ""), find_regimes(analysis, lambda: False)) if with_findings else None
    return analysis, regimes_view(state, analysis, found)


def assert_drawable(view):
    """Every line has as many values as places, every grid as many cells as names, every table equal columns."""
    for name in CHARTS:
        for line in getattr(view, name).lines:
            assert line.x.shape == line.y.shape
            assert not np.isinf(line.y).any()
    for name in GRIDS:
        grid = getattr(view, name)
        assert grid.value.shape == grid.is_weak.shape == (len(grid.rows), len(grid.columns))
        assert grid.note or grid.value.size
    for name in LISTS:
        part = getattr(view, name)
        assert part.sentence
        assert len({len(column.values) for column in part.table.columns}) <= 1
    for name, table in view.tables.items():
        assert table.name == name


@pytest.mark.parametrize("with_findings", [True, False])
@pytest.mark.parametrize("method", RegimeMethod)
@pytest.mark.parametrize("states", [2, 3, 4])
def test_every_method_fills_the_room(method, states, with_findings):
    analysis, view = shown(prices_of(moving()), RegimeSettings(method=method, states=states), None, with_findings)
    assert_drawable(view)
    assert list(view.volatility.bands) == [
        (start / SECOND, stop / SECOND, regime) for start, stop, regime in analysis.regimes.bands()
    ]
    assert view.volatility.boundary == analysis.split.train.stop / SECOND
    assert ("stretch" in view.message) is True
    is_change_points = method is RegimeMethod.CHANGE_POINTS
    assert np.isfinite(view.penalty_path.cursor) == (is_change_points and with_findings)
    assert (f"{states} states" in view.states.sentence) != is_change_points
    assert bool(view.penalty_path.note) != with_findings
    assert ("penalty-path" in view.tables) == with_findings


@pytest.mark.parametrize("method", RegimeMethod)
@pytest.mark.parametrize("with_findings", [True, False])
@pytest.mark.parametrize(
    ("close", "known"),
    [([5.0, 6.0], 1), ([5.0, 6.0, 7.0], 2), ([7.0] * 200, 150), ([5.0] * 30, 0), (moving(40), 12)],
    ids=["two observations", "three observations", "constant", "no train day", "short"],
)
def test_next_to_nothing_is_drawn_with_a_reason(method, with_findings, close, known):
    data = prices_of(close)
    cut = FIRST + known * DAY
    split = Split(Window(FIRST, max(cut, FIRST + 1)), Window(max(cut, FIRST + 1), FIRST + len(close) * DAY))
    analysis, view = shown(data, RegimeSettings(method=method), split, with_findings)
    assert_drawable(view)
    if analysis.regimes.note:
        assert analysis.regimes.note in view.message
    assert view.regime_losses.note or analysis.judged


def test_what_is_still_being_worked_out_is_said():
    _, view = shown(prices_of(moving()), RegimeSettings(), with_findings=False)
    assert "being worked out" in view.state
    assert "being worked out" in view.penalty_path.note
    assert "being worked out" in view.break_tests.sentence


def test_findings_of_other_boundaries_are_shown_and_said_to_be_so():
    data = prices_of(moving())
    state = state_of(data, RegimeSettings())
    found = Found(found_key(state, ""), find_regimes(analysed(state, data), lambda: False))
    moved = replace(state, parameters=CaseParameters(regimes=RegimeSettings(multiplier=4.0)))
    view = regimes_view(moved, analysed(moved, data), found)
    assert "of the boundaries before" in view.state
    assert view.penalty_path.cursor == pytest.approx(np.log10(4.0))
    assert view.penalty_path.lines


def test_a_problem_of_the_worker_is_the_message():
    data = prices_of(moving())
    state = state_of(data, RegimeSettings())
    view = regimes_view(state, analysed(state, data), Found(found_key(state, ""), None, "needs 3, found 2; add one"))
    assert view.message == "needs 3, found 2; add one"
    assert view.penalty_path.note == "needs 3, found 2; add one"
    assert_drawable(view)


@pytest.mark.parametrize("method", RegimeMethod)
def test_a_preview_is_called_one_and_change_points_never_are(method):
    data = prices_of(moving(900))
    state = state_of(data, RegimeSettings(method=method), dragging=True)
    analysis = analysed(state, data)
    view, status = regimes_view(state, analysis, None), resolve(state, analysis, 1.0).status
    is_preview = method is not RegimeMethod.CHANGE_POINTS
    assert view.message.startswith("preview while a boundary is held: ") == is_preview
    assert status.is_exact != is_preview
    assert status.text.startswith("exact, regimes preview" if is_preview else "exact  ")
    released = replace(state, dragging=False)
    assert resolve(released, analysed(released, data), 1.0).status.text.startswith("exact  ")


@pytest.mark.parametrize("method", RegimeMethod)
def test_marked_spans_recolour_strip_timeline_and_losses_and_say_whose_knowledge_they_are(method):
    data = prices_of(moving())
    first, last = FIRST + 400 * DAY, FIRST + 440 * DAY
    drawn = (DrawnRegime(first, last, Regime.NORMAL, "holidays"),)
    plain, marked = (shown(data, RegimeSettings(method=method, drawn=spans)) for spans in ((), drawn))
    strip = marked[1].volatility.bands
    inside = {one for start, stop, one in strip if start < last / SECOND and stop > first / SECOND}
    assert inside == {Regime.NORMAL}
    state = state_of(data, RegimeSettings(method=method, drawn=drawn))
    bands = resolve(state, marked[0], 1.0).timeline.bands
    middle = (first + last) / 2 / SECOND
    assert [regime for start, stop, regime in bands if start <= middle < stop] == [Regime.NORMAL]
    assert "normal test" in marked[1].regime_losses.columns
    assert marked[1].message.endswith("; 1 span marked by hand on top")
    assert "not filtered" in marked[1].marked.sentence
    assert marked[1].marked.table.size == 1
    assert plain[1].marked.table.size == 0
    assert "marked" not in plain[1].message
    for line, other in zip(plain[1].volatility.lines, marked[1].volatility.lines, strict=True):
        np.testing.assert_array_equal(line.y, other.y)
