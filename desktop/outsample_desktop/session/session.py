"""The session owns the state and tells of it once per event-loop turn."""

from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from outsample_desktop.session.state import State

__all__ = ["Session"]

_UNDO_DEPTH: Final = 100


class Session(QObject):
    """Holder of the one mutable thing: the current `State`.

    Every change goes through `update`; equal states emit nothing; several updates in one turn of the event loop
    emit `changed(old, new)` once. A drag is one undo step: `begin` remembers where it started and `commit` files it.
    """

    changed = Signal(object, object)

    def __init__(self, state: State, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = state
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(_UNDO_DEPTH)
        self._told = state
        self._before: State | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._tell)

    def update(self, **changes: Any) -> None:
        """Replace fields of the state; listeners hear of it when control returns to the event loop."""
        self.put(replace(self.state, **changes))

    def put(self, state: State) -> None:
        """Replace the whole state."""
        if state != self.state:
            self.state = state
            self._timer.start()

    def begin(self) -> None:
        """Remember the state before a gesture."""
        if self._before is None:
            self._before = replace(self.state, dragging=False)

    def commit(self, label: str) -> None:
        """File everything since `begin` as one undo step; nothing changed files nothing."""
        before, self._before = self._before, None
        after = replace(self.state, dragging=False)
        self.put(after)
        if before is not None and replace(before, handle=after.handle) != after:
            self.undo_stack.push(_SetState(self, before, after, label))

    def abandon(self) -> None:
        """Go back to the state before the gesture."""
        before, self._before = self._before, None
        if before is not None:
            self.put(before)

    def change(self, label: str, **changes: Any) -> None:
        """Update and file it as one undo step; while a boundary is held, as part of that step."""
        is_held = self.state.dragging
        self.begin()
        self.update(**changes)
        if not is_held:
            self.commit(label)

    def _tell(self) -> None:
        old, self._told = self._told, self.state
        if old != self.state:
            self.changed.emit(old, self.state)


class _SetState(QUndoCommand):
    def __init__(self, session: Session, before: State, after: State, label: str) -> None:
        super().__init__(label)
        self._session, self._before, self._after = session, before, after

    def undo(self) -> None:
        self._show(self._before)

    def redo(self) -> None:
        self._show(self._after)

    def _show(self, state: State) -> None:
        """Put a state back in the colours of today: the theme is no step of the work."""
        self._session.put(replace(state, theme=self._session.state.theme))
