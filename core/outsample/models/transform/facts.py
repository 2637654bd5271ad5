"""What else is known of a fit to calibrations: whether its variance can reach 0, and how the calibrations went."""

import math

from outsample.formulas.fourier import TransformModel
from outsample.model import Parameter

__all__ = ["calibration_facts"]


def calibration_facts(model: TransformModel, used: int, at_bound: int, failed: int) -> tuple[Parameter, ...]:
    """Return the facts beside the parameters of a fit.

    Parameters
    ----------
    model : TransformModel
    used, at_bound, failed : int
        Times of the train window whose calibration counts; of these, with a parameter at its bound; and that have none.
    """
    total, ratio = used + failed, getattr(model, "feller_ratio", math.inf)
    reached = (Parameter("Feller ratio (below 1 the variance reaches 0)", ratio),) if math.isfinite(ratio) else ()
    return (
        *reached,
        Parameter("train calibrations with a parameter at its bound", 100.0 * at_bound / total, "%"),
        Parameter("train times without a calibration", 100.0 * failed / total, "%"),
    )
