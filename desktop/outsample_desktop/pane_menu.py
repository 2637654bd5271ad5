"""What can be saved of one pane: its picture, and the numbers it shows as CSV with their sidecar."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from outsample.errors import OutsampleError
from outsample.report import Analysis, Table, write_table
from outsample.report.sidecar import sidecar
from outsample.report.table import column, times
from outsample.report.tables import decay_table, losses_table, studies_table, surface_table
from outsample.typing import SECOND
from outsample_desktop.evaluator import Answer
from outsample_desktop.export import save_picture
from outsample_desktop.resolve.views import SliceView

if TYPE_CHECKING:
    from outsample_desktop.main_window import MainWindow

__all__ = ["PaneMenu", "front_tables", "table_of"]

_TABLES: Final[dict[str, Callable[[Analysis], Table]]] = {
    "timeline": losses_table,
    "verdict": studies_table,
    "models": studies_table,
    "decay": decay_table,
    "surface": surface_table,
}
_CUTS: Final = ("smile", "forecast", "term")


def table_of(pane: str, answer: Answer) -> Table:
    """Return the numbers that a pane shows.

    Parameters
    ----------
    pane : str
        As `Page.panes` names it.
    answer : Answer
        With an analysis.
    """
    assert answer.analysis is not None
    assert answer.view is not None
    if pane in _TABLES:
        return _TABLES[pane](answer.analysis)
    if pane in _CUTS:
        return slice_table(pane, answer.view.term if pane == "term" else answer.view.smile)
    front = answer.view.front
    return Table(pane, ()) if front is None else front.tables.get(pane, Table(pane, ()))


def slice_table(name: str, view: SliceView) -> Table:
    """Return observed and predicted values of a slice."""
    if view.observed is None:
        return Table(name, ())
    x = view.observed.x
    if view.is_time:
        first = times("time", np.round(x * SECOND).astype(np.int64))
    else:
        first = column(view.x_label, 10.0**x if view.is_log_x else x)
    rest = [column(f"{line.name} {view.y_label}", line.y) for line in (view.observed, *view.curves)]
    return Table(name, (first, *rest))


def front_tables(answer: Answer) -> tuple[Table, ...]:
    """Return every table of the room in front that has something to say, each once."""
    front = None if answer.view is None else answer.view.front
    tables = {} if front is None else {table.name: table for table in front.tables.values()}
    return tuple(table for table in tables.values() if table.columns)


class PaneMenu(QObject):
    """A context menu on every pane of a window.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._menu = QMenu(window)
        self._names: dict[QObject, str] = {}
        self._watch()
        window.page.made.connect(lambda _room: self._watch())

    def _watch(self) -> None:
        """Answer for every pane that is there."""
        panes = {name: pane for name, pane in self._window.page.panes().items() if pane not in self._names}
        for name, pane in panes.items():
            for widget in (pane, *pane.findChildren(QWidget)):
                self._names[widget] = name
                widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Open the menu of the pane under the mouse, or of the one with the keyboard."""
        if isinstance(event, QContextMenuEvent) and watched in self._names:
            by_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
            self.menu(self._names[watched], watched, event.pos() if by_mouse else None).popup(event.globalPos())
            return True
        return False

    def menu(self, name: str, widget: QObject | None = None, at: QPoint | None = None) -> QMenu:
        """Return the menu, for a pane and a point of a widget in it: there is one, and it is never made anew."""
        self._menu.clear()
        explainer = self._window.explainer
        this, *others = explainer.entries_at(name, widget, at)
        self._menu.addAction(f"What is this? ({this})", partial(explainer.show_entries, (this,)))
        for other in others:
            self._menu.addAction(f"What does “{other}” mean?", partial(explainer.show_entries, (other,)))
        self._menu.addSeparator()
        self._menu.addAction("Save this picture…", lambda: self._ask(name, "png"))
        self._menu.addAction("Save these numbers…", lambda: self._ask(name, "csv"))
        return self._menu

    def save(self, name: str, path: Path) -> None:
        """Write one pane: a picture for ``.png``, a table for anything else; a problem is told, not raised."""
        window = self._window
        answer = window.answer
        if answer is None or answer.analysis is None:
            window.notice.tell("a pane can be saved once it shows something, found no data; open a data set first")
            return
        state = replace(answer.request.state, dragging=False)
        try:
            if path.suffix == ".png":
                save_picture(window.page.panes()[name], state, path)
            else:
                listing = window.page.room.listings.get(name)
                table = table_of(name, answer) if listing is None else listing.table
                write_table(table, path, sidecar(answer.analysis, state.to_json()))
        except OutsampleError as error:
            window.notice.tell(str(error))
            return
        window.notice.tell(f"{path.name} written to {path.parent}", is_problem=False)

    def _ask(self, name: str, suffix: str) -> None:
        kinds = {"png": "PNG (*.png)", "csv": "CSV (*.csv)"}
        path, _ = QFileDialog.getSaveFileName(self._window, f"Save {name}", f"{name}.{suffix}", kinds[suffix])
        if path:
            self.save(name, Path(path))
