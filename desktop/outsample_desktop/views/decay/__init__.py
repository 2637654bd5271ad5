"""The room of decay: how fast a model goes stale, and how much of its loss is its own fault."""

from outsample_desktop.views.decay.room import DecayRoom

__all__ = ["DecayRoom"]
