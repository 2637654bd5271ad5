"""Assumptions: one table of tests on train, on test and across, with what each costs; beside it the returns."""

from typing import Final

from PySide6.QtCore import Qt

from outsample.typing import SECOND
from outsample_desktop.widgets.bars_pane import BarsPane
from outsample_desktop.widgets.chart_pane import ChartPane
from outsample_desktop.widgets.findings_room import FindingsRoom, split
from outsample_desktop.widgets.told_listing import ToldListing

__all__ = ["AssumptionsRoom"]

_TABLE: Final = "Assumptions"


class AssumptionsRoom(FindingsRoom):
    """What was taken for granted, and whether it holds."""

    def __init__(self) -> None:
        self.table = ToldListing(_TABLE, lines=4)
        self.quantiles, self.costs = ChartPane("Returns against the normal"), BarsPane("Cost of each assumption")
        self.vols = ChartPane("Realised and implied volatility", is_time=True)
        beside = split(Qt.Orientation.Vertical, ((self.costs, 36), (self.quantiles, 32), (self.vols, 32)))
        panes = {
            "assumptions": self.table,
            "assumption-costs": self.costs,
            "return-quantiles": self.quantiles,
            "realised-implied": self.vols,
        }
        super().__init__("Assumptions", panes, split(Qt.Orientation.Horizontal, ((self.table, 64), (beside, 36))), {})
        self.vols.pointed.connect(lambda x: self.intended.emit("set the cursor", {"cursor": round(x * SECOND)}))
