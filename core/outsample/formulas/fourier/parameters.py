"""What a parameter set is to the pricing formulas, and how its domain is checked."""

import math
from typing import Any, Protocol

import numpy as np

from outsample.errors import UsageError
from outsample.typing import Floats

__all__ = ["InFieldOrder", "TransformModel", "as_array", "check_range", "feller_ratio"]


class TransformModel(Protocol):
    """A model known by the transform of its log price."""

    @property
    def kind(self) -> int:
        """Which exponent: a constant of `outsample.formulas.fourier.exponent`."""
        ...

    @property
    def parameters(self) -> Floats:
        """The fields in their order, (p,)."""
        ...


class InFieldOrder:
    """What parameter sets share: a dataclass of numbers with slots, whose fields are the parameters."""

    __slots__ = ()

    @property
    def parameters(self) -> Floats:
        """The fields in their order, (p,)."""
        return as_array(self)


def as_array(model: Any) -> Floats:
    """Return the fields of a dataclass of numbers with slots, (p,)."""
    return np.array([getattr(model, name) for name in model.__slots__], dtype=np.float64)


def check_range(model: object, names: str, low: float, high: float = math.inf, *, open_below: bool = False) -> None:
    """Check that the fields of these space-separated names are finite and in ``[low, high]``, or ``(low, high]``.

    Raises
    ------
    UsageError
        A number is not.
    """
    for name in names.split():
        value = getattr(model, name)
        is_high_enough = value > low if open_below else value >= low
        if not (is_high_enough and value <= high and math.isfinite(value)):
            least = f"{'above' if open_below else 'of at least'} {low:g}"
            bound = least if high == math.inf else f"{least} and at most {high:g}"
            needed = "any finite number" if low == -math.inf else f"a finite number {bound}"
            raise UsageError(
                f"{name} of {type(model).__name__} must be {needed}, found {value}; choose one in that range"
            )


def feller_ratio(mean_reversion: float, long_run_variance: float, vol_of_vol: float) -> float:
    """Return ``2 kappa theta / sigma^2``: from 1 on the variance never reaches 0 (Feller 1951, doi:10.2307/1969318)."""
    square = vol_of_vol * vol_of_vol
    return 2.0 * mean_reversion * long_run_variance / square if square > 0.0 else math.inf
