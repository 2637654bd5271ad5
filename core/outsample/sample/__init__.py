"""The seeded sample market, with the truth of what was planted in it, and the S&P 500 from `arch`."""

from outsample.sample.cache import SamplePaths, ensure_sample, sample_paths
from outsample.sample.market import GENERATOR, SampleMarket, SamplingCancelledError, make_market
from outsample.sample.recipe import FaultRates, RegimeSpell, SampleRecipe, SmileShape, small_recipe
from outsample.sample.sp500 import sp500_prices
from outsample.sample.truth import PlantedJump, PlantedRegime, Truth

__all__ = [
    "GENERATOR",
    "FaultRates",
    "PlantedJump",
    "PlantedRegime",
    "RegimeSpell",
    "SampleMarket",
    "SamplePaths",
    "SampleRecipe",
    "SamplingCancelledError",
    "SmileShape",
    "Truth",
    "ensure_sample",
    "make_market",
    "sample_paths",
    "small_recipe",
    "sp500_prices",
]
