"""Models known by the transform of their log price, with one set of parameters for a train window."""

from outsample.models.transform.fitted import TransformFit
from outsample.models.transform.models import SVCJ, Bates, Heston, HestonHullWhite, Kou, Merton, VarianceGamma
from outsample.models.transform.state_refit import HestonState, HestonStateFit

__all__ = [
    "SVCJ",
    "Bates",
    "Heston",
    "HestonHullWhite",
    "HestonState",
    "HestonStateFit",
    "Kou",
    "Merton",
    "TransformFit",
    "VarianceGamma",
]
