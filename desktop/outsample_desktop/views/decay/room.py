"""Decay: loss by horizon, staleness at equal dates, what refitting costs, the triangle, and the parts of the gap."""

from math import isfinite
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabWidget

from outsample.typing import SECOND
from outsample_desktop.widgets.bars_pane import BarsPane
from outsample_desktop.widgets.chart_pane import ChartPane
from outsample_desktop.widgets.chooser import Chooser
from outsample_desktop.widgets.findings_room import FindingsRoom, split
from outsample_desktop.widgets.grid_pane import GridPane
from outsample_desktop.widgets.told_listing import ToldListing

__all__ = ["DecayRoom"]

_TESTS: Final = "Tests of breakdown"


class DecayRoom(FindingsRoom):
    """How fast the active model goes stale."""

    def __init__(self) -> None:
        self.curve, self.staleness = ChartPane("Loss by horizon"), ChartPane("Staleness")
        self.cost, self.fluctuation = ChartPane("Cost of recalibrating"), ChartPane("Fluctuation", is_time=True)
        self.triangle, self.gap = GridPane("Triangle"), BarsPane("Gap")
        self.tests = ToldListing(_TESTS, lines=4)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        for pane, title in ((self.fluctuation, "Fluctuation"), (self.tests, _TESTS), (self.cost, "Recalibration")):
            self.tabs.addTab(pane, title)
        above = split(Qt.Orientation.Horizontal, ((self.curve, 33), (self.staleness, 34), (self.gap, 33)))
        below = split(Qt.Orientation.Horizontal, ((self.triangle, 50), (self.tabs, 50)))
        panes = {
            "horizon": self.curve,
            "staleness": self.staleness,
            "gap": self.gap,
            "triangle": self.triangle,
            "fluctuation": self.fluctuation,
            "breakdown": self.tests,
            "recalibration": self.cost,
        }
        choosers = {"relative": Chooser("Loss by horizon", {True: "relative to benchmark", False: "loss"})}
        super().__init__("Decay", panes, split(Qt.Orientation.Vertical, ((above, 50), (below, 50))), choosers)
        self.triangle.chosen.connect(self._point_at)
        self.triangle.hovered.connect(self._hover_at)
        self.fluctuation.pointed.connect(lambda x: self.intended.emit("set the cursor", {"cursor": round(x * SECOND)}))

    def show_hover(self, second: float) -> None:
        """Point out a UTC second; in the triangle it is a diagonal."""
        super().show_hover(second)
        is_known = isfinite(second) and self._view is not None
        self.triangle.canvas.hint_at(self._view.diagonals.cells_at(round(second * SECOND)) if is_known else ())

    def _point_at(self, row: int, column: int) -> None:
        """Set the cursor to the time that a cell of the triangle is of."""
        if self._view is not None:
            self.intended.emit("set the cursor", {"cursor": self._view.diagonals.time_of(row, column)})

    def _hover_at(self, row: int, column: int) -> None:
        """Point out the time that the cell under the mouse is of."""
        is_known = row >= 0 and self._view is not None and isfinite(self._view.triangle.value[row, column])
        self.hovered.emit(self._view.diagonals.time_of(row, column) / SECOND if is_known else float("nan"))
