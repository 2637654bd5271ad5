"""Regimes as states: a hidden Markov model or a jump model of the daily returns, coloured as segments are.

Fitted on every return known at the train end. Days before it carry the states as they are judged from all of these,
days after it what each of them and those before it say; nothing later reaches a day.
"""

from dataclasses import dataclass

import numpy as np

from outsample.errors import FitError
from outsample.prepared import prepared
from outsample.regimes.daily_volatility import DailyVolatility
from outsample.regimes.hidden_markov import HiddenMarkovFit, HiddenMarkovSettings, Tails, fit_hidden_markov
from outsample.regimes.jump_model import JumpModelFit, JumpModelSettings, fit_jump_model
from outsample.regimes.known_days import edges_of, segments_of, unsearched
from outsample.regimes.palette import Palette
from outsample.regimes.settings import RegimeMethod, RegimeSettings
from outsample.regimes.state_previews import (
    FEWEST_PREVIEWED,
    hidden_markov_anchor,
    hidden_markov_preview,
    jump_model_anchor,
    jump_model_preview,
)
from outsample.regimes.state_rows import PERCENT, returns_in_percent, volatility_features
from outsample.regimes.track import Regime, RegimeTrack, Segment, StateFacts
from outsample.regimes.unseen_limits import density_limit, distance_limit
from outsample.typing import Bools, Floats, Integers, frozen
from outsample.windows import Window

__all__ = ["state_track"]


@dataclass(frozen=True, slots=True, eq=False)
class _States:
    """States of all days: judged from all known ones up to the train end, filtered after it.

    Parameters
    ----------
    state : (n,) int array
    log_level : (k,) array
        Mean of ``ln r^2`` of each state as it is coloured: log variance a day less its bias.
    is_unseen : (n - known,) bool array
        Later days like none of the train days.
    facts : StateFacts
    is_preview : bool
        Of a quicker fit than the exact one.
    """

    state: Integers
    log_level: Floats
    is_unseen: Bools
    facts: StateFacts
    is_preview: bool


def state_track(daily: DailyVolatility, train: Window, settings: RegimeSettings, previews: bool = False) -> RegimeTrack:
    """Return the regimes for one train window by a model of states.

    A window that the model cannot be fitted on gives a track that is NORMAL throughout and says why in its `note`.

    Parameters
    ----------
    daily : DailyVolatility
    train : Window
    settings : RegimeSettings
    previews : bool
        A quicker fit may stand in for the exact one.
    """
    known, first = daily.known(train.stop), daily.known(train.start)
    if first >= known:
        return unsearched(daily, train, known, "a model of states needs daily returns inside the train window")
    try:
        found = _fitted(daily, known, settings, previews and known >= FEWEST_PREVIEWED)
    except FitError as error:
        return unsearched(daily, train, known, str(error))
    inside = np.bincount(found.state[first:known], minlength=found.log_level.size)
    held = inside > 0
    palette = Palette.of(found.log_level[held], inside[held])
    codes = palette.colour(found.log_level)
    label = codes[found.state]
    label[known:][found.is_unseen] = Regime.UNSEEN
    edge = edges_of(daily, known)
    return RegimeTrack(
        time=daily.time,
        edge=edge,
        volatility=frozen(found.facts.volatility[found.state]),
        label=frozen(label.astype(np.int8)),
        segments=_segments(daily, found, codes, first, known),
        filtered_from=int(edge[known]),
        penalty=settings.jump_penalty if settings.method is RegimeMethod.JUMP_MODEL else float("nan"),
        states=found.facts,
        is_preview=found.is_preview,
    )


@prepared
def _fitted(daily: DailyVolatility, known: int, settings: RegimeSettings, previews: bool) -> _States:
    """Fit what is known; remembered, since most moves of a boundary leave that as it is."""
    if settings.method is RegimeMethod.JUMP_MODEL:
        return _jump_states(daily, known, settings, previews)
    return _hidden_states(daily, known, settings, previews)


def _hidden_states(daily: DailyVolatility, known: int, settings: RegimeSettings, previews: bool) -> _States:
    tails = Tails.STUDENT if settings.method is RegimeMethod.STUDENT_STATES else Tails.GAUSSIAN
    returns, asked = returns_in_percent(daily), HiddenMarkovSettings(states=settings.states, tails=tails)
    preview = hidden_markov_preview(daily, known, asked) if previews else None
    fit = preview or fit_hidden_markov(returns[:known], asked)
    judged = hidden_markov_anchor(daily, known, asked) if preview else None
    filtered = fit.filtered(returns)
    state = np.concatenate((fit.smoothed.labels.state, filtered.labels.state[known:]))
    variance = fit.model.variance[:, 0] / PERCENT**2
    probability = np.concatenate((fit.smoothed.probability, filtered.probability[known:]))
    return _States(
        state=state,
        log_level=np.log(variance),
        is_unseen=filtered.unseen(density_limit(daily, judged or fit))[known:],
        facts=_hidden_facts(daily, fit, variance, probability, state[:known]),
        is_preview=preview is not None,
    )


def _hidden_facts(
    daily: DailyVolatility, fit: HiddenMarkovFit, variance: Floats, probability: Floats, inside: Integers
) -> StateFacts:
    model = fit.model
    return StateFacts(
        volatility=frozen(np.sqrt(daily.days_a_year * variance)),
        mean=frozen(model.mean[:, 0] / PERCENT),
        days=frozen(np.bincount(inside, minlength=model.states)),
        transition=model.transition,
        duration=frozen(model.expected_duration),
        long_run=frozen(model.stationary),
        probability=frozen(probability),
        criterion=fit.bayes_criterion,
        is_settled=fit.converged and not bool(fit.at_floor.any()),
    )


def _jump_states(daily: DailyVolatility, known: int, settings: RegimeSettings, previews: bool) -> _States:
    features, asked = volatility_features(daily), JumpModelSettings(settings.states, settings.jump_penalty)
    preview = jump_model_preview(daily, known, asked) if previews else None
    fit = preview or fit_jump_model(features[:known], asked)
    judged = jump_model_anchor(daily, known, asked) if preview else None
    state = np.concatenate((fit.labels.state, fit.online(features).state[known:])).astype(np.int64)
    is_unseen = fit.distance(features[known:]) > distance_limit(daily, judged or fit)
    facts, variance = _jump_facts(daily, fit, state[:known])
    log_level = np.log(np.maximum(variance, np.finfo(float).tiny))
    return _States(state, log_level, is_unseen, facts, preview is not None)


def _jump_facts(daily: DailyVolatility, fit: JumpModelFit, inside: Integers) -> tuple[StateFacts, Floats]:
    """Return the facts of the states, and their variances a day."""
    known, count = inside.size, fit.centres.shape[0]
    days = np.bincount(inside, minlength=count)
    squares = np.bincount(inside, weights=daily.log_return[:known] ** 2, minlength=count)
    sums = np.bincount(inside, weights=daily.log_return[:known], minlength=count)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance, mean = squares / days, sums / days
    transition = _counted(inside, count)
    with np.errstate(divide="ignore"):
        duration = 1.0 / (1.0 - np.diag(transition))
    facts = StateFacts(
        volatility=frozen(np.sqrt(daily.days_a_year * variance)),
        mean=frozen(mean),
        days=frozen(days),
        transition=frozen(transition),
        duration=frozen(duration),
        long_run=frozen(days / days.sum()),
        probability=None,
        criterion=float("nan"),
        is_settled=True,
    )
    return facts, variance


def _counted(state: Integers, count: int) -> Floats:
    """Return how often each state was followed by each, as shares; a state that was never left keeps to itself."""
    pairs = np.bincount(state[:-1] * count + state[1:], minlength=count * count).reshape(count, count).astype(float)
    total = pairs.sum(axis=1, keepdims=True)
    return np.where(total > 0.0, pairs / np.maximum(total, 1.0), np.eye(count))


def _segments(daily: DailyVolatility, found: _States, codes: Integers, first: int, known: int) -> tuple[Segment, ...]:
    """Return the stretches of one state that lie in the train window, wholly or in part."""
    inside = found.state[:known]
    starts = np.flatnonzero(np.diff(inside, prepend=-1))
    stops = np.append(starts[1:], known)
    starts, stops = starts[stops > first], stops[stops > first]
    state = inside[starts]
    return segments_of(daily, starts, stops, found.facts.volatility[state], codes[state])
