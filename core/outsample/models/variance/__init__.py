"""Variance of the next return."""

from outsample.models.variance.ewma import EwmaVariance
from outsample.models.variance.rolling import RollingVariance
from outsample.models.variance.sample import SampleVariance

__all__ = ["EwmaVariance", "RollingVariance", "SampleVariance"]
