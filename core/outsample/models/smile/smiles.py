"""Flat vol and the two practitioner smiles of Dumas, Fleming and Whaley.

References
----------
Dumas, Fleming, Whaley (1998), Implied Volatility Functions: Empirical Tests, JF 53, doi:10.1111/0022-1082.00083.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from outsample.calibration.judged_scores import judged_scores, quotes_of
from outsample.datasets import OptionQuotes
from outsample.datasets.window_losses import AskedLosses
from outsample.formulas.interpolation import quadratic_by_slice
from outsample.model import HalfLossTerms, Parameter, Prediction, RefitSchedule
from outsample.models.smile.normal_equations import NormalEquations, Regressors, Weighting, columns_of, equations_of
from outsample.models.smile.vintages import losses_by_window
from outsample.prepared import prepared
from outsample.scores import Functional
from outsample.typing import Floats, frozen
from outsample.windows import Window

__all__ = ["VOL_FLOOR", "AbsoluteSmile", "FlatVol", "RelativeSmile"]

VOL_FLOOR: Final = 0.01  # fraction a year


@dataclass(frozen=True, slots=True)
class FlatVol:
    """One vol for every strike and tenor: Black-Scholes as its inventors meant it.

    Parameters
    ----------
    weighting : Weighting
        Weight of a quote in the fit.
    """

    weighting: Weighting = Weighting.ONE

    def fit(self, data: OptionQuotes, train: Window) -> "SmileFit":
        """Fit the mean implied vol of the train window."""
        return _fit(data, train, Regressors.FLAT, self.weighting, "flat vol")

    def predict_refitted(self, data: OptionQuotes, schedule: RefitSchedule) -> Prediction:
        """Predict with parameters refitted strictly before each time."""
        return Prediction(_refitted(data, Regressors.FLAT, self.weighting, schedule.key()), Functional.MEAN)

    def vintage_losses(self, data: OptionQuotes, asked: AskedLosses) -> Floats | None:
        """Return the losses of many train windows at once; None under other losses than squared vol error."""
        return losses_by_window(data, asked, (Regressors.FLAT, self.weighting), VOL_FLOOR)


@dataclass(frozen=True, slots=True)
class AbsoluteSmile:
    """Vol on 1, K/F̄, (K/F̄)², T, T·K/F̄ with F̄ the mean train forward: the smile sticks to strikes.

    Parameters
    ----------
    weighting : Weighting
        Weight of a quote in the fit.
    """

    weighting: Weighting = Weighting.ONE

    def fit(self, data: OptionQuotes, train: Window) -> "SmileFit":
        """Fit by least squares on the train window."""
        return _fit(data, train, Regressors.ABSOLUTE, self.weighting, "the absolute smile")

    def predict_refitted(self, data: OptionQuotes, schedule: RefitSchedule) -> Prediction:
        """Predict with parameters refitted strictly before each time."""
        return Prediction(_refitted(data, Regressors.ABSOLUTE, self.weighting, schedule.key()), Functional.MEAN)

    def vintage_losses(self, data: OptionQuotes, asked: AskedLosses) -> Floats | None:
        """Return the losses of many train windows at once; None under other losses than squared vol error."""
        return losses_by_window(data, asked, (Regressors.ABSOLUTE, self.weighting), VOL_FLOOR)


@dataclass(frozen=True, slots=True)
class RelativeSmile:
    """Vol on 1, m, m², √T, T, k with k = ln(K/F), m = k/√T: the smile moves with the forward.

    The regressor m√T of some presentations is k itself and would be the same column twice.

    Parameters
    ----------
    weighting : Weighting
        Weight of a quote in the fit.
    """

    weighting: Weighting = Weighting.ONE

    def fit(self, data: OptionQuotes, train: Window) -> "SmileFit":
        """Fit by least squares on the train window."""
        return _fit(data, train, Regressors.RELATIVE, self.weighting, "the relative smile")

    def predict_refitted(self, data: OptionQuotes, schedule: RefitSchedule) -> Prediction:
        """Predict with parameters refitted strictly before each time."""
        return Prediction(_refitted(data, Regressors.RELATIVE, self.weighting, schedule.key()), Functional.MEAN)

    def vintage_losses(self, data: OptionQuotes, asked: AskedLosses) -> Floats | None:
        """Return the losses of many train windows at once; None under other losses than squared vol error."""
        return losses_by_window(data, asked, (Regressors.RELATIVE, self.weighting), VOL_FLOOR)


@dataclass(frozen=True, slots=True)
class SmileFit:
    """Coefficients of a smile and the mean train forward its strikes are scaled by.

    Parameters
    ----------
    regressors : Regressors
    coefficients : tuple of float
        Vol as a fraction a year per unit of each regressor.
    mean_forward : float
        USD.
    equations : NormalEquations
        What was solved.
    rows : slice
        Times of the train window.
    weighting : Weighting
        Of the fit.
    """

    regressors: Regressors
    coefficients: tuple[float, ...]
    mean_forward: float
    equations: NormalEquations = field(compare=False, repr=False)
    rows: slice = field(compare=False)
    weighting: Weighting = field(default=Weighting.ONE, compare=False)

    @property
    def standard_errors(self) -> tuple[float, ...]:
        """Clustered by time, in the unit of the coefficients."""
        found = self.equations.standard_errors(self.rows, np.asarray(self.coefficients), self.mean_forward)
        return tuple(found.tolist())

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The coefficients, with standard errors clustered by time."""
        names = zip(self.regressors.value, self.coefficients, self.standard_errors, strict=True)
        found = tuple(Parameter(f"vol on {name}", value, "a year", error) for name, value, error in names)
        if self.regressors is Regressors.ABSOLUTE:
            return (*found, Parameter("mean train forward F̄", self.mean_forward, "USD"))
        return found

    def predict(self, data: OptionQuotes) -> Prediction:
        """Predict the vol of every observation."""
        coefficients = np.asarray(self.coefficients)[None, :]
        vols = _vols(data, self.regressors, coefficients, np.array([self.mean_forward]))
        return Prediction(vols, Functional.MEAN, is_whole=bool(np.isfinite(coefficients).all()))

    def half_loss_terms(self, data: OptionQuotes, train: Window, share: Floats) -> HalfLossTerms:
        """Return how the sum of squares, and the loss that judges, hang on each train time; exact, being linear."""
        equations, rows = equations_of(data, self.regressors, self.weighting), train.rows(data.times)
        scale = equations.scale(self.mean_forward)
        coefficients = np.asarray(self.coefficients) * scale
        part = quotes_of(data.observed, rows)
        columns = np.stack([one[part] for one in columns_of(data, self.regressors, equations.forward_unit)])
        vols = coefficients @ columns
        gradient = np.where(vols > VOL_FLOOR, columns, 0.0)
        judged = judged_scores(data.observed, rows, np.maximum(vols, VOL_FLOOR), gradient, share)
        return HalfLossTerms(*equations.scores(rows, coefficients), judged, np.zeros(scale.size, np.bool_))


def _fit(data: OptionQuotes, train: Window, regressors: Regressors, weighting: Weighting, name: str) -> SmileFit:
    equations = equations_of(data, regressors, weighting)
    coefficients, forward = equations.solve(train, name)
    return SmileFit(regressors, tuple(coefficients.tolist()), forward, equations, train.rows(data.times), weighting)


@prepared
def _refitted(data: OptionQuotes, regressors: Regressors, weighting: Weighting, key: tuple[int, int, int]) -> Floats:
    start, length, first = key
    schedule = RefitSchedule(start, length or None, first)
    coefficients, forward = equations_of(data, regressors, weighting).solve_before_each(schedule)
    return _vols(data, regressors, coefficients, forward, first)


def _vols(data: OptionQuotes, regressors: Regressors, coefficients: Floats, forward: Floats, first: int = 0) -> Floats:
    """Return (k,) vols from (1, p) or (m, p) coefficients, NaN before the first time that is asked for.

    Within a slice every smile is a quadratic.
    """
    seen = data.observed
    asked = slice(int(np.searchsorted(seen.slice_time, first)), None)
    of_slice = seen.slice_time[asked]
    if len(coefficients) == 1:
        of_slice = np.zeros_like(of_slice)
    start = seen.slice_start[asked]
    variable = seen.strike if regressors is Regressors.ABSOLUTE else seen.log_moneyness
    out = np.empty(seen.size)
    out[: start[0]] = np.nan
    quadratic = _as_quadratic(regressors, coefficients, forward)
    quadratic_by_slice(variable, start, of_slice, seen.slice_tenor[asked], quadratic, VOL_FLOOR, out)
    return frozen(out)


def _as_quadratic(regressors: Regressors, coefficients: Floats, forward: Floats) -> Floats:
    """Return (r, 8) coefficients in the order of `quadratic_by_slice`: 1, √T, T; u, u·T, u/√T; u², u²/T."""
    found, b = np.zeros((len(coefficients), 8)), coefficients.T
    if regressors is Regressors.FLAT:
        found[:, 0] = b[0]
    elif regressors is Regressors.ABSOLUTE:
        found[:, 0], found[:, 2] = b[0], b[3]
        found[:, 3], found[:, 4], found[:, 6] = b[1] / forward, b[4] / forward, b[2] / forward**2
    else:
        found[:, 0], found[:, 1], found[:, 2] = b[0], b[3], b[4]
        found[:, 3], found[:, 5], found[:, 7] = b[5], b[1], b[2]
    return found
