"""Mispricing that others could exploit: relations between premiums that hold whatever the model."""

from outsample.diagnostics.arbitrage.episodes import Episodes, episodes
from outsample.diagnostics.arbitrage.finding import find_arbitrage
from outsample.diagnostics.arbitrage.kinds import Kind, Thresholds
from outsample.diagnostics.arbitrage.violations import Arbitrage, Summary, Violations

__all__ = [
    "Arbitrage",
    "Episodes",
    "Kind",
    "Summary",
    "Thresholds",
    "Violations",
    "episodes",
    "find_arbitrage",
]
