"""The window on a made market, worked by mouse and keyboard: what it shows is what a fresh evaluation says."""

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest

from outsample.catalog import MODELS, SCORES, Kind, models_for
from outsample.report.tables import quotes_table
from outsample.windows import MINIMUM_TIMES, Handle, Scheme, default_split, iso, move, position_of
from outsample_desktop.session import Side, Theme

HANDLES = (Handle.TRAIN_START, Handle.TRAIN_END, Handle.TEST_START, Handle.TEST_END)
NOT_MOVING = {(Scheme.ANCHORED, Handle.TRAIN_START), (Scheme.ANCHORED, Handle.WHOLE)}  # the train start is given
SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
REPRICED = "squared-half-spreads"
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # popups without a screen


@pytest.fixture
def times(market):
    return market.quotes.times


def assert_lawful(split, times):
    """Boundaries are in order, on observation times, with enough times in each window."""
    assert split.train.start < split.train.stop <= split.test.start < split.test.stop
    assert split.test.start - split.train.stop >= split.purge >= 0
    for window in (split.train, split.test):
        rows = window.rows(times)
        assert rows.stop - rows.start >= MINIMUM_TIMES
    allowed = {*times.tolist(), int(times[-1]) + 1}
    assert {position_of(split, handle) for handle in HANDLES} <= allowed


def inside(desk, scheme):
    """Bring the pattern inside the history, with a gap, so that every handle has room to move both ways."""
    times = desk.data.times
    at = [times.size * share // 100 for share in (15, 55, 60, 85)]
    split = default_split(times)
    for handle, index in zip(
        (Handle.TEST_END, Handle.TRAIN_END, Handle.TEST_START), (at[3], at[1], at[2]), strict=True
    ):
        split = move(split, handle, int(times[index]), times, Scheme.FREE)
    if scheme is not Scheme.ANCHORED:
        split = move(split, Handle.TRAIN_START, int(times[at[0]]), times, Scheme.FREE)
    desk.change(scheme=scheme, split=split)
    desk.undo.clear()


# --- Opening --------------------------------------------------------------------------------------------------------


def test_what_is_opened_is_shown_exactly(desk, market):
    assert desk.state.split == default_split(market.quotes.times)
    assert desk.state.fingerprint == market.quotes.fingerprint
    desk.assert_exact()


def test_prices_are_shown_exactly_and_offer_no_choice_of_smiles(price_desk):
    price_desk.assert_exact()
    assert price_desk.room.forecast.isVisible()
    assert not price_desk.room.smile.isVisible()
    assert not any(price_desk.room.choosers[name].isVisible() for name in ("side", "measure", "axis"))
    assert not price_desk.room.tabs.isTabVisible(1)


def test_files_that_are_dropped_are_opened(empty, stores):
    with empty.qtbot.waitSignal(empty.window.painted, timeout=20_000):
        empty.drop(stores["quotes"])
    empty.settle()
    empty.assert_exact()


def test_other_data_take_the_place_of_the_first_and_come_back(desk, stores):
    desk.open(stores["prices"])
    desk.assert_exact()
    assert desk.state.score == "pinball-0.01"
    assert not desk.undo.canUndo()
    desk.open(stores["quotes"])
    desk.assert_exact()
    assert desk.state.score == "squared-vol-points"
    assert desk.room.smile.isVisible()


# --- Dragging -------------------------------------------------------------------------------------------------------


def drag_both_ways(desk, scheme, handle):
    """Drag a handle to the right and back beyond its place; what is shown is exact each time."""
    inside(desk, scheme)
    for offsets in ((20.0, 60.0, 41.0), (-70.0, -35.0)):
        before = desk.state.split
        desk.drag(handle, *offsets)
        assert_lawful(desk.state.split, desk.data.times)
        assert (desk.state.split != before) is ((scheme, handle) not in NOT_MOVING), (handle, offsets)
        desk.assert_exact()


@pytest.mark.parametrize("scheme", list(Scheme))
def test_a_drag_of_any_handle_in_any_scheme_shows_what_a_fresh_evaluation_says(desk, scheme):
    for handle in (*HANDLES, Handle.WHOLE):
        drag_both_ways(desk, scheme, handle)


@pytest.mark.parametrize("scheme", list(Scheme))
def test_a_drag_of_prices_shows_what_a_fresh_evaluation_says(price_desk, scheme):
    for handle in (*HANDLES, Handle.WHOLE):
        drag_both_ways(price_desk, scheme, handle)


def test_what_is_let_go_lies_where_the_handle_was_asked_to_be(desk, times):
    """The split after a drag is the one that the rules of windows give for the time under the mouse."""
    for handle in (*HANDLES, Handle.WHOLE):
        inside(desk, Scheme.FREE)
        split = desk.state.split
        x, _ = desk.grip(handle)
        moved = desk.plot.time_at(x + 37.0) - desk.plot.time_at(x)
        desk.drag(handle, 10.0, 37.0)
        assert desk.state.split == move(split, handle, position_of(split, handle) + moved, times, Scheme.FREE)
        assert desk.state.handle is handle


def test_the_lower_plot_has_the_same_handles(desk):
    inside(desk, Scheme.FREE)
    plot = desk.page.timeline.loss
    x = plot.pixel(desk.state.split.train.stop)
    before = desk.state.split
    for kind, place in (
        (QEvent.Type.MouseButtonPress, x),
        (QEvent.Type.MouseMove, x - 30.0),
        (QEvent.Type.MouseButtonRelease, x - 30.0),
    ):
        desk.mouse(kind, place, 30.0, plot.viewport())
        desk.settle()
    assert desk.state.split.train.stop < before.train.stop
    assert desk.state.split.test == before.test
    desk.assert_exact()


@pytest.mark.parametrize("scheme", list(Scheme))
def test_boundaries_dragged_over_each_other_never_cross(desk, scheme, times):
    for handle, target in itertools.product(HANDLES, (-500.0, 5000.0)):
        inside(desk, scheme)
        x, y = desk.press(handle)
        for share in (0.3, 0.7, 1.0):
            desk.move_to(x + share * (target - x), y)
            assert_lawful(desk.state.split, times)
        desk.release(target, y)
        assert_lawful(desk.state.split, times)
        desk.assert_exact()


def test_moves_that_come_faster_than_answers_end_on_the_last_one(desk, times):
    inside(desk, Scheme.FREE)
    x, y = desk.press(Handle.TRAIN_END)
    for offset in range(0, 80, 2):
        desk.mouse(QEvent.Type.MouseMove, x - offset, y)
    wanted = desk.state.split
    desk.release(x - 78, y)
    assert desk.state.split == wanted
    desk.assert_exact()


def test_a_release_without_a_move_before_it_still_counts(desk):
    inside(desk, Scheme.FREE)
    before = desk.state.split
    x, y = desk.press(Handle.TEST_END)
    desk.release(x - 50, y)
    assert desk.state.split.test.stop < before.test.stop
    desk.assert_exact()


def test_a_click_on_a_handle_moves_nothing_and_files_nothing(desk):
    inside(desk, Scheme.FREE)
    before = desk.state.split
    for handle in HANDLES:
        x, y = desk.press(handle)
        desk.release(x, y)
        assert desk.state.split == before
        assert desk.state.handle is handle
    assert desk.undo.count() == 0


@pytest.mark.parametrize("handle", [Handle.TRAIN_START, Handle.WHOLE])
def test_an_anchored_train_start_says_why_it_stays(desk, handle):
    inside(desk, Scheme.ANCHORED)
    x, y = desk.press(handle)
    desk.mouse(QEvent.Type.MouseMove, x + 40, y)
    assert "anchored" in desk.window.status.text()
    desk.release(x + 40, y)
    desk.assert_exact()


def test_a_click_beside_the_handles_sets_the_cursor_of_the_slices(desk, times):
    inside(desk, Scheme.FREE)
    x = desk.plot.pixel(int(times[40]))
    desk.click(desk.plot.viewport(), x, 60)
    assert desk.state.cursor is not None
    shown = desk.shown()["timeline"].cursor
    assert abs(shown - times[40] / 1e9) <= 2 * 86_400
    desk.assert_exact()
    desk.shortcut("view.cursor")
    assert desk.state.cursor is None
    desk.assert_exact()


def test_a_right_click_does_nothing(desk):
    inside(desk, Scheme.FREE)
    state = desk.state
    x, y = desk.grip(Handle.TRAIN_END)
    QTest.mouseClick(desk.plot.viewport(), Qt.MouseButton.RightButton, pos=desk.plot.viewport().rect().center())
    QTest.mousePress(desk.plot.viewport(), Qt.MouseButton.RightButton)
    desk.mouse(QEvent.Type.MouseMove, x + 40, y)
    desk.settle()
    assert desk.state.split == state.split


# --- Undo, redo, Escape ---------------------------------------------------------------------------------------------


def test_undo_and_redo_of_a_drag_are_one_step_each(desk):
    inside(desk, Scheme.FREE)
    before = desk.state
    desk.drag(Handle.TRAIN_END, -10.0, -20.0, -45.0)
    after = desk.state
    assert desk.undo.count() == 1
    desk.page.timeline.setFocus()
    desk.key(Qt.Key.Key_Z, CTRL)
    assert desk.state.split == before.split
    desk.assert_exact()
    desk.key(Qt.Key.Key_Z, CTRL | SHIFT)
    assert desk.state == after
    desk.assert_exact()


def test_escape_abandons_a_drag(desk):
    inside(desk, Scheme.FREE)
    before = desk.state.split
    desk.page.timeline.setFocus()
    x, y = desk.press(Handle.TRAIN_END)
    desk.move_to(x - 40, y)
    assert desk.state.split != before
    desk.key(Qt.Key.Key_Escape)
    assert desk.state.split == before
    assert not desk.state.dragging
    desk.assert_exact()


def test_after_escape_the_mouse_moves_nothing_until_it_is_pressed_again(desk):
    inside(desk, Scheme.FREE)
    before = desk.state.split
    desk.page.timeline.setFocus()
    x, y = desk.press(Handle.TRAIN_END)
    desk.move_to(x - 40, y)
    desk.key(Qt.Key.Key_Escape)
    desk.move_to(x - 60, y)
    assert desk.state.split == before
    desk.release(x - 60, y)
    assert desk.state.split == before
    assert desk.undo.count() == 0
    desk.assert_exact()


def test_undo_while_a_handle_is_held_leaves_the_window_in_order(desk, times):
    inside(desk, Scheme.FREE)
    desk.drag(Handle.TEST_END, -30.0)
    x, y = desk.press(Handle.TRAIN_END)
    desk.move_to(x - 40, y)
    desk.undo.undo()
    desk.settle()
    desk.release(x - 40, y)
    assert_lawful(desk.state.split, times)
    assert not desk.state.dragging
    desk.assert_exact()


def test_many_drags_are_undone_in_their_order(desk):
    inside(desk, Scheme.FREE)
    seen = [desk.state.split]
    for handle, by in ((Handle.TRAIN_END, -30), (Handle.TEST_END, -40), (Handle.WHOLE, 25), (Handle.TRAIN_START, 30)):
        desk.drag(handle, float(by))
        seen.append(desk.state.split)
    for split in seen[-2::-1]:
        desk.shortcut("edit.undo")
        assert desk.state.split == split
    desk.assert_exact()


# --- Keyboard -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", list(Scheme))
def test_arrows_move_the_chosen_handle_and_the_panes_follow(desk, scheme):
    for handle in (*HANDLES, Handle.WHOLE):
        press_every_arrow(desk, scheme, handle)


def press_every_arrow(desk, scheme, handle):
    times = desk.data.times
    inside(desk, scheme)
    desk.change(handle=handle)
    desk.page.timeline.setFocus()
    visited = [desk.state.split]
    for key, modifiers in (
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Right, SHIFT),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Left, CTRL),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier),
    ):
        desk.key(key, modifiers)
        assert_lawful(desk.state.split, times)
        visited.append(desk.state.split)
    if (scheme, handle) in NOT_MOVING:
        assert len(set(visited)) == 1
        assert "anchored" in desk.window.status.text()
        other = Side.TRAIN if desk.state.side is Side.TEST else Side.TEST
        desk.change(side=other)  # the next answer takes the place of the explanation
    else:
        assert len(set(visited)) > 2
    desk.assert_exact()


@pytest.mark.parametrize(("modifier", "bars"), [(Qt.KeyboardModifier.NoModifier, 1), (SHIFT, 10)])
def test_an_arrow_moves_by_one_observation_and_with_shift_by_ten(desk, times, modifier, bars):
    inside(desk, Scheme.FREE)
    desk.change(handle=Handle.TEST_END)
    desk.page.timeline.setFocus()
    at = np.searchsorted(times, desk.state.split.test.stop)
    desk.key(Qt.Key.Key_Left, modifier)
    assert desk.state.split.test.stop == times[at - bars]
    desk.key(Qt.Key.Key_Right, modifier)
    assert desk.state.split.test.stop == times[at]


def test_control_and_an_arrow_move_by_a_month(desk, times):
    inside(desk, Scheme.FREE)
    desk.change(handle=Handle.TEST_END)
    desk.page.timeline.setFocus()
    before = desk.state.split.test.stop
    desk.key(Qt.Key.Key_Left, CTRL)
    days = (before - desk.state.split.test.stop) / 86_400e9
    assert 10 < days < 33  # the month ends where the test window keeps its twenty times
    desk.key(Qt.Key.Key_Home)
    rows = desk.state.split.test.rows(times)
    assert rows.stop - rows.start == MINIMUM_TIMES
    desk.key(Qt.Key.Key_End)
    assert desk.state.split.test.stop == times[-1] + 1


def test_up_and_down_choose_among_the_handles_in_a_circle(desk):
    inside(desk, Scheme.FREE)
    desk.change(handle=Handle.TRAIN_START)
    desk.page.timeline.setFocus()
    seen = []
    for _ in range(5):
        desk.key(Qt.Key.Key_Down)
        seen.append(desk.state.handle)
    assert seen == [Handle.TRAIN_END, Handle.TEST_START, Handle.TEST_END, Handle.WHOLE, Handle.TRAIN_START]
    desk.key(Qt.Key.Key_Up)
    assert desk.state.handle is Handle.WHOLE
    desk.assert_exact()


def test_keys_pressed_faster_than_answers_all_count(desk, times):
    inside(desk, Scheme.FREE)
    desk.change(handle=Handle.TRAIN_START)
    desk.page.timeline.setFocus()
    for _ in range(2):
        QTest.keyClick(desk.page.timeline, Qt.Key.Key_Down)
    desk.settle()
    assert desk.state.handle is Handle.TEST_START
    at = np.searchsorted(times, desk.state.split.test.start)
    for _ in range(5):
        QTest.keyClick(desk.page.timeline, Qt.Key.Key_Right)
    desk.settle()
    assert desk.state.split.test.start == times[at + 5]
    desk.assert_exact()


def test_each_key_is_one_step_of_undo(desk):
    inside(desk, Scheme.FREE)
    desk.change(handle=Handle.TEST_END)
    desk.undo.clear()
    before = desk.state.split
    desk.page.timeline.setFocus()
    desk.key(Qt.Key.Key_Left)
    desk.key(Qt.Key.Key_Left)
    assert desk.undo.count() == 2
    desk.shortcut("edit.undo")
    desk.shortcut("edit.undo")
    assert desk.state.split == before


# --- Typed dates ----------------------------------------------------------------------------------------------------


def type_into(desk, handle, text):
    box = desk.page.dates.boxes[handle]
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, text)
    QTest.keyClick(box, Qt.Key.Key_Return)
    desk.settle()
    return box


def test_a_typed_date_moves_its_handle(desk, times):
    for handle in HANDLES:
        inside(desk, Scheme.FREE)
        at = np.searchsorted(times, position_of(desk.state.split, handle)) - 3
        type_into(desk, handle, str(np.datetime64(int(times[at]), "ns").astype("datetime64[s]")) + "Z")
        assert position_of(desk.state.split, handle) == times[at]
        assert desk.undo.count() == 1
        desk.assert_exact()


def test_a_typed_date_alone_is_midnight_in_utc(desk, times):
    inside(desk, Scheme.FREE)
    day = iso(int(times[60]))[:10]
    split = desk.state.split
    type_into(desk, Handle.TRAIN_END, day)
    midnight = int(np.datetime64(day, "ns").astype(np.int64))
    assert desk.state.split == move(split, Handle.TRAIN_END, midnight, times, Scheme.FREE)
    desk.assert_exact()


def test_what_is_no_time_is_refused_in_one_sentence_and_the_old_one_comes_back(desk):
    inside(desk, Scheme.FREE)
    box = desk.page.dates.boxes[Handle.TRAIN_END]
    before, shown = desk.state.split, box.text()
    for text in ("tomorrow", "2024-13-01", "2024-02-30", "1", "", "0001-01-01", "9999-12-31"):
        desk.window.notice.hide()
        box.setFocus()
        box.selectAll()
        QTest.keyClick(box, Qt.Key.Key_Delete)
        QTest.keyClicks(box, text)
        QTest.keyClick(box, Qt.Key.Key_Return)
        desk.settle()
        assert desk.state.split == before
        assert box.text() == shown
        assert desk.notice, text
        assert "\n" not in desk.notice
    assert desk.undo.count() == 0


def test_a_date_far_outside_goes_as_far_as_it_may(desk, times):
    inside(desk, Scheme.FREE)
    type_into(desk, Handle.TEST_END, "2200-01-01")
    assert desk.state.split.test.stop == times[-1] + 1
    type_into(desk, Handle.TRAIN_START, "1970-01-01")
    assert desk.state.split.train.start == times[0]
    type_into(desk, Handle.TRAIN_END, "2200-01-01")
    assert_lawful(desk.state.split, times)
    desk.assert_exact()


def test_a_box_in_which_nothing_was_typed_moves_nothing(desk):
    inside(desk, Scheme.FREE)
    before = desk.state.split
    for box in desk.page.dates.boxes.values():
        box.setFocus()
        QTest.keyClick(box, Qt.Key.Key_Return)
    desk.page.timeline.setFocus()
    desk.settle()
    assert desk.state.split == before
    assert desk.undo.count() == 0


def test_a_date_being_typed_is_left_alone_by_an_answer(desk):
    inside(desk, Scheme.FREE)
    box = desk.page.dates.boxes[Handle.TRAIN_END]
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "2024-0")
    desk.window.session.change("other", split=desk.state.split.shifted(0), side=Side.TRAIN)
    desk.settle()
    assert box.text() == "2024-0"


# --- Brush ----------------------------------------------------------------------------------------------------------


def full_cell(desk):
    counts = desk.shown()["surface"].count
    return int(np.argmax(counts))


def test_a_click_on_a_cell_brushes_it_and_marks_its_dates(desk, market):
    cell = full_cell(desk)
    columns = len(desk.shown()["surface"].columns)
    centre = desk.room.surface.cell_rectangle(*divmod(cell, columns)).center()
    desk.click(desk.room.surface, centre.x(), centre.y())
    assert desk.state.cell == cell
    desk.assert_exact()
    seen = market.quotes.observed
    marked = {round(t) for t in desk.shown()["timeline"].brushed}
    assert marked
    assert marked <= {round(t) for t in market.quotes.times[np.unique(seen.time_index[seen.cell == cell])] / 1e9}
    assert len(desk.page.timeline._brush._lines) == len(marked)


def test_the_quotes_of_a_brushed_cell_stand_in_their_table(desk):
    cell = full_cell(desk)
    desk.key(Qt.Key.Key_2, ALT)
    assert desk.room.tabs.currentIndex() == 1
    assert desk.room.tables["quotes"].model().rowCount() == 0
    centre = desk.room.surface.cell_rectangle(*divmod(cell, len(desk.shown()["surface"].columns))).center()
    desk.click(desk.room.surface, centre.x(), centre.y())
    analysis = desk.window.answer.analysis
    active = next(row.name for row in desk.shown()["models"].rows if row.is_active)
    want = quotes_table(analysis, cell, analysis.split.test, active)
    model = desk.room.tables["quotes"].model()
    assert model.rowCount() == want.size > 0
    assert model.columnCount() == len(want.columns)
    for row, column in itertools.product((0, want.size // 2, want.size - 1), range(len(want.columns))):
        assert model.index(row, column).data() == want.columns[column].shown(row)
    assert {str(one) for one in analysis.data.observed.cell[_rows(analysis, want)]} == {str(cell)}


def _rows(analysis, table):
    """Return the observations whose time is in the table and in the cell: a check by another way."""
    stamps = next(column for column in table.columns if column.is_time).values
    seen, data = analysis.data.observed, analysis.data
    at = np.flatnonzero(np.isin(data.times[seen.time_index], stamps))
    names = next(column for column in table.columns if column.header == "instrument").values
    instruments = np.asarray(data.instruments, dtype=object)[data.instrument[seen.row[at]]]
    pairs = set(zip(stamps.tolist(), names.tolist(), strict=True))
    found = zip(data.times[seen.time_index[at]].tolist(), instruments.tolist(), strict=True)
    return at[[pair in pairs for pair in found]]


def test_a_second_click_lets_the_cell_go_and_empties_its_table(desk):
    cell = full_cell(desk)
    desk.shortcut("view.quotes")
    centre = desk.room.surface.cell_rectangle(*divmod(cell, len(desk.shown()["surface"].columns))).center()
    desk.click(desk.room.surface, centre.x(), centre.y())
    assert desk.room.tables["quotes"].model().rowCount() > 0
    desk.click(desk.room.surface, centre.x(), centre.y())
    assert desk.state.cell is None
    assert desk.shown()["timeline"].brushed.size == 0
    assert not desk.page.timeline._brush._lines
    desk.assert_exact()
    assert desk.room.tables["quotes"].model().rowCount() == 0, "quotes of no cell are still listed"


def test_the_quotes_follow_the_test_window_and_the_active_model(desk):
    desk.change(cell=full_cell(desk))
    desk.shortcut("view.quotes")
    first = desk.room.tables["quotes"].model().rowCount()
    desk.drag(Handle.TEST_START, 80.0)
    analysis = desk.window.answer.analysis
    active = next(row.name for row in desk.shown()["models"].rows if row.is_active)
    want = quotes_table(analysis, desk.state.cell, analysis.split.test, active)
    assert desk.room.tables["quotes"].model().rowCount() == want.size < first
    desk.change(active="flat-vol")
    want = quotes_table(desk.window.answer.analysis, desk.state.cell, analysis.split.test, "flat-vol")
    model = desk.room.tables["quotes"].model()
    assert [model.index(0, i).data() for i in range(len(want.columns))] == [one.shown(0) for one in want.columns]


def test_arrows_move_the_brush_and_escape_lets_go(desk):
    desk.room.surface.setFocus()
    desk.key(Qt.Key.Key_Right)
    first = desk.state.cell
    assert first is not None
    desk.key(Qt.Key.Key_Up)
    columns = len(desk.shown()["surface"].columns)
    assert desk.state.cell == first + columns
    for _ in range(12):
        desk.key(Qt.Key.Key_Left)
    assert desk.state.cell % columns == 0
    desk.assert_exact()
    desk.key(Qt.Key.Key_Escape)
    assert desk.state.cell is None
    desk.assert_exact()


def test_another_axis_lets_the_brushed_cell_go(desk):
    desk.change(cell=full_cell(desk))
    pick(desk, desk.room.choosers["axis"], 1)
    assert desk.state.cell is None
    desk.assert_exact()


# --- Models ---------------------------------------------------------------------------------------------------------


def row_of(desk, name):
    return next(i for i, row in enumerate(desk.shown()["models"].rows) if row.name == name)


def click_model(desk, name, column, x):
    table = desk.room.models
    place = table.visualRect(table.model().index(row_of(desk, name), column))
    desk.click(table.viewport(), place.left() + x, place.center().y())


def test_the_box_of_a_model_switches_it_and_every_pane_follows(desk):
    for name in ("frozen-surface", "flat-vol", "rolling-surface", "flat-vol"):
        was_on = name in desk.state.models
        click_model(desk, name, 0, 14)
        assert (name in desk.state.models) is not was_on
        assert list(desk.state.models) == [found.name for found in MODELS if found.name in desk.state.models]
        desk.assert_exact()


def test_all_models_can_be_switched_off_and_on_again(desk):
    for name in desk.state.models:
        click_model(desk, name, 0, 14)
        desk.assert_exact()
    assert desk.state.models == ()
    assert "switch on a model" in desk.shown()["verdict"].rule
    click_model(desk, "flat-vol", 0, 14)
    assert desk.state.models == ("flat-vol",)
    desk.assert_exact()


def test_the_row_of_a_model_makes_it_the_active_one(desk):
    for name in ("flat-vol", "rolling-surface", "relative-smile"):
        click_model(desk, name, 3, 20)
        assert desk.state.active == name
        assert name in desk.state.models
        desk.assert_exact()
    assert desk.shown()["verdict"].model == "Relative smile"


def test_the_table_of_models_is_worked_by_keys(desk):
    table = desk.room.models
    table.setFocus()
    table.setCurrentIndex(table.model().index(row_of(desk, "flat-vol"), 0))
    desk.key(Qt.Key.Key_Return)
    assert desk.state.active == "flat-vol"
    desk.key(Qt.Key.Key_Space)
    assert "flat-vol" not in desk.state.models
    desk.key(Qt.Key.Key_Down)
    desk.key(Qt.Key.Key_Space)
    assert "absolute-smile" not in desk.state.models
    desk.assert_exact()


def test_switching_a_model_is_undone(desk):
    before = desk.state.models
    click_model(desk, "flat-vol", 0, 14)
    desk.shortcut("edit.undo")
    assert desk.state.models == before
    desk.assert_exact()


def test_a_train_window_of_too_few_quotes_renders_a_failure_in_place(desk, monkeypatch):
    from outsample.errors import FitError
    from outsample.models.smile import RelativeSmile

    honest = RelativeSmile.fit

    def hungry(self, data, train):
        rows = train.rows(data.times)
        if rows.stop - rows.start < 30:
            raise FitError(f"a smile needs 30 times, found {rows.stop - rows.start}; widen the window")
        return honest(self, data, train)

    monkeypatch.setattr(RelativeSmile, "fit", hungry)
    desk.change(active="relative-smile")
    _, y = desk.press(Handle.TRAIN_END)
    desk.release(0.0, y)
    assert desk.notice == ""
    verdict, models = desk.shown()["verdict"], desk.shown()["models"]
    row = next(row for row in models.rows if row.name == "relative-smile")
    assert row.failure == verdict.rule == "a smile needs 30 times, found 20; widen the window"
    assert verdict.status is None
    desk.assert_exact()
    _, y = desk.press(Handle.TRAIN_END)
    desk.release(desk.plot.pixel(int(desk.data.times[60])), y)
    assert desk.shown()["verdict"].status is not None
    desk.assert_exact()


# --- Choosers -------------------------------------------------------------------------------------------------------


def pick(desk, chooser, index):
    """Choose an entry of a drop-down by the keyboard, as a user would."""
    chooser.setFocus()
    chooser.showPopup()
    view = chooser.view()
    view.setCurrentIndex(chooser.model().index(index, 0))
    QTest.keyClick(view, Qt.Key.Key_Return)
    desk.qtbot.waitUntil(lambda: not view.isVisible())
    desk.settle()


@pytest.mark.parametrize("place", ["header", "room"])
def test_every_choice_of_every_chooser_is_shown_exactly(desk, place):
    choosers = desk.window.header.choosers if place == "header" else desk.room.choosers
    for field, chooser in choosers.items():
        assert chooser.isVisible()
        assert chooser.currentIndex() >= 0, field
        for index in [*range(1, chooser.count()), 0]:
            pick(desk, chooser, index)
            assert chooser.currentIndex() == index
            assert getattr(desk.state, field) == chooser._values[index]
            desk.assert_exact()


def test_every_choice_for_prices_is_shown_exactly(price_desk):
    for chooser in (*price_desk.window.header.choosers.values(), price_desk.room.choosers["relative"]):
        for index in range(chooser.count() if chooser.isVisible() else 0):
            pick(price_desk, chooser, index)
            price_desk.assert_exact()


def test_another_loss_keeps_the_models_that_it_can_judge(price_desk):
    scores = [item.score.name for item in SCORES if item.kind is Kind.PRICES]
    chooser = price_desk.window.header.choosers["score"]
    pick(price_desk, chooser, scores.index("qlike"))
    judged = {found.name for found in models_for(Kind.PRICES, "qlike")}
    assert set(price_desk.state.models) <= judged
    assert price_desk.state.models
    pick(price_desk, chooser, scores.index("pinball-0.01"))
    assert price_desk.state.models
    price_desk.assert_exact()


def test_a_choice_is_one_step_of_undo_and_the_chooser_follows(desk):
    chooser = desk.room.choosers["side"]
    before = chooser.currentIndex()
    pick(desk, chooser, 1)
    desk.shortcut("edit.undo")
    assert chooser.currentIndex() == before
    desk.assert_exact()


def test_the_wheel_over_a_chooser_changes_nothing(desk):
    from PySide6.QtCore import QPoint, QPointF
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    state = desk.state
    for chooser in (*desk.window.header.choosers.values(), *desk.room.choosers.values()):
        where = QPointF(5, 5)
        buttons, modifiers = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
        phase = Qt.ScrollPhase.NoScrollPhase
        place = chooser.mapToGlobal(where)
        event = QWheelEvent(where, place, QPoint(0, -120), QPoint(0, -120), buttons, modifiers, phase, False)
        QApplication.sendEvent(chooser, event)
    desk.settle()
    assert desk.state == state


# --- Themes ---------------------------------------------------------------------------------------------------------


def test_the_theme_is_toggled_by_its_key_and_changes_colours_alone(desk):
    numbers = desk.shown()
    desk.page.timeline.setFocus()
    dark = desk.page.grab().toImage()
    desk.key(Qt.Key.Key_T, CTRL)
    assert desk.state.theme is Theme.LIGHT
    desk.assert_exact()
    light = desk.page.grab().toImage()
    corner = light.width() // 2, light.height() - 5
    assert light.pixelColor(*corner).lightness() > 200
    assert dark.pixelColor(*corner).lightness() < 100
    assert numbers["verdict"] == desk.shown()["verdict"]
    desk.key(Qt.Key.Key_T, CTRL)
    assert desk.state.theme is Theme.DARK
    assert desk.page.grab().toImage() == dark


# --- Losses that need repricing -------------------------------------------------------------------------------------


def test_a_repriced_loss_is_previewed_while_a_boundary_is_held_and_exact_after(desk, monkeypatch):
    from outsample_desktop import evaluator

    monkeypatch.setattr(evaluator, "_PREVIEW_OBSERVATIONS", 6000)
    inside(desk, Scheme.FREE)
    desk.change(score=REPRICED)
    assert desk.window.status.text().startswith("exact")
    x, y = desk.press(Handle.TRAIN_END)
    desk.move_to(x - 30, y)
    assert desk.window.status.text().startswith("preview")
    assert not desk.window.answer.analysis.is_exact
    desk.move_to(x - 50, y)
    assert desk.window.status.text().startswith("preview")
    desk.release(x - 50, y)
    assert desk.window.status.text().startswith("exact")
    desk.assert_exact()


def test_a_loss_in_vol_points_is_exact_even_while_a_boundary_is_held(desk, monkeypatch):
    from outsample_desktop import evaluator

    monkeypatch.setattr(evaluator, "_PREVIEW_OBSERVATIONS", 10)
    inside(desk, Scheme.FREE)
    x, y = desk.press(Handle.TRAIN_END)
    desk.move_to(x - 30, y)
    assert desk.window.status.text().startswith("exact")
    desk.release(x - 30, y)
    desk.assert_exact()


def test_a_drag_under_every_loss_ends_exact(desk):
    for score in [item.score.name for item in SCORES if item.kind is Kind.OPTIONS]:
        inside(desk, Scheme.FREE)
        desk.change(score=score)
        desk.drag(Handle.TEST_START, 15.0, 40.0)
        desk.assert_exact()


# --- Real data ------------------------------------------------------------------------------------------------------


@pytest.mark.data
def test_a_drag_over_real_quotes_shows_what_a_fresh_evaluation_says(empty, real_data, tmp_path):
    from outsample.io import import_cached

    path = real_data("deribit_btc_2026/btc_daily_20251230_20260430.parquet")
    empty.open(path)
    empty.data = import_cached([str(path)], tmp_path).dataset
    for handle in (Handle.TRAIN_END, Handle.TEST_START, Handle.TEST_END):
        empty.drag(handle, -25.0, -60.0)
        assert_lawful(empty.state.split, empty.data.times)
        empty.assert_exact()
    empty.drag(Handle.TRAIN_END, 30.0)
    empty.assert_exact()
