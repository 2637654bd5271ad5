"""Rooms of findings in front of a window, with everything in them worked out."""

from typing import Any

from PySide6.QtWidgets import QApplication

from outsample_desktop.resolve.found import found_key
from outsample_desktop.session import Room

from .desk import Desk

__all__ = ["FOUND_WITHIN", "enter", "front", "is_found", "wait"]

FOUND_WITHIN = 60_000  # milliseconds that a slow machine may take, kernels that are compiled included


def front(desk: Desk) -> Any:
    """Return the room in front."""
    return desk.page.room_of(desk.state.room)


def is_found(desk: Desk) -> bool:
    """Whether all that the room in front shows is of the present state."""
    found, shown = desk.window.findings.latest(desk.state.room), desk.window.answer
    if found is None or shown is None or shown.view is None:
        return False
    active = next((row.name for row in shown.view.models.rows if row.is_active), "")
    is_new = found.is_whole and found.key == found_key(desk.state, active)
    return is_new and desk.window.findings.is_idle and desk.is_settled() and shown.request.found is found


def wait(desk: Desk) -> None:
    """Wait until everything is worked out and shown."""
    desk.qtbot.waitUntil(lambda: is_found(desk), timeout=FOUND_WITHIN)
    QApplication.processEvents()


def enter(desk: Desk, room: Room, **changes: Any) -> Any:
    """Go to a room, and return it when everything in it is worked out."""
    desk.change(room=room, **changes)
    wait(desk)
    return front(desk)
