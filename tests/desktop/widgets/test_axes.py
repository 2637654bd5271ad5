import math
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from outsample_desktop.session import Theme
from outsample_desktop.theme import colours
from outsample_desktop.widgets import axes
from outsample_desktop.widgets.axes import LogAxis, UtcAxis, date_ticks, linear_ticks, log_marks, log_ticks
from outsample_desktop.widgets.plot import Plot

MINUTE, DAY, YEAR = 60.0, 86_400.0, 365.25 * 86_400.0
LABEL, LINE = 58.0, 22.0  # pixels that a date and a number need
STARTS = st.floats(-2e9, 4e9)
SPANS = st.floats(math.log(MINUTE), math.log(60 * YEAR)).map(math.exp)
PIXELS = st.floats(60.0, 3000.0)


def decoded(at):
    return datetime.fromtimestamp(at, UTC)


@given(start=STARTS, span=SPANS, pixels=PIXELS)
def test_dates_lie_inside_the_axis_in_order_and_have_a_text(start, span, pixels):
    ticks = date_ticks(start, start + span, pixels)
    at = [tick for tick, _ in ticks]
    assert all(math.isfinite(tick) and start <= tick <= start + span for tick in at)
    assert at == sorted(set(at))
    assert all(text for _, text in ticks)


@given(start=STARTS, span=SPANS, pixels=PIXELS)
def test_dates_do_not_overlap(start, span, pixels):
    """Labels are centred on their ticks, so neighbours need room for one; some is lost to short months."""
    at = np.array([tick for tick, _ in date_ticks(start, start + span, pixels)])
    if at.size > 1:
        assert (np.diff(at) * pixels / span).min() >= 0.6 * LABEL


@given(start=STARTS, span=st.floats(math.log(3 * DAY), math.log(60 * YEAR)).map(math.exp), pixels=st.floats(300, 3000))
def test_a_wide_axis_of_days_or_more_has_at_least_one_date(start, span, pixels):
    assert date_ticks(start, start + span, pixels)


@given(start=STARTS, span=st.floats(MINUTE, 3 * DAY), pixels=st.floats(500, 3000))
@example(start=1_704_103_200.0, span=1800.0, pixels=1200.0)
def test_a_wide_axis_of_minutes_to_days_has_at_least_two_times(start, span, pixels):
    """Order books and trades are of minutes."""
    assert len(date_ticks(start, start + span, pixels)) >= 2


@given(start=STARTS, span=SPANS, pixels=PIXELS)
def test_a_date_says_when_it_is(start, span, pixels):
    """Each text is true of its time in UTC, whatever the zone of the machine."""
    for at, text in date_ticks(start, start + span, pixels):
        moment = decoded(at)
        if ":" in text:
            assert text == (f"{moment:%H:%M}" if text.count(":") == 1 else f"{moment:%H:%M:%S}")
        elif text.isdigit():
            assert (moment.month, moment.day) == (1, 1)
            assert int(text) == moment.year
        elif "-" in text:
            assert text == f"{moment:%m-%d}"
        else:
            words = text.split()
            assert f"{moment:%b}" in words
            assert moment.hour == moment.minute == moment.second == 0
            if words[0].isdigit():
                assert int(words[0]) == moment.day
            else:
                assert moment.day == 1


@given(start=STARTS, span=SPANS, pixels=PIXELS)
def test_no_two_neighbours_have_the_same_text(start, span, pixels):
    texts = [text for _, text in date_ticks(start, start + span, pixels)]
    assert all(one != other for one, other in zip(texts[:-1], texts[1:], strict=True))


@pytest.mark.parametrize(
    ("low", "high", "pixels"),
    [
        (0.0, 0.0, 100.0),
        (5.0, 1.0, 100.0),
        (0.0, 1.0, 0.0),
        (0.0, 1.0, -5.0),
        (math.nan, 1.0, 9.0),
        (0.0, math.nan, 9.0),
    ],
)
def test_an_axis_of_nothing_has_no_date(low, high, pixels):
    assert date_ticks(low, high, pixels) == []


def test_sixty_years_are_written_as_round_years():
    low, high = datetime(1965, 1, 1, tzinfo=UTC).timestamp(), datetime(2025, 1, 1, tzinfo=UTC).timestamp()
    years = [int(text) for _, text in date_ticks(low, high, 900.0)]
    assert len(years) >= 6
    assert len({b - a for a, b in zip(years[:-1], years[1:], strict=True)}) == 1
    assert all(year % 5 == 0 for year in years)


LOGS = st.tuples(st.floats(-6.0, 6.0), st.floats(-6.0, 6.0)).filter(lambda ends: abs(ends[1] - ends[0]) > 1e-4)


@given(ends=LOGS, pixels=st.floats(60.0, 1200.0))
def test_round_numbers_lie_inside_the_axis_in_order(ends, pixels):
    low, high = sorted(ends)
    ticks = log_ticks(low, high, pixels)
    assert all(math.isfinite(tick) for tick in ticks)
    slack = 1e-9 * max(1.0, abs(low), abs(high))
    assert all(low - slack <= tick <= high + slack for tick in ticks)
    assert ticks == sorted(set(ticks))


@given(ends=LOGS, pixels=st.floats(60.0, 1200.0))
def test_round_numbers_do_not_crowd(ends, pixels):
    low, high = sorted(ends)
    assert len(log_ticks(low, high, pixels)) <= max(5, int(pixels / LINE))


@given(ends=LOGS.filter(lambda ends: abs(ends[1] - ends[0]) > 0.02), pixels=st.floats(110.0, 1200.0))
def test_an_axis_of_numbers_is_never_without_two_of_them(ends, pixels):
    assert len(log_ticks(*sorted(ends), pixels)) >= 2


@given(ends=LOGS.filter(lambda ends: abs(ends[1] - ends[0]) > 0.02), pixels=st.floats(60.0, 1200.0))
def test_the_numbers_that_are_written_are_round(ends, pixels):
    """At most two significant digits beyond what the range itself needs, and no two alike."""
    low, high = sorted(ends)
    texts = [text for _, text in log_marks(low, high, pixels)]
    assert len(set(texts)) == len(texts)
    assert not any("nan" in text or "inf" in text for text in texts)


@pytest.mark.parametrize("ends", [(300.0, 300.5), (-320.0, -300.0), (283.0, 317.0), (307.0, 309.0)])
def test_numbers_beyond_what_a_float_can_hold_do_no_harm(ends):
    """A constant of 1e300 with its margin reaches past the largest double."""
    marks = log_marks(*ends, 200.0)
    assert all(math.isfinite(at) and text for at, text in marks)


NUMBERS = st.floats(-1e9, 1e9, allow_nan=False)


@given(low=NUMBERS, span=st.floats(1e-6, 1e9), pixels=st.floats(40.0, 3000.0), label=st.sampled_from([15.0, 58.0]))
@example(low=0.05, span=1e-6, pixels=150.0, label=15.0)
@example(low=1.0, span=2e-6, pixels=150.0, label=15.0)
def test_plain_numbers_are_round_in_order_inside_the_axis_and_no_two_alike(low, span, pixels, label):
    high = low + span
    marks = linear_ticks(low, high, pixels, label)
    at = [place for place, _ in marks]
    assert at == sorted(set(at))
    assert all(low - 1e-9 * span <= place <= high + 1e-9 * span for place in at)
    assert len(marks) <= max(1.25 * pixels / label, 2.0) + 1
    assert len({text for _, text in marks}) == len(marks)
    if len(at) > 2 and span > 1e-3 * abs(low):
        step = at[1] - at[0]
        assert float(f"{step:.6e}"[0]) in (1.0, 2.0, 5.0)
        assert all(abs(place / step - round(place / step)) < 1e-6 for place in at)


@given(low=st.floats(-1e6, 1e6), span=st.floats(1e-4, 1e6), pixels=st.floats(40.0, 400.0))
def test_a_number_says_what_it_stands_for(low, span, pixels):
    for at, text in linear_ticks(low, low + span, pixels, 15.0):
        factor = {"k": 1e3, "M": 1e6}.get(text[-1], 1.0)
        read = float(text.rstrip("kM").replace("−", "-").replace(",", "")) * factor
        assert read == pytest.approx(at, abs=1e-3 * span + 1e-9 * abs(at))


@given(low=st.floats(-1e6, 1e6), span=st.floats(1.0, 1e6), pixels=st.floats(60.0, 2000.0))
def test_a_plain_axis_with_room_has_at_least_two_numbers(low, span, pixels):
    assert len(linear_ticks(low, low + span, pixels, 15.0)) >= 2


@pytest.mark.parametrize(
    ("low", "high", "pixels", "texts"),
    [
        (59_000.0, 101_000.0, 90.0, ["60k", "70k", "80k", "90k", "100k"]),
        (-2.2, 2.2, 75.0, ["−2", "−1", "0", "1", "2"]),
        (0.0, 1.0, 45.0, ["0.0", "0.5", "1.0"]),
        (4_400.0, 5_600.0, 60.0, ["4,500", "5,000", "5,500"]),
        (99_000.0, 101_600.0, 90.0, ["99.0k", "99.5k", "100.0k", "100.5k", "101.0k", "101.5k"]),
        (-0.00031, 0.00021, 90.0, ["−0.0003", "−0.0002", "−0.0001", "0.0000", "0.0001", "0.0002"]),
        (0.0, 4.1e7, 75.0, ["0", "10M", "20M", "30M", "40M"]),
    ],
)
def test_plain_numbers_are_written_as_short_as_their_step_allows(low, high, pixels, texts):
    assert [text for _, text in linear_ticks(low, high, pixels, 15.0)] == texts


@pytest.mark.parametrize("ends", [(1.0, 1.0), (2.0, 1.0), (math.nan, 1.0), (0.0, math.inf)])
def test_an_axis_without_an_extent_has_no_numbers(ends):
    assert linear_ticks(*ends, 200.0, 15.0) == []


def test_the_axes_say_what_their_values_mean(qapp):
    dates, numbers, plain = UtcAxis(), LogAxis("left"), LogAxis("left", is_log=False)
    assert dates.marks(0.0, 10 * DAY, 900.0) == date_ticks(0.0, 10 * DAY, 900.0)
    assert dict(numbers.marks(-3.0, 1.0, 200.0))[-3.0] == "0.001"
    assert plain.marks(-2.0, 0.0, 30.0) == [(-2.0, "−2"), (-1.0, "−1"), (0.0, "0")]


@pytest.mark.parametrize(
    ("low", "high", "pixels", "texts"),
    [
        (0.87, 1.29, 155.0, ["0.9", "1", "1.1", "1.2"]),
        (0.87, 1.29, 60.0, ["1", "1.2"]),
        (1000.0, 1001.0, 400.0, ["1000", "1001"]),  # four digits are written: finer ones would read alike
    ],
)
def test_ratios_near_one_have_as_many_numbers_as_fit(low, high, pixels, texts):
    assert [text for _, text in log_marks(math.log10(low), math.log10(high), pixels)] == texts


@pytest.mark.parametrize("height", [101, 139, 180, 320])
@pytest.mark.parametrize("reach", [1.03, 2.02, 4.3, 4.49, 9.9])
def test_numbers_at_the_ends_of_an_axis_touch_no_others(qtbot, monkeypatch, height, reach):
    tops = []
    monkeypatch.setattr(axes, "write_in", lambda _painter, box, text, *_, **__: tops.append((box[1], box[3], text)))
    plot = Plot("any")
    qtbot.addWidget(plot)
    plot.paint_in(colours(Theme.DARK))
    plot.getAxis("bottom").has_text = False
    plot.keep_axes(False)
    plot.resize(300, height)
    plot.span_y(-reach, reach)
    plot.grab()
    tops.sort()
    assert len(tops) >= 2
    assert all(lower[0] - (upper[0] + upper[1]) >= -1e-9 for upper, lower in zip(tops[:-1], tops[1:], strict=True))
    assert all(0.0 <= top <= height - size for top, size, _ in tops)
