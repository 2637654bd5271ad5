"""The verdict: word, shape and colour, the effect with its interval, the rule that decided, and the facts."""

from itertools import accumulate
from math import ceil
from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QWidget

from outsample.verdict import Status
from outsample_desktop.resolve.views import VerdictView
from outsample_desktop.theme import Colours
from outsample_desktop.widgets.lettering import elided, width_of, write
from outsample_desktop.widgets.plot import pen

__all__ = ["VerdictPane", "draw_status", "status_colour"]

_HEIGHT: Final = 62
_RIGHT, _GAP = 8.0, 6.0  # pixels beside the facts, and between two of them
_STEP: Final = 8.0  # pixels in which columns grow, so that they stand still while figures move
_LEAST_NAME: Final = 60.0  # pixels of a name that is cut
_LABEL, _VALUE = 7.5, 9.5  # points
_ROW: Final = 37.0  # pixels of the line with the word


def status_colour(status: Status | None, role: Colours) -> str:
    """Return the colour of a status; it never stands without its word and shape."""
    return {
        Status.PASS: role.passed,
        Status.WATCH: role.watch,
        Status.FAIL: role.fail,
        Status.NOT_ENOUGH_DATA: role.unknown,
        Status.BENCHMARK: role.muted,
        None: role.fail,
    }[status]


def draw_status(painter: QPainter, status: Status | None, centre: QPointF, radius: float, role: Colours) -> None:
    """Draw the shape of a status: disc, triangle, square, open circle; a cross for a failure."""
    colour = QColor(status_colour(status, role))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    match status:
        case Status.PASS:
            painter.drawEllipse(centre, radius, radius)
        case Status.WATCH:
            corners = ((0.0, -1.0), (1.0, 0.85), (-1.0, 0.85))
            painter.drawPolygon(QPolygonF([centre + QPointF(radius * x, radius * y) for x, y in corners]))
        case Status.FAIL:
            painter.drawRect(QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius))
        case Status.NOT_ENOUGH_DATA:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(pen(colour.name(), 2.0, Qt.PenStyle.DotLine))
            painter.drawEllipse(centre, radius, radius)
        case Status.BENCHMARK:
            painter.drawRect(QRectF(centre.x() - radius, centre.y() - 2, 2 * radius, 4))
        case None:
            painter.setPen(pen(colour.name(), 2.0))
            for sign in (-1.0, 1.0):
                reach = QPointF(radius, sign * radius)
                painter.drawLine(centre - reach, centre + reach)


def _needed(view: VerdictView) -> list[float]:
    """Return the pixels that the values of each column of facts take: two facts, one above the other."""
    columns = (len(view.facts) + 1) // 2
    widths = [ceil((width_of(value, _VALUE) + _GAP) / _STEP) * _STEP for _, value in view.facts]
    return [max(widths[column::columns]) for column in range(columns)]


class VerdictPane(QWidget):
    """One line to act on and the numbers behind it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Verdict")
        self.setFixedHeight(_HEIGHT)
        self.setMinimumWidth(600)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._view: VerdictView | None = None
        self._role: Colours | None = None
        self._words: list[tuple[QRectF, str]] = []

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self._role = role
        self.update()

    def render_view(self, view: VerdictView) -> None:
        """Show a view."""
        self._view = view
        word = view.status.value if view.status else "Cannot be judged"
        self.setAccessibleDescription(f"{view.model}: {word} {view.effect}; {view.rule}")
        self.update()

    def word_at(self, position: QPoint) -> str:
        """Return the label under a point, as it was painted last: verdict, effect or fact; empty beside them."""
        return next((label for place, label in self._words if place.contains(QPointF(position))), "")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint status, effect and rule on the left, facts in two rows on the right."""
        del event
        role, view = self._role, self._view
        if role is None:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(role.panel))
        if view is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = status_colour(view.status, role)
        painter.fillRect(QRectF(0, 0, 5, self.height()), QColor(colour))
        draw_status(painter, view.status, QPointF(26, 24), 9.0, role)
        word = view.status.value if view.status else "Cannot be judged"
        painter.setPen(QColor(colour))
        x = 44.0 + write(painter, 44, 8, word, 15, bold=True)
        self._words = [(QRectF(0, 0, x, _ROW), word if view.status else "Verdict")]
        painter.setPen(QColor(role.text))
        effect = 14.0 + write(painter, x + 14.0, 12, view.effect, 13)
        if view.effect:
            self._words.append((QRectF(x, 0, effect, _ROW), "vs benchmark"))
        x += effect + 12.0
        painter.setPen(QColor(role.muted))
        room = self.width() - sum(_needed(view)) - _RIGHT - 24.0 - x  # the table below says which model it is, too
        if room >= min(_LEAST_NAME, width_of(view.model, 10)):
            x += write(painter, x, 17, elided(view.model, 10, room), 10)
        rule = f"{view.rule}  ·  {view.caveat}" if view.caveat else view.rule
        facts_left = max(x + 24, 0.46 * self.width())
        room = (facts_left if view.facts else self.width()) - 56
        painter.setPen(QColor(role.text))
        write(painter, 44, 41, elided(rule, 9, round(room)), 9)
        self._facts(painter, view, role, facts_left)

    def _facts(self, painter: QPainter, view: VerdictView, role: Colours, left: float) -> None:
        if not view.facts:
            return
        needed, room = _needed(view), self.width() - left - _RIGHT
        columns = len(needed)
        if max(needed) <= room / columns:
            widths = [room / columns] * columns
        else:
            widths = [one * room / sum(needed) for one in needed]
        lefts = list(accumulate(widths, initial=left))
        text, muted = QColor(role.text), QColor(role.muted)
        for i, (label, value) in enumerate(view.facts):
            x, y, width = lefts[i % columns], 3.0 + (i // columns) * 31.0, widths[i % columns]
            self._words.append((QRectF(x, y - 3.0, width, 31.0), label))
            painter.setPen(muted)
            write(painter, x, y, elided(label, _LABEL, round(width - _GAP)), _LABEL)
            painter.setPen(text)
            write(painter, x, y + 12.0, elided(value, _VALUE, round(width - _GAP)), _VALUE)
