"""Option models known by the transform of their log price: Heston, Bates, SVCJ, Merton, Kou, variance gamma.

Prices are as in `outsample.formulas.black`: on the forward, undiscounted, a fraction of the forward.
"""

from outsample.formulas.fourier.levy_models import Kou, Merton, VarianceGamma
from outsample.formulas.fourier.moments import cumulants
from outsample.formulas.fourier.parameters import TransformModel
from outsample.formulas.fourier.plan import FourierPrices, PricingMethod, PricingPlan
from outsample.formulas.fourier.price import fourier_price
from outsample.formulas.fourier.variance_models import SVCJ, Bates, Heston, HestonHullWhite

__all__ = [
    "SVCJ",
    "Bates",
    "FourierPrices",
    "Heston",
    "HestonHullWhite",
    "Kou",
    "Merton",
    "PricingMethod",
    "PricingPlan",
    "TransformModel",
    "VarianceGamma",
    "cumulants",
    "fourier_price",
]
