import dataclasses
import math
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.number_text import number
from outsample_desktop.resolve.numbers import effect_text, p_text, percent_text, ratio_text, vol_text

NOTHING = [math.nan, math.inf, -math.inf]
ANY = st.floats(-1e250, 1e250) | st.sampled_from(NOTHING)


def contrast(is_ratio, power=0.5):
    return SimpleNamespace(is_ratio=is_ratio, ratio_power=power)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.0, 1, "0.0"),
        (1.25, 1, "1.2"),
        (-3.14159, 2, "−3.14"),
        (1234567.0, 0, "1,234,567"),
        (-0.5, 3, "−0.500"),
    ],
)
def test_a_number_has_fixed_decimals_and_a_true_minus(value, decimals, text):
    assert number(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (12.345, "vol pts", "12.3"),
        (0.456, "vol pts", "0.46"),
        (-0.456, "vol pts", "−0.46"),
        (-1.26, "vol pts", "−1.3"),
        (0.00012345, "coin", "0.00012"),
        (-0.001, "coin", "−0.00100"),
        (0.12345, "nats", "0.123"),
        (0.12345, "%", "0.123"),
        (3.14159, "half-spreads", "3.14"),
        (1234.5, "USD", "1,234.5"),
    ],
)
def test_an_error_has_the_digits_its_unit_deserves(value, unit, text):
    assert vol_text(value, unit) == text


@pytest.mark.parametrize(("value", "text"), [(1.0, "1.00×"), (1.426, "1.43×"), (0.0, "0.00×")])
def test_a_ratio_has_two_decimals_and_a_cross(value, text):
    assert ratio_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "<0.001"), (0.00099, "<0.001"), (0.001, "0.001"), (0.0314, "0.031"), (1.0, "1.000")]
)
def test_a_p_value_has_three_decimals_or_is_smaller(value, text):
    assert p_text(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.0, "0 %"), (0.126, "13 %"), (1.0, "100 %")])
def test_a_share_is_whole_percent(value, text):
    assert percent_text(value) == text


@pytest.mark.parametrize(
    ("found", "value", "text"),
    [
        (contrast(True), 0.0, "1.00×"),
        (contrast(True), 2.0 * math.log(1.5), "1.50×"),  # a squared loss, shown as its root
        (contrast(True, 1.0), math.log(0.5), "0.50×"),
        (contrast(False), 0.01234, "+0.0123"),
        (contrast(False), -0.01234, "−0.0123"),
    ],
)
def test_a_contrast_is_a_ratio_of_what_is_shown_or_a_signed_difference(found, value, text):
    assert effect_text(found, value) == text


@pytest.mark.parametrize("value", NOTHING)
def test_what_is_no_number_is_a_dash_everywhere(value):
    texts = [number(value), ratio_text(value), p_text(value), percent_text(value)]
    texts += [vol_text(value, unit) for unit in ("vol pts", "coin", "nats", "%", "half-spreads", "USD")]
    texts += [effect_text(contrast(True), value), effect_text(contrast(False), value)]
    assert set(texts) == {"–"}


@given(value=ANY)
def test_no_text_has_a_hyphen_for_a_minus_or_says_nan(value):
    texts = [number(value), ratio_text(abs(value)), p_text(abs(value)), percent_text(abs(value))]
    texts += [vol_text(value, unit) for unit in ("vol pts", "coin", "nats")]
    texts.append(effect_text(contrast(False), value))
    for text in texts:
        assert "-" not in text
        assert "nan" not in text
        assert "inf" not in text


@given(value=st.floats(-1e6, 1e6))
def test_no_end_of_an_interval_is_too_large_to_be_written(value):
    """With hardly any effective observations an interval of log ratios reaches as far as it likes."""
    assert isinstance(effect_text(contrast(True), value), str)


@given(value=st.floats(-0.0499, -1e-9))
def test_what_rounds_to_nothing_has_no_minus(value):
    assert number(value) == "0.0"


def test_the_stand_in_has_the_fields_of_a_headline():
    from outsample.diagnostics import Headline

    assert {"is_ratio", "ratio_power"} <= {field.name for field in dataclasses.fields(Headline)}
