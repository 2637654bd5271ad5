"""American options at each time alone: the vol of every day, priced at its own quotes, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from outsample.calibration import CalibrationStatus
from outsample.calibration.paths import FitsTimes, find_paths, parameter_paths
from outsample.calibration.tape import STATUSES
from outsample.datasets import Settlement
from outsample.formulas.american_kernel import american_slices
from outsample.models.early_exercise import American
from outsample.models.early_exercise.vol_lattice import LOWEST

RATE = 0.05
VOLS = (0.2, 0.21, 0.28, 0.4, 0.31, 0.18)
MODEL = American(RATE)


@pytest.fixture(scope="module")
def moving(shares):
    return shares(VOLS)


@pytest.fixture(scope="module")
def noisy(shares):
    return shares(VOLS, noise=0.01)


def test_the_vol_of_every_day_is_found(moving):
    assert isinstance(MODEL, FitsTimes)
    paths = parameter_paths(moving, MODEL)
    np.testing.assert_allclose(paths.values[:, 0], VOLS, atol=1e-6)
    assert (paths.names, paths.units, paths.refusal) == (("vol",), ("a year",), "")
    assert {STATUSES[code] for code in paths.status.tolist()} == {CalibrationStatus.CONVERGED}
    np.testing.assert_array_equal(paths.count, np.diff(moving.observed.time_start))


def test_a_day_is_what_a_fit_to_it_alone_says_and_misses(noisy, window):
    paths, seen = parameter_paths(noisy, MODEL), noisy.observed
    for time in range(len(VOLS)):
        fitted = MODEL.fit(noisy, window(noisy, time, time + 1))
        assert paths.values[time, 0] == pytest.approx(fitted.found.values[0], rel=1e-9)
        error = 100.0 * (fitted.predict(noisy).values - seen.implied_vol)[seen.time_index == time]
        assert paths.sum_of_squares[time] == pytest.approx(np.sum(error**2), rel=1e-7)


def test_errors_are_those_of_the_derivative_clustered_by_tenor(noisy, window):
    """Four tenors and one parameter."""
    paths, seen, step = parameter_paths(noisy, MODEL), noisy.observed, 1e-5
    for time in (0, 4):
        rows, fitted = seen.time_index == time, MODEL.fit(noisy, window(noisy, time, time + 1))

        def vols(vol, rows=rows, fitted=fitted):
            return replace(fitted, found=replace(fitted.found, values=(vol,))).predict(noisy).values[rows]

        vol = paths.values[time, 0]
        slope = (vols(vol + step) - vols(vol - step)) / (2.0 * step)
        scores = np.bincount(
            np.unique(seen.tenor[rows], return_inverse=True)[1], slope * (vols(vol) - seen.implied_vol[rows])
        )
        expected = np.sqrt(4.0 / 3.0 * np.sum(scores**2)) / np.sum(slope**2)
        assert paths.standard_errors[time, 0] == pytest.approx(expected, rel=1e-5)


def test_a_day_without_a_spot_has_no_fit_and_part_of_one_has(moving):
    index, first = moving.index.copy(), int(np.flatnonzero(moving.time == moving.times[1])[0])
    index[moving.time == moving.times[3]] = np.nan
    index[first : first + 9] = np.nan  # the first tenor of the second day
    seen, paths = moving.observed, parameter_paths(replace(moving, index=index), MODEL)
    usable, lost = np.diff(seen.time_start), int(seen.time_slice[1])
    usable[3] = 0
    usable[1] -= seen.slice_start[lost + 1] - seen.slice_start[lost]
    np.testing.assert_array_equal(paths.count, usable)
    assert np.isnan(paths.values[:, 0]).tolist() == [False, False, False, True, False, False]
    assert STATUSES[paths.status[3]] is CalibrationStatus.FAILED
    np.testing.assert_allclose(np.delete(paths.values[:, 0], 3), np.delete(VOLS, 3), atol=1e-6)


def test_coins_are_refused_as_a_whole_and_once(moving):
    unit = moving.forward
    premiums = {name: getattr(moving, name) / unit for name in ("bid", "ask", "mark")}
    coins = replace(moving, settlement=Settlement.INVERSE, **premiums)
    paths = parameter_paths(coins, MODEL)
    assert paths.refusal.endswith("found inverse settlement; choose a European model")
    assert np.isnan(paths.values).all()
    assert find_paths(coins, MODEL) is paths


def test_a_vol_beyond_the_lattice_is_at_its_bound(shares):
    paths = parameter_paths(shares([0.011] * 2), MODEL)
    assert (paths.values == LOWEST).all()
    assert paths.at_bound.all()
    assert np.isnan(paths.standard_errors).all()


def test_a_smile_is_what_is_predicted_in_its_slice(noisy, window):
    fitted, seen = MODEL.fit(noisy, window(noisy, 0, 4)), noisy.observed
    predicted = fitted.predict(noisy).values
    for chosen in (0, 5, 23):
        rows = slice(int(seen.slice_start[chosen]), int(seen.slice_start[chosen + 1]))
        vols = MODEL.each_time.smile(np.array(fitted.found.values), np.array(seen.log_moneyness[rows]), noisy, chosen)
        np.testing.assert_allclose(vols, predicted[rows], rtol=1e-9)


def test_a_smile_without_a_spot_is_none(moving):
    bare = replace(moving, index=np.full(moving.size, np.nan))
    assert np.isnan(MODEL.each_time.smile(np.array([0.3]), np.array([-0.1, 0.1]), bare, 0)).all()


def test_nothing_is_compiled_that_a_fit_of_a_window_had_not_compiled(shares, window):
    data = shares(VOLS[:2])
    MODEL.fit(data, window(data, 0, 2))
    known = list(getattr(american_slices, "signatures", ()))  # none where machine code is switched off
    paths = parameter_paths(data, MODEL)
    MODEL.each_time.smile(paths.values[0], np.array([-0.1, 0.1]), data, 0)
    assert list(getattr(american_slices, "signatures", ())) == known
