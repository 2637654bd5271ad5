"""A hidden Markov model with given parameters, and the filter that runs on it."""

from dataclasses import dataclass

import numpy as np

from outsample.errors import UsageError
from outsample.regimes.feature_rows import feature_rows
from outsample.regimes.hidden_markov.emission import fill_likelihood, fill_log_density
from outsample.regimes.hidden_markov.recursions import filter_states, smooth_states
from outsample.regimes.hidden_markov.states import FilteredStates, SmoothedStates
from outsample.typing import Floats, freeze_columns

__all__ = ["HiddenMarkov", "smoothed_states"]


@dataclass(frozen=True, slots=True, eq=False)
class HiddenMarkov:
    """A state that follows a Markov chain, and rows that are independent given it.

    Given the state, a row is Gaussian or Student's t with independent Gaussian numerators (one common denominator),
    so that features are uncorrelated.

    Parameters
    ----------
    start : (k,) array
        Probabilities of the state of the first row.
    transition : (k, k) array
        Probability of the next state (column) given this one (row).
    mean : (k, d) array
        Of each feature in each state, unit of the feature.
    variance : (k, d) array
        Positive, unit squared. With Student's t this is the variance too, not the squared scale.
    dof : (k,) array
        Degrees of freedom, more than 2; infinite for a Gaussian.

    Raises
    ------
    UsageError
        Shapes differ, or a number is out of its domain.
    """

    start: Floats
    transition: Floats
    mean: Floats
    variance: Floats
    dof: Floats

    def __post_init__(self) -> None:
        states = self.start.size
        features = self.mean.shape[1] if self.mean.ndim == 2 else 0
        wanted = [(states,), (states, states), (states, features), (states, features), (states,)]
        found = [one.shape for one in (self.start, self.transition, self.mean, self.variance, self.dof)]
        if found != wanted or states < 1 or features < 1:
            raise UsageError(
                "a hidden Markov model needs start (k,), transition (k, k), mean and variance (k, d) and dof (k,), "
                f"found shapes {found}; give one row a state"
            )
        sums = np.append(self.transition.sum(axis=1), self.start.sum())
        if not ((self.transition >= 0.0).all() and (self.start >= 0.0).all() and (np.abs(sums - 1.0) < 1e-9).all()):
            raise UsageError(
                f"probabilities of a hidden Markov model need rows that sum to 1, found {sums}; scale them"
            )
        is_sound = np.isfinite(self.mean).all() and np.isfinite(self.variance).all() and (self.variance > 0.0).all()
        if not (is_sound and (self.dof > 2.0).all()):
            raise UsageError(
                "a hidden Markov model needs finite means, positive variances and more than 2 degrees of freedom, "
                f"found {self.mean.tolist()}, {self.variance.tolist()} and {self.dof.tolist()}; change them"
            )
        freeze_columns(self)

    @property
    def states(self) -> int:
        """How many states there are."""
        return self.start.size

    @property
    def features(self) -> int:
        """How many features a row has."""
        return int(self.mean.shape[1])

    @property
    def expected_duration(self) -> Floats:
        """How many rows a visit to each state lasts on average, (k,): ``1 / (1 - transition[i, i])``."""
        with np.errstate(divide="ignore"):
            return np.asarray(1.0 / (1.0 - np.diag(self.transition)))

    @property
    def stationary(self) -> Floats:
        """Share of rows each state has in the long run, (k,); NaN where that depends on the first state."""
        balance = np.eye(self.states) - self.transition.T + 1.0
        try:
            return np.asarray(np.linalg.solve(balance, np.ones(self.states)))
        except np.linalg.LinAlgError:
            return np.full(self.states, np.nan)

    @property
    def square(self) -> Floats:
        """Squared scales, (k, d): the variance of Student's t is dof / (dof - 2) of them."""
        with np.errstate(invalid="ignore"):
            share = np.where(np.isinf(self.dof), 1.0, (self.dof - 2.0) / self.dof)
        return np.asarray(self.variance * share[:, np.newaxis])

    def filtered(self, values: Floats) -> FilteredStates:
        """Return what each row and those before it say about its state.

        Parameters
        ----------
        values : (n,) or (n, d) array
            The rows from the first one of the train window on: `start` belongs to row 0. A row with any NaN is
            missing: the chain takes a step, nothing is learnt.

        Raises
        ------
        DataError
            Another number of features, or an infinite value.

        Examples
        --------
        >>> model = HiddenMarkov(
        ...     start=np.array([0.5, 0.5]),
        ...     transition=np.array([[0.9, 0.1], [0.1, 0.9]]),
        ...     mean=np.zeros((2, 1)),
        ...     variance=np.array([[1.0], [100.0]]),
        ...     dof=np.full(2, np.inf),
        ... )
        >>> model.filtered(np.array([0.1, -0.3, 20.0])).labels.state.tolist()
        [0, 0, 1]
        """
        _, filtered, log_density = self._run(feature_rows(values, features=self.features))
        return FilteredStates(filtered.T.copy(), log_density)

    def _run(self, rows: Floats) -> tuple[Floats, Floats, Floats]:
        """Return predicted and filtered probabilities, (k, n), and predictive log-densities."""
        shape = self.states, rows.shape[1]
        density, weight, likelihood = np.empty(shape), np.empty(shape), np.empty(shape)
        predicted, filtered = np.empty(shape), np.empty(shape)
        top, scale = np.empty(rows.shape[1]), np.empty(rows.shape[1])
        fill_log_density(rows, self.mean, self.square, self.dof, density, weight)
        fill_likelihood(density, likelihood, top)
        filter_states(density, likelihood, top, self.start, self.transition, predicted, filtered, scale)
        return predicted, filtered, top + np.log(scale)


def smoothed_states(model: HiddenMarkov, rows: Floats) -> tuple[SmoothedStates, Floats]:
    """Return what all of `rows` together say about the state of each, and their predictive log-densities.

    Parameters
    ----------
    model : HiddenMarkov
    rows : (d, n) array
        Of the train window, from `feature_rows`. `fit_hidden_markov` calls this; nothing else should.
    """
    predicted, filtered, log_density = model._run(rows)
    smoothed, pairs = np.empty(filtered.shape), np.empty((model.states, model.states))
    smooth_states(predicted, filtered, model.transition, smoothed, pairs)
    return SmoothedStates(smoothed.T.copy()), log_density
