"""What-ifs on data: a pure function from one data set to another of the same kind."""

from outsample.scenarios.scenario import Identity, Scenario

__all__ = ["Identity", "Scenario"]
