"""Models known by the transform of their log price, with one set of parameters for a train window."""

from outsample.models.transform.fitted import TransformFit
from outsample.models.transform.models import SVCJ, Bates, Heston, Kou, Merton, VarianceGamma

__all__ = ["SVCJ", "Bates", "Heston", "Kou", "Merton", "TransformFit", "VarianceGamma"]
