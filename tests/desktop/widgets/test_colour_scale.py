import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor

from outsample_desktop.theme import DARK, LIGHT
from outsample_desktop.widgets.colour_scale import ColourScale

THEMES = pytest.mark.parametrize("role", [DARK, LIGHT], ids=["dark", "light"])
FINITE = st.floats(-1e300, 1e300)
REACH = st.floats(1e-300, 1e300)


def name(colour):
    return colour.name()


@THEMES
@pytest.mark.parametrize("reach", [1e-300, 1e-6, 0.3, 1.0, 7.0, 1e6, 1e300])
def test_zero_of_a_signed_scale_is_exactly_the_middle_colour(role, reach):
    scale = ColourScale(role, True, reach)
    assert name(scale.colours(0.0)[0]) == QColor(role.middle).name()
    assert name(scale.colours(-0.0)[0]) == QColor(role.middle).name()


@THEMES
def test_the_ends_of_a_signed_scale_are_its_outer_colours_and_beyond_them_it_is_clipped(role):
    scale = ColourScale(role, True, 2.0)
    for value in (-2.0, -2.1, -1e300):
        assert name(scale.colours(value)[0]) == QColor(role.low).name()
    for value in (2.0, 2.1, 1e300):
        assert name(scale.colours(value)[0]) == QColor(role.high).name()


@given(reach=REACH, share=st.floats(0.0, 1.0))
def test_a_signed_scale_is_as_far_from_the_middle_on_either_side(reach, share):
    scale = ColourScale(DARK, True, reach)
    below, middle, above = (scale.step(value) for value in (-share * reach, 0.0, share * reach))
    assert abs((middle - below) - (above - middle)) <= 1
    assert middle == 128


@given(reach=REACH, one=FINITE, other=FINITE, is_signed=st.booleans())
def test_a_larger_value_is_never_lower_on_the_scale(reach, one, other, is_signed):
    scale = ColourScale(LIGHT, is_signed, reach)
    low, high = sorted((one, other))
    assert 0 <= scale.step(low) <= scale.step(high) <= 256


@pytest.mark.parametrize("reach", [0.0, -1.0])
def test_a_scale_without_reach_still_has_colours(reach):
    assert ColourScale(DARK, False, reach).colours(0.5)[0].isValid()


@THEMES
@pytest.mark.parametrize("is_signed", [True, False])
def test_the_ink_on_every_colour_is_the_one_of_the_two_that_reads_better(role, is_signed):
    """WCAG 2.2, 1.4.3: 3 : 1 at least; of two inks that are nearly black and white the better one has above four."""
    scale = ColourScale(role, is_signed, 1.0)
    for step in range(257):
        fill, ink = scale.colours(-1.0 + step / 128.0)
        found = contrast(fill, ink)
        assert found >= 4.2
        assert found >= 0.9 * max(contrast(fill, QColor(name)) for name in ("#0b0d10", "#ffffff"))


def luminance(colour):
    parts = [colour.redF(), colour.greenF(), colour.blueF()]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
