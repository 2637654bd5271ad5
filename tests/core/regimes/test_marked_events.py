"""Events of a file as marked spans: what is taken, what is taken for granted, and what is said of it."""

import numpy as np
import pytest

from outsample.errors import UsageError
from outsample.regimes import LONGEST_NAME, DrawnRegime, Regime
from outsample.regimes.drawn import MOST_DRAWN
from outsample.regimes.marked_events import marked_events, spans_outside
from outsample.typing import DAY
from outsample.windows import parse_time


@pytest.fixture
def read(tmp_path):
    """Return a function that writes lines to a file of events and reads it."""

    def run(*lines):
        path = tmp_path / "events.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        return marked_events(path)

    return run


def test_an_event_is_a_span_and_one_without_a_regime_is_stressed(read):
    found = read("start,stop,regime,name", "2020-01-06Z,2020-01-07Z,calm,quiet", "2020-02-03Z,2020-02-03Z,,crash")
    assert found.spans == (
        DrawnRegime(parse_time("2020-01-06"), parse_time("2020-01-08"), Regime.CALM, "quiet"),
        DrawnRegime(parse_time("2020-02-03"), parse_time("2020-02-04"), Regime.STRESSED, "crash"),
    )
    assert found.summary == "2 events of events.csv marked."
    assert "Where the file names no regime it is stressed." in found.remarks


def test_an_event_that_stands_twice_is_one_span(read):
    found = read("start,regime", "2020-01-06,calm", "2020-01-06,calm")
    assert len(found.spans) == 1
    assert "1 of them stand in the file more than once." in found.remarks
    assert not any("stressed" in remark for remark in found.remarks)


def test_rows_that_are_left_out_are_counted(read):
    found = read("start,regime", "2020-01-06,calm", "never,calm")
    assert len(found.spans) == 1
    assert any(remark.startswith("Left out, ") and remark.endswith(": 1.") for remark in found.remarks)


def test_a_name_that_is_too_long_is_cut(read):
    (span,) = read("start,name", f"2020-01-06,{'n' * (LONGEST_NAME + 1)}").spans
    assert span.name == "n" * (LONGEST_NAME - 1) + "…"


def test_more_than_a_case_holds_are_refused(read):
    lines = [f"2020-01-06T00:00:{place // 60:02d}.{place % 60:02d}Z,calm" for place in range(MOST_DRAWN + 1)]
    with pytest.raises(UsageError, match=f"at most {MOST_DRAWN:,} marked spans, found {MOST_DRAWN + 1:,}"):
        read("start,regime", *lines)


def test_spans_that_touch_no_time_are_counted():
    spans = tuple(DrawnRegime(start * DAY, (start + 1) * DAY, Regime.CALM) for start in (0, 9, 10, 20, 21))
    assert spans_outside(spans, np.array([10, 15, 20]) * DAY) == 3  # one ends where the history starts
