"""How much of a fitted surface admits static arbitrage, where options are quoted."""

from typing import Final

import numpy as np

from outsample.model import Parameter
from outsample.models.parametric_smile.estimate import Shape
from outsample.typing import Bools, Floats, frozen

__all__ = ["arbitrage_of"]

TENORS: Final = frozen(np.geomspace(1.0, 365.0, 14) / 365.0)
DEVIATIONS: Final = frozen(np.linspace(-2.5, 2.5, 41))
STEP: Final = 1e-3  # of a deviation, for derivatives to the strike
LATER: Final = 1.02  # of a tenor, for the total variance of a later one
SLACK: Final = 1e-6  # of Durrleman's function and of the relative growth of total variance: rounding, not arbitrage


def arbitrage_of(shape: Shape, values: Floats) -> tuple[Parameter, ...]:
    """Return the shares of the surface with a negative density and with a total variance that falls with the tenor.

    Looked at are tenors of a day to a year within 2.5 deviations of the money, deviations being those of the vol at
    the money. The density is judged by Durrleman's function, see `outsample.formulas.svi`. A place without a vol
    counts: its price is beyond the bounds that arbitrage sets.
    """
    none = np.zeros(TENORS.size)
    deviation = shape.surface(values, none, TENORS)[0]
    y = deviation[:, np.newaxis] * DEVIATIONS
    tenor = np.repeat(TENORS, DEVIATIONS.size)
    unit = STEP * np.repeat(deviation, DEVIATIONS.size)

    def total(moneyness: Floats, years: Floats) -> Floats:
        return np.asarray(shape.surface(values, moneyness, years)[0] ** 2 * years)

    middle, low, high = (total(y.ravel() + move * unit, tenor) for move in (0.0, -1.0, 1.0))
    step, k = unit * np.sqrt(tenor), y.ravel() * np.sqrt(tenor)
    slope, curvature = (high - low) / (2.0 * step), (high - 2.0 * middle + low) / step**2
    tilt = (1.0 - 0.5 * k * slope / middle) ** 2
    density = tilt - 0.25 * slope**2 * (1.0 / middle + 0.25) + 0.5 * curvature
    later = total(y.ravel() / np.sqrt(LATER), tenor * LATER)
    return (
        Parameter(
            "negative density within 2.5 deviations, 1 d to 1 y", _share(~(density >= -SLACK)), "% of the surface"
        ),
        Parameter(
            "calendar arbitrage within 2.5 deviations, 1 d to 1 y",
            _share(~(later >= middle * (1.0 - SLACK))),
            "% of the surface",
        ),
    )


def _share(found: Bools) -> float:
    return 100.0 * float(np.mean(found))
