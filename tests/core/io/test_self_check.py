from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from outsample.io import SelfCheck, open_files
from outsample.io.self_check import last_digit

Chain = Callable[..., pd.DataFrame]
Write = Callable[..., Path]


def check(frame: pd.DataFrame, write: Write) -> SelfCheck:
    found = open_files(write(frame.to_csv(index=False))).report.self_check
    assert found is not None
    return found


@pytest.mark.parametrize("year", [365.0, 365.25, 360.0])
def test_the_year_in_which_the_venue_counts_is_found(chain: Chain, write: Write, year: float):
    found = check(chain(year=year), write)
    assert found.best.name == f"Act/{year:g} on the forward"
    assert found.best.share_within_rounding > 0.99
    assert found.is_convincing == (year == 365.0)
    assert found.rows == len(chain())


def test_a_mark_on_the_spot_index_is_found(chain: Chain, write: Write):
    frame = chain()
    frame["underlying"], frame["index_price"] = frame.index_price, frame.underlying
    found = check(frame, write)
    assert found.best.name == "Act/365 on the spot index"
    assert "Warning: the marks follow Act/365 on the spot index" in found.sentences()[1]


@pytest.mark.parametrize(("column", "values"), [("implied_volatility", 0.01), ("mark_price", 2.0), ("underlying", 1.1)])
def test_a_misread_column_shows_at_once(chain: Chain, write: Write, column: str, values: float):
    frame = chain()
    frame[column] *= values
    found = check(frame, write)
    assert not found.is_convincing
    assert found.sentences()[1].startswith("Warning: ")


def test_nothing_to_reprice_is_no_check(chain: Chain, write: Write):
    frame = chain().drop(columns="implied_volatility")
    assert open_files(write(frame.to_csv(index=False))).report.self_check is None


@pytest.mark.parametrize(
    ("values", "unit"),
    [
        ([0.4048, 0.3386, 0.5], 1e-4),
        ([0.08426074, 0.03761014], 1e-8),
        ([55.0, 60.0], 1.0),
        ([1.5, 2.25], 1e-2),
        ([], 1.0),
    ],
)
def test_the_last_printed_digit_is_found(values: list[float], unit: float):
    assert last_digit(np.array(values)) == pytest.approx(unit, rel=1e-12)
