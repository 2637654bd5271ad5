"""States while a boundary is held: a few steps from a fit on a shorter history, instead of a search of its own.

The shorter history ends at one of a few places that depend on nothing but how many days are known, so that the same
boundary gives the same bits, whichever way it was reached.

Decisions
---------
- Places a ninth apart and eight steps: on the S&P 500 two and three states then differ from the exact ones on 0.2 to 2 %
  of the days, with places a quarter apart on two to four times as many, without steps on 3 to 6 %.
- Four states on two years of days differ on a third of them: there exact fits of neighbouring days do too.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from outsample.errors import FitError
from outsample.prepared import prepared
from outsample.regimes.daily_volatility import DailyVolatility
from outsample.regimes.feature_rows import feature_rows
from outsample.regimes.hidden_markov import HiddenMarkov, HiddenMarkovFit, HiddenMarkovSettings, fit_hidden_markov
from outsample.regimes.hidden_markov.climbing import climb
from outsample.regimes.hidden_markov.fit import UNSEEN_SHARE, VARIANCE_FLOOR
from outsample.regimes.hidden_markov.model import smoothed_states
from outsample.regimes.jump_model import JumpModelFit, JumpModelSettings, fit_jump_model
from outsample.regimes.jump_model.kernels import descend
from outsample.regimes.state_labels import InSampleLabels
from outsample.typing import Floats

__all__ = ["FEWEST_PREVIEWED", "anchor_of", "hidden_markov_preview", "jump_model_preview"]

FEWEST_PREVIEWED: Final = 300  # known days; below that the exact fit takes no longer than a frame has
_STEPS: Final = 8  # likelihoods, and sequences of a jump model
_ANCHOR_STEPS: Final = 60  # of the fit to set out from, which need not have settled
_ANCHOR_STARTS: Final = 10  # of a jump model, instead of 30


def anchor_of(known: int) -> int:
    """Return how many days the fit has that a preview of `known` days sets out from: 240, 270, 303, 341, ..."""
    anchor = 240
    while anchor + anchor // 8 <= known:
        anchor += anchor // 8
    return anchor


def hidden_markov_preview(
    daily: DailyVolatility, returns: Floats, known: int, settings: HiddenMarkovSettings
) -> HiddenMarkovFit | None:
    """Return a fit near the one of `fit_hidden_markov(returns[:known], settings)`; None where there is no anchor.

    Parameters
    ----------
    daily : DailyVolatility
        With which the fit to set out from is kept.
    returns : (n,) array
        Of all its days, in any unit, but the same one in every call.
    known : int
        At least `FEWEST_PREVIEWED`.
    settings : HiddenMarkovSettings
    """
    anchor = _hidden_markov_anchor(daily, _Column(returns), anchor_of(known), settings)
    if anchor is None:
        return None
    rows = feature_rows(returns[:known])
    floor = VARIANCE_FLOOR * rows.var(axis=1)
    begin = anchor.model
    is_student = np.isfinite(begin.dof)
    start, transition, mean, dof = (x.copy() for x in (begin.start, begin.transition, begin.mean, begin.dof))
    square = np.maximum(begin.variance / _heaviness(dof, is_student), floor)
    reached, steps, converged = climb(
        rows, start, transition, mean, square, dof, floor, _STEPS, settings.tolerance * known
    )
    variance = square * _heaviness(dof, is_student)
    order = np.argsort(variance[:, 0], kind="stable")
    transition = (transition / transition.sum(axis=1, keepdims=True))[np.ix_(order, order)]
    model = HiddenMarkov((start / start.sum())[order], transition, mean[order], variance[order], dof[order])
    return HiddenMarkovFit(
        model=model,
        log_likelihood=reached,
        iterations=steps,
        converged=converged,
        rows=known,
        at_floor=np.any(square <= floor * (1.0 + 1e-6), axis=1)[order],
        smoothed=smoothed_states(model, rows),
        unseen_below=float(np.nanquantile(model.filtered(rows.T).log_density, UNSEEN_SHARE)),
    )
