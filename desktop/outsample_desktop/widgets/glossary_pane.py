"""The glossary: a search box, the entries it finds, and what the chosen one means."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from outsample_desktop.theme import Colours
from outsample_desktop.widgets.help_browser import HelpBrowser
from outsample_desktop.widgets.help_text import entry_text
from outsample_desktop.widgets.words_on_screen import entries_found

__all__ = ["GlossaryPane"]

_ARROWS: Final = (Qt.Key.Key_Up, Qt.Key.Key_Down)
_LARGE_ENOUGH: Final = 24  # pixels of what can be clicked (WCAG 2.2, 2.5.8)


class GlossaryPane(QWidget):
    """Find a word and read it; links lead from entry to entry, and back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line, self.list, self.text = QLineEdit(), QListWidget(), HelpBrowser("What the word means")
        self.back = _button("‹ Back", "Back to the word before")
        self.all = _button("All words", "Show all words of the glossary")
        self._before: list[str] = []
        self._lay_out()
        self.line.textChanged.connect(self._search)
        self.line.installEventFilter(self)
        self.list.currentItemChanged.connect(self._read)
        self.text.followed.connect(self.follow)
        self.back.clicked.connect(lambda: self.show_entry(self._before.pop()))
        self.all.clicked.connect(self.show_all)
        self.show_all()

    def _lay_out(self) -> None:
        self.line.setPlaceholderText("search the glossary")
        self.line.setAccessibleName("Search the glossary")
        self.line.setClearButtonEnabled(True)
        self.line.setMinimumHeight(_LARGE_ENOUGH)
        self.list.setAccessibleName("Words of the glossary")
        self.list.setFrameShape(self.list.Shape.NoFrame)
        above = QHBoxLayout()
        above.setSpacing(4)
        for part in (self.line, self.all, self.back):
            above.addWidget(part)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(self.list)
        split.addWidget(self.text)
        split.setSizes([240, 220])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 0)
        layout.addLayout(above)
        layout.addWidget(split, 1)

    @property
    def entry(self) -> str:
        """The entry that is shown; empty for none."""
        row = self.list.currentRow()
        return "" if row < 0 else self.list.item(row).text()

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self.text.paint_in(role)

    def show_all(self) -> None:
        """Offer every entry again, and keep the one that is shown."""
        self.line.clear()
        self._offer(entries_found(""))

    def show_some(self, entries: tuple[str, ...]) -> None:
        """Offer some entries in the order given and show the first."""
        self.line.clear()
        self._offer(entries)
        self.list.setCurrentRow(0)

    def show_entry(self, entry: str) -> None:
        """Show one entry; where it is not among those on offer, all are offered again."""
        if not self._choose(entry):
            self.show_all()
            self._choose(entry)
        self._enable()

    def follow(self, entry: str) -> None:
        """Show an entry that another one mentions; the way back is kept."""
        if self.entry and self.entry != entry:
            self._before.append(self.entry)
        self.show_entry(entry)

    def _choose(self, entry: str) -> bool:
        found = self.list.findItems(entry, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchCaseSensitive)
        if found:
            self.list.setCurrentItem(found[0])
            self.list.scrollToItem(found[0])
        return bool(found)

    def _search(self, typed: str) -> None:
        """Offer what has the words in it, and show the first of them: the best there is."""
        self._offer(entries_found(typed))
        if typed:
            self.list.setCurrentRow(0)

    def _offer(self, entries: tuple[str, ...]) -> None:
        """Fill the list; the entry that is shown stays where it is among them, else the first is shown."""
        before = self.entry
        self.list.blockSignals(True)
        self.list.clear()
        for entry in entries:
            item = QListWidgetItem(entry, self.list)
            item.setSizeHint(QSize(0, _LARGE_ENOUGH))
        if not self._choose(before):
            self.list.setCurrentRow(0)
        self.list.blockSignals(False)
        self._read(self.list.currentItem())
        self._enable()

    def _read(self, item: QListWidgetItem | None, _before: QListWidgetItem | None = None) -> None:
        entry = "" if item is None else item.text()
        self.text.show_text(lambda: entry_text(entry) if entry else "<p>No word of the glossary has that in it.</p>")

    def _enable(self) -> None:
        self.back.setEnabled(bool(self._before))
        self.all.setVisible(not self.line.text() and self.list.count() < len(entries_found("")))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrows choose while one types."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _ARROWS:
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            self.list.setCurrentRow(min(max(self.list.currentRow() + step, 0), self.list.count() - 1))
            return True
        return super().eventFilter(watched, event)


def _button(text: str, name: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setAccessibleName(name)
    button.setToolTip(name)
    button.setAutoRaise(True)
    button.setMinimumSize(_LARGE_ENOUGH, _LARGE_ENOUGH)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
