"""Hidden Markov models: fitted on the train window, filtered from there on, smoothed nowhere else."""

from outsample.regimes.hidden_markov.fit import (
    UNSEEN_SHARE,
    HiddenMarkovFit,
    HiddenMarkovSettings,
    Tails,
    fit_hidden_markov,
    refit_hidden_markov,
)
from outsample.regimes.hidden_markov.model import HiddenMarkov
from outsample.regimes.hidden_markov.states import FilteredStates, SmoothedStates

__all__ = [
    "UNSEEN_SHARE",
    "FilteredStates",
    "HiddenMarkov",
    "HiddenMarkovFit",
    "HiddenMarkovSettings",
    "SmoothedStates",
    "Tails",
    "fit_hidden_markov",
    "refit_hidden_markov",
]
