"""Regimes as states: a hidden Markov model or a jump model of the daily returns, coloured as segments are.

Fitted on every return known at the train end. Days before it carry the states as they are judged from all of these,
days after it what each of them and those before it say; nothing later reaches a day.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.errors import FitError
from outsample.prepared import prepared
from outsample.regimes.daily_volatility import DailyVolatility
from outsample.regimes.hidden_markov import HiddenMarkovFit, HiddenMarkovSettings, Tails, fit_hidden_markov
from outsample.regimes.jump_model import JumpModelSettings, fit_jump_model, jump_features
from outsample.regimes.known_days import edges_of, unsearched
from outsample.regimes.palette import Palette
from outsample.regimes.settings import RegimeMethod, RegimeSettings
from outsample.regimes.track import Regime, RegimeTrack, Segment, StateFacts
from outsample.typing import Bools, Floats, Integers, frozen
from outsample.windows import Window

__all__ = ["state_track"]

_PERCENT: Final = 100.0  # returns in percent: likelihoods then are of numbers near 1
_FAR_SHARE: Final = 0.005  # of the train rows are farther from their state than what is unseen
_DAYS: Final = 365.0


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
    """

    state: Integers
    log_level: Floats
    is_unseen: Bools
    facts: StateFacts


def state_track(daily: DailyVolatility, train: Window, settings: RegimeSettings) -> RegimeTrack:
    """Return the regimes for one train window by a model of states.

    A window that the model cannot be fitted on gives a track that is NORMAL throughout and says why in its `note`.
    """
    known, first = daily.known(train.stop), daily.known(train.start)
    if first >= known:
        return unsearched(daily, train, known, "a model of states needs daily returns inside the train window")
    try:
        found = _fitted(daily, known, settings)
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
    )


@prepared
def _fitted(daily: DailyVolatility, known: int, settings: RegimeSettings) -> _States:
    """Fit what is known; remembered, since most moves of a boundary leave that as it is."""
    if settings.method is RegimeMethod.JUMP_MODEL:
        return _jump_states(daily, known, settings)
    return _hidden_states(daily, known, settings)


def _hidden_states(daily: DailyVolatility, known: int, settings: RegimeSettings) -> _States:
    tails = Tails.STUDENT if settings.method is RegimeMethod.STUDENT_STATES else Tails.GAUSSIAN
    returns = _PERCENT * daily.log_return
    fit = fit_hidden_markov(returns[:known], HiddenMarkovSettings(states=settings.states, tails=tails))
    filtered = fit.filtered(returns)
    state = np.concatenate((fit.smoothed.labels.state, filtered.labels.state[known:]))
    variance = fit.model.variance[:, 0] / _PERCENT**2
    probability = np.concatenate((fit.smoothed.probability, filtered.probability[known:]))
    return _States(
        state=state,
        log_level=np.log(variance),
        is_unseen=filtered.unseen(fit.unseen_below)[known:],
        facts=_hidden_facts(fit, variance, probability, state[:known]),
    )


def _hidden_facts(fit: HiddenMarkovFit, variance: Floats, probability: Floats, inside: Integers) -> StateFacts:
    model = fit.model
    return StateFacts(
        volatility=frozen(np.sqrt(_DAYS * variance)),
        mean=frozen(model.mean[:, 0] / _PERCENT),
        days=frozen(np.bincount(inside, minlength=model.states)),
        transition=model.transition,
        duration=frozen(model.expected_duration),
        long_run=frozen(model.stationary),
        probability=frozen(probability),
        criterion=fit.bayes_criterion,
        is_settled=fit.converged and not bool(fit.at_floor.any()),
    )


def _jump_states(daily: DailyVolatility, known: int, settings: RegimeSettings) -> _States:
    features = jump_features(daily.log_return)
    fit = fit_jump_model(features[:known], JumpModelSettings(settings.states, settings.jump_penalty))
    state = np.concatenate((fit.labels.state, fit.online(features).state[known:])).astype(np.int64)
    inside, count = state[:known], fit.centres.shape[0]
    days = np.bincount(inside, minlength=count)
    squares = np.bincount(inside, weights=daily.log_return[:known] ** 2, minlength=count)
    sums = np.bincount(inside, weights=daily.log_return[:known], minlength=count)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance, mean = squares / days, sums / days
    far = np.square((features - fit.location) / fit.scale - fit.centres[state]).sum(axis=1)
    limit = float(np.nanquantile(far[:known], 1.0 - _FAR_SHARE))
    transition = _counted(inside, count)
    with np.errstate(divide="ignore"):
        duration = 1.0 / (1.0 - np.diag(transition))
    facts = StateFacts(
        volatility=frozen(np.sqrt(_DAYS * variance)),
        mean=frozen(mean),
        days=frozen(days),
        transition=frozen(transition),
        duration=frozen(duration),
        long_run=frozen(days / days.sum()),
        probability=None,
        criterion=float("nan"),
        is_settled=True,
    )
    return _States(state, np.log(np.maximum(variance, np.finfo(float).tiny)), far[known:] > limit, facts)


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
    kept = stops > first
    return tuple(
        Segment(
            int(daily.begin[start]),
            int(daily.time[stop - 1]),
            float(found.facts.volatility[inside[start]]),
            Regime(int(codes[inside[start]])),
        )
        for start, stop in zip(starts[kept].tolist(), stops[kept].tolist(), strict=True)
    )
