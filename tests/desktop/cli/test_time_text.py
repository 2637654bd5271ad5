import pytest

from outsample.errors import UsageError
from outsample.windows import parse_time
from outsample_desktop.cli.time_text import parse_ends, parse_span

SECOND = 10**9


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("0", 0),
        ("0d", 0),
        ("1d", 86_400 * SECOND),
        (" 6H ", 21_600 * SECOND),
        ("1.5h", 5_400 * SECOND),
        ("90min", 5_400 * SECOND),
        ("30s", 30 * SECOND),
    ],
)
def test_a_span_is_a_number_with_a_unit(text, nanoseconds):
    assert parse_span(text, "--purge") == nanoseconds


@pytest.mark.parametrize("text", ["", "1", "d", "1 d", "1w", "-1d", "1d6h", "nan", "1e3d", "٣d", "36501d"])
def test_anything_else_is_no_span(text):
    with pytest.raises(UsageError, match="--purge"):
        parse_span(text, "--purge")


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("2024-01-01..2024-02-01", ("2024-01-01", "2024-02-01")),
        (" 2024-01-01T08:00Z .. 2024-02-01 ", ("2024-01-01T08:00Z", "2024-02-01")),
        ("2024-01-01T00:00:00.5..2024-02-01", ("2024-01-01T00:00:00.5", "2024-02-01")),
        ("2024-01-01..", ("2024-01-01", None)),
        ("..2024-02-01", (None, "2024-02-01")),
        ("..", (None, None)),
    ],
)
def test_an_end_that_is_left_out_is_none(text, ends):
    assert parse_ends(text, "--train") == tuple(end and parse_time(end) for end in ends)


@pytest.mark.parametrize("text", ["", ".", "2024-01-01", "a..b", "2024-01-01...2024-02-01", "2262-06-01.."])
def test_anything_else_is_no_window(text):
    with pytest.raises(UsageError, match="--train"):
        parse_ends(text, "--train")
