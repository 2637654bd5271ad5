"""What rooms have in common that show what was worked out: a title with its state, choices, and panes."""

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from outsample_desktop.resolve.views import same
from outsample_desktop.session import State
from outsample_desktop.theme import Colours
from outsample_desktop.widgets.chart_pane import ChartPane
from outsample_desktop.widgets.chooser import Chooser
from outsample_desktop.widgets.pane_title import PaneTitle

__all__ = ["FindingsRoom", "split"]


class FindingsRoom(QWidget):
    """A title over panes; each pane shows the attribute of the view that bears its name.

    Parameters
    ----------
    name : str
        Title and accessible name.
    panes : dict of str to QWidget
        By attribute of the view, with ``-`` for ``_`` as they are exported.
    body : QWidget
        The panes as they are laid out.
    choosers : dict of str to Chooser
        By field of the state; they stand in the title.

    Signals
    -------
    intended(str, dict)
        The user wants fields of the state changed; the text names the undo step.
    hovered(float)
        The UTC second that the mouse is over in one of the panes; NaN for none.
    """

    intended = Signal(str, dict)
    hovered = Signal(float)

    def __init__(self, name: str, panes: dict[str, Any], body: QWidget, choosers: dict[str, Chooser]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.title, self.choosers = PaneTitle(name), choosers
        self._name, self._panes = name, panes
        self._view: Any = None
        for field, chooser in choosers.items():
            self.title.add(chooser)
            chooser.picked.connect(lambda value, one=field: self.intended.emit(f"change {one}", {one: value}))
        for pane in self._timed():
            pane.hovered.connect(self.hovered)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.title)
        layout.addWidget(body, 1)

    def show_hover(self, second: float) -> None:
        """Point out a UTC second in every pane that has one; none for NaN."""
        for pane in self._timed():
            pane.pointer.stand_at(second)

    def _timed(self) -> list[ChartPane]:
        """Return the charts along which time runs."""
        return [pane for pane in self._panes.values() if isinstance(pane, ChartPane) and pane.is_time]

    def panes(self) -> dict[str, QWidget]:
        """Return the exportable panes by name."""
        return dict(self._panes)

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        for part in (self.title, *self._panes.values()):
            part.paint_in(role)

    def show_state(self, state: State) -> None:
        """Show what is chosen."""
        for field, chooser in self.choosers.items():
            chooser.show_value(getattr(state, field))

    def render_view(self, view: Any) -> None:
        """Hand each pane its part, if it differs from the one before."""
        old, self._view = self._view, view
        self.title.show_text(f"{self._name}, {view.state}" if view.state else self._name, view.message)
        self.setAccessibleDescription(f"{view.state}: {view.message}" if view.state else view.message)
        for name, pane in self._panes.items():
            field = name.replace("-", "_")
            part = getattr(view, field)
            if old is None or not same(getattr(old, field), part):
                pane.render_view(part)


def split(direction: Qt.Orientation, parts: tuple[tuple[QWidget, int], ...]) -> QSplitter:
    """Return panes side by side or one below the other, with shares of the room."""
    made = QSplitter(direction)
    made.setHandleWidth(3)
    made.setChildrenCollapsible(False)
    for place, (part, share) in enumerate(parts):
        made.addWidget(part)
        made.setStretchFactor(place, share)
    made.setSizes([10 * share for _, share in parts])
    return made
