"""Days of a real option history, warm-started one from the other: none without a status, none with a NaN."""

import numpy as np
import pytest

from outsample.calibration import CalibrationSettings, CalibrationStatus, ChainQuotes, bounds_of, calibrate
from outsample.formulas.fourier import SVCJ, Bates, Heston, Kou, Merton, VarianceGamma
from outsample.io import open_files

DAYS = 20

pytestmark = pytest.mark.data


@pytest.fixture
def chains(real_data):
    """Return the first days of a history."""
    data = open_files(real_data("deribit_btc_2026/btc_daily_20251230_20260430.parquet")).dataset
    return [ChainQuotes.at(data, i) for i in range(DAYS)]


@pytest.mark.parametrize("kind", [Heston, Bates, SVCJ, Merton, Kou, VarianceGamma])
def test_every_day_ends_with_a_status_and_finite_numbers(kind, chains):
    low, high = bounds_of(kind)
    start = None
    for chain in chains:
        found = calibrate(kind, chain, CalibrationSettings(), start)
        start = found.model
        assert found.status in CalibrationStatus
        assert found.status is not CalibrationStatus.FAILED
        assert ((low <= found.values) & (found.values <= high)).all()
        for column in (found.hessian, found.gradient, found.sum_of_squares):
            assert np.isfinite(column).all()
        assert found.at_bound.tolist() == ((found.values == low) | (found.values == high)).tolist()
        assert np.isfinite(found.standard_errors[~found.at_bound]).all() or found.condition_number == np.inf
        assert found.root_mean_square < 15.0  # vol points; a flat vol misses by more on most of these days


def test_a_larger_model_fits_no_worse(chains):
    heston, bates = (calibrate(kind, chains[0], CalibrationSettings()) for kind in (Heston, Bates))
    assert bates.sum_of_squares <= heston.sum_of_squares * (1.0 + 1e-6)


def test_the_sum_of_squares_does_not_depend_on_where_the_search_began(chains):
    for chain in chains[::5]:
        cold = calibrate(Heston, chain, CalibrationSettings())
        far = calibrate(Heston, chain, CalibrationSettings(), Heston(0.5, 1.0, 0.5, 1.0, 0.3))
        assert far.sum_of_squares == pytest.approx(cold.sum_of_squares, rel=1e-5)
