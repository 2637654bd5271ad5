"""A tape: every time has an answer, nothing later has a part in it, and whoever waits hears how far it is."""

from dataclasses import fields, replace

import numpy as np
import pytest

from outsample.calibration import CalibrationSettings, CalibrationStatus, ChainQuotes, bounds_of, tape
from outsample.calibration.calibrate import calibrate
from outsample.calibration.tape import STATUSES, CalibrationCancelledError, build_tape
from outsample.formulas.fourier import Heston, Merton

TRUTHS = {
    Heston: [Heston(0.3 + 0.02 * np.sin(day), 3.0, 0.35, 1.1, -0.4) for day in range(24)],
    Merton: [Merton(0.45 + 0.02 * np.sin(day), 1.5, -0.12, 0.15) for day in range(24)],
}


@pytest.fixture(scope="module", params=TRUTHS, ids=lambda kind: kind.__name__)
def known(request, history_of):
    """Return quotes of a model that changes from day to day, its tape, and the truth."""
    data = history_of(TRUTHS[request.param])
    return data, build_tape(data, request.param), np.array([one.parameters for one in TRUTHS[request.param]])


@pytest.fixture(scope="module")
def merton(history_of):
    data = history_of(TRUTHS[Merton])
    return data, build_tape(data, Merton)


def test_the_parameters_of_every_day_are_found(known):
    _, found, truth = known
    np.testing.assert_allclose(found.values, truth, rtol=2e-4, atol=2e-4)
    assert {STATUSES[code] for code in found.status.tolist()} == {CalibrationStatus.CONVERGED}
    assert found.root_mean_square.max() < 1e-3
    assert found.count.tolist() == np.diff(known[0].observed.time_start).tolist()


def test_a_row_is_what_a_calibration_says(known):
    data, found, _ = known
    single = calibrate(found.kind, ChainQuotes.at(data, 0), found.settings)
    for name in ("values", "hessian", "gradient", "standard_errors", "at_bound"):
        assert np.array_equal(getattr(found, name)[0], getattr(single, name), equal_nan=True), name
    assert found.sum_of_squares[0] == single.sum_of_squares
    assert found.condition_number[0] == single.condition_number


def test_columns_are_read_only(merton):
    for one in fields(merton[1]):
        column = getattr(merton[1], one.name)
        assert not isinstance(column, np.ndarray) or not column.flags.writeable, one.name


def with_holes(data, part_of):
    """Return the quotes without bids on the first day, without rows but two on day 5, and none that count on day 9."""
    bid = data.bid.copy()
    bid[np.isin(data.time, data.times[[0, 9]])] = np.nan
    few = np.flatnonzero(data.time == data.times[5])[2:]
    return part_of(replace(data, bid=bid), np.setdiff1d(np.arange(data.size), few))


def test_a_time_that_cannot_be_fitted_is_failed_and_carries_the_last_good_values(merton, part_of):
    found = build_tape(with_holes(merton[0], part_of), Merton)
    assert found.values.shape == merton[1].values.shape
    assert np.flatnonzero(~found.is_used).tolist() == [0, 5, 9]
    assert found.values[0].tolist() == bounds_of(Merton)[0].tolist()
    for day in (5, 9):
        assert found.values[day].tolist() == found.values[day - 1].tolist()
        assert not found.hessian[day].any()
        assert found.count[day] == 0
        assert np.isnan(found.root_mean_square[day])
    assert np.isfinite(found.values).all()


def test_failed_times_have_no_weight(merton, part_of):
    data = merton[0]
    holed = with_holes(data, part_of)
    without = part_of(holed, ~np.isin(holed.time, data.times[[0, 5, 9]]))
    window = tape.Window(int(data.times[0]), int(data.times[-1]) + 1)
    one, other = (build_tape(quotes, Merton) for quotes in (holed, without))
    found, expected = one.pooled(window), other.pooled(window)
    assert (found.times_used, found.times_failed, expected.times_failed) == (21, 3, 0)
    assert found.count == expected.count
    by_days = [tape.sums.pooled(slice(0, tape.times.size), (found.count, 21, 0, 0)) for tape in (one, other)]
    np.testing.assert_allclose(by_days[0].values, by_days[1].values, rtol=1e-9)
    np.testing.assert_allclose(by_days[0].standard_errors, by_days[1].standard_errors, rtol=1e-7)


def test_nothing_later_changes_a_bit_of_what_came_before(merton, spoilt):
    data, sound = merton
    found = build_tape(spoilt(data, 21), Merton)
    for name in ("values", "hessian", "gradient", "sum_of_squares", "count", "status", "standard_errors"):
        assert getattr(found, name)[:21].tobytes() == getattr(sound, name)[:21].tobytes(), name
    assert found.values[21:].tobytes() != sound.values[21:].tobytes()
    train = tape.Window(int(data.times[0]), int(data.times[21]))
    assert found.pooled(train).values.tobytes() == sound.pooled(train).values.tobytes()
    assert found.pooled(train).standard_errors.tobytes() == sound.pooled(train).standard_errors.tobytes()


def test_several_starts_are_tried_at_first_and_where_residuals_jump(merton, monkeypatch, history_of):
    starts = []

    def watched(kind, chain, settings, start, previous):
        starts.append(start)
        return calibrate(kind, chain, settings, start, previous)

    monkeypatch.setattr(tape, "calibrate", watched)
    models = [*TRUTHS[Merton][:12], *[Heston(0.3, 3.0, 0.35, 1.1, -0.4)] * 2]
    build_tape(history_of(models), Merton)
    assert starts[0] is None
    assert all(start is not None for start in starts[1:12])
    assert starts[13] is None, "the first day of another market"


def test_a_ridge_keeps_parameters_nearer_to_those_of_the_day_before(history_of):
    data = history_of(TRUTHS[Merton][:8], noise=0.05)
    free, held = (build_tape(data, Merton, CalibrationSettings(ridge=weight)) for weight in (0.0, 100.0))
    assert np.abs(np.diff(held.values, axis=0)).sum() < 0.5 * np.abs(np.diff(free.values, axis=0)).sum()


def test_progress_rises_to_the_whole_and_names_the_model(history_of):
    told = []
    build_tape(history_of(TRUTHS[Merton][:3]), Merton, progress=lambda share, text: told.append((share, text)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert all(text.startswith("Merton: ") for _, text in told)


@pytest.mark.parametrize("after", [0, 2, 3])
def test_work_that_is_not_wanted_any_more_stops(history_of, after):
    turns = iter([*[False] * after, True])
    with pytest.raises(CalibrationCancelledError, match="found them cancelled at .* %; start them again"):
        build_tape(history_of(TRUTHS[Merton][:3] * 10), Merton, cancelled=lambda: next(turns))
