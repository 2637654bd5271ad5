"""What a hidden Markov model says about the state of each row: filtered, or smoothed over the train window."""

from dataclasses import dataclass

import numpy as np

from outsample.regimes.state_labels import FilteredLabels, InSampleLabels
from outsample.typing import Bools, Floats, freeze_columns

__all__ = ["FilteredStates", "SmoothedStates"]


@dataclass(frozen=True, slots=True, eq=False)
class FilteredStates:
    """The state of each row given that row and those before it, under fixed parameters.

    Parameters
    ----------
    probability : (n, k) array
        Rows sum to 1; a missing row has what is predicted for it.
    log_density : (n,) array
        Log of the predictive density of each row given those before it, nats in the unit of the data; NaN in
        missing rows, -inf where the squared distance from every state overflows. Sums to the log-likelihood.
    """

    probability: Floats
    log_density: Floats

    def __post_init__(self) -> None:
        freeze_columns(self)

    @property
    def labels(self) -> FilteredLabels:
        """The most probable state of each row, the calmer one where two are equal."""
        return FilteredLabels(np.argmax(self.probability, axis=1).astype(np.int8))

    def unseen(self, below: float) -> Bools:
        """Return which rows have a predictive log-density under `below`: nothing like them was expected.

        A missing row is not unseen. With `HiddenMarkovFit.unseen_below` it is the .5 % quantile of the train rows.
        """
        return np.asarray(self.log_density < below)


@dataclass(frozen=True, slots=True, eq=False)
class SmoothedStates:
    """The state of each row of the train window given the whole window: for looking back, never for the test window.

    Parameters
    ----------
    probability : (m, k) array
        Rows sum to 1.
    """

    probability: Floats

    def __post_init__(self) -> None:
        freeze_columns(self)

    @property
    def labels(self) -> InSampleLabels:
        """The most probable state of each row, the calmer one where two are equal."""
        return InSampleLabels(np.argmax(self.probability, axis=1).astype(np.int8))
