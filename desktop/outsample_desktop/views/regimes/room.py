"""Regimes: volatility and its segments through time, the choice of the penalty, states, and losses by regime."""

from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QTabWidget, QToolButton

from outsample.errors import UsageError
from outsample.regimes import MULTIPLIERS, DrawnRegime, RegimeMethod, check_drawn
from outsample.typing import DAY, SECOND
from outsample.windows import Window
from outsample_desktop.resolve.finding_views import RegimesView
from outsample_desktop.session import State
from outsample_desktop.theme import Colours, small_font
from outsample_desktop.views.regimes.mark_dialog import MarkDialog
from outsample_desktop.views.regimes.marked_pane import MarkedPane
from outsample_desktop.views.regimes.span_editor import SpanEditor
from outsample_desktop.views.regimes.volatility_pane import VolatilityPane
from outsample_desktop.widgets.chart_pane import ChartPane
from outsample_desktop.widgets.chooser import Chooser
from outsample_desktop.widgets.findings_room import FindingsRoom, split
from outsample_desktop.widgets.grid_pane import GridPane
from outsample_desktop.widgets.listing_pane import ListingPane
from outsample_desktop.widgets.told_listing import ToldListing

__all__ = ["RegimesRoom"]

_STATES: Final = "States"
_TESTS: Final = "Tests for a break"
_MARKED: Final = "Marked"
_HELD: Final = "of the boundaries before; follows when the boundary is let go"
_TOLD_LINES: Final = 2
_LEAST_HEIGHT: Final = 24


class RegimesRoom(FindingsRoom):
    """What changed, and when.

    Signals
    -------
    events_wanted()
        The user wants events from a file marked.
    """

    events_wanted = Signal()

    def __init__(self) -> None:
        self.volatility = VolatilityPane("Volatility and regimes")
        self.path = ChartPane("Penalty path")
        self.transitions, self.losses = GridPane("Transitions"), GridPane("Losses by regime")
        self.states, self.tests = ListingPane(_STATES, {"": _STATES}), ToldListing(_TESTS, _TOLD_LINES)
        self.marked, self.mark = MarkedPane(_MARKED), QToolButton()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        for table, title in ((self.states, _STATES), (self.tests, _TESTS), (self.marked, _MARKED)):
            self.tabs.addTab(table, title)
        above = split(Qt.Orientation.Horizontal, ((self.volatility, 60), (self.path, 40)))
        grids = split(Qt.Orientation.Horizontal, ((self.losses, 60), (self.transitions, 40)))
        below = split(Qt.Orientation.Horizontal, ((grids, 52), (self.tabs, 48)))
        panes = {
            "volatility": self.volatility,
            "penalty-path": self.path,
            "regime-losses": self.losses,
            "transitions": self.transitions,
            "states": self.states,
            "break-tests": self.tests,
            "marked": self.marked,
        }
        choosers = {
            "regime_states": Chooser("States of the model", {count: f"{count} states" for count in (2, 3, 4)}),
            "regime_method": Chooser("What finds the regimes", {method: method.words for method in RegimeMethod}),
        }
        super().__init__("Regimes", panes, split(Qt.Orientation.Vertical, ((above, 50), (below, 50))), choosers)
        self._state = State()
        self._role: Colours | None = None
        self.path.pointed.connect(self._choose_penalty)
        self.volatility.pointed.connect(lambda x: self.intended.emit("set the cursor", {"cursor": round(x * SECOND)}))
        self.volatility.marked.connect(lambda span: self._add(span, self.volatility.editor))
        self.marked.removed.connect(self._remove)
        self._offer_marks()

    def _offer_marks(self) -> None:
        """Put the button that marks spans into the title."""
        menu = QMenu(self)
        for text, take in (
            ("The train window…", lambda: self._mark("train")),
            ("The test window…", lambda: self._mark("test")),
            ("Another span…", lambda: self._mark("")),
            ("Import events…", self.events_wanted.emit),
        ):
            menu.addAction(text, take)
        self.mark.setText("Mark…")
        self.mark.setToolTip("say yourself what was calm, normal or stressed")
        self.mark.setAccessibleName("Mark spans as regimes")
        self.mark.setFont(small_font(8.5))
        self.mark.setMinimumHeight(_LEAST_HEIGHT)
        self.mark.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.mark.setMenu(menu)
        self.title.add(self.mark)

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        super().paint_in(role)
        self._role = role

    def show_state(self, state: State) -> None:
        """Show what is chosen; change points have no number of states to choose."""
        super().show_state(state)
        if state.source != self._state.source:
            self.volatility.days.forget()
        self._state = state
        self.choosers["regime_states"].setEnabled(state.regime_method is not RegimeMethod.CHANGE_POINTS)
        count = len(state.drawn)
        self.tabs.setTabText(self.tabs.indexOf(self.marked), f"{_MARKED} ({count})" if count else _MARKED)

    def render_view(self, view: RegimesView) -> None:
        """Show a view; tables follow when the boundary is let go, since to paint them takes a fifth of a frame."""
        shown: RegimesView | None = self._view
        if self._state.dragging and shown is not None:
            held = {name: replace(getattr(shown, name), sentence=_HELD) for name in ("states", "marked")}
            view = replace(view, **held)
        super().render_view(view)

    def show_marked(self) -> None:
        """Bring the marked spans to the front."""
        self.tabs.setCurrentWidget(self.marked)

    def _choose_penalty(self, x: float) -> None:
        """Take the penalty under the mouse, as far as there are bounds."""
        low, high = MULTIPLIERS[0], MULTIPLIERS[-1]
        self.intended.emit("change the penalty", {"penalty": min(max(round(10.0**x, 3), low), high)})

    def _mark(self, which: str) -> None:
        """Let the user say what a span was; the boxes begin with one of the windows, or the day at the cursor."""
        cut = self._state.split
        if cut is None:
            return
        at = cut.test.stop if self._state.cursor is None else self._state.cursor
        day = Window(at // DAY * DAY, at // DAY * DAY + DAY)
        dialog = MarkDialog({"train": cut.train, "test": cut.test}.get(which, day), self._role, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(lambda span: self._add(span, dialog))
        dialog.open()

    def _add(self, span: DrawnRegime, asked_by: MarkDialog | SpanEditor) -> None:
        drawn = (*self._state.drawn, span)
        try:
            check_drawn(drawn)
        except UsageError as error:
            asked_by.refuse(str(error))
            return
        self.intended.emit(f"mark a span as {span.regime.name.lower()}", {"drawn": drawn})
        self.show_marked()

    def _remove(self, rows: tuple[int, ...]) -> None:
        kept = tuple(one for place, one in enumerate(self._state.drawn) if place not in rows)
        self.intended.emit(f"remove {len(rows)} marked span{'s' if len(rows) > 1 else ''}", {"drawn": kept})
