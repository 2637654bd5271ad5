"""A brushed cell of the surface: its dates are marked, its quotes listed, and both follow."""

import itertools

import numpy as np
import pytest
from PySide6.QtCore import Qt

from outsample.report.tables import quotes_table
from outsample.windows import Handle

from .choosers import pick

ALT = Qt.KeyboardModifier.AltModifier
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # popups without a screen


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
