"""Chains to calibrate: the DAX of 5 July 2002, a grid of any model's own prices, and real days."""

import csv
from collections.abc import Callable

import numpy as np
import pytest

from outsample.calibration import ChainQuotes
from outsample.formulas.fourier import SVCJ, Bates, Heston, Kou, Merton, TransformModel, VarianceGamma, fourier_price

# One model of each kind, with parameters that a chain of ordinary length tells apart.
TRUTHS = (
    Heston(0.05, 2.0, 0.08, 0.6, -0.6),
    Bates(0.05, 2.0, 0.06, 0.5, -0.5, 1.2, -0.08, 0.1),
    SVCJ(0.04, 3.0, 0.05, 0.4, -0.6, 1.0, -0.06, 0.08, 0.05, -0.3),
    Merton(0.2, 1.0, -0.1, 0.12),
    Kou(0.2, 3.0, 0.35, 20.0, 12.0),
    VarianceGamma(0.2, -0.15, 0.1),
)


@pytest.fixture(params=TRUTHS, ids=lambda model: type(model).__name__)
def truth(request) -> TransformModel:
    """Return a model of each kind in turn."""
    return request.param


def grid(strikes: int = 13, tenors=(0.05, 0.1, 0.25, 0.5, 1.0, 2.0)) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return strike ratios, tenors and kinds of out-of-the-money options up to two deviations at a vol of 30 %."""
    years = np.repeat(tenors, strikes)
    strike = np.exp(0.3 * np.sqrt(years) * np.tile(np.linspace(-2.0, 2.0, strikes), len(tenors)))
    return strike, years, strike > 1.0


@pytest.fixture(scope="session")
def chain_of() -> Callable[..., ChainQuotes]:
    """Return a function from a model to the chain of its own prices."""

    def make(model: TransformModel, strikes: int = 13, tenors=(0.05, 0.1, 0.25, 0.5, 1.0, 2.0)) -> ChainQuotes:
        strike, years, is_call = grid(strikes, tenors)
        return ChainQuotes.of_prices(strike, years, is_call, fourier_price(model, strike, years, is_call))

    return make


@pytest.fixture
def dax(real_data) -> ChainQuotes:
    """Return Sepp's DAX surface, from QuantLib's test suite (hestonmodel.cpp, getDAXCalibrationMarketData)."""
    with real_data("../reference/dax_surface.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    strike, forward, tenor, vol = (
        np.array([float(row[name]) for row in rows]) for name in ("strike", "forward", "t_years_act365", "implied_vol")
    )
    return ChainQuotes.of_vols(strike / forward, tenor, strike > forward, vol, forward=forward)
