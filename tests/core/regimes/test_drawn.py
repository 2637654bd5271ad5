"""Spans that the user draws: which days they colour, what they leave alone, and how they are written."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.errors import UsageError
from outsample.regimes import DRAWABLE, DailyVolatility, DrawnRegime, Regime, RegimeMethod, RegimeSettings, regime_track
from outsample.regimes.drawn import LONGEST_NAME, MOST_DRAWN, check_drawn, drawn_columns, drawn_rows
from outsample.typing import DAY, HOUR
from outsample.windows import Window

FIRST = 19_000  # day number of the first close
DAYS, KNOWN = 200, 150
TIMES = st.integers(-(2**62), 2**62)


NAMES = st.text(st.characters(categories=("L", "N", "P")), max_size=LONGEST_NAME)


def spans():
    made = st.tuples(TIMES, st.integers(1, 2**61), st.sampled_from(DRAWABLE), NAMES)
    return made.map(lambda part: DrawnRegime(part[0], part[0] + part[1], part[2], part[3]))


@pytest.fixture(scope="module")
def daily():
    sigma = np.repeat([0.01, 0.05], DAYS // 2)
    returns = np.random.default_rng(5).normal(size=DAYS) * sigma
    close = 100 * np.exp(np.concatenate(([0.0], returns.cumsum())))
    return DailyVolatility.of((FIRST + np.arange(DAYS + 1)) * DAY, close)


def track_of(daily, *drawn, method=RegimeMethod.CHANGE_POINTS):
    window = Window(FIRST * DAY, (FIRST + KNOWN) * DAY)
    return regime_track(daily, window, RegimeSettings(method=method, drawn=drawn))


def span(first, last, regime=Regime.CALM, name=""):
    """Return the span of days `first` to `last`, without the latter."""
    return DrawnRegime((FIRST + first) * DAY, (FIRST + last) * DAY, regime, name)


@pytest.mark.parametrize("method", RegimeMethod)
def test_a_span_colours_its_days_in_train_and_test_and_moves_nothing_else(daily, method):
    plain, drawn = track_of(daily, method=method), track_of(daily, span(140, 170, Regime.NORMAL), method=method)
    times = (FIRST + np.arange(DAYS)) * DAY + 7 * HOUR
    inside = (np.arange(DAYS) >= 140) & (np.arange(DAYS) < 170)
    assert (drawn.at(times)[inside] == Regime.NORMAL).all()
    np.testing.assert_array_equal(drawn.at(times)[~inside], plain.at(times)[~inside])
    assert (drawn.at(times) != plain.at(times)).any()
    assert drawn.volatility.tobytes() == plain.volatility.tobytes()
    assert drawn.segments == plain.segments
    assert drawn.filtered_from == plain.filtered_from
    assert drawn.drawn == (span(140, 170, Regime.NORMAL),)
    assert plain.drawn == ()


def test_the_later_of_two_spans_counts(daily):
    one, other = span(10, 60, Regime.STRESSED), span(40, 80, Regime.CALM)
    times = (FIRST + np.array([20, 50, 70])) * DAY
    assert track_of(daily, one, other).at(times).tolist() == [Regime.STRESSED, Regime.CALM, Regime.CALM]
    assert track_of(daily, other, one).at(times).tolist() == [Regime.STRESSED, Regime.STRESSED, Regime.CALM]


def test_a_day_is_coloured_whole_however_little_of_it_is_marked(daily):
    noon = (FIRST + 30) * DAY + 12 * HOUR
    track = track_of(daily, DrawnRegime(noon, noon + 1, Regime.CALM))
    codes = track.at((FIRST + np.array([29, 30, 31])) * DAY + HOUR)
    assert codes.tolist() == [Regime.NORMAL, Regime.CALM, Regime.NORMAL]


def test_what_is_drawn_is_shown_where_nothing_can_be_found():
    daily = DailyVolatility.of((FIRST + np.arange(6)) * DAY, np.full(6, 5.0))
    window = Window(FIRST * DAY, (FIRST + 5) * DAY)
    track = regime_track(daily, window, RegimeSettings(drawn=(span(1, 3, Regime.STRESSED),)))
    assert "need 10 daily returns" in track.note
    assert track.label.tolist() == [Regime.NORMAL, Regime.STRESSED, Regime.STRESSED, Regime.NORMAL, Regime.NORMAL]


@pytest.mark.parametrize("closes", [0, 1, 2])
def test_a_history_without_days_takes_spans_too(closes):
    daily = DailyVolatility.of((FIRST + np.arange(closes)) * DAY, np.full(closes, 5.0))
    settings = RegimeSettings(drawn=(span(0, 3, Regime.STRESSED),))
    track = regime_track(daily, Window(FIRST * DAY, (FIRST + 1) * DAY), settings)
    assert track.label.tolist() == [Regime.STRESSED] * max(closes - 1, 0)
    assert [band[2] for band in track.bands()] == [Regime.STRESSED] * bool(closes > 1)


def test_bands_follow_what_is_drawn(daily):
    bands = track_of(daily, span(60, 70)).bands()
    assert ((FIRST + 60) * DAY, (FIRST + 70) * DAY, Regime.CALM) in bands


@given(
    edges=st.lists(st.integers(0, 400), min_size=2, max_size=30, unique=True).map(sorted),
    drawn=st.lists(st.tuples(st.integers(0, 400), st.integers(1, 90)), max_size=6),
)
def test_a_row_belongs_to_the_last_span_that_overlaps_it(edges, drawn):
    made = tuple(DrawnRegime(start, start + length, Regime.CALM) for start, length in drawn)
    expected = [
        max((i for i, one in enumerate(made) if one.start < stop and one.stop > start), default=-1)
        for start, stop in zip(edges[:-1], edges[1:], strict=True)
    ]
    assert drawn_rows(np.array(edges, dtype=np.int64), made).tolist() == expected


def test_columns_are_those_of_the_spans_asked_for_even_where_they_are_asked_for_in_turn():
    edge, asked = np.array([0, 10, 20], dtype=np.int64), []
    for _ in range(3):
        asked += [(DrawnRegime(place, place + 1, Regime.CALM, str(place)),) for place in (3, 13)]
    for drawn, rows in zip(asked, [[0, -1], [-1, 0]] * 3, strict=True):
        assert drawn_rows(edge, drawn).tolist() == rows
        assert drawn_columns(drawn).name.tolist() == [drawn[0].name]
        assert drawn_columns(drawn) is drawn_columns(drawn)


def test_a_track_says_which_span_colours_a_day_and_nothing_without_spans(daily):
    assert track_of(daily).drawn_row is None
    row = track_of(daily, span(10, 60), span(40, 80)).drawn_row
    assert row.tolist() == [-1] * 10 + [0] * 30 + [1] * 40 + [-1] * (DAYS - 80)


# --- Written and read ------------------------------------------------------------------------------------------------


@given(one=spans())
def test_a_span_comes_back_from_its_plain_form(one):
    assert DrawnRegime.from_plain(one.to_plain()) == one
    assert DrawnRegime.from_plain(one) == one


def test_times_are_written_in_iso_and_read_in_any_zone():
    plain = {"start": "2020-02-20", "stop": "2020-03-23T02:00+02:00", "regime": "stressed", "name": "COVID-19"}
    one = DrawnRegime.from_plain(plain)
    assert one.to_plain() == {"start": "2020-02-20", "stop": "2020-03-23", "regime": "stressed", "name": "COVID-19"}


@pytest.mark.parametrize(
    ("plain", "words"),
    [
        ({"start": "2020-01-02", "stop": "2020-01-01", "regime": "calm"}, "must end after its start"),
        ({"start": "2020-01-02", "stop": "2020-01-02", "regime": "calm"}, "must end after its start"),
        ({"start": "2020-01-01", "stop": "2020-01-02", "regime": "unseen"}, "one of calm, normal, stressed"),
        ({"start": "2020-01-01", "stop": "2020-01-02", "regime": 3}, "one of calm, normal, stressed"),
        ({"start": "2020-01-01", "stop": "2020-01-02", "regime": True}, "one of calm, normal, stressed"),
        ({"start": "soon", "stop": "2020-01-02", "regime": "calm"}, "ISO-8601"),
        ({"start": None, "stop": "2020-01-02", "regime": "calm"}, "ISO-8601"),
        ({"start": 2**70, "stop": 2**71, "regime": "calm"}, "must end after its start|must lie between"),
        ({"start": "2020-01-01", "regime": "calm"}, "a start, a stop and a regime"),
        ({"start": "2020-01-01", "stop": "2020-01-02", "regime": "calm", "name": "x" * 81}, "at most 80 characters"),
        ({"start": "2020-01-01", "stop": "2020-01-02", "regime": "calm", "name": "two\nlines"}, "one line"),
        ("stressed", "a start, a stop and a regime"),
        (None, "a start, a stop and a regime"),
    ],
)
def test_what_is_no_span_is_one_sentence(plain, words):
    with pytest.raises(UsageError, match=words) as caught:
        DrawnRegime.from_plain(plain)
    assert "\n" not in str(caught.value)


def test_more_spans_than_a_case_holds_are_refused():
    one = span(0, 1)
    check_drawn((one,) * MOST_DRAWN)
    with pytest.raises(UsageError, match="at most 1,000 marked spans, found 1,001"):
        RegimeSettings(drawn=(one,) * (MOST_DRAWN + 1))
    with pytest.raises(UsageError, match="spans with a regime"):
        RegimeSettings(drawn=[one])
    with pytest.raises(UsageError, match="spans with a regime"):
        RegimeSettings(drawn=("stressed",))
