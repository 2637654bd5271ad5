"""The numbers a user may set: read, refused and written, and found where they are declared."""

from dataclasses import dataclass
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.case_parameters import GROUPS
from outsample.errors import UsageError
from outsample.named_parameters import check_parameters, named_parameters, number_text
from outsample.typing import Bounds, Label, Unit


@dataclass(frozen=True, slots=True)
class Oven:
    """How it bakes.

    Parameters
    ----------
    heat : float
        How hot it is, in ``degrees``. More is
        hotter.
    trays : int
        How many.
    colour : str
        Of the door; nobody sets it.

    Notes
    -----
    notes : str
        Not a field.
    """

    heat: Annotated[float, Label("Heat", "heat {} °C"), Unit("°C"), Bounds(50.0, 250.0)] = 180.0
    trays: Annotated[int, Label("Number of trays", "{} trays"), Unit("trays"), Bounds(1, 4)] = 2
    colour: str = "white"

    def __post_init__(self) -> None:
        check_parameters(self)


HEAT, TRAYS = named_parameters(Oven)
EVERY = [one for kind in (Oven, *GROUPS.values()) for one in named_parameters(kind)]


def test_a_parameter_is_what_its_field_declares():
    assert (HEAT.name, HEAT.label, HEAT.unit, HEAT.default, HEAT.is_whole) == ("heat", "Heat", "°C", 180.0, False)
    assert (TRAYS.name, TRAYS.bounds, TRAYS.default, TRAYS.is_whole) == ("trays", Bounds(1, 4), 2, True)


def test_the_meaning_is_what_the_docstring_says_on_one_line_and_without_marks():
    assert HEAT.meaning == "How hot it is, in degrees. More is hotter."
    assert TRAYS.meaning == "How many."


def test_a_sentence_says_what_is_required_what_was_found_and_the_default():
    with pytest.raises(UsageError) as caught:
        HEAT.read(" hot ")
    assert str(caught.value) == "heat must be a number from 50 to 250 °C, found 'hot'; the default is 180"
    with pytest.raises(UsageError) as caught:
        TRAYS.read("2.5", "--trays")
    assert str(caught.value) == "--trays must be a whole number from 1 to 4 trays, found '2.5'; the default is 2"


@pytest.mark.parametrize("text", ["", " ", "49.999", "250.1", "-180", "nan", "inf", "1e400", "180 °C", "180,5", "0x50"])
def test_what_is_no_heat_is_refused(text):
    with pytest.raises(UsageError, match="heat must be"):
        HEAT.read(text)


@pytest.mark.parametrize(("text", "value"), [("50", 50.0), (" 250 ", 250.0), ("1.8e2", 180.0), ("+99.5", 99.5)])
def test_what_is_a_heat_is_read(text, value):
    assert HEAT.read(text) == value


@pytest.mark.parametrize("value", [None, True, "180", [180.0], float("nan"), 1j])
def test_what_is_no_number_is_refused_whatever_it_is(value):
    with pytest.raises(UsageError, match="heat must be a number"):
        HEAT.checked(value)
    with pytest.raises(UsageError, match="must be a whole number"):
        Oven(trays=value)


def test_a_whole_number_may_be_written_with_a_point_and_comes_back_whole():
    assert type(TRAYS.checked(3.0)) is int
    assert type(TRAYS.read("3.0")) is int
    assert type(HEAT.checked(90)) is float


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.name)
def test_the_bounds_and_the_default_are_values_and_what_lies_beyond_is_none(one):
    for value in (one.bounds.low, one.default, one.bounds.high):
        assert one.checked(value) == value
    for value in (one.bounds.low - 1e-3, one.bounds.high + 1e-3):
        with pytest.raises(UsageError):
            one.checked(value)


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.name)
def test_every_parameter_can_be_explained(one):
    assert one.label
    assert one.unit
    assert one.meaning.endswith(".")
    assert "  " not in one.meaning
    assert one.brief.count("{}") == 1
    assert one.written(one.default) in one.briefly(one.default)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back_as_it_was_written(value):
    assert float(number_text(value)) == value


@given(st.floats(50.0, 250.0))
def test_a_value_reads_back_as_it_was_written(value):
    assert HEAT.read(HEAT.written(value)) == value
