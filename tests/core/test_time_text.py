"""Times as text: what is written is read again, and what is no time is refused in one sentence."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from outsample.errors import UsageError
from outsample.typing import DAY, HOUR, SECOND
from outsample.windows import Window, iso, parse_time

from .made_splits import START


@given(st.integers(-(2**63) + 1, 2**63 - 1))
@example(0)
@example(-1)
@example(2**63 - 1)
@example(-(2**63) + 1)
def test_a_time_survives_its_own_text(time):
    assert parse_time(iso(time)) == time


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-03-01", "2026-03-01T00:00:00Z"),
        ("2026-03-01T08:00Z", "2026-03-01T08:00:00Z"),
        ("2026-03-01 08:00", "2026-03-01T08:00:00Z"),
        ("2026-03-01T08:00:00.5", "2026-03-01T08:00:00.500000000Z"),
        ("2026-03-01T08:00:00.000000001Z", "2026-03-01T08:00:00.000000001Z"),
        ("2026-03-01T10:00+02:00", "2026-03-01T08:00:00Z"),
        ("2026-03-01T03:00:00-0500", "2026-03-01T08:00:00Z"),
        ("  2026-03-01 ", "2026-03-01T00:00:00Z"),
    ],
)
def test_iso_text_in_its_forms_is_understood(text, same):
    assert parse_time(text) == np.datetime64(same.removesuffix("Z"), "ns").astype(np.int64)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2026-13-01",
        "2026-02-29",
        "2026-3-1",
        "20260301",
        "2026-03-01T25:00",
        "2026-03-01T08",
        "2026-03-01.5",
        "2026-03-01T08:00.5Z",
        "2026-03-01T08:00:00.0000000001Z",
        "2026-03-01T08:00:00.Z",
        "1772323200",
        "nan",
    ],
)
def test_other_text_is_refused_in_one_sentence(text):
    with pytest.raises(UsageError, match="a time must be ISO-8601 such as .*; type it again"):
        parse_time(text)


@pytest.mark.parametrize("text", ["9999-12-31", "1600-01-01", "2262-04-12", "1677-09-21"])
def test_a_year_that_nanoseconds_cannot_tell_is_refused(text):
    with pytest.raises(UsageError, match="between 1677-09-22 and 2262-04-11"):
        parse_time(text)


def test_text_has_no_more_digits_than_it_needs():
    assert iso(START) == "2024-01-01"
    assert iso(START + HOUR) == "2024-01-01T01:00:00Z"
    assert iso(START + SECOND // 2) == "2024-01-01T00:00:00.5Z"
    assert str(Window(START, START + DAY)) == "2024-01-01..2024-01-02"
