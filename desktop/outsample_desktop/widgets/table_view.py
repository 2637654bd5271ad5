"""The quotes of a brushed cell, worst first."""

from math import ceil
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from outsample.report.table import Table
from outsample_desktop.theme import Colours, small_font

__all__ = ["TableView"]

_SHOWN: Final = 2000
_MEASURED: Final = 200  # rows that are looked at for the width of a column
_SHORT, _PADDING = 160, 16  # pixels of words that are short, and beside them
Index = QModelIndex | QPersistentModelIndex


class _Rows(QAbstractTableModel):
    def __init__(self) -> None:
        super().__init__()
        self.table = Table("", ())

    def show(self, table: Table) -> None:
        self.beginResetModel()
        self.table = table
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else min(self.table.size, _SHOWN)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.table.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.table.columns[section].header
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self.table.columns[index.column()].shown(index.row())
        if role == Qt.ItemDataRole.ToolTipRole and not self.table.columns[index.column()].is_number:
            return self.table.columns[index.column()].shown(index.row())  # a column may be too narrow for its words
        if role == Qt.ItemDataRole.TextAlignmentRole and self.table.columns[index.column()].is_number:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None


class TableView(QTableView):
    """Any table of the report layer, as text; what it shows is what its CSV holds.

    Parameters
    ----------
    name : str
        Accessible name.
    note : str
        What to do to see something, written where there are no columns.
    """

    def __init__(self, name: str, note: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._note = note
        self._narrowed: tuple[int, ...] = ()
        self._rows = _Rows()
        self.setModel(self._rows)
        self.setFrameShape(self.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setAlternatingRowColors(True)
        self.setFont(small_font(8.5))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setDefaultSectionSize(20)
        self.horizontalHeader().setFont(small_font(8.0))
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme: the palette of the application says it all."""
        del role
        self.viewport().update()

    @property
    def table(self) -> Table:
        """What is shown."""
        return self._rows.table

    def show_table(self, table: Table) -> None:
        """Show a table; beyond two thousand rows only the first are drawn, the CSV holds all."""
        is_other = [one.header for one in table.columns] != [one.header for one in self.table.columns]
        self._rows.show(table)
        if is_other:
            self._narrow()

    def _narrow(self) -> None:
        """Give columns of short words what these need, and so the room to the others, where Qt shares it out."""
        header, measures = self.horizontalHeader(), QFontMetricsF(self.font())
        mode, columns = QHeaderView.ResizeMode, self.table.columns
        for section in self._narrowed:
            if section < len(columns):
                header.setSectionResizeMode(section, mode.Stretch)
        short = {}
        for section, column in enumerate(columns):
            if column.is_number or header.sectionResizeMode(section) != mode.Stretch:
                continue
            words = (column.header, *(column.shown(row) for row in range(min(self.table.size, _MEASURED))))
            width = max(measures.horizontalAdvance(word) for word in words) + _PADDING
            if width < _SHORT:
                short[section] = ceil(width)
        self._narrowed = tuple(short) if len(short) < len(columns) else ()
        for section, width in short.items():
            if section in self._narrowed:
                header.setSectionResizeMode(section, mode.Interactive)
                header.resizeSection(section, width)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the table, or what to do to see one."""
        super().paintEvent(event)
        if self._note and not self.table.columns:
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().placeholderText().color())
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self._note)
