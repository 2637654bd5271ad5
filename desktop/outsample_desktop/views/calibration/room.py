"""The calibration room: parameters and fit through time, the smile at the cursor, what a train window gives."""

from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHeaderView, QPushButton, QStackedLayout, QTabWidget, QVBoxLayout, QWidget

from outsample.calibration import CalibrationLoss
from outsample.report.table import Table
from outsample_desktop.resolve.calibrated import FAMILIES, LOSSES, Calibrated, family_of
from outsample_desktop.resolve.calibration_views import CalibrationView
from outsample_desktop.resolve.views import same
from outsample_desktop.session import State
from outsample_desktop.theme import Colours
from outsample_desktop.views.calibration.standing_panel import StandingPanel
from outsample_desktop.widgets.chooser import Chooser
from outsample_desktop.widgets.findings_room import split
from outsample_desktop.widgets.fit_slice_pane import FitSlicePane
from outsample_desktop.widgets.matrix_pane import MatrixPane
from outsample_desktop.widgets.pane_title import PaneTitle
from outsample_desktop.widgets.paths_pane import PathsPane
from outsample_desktop.widgets.table_view import TableView

__all__ = ["CalibrationRoom"]

_TABLES: Final = {
    "parameters": "Parameters",
    "days": "Time by time",
    "quotes": "Quotes at the cursor",
    "correlations": "Correlations",
}
_MEASURED: Final = 40  # rows that decide how wide a column is


class CalibrationRoom(QWidget):
    """What a model's parameters do from day to day, and what one estimate for the train window makes of them.

    Signals
    -------
    intended(str, dict)
        The user wants fields of the state changed; the text names the undo step.
    wanted(bool), unwanted()
        The calibrations in view are wanted, or with True those beside them; what runs is no longer wanted.
    """

    intended = Signal(str, dict)
    wanted = Signal(bool)
    unwanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Calibration")
        self.title = PaneTitle("Calibration")
        self.paths, self.quality = PathsPane("Parameters through time"), PathsPane("Fit quality through time")
        self.smile = FitSlicePane("Calibrated smile at the cursor")
        self.correlation = MatrixPane("Correlation of the estimates")
        self.tables = {name: TableView(title) for name, title in _TABLES.items()}
        self.tabs, self.panel, self.build_other = QTabWidget(), StandingPanel(), QPushButton("")
        self.choosers = _choosers()
        for field, chooser in self.choosers.items():
            chooser.picked.connect(lambda value, one=field: self.intended.emit(_LABELS[one], {one: value}))
        for pane in (self.paths, self.quality):
            pane.pointed.connect(lambda time: self.intended.emit("set the cursor", {"cursor": time}))
        self.panel.wanted.connect(lambda: self.wanted.emit(False))
        self.build_other.clicked.connect(lambda: self.wanted.emit(True))
        self.panel.unwanted.connect(self.unwanted)
        self.tabs.currentChanged.connect(lambda _index: self._fill_table())
        self._view: CalibrationView | None = None
        self._texts: dict[str, dict[str, int]] = {}
        self._lay_out()

    def _lay_out(self) -> None:
        for name, view in self.tables.items():
            header = view.horizontalHeader()
            header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
            header.setResizeContentsPrecision(_MEASURED)
            header.setStretchLastSection(True)
            self.tabs.addTab(view, _TABLES[name])
        self.tabs.setDocumentMode(True)
        self.build_other.setMinimumHeight(24)
        self.build_other.setAccessibleName("Calibrate the model in view under the loss beside it")
        for part in (*self.choosers.values(), self.build_other):
            self.title.add(part)
        left = split(Qt.Orientation.Vertical, ((self.paths, 72), (self.quality, 28)))
        above = split(Qt.Orientation.Horizontal, ((self.smile, 53), (self.correlation, 47)))
        right = split(Qt.Orientation.Vertical, ((above, 52), (self.tabs, 48)))
        panes = split(Qt.Orientation.Horizontal, ((left, 48), (right, 52)))
        self._stack = QStackedLayout()
        self._stack.addWidget(panes)
        self._stack.addWidget(self.panel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.title)
        layout.addLayout(self._stack, 1)

    def panes(self) -> dict[str, QWidget]:
        """Return the exportable panes by name."""
        plots = {"paths": self.paths, "quality": self.quality, "calibration-smile": self.smile}
        return {**plots, "correlation": self.correlation, **{f"calibration-{n}": t for n, t in self.tables.items()}}

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        parts: tuple[Any, ...] = (self.title, self.paths, self.quality, self.smile, self.correlation, self.panel)
        for part in (*parts, *self.tables.values()):
            part.paint_in(role)

    def show_state(self, state: State) -> None:
        """Show what is chosen."""
        family = family_of(state.calibration_model)
        has_one_loss = not isinstance(family, Calibrated)
        values = {field: getattr(state, field) for field in self.choosers}
        if has_one_loss:
            values |= {"calibration_loss": CalibrationLoss.VOL, "compared_loss": None}
        for field, chooser in self.choosers.items():
            chooser.show_value(values[field])
        for field in ("calibration_loss", "compared_loss"):
            chooser = self.choosers[field]
            if chooser.isEnabled() is has_one_loss:
                chooser.setEnabled(not has_one_loss)
            why = f"{family.title} is fitted to implied vol, under no other loss" if has_one_loss else ""
            if chooser.accessibleDescription() != why:
                chooser.setAccessibleDescription(why)
                chooser.setToolTip(why or chooser.accessibleName())

    def show_progress(self, share: float | None, share_beside: float | None = None) -> None:
        """Show how far the calibrations in view and those beside them are, 0..1; None where they are not under way."""
        self.panel.show_progress(share)
        self.build_other.setEnabled(share_beside is None)

    def show_problem(self, sentence: str) -> None:
        """Show why the calibrations in view could not be made."""
        if self._view is not None:
            self.panel.show_standing(self._view.standing, sentence)

    def render_view(self, view: CalibrationView) -> None:
        """Hand each pane its part, if it differs from the one before."""
        old, self._view = self._view, view
        if old is None or old.standing != view.standing:
            self.panel.show_standing(view.standing)
            self._stack.setCurrentIndex(1 if view.standing.sentence else 0)
        if old is None or (old.state, old.message) != (view.state, view.message):
            self.title.show_text(f"Calibration, {view.state}" if view.state else "Calibration", view.message)
            self.setAccessibleDescription(f"{view.state}: {view.message}" if view.state else "")
        offer = "" if view.compared is None else view.compared.offer
        if self.build_other.text() != offer or old is None:
            self.build_other.setText(offer)
            self.build_other.setVisible(bool(offer))
        parts: tuple[tuple[str, Any], ...] = (
            ("paths", self.paths),
            ("quality", self.quality),
            ("smile", self.smile),
            ("correlation", self.correlation),
        )
        for name, pane in parts:
            if old is None or not same(getattr(old, name), getattr(view, name)):
                pane.render_view(getattr(view, name))
        self._fill_table()

    def _fill_table(self) -> None:
        """Fill the table in front, if it shows something else; the others wait."""
        if self._view is None:
            return
        name = list(self.tables)[self.tabs.currentIndex()]
        table: Table = getattr(self._view, name)
        view = self.tables[name]
        if same(view.table, table):
            return
        view.show_table(table)
        if self._outgrows(name, table):
            header = view.horizontalHeader()
            header.setStretchLastSection(False)
            view.resizeColumnsToContents()  # not at every move: the widths stand while the numbers change
            header.setStretchLastSection(True)

    def _outgrows(self, name: str, table: Table) -> bool:
        """Whether a table needs other widths: its columns are others, or a text is longer than any before it."""
        texts = {one.header: one.values.dtype.itemsize * (one.values.dtype.kind == "U") for one in table.columns}
        old = self._texts.get(name, {})
        if list(old) != list(texts):
            self._texts[name] = texts
            return True
        self._texts[name] = {header: max(size, texts[header]) for header, size in old.items()}
        return self._texts[name] != old


_LABELS: Final = {
    "calibration_model": "choose the calibrated model",
    "calibration_loss": "change the calibration loss",
    "compared_loss": "change the loss beside it",
}


def _choosers() -> dict[str, Chooser]:
    losses = {loss: text.title for loss, text in LOSSES.items()}
    beside: dict[Any, str] = {None: "no second loss", **{loss: f"beside it: {text}" for loss, text in losses.items()}}
    return {
        "calibration_model": Chooser("Calibrated model", {one.name: one.title for one in FAMILIES}),
        "calibration_loss": Chooser("Loss that the calibration makes small", losses),
        "compared_loss": Chooser("Loss whose estimates stand beside these", beside),
    }
