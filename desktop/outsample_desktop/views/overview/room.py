"""The overview room: verdict on top, decay, surface and slices in the middle, tables below."""

from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QTabWidget, QVBoxLayout, QWidget

from outsample.datasets import Axis
from outsample_desktop.listed import CHOICES
from outsample_desktop.resolve import ViewState, same
from outsample_desktop.session import Measure, Side, State
from outsample_desktop.theme import Colours
from outsample_desktop.widgets.chooser import Chooser
from outsample_desktop.widgets.curve_panes import DecayPane, SlicePane
from outsample_desktop.widgets.listing_pane import ListingPane
from outsample_desktop.widgets.models_table import ModelsTable
from outsample_desktop.widgets.pane_title import PaneTitle
from outsample_desktop.widgets.surface_pane import SurfacePane
from outsample_desktop.widgets.table_view import TableView
from outsample_desktop.widgets.verdict_pane import VerdictPane

__all__ = ["OverviewRoom"]


class OverviewRoom(QWidget):
    """Everything about one split at a glance.

    Signals
    -------
    tab_shown(str)
        A tab below was brought to the front: ``models``, or a name in `tables` or `listings`.
    intended(str, dict)
        The user wants fields of the state changed; the text names the undo step.
    """

    tab_shown = Signal(str)
    intended = Signal(str, dict)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Overview")
        self.verdict = VerdictPane()
        self.decay = DecayPane()
        self.surface, self.surface_title = SurfacePane(), PaneTitle("Error surface")
        self.smile = SlicePane("Smile at the cursor", "strike")
        self.forecast = SlicePane("Forecast at the cursor", "time")
        self.term = SlicePane("Term structure at the cursor", "tenor")
        self.models = ModelsTable()
        self.tables = {name: TableView(title, _NOTES.get(name, "")) for name, title in _TABLES}
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.models, "Models")
        for name, title in _TABLES:
            self.tabs.addTab(self.tables[name], title)
        self.listings = {name: ListingPane(title, CHOICES[name]) for name, title in _LISTINGS}
        for name, title in _LISTINGS:
            self.tabs.addTab(self.listings[name], title)
        names = ("models", *self.tables, *self.listings)
        self.tabs.currentChanged.connect(lambda index: self.tab_shown.emit(names[index]))
        self.choosers = _choosers()
        for field, chooser in self.choosers.items():
            chooser.picked.connect(lambda value, one=field: self.intended.emit(f"change {one}", {one: value}))
        self.surface.brushed.connect(lambda cell: self.intended.emit("brush a cell", {"cell": cell}))
        self._view: ViewState | None = None
        self._lay_out()

    def _lay_out(self) -> None:
        slices = QSplitter(Qt.Orientation.Vertical)
        for cut in (self.smile, self.forecast, self.term):
            slices.addWidget(cut)
        self.forecast.setVisible(False)
        middle = QSplitter(Qt.Orientation.Horizontal)
        self.decay.title.add(self.choosers["relative"])
        for field in ("side", "measure", "axis"):
            self.surface_title.add(self.choosers[field])
        surface = _titled(self.surface_title, self.surface)
        for pane, share in ((self.decay, 30), (surface, 42), (slices, 28)):
            middle.addWidget(pane)
            middle.setStretchFactor(middle.count() - 1, share)
        middle.setSizes([300, 440, 300])
        whole = QSplitter(Qt.Orientation.Vertical)
        whole.addWidget(middle)
        whole.addWidget(self.tabs)
        whole.setStretchFactor(0, 1)
        whole.setStretchFactor(1, 0)
        whole.setSizes([300, 166])
        for splitter in (slices, middle, whole):
            splitter.setHandleWidth(3)
            splitter.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addWidget(self.verdict)
        layout.addWidget(whole, 1)

    def panes(self) -> dict[str, QWidget]:
        """Return the exportable panes by name."""
        shown = {"verdict": self.verdict, "decay": self.decay, "surface": self.surface, "smile": self.smile}
        return {**shown, "forecast": self.forecast, "term": self.term, "models": self.models, **self.listings}

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        panes: tuple[Any, ...] = (*self.panes().values(), *self.tables.values(), self.surface_title)
        for pane in panes:
            pane.paint_in(role)

    def show_state(self, state: State) -> None:
        """Show what is chosen."""
        for field, chooser in self.choosers.items():
            chooser.show_value(getattr(state, field))

    def show_kind(self, is_options: bool) -> None:
        """Offer only what the data have."""
        for field in ("side", "measure", "axis"):
            self.choosers[field].setVisible(is_options)
        for pane in (self.tables["quotes"], *self.listings.values()):
            self.tabs.setTabVisible(self.tabs.indexOf(pane), is_options)

    def render_view(self, view: ViewState) -> None:
        """Hand each pane its part, if it differs from the one before."""
        old, self._view = self._view, view
        is_time = view.smile.is_time
        if old is None or old.smile.is_time is not is_time:
            self.forecast.setVisible(is_time)
            self.smile.setVisible(not is_time)
            self.term.setVisible(not is_time)
        parts: tuple[tuple[str, Any], ...] = (
            ("verdict", self.verdict),
            ("models", self.models),
            ("decay", self.decay),
            ("surface", self.surface),
            ("smile", self.forecast if is_time else self.smile),
            ("term", self.term),
        )
        self.surface_title.show_text(view.surface.title, view.surface.detail)
        for name, pane in parts:
            if old is None or not same(getattr(old, name), getattr(view, name)):
                pane.render_view(getattr(view, name))


def _choosers() -> dict[str, Chooser]:
    return {
        "relative": Chooser("Decay curve", {True: "relative to benchmark", False: "loss"}),
        "side": Chooser(
            "Window of the surface", {Side.TEST: "test", Side.TRAIN: "train", Side.DIFFERENCE: "test − train"}
        ),
        "measure": Chooser("Measure of the surface", {Measure.LOSS: "size of error", Measure.BIAS: "bias"}),
        "axis": Chooser("Axis of the surface", {Axis.MONEYNESS: "moneyness", Axis.DELTA: "delta"}),
    }


def _titled(title: PaneTitle, pane: QWidget) -> QWidget:
    """Return the pane under its title."""
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(title)
    column.addWidget(pane, 1)
    return whole


_NOTES: Final = {"quotes": "a click on a cell of the error surface lists its quotes here"}
_TABLES: Final = (
    ("quotes", "Quotes of the brushed cell"),
    ("parameters", "Parameters"),
    ("regimes", "Regimes"),
    ("data", "Data quality"),
)
_LISTINGS: Final = (("arbitrage", "Arbitrage"), ("filters", "Filters"), ("book", "Book"))
