"""The assumptions of the Black-Scholes world as a table of tests, on train, on test, and from one to the other."""

from outsample.diagnostics.assumptions.assess import assess_assumptions
from outsample.diagnostics.assumptions.kinds import Assumption, Stretch
from outsample.diagnostics.assumptions.settings import AssumptionSettings, Clock
from outsample.diagnostics.assumptions.table import AssumptionRow, AssumptionTable

__all__ = [
    "Assumption",
    "AssumptionRow",
    "AssumptionSettings",
    "AssumptionTable",
    "Clock",
    "Stretch",
    "assess_assumptions",
]
