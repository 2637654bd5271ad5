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

from dataclasses import replace
from typing import Final

from outsample.errors import FitError
from outsample.prepared import prepared
from outsample.regimes.daily_volatility import DailyVolatility
from outsample.regimes.hidden_markov import (
    HiddenMarkovFit,
    HiddenMarkovSettings,
    fit_hidden_markov,
    refit_hidden_markov,
)
from outsample.regimes.jump_model import JumpModelFit, JumpModelSettings, fit_jump_model, refit_jump_model
from outsample.regimes.state_rows import returns_in_percent, volatility_features

__all__ = [
    "FEWEST_PREVIEWED",
    "anchor_of",
    "hidden_markov_anchor",
    "hidden_markov_preview",
    "jump_model_anchor",
    "jump_model_preview",
]

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
    anchor = hidden_markov_anchor(daily, known, settings)
    if anchor is None:
        return None
    shown = replace(settings, most_iterations=_STEPS)
    return refit_hidden_markov(anchor.model, returns_in_percent(daily)[:known], shown)


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
    anchor = jump_model_anchor(daily, known, settings)
    if anchor is None:
        return None
    return refit_jump_model(anchor, volatility_features(daily)[:known], replace(settings, most_iterations=_STEPS))


def hidden_markov_anchor(daily: DailyVolatility, known: int, settings: HiddenMarkovSettings) -> HiddenMarkovFit | None:
    """Return the fit that `hidden_markov_preview` sets out from; None where there is none."""
    return _hidden_markov_anchor(daily, anchor_of(known), settings)


def jump_model_anchor(daily: DailyVolatility, known: int, settings: JumpModelSettings) -> JumpModelFit | None:
    """Return the fit that `jump_model_preview` sets out from; None where there is none."""
    return _jump_model_anchor(daily, anchor_of(known), settings)


@prepared
def _hidden_markov_anchor(daily: DailyVolatility, known: int, settings: HiddenMarkovSettings) -> HiddenMarkovFit | None:
    try:
        return fit_hidden_markov(returns_in_percent(daily)[:known], replace(settings, most_iterations=_ANCHOR_STEPS))
    except FitError:
        return None


@prepared
def _jump_model_anchor(daily: DailyVolatility, known: int, settings: JumpModelSettings) -> JumpModelFit | None:
    try:
        return fit_jump_model(volatility_features(daily)[:known], replace(settings, starts=_ANCHOR_STARTS))
    except FitError:
        return None
