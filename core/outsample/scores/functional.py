"""What a model predicts about the distribution of the next observation."""

from enum import Enum

__all__ = ["Functional"]


class Functional(Enum):
    """The functional a prediction states; a score is only consistent for its own (Gneiting 2011)."""

    MEAN = "mean"
    QUANTILE = "quantile"
    VARIANCE = "variance"
    BOUND = "bound"
    DISTRIBUTION = "distribution"
    PROBABILITY = "probability"
