"""The box a calibration searches: one explicit table of every parameter's unit, bounds, size and first guesses.

The bounds are wide enough for equity and crypto chains, and narrow enough that prices within them are accurate. An
estimate on a bound says that the chain does not determine it: it is flagged, not hidden.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from outsample.errors import UsageError
from outsample.formulas.fourier import SVCJ, Bates, Heston, HestonHullWhite, Kou, Merton, TransformModel, VarianceGamma
from outsample.typing import Floats

__all__ = ["Measure", "ParameterRange", "bounds_of", "parameter_names", "ranges_of", "sizes_around"]


class Measure(Enum):
    """What the first guesses of a parameter are multiples of."""

    ONE = "one"
    VOL = "at-the-money vol"
    INVERSE_VOL = "one over the at-the-money vol"
    SHORT_VARIANCE = "at-the-money variance of the shortest tenor"
    LONG_VARIANCE = "at-the-money variance of the longest tenor"
    VARIANCE = "at-the-money variance"
    SIGN = "sign of the skew"
    SIGNED_VOL = "at-the-money vol, with the sign of the skew"
    SIGNED_VARIANCE = "at-the-money variance, with the sign of the skew"
    UP_SHARE = "a half, more or less by the sign of the skew"


@dataclass(frozen=True, slots=True)
class ParameterRange:
    """What is known of a parameter before any quote is seen.

    Parameters
    ----------
    unit : str
        Empty for a pure number.
    low, high : float
        Bounds, inclusive.
    size : float
        What counts as a move of the parameter where its own value is smaller.
    first, last : float
        Range of first guesses, as multiples of `measure`.
    measure : Measure
    """

    unit: str
    low: float
    high: float
    size: float
    first: float
    last: float
    measure: Measure


RATE, PER_YEAR = "variance a year", "a year"
VOL = ParameterRange("vol, fraction a year", 0.01, 4.0, 0.05, 0.6, 1.0, Measure.VOL)
VARIANCE_RANGES: Final = (
    ParameterRange(RATE, 1e-4, 16.0, 0.01, 0.8, 1.25, Measure.SHORT_VARIANCE),
    ParameterRange(PER_YEAR, 0.01, 50.0, 0.5, 0.5, 12.0, Measure.ONE),
    ParameterRange(RATE, 1e-4, 16.0, 0.01, 0.8, 1.6, Measure.LONG_VARIANCE),
    ParameterRange("a year", 0.01, 30.0, 0.1, 1.0, 6.0, Measure.VOL),
    ParameterRange("", -0.999, 0.999, 0.2, 0.2, 0.8, Measure.SIGN),
)
JUMP_RANGES: Final = (
    ParameterRange("jumps a year", 0.0, 100.0, 0.2, 0.3, 8.0, Measure.ONE),
    ParameterRange("of the log price", -2.0, 2.0, 0.02, 0.05, 0.3, Measure.SIGNED_VOL),
    ParameterRange("of the log price", 1e-3, 2.0, 0.02, 0.1, 0.4, Measure.VOL),
)
RANGES: Final[dict[type[TransformModel], tuple[ParameterRange, ...]]] = {
    Heston: VARIANCE_RANGES,
    HestonHullWhite: VARIANCE_RANGES,
    Bates: (*VARIANCE_RANGES, *JUMP_RANGES),
    SVCJ: (
        *VARIANCE_RANGES,
        *JUMP_RANGES,
        ParameterRange(RATE, 0.0, 4.0, 0.01, 0.05, 0.5, Measure.VARIANCE),
        ParameterRange("of the log price per unit of variance", -4.0, 4.0, 0.2, 0.1, 0.5, Measure.SIGN),
    ),
    Merton: (VOL, *JUMP_RANGES),
    Kou: (
        VOL,
        ParameterRange("jumps a year", 0.0, 200.0, 0.2, 0.5, 16.0, Measure.ONE),
        ParameterRange("", 0.0, 1.0, 0.1, 0.1, 0.7, Measure.UP_SHARE),
        ParameterRange("one over the mean jump up", 1.01, 500.0, 1.0, 2.0, 10.0, Measure.INVERSE_VOL),
        ParameterRange("one over the mean jump down", 0.1, 500.0, 1.0, 2.0, 10.0, Measure.INVERSE_VOL),
    ),
    VarianceGamma: (
        VOL,
        ParameterRange("of the log price a year of its clock", -20.0, 20.0, 0.05, 0.1, 0.5, Measure.SIGNED_VARIANCE),
        ParameterRange("years", 1e-4, 10.0, 0.01, 0.02, 0.3, Measure.ONE),
    ),
}


def ranges_of(kind: type[TransformModel]) -> tuple[ParameterRange, ...]:
    """Return the ranges of a model's fields, in their order.

    Raises
    ------
    UsageError
        The table has no such model.
    """
    if kind not in RANGES:
        known = ", ".join(one.__name__ for one in RANGES)
        raise UsageError(f"a calibration needs a model with bounds, found {kind.__name__}; choose one of {known}")
    return RANGES[kind]


def parameter_names(kind: type[TransformModel]) -> tuple[str, ...]:
    """Return the names of a model's fields, in their order."""
    return tuple(kind.__slots__)  # type: ignore[attr-defined]


def bounds_of(kind: type[TransformModel]) -> tuple[Floats, Floats]:
    """Return the lower and the upper bounds, (p,) each."""
    ranges = ranges_of(kind)
    return np.array([one.low for one in ranges]), np.array([one.high for one in ranges])


def sizes_around(kind: type[TransformModel], values: Floats) -> Floats:
    """Return what counts as a move of each parameter at these values, (p,)."""
    return np.maximum(np.abs(values), [one.size for one in ranges_of(kind)])
