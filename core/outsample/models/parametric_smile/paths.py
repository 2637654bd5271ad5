"""Parameter paths: what a smile family would be at each time alone."""

from dataclasses import dataclass
from typing import Final

from outsample.datasets import OptionQuotes
from outsample.models.parametric_smile.corrado_su import CORRADO_SU_SHAPE, CorradoSu
from outsample.models.parametric_smile.estimate import Shape, estimates_by_time
from outsample.models.parametric_smile.sabr import SABR_SHAPE, Sabr
from outsample.models.parametric_smile.ssvi import SSVI_SHAPE, Ssvi
from outsample.models.parametric_smile.svi import SVI_SHAPE, Svi
from outsample.prepared import prepared
from outsample.typing import Floats, Integers, frozen

__all__ = ["ParameterPaths", "parameter_paths"]

SHAPES: Final[dict[type, Shape]] = {Svi: SVI_SHAPE, Ssvi: SSVI_SHAPE, Sabr: SABR_SHAPE, CorradoSu: CORRADO_SU_SHAPE}


@dataclass(frozen=True, slots=True, eq=False)
class ParameterPaths:
    """Parameters through time.

    Parameters
    ----------
    times : (m,) int64 array
        UTC nanoseconds.
    names, units : tuple of str
        Of the p parameters, as of `Fitted.parameters`.
    values : (m, p) array
        Of a fit to the quotes of each time alone; NaN where those are fewer than ten a parameter.
    low, high : (p,) array
        Bounds, inclusive: a path that lies on one is not determined by the quotes of its time.
    """

    times: Integers
    names: tuple[str, ...]
    units: tuple[str, ...]
    values: Floats
    low: Floats
    high: Floats


@prepared
def parameter_paths(data: OptionQuotes, model: Svi | Ssvi | Sabr | CorradoSu) -> ParameterPaths:
    """Fit a smile family to every time of a history, each alone."""
    shape = SHAPES[type(model)]
    values = frozen(estimates_by_time(data, shape))
    return ParameterPaths(data.times, shape.names, shape.units, values, shape.low, shape.high)
