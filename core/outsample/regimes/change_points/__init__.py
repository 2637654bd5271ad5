"""Exact change points: the best segmentation of every prefix, for changes of mean, variance, both, or coefficients."""

from outsample.regimes.change_points.gaussian import (
    optimal_mean_variance_partition,
    optimal_mean_variance_partition_plain,
    optimal_variance_partition,
    optimal_variance_partition_plain,
)
from outsample.regimes.change_points.mean import optimal_partition, optimal_partition_plain
from outsample.regimes.change_points.partition import Partition, back_trace
from outsample.regimes.change_points.penalty_path import PenaltyPath, penalty_path
from outsample.regimes.change_points.regression import (
    optimal_regression_partition,
    optimal_regression_partition_plain,
)

__all__ = [
    "Partition",
    "PenaltyPath",
    "back_trace",
    "optimal_mean_variance_partition",
    "optimal_mean_variance_partition_plain",
    "optimal_partition",
    "optimal_partition_plain",
    "optimal_regression_partition",
    "optimal_regression_partition_plain",
    "optimal_variance_partition",
    "optimal_variance_partition_plain",
    "penalty_path",
]
