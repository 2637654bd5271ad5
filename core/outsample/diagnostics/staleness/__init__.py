"""How a model goes stale: aged against fresh at the same date, half-life, cost of waiting, age apart from calendar."""

from outsample.diagnostics.staleness.ages import PairedContrasts, paired_contrasts
from outsample.diagnostics.staleness.curve import StalenessCurve, staleness_curve
from outsample.diagnostics.staleness.half_life import Finding, HalfLife, half_life
from outsample.diagnostics.staleness.in_sample import InSample
from outsample.diagnostics.staleness.origins import Origins, place_origins
from outsample.diagnostics.staleness.recalibration import RecalibrationCost, RefitInterval, recalibration_cost
from outsample.diagnostics.staleness.refit_surprises import RefitSurprises, refit_surprises
from outsample.diagnostics.staleness.triangle import AgePeriod, split_triangle
from outsample.diagnostics.staleness.vintages import (
    StalenessCancelledError,
    VintageLosses,
    Vintages,
    has_short_cut,
    vintage_losses,
)

__all__ = [
    "AgePeriod",
    "Finding",
    "HalfLife",
    "InSample",
    "Origins",
    "PairedContrasts",
    "RecalibrationCost",
    "RefitInterval",
    "RefitSurprises",
    "StalenessCancelledError",
    "StalenessCurve",
    "VintageLosses",
    "Vintages",
    "half_life",
    "has_short_cut",
    "paired_contrasts",
    "place_origins",
    "recalibration_cost",
    "refit_surprises",
    "split_triangle",
    "staleness_curve",
    "vintage_losses",
]
