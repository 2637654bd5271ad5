"""Regimes by models of states: colours of the fits, nothing later that reaches a day, and previews without a memory."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.regimes import DailyVolatility, Regime, RegimeMethod, RegimeSettings, regime_track
from outsample.regimes.hidden_markov import HiddenMarkovSettings, Tails, fit_hidden_markov
from outsample.regimes.jump_model import JumpModelSettings, fit_jump_model
from outsample.regimes.state_previews import FEWEST_PREVIEWED, anchor_of
from outsample.regimes.unseen_limits import density_limit
from outsample.typing import DAY
from outsample.windows import Window

FIRST = 19_000  # day number of the first close
DAYS, KNOWN = 420, 330
MODELS = [method for method in RegimeMethod if method is not RegimeMethod.CHANGE_POINTS]
HIDDEN = {RegimeMethod.GAUSSIAN_STATES: Tails.GAUSSIAN, RegimeMethod.STUDENT_STATES: Tails.STUDENT}
CASES = [(method, states) for method in MODELS for states in (2, 3, 4)]


def closes(seed=1, days=DAYS, pattern=(0.2, 0.9, 0.2, 2.0), stretch=35):
    """Return closes with Gaussian returns whose yearly volatility takes turns, and the volatility of each day."""
    sigma = np.resize(np.repeat(pattern, stretch), days) / np.sqrt(365)
    returns = np.random.default_rng(seed).normal(size=days) * sigma
    return 100.0 * np.exp(np.concatenate(([0.0], returns.cumsum()))), sigma * np.sqrt(365)


def daily_of(close):
    return DailyVolatility.of((FIRST + np.arange(close.size)) * DAY, close)


def until(known, first=0):
    return Window((FIRST + first) * DAY, (FIRST + known) * DAY)


def settings_of(method, states, **others):
    return RegimeSettings(method=method, states=states, **others)


def bits_of(track, days=None):
    """Return everything a track says of its first days, bit for bit; of all of them if None."""
    rows = slice(days)
    found = [track.label[rows].tobytes(), track.volatility[rows].tobytes(), track.segments, track.note]
    if track.states is not None:
        for field in fields(track.states):
            value = getattr(track.states, field.name)
            if field.name == "probability" and value is not None:
                value = value[rows]
            found.append(value.tobytes() if isinstance(value, np.ndarray) else repr(value))
    return found


def volatilities(returns):
    """Return logarithms of volatilities over half-lives of 2, 5 and 15 days, weight by weight."""
    features = np.full((returns.size, 3), np.nan)
    for row in range(14, returns.size):
        for column, half_life in enumerate((2.0, 5.0, 15.0)):
            weight = 0.5 ** (np.arange(row, -1, -1) / half_life)
            features[row, column] = 0.5 * np.log(weight @ returns[: row + 1] ** 2 / weight.sum() + 1e-8)
    return features


# --- What is coloured ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", MODELS)
def test_two_planted_volatilities_are_calm_and_stressed(method):
    close, planted = closes(pattern=(0.2, 1.6), stretch=60)
    track = regime_track(daily_of(close), until(KNOWN), settings_of(method, 2))
    expected = np.where(planted > 1.0, Regime.STRESSED, Regime.CALM)
    agreement = np.mean(track.label[:KNOWN] == expected[:KNOWN])
    assert agreement > (0.88 if method is RegimeMethod.JUMP_MODEL else 0.95)  # weighted means lag
    assert track.states.volatility == pytest.approx([0.2, 1.6], rel=0.35)
    assert track.note == ""


@pytest.mark.parametrize(("method", "states"), [case for case in CASES if case[0] in HIDDEN])
def test_states_of_a_hidden_markov_model_are_smoothed_before_the_train_end_and_filtered_after_it(method, states):
    daily = daily_of(closes()[0])
    track = regime_track(daily, until(KNOWN), settings_of(method, states))
    returns = 100.0 * daily.log_return
    fit = fit_hidden_markov(returns[:KNOWN], HiddenMarkovSettings(states=states, tails=HIDDEN[method]))
    filtered = fit.filtered(returns)
    state = np.append(fit.smoothed.labels.state, filtered.labels.state[KNOWN:])
    volatility = np.sqrt(365.0 * fit.model.variance[:, 0]) / 100.0
    np.testing.assert_allclose(track.volatility, volatility[state], rtol=1e-12)
    limit = density_limit(daily, fit)
    assert limit <= fit.unseen_below
    unseen = filtered.log_density < limit
    assert (track.label[KNOWN:][unseen[KNOWN:]] == Regime.UNSEEN).all()
    assert (track.label[:KNOWN] != Regime.UNSEEN).all()
    of_state = [
        set(track.label[(state == k) & ~np.append(np.zeros(KNOWN, bool), unseen[KNOWN:])]) for k in range(states)
    ]
    assert all(len(codes) <= 1 for codes in of_state)
    codes = [codes.pop() for codes in of_state if codes]
    assert codes == sorted(codes)  # states are ordered from calm to volatile, and so are their colours
    facts = track.states
    assert facts.criterion == fit.bayes_criterion
    np.testing.assert_array_equal(facts.transition, fit.model.transition)
    np.testing.assert_array_equal(facts.days, np.bincount(fit.smoothed.labels.state, minlength=states))
    np.testing.assert_allclose(facts.probability.sum(axis=1), 1.0, rtol=1e-9)


@pytest.mark.parametrize("states", [2, 3, 4])
def test_states_of_a_jump_model_are_those_of_its_fit_and_online_after_it(states):
    daily = daily_of(closes()[0])
    track = regime_track(daily, until(KNOWN), settings_of(RegimeMethod.JUMP_MODEL, states, jump_penalty=20.0))
    features = volatilities(daily.log_return)
    fit = fit_jump_model(features[:KNOWN], JumpModelSettings(states, 20.0))
    state = np.append(fit.labels.state, fit.online(features).state[KNOWN:])
    squares = [daily.log_return[:KNOWN][fit.labels.state == k] ** 2 for k in range(states)]
    volatility = np.array([np.sqrt(365.0 * part.mean()) if part.size else np.nan for part in squares])
    np.testing.assert_allclose(track.volatility, volatility[state], rtol=1e-12)
    assert track.penalty == 20.0
    assert track.states.probability is None
    assert np.isnan(track.states.criterion)
    np.testing.assert_allclose(track.states.transition.sum(axis=1), 1.0, rtol=1e-12)
    inside = fit.labels.state
    changes = [np.count_nonzero((inside[:-1] == k) & (inside[1:] != k)) for k in range(states)]
    leaving = [np.count_nonzero(inside[:-1] == k) for k in range(states)]
    for k in range(states):
        if leaving[k]:
            assert 1.0 - track.states.transition[k, k] == pytest.approx(changes[k] / leaving[k], abs=1e-12)


@pytest.mark.parametrize(("method", "states"), CASES)
def test_segments_adjoin_and_have_the_colours_of_their_days(method, states):
    daily, first = daily_of(closes()[0]), 90
    track = regime_track(daily, until(KNOWN, first), settings_of(method, states))
    starts, stops = ([getattr(one, end) for one in track.segments] for end in ("start", "stop"))
    assert stops[:-1] == starts[1:]
    assert stops[-1] == (FIRST + KNOWN) * DAY
    assert starts[0] <= (FIRST + first) * DAY < stops[0]
    for one in track.segments:
        days = (daily.begin >= one.start) & (daily.time <= one.stop)
        assert set(track.label[days]) == {one.label}
        assert set(track.volatility[days]) == {one.volatility}
    assert all(
        before.volatility != after.volatility for before, after in zip(track.segments, track.segments[1:], strict=False)
    )


@pytest.mark.parametrize("method", MODELS)
def test_a_day_like_none_of_train_is_unseen_and_days_of_train_never_are(method):
    close, _ = closes()
    close[KNOWN + 40 :] *= 0.25  # one loss of three quarters
    track = regime_track(daily_of(close), until(KNOWN), settings_of(method, 2))
    assert track.label[KNOWN + 39] == Regime.UNSEEN
    assert (track.label[:KNOWN] != Regime.UNSEEN).all()
    assert np.count_nonzero(track.label[KNOWN : KNOWN + 39] == Regime.UNSEEN) <= 6


# --- Nothing later reaches a day -------------------------------------------------------------------------------------


@pytest.mark.parametrize("previews", [False, True])
@pytest.mark.parametrize(("method", "states"), CASES)
def test_nothing_after_the_train_end_changes_what_is_said_of_days_before_it(method, states, previews):
    close, _ = closes()
    other = close.copy()
    other[KNOWN + 1 :] = 3.0 * close[KNOWN + 1 :][::-1]
    tracks = [
        regime_track(daily_of(one), until(KNOWN), settings_of(method, states), previews) for one in (close, other)
    ]
    assert bits_of(tracks[0], KNOWN) == bits_of(tracks[1], KNOWN)
    assert tracks[0].label.tobytes() != tracks[1].label.tobytes()


@pytest.mark.parametrize("previews", [False, True])
@pytest.mark.parametrize(("method", "states"), CASES)
def test_later_days_change_no_filtered_label(method, states, previews):
    close, _ = closes()
    whole = regime_track(daily_of(close), until(KNOWN), settings_of(method, states), previews)
    for days in (KNOWN, KNOWN + 1, KNOWN + 30, KNOWN + 60):
        shorter = regime_track(daily_of(close[: days + 1]), until(KNOWN), settings_of(method, states), previews)
        assert bits_of(shorter) == bits_of(whole, days)


@pytest.mark.parametrize("method", MODELS)
def test_the_train_start_moves_no_state_but_the_colours_of_its_days(method):
    daily = daily_of(closes()[0])
    early, late = (regime_track(daily, until(KNOWN, first), settings_of(method, 3)) for first in (0, 200))
    assert early.volatility.tobytes() == late.volatility.tobytes()
    assert late.segments[0].start > early.segments[0].start


# --- Where there is nothing to fit -----------------------------------------------------------------------------------


@pytest.mark.parametrize("previews", [False, True])
@pytest.mark.parametrize(("method", "states"), CASES)
@pytest.mark.parametrize(
    ("close", "known", "words"),
    [
        (closes()[0][:16], 15, "complete rows"),
        (np.full(DAYS + 1, 7.0), KNOWN, "features that vary"),
        (closes()[0][:3], 2, "need 10 daily returns"),
        (closes()[0][:2], 1, "need 10 daily returns"),
        (closes()[0][:1], 0, "need 10 daily returns"),
        (closes()[0], 0, "need 10 daily returns"),
    ],
    ids=["short", "constant", "three closes", "two closes", "one close", "nothing known"],
)
def test_what_cannot_be_fitted_is_normal_throughout_and_says_why(method, states, previews, close, known, words):
    track = regime_track(daily_of(close), until(known), settings_of(method, states), previews)
    assert words in track.note
    assert track.note.endswith("every day is shown as normal")
    assert track.note.count(", so every") == 1
    assert (track.label == Regime.NORMAL).all()
    assert track.segments == ()
    assert track.states is None
    assert not track.is_preview


@pytest.mark.parametrize(("method", "states"), CASES)
def test_a_train_window_without_a_day_is_said(method, states):
    window = Window((FIRST + KNOWN) * DAY + 1, (FIRST + KNOWN) * DAY + DAY // 2)
    track = regime_track(daily_of(closes()[0]), window, settings_of(method, states))
    assert "train window" in track.note
    assert (track.label == Regime.NORMAL).all()


# --- While a boundary is held ----------------------------------------------------------------------------------------


@given(known=st.integers(FEWEST_PREVIEWED, 40_000))
def test_an_anchor_is_known_and_not_far(known):
    anchor = anchor_of(known)
    assert 0 < anchor <= known <= 1.3 * anchor
    assert anchor_of(anchor) == anchor


@pytest.mark.parametrize(("method", "states"), CASES)
def test_a_preview_depends_on_the_boundary_alone(method, states):
    close, _ = closes()
    settings, wandering = settings_of(method, states), daily_of(close)
    for known in (400, 310, 371, 305, 402, 366):
        regime_track(wandering, until(known), settings, previews=True)
        regime_track(wandering, until(known), settings_of(method, 2 + states % 3), previews=True)
    straight = regime_track(daily_of(close), until(KNOWN), settings, previews=True)
    found = regime_track(wandering, until(KNOWN), settings, previews=True)
    assert straight.is_preview
    assert bits_of(straight) == bits_of(found)


@pytest.mark.parametrize(("method", "states"), CASES)
def test_what_follows_a_drag_is_exact_whatever_the_way(method, states):
    close, _ = closes()
    settings, wandering = settings_of(method, states), daily_of(close)
    for known in (400, 310, 371, KNOWN):
        regime_track(wandering, until(known), settings, previews=True)
    exact = regime_track(wandering, until(KNOWN), settings)
    assert not exact.is_preview
    assert bits_of(exact) == bits_of(regime_track(daily_of(close), until(KNOWN), settings))


@pytest.mark.parametrize("method", MODELS)
def test_a_preview_of_states_that_are_there_is_near_the_exact_ones(method):
    close, _ = closes(days=900, pattern=(0.2, 1.2), stretch=80)
    daily, settings = daily_of(close), settings_of(method, 2)
    for known in (420, 555, 700, 833):
        shown, exact = (regime_track(daily, until(known), settings, previews) for previews in (True, False))
        assert shown.is_preview
        assert np.mean(shown.label == exact.label) > 0.97
        np.testing.assert_allclose(shown.states.volatility, exact.states.volatility, rtol=0.05)
        assert shown.states.criterion >= exact.states.criterion - 1e-6 or np.isnan(exact.states.criterion)


@pytest.mark.parametrize("method", MODELS)
def test_a_short_history_is_exact_also_while_a_boundary_is_held(method):
    daily, known = daily_of(closes()[0]), FEWEST_PREVIEWED - 1
    shown, exact = (regime_track(daily, until(known), settings_of(method, 2), previews) for previews in (True, False))
    assert not shown.is_preview
    assert bits_of(shown) == bits_of(exact)


@pytest.mark.parametrize("method", MODELS)
def test_where_the_first_days_stand_still_the_exact_fit_answers(method):
    close, _ = closes()
    close[:315] = close[315]
    daily = daily_of(close)
    assert anchor_of(336) < 315
    shown, exact = (regime_track(daily, until(336), settings_of(method, 2), previews) for previews in (True, False))
    assert bits_of(shown) == bits_of(exact)
    assert not shown.is_preview


def test_change_points_are_exact_at_any_time():
    daily = daily_of(closes()[0])
    shown, exact = (regime_track(daily, until(KNOWN), RegimeSettings(), previews) for previews in (True, False))
    assert not shown.is_preview
    assert bits_of(shown) == bits_of(exact)
