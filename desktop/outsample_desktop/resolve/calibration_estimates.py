"""What a train window gives: the pooled estimate at once, and the exact fit where the table of models has it."""

from dataclasses import dataclass
from typing import Final, Self, cast

import numpy as np

from outsample.calibration import CalibrationLoss, bounds_of, parameter_names
from outsample.calibration.tape import CalibrationTape, Pooled
from outsample.errors import FitError
from outsample.formulas.fourier import TransformModel
from outsample.models.transform import TransformFit
from outsample.report.analysis import Analysis
from outsample.typing import Bools, Floats
from outsample_desktop.resolve.calibrated import LOSSES, Calibrated
from outsample_desktop.resolve.numbers import significant, vol_text

__all__ = ["Estimate", "ExactFit", "ParameterSet", "message_of", "name_of"]

_AWAITED: Final = "pooled estimate, exact on release"
_NOISE: Final = "vol of vol"  # the parameter beside which a broken Feller condition is noted


@dataclass(frozen=True, slots=True, eq=False)
class ParameterSet:
    """One set of parameters, however it was found.

    Parameters
    ----------
    model : TransformModel
    errors : (p,) array
        Standard errors; NaN where there is none.
    at_bound : (p,) bool array
    """

    model: TransformModel
    errors: Floats
    at_bound: Bools

    @property
    def values(self) -> Floats:
        """(p,) parameters."""
        return self.model.parameters

    @property
    def feller_ratio(self) -> float:
        """``2 kappa theta / sigma^2``; NaN for a model without a variance of its own."""
        return float(getattr(self.model, "feller_ratio", np.nan))

    def notes(self) -> tuple[str, ...]:
        """Return what is to be said of each parameter, in its row; empty where there is nothing."""
        broken = ["Feller violated" if name == _NOISE and self.feller_ratio < 1.0 else "" for name in self._names()]
        return tuple(", ".join(filter(None, pair)) for pair in zip(self._held(), broken, strict=True))

    def warnings(self) -> tuple[str, ...]:
        """Return the same in one list, for a line of text."""
        held = [f"{name} {words}" for name, words in zip(self._names(), self._held(), strict=True) if words]
        broken = [f"Feller violated ({significant(self.feller_ratio, 2)} < 1)"] if self.feller_ratio < 1.0 else []
        return (*held, *broken)

    def _names(self) -> list[str]:
        return [name_of(name) for name in parameter_names(type(self.model))]

    def _held(self) -> list[str]:
        low, high = bounds_of(type(self.model))
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
        There will be one as soon as the boundary is let go.
    """

    found: ParameterSet | None
    sentence: str
    brief: str = ""
    is_awaited: bool = False

    @classmethod
    def of(cls, analysis: Analysis, model: Calibrated, tape: CalibrationTape) -> Self:
        """Look for it among the results of an analysis: it must have been made under the settings of the tape."""
        if tape.settings != model.settings:
            theirs, ours = (LOSSES[one.loss].brief for one in (model.settings, tape.settings))
            sentence = f"no exact fit under {ours}: {model.title} is judged by its fit to {theirs}"
            return cls(None, sentence, "none under this loss")
        judged = analysis.find(model.name)
        if judged is None:
            failed = next((one.sentence() for one in analysis.failures if one.model == model.name), "")
            cure = f"switch {model.title} on for the exact fit"
            return cls(None, failed, "cannot be judged") if failed else cls(None, cure, cure)
        fitted = cast(TransformFit, judged.study.fitted)
        if fitted.is_preview:
            return cls(None, _AWAITED, is_awaited=True)
        head = judged.headline
        inside, outside = (vol_text(one, head.unit) for one in (head.in_sample, head.out_of_sample))
        found = ParameterSet(fitted.model, np.array(fitted.standard_errors), np.array(fitted.at_bound))
        return cls(found, f"in sample {inside}, out {outside} {head.unit}")


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """Calibrations under one loss, and what a train window makes of them.

    Parameters
    ----------
    tape : CalibrationTape
    loss : CalibrationLoss
    pooled : Pooled, optional
        None where the window does not determine one; `sentence` then says why.
    sentence : str
    exact : ExactFit
    """

    tape: CalibrationTape
    loss: CalibrationLoss
    pooled: Pooled | None
    sentence: str
    exact: ExactFit

    @classmethod
    def of(cls, analysis: Analysis, model: Calibrated, tape: CalibrationTape) -> Self:
        """Pool a tape over the train window of an analysis, and look for the exact fit in it."""
        exact = ExactFit.of(analysis, model, tape)
        try:
            return cls(tape, tape.settings.loss, tape.pooled(analysis.split.train), "", exact)
        except FitError as error:
            return cls(tape, tape.settings.loss, None, str(error), exact)

    @property
    def quick(self) -> ParameterSet | None:
        """The pooled estimate."""
        one = self.pooled
        return None if one is None else ParameterSet(one.model, one.standard_errors, one.at_bound)

    @property
    def best(self) -> ParameterSet | None:
        """The exact fit, else the pooled estimate."""
        return self.exact.found or self.quick


def message_of(estimate: Estimate) -> tuple[str, str]:
    """Return whether what is shown is exact, and in one line how good it is and what to beware of."""
    best = estimate.best
    if best is None:
        return "no estimate", estimate.sentence
    state = "preview" if estimate.exact.found is None else "exact"
    return state, "; ".join([estimate.exact.sentence, *best.warnings()])


def name_of(parameter: str) -> str:
    """Return the name of a parameter in words."""
    return parameter.replace("_", " ")
