"""Help on what the user looks at: a pane beside the others, tool tips, and the words under the mouse."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QApplication, QDockWidget, QWidget

from outsample_desktop.resolve.views import VerdictView
from outsample_desktop.theme import Colours
from outsample_desktop.widgets.chooser import Chooser
from outsample_desktop.widgets.term_tips import TermTips
from outsample_desktop.widgets.words_on_screen import pane_entries, words_explained

if TYPE_CHECKING:
    from outsample_desktop.evaluator import Answer
    from outsample_desktop.main_window import MainWindow
    from outsample_desktop.widgets.help_pane import HelpPane

__all__ = ["Explainer"]

_WIDTH: Final = 300  # pixels the pane takes when it is first opened


class Explainer(QObject):
    """Opens the help of a window where it is asked for; nothing of its pane is made before that.

    Parameters
    ----------
    window : MainWindow
        With its header and page.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window, self._room = window, window.page.room
        self._role: Colours | None = None
        self._active = ""
        self._came_from: QWidget | None = None
        self.dock: QDockWidget | None = None
        self.pane: HelpPane | None = None
        self.tips = TermTips(self)
        self.tips.watch(self._room.verdict, self._room.verdict.word_at)
        self.tips.watch(self._room.models.horizontalHeader().viewport(), self._column)
        rooms = (window.header, self._room, window.page.calibration)
        for chooser in (chooser for room in rooms for chooser in room.choosers.values()):
            self.tips.watch_chooser(chooser)
        for pane in self._room.listings.values():
            self.tips.watch_chooser(pane.chooser)
            self.tips.watch(pane.view.horizontalHeader().viewport(), pane.header_at)
            self.tips.watch(pane.view.viewport(), pane.word_at)
        window.painted.connect(self._follow)

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self._role = role
        if self.pane is not None:
            self.pane.paint_in(role)

    # ------------------------------------------------------------------ what can be asked for

    def explain_focus(self) -> None:
        """Explain what has the keyboard: a model, a choice, a table or a pane; else the active model."""
        focus = QApplication.focusWidget()
        row = self._room.models.currentIndex()
        entries = self._entries_of(focus)
        if focus is self._room.models and row.isValid():
            self._explain_model(row.data(Qt.ItemDataRole.UserRole).name)
        elif entries and focus is not self._room.models:
            self.show_entries(entries)
        else:
            self.explain_model()

    def explain_model(self) -> None:
        """Show the method note of the active model."""
        self._explain_model(self._active_model())

    def explain_verdict(self) -> None:
        """Show the words of the verdict sheet, in its order."""
        view = self._verdict()
        labels = () if view is None else (view.status.value if view.status else "", *(label for label, _ in view.facts))
        words = (entry for label in labels for entry in words_explained(label))
        self.show_entries(tuple(dict.fromkeys(("verdict", *words))))

    def search_glossary(self) -> None:
        """Go to the search box of the glossary."""
        self._open().search()

    def show_entries(self, entries: tuple[str, ...]) -> None:
        """Show what some words mean, the first of them in front."""
        self._open().show_entries(entries)

    def entries_at(self, pane: str, widget: QObject | None = None, at: QPoint | None = None) -> tuple[str, ...]:
        """Return the glossary entries of the word at a point of a pane; where there is none, of the pane."""
        found = () if widget is None or at is None else self.tips.entries_at(widget, at)
        return found or pane_entries(pane, self._room.forecast.isHidden())

    def close(self) -> None:
        """Give the room back to the panes, and the keyboard to what had it."""
        if self.dock is not None:
            self.dock.close()
        if self._came_from is not None and self._came_from.isVisible():
            self._came_from.setFocus()

    # ------------------------------------------------------------------ the pane

    def _open(self) -> "HelpPane":
        pane, dock = self.pane, self.dock
        if pane is None or dock is None:
            pane, dock = self._make()
        focus = QApplication.focusWidget()
        if focus is None or not dock.isAncestorOf(focus):
            self._came_from = focus
        if not dock.isVisible():
            self._active = self._active_model()
            pane.tell_of(self._active)
            dock.show()
        return pane

    def _make(self) -> tuple["HelpPane", QDockWidget]:
        from outsample_desktop.widgets.help_pane import HelpPane  # ten milliseconds that no start needs

        pane, dock = HelpPane(), QDockWidget("Help", self._window)
        dock.setObjectName("help")
        dock.setWidget(pane)
        pane.dismissed.connect(self.close)
        if self._role is not None:
            pane.paint_in(self._role)
        dock.hide()
        self._window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        self._window.resizeDocks([dock], [_WIDTH], Qt.Orientation.Horizontal)
        self.pane, self.dock = pane, dock
        return pane, dock

    def _explain_model(self, name: str) -> None:
        pane = self._open()
        pane.tell_of(name)
        pane.show_note()

    def _follow(self, answer: "Answer") -> None:
        """Follow the active model; a boundary that moves leaves everything alone."""
        if self.pane is None or self.dock is None or not self.dock.isVisible() or answer.view is None:
            return
        active = self._active_model()
        if active != self._active:
            self._active = active
            self.pane.tell_of(active)

    # ------------------------------------------------------------------ what is on screen

    def _active_model(self) -> str:
        answer = self._window.answer
        rows = answer.view.models.rows if answer is not None and answer.view is not None else ()
        return next((row.name for row in rows if row.is_active), "")

    def _verdict(self) -> VerdictView | None:
        answer = self._window.answer
        return answer.view.verdict if answer is not None and answer.view is not None else None

    def _column(self, at: QPoint) -> str:
        column = self._room.models.horizontalHeader().logicalIndexAt(at)
        return "" if column < 0 else str(self._room.models.model().headerData(column, Qt.Orientation.Horizontal))

    def _entries_of(self, widget: QWidget | None) -> tuple[str, ...]:
        """Return the glossary entries of a choice, a pane or a table; none for anything else."""
        if isinstance(widget, Chooser):
            return words_explained(widget.currentText())
        page = self._window.page
        parts = {**page.panes(), **self._room.tables}
        for name, part in (*parts.items(), ("timeline", page.dates)):
            if widget is not None and (part is widget or part.isAncestorOf(widget)):
                return self.entries_at(name)
        return ()
