"""Vol as a linear function of strike and tenor: flat, absolute and relative."""

from outsample.models.smile.normal_equations import Regressors, Weighting
from outsample.models.smile.smiles import AbsoluteSmile, FlatVol, RelativeSmile

__all__ = ["AbsoluteSmile", "FlatVol", "Regressors", "RelativeSmile", "Weighting"]
