"""What the rooms of decay and assumptions show of findings: numbers as they are read, else a sentence."""

from dataclasses import replace

import numpy as np
import pytest

from outsample.catalog import SCORES, Kind, default_models
from outsample.diagnostics.gap import Part
from outsample.report import analyse
from outsample.report.assumption_findings import AssumptionFindings, find_assumptions
from outsample.report.decay_findings import DecayFindings, decay_stages, find_decay
from outsample.study import Workspace
from outsample.test_result import NotTested
from outsample.typing import DAY, SECOND
from outsample.windows import default_split
from outsample_desktop.resolve import resolve
from outsample_desktop.resolve.charts import BarsView, ChartView, GridView, Tabled
from outsample_desktop.resolve.finding_views import NO_DIAGONALS, Diagonals
from outsample_desktop.resolve.found import WAITING, Found, found_key
from outsample_desktop.resolve.panes import active_name
from outsample_desktop.resolve.tests_shown import amount_text
from outsample_desktop.resolve.tests_shown import tests_shown as shown_tests
from outsample_desktop.session import Room, State

SMILE = "relative-smile"
MISSING = NotTested("x", "X", "this needs that, found nothing; do something")
CHARTS = ("staleness", "recalibration", "fluctuation")
LISTS = ("tests", "refit_tests", "corrected_tests")


def asked(data, room=Room.DECAY, score="squared-vol-points", models=("rolling-surface", "flat-vol", SMILE), **changes):
    """Return a state and its analysis."""
    state = State(split=default_split(data.times), score=score, models=models, room=room, **changes)
    return state, analyse(Workspace(data), state.split, score, models)


def view_of(state, analysis, result, problem="", is_whole=True):
    found = Found(found_key(state, active_name(state, analysis)), result, problem, is_whole)
    return resolve(state, analysis, 1.0, found).front


@pytest.fixture(scope="module")
def options(market):
    return asked(market.quotes, active=SMILE)


@pytest.fixture(scope="module")
def found(options) -> DecayFindings:
    return find_decay(options[1], SMILE)


@pytest.fixture(scope="module")
def decay(options, found):
    return view_of(*options, found)


def numbers_of(view):
    """Return every array and number of a view that is drawn on an axis."""
    for name in view.__dataclass_fields__:
        part = getattr(view, name)
        if isinstance(part, ChartView) and not part.note:
            yield from (np.concatenate((line.x, line.y)) for line in part.lines)
            yield from (np.array([level.value]) for level in part.levels)
            if part.band is not None:
                yield part.band.x
        if isinstance(part, BarsView):
            yield from (np.array([bar.value]) for bar in part.bars)
        if isinstance(part, GridView) and not part.note:
            yield np.array([part.reach])


# --- Decay ----------------------------------------------------------------------------------------------------------


def test_ratios_are_drawn_as_ratios_of_what_is_shown(decay, found):
    (line, *_) = decay.staleness.lines
    assert [one.title for one in decay.staleness.lines if one.title] == ["aged fits", "curve of the half-life"]
    assert decay.staleness.is_log_y
    np.testing.assert_allclose(10.0**line.y, np.exp(0.5 * found.staleness.value), rtol=1e-12)
    np.testing.assert_allclose(10.0 ** decay.recalibration.lines[0].y, np.exp(0.5 * found.recalibration.cost))
    np.testing.assert_array_equal(decay.fluctuation.lines[0].x, found.fluctuation_times / SECOND)


def test_bars_of_the_gap_add_up_and_say_percent_of_what_is_shown(decay, found):
    bars = {bar.title: bar for bar in decay.gap.bars}
    whole, *parts = decay.gap.bars[:5]
    assert whole.is_total
    assert sum(bar.value for bar in parts) == pytest.approx(whole.value)
    contrast = found.gap.contrast.parts
    assert whole.value == pytest.approx(50.0 * contrast.gap.estimate)
    percent = 100.0 * np.expm1(0.5 * contrast.gap.estimate)
    assert float(whole.text.replace("−", "-").removesuffix(" %")) == pytest.approx(percent, abs=0.051)
    optimism = contrast.term(Part.OPTIMISM)
    assert bars["optimism"].value == pytest.approx(50.0 * optimism.value)
    order = bars["overfit, any order"].value + bars["change, this order"].value
    assert order == pytest.approx(50.0 * found.shuffled.scaled.chronological)


@pytest.mark.parametrize(("value", "text"), [(0.0, "0.0 %"), (-1e-9, "0.0 %"), (1e-9, "0.0 %"), (0.2, "+10.5 %")])
def test_nothing_has_no_sign(options, found, value, text):
    part = found.gap.contrast.parts
    terms = tuple(replace(one, value=value) for one in part.terms)
    contrast = replace(found.gap.contrast, parts=replace(part, terms=terms))
    view = view_of(*options, replace(found, gap=replace(found.gap, contrast=contrast)))
    assert {bar.text for bar in view.gap.bars[1:5]} == {text}


def test_a_loss_that_is_no_ratio_keeps_its_unit_in_the_title(market):
    state, analysis = asked(market.prices, score="pinball-0.01", models=("historical-var", "normal-var"))
    view = view_of(state, analysis, find_decay(analysis, "normal-var"))
    assert view.gap.detail.startswith("% of the price; ")
    assert not any("%" in bar.text for bar in view.gap.bars)
    assert not view.staleness.is_log_y
    assert view.triangle.unit == "%"


def test_the_diagonal_of_the_cursor_is_marked(options, found):
    state, analysis = options
    times = analysis.data.times
    time = int(times[analysis.split.test.rows(times)][10])
    view = view_of(replace(state, cursor=time), analysis, found)
    assert view.triangle.marked
    for row, column in view.triangle.marked:
        age = time - view.diagonals.service[row]
        assert view.diagonals.start[column] <= age < view.diagonals.stop[column]
    assert view.fluctuation.cursor == time / SECOND


def test_a_cell_has_the_date_of_its_vintage_and_age():
    diagonals = Diagonals(np.array([0, 5]) * DAY, np.array([0, 2]) * DAY, np.array([2, 4]) * DAY)
    assert diagonals.time_of(1, 0) == 6 * DAY
    assert diagonals.cells_at(6 * DAY) == ((1, 0),)
    assert diagonals.cells_at(3 * DAY) == ((0, 1),)
    assert diagonals.cells_at(-DAY) == ()
    assert NO_DIAGONALS.cells_at(DAY) == ()


def test_many_vintages_and_ages_share_cells_that_can_be_seen(market):
    state, analysis = asked(market.prices, score="pinball-0.01", models=("historical-var", "normal-var"))
    found = find_decay(analysis, "normal-var")
    view = view_of(state, analysis, found)
    rows, columns = view.triangle.value.shape
    assert found.triangle.table.shape[0] > 24 >= rows == len(view.triangle.rows)
    assert columns == len(view.triangle.columns) <= 36
    table = found.triangle.table
    every = -(-table.shape[0] // 24)
    block = table[:every, 0]
    mean = np.nanmean(block) - np.nanmean(_pooled_means(table, every))
    assert view.triangle.value[0, 0] == pytest.approx(mean, rel=1e-6, abs=1e-9)


def _pooled_means(table, every):
    """Return means over groups of rows, by a loop; columns are few here."""
    groups = [table[first : first + every] for first in range(0, table.shape[0], every)]
    return np.array(
        [
            [np.nanmean(part[:, c]) if np.isfinite(part[:, c]).any() else np.nan for c in range(table.shape[1])]
            for part in groups
        ]
    )


def test_before_anything_is_found_every_pane_says_so(options):
    view = resolve(*options, 1.0).front
    assert view.state == WAITING
    assert {getattr(view, name).note for name in CHARTS} == {WAITING}
    assert (view.gap.note, view.triangle.note, view.breakdown.sentence) == (WAITING,) * 3
    assert view.horizon.lines
    assert set(view.tables) == {"horizon"}


def test_each_stage_shows_what_it_has(options):
    for number, stage in enumerate(decay_stages(options[1], SMILE)):
        view = view_of(*options, stage, is_whole=stage.is_whole)
        filled = [bool(view.fluctuation.lines), bool(view.staleness.lines), bool(view.gap.bars), len(view.gap.bars) > 5]
        assert filled == [number >= place for place in range(4)]
        assert view.state == ("" if number == 3 else "more follows")
        notes = {part.note for part in (view.staleness, view.triangle, view.gap)} - {""}
        assert notes <= {WAITING}


def test_what_was_given_up_says_so_where_it_is_missing_and_shows_the_rest(options):
    first = next(decay_stages(options[1], SMILE))
    view = view_of(*options, first, problem="given up; move on")
    assert view.message == view.gap.note == view.staleness.note == "given up; move on"
    assert view.fluctuation.lines


def test_what_could_not_be_done_is_a_sentence_in_its_place(options, found):
    names = [name for name in found.__dataclass_fields__ if name not in ("judged", "fluctuation_times", *LISTS)]
    nothing = replace(found, **dict.fromkeys(LISTS, (MISSING,)), **dict.fromkeys(names, MISSING))
    view = view_of(*options, nothing)
    assert {getattr(view, name).note for name in CHARTS} == {MISSING.sentence}
    assert view.gap.note == view.triangle.note == MISSING.sentence
    assert view.diagonals is NO_DIAGONALS
    assert all(text.endswith(MISSING.sentence) for text in view.breakdown.told)
    assert "–" in [column.shown(0) for column in view.breakdown.table.columns]


@pytest.mark.parametrize("name", ["staleness", "half_life", "triangle", "gap", "expected", "shuffled", "vintages"])
def test_one_part_that_is_missing_leaves_the_others(options, found, name):
    view = view_of(*options, replace(found, **{name: MISSING}))
    notes = [part.note for part in (view.staleness, view.triangle, view.gap, view.fluctuation) if part.note]
    assert set(notes) <= {MISSING.sentence}
    assert len(notes) <= 1


@pytest.mark.parametrize("item", SCORES, ids=lambda item: item.score.name)
def test_under_every_score_no_axis_gets_a_number_that_is_none(market, item):
    data = market.quotes if item.kind is Kind.OPTIONS else market.prices
    models = default_models(item.kind, item.score.name)
    for relative in (True, False):
        state, analysis = asked(data, score=item.score.name, models=models, relative=relative)
        for judged in analysis.judged:
            state = replace(state, active=judged.entry.name)
            view = view_of(state, analysis, find_decay(analysis, judged.entry.name, seconds=0.0))
            for values in numbers_of(view):
                assert not np.isinf(values).any()
                assert np.isfinite(values).any() or not values.size
            for bar in view.gap.bars:
                assert bar.text not in ("", "nan", "+0 %", "-0")


# --- Tests as they are shown ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((0.1234, 0.0, 0.25, "nats"), "0.123 (0 … 0.25) nats"),
        ((-2.0, float("nan"), float("nan"), ""), "−2"),
        ((float("nan"), -1.0, 1.0, "vol pts"), "−1 … 1 vol pts"),
        ((float("nan"), float("nan"), float("nan"), "vol pts"), "–"),
    ],
)
def test_effect_interval_and_unit_are_one_text(numbers, text):
    assert amount_text(*numbers) == text


def test_each_row_of_the_tests_is_told_at_length(decay):
    assert isinstance(decay.breakdown, Tabled)
    whole = decay.tables["breakdown"]
    assert len(decay.breakdown.told) == whole.size == decay.breakdown.table.size
    says = next(column for column in whole.columns if column.header == "says")
    for row, text in enumerate(decay.breakdown.told):
        assert text.endswith(str(says.values[row]))


def test_no_tests_are_no_table():
    from outsample.report.table import Table

    assert shown_tests(Table("breakdown", ()), "nothing").told == ()


# --- Assumptions ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tested(market):
    state, analysis = asked(market.quotes, Room.ASSUMPTIONS)
    return state, analysis, find_assumptions(analysis)


def test_assumptions_are_told_with_cost_and_caution(tested):
    state, analysis, result = tested
    view = view_of(state, analysis, result)
    assert len(view.assumptions.told) == len(result.table.rows) == view.assumptions.table.size
    for row, text in zip(result.table.rows, view.assumptions.told, strict=True):
        assert row.outcome.sentence.rstrip(".") in text
        assert row.caution in text
        assert ("Cost " in text) == (row.cost_volpoints is not None)
        assert row.cost_source.rstrip(".") in text
    assert view.tables["assumptions"].size == len(result.table.rows)
    assert not any("[" in column.header and "unit" in column.header for column in view.assumptions.table.columns)


def test_the_dearest_departures_come_first(tested):
    state, analysis, result = tested
    bars = view_of(state, analysis, result).assumption_costs.bars
    sizes = [abs(bar.value) for bar in bars]
    assert sizes == sorted(sizes, reverse=True)
    assert all(len(bar.title) <= 24 for bar in bars)


def test_assumptions_without_a_single_test_are_sentences(tested):
    state, analysis, result = tested
    rows = tuple(
        replace(row, outcome=MISSING, cost_volpoints=None, adjusted_p=float("nan"), is_discovery=False)
        for row in result.table.rows
    )
    nothing = AssumptionFindings(replace(result.table, rows=rows), np.empty(0), np.empty(0), None)
    view = view_of(state, analysis, nothing)
    assert view.assumption_costs.note
    assert view.return_quantiles.note
    assert view.realised_implied.note
    assert all(MISSING.sentence in text for text in view.assumptions.told)
    assert set(view.assumptions.table.columns[5].values) == {"–"}


def test_assumptions_do_not_depend_on_the_model_in_front(tested):
    state, _, _ = tested
    assert found_key(state, "one") == found_key(state, "other")
