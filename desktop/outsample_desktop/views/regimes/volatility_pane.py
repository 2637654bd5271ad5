"""The chart of volatility, in which days are chosen and marked as a regime."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QToolButton

from outsample.windows import Window
from outsample_desktop.resolve.charts import ChartView
from outsample_desktop.theme import Colours, small_font
from outsample_desktop.views.regimes.span_editor import SpanEditor
from outsample_desktop.widgets.chart_pane import ChartPane
from outsample_desktop.widgets.days_plot import KEYS_FOR_DAYS, DaysPlot

__all__ = ["VolatilityPane"]

_LEAST_HEIGHT = 24
_BELOW = 26  # pixels from the top of the axes to the editor: the dates of the days stand there


class VolatilityPane(ChartPane):
    """A chart with an editor for the days that are chosen in it.

    Signals
    -------
    marked(DrawnRegime)
        The user says what some days were.
    """

    marked = Signal(object)

    def __init__(self, name: str) -> None:
        super().__init__(name, is_time=True, kind=DaysPlot)
        assert isinstance(self.plot, DaysPlot)
        self.days, self.editor, self.arm = self.plot, SpanEditor(self), QToolButton()
        self.days.setAccessibleDescription(KEYS_FOR_DAYS)
        self.arm.setText("Mark days")
        self.arm.setCheckable(True)
        self.arm.setToolTip(f"the next drag over the chart marks days as calm, normal or stressed. {KEYS_FOR_DAYS}")
        self.arm.setAccessibleName("Mark days by a drag over the chart")
        self.arm.setFont(small_font(8.5))
        self.arm.setMinimumHeight(_LEAST_HEIGHT)
        self.title.add(self.arm)
        self.arm.toggled.connect(self._arm)
        self.days.chosen.connect(self._ask)
        self.days.given_up.connect(self.editor.hide)
        self.editor.chosen.connect(self.marked)
        self.editor.given_up.connect(self._leave)

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        super().paint_in(role)
        self.editor.paint_in(role)

    def render_view(self, view: ChartView) -> None:
        """Show a view."""
        super().render_view(view)
        edge = view.bands.edge
        there = (float(edge[0]), float(edge[-1])) if edge.size else (float("nan"), float("nan"))
        self.days.offer(*there, view.cursor)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the editor beside the days."""
        super().resizeEvent(event)
        if self.editor.isVisible():
            self._stand()

    def _arm(self, is_armed: bool) -> None:
        self.days.is_armed = is_armed
        self.days.viewport().setCursor(Qt.CursorShape.CrossCursor if is_armed else Qt.CursorShape.ArrowCursor)

    def _ask(self, days: Window) -> None:
        self.arm.setChecked(False)
        self.editor.ask(days)
        self._stand()

    def _leave(self) -> None:
        self.days.give_up()
        self.days.setFocus(Qt.FocusReason.OtherFocusReason)

    def _stand(self) -> None:
        """Put the editor below the dates, as near to the middle of the days as the pane is wide."""
        place = self.days.middle()
        left = self.days.mapTo(self, QPoint(place.x() - self.editor.width() // 2, place.y() + _BELOW))
        self.editor.move(min(max(left.x(), 0), max(self.width() - self.editor.width(), 0)), left.y())
