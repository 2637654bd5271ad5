"""Exact change points: the best segmentation of every prefix, for changes of mean, variance, both, or coefficients.

Those of variance and of coefficients are imported from their modules: no start needs them.
"""

from outsample.regimes.change_points.mean import optimal_partition, optimal_partition_plain
from outsample.regimes.change_points.partition import Partition, back_trace
from outsample.regimes.change_points.penalty_path import PenaltyPath, penalty_path

__all__ = [
    "Partition",
    "PenaltyPath",
    "back_trace",
    "optimal_partition",
    "optimal_partition_plain",
    "penalty_path",
]
