"""The error surface: one painted cell per moneyness and tenor, with its number, its sparsity and the brush."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFocusEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from outsample_desktop.resolve.numbers import vol_text
from outsample_desktop.resolve.views import SurfaceView
from outsample_desktop.theme import Colours, small_font
from outsample_desktop.widgets.colour_scale import ColourScale
from outsample_desktop.widgets.plot import pen

__all__ = ["SurfacePane"]

_LEFT: Final = 58.0
_BOTTOM: Final = 30.0
_TOP: Final = 4.0
_SCALE: Final = 46.0


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
        painter.setFont(small_font(8.0))
        first = self.cell_rectangle(0, 0)
        with_text = first.width() >= 34 and first.height() >= 13
        with_count = first.height() >= 30
        hatch = QBrush(QColor(role.purge), Qt.BrushStyle.BDiagPattern)
        centre = int(Qt.AlignmentFlag.AlignCenter)
        values, counts, sparse = view.value.tolist(), view.count.tolist(), view.sparse.tolist()
        for row, line in enumerate(values):
            for column, value in enumerate(line):
                cell = QRectF(
                    first.left() + column * first.width() + 0.5,
                    first.top() - row * first.height() + 0.5,
                    first.width() - 1.0,
                    first.height() - 1.0,
                )
                if value != value:
                    painter.fillRect(cell, QColor(role.raised))
                    painter.fillRect(cell, hatch)
                    continue
                fill, ink = scale.colours(value)
                painter.fillRect(cell, fill)
                if sparse[row][column]:
                    painter.fillRect(cell, hatch)
                if with_text:
                    painter.setPen(ink)
                    text = vol_text(value, view.unit)
                    text = f"{text}\nn {int(counts[row][column]):,}" if with_count else text
                    painter.drawText(*_whole(cell), centre, text)
        if view.cell is not None and 0 <= view.cell < view.value.size:
            chosen = self.cell_rectangle(*divmod(view.cell, len(view.columns))).adjusted(1, 1, -1, -1)
            painter.setPen(pen(role.window, 4.0))
            painter.drawRect(chosen)
            painter.setPen(pen(role.accent, 2.0))
            painter.drawRect(chosen)

    def _paint_labels(self, painter: QPainter, view: SurfaceView, role: Colours) -> None:
        painter.setPen(pen(role.muted))
        painter.setFont(small_font(7.5))
        metrics = QFontMetricsF(painter.font())
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for row, label in enumerate(view.rows):
            cell = self.cell_rectangle(row, 0)
            painter.drawText(QRectF(0, cell.top(), _LEFT - 6, cell.height()), right, label)
        fits = all(metrics.horizontalAdvance(label) < self.cell_rectangle(0, 0).width() - 2 for label in view.columns)
        for column, label in enumerate(view.columns):
            cell = self.cell_rectangle(0, column)
            short = label if fits else _edge(label)
            place = QRectF(cell.left() - 8, self.height() - _BOTTOM + 1, cell.width() + 16, 13)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, short)
        bottom = QRectF(_LEFT, self.height() - 15.0, self.width() - _LEFT - _SCALE, 14)
        painter.drawText(bottom, Qt.AlignmentFlag.AlignCenter, view.column_title)

    def _paint_scale(self, painter: QPainter, view: SurfaceView, role: Colours) -> None:
        scale = ColourScale(role, view.is_signed, view.reach)
        left, top = self.width() - _SCALE + 6.0, _TOP
        height = self.height() - _TOP - _BOTTOM
        painter.fillRect(QRectF(left, top, 9, height), scale.gradient(top, height))
        painter.setPen(pen(role.muted))
        painter.setFont(small_font(7.5))
        low = -view.reach if view.is_signed else 0.0
        for value, share in ((view.reach, 0.0), (0.5 * (view.reach + low), 0.5), (low, 1.0)):
            place = QRectF(left + 11, top + share * (height - 12), _SCALE - 16, 12)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft, f"{value:.3g}".replace("-", "−"))
        painter.drawText(
            QRectF(left - 10, self.height() - _BOTTOM + 1, _SCALE + 4, 13), Qt.AlignmentFlag.AlignLeft, view.unit
        )

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


def _whole(place: QRectF) -> tuple[int, int, int, int]:
    """Return a rectangle as integers: text is placed twice as fast with them."""
    return int(place.left()), int(place.top()), int(place.width()), int(place.height())


def _edge(label: str) -> str:
    """Return the left edge of a bin, where the whole label has no room."""
    return label.partition(" … ")[0] if " … " in label else label
