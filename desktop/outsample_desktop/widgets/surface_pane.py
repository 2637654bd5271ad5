"""The error surface: one painted cell per moneyness and tenor, with its number, its sparsity and the brush."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from outsample_desktop.resolve.numbers import vol_text
from outsample_desktop.resolve.views import SurfaceView
from outsample_desktop.theme import Colours
from outsample_desktop.widgets.colour_scale import ColourScale
from outsample_desktop.widgets.lettering import width_of, write, write_in
from outsample_desktop.widgets.plot import pen

__all__ = ["SurfacePane"]

_LEFT: Final = 58.0
_BOTTOM: Final = 30.0
_TOP: Final = 4.0
_SCALE: Final = 46.0
_LINE: Final = 14.0
_CELL, _LABEL = 8.0, 7.5  # points


class SurfacePane(QWidget):
    """Cells of the error surface.

    Signals
    -------
    brushed(object)
        A cell was chosen (int), or the chosen one let go (None).
    """

    brushed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Error surface")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(280, 120)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self._view: SurfaceView | None = None
        self._role: Colours | None = None

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self._role = role
        self.update()

    def render_view(self, view: SurfaceView) -> None:
        """Show a view."""
        self._view = view
        self.setAccessibleDescription(f"{view.title}, {view.unit}" if view.rows else view.note)
        self.update()

    def cell_rectangle(self, row: int, column: int) -> QRectF:
        """Return the pixels of a cell; rows run from short tenors at the bottom to long ones at the top."""
        view = self._view
        if view is None or not view.rows:
            return QRectF()
        width = (self.width() - _LEFT - _SCALE) / len(view.columns)
        height = (self.height() - _TOP - _BOTTOM) / len(view.rows)
        top = _TOP + (len(view.rows) - 1 - row) * height
        return QRectF(_LEFT + column * width, top, width, height)

    def cell_at(self, position: QPointF) -> int | None:
        """Return the cell under a position, or None."""
        view = self._view
        if view is None or not view.rows:
            return None
        area = QRectF(_LEFT, _TOP, self.width() - _LEFT - _SCALE, self.height() - _TOP - _BOTTOM)
        if not area.contains(position):
            return None
        column = int((position.x() - area.left()) / area.width() * len(view.columns))
        row = len(view.rows) - 1 - int((position.y() - area.top()) / area.height() * len(view.rows))
        return max(row, 0) * len(view.columns) + min(column, len(view.columns) - 1)

    def _paint_cells(self, painter: QPainter, view: SurfaceView, role: Colours) -> None:
        scale = ColourScale(role, view.is_signed, view.reach)
        first = self.cell_rectangle(0, 0)
        with_text = first.width() >= 34 and first.height() >= 13
        with_count = first.height() >= 30
        hatch = QBrush(QColor(role.purge), Qt.BrushStyle.BDiagPattern)
        raised = QColor(role.raised)
        values, counts, sparse = view.value.tolist(), view.count.tolist(), view.sparse.tolist()
        across = [round(first.left() + column * first.width()) for column in range(len(view.columns) + 1)]
        down = [round(first.bottom() - row * first.height()) for row in range(len(view.rows) + 1)]
        for row, line in enumerate(values):
            top, height = down[row + 1], down[row] - down[row + 1] - 1
            for column, value in enumerate(line):
                left, width = across[column], across[column + 1] - across[column] - 1
                if value != value:
                    painter.fillRect(left, top, width, height, raised)
                    painter.fillRect(left, top, width, height, hatch)
                    continue
                fill, ink = scale.colours(value)
                painter.fillRect(left, top, width, height, fill)
                if sparse[row][column]:
                    painter.fillRect(left, top, width, height, hatch)
                if not with_text:
                    continue
                painter.setPen(ink)
                text = vol_text(value, view.unit)
                if with_count:
                    middle = top + 0.5 * height
                    write_in(painter, (left, middle - _LINE, width, _LINE), text, _CELL)
                    write_in(painter, (left, middle, width, _LINE), f"n {int(counts[row][column]):,}", _CELL)
                else:
                    write_in(painter, (left, top, width, height), text, _CELL)
        if view.cell is not None and 0 <= view.cell < view.value.size:
            chosen = self.cell_rectangle(*divmod(view.cell, len(view.columns))).adjusted(1, 1, -1, -1)
            painter.setPen(pen(role.window, 4.0))
            painter.drawRect(chosen)
            painter.setPen(pen(role.accent, 2.0))
            painter.drawRect(chosen)

    def _paint_labels(self, painter: QPainter, view: SurfaceView, role: Colours) -> None:
        painter.setPen(pen(role.muted))
        cell = self.cell_rectangle(0, 0)
        for row, label in enumerate(view.rows):
            top = cell.top() - row * cell.height()
            write_in(painter, (0.0, top, _LEFT - 6, cell.height()), label, _LABEL, align=1.0)
        fits = all(width_of(label, _LABEL) < cell.width() - 2 for label in view.columns)
        for column, label in enumerate(view.columns):
            left = cell.left() + column * cell.width()
            short = label if fits else _edge(label)
            write_in(painter, (left, self.height() - _BOTTOM + 1, cell.width(), 13.0), short, _LABEL)
        across = self.width() - _LEFT - _SCALE
        write_in(painter, (_LEFT, self.height() - 15.0, across, 14.0), view.column_title, _LABEL)

    def _paint_scale(self, painter: QPainter, view: SurfaceView, role: Colours) -> None:
        scale = ColourScale(role, view.is_signed, view.reach)
        left, top = self.width() - _SCALE + 6.0, _TOP
        height = self.height() - _TOP - _BOTTOM
        painter.fillRect(QRectF(left, top, 9, height), scale.gradient(top, height))
        painter.setPen(pen(role.muted))
        low = -view.reach if view.is_signed else 0.0
        for value, share in ((view.reach, 0.0), (0.5 * (view.reach + low), 0.5), (low, 1.0)):
            text = f"{value:.3g}".replace("-", "−")
            write(painter, left + 11, top + share * (height - 13), text, _LABEL)
        write(painter, left - 10, self.height() - _BOTTOM + 1, view.unit, _LABEL)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Brush a cell; the brushed one again lets go."""
        cell = self.cell_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and cell is not None and self._view is not None:
            self.brushed.emit(None if cell == self._view.cell else cell)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what lies under the mouse."""
        cell, view = self.cell_at(event.position()), self._view
        if cell is None or view is None:
            self.setToolTip("")
            return
        row, column = divmod(cell, len(view.columns))
        value, count = float(view.value[row, column]), int(view.count[row, column])
        sparse = ", too few to be read" if view.sparse[row, column] else ""
        self.setToolTip(
            f"{view.row_title} {view.rows[row]}, {view.column_title} {view.columns[column]}\n"
            f"{vol_text(value, view.unit)} {view.unit}, {count:,} quotes{sparse}"
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the brush by arrows; Escape lets go."""
        view = self._view
        steps = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (1, 0),
            Qt.Key.Key_Down: (-1, 0),
        }
        key = Qt.Key(event.key())
        if view is None or not view.rows or key not in (*steps, Qt.Key.Key_Escape):
            super().keyPressEvent(event)
            return
        if key == Qt.Key.Key_Escape:
            self.brushed.emit(None)
            return
        row, column = divmod(view.cell if view.cell is not None else view.value.size // 2, len(view.columns))
        row = min(max(row + steps[key][0], 0), len(view.rows) - 1)
        column = min(max(column + steps[key][1], 0), len(view.columns) - 1)
        self.brushed.emit(row * len(view.columns) + column)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus ring."""
        super().focusInEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint cells, labels and the colour scale."""
        del event
        role, view = self._role, self._view
        if role is None:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(role.panel))
        if view is None or not view.rows:
            painter.setPen(pen(role.muted))
            painter.drawText(self.rect().adjusted(16, 0, -16, 0), _WRAPPED, "" if view is None else view.note)
        else:
            self._paint_cells(painter, view, role)
            self._paint_labels(painter, view, role)
            self._paint_scale(painter, view, role)
        if self.hasFocus():
            painter.setPen(pen(role.passed, 1.0, Qt.PenStyle.DotLine))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))


_WRAPPED: Final = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)


def _edge(label: str) -> str:
    """Return the left edge of a bin, where the whole label has no room."""
    return label.partition(" … ")[0] if " … " in label else label
