"""Functionals and the scores that are consistent for them."""

from outsample.scores.functional import Functional
from outsample.scores.scoring import QLIKE, AbsoluteError, Pinball, Score, Shown, SquaredError
from outsample.scores.units import ErrorUnit, ScaleDomain

__all__ = [
    "QLIKE",
    "AbsoluteError",
    "ErrorUnit",
    "Functional",
    "Pinball",
    "ScaleDomain",
    "Score",
    "Shown",
    "SquaredError",
]
