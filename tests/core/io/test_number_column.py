import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.errors import DataError
from outsample.io.number_column import read_numbers, shortest_decimal


@given(st.floats(width=32, allow_nan=False, allow_infinity=False, allow_subnormal=False))
def test_float32_becomes_the_shortest_decimal_that_stores_alike(value: float):
    found = float(shortest_decimal(np.array([value]))[0])
    assert np.float32(found) == np.float32(value)
    assert found == pytest.approx(float(str(np.float32(value))), rel=1e-15, abs=0)


@pytest.mark.parametrize("text", ["0.7742", "100000.0", "2564.4", "0.0001", "3.4882", "59.4", "1e-7", "0", "-0.25"])
def test_decimals_survive_float32_exactly(text: str):
    column = pa.array([float(text)], pa.float32())
    assert read_numbers(column, "x").values[0] == float(text)


def test_missing_cells_are_nan_and_not_bad():
    numbers = read_numbers(pa.array(["1.5", None, " 2 ", "-3e-2"]), "x")
    assert np.array_equal(numbers.values, [1.5, np.nan, 2.0, -0.03], equal_nan=True)
    assert not numbers.bad.any()


def test_text_and_infinities_are_bad():
    numbers = read_numbers(pa.array(["1", "abc", "inf", "1e400", "5%", "0x10", "1.2.3"]), "x")
    assert numbers.bad.tolist() == [False] + 6 * [True]
    assert np.isnan(numbers.values[1:]).all()


@pytest.mark.parametrize("texts", [["27272,5", "27300,1"], ["1.234,50", "1.235,00"], ["1,234", "1,235.5"]])
def test_commas_inside_numbers_are_refused_with_a_cure(texts: list[str]):
    with pytest.raises(DataError, match=r"decimal point and no commas, found '.*' in column close; export"):
        read_numbers(pa.array(texts), "close")


@pytest.mark.parametrize("kind", [pa.int32(), pa.uint64(), pa.float64(), pa.decimal128(20, 5)])
def test_typed_columns_become_float64(kind: pa.DataType):
    values = read_numbers(pa.array([1, 2, None], kind), "x").values
    assert values.dtype == np.float64
    assert np.array_equal(values, [1, 2, np.nan], equal_nan=True)


def test_a_column_of_times_is_no_number():
    numbers = read_numbers(pa.array([1, None], pa.timestamp("s")), "x")
    assert numbers.bad.tolist() == [True, False]
