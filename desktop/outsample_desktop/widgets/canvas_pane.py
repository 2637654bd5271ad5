"""A canvas under its title: what painted panes have in common around what they paint."""

from typing import Any, Generic, TypeVar

from PySide6.QtWidgets import QVBoxLayout, QWidget

from outsample_desktop.theme import Colours
from outsample_desktop.widgets.canvas import Canvas
from outsample_desktop.widgets.pane_title import PaneTitle

__all__ = ["CanvasPane"]

Painted = TypeVar("Painted", bound=Canvas[Any])


class CanvasPane(QWidget, Generic[Painted]):
    """A title and a canvas below it.

    Parameters
    ----------
    name : str
        Accessible name.
    canvas : Canvas
    """

    def __init__(self, name: str, canvas: Painted, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.title, self.canvas = PaneTitle(name), canvas
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.title)
        layout.addWidget(self.canvas, 1)

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self.title.paint_in(role)
        self.canvas.paint_in(role)
