"""Frozen columnar data: what models are fitted on and judged on."""

from outsample.datasets.cells import Axis, Grid
from outsample.datasets.observed import ObservedQuotes
from outsample.datasets.option_quotes import OptionQuotes, Settlement
from outsample.datasets.prices import Prices, daily_closes
from outsample.datasets.pricing_terms import PricingTerms
from outsample.datasets.weights import Target, WeightReason

__all__ = [
    "Axis",
    "Grid",
    "ObservedQuotes",
    "OptionQuotes",
    "Prices",
    "PricingTerms",
    "Settlement",
    "Target",
    "WeightReason",
    "daily_closes",
]
