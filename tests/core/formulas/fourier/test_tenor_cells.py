"""Slices that share transforms: the same prices as one transform each, and no bit from another slice."""

import math

import numpy as np
import pytest

from outsample.formulas.fourier import VarianceGamma, fourier_price
from outsample.formulas.fourier.tenor_cells import TenorCells

NAMES = ["heston", "bates", "svcj", "merton", "kou"]


def slices(tenors, random):
    """Return where each slice of 5 begins, and strikes."""
    spread = np.sqrt(np.minimum(tenors, 1.0))[:, np.newaxis]
    return 5 * np.arange(tenors.size + 1), (spread * random.uniform(-1.0, 1.0, (tenors.size, 5))).ravel()


@pytest.mark.parametrize("name", NAMES)
def test_a_shared_transform_prices_as_one_of_its_own(draw, name):
    random = np.random.default_rng(4)
    for market in ("crypto", "equity"):
        model, tenor = draw(name, market, random)
        tenors = tenor * np.exp(random.uniform(-0.6, 0.6, 30))
        starts, log_strike = slices(tenors, random)
        cells = TenorCells.of(model, tenors, 1e-10)
        assert cells.terms.size < 30
        assert cells.has_series.all()
        strike = np.exp(log_strike)
        expected = fourier_price(model, strike, np.repeat(tenors, 5), np.zeros(strike.size, bool), 1e-13)
        found = cells.puts(model, starts, log_strike)
        assert (np.abs(found - expected) < 1e-10 * (1.0 + strike)).all()


def test_a_slice_has_the_same_bits_alone(draw):
    random = np.random.default_rng(5)
    model, _ = draw("bates", "crypto", random)
    tenors = np.exp(random.uniform(-5.0, 0.0, 12))
    starts, log_strike = slices(tenors, random)
    whole = TenorCells.of(model, tenors, 1e-10).puts(model, starts, log_strike)
    for i in range(12):
        rows = slice(5 * i, 5 * i + 5)
        alone = TenorCells.of(model, tenors[[i]], 1e-10).puts(model, np.array([0, 5]), log_strike[rows])
        assert alone.tobytes() == whole[rows].tobytes()


def test_what_has_no_series_is_left_out():
    model = VarianceGamma(0.5, -0.3, 0.1)
    cells = TenorCells.of(model, np.array([0.1, 0.2]), 1e-10)
    assert not cells.has_series.any()
    assert all(map(math.isnan, cells.puts(model, np.array([0, 1, 2]), np.zeros(2))))
