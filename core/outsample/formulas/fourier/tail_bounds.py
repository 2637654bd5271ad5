"""Whether ranges of cosine series suit other parameters than those they were chosen for: Markov's bounds again."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from outsample.formulas.fourier.layout import Layout
from outsample.formulas.fourier.moments import log_moments
from outsample.formulas.fourier.parameters import TransformModel
from outsample.formulas.fourier.truncation import POWERS_LEFT, POWERS_RIGHT, left_reach, right_reach
from outsample.typing import Floats, frozen

__all__ = ["TailBounds"]

LOWER: Final = np.array([1.3, 1.0, 0.7, 0.4])  # of the power that is best: nearly no moment beyond it may exist


@dataclass(frozen=True, slots=True, eq=False)
class TailBounds:
    """Bounds on what is beyond ranges, as `outsample.formulas.fourier.truncation` has them.

    Parameters
    ----------
    power, tenor, factor : (2 m g,) array
        For each of m tenors g powers on the left and g on the right. A bound is the logarithm of the moment, plus the
        factor; the best of its side counts.
    count : int
        m.
    """

    power: Floats
    tenor: Floats
    factor: Floats
    count: int

    @classmethod
    def of(cls, model: TransformModel, layout: Layout, top: float) -> Self:
        """Choose the powers for a model with which ranges could be shortest, and lower ones.

        Parameters
        ----------
        model : TransformModel
        layout : Layout
            All of series; its ranges are the ones.
        top : float
            Greatest ``ln(K / F)``, at least 0.
        """
        low, high, count = layout.low[:, np.newaxis], layout.high[:, np.newaxis], layout.tenors.size
        given = model.kind, model.parameters, layout.tenors, layout.tolerance
        every = np.broadcast_to(POWERS_LEFT, (count, POWERS_LEFT.size))
        reach = left_reach(*given, np.full(count, top), every)
        left = POWERS_LEFT[np.argmin(reach, axis=1)][:, np.newaxis] * LOWER
        reach = right_reach(*given, np.broadcast_to(POWERS_RIGHT, (count, POWERS_RIGHT.size)))
        right = np.maximum(POWERS_RIGHT[np.argmin(reach, axis=1)][:, np.newaxis] * LOWER, 1.0)
        weight = np.minimum(left, 1.0)
        factor = np.hstack([(1.0 - weight) * top + (left + weight) * low, -right * np.maximum(2.0 * high - top, high)])
        power = np.hstack([-left, right])
        tenor = np.repeat(layout.tenors, power.shape[1])
        return cls(frozen(power.ravel()), frozen(tenor), frozen(factor.ravel()), count)

    def beyond(self, model: TransformModel) -> Floats:
        """Return the logarithm of a bound on what is left out of a put under a model, on the worse side, (m,)."""
        bounds = log_moments(model.kind, model.parameters, self.power, self.tenor) + self.factor
        return np.asarray(bounds.reshape(self.count, 2, -1).min(axis=2).max(axis=1))
