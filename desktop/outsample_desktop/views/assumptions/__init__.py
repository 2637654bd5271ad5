"""The room of assumptions: what Black and Scholes took for granted, held against train and test."""

from outsample_desktop.views.assumptions.room import AssumptionsRoom

__all__ = ["AssumptionsRoom"]
