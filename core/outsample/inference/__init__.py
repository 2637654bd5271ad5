"""How sure a windowed mean is: long-run variance, intervals, bounds and detectable effects."""

from outsample.inference.difference import MeanDifference, difference_of_means, minimum_detectable_effect
from outsample.inference.long_run import (
    Interval,
    LongRun,
    Side,
    cosine_terms,
    long_run,
    mean_interval,
    needs_hatching,
    one_sided_bound,
    student_quantile,
)

__all__ = [
    "Interval",
    "LongRun",
    "MeanDifference",
    "Side",
    "cosine_terms",
    "difference_of_means",
    "long_run",
    "mean_interval",
    "minimum_detectable_effect",
    "needs_hatching",
    "one_sided_bound",
    "student_quantile",
]
