"""Heston whose variance is that of yesterday: structure and states are found, and nothing later is seen."""

import math
import pickle
from dataclasses import replace

import numpy as np
import pytest

from outsample.calibration import bounds_of
from outsample.calibration.pooling import exact_vols
from outsample.calibration.tape_shelf import NeedsTape, ensure_tapes, tape_of
from outsample.datasets.option_quotes import COLUMNS
from outsample.errors import FitError
from outsample.formulas import fourier
from outsample.model import Previews
from outsample.models.transform import Heston, HestonState
from outsample.models.transform.profiled_structure import profiled_structure
from outsample.models.transform.state_path import state_path
from outsample.windows import Window

DAYS = 32
STRUCTURE = (3.0, 0.35, 1.1, -0.4)
VARIANCE = np.exp(np.log(0.25) + 0.7 * np.sin(0.9 * np.arange(DAYS)))


def window(data, first, last):
    return Window(int(data.times[first]), int(data.times[last - 1]) + 1)


@pytest.fixture(scope="module")
def moving(history_of):
    """Quotes of one structure under a variance that moves, with a little noise, calibrated."""
    data = history_of([fourier.Heston(v, *STRUCTURE) for v in VARIANCE], strikes=11, noise=0.002)
    ensure_tapes(data, [HestonState()])
    return data


def test_the_structure_is_found_although_the_variance_moves(moving):
    found = HestonState().fit(moving, window(moving, 0, 24))
    np.testing.assert_allclose(found.structure, STRUCTURE, rtol=0.05)
    named = {one.name: one for one in found.parameters}
    errors = np.array([named[name].standard_error for name in ("mean reversion", "vol of vol", "correlation")])
    assert (np.abs(np.array(found.structure)[[0, 2, 3]] - np.array(STRUCTURE)[[0, 2, 3]]) < 5.0 * errors).all()
    frozen = Heston().fit(moving, window(moving, 0, 24)).model.parameters[1:]
    ours, theirs = (np.abs(np.array(one) / STRUCTURE - 1.0).max() for one in (found.structure, frozen))
    assert ours < 0.2 * theirs


def test_a_state_is_the_variance_of_its_time(moving):
    found = HestonState().fit(moving, window(moving, 0, 24))
    np.testing.assert_allclose(found.path(moving).variance, VARIANCE, rtol=0.02)


def test_a_prediction_is_the_price_under_the_state_of_the_time_before(moving):
    found, seen = HestonState().fit(moving, window(moving, 0, 24)), moving.observed
    values, states = found.predict(moving).values, found.path(moving).variance
    assert np.isnan(values[seen.time_index == 0]).all()
    for time in (1, 13, DAYS - 1):
        mine = seen.time_index == time
        expected = exact_vols(fourier.Heston(states[time - 1], *found.structure), seen)[mine]
        assert 100.0 * np.abs(values[mine] - expected).max() < 0.05


def test_a_state_misses_its_own_quotes_least(moving):
    found, seen = HestonState().fit(moving, window(moving, 0, 24)), moving.observed
    states = found.path(moving).variance
    for time in (4, 20):
        mine = seen.time_index == time
        costs = [
            np.sum(
                (exact_vols(fourier.Heston(share * states[time], *found.structure), seen) - seen.implied_vol)[mine] ** 2
            )
            for share in (0.98, 1.0, 1.02)
        ]
        assert costs[1] == min(costs)


def errors_of(data, time, variance):
    """Return what quotes of a time are missed by, and the slope to the variance by differences of exact prices."""
    seen = data.observed
    mine = seen.time_index == time
    here, up, down = (
        exact_vols(fourier.Heston(share * variance, *STRUCTURE), seen)[mine] for share in (1.0, 1.01, 0.99)
    )
    return here - seen.implied_vol[mine], (up - down) / (0.02 * variance), seen.tenor[mine]


@pytest.fixture(scope="module")
def noisy(history_of):
    """Quotes of one structure with so much noise that nothing else matters."""
    return history_of([fourier.Heston(v, *STRUCTURE) for v in VARIANCE[:8]], strikes=11, noise=0.05)


def test_the_error_of_a_state_is_the_sandwich_by_tenor_of_its_own_quotes(noisy):
    path = state_path(noisy, STRUCTURE, 7.0)
    for time, state in enumerate(path.variance.tolist()):
        residual, slope, tenor = errors_of(noisy, time, state)
        tenors = np.unique(tenor)
        scores = np.array([np.sum((slope * residual)[tenor == one]) for one in tenors])
        expected = np.sqrt(tenors.size / (tenors.size - 1.0) * scores @ scores) / np.sum(slope**2)
        assert path.standard_error[time] == pytest.approx(expected, rel=0.05)
        assert path.sum_of_squares[time] == pytest.approx(residual @ residual, rel=0.01)
    assert not path.is_at_bound.any()
    away = np.abs(path.variance - VARIANCE[:8]) / path.standard_error
    assert 0.1 < np.sqrt(np.mean(away**2)) < 3.0


def test_with_one_tenor_the_error_takes_quotes_as_independent(noisy):
    last = noisy.expiry == noisy.expiry.max()
    columns = {name: getattr(noisy, name)[last] for name in COLUMNS if name != "settlement"}
    data = replace(noisy, **columns)
    path = state_path(data, STRUCTURE, 7.0)
    for time in (2, 6):
        residual, slope, _ = errors_of(data, time, path.variance[time])
        expected = np.sqrt(residual @ residual / (residual.size - 1) / np.sum(slope**2))
        assert path.standard_error[time] == pytest.approx(expected, rel=0.05)


def test_what_predicts_a_time_is_the_state_of_the_time_before(moving):
    path = HestonState().fit(moving, window(moving, 0, 24)).path(moving)
    assert math.isnan(path.carried[0])
    np.testing.assert_allclose(path.carried[1:], path.variance[:-1], rtol=1e-12)


def test_a_state_as_high_as_states_go_is_at_its_bound_and_has_no_error(history_of):
    structure = (3.0, 15.0, 2.0, -0.4)
    path = state_path(history_of([fourier.Heston(v, *structure) for v in (1.0, 30.0)]), structure, 7.0)
    assert path.is_at_bound.tolist() == [False, True]
    assert np.isfinite(path.standard_error).tolist() == [True, False]
    assert path.variance[0] == pytest.approx(1.0, rel=0.02)


def test_columns_of_a_path_cannot_be_written_to(moving):
    path = HestonState().fit(moving, window(moving, 0, 24)).path(moving)
    with pytest.raises(ValueError, match="read-only"):
        path.standard_error[0] = 0.0


def test_what_follows_the_level_beats_what_does_not(moving):
    train, late = window(moving, 0, 20), moving.observed.time_index >= 20
    errors = [
        one.fit(moving, train).predict(moving).values - moving.observed.implied_vol for one in (HestonState(), Heston())
    ]
    ours, theirs = (np.sqrt(np.mean(error[late] ** 2)) for error in errors)
    assert ours < theirs


def test_pooling_is_the_least_sum_over_structure_and_states_together(moving):
    tape, rows = tape_of(moving, Heston.kind, HestonState().calibration), slice(3, 19)
    size = 4 + rows.stop - rows.start
    matrix, right = np.zeros((size, size)), np.zeros(size)
    for place, time in enumerate(range(rows.start, rows.stop)):
        index = np.array([4 + place, 0, 1, 2, 3])
        curve = tape.hessian[time]
        matrix[np.ix_(index, index)] += curve
        right[index] += curve @ tape.values[time] - tape.gradient[time]
    expected = np.linalg.solve(matrix, right)[:4]
    found = profiled_structure(tape, rows, "the model")
    np.testing.assert_allclose(found.values, expected, rtol=5e-3)  # a little damping is in it
    assert (found.times_used, found.times_failed) == (16, 0)
    assert found.mean_first == pytest.approx(tape.values[rows, 0].mean())


def test_an_old_state_predicts_nothing(moving):
    rows = (moving.time < moving.times[10]) | (moving.time >= moving.times[25])
    gap = replace(moving, **{name: getattr(moving, name)[rows] for name in COLUMNS if name != "settlement"})
    ensure_tapes(gap, [HestonState()])
    train = window(gap, 0, 10)
    after = gap.observed.time_index == 10
    assert np.isnan(HestonState().fit(gap, train).predict(gap).values[after]).all()
    assert np.isfinite(HestonState(oldest=30.0).fit(gap, train).predict(gap).values[after]).all()


def test_a_preview_has_the_structure_of_a_stretch_that_most_moves_share(moving):
    fits = [HestonState().preview(moving, window(moving, 0, stop)) for stop in range(25, 31)]
    assert len(set(fits)) == 1
    assert fits[0] == HestonState().fit(moving, window(moving, 0, 25))
    assert all(one.is_preview for one in fits)
    assert not HestonState().fit(moving, window(moving, 0, 25)).is_preview
    assert HestonState().preview(moving, window(moving, 0, 24)) == HestonState().fit(moving, window(moving, 0, 20))
    assert HestonState().preview(moving, window(moving, 2, 12)) == HestonState().fit(moving, window(moving, 2, 12))


def test_parameters_are_those_of_heston_with_what_calibrations_were_like(moving):
    found = HestonState().fit(moving, window(moving, 0, 24))
    named = {one.name: one for one in found.parameters}
    kappa, theta, sigma, _ = found.structure
    assert named["Feller ratio (below 1 the variance reaches 0)"].value == pytest.approx(2.0 * kappa * theta / sigma**2)
    assert named["initial variance, mean over the train times"].value == pytest.approx(VARIANCE[:24].mean(), rel=0.1)
    assert math.isnan(named["initial variance, mean over the train times"].standard_error)
    assert named["train times without a calibration"].value == 0.0
    assert found.model == fourier.Heston(found.mean_state, *found.structure)


def test_a_structure_at_its_bound_is_flagged(history_of):
    """Heston stretches to fit jumps: its variance reverts as fast as it may."""
    data = history_of([fourier.Kou(0.2, 5.0, 0.0, 12.0, 5.0)] * 6)
    ensure_tapes(data, [HestonState()])
    found = {one.name: one for one in HestonState().fit(data, window(data, 0, 6)).parameters}
    assert found["mean reversion"].value == bounds_of(fourier.Heston)[1][1]
    assert found["mean reversion"].at_bound
    assert math.isnan(found["mean reversion"].standard_error)
    assert found["train calibrations with a parameter at its bound"].value == 100.0


def test_without_calibrations_nothing_is_invented(history_of):
    data = history_of([fourier.Heston(0.3, *STRUCTURE)] * 3, seed=91)
    for act in (HestonState().fit, HestonState().preview):
        with pytest.raises(
            FitError, match="Heston, state refit needs its calibration tape for these quotes, found none"
        ):
            act(data, window(data, 0, 3))


def test_a_window_with_too_few_quotes_is_refused(moving):
    empty = Window(int(moving.times[0]), int(moving.times[0]))
    for act in (HestonState().fit, HestonState().preview):
        with pytest.raises(FitError, match="needs 40 calibrated quotes in the train window, found 0 at 0 times; widen"):
            act(moving, empty)


def test_a_model_is_a_value_that_needs_hestons_tape(moving):
    model = HestonState()
    assert isinstance(model, NeedsTape)
    assert isinstance(model, Previews)
    assert (model.kind, model.calibration) == (Heston.kind, Heston().calibration)
    one = model.fit(moving, window(moving, 0, 24))
    assert one == pickle.loads(pickle.dumps(one))
    assert hash(one) == hash(model.fit(moving, window(moving, 0, 24)))
    assert one != HestonState(oldest=3.0).fit(moving, window(moving, 0, 24))
