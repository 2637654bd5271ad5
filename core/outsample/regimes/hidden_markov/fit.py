"""Maximum likelihood of a hidden Markov model on the train window, from several starts."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

import numpy as np

from outsample.errors import UsageError
from outsample.named_parameters import check_parameters
from outsample.regimes.feature_rows import complete_rows, feature_rows
from outsample.regimes.hidden_markov.climbing import climb
from outsample.regimes.hidden_markov.model import HiddenMarkov, smoothed_states
from outsample.regimes.hidden_markov.starts import StartingPoint, starting_points
from outsample.regimes.hidden_markov.states import FilteredStates, SmoothedStates
from outsample.typing import Bools, Bounds, Floats, Label, Unit, freeze_columns

__all__ = [
    "UNSEEN_SHARE",
    "HiddenMarkovFit",
    "HiddenMarkovSettings",
    "Tails",
    "fit_hidden_markov",
    "refit_hidden_markov",
]

MOST_FEATURES: Final = 4
VARIANCE_FLOOR: Final = 1e-4  # of the variance of all train rows: a volatility of a hundredth of the usual one
UNSEEN_SHARE: Final = 0.005  # of the train rows lie under the limit of what counts as unseen
_FIRST_STEPS: Final = 7  # of every start, before the best goes on alone
_FIRST_DOF: Final = 8.0  # where Student's degrees of freedom set out from


class Tails(StrEnum):
    """The distribution of a row in its state."""

    GAUSSIAN = "gaussian"
    STUDENT = "student"


@dataclass(frozen=True, slots=True)
class HiddenMarkovSettings:
    """What is fitted, and how long.

    Parameters
    ----------
    states : int
        How many regimes there are.
    starts : int
        From how many points the search sets out: four by simple rules, the rest random.
    tails : Tails
        Gaussian, or Student's t with degrees of freedom of each state.
    seed : int
        Of the random starts, at least 0.
    most_iterations : int
        Most likelihoods computed after the best start was chosen, at least 1.
    tolerance : float
        The search ends when no more than this is left to gain, nats for each complete row.

    Raises
    ------
    UsageError
        A value is no number or out of its bounds.
    """

    states: Annotated[int, Label("Hidden states", "{} states"), Unit("states"), Bounds(2, 4)] = 2
    starts: Annotated[int, Label("Starts of the search", "{} starts"), Unit("starts"), Bounds(1, 100)] = 5
    tails: Tails = Tails.GAUSSIAN
    seed: int = 1
    most_iterations: int = 1000
    tolerance: float = 1e-7

    def __post_init__(self) -> None:
        check_parameters(self)
        if self.seed < 0 or self.most_iterations < 1 or not 0.0 < self.tolerance < np.inf:
            raise UsageError(
                "a search needs a seed of at least 0, at least 1 iteration and a positive tolerance, found "
                f"{self.seed}, {self.most_iterations} and {self.tolerance}; use 1, 1000 and 1e-7"
            )


@dataclass(frozen=True, slots=True, eq=False)
class HiddenMarkovFit:
    """A model fitted to a train window, states ordered from calm to volatile.

    Parameters
    ----------
    model : HiddenMarkov
        States by rising product of the features' variances.
    log_likelihood : float
        Of the train rows, nats in the unit of the data.
    iterations : int
        Likelihoods computed on the way, first steps of all starts included.
    converged : bool
        Whether the search ended by its tolerance.
    rows : int
        Complete train rows.
    at_floor : (k,) bool array
        Whether a variance of the state is held by the floor, 1e-4 of that of all train rows: a state of repeated
        values rather than a regime.
    smoothed : SmoothedStates
        Of the train rows. It is here, and nowhere else, because the test window must not be smoothed.
    unseen_below : float
        Weibull's .5 % quantile of the train rows' predictive log-densities: the lowest below 199 rows. Later rows are
        below it more often where rows are few, since the model was fitted to these.
    """

    model: HiddenMarkov
    log_likelihood: float
    iterations: int
    converged: bool
    rows: int
    at_floor: Bools
    smoothed: SmoothedStates
    unseen_below: float

    def __post_init__(self) -> None:
        freeze_columns(self)

    @property
    def bayes_criterion(self) -> float:
        """``-2 log-likelihood + p ln(rows)``, p the free parameters; the smaller, the better the number of states."""
        states, features = self.model.states, self.model.features
        free = states - 1 + states * (states - 1) + 2 * states * features + int(np.isfinite(self.model.dof).sum())
        return -2.0 * self.log_likelihood + free * float(np.log(self.rows))

    def filtered(self, values: Floats) -> FilteredStates:
        """Return the filtered states of rows that begin with the train window; see `HiddenMarkov.filtered`."""
        return self.model.filtered(values)


def fit_hidden_markov(train: Floats, settings: HiddenMarkovSettings = HiddenMarkovSettings()) -> HiddenMarkovFit:
    """Return the parameters of greatest likelihood that the search found.

    Every start takes a few steps, the best goes on to its top (Biernacki, Celeux and Govaert 2003,
    doi:10.1016/S0167-9473(02)00163-9). Same data and settings give the same bits.

    Parameters
    ----------
    train : (m,) or (m, d) array
        The train window, d at most 4. A row with any NaN is missing: the chain takes a step, nothing is learnt.
    settings : HiddenMarkovSettings

    Returns
    -------
    HiddenMarkovFit
        Squared scales are at least 1e-4 of the train variance. Degrees of freedom are each state's own, between 2.1
        and 100, by conditional maximisation; 100 stands for anything above.

    Raises
    ------
    DataError
        Not 1 to 4 features, or an infinite value.
    FitError
        Fewer than 10 complete rows for each state, or a feature that does not vary.
    """
    rows, floor = _checked(train, settings)
    tolerance = settings.tolerance * _complete(rows)
    best: tuple[StartingPoint, Floats] | None = None
    highest, iterations = -np.inf, 0
    for point in starting_points(rows, settings.states, settings.starts, settings.seed, floor):
        dof = np.full(settings.states, _FIRST_DOF if settings.tails is Tails.STUDENT else np.inf)
        reached, steps, _ = _climb(rows, point, dof, floor, _FIRST_STEPS, tolerance)
        iterations += steps
        if best is None or reached > highest:
            best, highest = (point, dof), reached
    assert best is not None
    return _climbed(rows, *best, floor, settings, iterations)


def refit_hidden_markov(begin: HiddenMarkov, train: Floats, settings: HiddenMarkovSettings) -> HiddenMarkovFit:
    """Return where a search that sets out from a given model alone ends.

    Parameters
    ----------
    begin : HiddenMarkov
        With as many states, features and kinds of tails as `settings` and the data have.
    train : (m,) or (m, d) array
    settings : HiddenMarkovSettings

    Raises
    ------
    DataError, FitError
        As `fit_hidden_markov`.
    """
    rows, floor = _checked(train, settings)
    square = np.maximum(begin.square, floor)
    point = StartingPoint(begin.start.copy(), begin.transition.copy(), begin.mean.copy(), square)
    return _climbed(rows, point, begin.dof.copy(), floor, settings, 0)


def _checked(train: Floats, settings: HiddenMarkovSettings) -> tuple[Floats, Floats]:
    """Return the rows by feature and the least squared scale of each."""
    rows = feature_rows(train, most=MOST_FEATURES)
    return rows, VARIANCE_FLOOR * complete_rows(rows, settings.states, "a hidden Markov model").var(axis=1)


def _complete(rows: Floats) -> int:
    return int(np.count_nonzero(~np.isnan(rows[0])))


def _climbed(
    rows: Floats,
    point: StartingPoint,
    dof: Floats,
    floor: Floats,
    settings: HiddenMarkovSettings,
    iterations: int,
) -> HiddenMarkovFit:
    """Return the top above `point`, which is overwritten; `iterations` were spent on finding it."""
    known = _complete(rows)
    highest, steps, converged = _climb(rows, point, dof, floor, settings.most_iterations, settings.tolerance * known)
    model, at_floor = _ordered(point, dof, floor)
    smoothed, log_density = smoothed_states(model, rows)
    return HiddenMarkovFit(
        model=model,
        log_likelihood=highest,
        iterations=iterations + steps,
        converged=converged,
        rows=known,
        at_floor=at_floor,
        smoothed=smoothed,
        unseen_below=float(np.nanquantile(log_density, UNSEEN_SHARE, method="weibull")),
    )


def _climb(
    rows: Floats, point: StartingPoint, dof: Floats, floor: Floats, most: int, tolerance: float
) -> tuple[float, int, bool]:
    return climb(rows, point.start, point.transition, point.mean, point.square, dof, floor, most, tolerance)


def _ordered(point: StartingPoint, dof: Floats, floor: Floats) -> tuple[HiddenMarkov, Bools]:
    """Return the model with its states sorted by volatility, and which of them are held by the floor."""
    is_student = np.isfinite(dof)
    ratio = np.where(is_student, dof / (np.where(is_student, dof, 3.0) - 2.0), 1.0)
    variance = point.square * ratio[:, np.newaxis]
    order = np.argsort(np.log(variance).sum(axis=1), kind="stable")
    start = point.start / point.start.sum()
    transition = point.transition / point.transition.sum(axis=1, keepdims=True)
    model = HiddenMarkov(start[order], transition[np.ix_(order, order)], point.mean[order], variance[order], dof[order])
    return model, np.any(point.square <= floor * (1.0 + 1e-6), axis=1)[order]
