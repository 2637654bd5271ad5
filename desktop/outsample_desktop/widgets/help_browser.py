"""A help text whose links lead to glossary entries: selectable, and worked by mouse and keyboard alike."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtWidgets import QTextBrowser, QWidget

from outsample_desktop.theme import Colours, small_font
from outsample_desktop.widgets.help_text import SCHEME, style

__all__ = ["HelpBrowser"]


class HelpBrowser(QTextBrowser):
    """One text at a time, made anew in the colours of each theme.

    Parameters
    ----------
    name : str
        Accessible name.

    Signals
    -------
    followed(str)
        A link was chosen; the glossary entry it leads to.
    """

    followed = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFrameShape(self.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.document().setDefaultFont(small_font(9.5))
        self.document().setDocumentMargin(10.0)
        self._made: Callable[[], str] = str
        self._role: Colours | None = None
        self.anchorClicked.connect(self._follow)

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self._role = role
        self._show()

    def show_text(self, made: Callable[[], str]) -> None:
        """Show what a function returns as HTML, from its beginning."""
        self._made = made
        self._show()

    def _show(self) -> None:
        if self._role is not None:
            self.document().setDefaultStyleSheet(style(self._role))
            self.setHtml(self._made())

    def _follow(self, url: QUrl) -> None:
        if url.scheme() == SCHEME:
            self.followed.emit(url.path(QUrl.ComponentFormattingOption.FullyDecoded))
