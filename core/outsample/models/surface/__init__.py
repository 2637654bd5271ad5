"""Quoted surfaces as predictions: the benchmarks."""

from outsample.models.surface.benchmarks import FrozenSurface, RollingSurface

__all__ = ["FrozenSurface", "RollingSurface"]
