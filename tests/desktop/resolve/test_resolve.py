"""From states and answers to what is on screen, without Qt."""

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from outsample.calibration.tape_shelf import NeedsTape
from outsample.catalog import SCORES, Kind, models_for
from outsample.datasets import Axis, Target
from outsample.diagnostics import error_surface
from outsample.models.early_exercise import American
from outsample.report import analyse
from outsample.study import Composition, Settings, Workspace
from outsample.typing import SECOND
from outsample.verdict import Status
from outsample.windows import Handle, Scheme, Split, Window, default_split, move
from outsample_desktop.resolve import resolve
from outsample_desktop.session import Measure, Side, State

OPTION_SCORES = [item.score.name for item in SCORES if item.kind is Kind.OPTIONS]
PRICE_SCORES = [item.score.name for item in SCORES if item.kind is Kind.PRICES]
PARTS = ("timeline", "verdict", "models", "decay", "surface", "smile", "term", "status", "front")
BENCHMARKS = ("rolling-surface", "frozen-surface")


def all_models(kind, score):
    """Return every model that can be fitted at once to quotes settled in coin.

    Those that need calibrations first, and American options, have tests of their own.
    """
    return tuple(found.name for found in models_for(kind, score) if not isinstance(found.build(), NeedsTape | American))


@pytest.fixture(scope="module")
def workspaces(market):
    found = {}

    def of(kind, target=Target.MID, axis=Axis.MONEYNESS):
        key = (kind, target, axis)
        if key not in found:
            data = market.prices if kind is Kind.PRICES else market.quotes.viewed(target, axis)
            found[key] = Workspace(data)
        return found[key]

    return of


@pytest.fixture(scope="module")
def ask(workspaces):
    """Return a function from a state to its analysis and view state; an analysis is made once."""
    known = {}

    def run(state, kind=Kind.OPTIONS, stride=1):
        workspace = workspaces(kind, state.target, state.axis) if kind is Kind.OPTIONS else workspaces(kind)
        split = state.split or default_split(workspace.data.times)
        key = (id(workspace), split, state.score, state.models, state.composition, state.scheme, stride)
        if key not in known:
            settings = Settings(state.composition, state.scheme, stride)
            known[key] = analyse(workspace, split, state.score, state.models, settings, state.parameters)
        state = replace(state, split=split)
        return known[key], resolve(state, known[key], 1.5)

    return run


def assert_drawable(view):
    """Everything that a pane needs is there, in the right shape and finite where it must be."""
    line = view.timeline
    assert np.isfinite(line.price.x).all()
    assert np.isfinite(line.price.y).all()
    assert (np.diff(line.price.x) > 0).all()
    assert np.isfinite(line.cursor)
    assert all(start <= stop for start, stop, _ in line.bands)
    assert line.brushed.shape == line.brushed_share.shape
    assert ((line.brushed_share >= 0) & (line.brushed_share <= 1)).all()
    for curve in (*line.losses, *view.decay.curves, *view.smile.curves, *view.term.curves):
        assert curve.x.shape == curve.y.shape
        assert np.isfinite(curve.x).all()
        assert not np.isinf(curve.y).any()
        assert curve.title
    surface = view.surface
    assert surface.value.shape == surface.count.shape == surface.sparse.shape
    assert surface.value.shape == (len(surface.rows), len(surface.columns)) or surface.note
    assert math.isfinite(surface.reach)
    assert surface.reach > 0
    decay = view.decay
    active = [curve for curve in decay.curves if curve.is_active]
    assert decay.low.shape == decay.high.shape
    assert decay.low.size in {0, *(curve.x.size for curve in active)}
    both = np.isfinite(decay.low) & np.isfinite(decay.high)
    assert (decay.low[both] <= decay.high[both]).all()
    for row in view.models.rows:
        assert len(row.cells) == len(view.models.headers) - 2


@pytest.mark.parametrize("score", OPTION_SCORES)
@pytest.mark.parametrize("models", ["all", "default", "one", "benchmarks", "none"])
def test_every_option_score_with_every_choice_of_models_can_be_drawn(ask, score, models):
    names = {
        "all": all_models(Kind.OPTIONS, score),
        "default": all_models(Kind.OPTIONS, score)[2:],
        "one": ("relative-smile",),
        "benchmarks": BENCHMARKS,
        "none": (),
    }[models]
    analysis, view = ask(State(score=score, models=names))
    assert_drawable(view)
    assert [row.is_on for row in view.models.rows] == [row.name in names for row in view.models.rows]
    assert len(view.timeline.losses) == len(analysis.judged) == len(names)
    assert view.status.is_exact


@pytest.mark.parametrize("score", PRICE_SCORES)
@pytest.mark.parametrize("models", ["all", "one", "none"])
def test_every_price_score_with_every_choice_of_models_can_be_drawn(ask, score, models):
    names = {"all": all_models(Kind.PRICES, score), "one": all_models(Kind.PRICES, score)[-1:], "none": ()}[models]
    _, view = ask(State(score=score, models=names), Kind.PRICES)
    assert_drawable(view)
    assert view.smile.is_time
    assert view.term.note == ""
    assert not view.term.curves


@pytest.mark.parametrize("score", ["squared-vol-points", "squared-half-spreads"])
@pytest.mark.parametrize(("side", "measure"), list(product(Side, Measure)))
@pytest.mark.parametrize("axis", list(Axis))
@pytest.mark.parametrize("relative", [True, False])
def test_every_side_measure_axis_and_decay_can_be_drawn(ask, score, side, measure, axis, relative):
    names = all_models(Kind.OPTIONS, score)
    state = State(score=score, models=names, side=side, measure=measure, axis=axis, relative=relative, cell=20)
    _, view = ask(state)
    assert_drawable(view)
    assert view.surface.is_signed is (side is Side.DIFFERENCE or measure is Measure.BIAS)
    assert view.surface.cell == 20
    assert len(view.surface.columns) == len(set(view.surface.columns))


@pytest.mark.parametrize("composition", list(Composition))
@pytest.mark.parametrize("target", list(Target))
@pytest.mark.parametrize("scheme", list(Scheme))
def test_every_composition_target_and_scheme_can_be_drawn(ask, composition, target, scheme):
    state = State(models=("rolling-surface", "relative-smile"), composition=composition, target=target, scheme=scheme)
    _, view = ask(state)
    assert_drawable(view)
    assert view.timeline.scheme is scheme


def test_the_surface_shows_the_numbers_of_the_diagnostic(ask):
    models = ("flat-vol", "relative-smile")
    for active, side in product(models, (Side.TRAIN, Side.TEST)):
        analysis, view = ask(State(models=models, active=active, side=side))
        window = getattr(analysis.split, side.value)
        truth = error_surface(analysis.find(active).study, window)
        np.testing.assert_array_equal(view.surface.value.ravel(), truth.loss)
        np.testing.assert_array_equal(view.surface.count.ravel(), truth.count)
        assert view.surface.title == analysis.find(active).entry.title


def test_the_difference_of_the_surfaces_is_test_minus_train(ask):
    parts = {side: ask(State(models=("flat-vol",), side=side))[1].surface for side in Side}
    both = parts[Side.TEST].value - parts[Side.TRAIN].value
    known = np.isfinite(both) & np.isfinite(parts[Side.DIFFERENCE].value)
    assert known.any()
    np.testing.assert_allclose(parts[Side.DIFFERENCE].value[known], both[known], rtol=1e-12)


def test_the_end_of_the_colour_scale_reaches_every_cell_that_is_not_sparse(ask):
    for side, measure in product(Side, Measure):
        surface = ask(State(models=("flat-vol", "relative-smile"), side=side, measure=measure))[1].surface
        known = np.isfinite(surface.value) & ~surface.sparse
        assert np.abs(surface.value[known]).max() <= surface.reach * (1 + 1e-12)


def test_a_brushed_cell_marks_the_times_at_which_it_has_quotes(ask, market):
    seen = market.quotes.observed
    for cell in (0, 22, 31, 71):
        analysis, view = ask(State(models=("flat-vol",), cell=cell))
        assert analysis.judged[0].study.uncommon == 0
        at = np.unique(seen.time_index[seen.cell == cell])
        np.testing.assert_array_equal(view.timeline.brushed, market.quotes.times[at] / SECOND)


@pytest.mark.parametrize("cell", [-1, 72, 10_000])
def test_a_cell_that_the_grid_does_not_have_brushes_nothing(ask, cell):
    """A case may hold any whole number."""
    _, view = ask(State(models=("flat-vol",), cell=cell))
    assert_drawable(view)
    assert view.timeline.brushed.size == 0


def test_the_slices_follow_the_test_end_until_the_cursor_is_set(ask, market):
    times = market.quotes.times
    split = Split(Window(int(times[0]), int(times[60])), Window(int(times[60]), int(times[101])))
    _, view = ask(State(models=("flat-vol",), split=split))
    assert view.timeline.cursor == times[100] / SECOND
    _, view = ask(State(models=("flat-vol",), split=split, cursor=int(times[30])))
    assert view.timeline.cursor == times[30] / SECOND
    for cursor in (-(2**62), 2**62):
        _, view = ask(State(models=("flat-vol",), split=split, cursor=cursor))
        assert_drawable(view)


def test_the_smile_shows_quotes_of_one_expiry_at_the_cursor(ask, market):
    times, seen = market.quotes.times, market.quotes.observed
    _, view = ask(State(models=("flat-vol",), cursor=int(times[50])))
    vols = view.smile.observed.y
    at_time = np.sort(100.0 * seen.implied_vol[seen.time_index == 50])
    assert vols.size > 3
    assert np.isin(vols, at_time).all()
    assert (np.diff(view.smile.observed.x) >= 0).all()


def test_a_cursor_where_nothing_was_observed_says_so_in_place(ask, market):
    seen = market.quotes.observed
    without = np.flatnonzero(np.diff(seen.time_slice) == 0)
    if not without.size:
        assert np.diff(seen.time_slice).min() > 0
        return
    _, view = ask(State(models=("flat-vol",), cursor=int(market.quotes.times[without[0]])))
    assert "no usable quotes" in view.smile.note


def test_the_chosen_model_is_the_active_one_everywhere(ask):
    names = all_models(Kind.OPTIONS, "squared-vol-points")
    for active in names:
        _, view = ask(State(models=names, active=active))
        assert [row.name for row in view.models.rows if row.is_active] == [active]
        assert [line.name for line in view.timeline.losses if line.is_active] == [active]
        title = next(row.title for row in view.models.rows if row.name == active)
        assert view.verdict.model == view.surface.title == title


def test_an_active_model_that_is_off_gives_way_to_the_last_contender(ask):
    _, view = ask(State(models=("rolling-surface", "flat-vol", "relative-smile"), active="absolute-smile"))
    assert view.verdict.model == "Relative smile"


def test_benchmarks_alone_have_a_verdict_that_says_so_and_no_decay_against_themselves(ask):
    _, view = ask(State(models=BENCHMARKS))
    assert view.verdict.status is Status.BENCHMARK
    assert view.verdict.effect == ""
    assert not view.decay.curves
    assert view.decay.note
    _, raw = ask(State(models=BENCHMARKS, relative=False))
    assert {curve.name for curve in raw.decay.curves} == set(BENCHMARKS)


def test_no_model_at_all_says_what_to_do(ask):
    _, view = ask(State(models=()))
    assert "switch on a model" in view.verdict.rule
    assert view.surface.note
    assert view.decay.note
    assert not any(row.is_active for row in view.models.rows)


def starved(market):
    """A train window of three times: too few for most models."""
    times = market.quotes.times
    return Split(
        Window(int(times[0]), int(times[3])), Window(int(times[40]), int(times[90])), int(times[40] - times[3])
    )


def test_models_that_cannot_be_fitted_say_why_in_their_row_and_in_the_verdict(workspaces, market, monkeypatch):
    from outsample.errors import FitError
    from outsample.models.smile import RelativeSmile

    def refuse(_self, _data, _train):
        raise FitError("a smile needs 50 quotes in the train window, found 5; widen the window")

    monkeypatch.setattr(RelativeSmile, "fit", refuse)
    names = ("rolling-surface", "flat-vol", "relative-smile")
    split = default_split(market.quotes.times)
    state = State(split=split, models=names, active="relative-smile")
    view = resolve(state, analyse(workspaces(Kind.OPTIONS), split, state.score, names), 1.0)
    assert_drawable(view)
    row = next(row for row in view.models.rows if row.name == "relative-smile")
    assert row.failure == view.verdict.rule == view.surface.note
    assert row.failure == "a smile needs 50 quotes in the train window, found 5; widen the window"
    assert view.verdict.status is None
    assert row.status is None
    assert {line.name for line in view.timeline.losses} == {"rolling-surface", "flat-vol"}


@pytest.mark.parametrize("score", ["squared-vol-points", "absolute-vol-points", "squared-price"])
def test_a_starved_train_window_is_drawn_with_whatever_can_be_judged(ask, market, score):
    analysis, view = ask(State(score=score, models=all_models(Kind.OPTIONS, score), split=starved(market)))
    assert_drawable(view)
    for row in view.models.rows:
        assert bool(row.failure) is (row.name in {failure.model for failure in analysis.failures})


def test_all_models_failing_is_drawn(ask, market):
    """Before the first quote there is nothing to be fitted on."""
    times = market.quotes.times
    day = 86_400 * SECOND
    first = int(times[0])
    split = Split(Window(first - 60 * day, first - 30 * day), Window(first, int(times[-1]) + 1), 0)
    names = all_models(Kind.OPTIONS, "squared-vol-points")
    analysis, view = ask(State(models=names, split=split))
    assert {failure.model for failure in analysis.failures} == set(names)
    assert_drawable(view)
    assert all(row.failure for row in view.models.rows if row.name in names)
    assert view.verdict.rule


def test_a_preview_says_so(ask):
    _, view = ask(State(score="squared-half-spreads", models=("rolling-surface", "flat-vol")), stride=3)
    assert_drawable(view)
    assert not view.status.is_exact
    assert view.status.text.startswith("preview")


def test_the_status_counts_quotes_days_and_milliseconds(ask, market):
    _, view = ask(State(models=("flat-vol",)))
    assert f"{market.quotes.size:,} quotes" in view.status.text
    assert f"{market.quotes.observed.size:,} with weight 1" in view.status.text
    assert "119 days" in view.status.text
    assert "1.5 ms" in view.status.text
    assert "all times UTC" in view.status.text


def test_the_price_is_the_same_object_from_one_answer_to_the_next(ask):
    one = ask(State(models=("flat-vol",)))[1].timeline.price
    assert ask(State(models=("flat-vol",), cell=4))[1].timeline.price is one


def test_the_same_question_is_answered_by_the_same_bits(workspaces, market, bits):
    split = default_split(market.quotes.times)
    for handle, by in ((Handle.TRAIN_END, -9), (Handle.TEST_START, 4), (Handle.TEST_END, -6)):
        at = int(np.searchsorted(market.quotes.times, split.train.stop)) + by
        split = move(split, handle, int(market.quotes.times[at]), market.quotes.times, Scheme.FREE)
        names = all_models(Kind.OPTIONS, "squared-vol-points")
        state = State(split=split, models=names, cell=31)
        warm = analyse(workspaces(Kind.OPTIONS), split, state.score, names)
        cold = analyse(Workspace(market.quotes), split, state.score, names)
        assert bits(resolve(state, warm, 1.0)) == bits(resolve(state, cold, 1.0))


def test_a_view_state_has_every_part_and_no_qt(ask):
    import subprocess
    import sys

    _, view = ask(State(models=("flat-vol",)))
    assert set(type(view).__dataclass_fields__) == set(PARTS)
    code = "import sys, outsample_desktop.resolve; sys.exit(any('PySide6' in name for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_hues_never_repeat_among_models_that_are_shown_together(ask):
    for score in OPTION_SCORES:
        _, view = ask(State(score=score, models=all_models(Kind.OPTIONS, score)))
        hues = [row.hue for row in view.models.rows]
        assert len(hues) == len(set(hues))
    for score in PRICE_SCORES:
        _, view = ask(State(score=score, models=()), Kind.PRICES)
        hues = [row.hue for row in view.models.rows]
        assert len(hues) == len(set(hues))
