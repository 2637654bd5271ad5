"""Black with a rate that moves at each time alone: the truth of every day, and what its quotes cannot tell."""

import math

import numpy as np
import pytest

from outsample.calibration import CalibrationStatus
from outsample.calibration.paths import FitsTimes, parameter_paths
from outsample.calibration.tape import STATUSES
from outsample.formulas.stochastic_rates import gaussian_rate_vol
from outsample.models.stochastic_rates import Rabinovitch, rabinovitch, search

RATE = (0.1, 0.015)
MODEL = Rabinovitch(*RATE)
DAYS = 6


def truth(day):
    return 0.2 + 0.01 * day, 0.6 * math.cos(day)


def of_truth(tenor, day):
    sigma, rho = truth(day)
    return gaussian_rate_vol(tenor, sigma, *RATE, rho)


@pytest.fixture(scope="module")
def noisy(quotes_of):
    return quotes_of(of_truth, days=DAYS, noise=0.002)


def vols_of(values, tenor):
    return gaussian_rate_vol(tenor, values[0], *RATE, values[1])


def rows_of(data, time):
    return slice(int(data.observed.time_start[time]), int(data.observed.time_start[time + 1]))


def test_vol_and_correlation_of_every_day_are_found(quotes_of):
    assert isinstance(MODEL, FitsTimes)
    paths = parameter_paths(quotes_of(of_truth, days=DAYS), MODEL)
    np.testing.assert_allclose(paths.values, [truth(day) for day in range(DAYS)], atol=2e-5)
    assert paths.names == ("vol of the asset σ", "correlation with the rate ρ")
    assert {STATUSES[code] for code in paths.status.tolist()} == {CalibrationStatus.CONVERGED}
    assert np.sqrt(paths.sum_of_squares / paths.count).max() < 1e-3


def test_a_day_is_what_a_fit_to_it_alone_says_and_misses(noisy, window):
    paths, seen = parameter_paths(noisy, MODEL), noisy.observed
    for time in range(DAYS):
        fitted = MODEL.fit(noisy, window(noisy, time, time + 1))
        np.testing.assert_allclose(paths.values[time], fitted.found.values, rtol=1e-9)
        error = 100.0 * (fitted.predict(noisy).values - seen.implied_vol)[rows_of(noisy, time)]
        assert paths.sum_of_squares[time] == pytest.approx(np.sum(error**2), rel=1e-8)
        assert paths.count[time] == error.size


def test_errors_are_clustered_by_tenor(noisy):
    """Six tenors and two parameters: a sandwich of differences."""
    paths, seen, step = parameter_paths(noisy, MODEL), noisy.observed, 1e-6
    for time in (0, 3):
        rows, values = rows_of(noisy, time), paths.values[time]
        tenor = seen.tenor[rows]
        moves = step * np.eye(2)
        slopes = [(vols_of(values + move, tenor) - vols_of(values - move, tenor)) / (2.0 * step) for move in moves]
        residual = vols_of(values, tenor) - seen.implied_vol[rows]
        scores = np.array([[(one * residual)[tenor == each].sum() for one in slopes] for each in np.unique(tenor)])
        bread = np.linalg.inv(np.array(slopes) @ np.transpose(slopes))
        factor = 6.0 / 5.0 * (tenor.size - 1.0) / (tenor.size - 2.0)
        expected = np.sqrt(np.diag(factor * bread @ scores.T @ scores @ bread))
        np.testing.assert_allclose(paths.standard_errors[time], expected, rtol=1e-4)


def test_a_term_structure_that_no_rate_makes_is_at_its_bound_every_day(quotes_of):
    paths = parameter_paths(quotes_of(lambda tenor, day: 0.3 + 0.04 * np.sqrt(tenor) + 0.0 * day, days=3), MODEL)
    assert paths.at_bound.tolist() == [[False, True]] * 3
    assert {STATUSES[code] for code in paths.status.tolist()} == {CalibrationStatus.AT_BOUND}
    assert np.isnan(paths.standard_errors[:, 1]).all()
    assert (paths.standard_errors[:, 0] > 0.0).all()


def test_a_rate_that_stands_still_leaves_the_correlation_open(noisy):
    paths = parameter_paths(noisy, Rabinovitch(0.1, 0.0))
    assert {STATUSES[code] for code in paths.status.tolist()} == {CalibrationStatus.ILL_CONDITIONED}
    assert np.isnan(paths.standard_errors).all()
    for time in range(DAYS):
        assert paths.values[time, 0] == pytest.approx(noisy.observed.implied_vol[rows_of(noisy, time)].mean())


def test_a_smile_is_flat_at_the_vol_of_its_tenor(noisy, window):
    fitted, seen = MODEL.fit(noisy, window(noisy, 0, DAYS)), noisy.observed
    for chosen in (0, 11):
        vols = MODEL.each_time.smile(np.array(fitted.found.values), np.linspace(-1.0, 1.0, 5), noisy, chosen)
        assert (vols == fitted.predict(noisy).values[seen.slice_start[chosen]]).all()


def test_a_search_that_runs_out_of_steps_says_so(quotes_of, monkeypatch):
    data = quotes_of(of_truth, days=2)
    monkeypatch.setattr(rabinovitch, "find_term_structures", search.find_term_structures.py_func)
    monkeypatch.setattr(search, "MOST_STEPS", 2)
    paths = parameter_paths(data, MODEL)
    assert {STATUSES[code] for code in paths.status.tolist()} == {CalibrationStatus.ITERATION_LIMIT}
    assert np.isfinite(paths.values).all()
