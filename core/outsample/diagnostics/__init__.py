"""Tests and summaries of a study."""

from outsample.diagnostics.decay import Curve, DecayCurve, decay
from outsample.diagnostics.headline import Headline, finite, headline, mean_of, shown
from outsample.diagnostics.surface import SPARSE_BELOW, ErrorSurface, error_surface

__all__ = [
    "SPARSE_BELOW",
    "Curve",
    "DecayCurve",
    "ErrorSurface",
    "Headline",
    "decay",
    "error_surface",
    "finite",
    "headline",
    "mean_of",
    "shown",
]
