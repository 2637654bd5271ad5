"""The room of regimes: what changed, when, and what each model loses in each state of the market."""

from outsample_desktop.views.regimes.room import RegimesRoom

__all__ = ["RegimesRoom"]
