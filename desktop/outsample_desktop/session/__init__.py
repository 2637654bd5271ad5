"""The state of the application, and the session that owns it."""

from outsample_desktop.session.state import Measure, Side, State, Theme

__all__ = ["Measure", "Side", "State", "Theme"]
