"""What a train window gives: a pooled estimate at once where there is one, and the fit that is judged."""

from dataclasses import dataclass, replace

import numpy as np

from outsample.calibration import CalibrationLoss
from outsample.datasets import OptionQuotes
from outsample.number_text import significant
from outsample.typing import Bools, Floats
from outsample_desktop.resolve.calibrated import Family
from outsample_desktop.resolve.daily_fits import DailyFits

__all__ = ["Estimate", "ExactFit", "ParameterSet", "message_of"]


@dataclass(frozen=True, slots=True, eq=False)
class ParameterSet:
    """One set of parameters, however it was found.

    Parameters
    ----------
    family : Family
    values : (p,) array
    errors : (p,) array
        Standard errors; NaN where there is none.
    at_bound : (p,) bool array
    """

    family: Family
    values: Floats
    errors: Floats
    at_bound: Bools

    @property
    def feller_ratio(self) -> float:
        """``2 kappa theta / sigma^2``; NaN for a model without a variance of its own."""
        return float(self.family.feller_ratios(self.values[np.newaxis])[0])

    def vols(self, strike: Floats, data: OptionQuotes, slice_index: int) -> Floats:
        """Return the (n,) vols of a slice, in vol points, at strikes as multiples of the forward."""
        return self.family.vols(self.values, strike, data, slice_index)

    def notes(self) -> tuple[str, ...]:
        """Return what is to be said of each parameter, in its row; empty where there is nothing."""
        noise = self.family.noise if self.feller_ratio < 1.0 else None
        broken = ["Feller violated" if place == noise else "" for place in range(self.values.size)]
        return tuple(", ".join(filter(None, pair)) for pair in zip(self._held(), broken, strict=True))

    def warnings(self) -> tuple[str, ...]:
        """Return the same in one list, for a line of text."""
        held = [f"{name} {words}" for name, words in zip(self.family.parameters, self._held(), strict=True) if words]
        broken = [f"Feller violated ({significant(self.feller_ratio, 2)} < 1)"] if self.feller_ratio < 1.0 else []
        return (*held, *broken)

    def _held(self) -> list[str]:
        low, high = self.family.bounds
        is_upper = np.abs(self.values - high) < np.abs(self.values - low)
        words = ("at lower bound", "at upper bound")
        return [
            words[upper] if held else "" for upper, held in zip(is_upper.tolist(), self.at_bound.tolist(), strict=True)
        ]


@dataclass(frozen=True, slots=True, eq=False)
class ExactFit:
    """The fit that the table of models and the verdict are made of.

    Parameters
    ----------
    found : ParameterSet, optional
        None where there is none to show.
    sentence : str
        Why there is none, or how well it does.
    brief : str
        Why there is none, in as few words as a cell of a table has room for.
    is_awaited : bool
        There will be one as soon as the boundary is let go; what is found until then comes close.
    """

    found: ParameterSet | None
    sentence: str
    brief: str = ""
    is_awaited: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """Fits of every time under one loss, and what a train window makes of them.

    Parameters
    ----------
    daily : DailyFits
    loss : CalibrationLoss
    is_pooled : bool
        Whether fits of times are pooled to an estimate of the window before the exact one is there.
    pooled : ParameterSet, optional
        That estimate; None where there is none, and `sentence` says why the window does not determine one.
    exact : ExactFit
    correlation : (p, p) array or None
        Of the pooled estimates where there are such, else of the exact ones.
    sentence : str
        Why there is nothing to be had of the window; empty otherwise.
    """

    daily: DailyFits
    loss: CalibrationLoss
    is_pooled: bool
    pooled: ParameterSet | None
    exact: ExactFit
    correlation: Floats | None
    sentence: str = ""

    @property
    def family(self) -> Family:
        """Whose parameters they are."""
        return self.daily.family

    @property
    def best(self) -> ParameterSet | None:
        """The exact fit, else the pooled estimate."""
        return self.exact.found or self.pooled

    def predicting(self, time: int) -> ParameterSet | None:
        """Return the exact fit as it predicts the time of an index: with the state that is carried to it, if any."""
        exact, carried = self.exact.found, self.daily.carried
        return exact if exact is None or carried is None else replace(exact, values=carried[time])


def message_of(estimate: Estimate) -> tuple[str, str]:
    """Return whether what is shown is exact, and in one line how good it is and what to beware of."""
    best = estimate.best
    if best is None:
        state = "preview" if estimate.exact.is_awaited else "no estimate"
        return state, estimate.sentence or estimate.exact.sentence
    state = "preview" if estimate.exact.found is None or estimate.exact.is_awaited else "exact"
    return state, "; ".join([estimate.exact.sentence, *best.warnings()])
