"""Help beside the panes: the method note of a model, and the glossary."""

from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from outsample_desktop.theme import Colours
from outsample_desktop.widgets.glossary_pane import GlossaryPane
from outsample_desktop.widgets.help_browser import HelpBrowser
from outsample_desktop.widgets.help_text import note_text
from outsample_resources import method_names

__all__ = ["HelpPane"]

_NO_MODEL = "<p>No model is shown yet: open a data set, or switch on a model in the table of models.</p>"


class HelpPane(QWidget):
    """Two pages; what a link in the first leads to is shown in the second.

    Signals
    -------
    dismissed()
        Escape was pressed.
    """

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Help")
        self.setMinimumWidth(260)
        self.note, self.glossary = HelpBrowser("Method note"), GlossaryPane()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.note, "Model")
        self.tabs.addTab(self.glossary, "Glossary")
        self.note.followed.connect(self._follow)
        self.model = ""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.tabs)
        self.tell_of("")

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self.note.paint_in(role)
        self.glossary.paint_in(role)

    def tell_of(self, model: str) -> None:
        """Put the method note of a model on its page, in front or not; the same again costs nothing."""
        if model != self.model or not model:
            self.model = model
            self.note.show_text(lambda: _note_of(model))

    def show_note(self) -> None:
        """Bring the method note to the front, with the keyboard."""
        self.tabs.setCurrentWidget(self.note)
        self.note.setFocus()

    def show_entries(self, entries: tuple[str, ...]) -> None:
        """Bring some glossary entries to the front: the only one, or the first of them."""
        self.tabs.setCurrentWidget(self.glossary)
        if len(entries) == 1:
            self.glossary.show_entry(entries[0])
        else:
            self.glossary.show_some(entries)
        self.glossary.text.setFocus()

    def search(self) -> None:
        """Bring the search box of the glossary to the front, with the keyboard."""
        self.tabs.setCurrentWidget(self.glossary)
        self.glossary.show_all()
        self.glossary.line.setFocus()

    def _follow(self, entry: str) -> None:
        self.show_entries((entry,))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismissed.emit()
            return
        super().keyPressEvent(event)


def _note_of(model: str) -> str:
    if not model:
        return _NO_MODEL
    is_ours = model in method_names()
    return note_text(model) if is_ours else f"<p>The model {escape(model)} came without a method note.</p>"
