"""Calendars of events: columns in any order and spelling, stops and durations, and a sentence for what is none."""

import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.errors import DataError
from outsample.io.events import Event, read_events
from outsample.typing import DAY, HOUR
from outsample.windows import iso, parse_time


@pytest.fixture
def written(tmp_path):
    """Return a function from text to a file."""

    def write(text, name="events.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def event(start, stop, regime="", name=""):
    return Event(parse_time(start), parse_time(stop), regime, name)


# --- What is read ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "start,stop,regime,name\n2020-02-20,2020-03-23,stressed,COVID\n",
        "Name;Regime;End Date;Start Date\nCOVID;Crisis;2020-03-23;2020-02-20\n",
        "FROM\tTO\tSTATE\tEVENT\n20.02.2020\t23.03.2020\tHigh\tCOVID\n",
        "until|begins|event|colour\n2020-03-23|2020-02-20|COVID|2\n",
        "start,length,kind,title\n2020-02-20,33,turmoil,COVID\n",
        "since,lasts,kind,title\n2020-02-20,33 days,turmoil,COVID\n",
        "since,duration,kind,title\n2020-02-20,792 h,turmoil,COVID\n",
        "start,stop,regime,name\n2020-02-20T00:00Z,2020-03-24T00:00Z,stressed,COVID\n",
        "start,stop,regime,name\n1582156800,1585008000,stressed,COVID\n",
    ],
)
def test_one_event_however_it_is_written(written, text):
    events, report = read_events(written(text))
    assert events == (event("2020-02-20", "2020-03-24", "stressed", "COVID"),)
    assert (report.rows_read, report.rows_kept, report.rejected) == (1, 1, {})


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("start,name\n2022-11-08,x\n", DAY),
        ("date,event\n2022-11-08,x\n", DAY),
        ("start,stop,name\n2022-11-08,2022-11-08,x\n", DAY),
        ("start,stop,name\n2022-11-08T00:00Z,2022-11-08T06:00Z,x\n", 6 * HOUR),
        ("start,duration,name\n2022-11-08,90min,x\n", 1.5 * HOUR),
        ("start,duration,name\n2022-11-08,2w,x\n", 14 * DAY),
        ("start,days,name\n2022-11-08,1.5,x\n", 1.5 * DAY),
    ],
)
def test_a_stop_that_is_a_day_belongs_to_the_event_and_one_with_a_clock_does_not(written, text, length):
    (found,), _ = read_events(written(text))
    assert (found.start, found.stop - found.start) == (parse_time("2022-11-08"), length)


def test_a_regime_is_read_by_its_usual_names_and_may_be_missing(written):
    words = ("Calm", "quiet", "LOW", "normal", "medium", "Stressed", "crisis", "high vol", "")
    rows = "".join(f"2020-01-{i:02d},{word}\n" for i, word in enumerate(words, start=1))
    events, _ = read_events(written(f"start,regime\n{rows}"))
    assert [one.regime for one in events] == ["calm"] * 3 + ["normal"] * 2 + ["stressed"] * 3 + [""]


def test_rows_that_are_none_are_left_out_and_counted_by_reason(written):
    rows = ("2020-01-01,2020-01-05,calm", "soon,2020-01-05,calm", "2020-01-01,later,calm", "2020-01-09,2020-01-02,calm")
    rows += ("2020-01-01,2020-01-05,purple", "2020-01-01,2020-01-05", ",2020-01-05,calm", "2020-01-01,,calm")
    events, report = read_events(written("start,stop,regime\n" + "\n".join(rows) + "\n"))
    assert events == (event("2020-01-01", "2020-01-06", "calm"),)
    assert report.rejected == {
        "another number of cells than the header": 1,
        "start missing or no time": 2,
        "stop or duration is none": 2,
        "stop not after the start": 1,
        "regime is none of calm, normal and stressed": 1,
    }
    assert report.rows_read == report.rows_kept + sum(report.rejected.values()) == len(rows)
    said = report.sentences()
    assert said[0] == "1 event of events.csv marked."
    assert "Left out, start missing or no time: 2." in said


@pytest.mark.parametrize("form", ["gzip", "parquet", "arrow"])
def test_events_come_packed_and_in_columns_too(written, tmp_path, form):
    import pyarrow as pa
    from pyarrow import feather, parquet

    text = "start,stop,regime,name\n2020-02-20,2020-03-23,stressed,COVID\n"
    path = tmp_path / f"any.{form}"
    columns = {
        "start": np.array(["2020-02-20"], "datetime64[ns]"),
        "stop": np.array(["2020-03-24T00:00"], "datetime64[ns]"),
        "regime": ["stressed"],
        "name": ["COVID"],
    }
    if form == "gzip":
        path.write_bytes(gzip.compress(text.encode()))
    elif form == "parquet":
        parquet.write_table(pa.table(columns), path)
    else:
        feather.write_feather(pa.table(columns), path, compression="uncompressed")
    assert read_events(path)[0] == (event("2020-02-20", "2020-03-24", "stressed", "COVID"),)


@given(
    start=st.integers(-200, 200).map(lambda day: 1_600_000_000 * 10**9 // DAY * DAY + day * DAY),
    hours=st.integers(1, 5000),
    regime=st.sampled_from(["calm", "normal", "stressed"]),
)
def test_what_is_written_with_clock_times_comes_back(tmp_path_factory, start, hours, regime):
    path = tmp_path_factory.mktemp("events") / "any.csv"
    stop = start + hours * HOUR
    ends = [iso(time) if "T" in iso(time) else f"{iso(time)}T00:00:00Z" for time in (start, stop)]
    path.write_text(f"start,stop,regime,name\n{ends[0]},{ends[1]},{regime},x\n")
    assert read_events(path)[0] == (Event(start, stop, regime, "x"),)


# --- What is none ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "events need a column for start, found in events.csv only: a, b; rename or add the column"),
        ("start,stop\n2020-01-01,2020-01-02\n", "events need a column for regime or name, found in events.csv only"),
        ("start,name\nsoon,x\n", "at least one that can be read, found none in events.csv .*no time, as in row 1"),
        ("start,name\n", "header only"),
        ("start,days,name\n2020-01-01,1e300,x\n", "stop or duration is none"),
        ("start,days,name\n2020-01-01,99999999999,x\n", "stop or duration is none"),
        ("start,days,name\n2020-01-01,0,x\n", "stop not after the start"),
        ("start,days,name\n2020-01-01,-3,x\n", "stop or duration is none"),
        ("start,stop,name\n2020-01-01,2020-02-01T00:00Z,x\n2020-01-01T00:00+05:00,2020-02-01,y\n", "one time zone"),
        ("start,name\n01/02/2020,x\n", "unambiguous"),
        ("", "empty"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(written, text, words):
    with pytest.raises(DataError, match=words) as caught:
        read_events(written(text))
    assert "\n" not in str(caught.value)


def test_a_file_too_large_for_events_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "huge.csv"
    path.write_bytes(b"start,name\n" + b"2020-01-01,x\n" * (17 * 2**20 // 13))
    with pytest.raises(DataError, match="at most 16,777,216 bytes"):
        read_events(path)


def test_nothing_there_is_a_sentence(tmp_path):
    with pytest.raises(DataError, match="found nothing at"):
        read_events(tmp_path / "gone.csv")
