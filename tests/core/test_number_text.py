"""Numbers in sentences: readable at any size, never an exponent where whole digits say it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.number_text import number, significant


@pytest.mark.parametrize(
    ("value", "text"),
    [(1013.2, "1,013"), (999.6, "1,000"), (-1e6, "−1,000,000"), (0.5, "0.5"), (-9.19e-5, "−9.19e−05"), (0.0, "0")],
)
def test_a_number_is_read_at_once(value, text):
    assert significant(value) == text


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_a_dash(value):
    assert significant(value) == number(value) == number(value, is_signed=True) == "–"


@pytest.mark.parametrize(
    ("value", "decimals", "is_signed", "text"),
    [
        (-0.371, 2, False, "−0.37"),
        (0.371, 2, True, "+0.37"),
        (-12345.67, 1, True, "−12,345.7"),
        (-0.004, 2, False, "0.00"),
        (-0.004, 2, True, "0.00"),
        (0.004, 2, True, "0.00"),
        (0.6, 0, True, "+1"),
    ],
)
def test_a_number_has_its_decimals_and_its_sign(value, decimals, is_signed, text):
    assert number(value, decimals, is_signed) == text


@given(st.floats(-1e8, 1e8).filter(lambda x: abs(x) > 1e-8), st.integers(2, 6))
def test_what_is_written_is_the_number_to_so_many_digits(value, digits):
    text = significant(value, digits)
    assert float(text.replace("−", "-").replace(",", "")) == pytest.approx(value, rel=0.51 * 10.0 ** (1 - digits))
    assert "-" not in text
    assert significant(abs(value), digits, is_signed=True).startswith("+")
