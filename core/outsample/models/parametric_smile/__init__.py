"""Smiles of few parameters, fitted to a whole train window: SVI, SSVI, SABR; and what hedging costs add to a vol."""

from outsample.models.parametric_smile.corrado_su import CorradoSu, CorradoSuFit
from outsample.models.parametric_smile.leland import Leland, LelandFit
from outsample.models.parametric_smile.sabr import Sabr, SabrFit
from outsample.models.parametric_smile.ssvi import Ssvi, SsviFit
from outsample.models.parametric_smile.svi import Svi, SviFit

__all__ = [
    "CorradoSu",
    "CorradoSuFit",
    "Leland",
    "LelandFit",
    "Sabr",
    "SabrFit",
    "Ssvi",
    "SsviFit",
    "Svi",
    "SviFit",
]
