from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.errors import DataError
from outsample.io.clock import read_clock

MOMENT = pd.Timestamp("2025-03-16T07:08:09.123456Z")


def nanoseconds(texts: Sequence[str]) -> list[int]:
    return [pd.Timestamp(text).as_unit("ns").value for text in texts]


@pytest.mark.parametrize(("unit", "factor"), [("s", 10**9), ("ms", 10**6), ("µs", 10**3), ("ns", 1)])
@pytest.mark.parametrize("kind", ["integer", "text", "text with point", "float"])
def test_epochs_are_recognised_by_magnitude(unit: str, factor: int, kind: str):
    value = MOMENT.as_unit("ns").value // factor
    column = {
        "integer": pa.array([value]),
        "text": pa.array([str(value)]),
        "text with point": pa.array([f"{value}.0"]),
        "float": pa.array([float(value)]),
    }[kind]
    clock = read_clock(column, "unix")
    exact = value * factor
    tolerance = 512 if unit == "ns" and kind in ("float", "text with point") else 0  # float64 holds no more
    assert abs(int(clock.time[0]) - exact) <= tolerance
    assert clock.unit == f"epoch {unit}"
    assert not clock.bad.any()


def test_an_epoch_that_changes_unit_is_read_row_by_row_and_reported():
    clock = read_clock(pa.array(["1742083200000", "1740441600000000", "1740528000000000"]), "Unix")
    assert clock.time.tolist() == nanoseconds(["2025-03-16", "2025-02-25", "2025-02-26"])
    assert "1 in ms" in clock.notes[0]
    assert "2 in µs" in clock.notes[0]


def test_the_counts_of_a_mixed_epoch_are_of_rows_not_of_distinct_values():
    clock = read_clock(pa.array(["1742083200000"] * 5 + ["1740441600000000"]), "Unix")
    assert "5 in ms, 1 in µs" in clock.notes[0]


def test_fractions_of_a_second_survive_a_float_epoch():
    clock = read_clock(pa.array([1640995200.123456]), "t")
    assert clock.time.tolist() == nanoseconds(["2022-01-01T00:00:00.123456"])


@given(st.integers(0, 4_000_000_000_000_000))
def test_iso_text_round_trips_to_the_microsecond(microseconds: int):
    text = pd.Timestamp(microseconds, unit="us", tz="UTC").isoformat()
    assert read_clock(pa.array([text]), "time").time[0] == microseconds * 1000


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["2020-01-01", "2020-01-02"], ["2020-01-01", "2020-01-02"]),
        (["2020-01-01 05:06"], ["2020-01-01T05:06"]),
        (["2020-01-01T05:06:07.5Z"], ["2020-01-01T05:06:07.5"]),
        (["2020-01-01 05:06:07 UTC"], ["2020-01-01T05:06:07"]),
        (["2020-01-01T05:06:07+02:00"], ["2020-01-01T03:06:07"]),
        (["2020-01-01T05:06:07-0330"], ["2020-01-01T08:36:07"]),
        (["20200131", "20200229"], ["2020-01-31", "2020-02-29"]),
        (["2020-01-01 05-PM"], ["2020-01-01T17:00"]),
        (["31/12/2020", "01/02/2021"], ["2020-12-31", "2021-02-01"]),
        (["12/31/2020", "01/02/2021"], ["2020-12-31", "2021-01-02"]),
        (["31.12.2020 17:00"], ["2020-12-31T17:00"]),
        (["Mar 05, 2021"], ["2021-03-05"]),
        (["1871-01-01"], ["1871-01-01"]),
    ],
)
def test_forms_that_vendors_write(texts: list[str], expected: list[str]):
    clock = read_clock(pa.array(texts), "date")
    assert clock.time.tolist() == nanoseconds(expected)


def test_times_without_a_zone_are_taken_as_utc_and_reported():
    assert "no zone" in read_clock(pa.array(["2020-01-01 00:00:00"]), "date").notes[0]
    assert "no zone" in read_clock(pa.array([1], pa.timestamp("ms")), "date").notes[0]
    assert not read_clock(pa.array([1], pa.timestamp("ms", "UTC")), "date").notes


@pytest.mark.parametrize(
    "texts",
    [
        ["2020-01-01 00:00:00", "2020-01-02 00:00:00+00:00"],
        ["2020-01-01 00:00:00+01:00", "2020-01-02 00:00:00-05:00"],
        ["2020-01-01T00:00:00Z", "2020-01-02T00:00:00+02:00"],
    ],
)
def test_mixed_zones_are_refused_in_one_sentence(texts: list[str]):
    with pytest.raises(DataError, match=r"must be in one time zone, found .*; convert the column to UTC"):
        read_clock(pa.array(texts), "date")


def test_summer_and_winter_time_of_one_zone_are_not_a_mixture():
    texts = ["2020-01-02 00:00:00-05:00", "2020-07-01 00:00:00-04:00"]
    clock = read_clock(pa.array(texts), "Date")
    assert clock.time.tolist() == nanoseconds(["2020-01-02T05:00", "2020-07-01T04:00"])
    assert "summer and winter" in clock.notes[0]


@pytest.mark.parametrize(("zone", "said"), [("-05:00", "−5 h"), ("+05:45", "+5.75 h"), ("+09:30", "+9.5 h")])
def test_an_offset_is_told_with_its_sign(zone: str, said: str):
    (note,) = read_clock(pa.array([f"2020-01-01T00:00:00{zone}", f"2020-01-02T00:00:00{zone}"]), "date").notes
    assert f"are {said} from UTC" in note


def test_dates_that_do_not_tell_day_from_month_are_refused():
    with pytest.raises(DataError, match="tells the day from the month; write dates as YYYY-MM-DD"):
        read_clock(pa.array(["01/02/2020", "03/04/2020"]), "date")


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["2020-01-01", "2020-02-30", "soon", None, "9999-01-01"]),
        pa.array(["1640995200", "16409x", "1e30", None, "99999999999999999999999"]),
        pa.array([1640995200, -5, 12, None, 2**62 + 2**61 + 2**60 + 2**59 + 2**58 + 2**57 + 2**56 + 2**55 + 2**54]),
        pa.array([1640995200.0, float("nan"), float("inf"), None, 1e300]),
        pa.array([0, None, None, None, 2**62], pa.timestamp("s", "UTC")),
    ],
)
def test_what_is_not_a_time_is_bad_and_the_rest_is_kept(column: Any):
    clock = read_clock(column, "time")
    assert not clock.bad[0]
    assert clock.bad[3]
    assert clock.bad[4]
    assert (clock.time[clock.bad] == 0).all()


def test_days_are_told_from_moments():
    assert read_clock(pa.array(["2020-01-01", "2020-01-02"]), "d").is_calendar
    assert not read_clock(pa.array(["2020-01-01 00:00", "2020-01-02 01:00"]), "d").is_calendar
    assert read_clock(pa.array([18_000], pa.date32()), "d").time.tolist() == [18_000 * 86_400 * 10**9]


def test_dictionary_and_chunked_columns_read_alike():
    texts = ["2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"]
    plain = read_clock(pa.array(texts), "t").time
    assert np.array_equal(plain, read_clock(pa.array(texts).dictionary_encode(), "t").time)
    assert np.array_equal(plain, read_clock(pa.chunked_array([texts[:1], texts[1:]]), "t").time)
