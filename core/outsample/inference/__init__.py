"""How sure a windowed mean is: long-run variance, intervals, bounds, detectable effects, and tests of change."""

from outsample.inference.bartlett import bartlett_lags, bartlett_variance
from outsample.inference.block_bootstrap import BlockLengths, Blocks, block_lengths, bootstrap_means
from outsample.inference.breakdown import (
    Estimation,
    Judged,
    LeastSquares,
    Optimism,
    breakdown_test,
    breakdown_title,
    surprise_losses,
    variance_factor,
)
from outsample.inference.compared_intervals import (
    ComparedInterval,
    Method,
    compared_difference_intervals,
    compared_mean_intervals,
)
from outsample.inference.conditional_accuracy import giacomini_white
from outsample.inference.difference import MeanDifference, difference_of_means, minimum_detectable_effect
from outsample.inference.expected_band import ExpectedBand, expected_band, optimism, score_persistence
from outsample.inference.fit_cost import FitCost, fit_cost
from outsample.inference.fluctuation import Fluctuation, critical_band, fluctuation_test
from outsample.inference.long_run import (
    Interval,
    LongRun,
    Side,
    cosine_sums,
    cosine_terms,
    long_run,
    mean_interval,
    needs_hatching,
    one_sided_bound,
    student_quantile,
)
from outsample.inference.loss_variance import LossVariance, Spread, spread_of
from outsample.inference.nested_models import clark_west, clark_west_by_time
from outsample.inference.predictive_accuracy import diebold_mariano
from outsample.inference.sided_result import SidedResult

__all__ = [
    "BlockLengths",
    "Blocks",
    "ComparedInterval",
    "Estimation",
    "ExpectedBand",
    "FitCost",
    "Fluctuation",
    "Interval",
    "Judged",
    "LeastSquares",
    "LongRun",
    "LossVariance",
    "MeanDifference",
    "Method",
    "Optimism",
    "Side",
    "SidedResult",
    "Spread",
    "bartlett_lags",
    "bartlett_variance",
    "block_lengths",
    "bootstrap_means",
    "breakdown_test",
    "breakdown_title",
    "clark_west",
    "clark_west_by_time",
    "compared_difference_intervals",
    "compared_mean_intervals",
    "cosine_sums",
    "cosine_terms",
    "critical_band",
    "diebold_mariano",
    "difference_of_means",
    "expected_band",
    "fit_cost",
    "fluctuation_test",
    "giacomini_white",
    "long_run",
    "mean_interval",
    "minimum_detectable_effect",
    "needs_hatching",
    "one_sided_bound",
    "optimism",
    "score_persistence",
    "spread_of",
    "student_quantile",
    "surprise_losses",
    "variance_factor",
]
