"""Tool tips from the glossary, for words that stand in painted panes, in headers and in choosers."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QToolTip, QWidget

from outsample_desktop.widgets.chooser import Chooser
from outsample_desktop.widgets.words_on_screen import tip, words_explained

__all__ = ["TermTips"]

WordAt = Callable[[QPoint], str]
_OPENING: Final = (QEvent.Type.Enter, QEvent.Type.MouseButtonPress, QEvent.Type.KeyPress)  # before a list can be open


class TermTips(QObject):
    """Says what the word under the mouse means."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._word_at: dict[QObject, WordAt] = {}

    def watch(self, widget: QWidget, word_at: WordAt) -> None:
        """Explain the words of a widget.

        Parameters
        ----------
        widget : QWidget
        word_at : callable
            The label on screen at a point of the widget; empty where there is none.
        """
        self._word_at[widget] = word_at
        widget.installEventFilter(self)

    def watch_chooser(self, chooser: Chooser) -> None:
        """Explain what is chosen, and each entry while the list is open."""
        self.watch(chooser, lambda _at: chooser.currentText())

    def entries_at(self, widget: QObject, at: QPoint) -> tuple[str, ...]:
        """Return the glossary entries of the word at a point of a watched widget; none elsewhere."""
        word_at = self._word_at.get(widget)
        return () if word_at is None else words_explained(word_at(at))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show a tip where the mouse rests; the entries of a list get theirs just before it opens."""
        kind = event.type()
        if kind == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = tip(self.entries_at(watched, event.pos()))
            if isinstance(watched, Chooser):
                text = f"<p>{watched.accessibleName()}: {watched.currentText()}</p>{text}"
            QToolTip.showText(event.globalPos(), text, watched if isinstance(watched, QWidget) else None)
            return True
        if kind in _OPENING and isinstance(watched, Chooser):
            _explain_entries(watched)
        return False


def _explain_entries(chooser: Chooser) -> None:
    """Give each entry its tip, once: every change of an entry lays the window out anew."""
    role = Qt.ItemDataRole.ToolTipRole
    for row in range(chooser.count()):
        if chooser.itemData(row, role) is None:
            chooser.setItemData(row, tip(words_explained(chooser.itemText(row))), role)
