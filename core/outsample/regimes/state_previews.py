"""States while a boundary is held: a few steps from a fit on a shorter history, instead of a search of its own.

The shorter history ends at one of a few places that depend on nothing but how many days are known, so that the same
boundary gives the same bits, whichever way it was reached. What is exact follows when the boundary is let go.

Decisions
---------
- Places an eighth apart and eight steps. The median of 25 boundaries has another state than the exact fit on at most
  1.1 % of the days with two or three states, on two years of days and on twenty; on at most 1 % with four on twenty.
- On two years, three and four states may lie in another of several optima: in the mean 13 to 15 % of the days differ
  (Gaussian), 49 % with four Student states; exact fits of two neighbouring boundaries differ on 3 to 9 % there.
"""

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
from outsample.regimes.state_rows import returns_in_percent, volatility_features
from outsample.typing import Bools, Floats

__all__ = ["FEWEST_PREVIEWED", "anchor_of", "hidden_markov_preview", "jump_model_preview"]

FEWEST_PREVIEWED: Final = 300  # known days; below that an exact fit is as quick
_SHORTEST_ANCHOR: Final = 240
_STEPS: Final = 8  # likelihoods; also sequences of a jump model
_ANCHOR_STEPS: Final = 60  # likelihoods after the best start was chosen: it need not have settled
_ANCHOR_STARTS: Final = 10  # of a jump model


def anchor_of(known: int) -> int:
    """Return on how many days the fit rests that a preview of `known` days sets out from: 240, 270, 303, 340, ..."""
    anchor = _SHORTEST_ANCHOR
    while anchor + anchor // 8 <= known:
        anchor += anchor // 8
    return anchor


def hidden_markov_preview(daily: DailyVolatility, known: int, settings: HiddenMarkovSettings) -> HiddenMarkovFit | None:
    """Return a fit near that of `fit_hidden_markov` on the returns known, in percent; None where there is no anchor.

    Parameters
    ----------
    daily : DailyVolatility
    known : int
        Days, at least `FEWEST_PREVIEWED`.
    settings : HiddenMarkovSettings
    """
    anchor = _hidden_markov_anchor(daily, anchor_of(known), settings)
    if anchor is None:
        return None
    begin, rows = anchor.model, feature_rows(returns_in_percent(daily)[:known])
    floor = VARIANCE_FLOOR * rows.var(axis=1)
    is_student = np.isfinite(begin.dof)
    start, transition, mean, dof = (part.copy() for part in (begin.start, begin.transition, begin.mean, begin.dof))
    square = np.maximum(begin.variance / _heaviness(dof, is_student), floor)
    tolerance = settings.tolerance * known
    reached, steps, converged = climb(rows, start, transition, mean, square, dof, floor, _STEPS, tolerance)
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
        unseen_below=float(np.quantile(model.filtered(rows.T).log_density, UNSEEN_SHARE)),
    )


def jump_model_preview(daily: DailyVolatility, known: int, settings: JumpModelSettings) -> JumpModelFit | None:
    """Return a fit near that of `fit_jump_model` on the features known; None where there is no anchor.

    States that the anchor leaves empty stay so.

    Parameters
    ----------
    daily : DailyVolatility
    known : int
        Days, at least `FEWEST_PREVIEWED`.
    settings : JumpModelSettings
    """
    anchor = _jump_model_anchor(daily, anchor_of(known), settings)
    if anchor is None:
        return None
    rows = feature_rows(volatility_features(daily)[:known])
    complete = rows[:, ~np.isnan(rows[0])]
    location, scale = complete.mean(axis=1), complete.std(axis=1)
    held = anchor.centres[~np.isnan(anchor.centres[:, 0])]
    centres = np.ascontiguousarray((held * anchor.scale + anchor.location - location) / scale)
    rows = np.ascontiguousarray((rows - location[:, np.newaxis]) / scale[:, np.newaxis])
    online, state = np.empty(known, dtype=np.int8), np.empty(known, dtype=np.int8)
    cost, steps = descend(rows, centres, settings.penalty, _STEPS, online, state)
    visits = np.bincount(state, minlength=settings.states)
    centres = np.concatenate((centres, np.full((settings.states - held.shape[0], location.size), np.nan)))
    centres[visits == 0] = np.nan
    order = np.argsort(centres[:, 0], kind="stable")
    return JumpModelFit(
        centres=centres[order],
        location=location,
        scale=scale,
        penalty=settings.penalty,
        objective=cost,
        visits=visits[order],
        labels=InSampleLabels(np.argsort(order).astype(np.int8)[state]),
        iterations=steps,
        rows=complete.shape[1],
    )


@prepared
def _hidden_markov_anchor(daily: DailyVolatility, known: int, settings: HiddenMarkovSettings) -> HiddenMarkovFit | None:
    shorter = HiddenMarkovSettings(settings.states, settings.starts, settings.tails, settings.seed, _ANCHOR_STEPS)
    try:
        return fit_hidden_markov(returns_in_percent(daily)[:known], shorter)
    except FitError:
        return None


@prepared
def _jump_model_anchor(daily: DailyVolatility, known: int, settings: JumpModelSettings) -> JumpModelFit | None:
    shorter = JumpModelSettings(settings.states, settings.penalty, _ANCHOR_STARTS, settings.seed)
    try:
        return fit_jump_model(volatility_features(daily)[:known], shorter)
    except FitError:
        return None


def _heaviness(dof: Floats, is_student: Bools) -> Floats:
    """Return variances over squared scales, (k, 1)."""
    ratio = np.where(is_student, dof / (np.where(is_student, dof, 3.0) - 2.0), 1.0)
    return np.asarray(ratio[:, np.newaxis])
