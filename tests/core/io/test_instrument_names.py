import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.io.instrument_names import parse_option_name, written_name


@pytest.mark.parametrize(
    ("name", "group", "expiry", "strike", "is_call"),
    [
        ("BTC-3JAN26-90000-C", "BTC", "2026-01-03T08:00Z", 90_000.0, True),
        ("ETH-27MAR26-2500-P", "ETH", "2026-03-27T08:00Z", 2_500.0, False),
        ("SOL_USDC-30JUN24-145-C", "SOL_USDC", "2024-06-30T08:00Z", 145.0, True),
        ("XRP_USDC-30JUN24-0d625-P", "XRP_USDC", "2024-06-30T08:00Z", 0.625, False),
    ],
)
def test_names_say_underlying_expiry_strike_and_type(name: str, group: str, expiry: str, strike: float, is_call: bool):
    said = parse_option_name(name)
    assert said is not None
    assert (said.group, said.strike, said.is_call) == (group, strike, is_call)
    assert said.expiry == pd.Timestamp(expiry).as_unit("ns").value


@pytest.mark.parametrize(
    "name",
    ["BTC-PERPETUAL", "BTC-27MAR26", "", "BTC-31FEB26-90000-C", "BTC-3XXX26-90000-C", "BTC-3JAN26-abc-C", "AAPL"],
)
def test_what_is_no_option_is_none(name: str):
    assert parse_option_name(name) is None


@given(
    st.datetimes(pd.Timestamp("2001-01-01").to_pydatetime(), pd.Timestamp("2099-12-31").to_pydatetime()),
    st.integers(1, 9_999_999),
    st.booleans(),
)
def test_a_written_name_reads_back(day: pd.Timestamp, eighths: int, is_call: bool):
    expiry = pd.Timestamp(day.date()).as_unit("ns").value + 8 * 3600 * 10**9
    said = parse_option_name(written_name("SOL_USDC", expiry, eighths / 8, is_call))
    assert said is not None
    assert (said.expiry, said.strike, said.is_call) == (expiry, eighths / 8, is_call)
