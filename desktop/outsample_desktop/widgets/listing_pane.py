"""A tab that lists: a choice of tables, a line about them, and the chosen table."""

from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QVBoxLayout, QWidget

from outsample.report.table import Table
from outsample_desktop.resolve.charts import Tabled
from outsample_desktop.theme import Colours
from outsample_desktop.widgets.chooser import Chooser
from outsample_desktop.widgets.line_of_text import LineOfText
from outsample_desktop.widgets.table_view import TableView

__all__ = ["ListingPane"]

_MEASURED_ROWS: Final = 40  # rows that decide how wide a column is
_PADDING: Final = 10
_HEADER_LINES: Final = 2
_WIDEST: Final = 320
_NARROWEST_TEXT: Final = 150  # pixels that a column of words may be cut down to where all columns then fit


class ListingPane(QWidget):
    """Shows one of several tables; what it shows is what its CSV holds.

    Parameters
    ----------
    name : str
        Accessible name.
    choices : dict
        Text by table; a single one is not offered.

    Signals
    -------
    chosen(str)
        The user wants another of the tables.
    """

    chosen = Signal(str)

    def __init__(self, name: str, choices: dict[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.choice = next(iter(choices))
        self.chooser = Chooser(f"{name}: which table", choices)
        self.chooser.setVisible(len(choices) > 1)
        self.line, self.view = LineOfText(f"{name}: what is listed", 8.5), TableView(name)
        header = self.view.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setDefaultAlignment(Qt.AlignmentFlag(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap))
        header.setFixedHeight(round(_HEADER_LINES * QFontMetricsF(header.font()).height()) + 6)
        self.chooser.picked.connect(self._choose)
        above = QWidget()
        row = QHBoxLayout(above)
        row.setContentsMargins(4, 0, 0, 0)
        row.addWidget(self.chooser)
        row.addWidget(self.line, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(above)
        column.addWidget(self.view, 1)

    @property
    def table(self) -> Table:
        """What is shown."""
        return self.view.table

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self.view.paint_in(role)
        self.line.update()

    def show_table(self, table: Table, sentence: str) -> None:
        """Show a table with a sentence above it."""
        self.line.setText(sentence)
        self.view.show_table(table)
        self._fit()

    def render_view(self, view: Tabled) -> None:
        """Show a view."""
        self.show_table(view.table, view.sentence)

    def show_wait(self, sentence: str, is_new: bool) -> None:
        """Say that a table is being made; what is shown goes if it is about something else."""
        self.line.setText(sentence)
        if is_new:
            self.view.show_table(Table(self.table.name, ()))

    def header_at(self, at: QPoint) -> str:
        """Return the header over a point of the header's viewport."""
        column = self.view.horizontalHeader().logicalIndexAt(at)
        return "" if column < 0 else self.table.columns[column].header

    def word_at(self, at: QPoint) -> str:
        """Return the text of the cell at a point of the table's viewport; nothing for a number or a time."""
        index = self.view.indexAt(at)
        if not index.isValid():
            return ""
        column = self.table.columns[index.column()]
        return "" if column.is_number or column.is_time else column.shown(index.row())

    def _choose(self, choice: str) -> None:
        self.choice = choice
        self.chosen.emit(choice)

    def _fit(self) -> None:
        """Give each column what its words need, and what is left over in proportion; beyond the pane it scrolls."""
        table = self.table
        if not table.columns:
            return
        head, cell = (QFontMetricsF(part.font()) for part in (self.view.horizontalHeader(), self.view))
        widths = []
        for column in table.columns:
            shown = [column.shown(row) for row in range(min(table.size, _MEASURED_ROWS))]
            wide = max((cell.horizontalAdvance(text) for text in shown), default=0.0)
            widths.append(min(_WIDEST, max(_wrapped(column.header, head), wide)) + _PADDING)
        # The bar is not there yet when a table has just been set, and takes its width from the columns afterwards.
        room = self.view.width() - self.view.verticalScrollBar().sizeHint().width()
        for i, width in enumerate(_fitted(widths, [not column.is_number for column in table.columns], room)):
            self.view.setColumnWidth(i, int(width))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Spread the columns anew."""
        super().resizeEvent(event)
        self._fit()


def _fitted(widths: list[float], is_text: list[bool], room: float) -> list[float]:
    """Return widths that fill the room; words give way to figures, unless even that leaves too little."""
    total = sum(widths)
    if total <= room:
        return [width * room / total for width in widths]
    spare = [max(width - _NARROWEST_TEXT, 0.0) if text else 0.0 for width, text in zip(widths, is_text, strict=True)]
    share = (total - room) / sum(spare) if any(spare) else 2.0
    if share > 1.0:
        return widths
    return [width - share * part for width, part in zip(widths, spare, strict=True)]


def _wrapped(header: str, metrics: QFontMetricsF) -> float:
    """Return the width of a header on two lines: the best place to break it."""
    words = header.split(" ")
    cuts = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))] or [(header, "")]
    return min(max(metrics.horizontalAdvance(line) for line in cut) for cut in cuts)
