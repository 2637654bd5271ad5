"""The state of the application, and the session that owns it."""

from outsample_desktop.session.state import Measure, Room, Side, State, Theme

__all__ = ["Measure", "Room", "Side", "State", "Theme"]
