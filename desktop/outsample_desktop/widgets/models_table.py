"""The table of models: hue, on or off, figures, verdict; a click on a row makes it the active one."""

from dataclasses import replace
from math import ceil
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableView,
    QWidget,
)

from outsample_desktop.resolve.views import ModelRow, ModelsView
from outsample_desktop.theme import Colours, small_font
from outsample_desktop.widgets.lettering import elided, width_of, write_in
from outsample_desktop.widgets.plot import pen
from outsample_desktop.widgets.verdict_pane import draw_status

__all__ = ["ModelsTable"]

_ROW_HEIGHT: Final = 22
_BOX: Final = 28
_POINTS: Final = 9.0
_HEADER_POINTS: Final = 8.0
_HEADER_HEIGHTS: Final = (20, 30)  # pixels of one line, and of two
_INTERVAL: Final = "95 % interval"
_NAMES, _NAMES_ALONE, _INTERVALS, _VERDICTS = (140, 172), (140, 190), (112, 136), (130, 140)  # pixels: least, and most
_NARROWEST: Final = 52  # a figure such as −16.1 or 12.5×
_AROUND: Final = 12  # pixels beside the words of a header
_MIDDLE: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag(Qt.TextFlag.TextWordWrap)
Index = QModelIndex | QPersistentModelIndex


class _Rows(QAbstractTableModel):
    def __init__(self) -> None:
        super().__init__()
        self.view = ModelsView((), ())

    def show(self, view: ModelsView) -> None:
        """Take a view; only another shape of the table is a change to Qt, the rest is painted from the view itself."""
        reset = len(view.rows) != len(self.view.rows) or view.headers != self.view.headers
        if reset:
            self.beginResetModel()
        self.view = view
        if reset:
            self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.view.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.view.headers)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.view.headers[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section in (0, len(self.view.headers) - 1):
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.view.rows[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return row
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == 0:
            return Qt.CheckState.Checked if row.is_on else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.ToolTipRole and row.failure:
            return row.failure
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return text_of(row, index.column(), len(self.view.headers))
        return None


def _widths(headers: tuple[str, ...], room: int) -> tuple[list[int | None], int]:
    """Return the pixels of each column, None for an equal share of what is left, and the lines that headers need.

    Where an equal share is too little for a header, each of these takes what its own needs, as far as names, intervals
    and verdicts can give way; where that is not far enough, headers break between words.
    """
    if not headers:
        return [], 1
    has_intervals = _INTERVAL in headers
    wide = {0: _NAMES if has_intervals else _NAMES_ALONE, len(headers) - 1: _VERDICTS}
    if has_intervals:
        wide[headers.index(_INTERVAL)] = _INTERVALS
    others = [section for section in range(len(headers)) if section not in wide]
    whole, broken = ([_needed(words) for words in split] for split in ([[h] for h in headers], map(str.split, headers)))
    if room - sum(most for _, most in wide.values()) >= len(others) * max((whole[i] for i in others), default=0):
        return [wide[i][1] if i in wide else None for i in range(len(headers))], 1
    least = sum(low for low, _ in wide.values())
    lines = 1 if least + sum(whole[i] for i in others) <= room else 2
    needed = whole if lines == 1 else broken
    slack = room - least - sum(needed[i] for i in others)
    share = min(max(slack / sum(high - low for low, high in wide.values()), 0.0), 1.0)
    ends = (wide.get(i, (n, n)) for i, n in enumerate(needed))
    found = [low + int(share * (high - low)) for low, high in ends]
    found[0] += max(room - sum(found), 0)
    return [*found], lines


def _needed(words: list[str]) -> int:
    return max(ceil(max(width_of(word, _HEADER_POINTS) for word in words)) + _AROUND, _NARROWEST)


def text_of(row: ModelRow, column: int, columns: int) -> str:
    """Return the text of a cell, as shown and as read aloud."""
    if column == 0:
        return row.title
    if column == columns - 1:
        if row.failure:
            return "Cannot be judged"
        return row.status.value if row.status else ("" if row.is_on else "off")
    if row.failure and column == 1:
        return row.failure
    return row.cells[column - 1]


class ModelsTable(QTableView):
    """Models that the score can judge.

    Signals
    -------
    switched(str), activated_model(str)
        A model was switched on or off; was made the active one.
    """

    switched = Signal(str)
    activated_model = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Models")
        self._rows = _Rows()
        self._role: Colours | None = None
        self.setModel(self._rows)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setFrameShape(self.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | _MIDDLE)
        header.setFont(small_font(_HEADER_POINTS))
        header.setHighlightSections(False)
        header.setMinimumSectionSize(_NARROWEST)
        header.setFixedHeight(_HEADER_HEIGHTS[0])

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self._role = role
        self.viewport().update()

    def render_view(self, view: ModelsView) -> None:
        """Show a view; only cells that differ are painted, and of rows that differ otherwise all."""
        old = self._rows.view
        fresh = view.headers != old.headers
        self._rows.show(view)
        if fresh or len(view.rows) != len(old.rows):
            self.viewport().update()
        for i, (before, after) in enumerate(zip(old.rows, view.rows, strict=False)):
            if before != after:
                for place in self._changed(before, after, self._row_place(i)):
                    self.viewport().update(place)
        if fresh:
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width anew."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give each column its width; those that come out alike are left to Qt, which shares to the pixel."""
        headers, header = self._rows.view.headers, self.horizontalHeader()
        mode = QHeaderView.ResizeMode
        widths, lines = _widths(headers, self.viewport().width())
        header.setFixedHeight(_HEADER_HEIGHTS[lines - 1])
        for section, width in enumerate(widths):
            header.setSectionResizeMode(section, mode.Stretch if width is None else mode.Interactive)
            if width is not None:
                header.resizeSection(section, width)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Switch a model by its box, make it the active one by the rest of its row."""
        index = self.indexAt(event.position().toPoint())
        if not index.isValid() or event.button() is not Qt.MouseButton.LeftButton:
            return
        self.setCurrentIndex(index)
        row: ModelRow = index.data(Qt.ItemDataRole.UserRole)
        in_box = index.column() == 0 and event.position().x() - self.visualRect(index).left() < _BOX
        self._choose(row, in_box)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Switch the current row's model by Space, make it the active one by Return."""
        index = self.currentIndex()
        if index.isValid() and event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(index.data(Qt.ItemDataRole.UserRole), event.key() == Qt.Key.Key_Space)
            return
        super().keyPressEvent(event)

    def _choose(self, row: ModelRow, by_box: bool) -> None:
        if by_box or not row.is_on:
            self.switched.emit(row.name)
        else:
            self.activated_model.emit(row.name)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Paint both rows: the base class asks for the cells alone, and the ring goes around a row."""
        super().currentChanged(current, previous)
        for index in (current, previous):
            whole = self._row_place(index.row()).adjusted(0, -1, 0, 1)  # on a fine screen the ring reaches out
            self.viewport().update(whole)

    def _changed(self, before: ModelRow, after: ModelRow, row: QRect) -> list[QRect]:
        """Return what to paint of a row: the cells with other figures where nothing else has changed."""
        if after.failure or len(before.cells) != len(after.cells) or replace(before, cells=after.cells) != after:
            return [row]
        pairs = zip(before.cells, after.cells, strict=True)
        columns = [column for column, (old, new) in enumerate(pairs, start=1) if old != new]
        return [_cell(row, self.columnViewportPosition(column), self.columnWidth(column)) for column in columns]

    def _row_place(self, row: int) -> QRect:
        return QRect(0, self.rowViewportPosition(row), self.viewport().width(), self.rowHeight(row))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint all rows in one go: a delegate is asked cell by cell through the model, at three times the cost."""
        role, view = self._role, self._rows.view
        if role is None:
            super().paintEvent(event)
            return
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), QColor(role.panel))
        columns = range(len(view.headers))
        places = [(self.columnViewportPosition(column), self.columnWidth(column)) for column in columns]
        for i, row in enumerate(view.rows):
            place = self._row_place(i)
            if place.top() >= self.viewport().height():
                break  # what is below the edge is painted when it is scrolled to
            if event.region().intersects(place):
                _paint_row(painter, row, place, places, role, event.region())
            if self.hasFocus() and i == self.currentIndex().row():
                painter.setPen(pen(role.passed, 1.0, Qt.PenStyle.DotLine))
                painter.drawRect(place.adjusted(0, 0, -1, -1))


def _cell(row: QRect, left: int, width: int) -> QRect:
    return QRect(left, row.top(), width, row.height())


def _paint_row(
    painter: QPainter, row: ModelRow, place: QRect, places: list[tuple[int, int]], role: Colours, region: QRegion
) -> None:
    """Paint what a region holds of a row; `places` are the left edges and widths of the columns."""
    top, height, last = place.top(), place.height(), len(places) - 1
    if row.is_active:
        painter.fillRect(place, QColor(role.raised))
    if region.intersects(_cell(place, *places[0])):
        _paint_name(painter, QRectF(places[0][0], top, places[0][1], height), row, role)
    painter.setPen(QColor(role.text if row.is_on and not row.failure else role.muted))
    if row.failure:
        room = places[last][0] - places[1][0]
        sentence = elided(row.failure, _POINTS, room)
        write_in(painter, (places[1][0] + 6, top, room, height), sentence, _POINTS, align=0.0)
    else:
        for (left, width), text in zip(places[1:last], row.cells, strict=True):
            if text and region.intersects(_cell(place, left, width)):
                write_in(painter, (left, top, width - 8, height), elided(text, _POINTS, width - 8), _POINTS, align=1.0)
    left, width = places[last]
    if not region.intersects(_cell(place, left, width)):
        return
    write_in(painter, (left + 24, top, width, height), text_of(row, last, last + 1), _POINTS, align=0.0)
    if row.is_on:
        draw_status(painter, row.status, QPointF(left + 12.0, top + 0.5 * height), 5.0, role)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_name(painter: QPainter, place: QRectF, row: ModelRow, role: Colours) -> None:
    box = QRectF(place.left() + 8, place.center().y() - 7, 14, 14)
    hue = role.models[row.hue]
    painter.setPen(pen(hue, 1.5))
    painter.setBrush(QColor(hue) if row.is_on else Qt.BrushStyle.NoBrush)
    painter.drawRect(box)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if row.is_on:
        painter.setPen(pen(role.panel, 2.0))
        painter.drawPolyline([box.topLeft() + QPointF(x, y) for x, y in ((3, 7), (6, 10), (11, 4))])
    painter.setPen(QColor(role.text if row.is_on else role.muted))
    room = (place.left() + 30, place.top(), place.width() - 30, place.height())
    write_in(painter, room, elided(row.title, _POINTS, room[2], row.is_active), _POINTS, 0.0, row.is_active)
