"""The protocols: a model is fitted on a train window and predicts one functional per observation."""

from dataclasses import dataclass
from functools import cache
from typing import Protocol, TypeGuard, TypeVar, runtime_checkable

from outsample.errors import FitError
from outsample.scores import ErrorUnit, Functional, ScaleDomain
from outsample.typing import Bools, Floats, Integers
from outsample.windows import Window

__all__ = [
    "Dataset",
    "Fitted",
    "HalfLossTerms",
    "Model",
    "Parameter",
    "Prediction",
    "Previews",
    "RefitSchedule",
    "Refits",
    "StatesScores",
    "can_preview",
    "can_refit",
    "states_scores",
    "train_rows",
]

D_in = TypeVar("D_in", contravariant=True)


class Dataset(Protocol):
    """Frozen data sorted by time, with one or more observations at each time."""

    @property
    def times(self) -> Integers:
        """(m,) sorted distinct observation times, UTC nanoseconds."""

    @property
    def time_index(self) -> Integers:
        """(k,) index into `times` of each observation, ascending."""

    @property
    def cell(self) -> Integers:
        """(k,) cell of each observation."""

    @property
    def n_cells(self) -> int:
        """Number of cells."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the content, hex."""

    def realised(self, domain: ScaleDomain) -> Floats:
        """Return the (k,) observed values in `domain`."""

    def express(self, prediction: Floats, domain: ScaleDomain, observations: Integers | slice = ...) -> Floats:
        """Return predictions converted to `domain`."""

    def scale(self, unit: ErrorUnit) -> Floats:
        """Return the (k,) factor from an error in the unit's domain to `unit`."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One estimate.

    Parameters
    ----------
    name : str
    value : float
    unit : str
    standard_error : float
        NaN where the model does not state one.
    at_bound : bool
        The estimate lies on the edge of its admissible range.
    """

    name: str
    value: float
    unit: str = ""
    standard_error: float = float("nan")
    at_bound: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """One predicted functional per observation; NaN means none, which is weight 0 and counted.

    Parameters
    ----------
    values : (k,) array
        Option models: implied vol, fraction a year. VaR: log return. Variance: squared log return per bar.
    functional : Functional
    level : float, optional
        Level of a quantile.
    is_whole : bool
        The model knows that it predicts every observation, so that nobody has to look for gaps.
    """

    values: Floats
    functional: Functional
    level: float | None = None
    is_whole: bool = False


class Fitted(Protocol[D_in]):
    """A model with its parameters; immutable."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The estimates."""

    def predict(self, data: D_in) -> Prediction:
        """Predict every observation of `data`, using nothing of the price at its time or after it."""


class Model(Protocol[D_in]):
    """A frozen dataclass of hyper-parameters."""

    def fit(self, data: D_in, train: Window) -> Fitted[D_in]:
        """Fit on the rows of `train` alone.

        Raises
        ------
        FitError
            The window does not hold what the model needs.
        """


@dataclass(frozen=True, slots=True)
class RefitSchedule:
    """Which window a refit before each time uses.

    Parameters
    ----------
    start : int
        UTC nanoseconds; the window is ``[start, t)``.
    length : int, optional
        Number of times; where given, the window holds that many times before t and `start` is unused. A count, not
        a duration: a rolling drag keeps the number of times, so that its refits stay the same.
    first : int
        Index of the first time that is asked for; what is predicted for earlier ones does not matter.
    """

    start: int
    length: int | None = None
    first: int = 0

    def windows(self) -> tuple[int, int]:
        """Return what schedules of the same windows share, whichever of their times are asked for."""
        return (0, self.length) if self.length is not None else (self.start, 0)

    def key(self) -> tuple[int, int, int]:
        """Return what two equal schedules share, for caches."""
        return (*self.windows(), self.first)


def train_rows(data: Dataset, train: Window, needed: int, model: str) -> slice:
    """Return the times of `train`, which a model needs so many of.

    Raises
    ------
    FitError
        They are fewer than `needed`.
    """
    rows = train.rows(data.times)
    count = rows.stop - rows.start
    if count < needed:
        raise FitError(f"{model} needs {needed} observations in the train window, found {count}; widen the window")
    return rows


@runtime_checkable
class Refits(Protocol[D_in]):
    """A model that can also say what it would predict if it were refitted before every time."""

    def predict_refitted(self, data: D_in, schedule: RefitSchedule) -> Prediction:
        """Predict what is asked for with parameters refitted strictly before its time; NaN where that fails."""


@runtime_checkable
class Previews(Protocol[D_in]):
    """A model that takes longer than a frame, and has a quicker way that comes close."""

    def preview(self, data: D_in, train: Window) -> Fitted[D_in]:
        """Do what `fit` does within a frame, approximately, and predict so as well; raises as `fit` does."""


@dataclass(frozen=True, slots=True, eq=False)
class HalfLossTerms:
    """How a fit of p parameters and the loss that judges it hang on each of the m train times.

    Any unit and any scale of the first two do: their quotient is a move of the parameters.

    Parameters
    ----------
    hessian : (p, p) array
        Mean over the train times of the Hessian of half of what the fit made small, at the estimate; for fits that are
        not linear that of Gauss and Newton.
    fitted : (m, p) array
        Gradient of half of what the fit made small, of each train time, in time order; 0 at those that it left out.
    judged : (m, p) array
        Gradient of half the loss of each train time.
    at_bound : (p,) bool array
        Parameters at the edge of their range.
    """

    hessian: Floats
    fitted: Floats
    judged: Floats
    at_bound: Bools


@runtime_checkable
class StatesScores(Protocol[D_in]):
    """A fitted model that predicts vols and knows how its squared vol errors move with its parameters."""

    def half_loss_terms(self, data: D_in, train: Window, share: Floats) -> HalfLossTerms | None:
        """Return how the fit, and the loss that judges it, hang on each train time; None where that is not known.

        Parameters
        ----------
        data : Dataset
        train : Window
            Those of the fit.
        share : (k,) array
            How much the squared error of the vol of one observation, a fraction a year, adds to the loss of its time;
            0 for those that do not count.
        """


def states_scores(fitted: Fitted[D_in]) -> TypeGuard[StatesScores[D_in]]:
    """Return whether a fitted model is one that knows its scores."""
    return _follows(type(fitted), StatesScores)


def can_refit(model: Model[D_in]) -> TypeGuard[Refits[D_in]]:
    """Return whether a model is one that refits; quick, since a drag asks for every model at every move."""
    return _follows(type(model), Refits)


def can_preview(model: Model[D_in]) -> TypeGuard[Previews[D_in]]:
    """Return whether a model is one that previews; as quick."""
    return _follows(type(model), Previews)


@cache
def _follows(kind: type, protocol: type) -> bool:
    return issubclass(kind, protocol)
