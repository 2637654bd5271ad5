"""Regimes, first form: colours, filtered labels, and that nothing later can change anything earlier."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outsample.errors import UsageError
from outsample.regimes import (
    DailyVolatility,
    Regime,
    RegimeSettings,
    back_trace,
    optimal_partition_plain,
    regime_penalty_path,
    regime_segmentations,
    regime_track,
    segment_regimes,
)
from outsample.regimes.labels import MULTIPLIERS
from outsample.typing import DAY
from outsample.windows import Window

FIRST = 19_000  # day number of the first close
WEEKLY = RegimeSettings(shortest_days=7)
DRIFTING = [22, 29, 33]  # paths on which the running level of the last train segment crosses to another colour
MERGING = [1943, 4875]  # paths on which the last train change is undone and the joint level leaves the train range


def prices(volatilities, days, seed=0):
    """Return (time, close) with `days` Gaussian daily returns at each yearly volatility in turn."""
    sigma = np.repeat(np.asarray(volatilities) / np.sqrt(365), days)
    returns = np.random.default_rng(seed).normal(size=sigma.size) * sigma
    close = 100 * np.exp(np.concatenate(([0.0], returns.cumsum())))
    return (FIRST + np.arange(close.size)) * DAY, close


def until(day, first=0):
    return Window((FIRST + first) * DAY, (FIRST + day) * DAY)


def colours(track):
    return [segment.label for segment in track.segments]


def test_the_price_of_a_change_is_lambda_times_noise_variance_times_log_n():
    assert RegimeSettings().penalty(122) == pytest.approx(2 * np.pi**2 / 2 * np.log(122), rel=1e-15)
    time, close = prices([0.5], 200)
    assert segment_regimes(time, close, until(122)).penalty == RegimeSettings().penalty(122)


def test_three_planted_volatilities_become_calm_normal_and_stressed():
    time, close = prices([0.2, 2.0, 0.6], 150, seed=3)
    track = segment_regimes(time, close, until(450), WEEKLY)
    assert colours(track) == [Regime.CALM, Regime.STRESSED, Regime.NORMAL]
    assert [s.volatility for s in track.segments] == pytest.approx([0.2, 2.0, 0.6], rel=0.25)
    assert np.abs(np.array([s.start for s in track.segments]) // DAY - FIRST - [0, 150, 300]).max() <= 7
    assert (np.array([s.stop for s in track.segments[:-1]]) == [s.start for s in track.segments[1:]]).all()
    assert track.segments[-1].stop == (FIRST + 450) * DAY
    assert (
        track.label == np.repeat(colours(track), np.diff([s.start for s in track.segments] + [time[-1]]) // DAY)
    ).all()
    assert track.note == ""


def test_a_train_window_of_one_level_is_normal_and_stays_so_while_nothing_changes():
    time, close = prices([0.5], 400, seed=4)
    track = segment_regimes(time, close, until(200), RegimeSettings(multiplier=16.0))
    assert colours(track) == [Regime.NORMAL]
    assert (track.label == Regime.NORMAL).all()


def test_two_levels_of_equal_length_are_calm_and_stressed():
    time, close = prices([0.2, 2.0], 200, seed=5)
    assert colours(segment_regimes(time, close, until(400), WEEKLY)) == [Regime.CALM, Regime.STRESSED]


def test_a_short_stress_in_a_long_calm_leaves_the_calm_normal():
    time, close = prices([0.3] * 9 + [5.0], 40, seed=6)
    assert colours(segment_regimes(time, close, until(400), WEEKLY)) == [Regime.NORMAL, Regime.STRESSED]


def test_a_level_above_the_train_range_is_unseen_after_the_train_end():
    time, close = prices([0.3, 0.9, 4.0], 150, seed=7)
    track = segment_regimes(time, close, until(300), WEEKLY)
    assert Regime.UNSEEN not in track.label[:300]
    assert (track.label[330:] == Regime.UNSEEN).all()
    assert track.volatility[-1] == pytest.approx(4.0, rel=0.25)


def test_a_level_inside_the_train_range_takes_the_colour_of_the_nearest_train_level():
    time, close = prices([0.2, 1.0, 5.0, 0.9], 150, seed=8)
    track = segment_regimes(time, close, until(450), WEEKLY)
    assert colours(track) == [Regime.CALM, Regime.NORMAL, Regime.STRESSED]
    assert (track.label[490:] == Regime.NORMAL).all()


def test_filtered_volatility_is_that_of_a_search_on_the_past_alone():
    time, close = prices([0.3, 1.5, 0.5], 60, seed=9)
    track = segment_regimes(time, close, until(90), WEEKLY)
    daily = DailyVolatility.of(time, close)
    y = daily.log_square
    for day in (90, 91, 100, 125, 140, 179):
        past = optimal_partition_plain(y[: day + 1], RegimeSettings().penalty(90), 7)
        returns = daily.log_return[past.last[-1] : day + 1]
        assert track.volatility[day] == pytest.approx(np.sqrt(365.0 * (np.mean(returns**2) + 1e-8)), rel=1e-9)


@pytest.mark.parametrize("shortest", [1, 7])
@pytest.mark.parametrize("end", [60, 200, 311])
@pytest.mark.parametrize("garbage", ["nan", "noise", "huge", "cut"])
def test_nothing_after_a_day_changes_a_bit_of_that_day(shortest, end, garbage):
    time, close = prices([0.2, 1.2, 0.4, 3.0], 100, seed=10)
    choice = RegimeSettings(shortest_days=shortest)
    whole = segment_regimes(time, close, until(end), choice)
    for seen in (end, end + 1, end + 40):
        tail = close.size - seen - 1
        other = close.copy()
        other[seen + 1 :] = {
            "nan": np.nan,
            "noise": np.random.default_rng(1).uniform(1, 1000, size=tail),
            "huge": 1e300,
            "cut": 1.0,
        }[garbage]
        length = seen + 1 if garbage == "cut" else close.size
        changed = segment_regimes(time[:length], other[:length], until(end), choice)
        assert changed.segments == whole.segments
        assert changed.penalty == whole.penalty
        for column in ("time", "edge", "volatility", "label"):
            assert getattr(changed, column)[:seen].tobytes() == getattr(whole, column)[:seen].tobytes()


def test_a_day_that_closes_at_the_train_end_is_known_and_one_nanosecond_earlier_is_not():
    time, close = prices([0.5], 100)
    stop = int(time[60])
    at, before = (segment_regimes(time, close, Window(int(time[0]), end)) for end in (stop, stop - 1))
    assert (at.filtered_from, before.filtered_from) == (int(time[61]), int(time[60]))
    assert (at.penalty, before.penalty) == (RegimeSettings().penalty(60), RegimeSettings().penalty(59))


def test_days_before_the_train_start_shape_no_colour():
    time, close = prices([6.0, 0.2, 2.0], 150, seed=12)
    track = segment_regimes(time, close, until(450, first=170), WEEKLY)
    assert colours(track) == [Regime.CALM, Regime.STRESSED]
    assert (track.label[:140] == Regime.UNSEEN).all()
    assert track.segments[0].start < (FIRST + 170) * DAY


def test_only_days_inside_the_train_window_weigh_its_levels():
    time, close = prices([0.2, 2.0], [150, 100], seed=5)
    assert colours(segment_regimes(time, close, until(250), WEEKLY)) == [Regime.CALM, Regime.STRESSED]
    assert colours(segment_regimes(time, close, until(250, first=140), WEEKLY)) == [Regime.CALM, Regime.NORMAL]


@pytest.mark.parametrize("seed", DRIFTING + MERGING)
def test_a_day_keeps_to_the_train_colours_until_a_later_change_is_found(seed):
    volatilities = np.exp(np.random.default_rng(seed).normal(-0.5, 0.7, size=4))
    time, close = prices(volatilities, 60, seed)
    choice, known = RegimeSettings(1.0, 7), 170
    track = segment_regimes(time, close, until(known), choice)
    y, tried = DailyVolatility.of(time, close).log_square, 0
    last = optimal_partition_plain(y, choice.penalty(known), 7).last
    start = back_trace(last, known)[-1]
    for day in range(known, y.size):
        tried += last[day + 1] <= start
        assert last[day + 1] > start or track.label[day] != Regime.UNSEEN
        assert last[day + 1] != start or track.label[day] == track.segments[-1].label
    assert tried


def test_a_day_without_a_move_is_no_regime_of_its_own_when_regimes_last_a_week():
    time, close = prices([0.6], 300, seed=13)
    close[101] = close[100]
    assert len(segment_regimes(time, close, until(300), WEEKLY).segments) == 1
    assert len(segment_regimes(time, close, until(300), RegimeSettings(0.5)).segments) > 1


@settings(max_examples=30)
@given(st.lists(st.floats(0.1, 5.0), min_size=1, max_size=6), st.integers(0, 10_000), st.integers(0, 100))
def test_a_more_volatile_train_segment_never_has_a_calmer_colour(volatilities, seed, first):
    time, close = prices(volatilities, 50, seed)
    days = 50 * len(volatilities)
    track = segment_regimes(time, close, until(days, first=min(first, days - 5)))
    ordered = sorted(track.segments, key=lambda segment: segment.volatility)
    assert all(a.label <= b.label < Regime.UNSEEN for a, b in zip(ordered[:-1], ordered[1:], strict=True))
    assert track.label.size == track.volatility.size == track.edge.size - 1 == days
    assert np.isfinite(track.volatility).all()


@settings(max_examples=20)
@given(st.floats(1e-3, 1e3), st.integers(20, 150))
def test_the_currency_of_the_price_changes_no_label(factor, end):
    time, close = prices([0.3, 1.5, 0.6], 50, seed=14)
    one, two = (segment_regimes(time, c, until(end), WEEKLY) for c in (close, factor * close))
    np.testing.assert_array_equal(one.label, two.label)
    np.testing.assert_allclose(one.volatility, two.volatility, rtol=1e-6)


@pytest.mark.parametrize(
    ("days", "train", "words"),
    [
        (0, until(5), "found 0"),
        (7, until(7), "found 7"),
        (100, until(9), "found 9"),
        (100, until(-5, first=-9), "found 0"),
        (100, Window((FIRST + 50) * DAY, (FIRST + 50) * DAY + 7), "none inside the train window"),
    ],
    ids=["no day", "short history", "early train end", "before all", "hours"],
)
def test_too_few_days_are_normal_with_a_note_and_no_crash(days, train, words):
    track = segment_regimes(*prices([0.5], days), train)
    assert words in track.note
    assert "found" in track.note
    assert track.segments == ()
    assert (track.label == Regime.NORMAL).all()
    assert np.isfinite(track.volatility).all()
    assert [band[2] for band in track.bands()] == [Regime.NORMAL][:days]
    assert track.at(np.array([train.start, train.stop])).tolist() == [Regime.NORMAL] * 2


def test_ten_known_returns_are_enough():
    assert segment_regimes(*prices([0.5], 100), until(10)).note == ""


def test_a_prepared_history_gives_the_same_track():
    time, close = prices([0.3, 1.5], 80)
    prepared = DailyVolatility.of(time, close)
    one, two = regime_track(prepared, until(100)), segment_regimes(time, close, until(100))
    assert one.segments == two.segments
    np.testing.assert_array_equal(one.label, two.label)


def test_the_penalty_path_falls_to_no_change_and_sees_only_what_was_known():
    time, close = prices([0.2, 2.0, 0.2], 100, seed=15)
    prepared = DailyVolatility.of(time, close)
    path = regime_penalty_path(prepared, until(200), WEEKLY)
    assert path.segments.size == len(MULTIPLIERS)
    assert (np.diff(path.segments) <= 0).all()
    chosen = MULTIPLIERS.index(2.0)
    assert path.penalty[chosen] == RegimeSettings().penalty(200)
    assert path.segments[chosen] == len(regime_track(prepared, until(200), WEEKLY).segments) == 2
    later = close.copy()
    later[202:] = 7.0
    np.testing.assert_array_equal(
        path.segments, regime_penalty_path(DailyVolatility.of(time, later), until(200), WEEKLY).segments
    )


def test_a_penalty_path_without_a_known_day_is_empty_of_segments():
    path = regime_penalty_path(DailyVolatility.of(*prices([0.5], 30)), until(-3, first=-9))
    assert path.segments.tolist() == [0] * len(MULTIPLIERS)


def test_the_whole_penalty_path_has_what_each_multiplier_gives_and_sees_only_what_was_known():
    time, close = prices([0.2, 2.0, 0.2, 0.9], 100, seed=15)
    daily = DailyVolatility.of(time, close)
    counts, whole = regime_penalty_path(daily, until(350), WEEKLY), regime_segmentations(daily, until(350), WEEKLY)
    assert (whole.low[0], whole.high[-1]) == (counts.penalty[0], counts.penalty[-1])
    np.testing.assert_array_equal(whole.segments[whole.at(counts.penalty)], counts.segments)
    assert whole.segments.size > np.unique(counts.segments).size  # more than the grid happens to meet
    track = regime_track(daily, until(350), WEEKLY)
    chosen = int(whole.at(np.array([track.penalty]))[0])
    assert daily.begin[whole.starts[chosen]].tolist() == [segment.start for segment in track.segments]
    later = close.copy()
    later[352:] = 7.0
    again = regime_segmentations(DailyVolatility.of(time, later), until(350), WEEKLY)
    assert again.high.tobytes() == whole.high.tobytes()


def test_a_whole_penalty_path_without_a_known_day_is_one_of_no_segments():
    whole = regime_segmentations(DailyVolatility.of(*prices([0.5], 30)), until(-3, first=-9))
    assert whole.segments.tolist() == [0]


@pytest.mark.parametrize("arguments", [(0.0,), (-1.0,), (np.nan,), (np.inf,), (2.0, 0)])
def test_settings_without_meaning_are_refused(arguments):
    with pytest.raises(UsageError):
        RegimeSettings(*arguments)
