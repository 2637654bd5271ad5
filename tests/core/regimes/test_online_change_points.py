"""Online change points: the sum over all segmentations, scipy's densities, planted changes; kernel and twin alike."""

from itertools import product

import numpy as np
import pytest
from scipy.special import gammaln

from outsample.errors import DataError, FitError, UsageError
from outsample.regimes.online_change_points import NormalInverseGamma, OnlineChangePointSettings, online_change_points
from outsample.regimes.run_lengths import follow_runs, follow_runs_plain

both = pytest.mark.parametrize("follow", [follow_runs, follow_runs_plain], ids=["kernel", "twin"])
PRIOR = NormalInverseGamma(0.3, 0.7, 1.4, 2.0)


def run(follow, values, hazard=0.1, cutoff=0.0, within=3, prior=PRIOR):
    """Return run lengths, probabilities of a recent change, log-densities and what was dropped."""
    run_length = np.empty(values.size, dtype=np.int64)
    recent, log_density = np.empty(values.size), np.empty(values.size)
    numbers = np.array([prior.mean, prior.strength, prior.shape, prior.scale])
    dropped = follow(values, numbers, hazard, cutoff, within, run_length, recent, log_density)
    return run_length, recent, log_density, dropped


def log_evidence(rows, prior=PRIOR):
    """Return the log marginal likelihood of one segment (Murphy 2007, Conjugate Bayesian analysis, eq. 203)."""
    rows = rows[~np.isnan(rows)]
    n = rows.size
    if n == 0:
        return 0.0
    strength, shape = prior.strength + n, prior.shape + n / 2
    scale = prior.scale + 0.5 * np.square(rows - rows.mean()).sum()
    scale += 0.5 * prior.strength * n * (rows.mean() - prior.mean) ** 2 / strength
    gammas = gammaln(shape) - gammaln(prior.shape)
    scales = prior.shape * np.log(prior.scale) - shape * np.log(scale)
    return gammas + scales + 0.5 * np.log(prior.strength / strength) - n / 2 * np.log(2 * np.pi)


def enumerated(values, hazard):
    """Return the evidence of all rows and the posterior of the last segment's start, over every segmentation."""
    n = values.size
    posterior = np.zeros(n)
    for changes in product([False, True], repeat=n - 1):
        starts = [0, *(np.flatnonzero(changes) + 1)]
        prior = hazard ** sum(changes) * (1.0 - hazard) ** (n - 1 - sum(changes))
        fits = [log_evidence(values[a:b]) for a, b in zip(starts, [*starts[1:], n], strict=True)]
        posterior[starts[-1]] += prior * np.exp(sum(fits))
    return posterior.sum(), posterior / posterior.sum()


@both
@pytest.mark.parametrize("hazard", [0.02, 0.4])
@pytest.mark.parametrize("missing", [(), (0,), (3, 4), (8,)])
def test_every_row_is_the_sum_over_all_segmentations_up_to_it(follow, hazard, missing):
    values = np.random.default_rng(1).normal(size=9) + np.repeat([0.0, 4.0], [5, 4])
    values[list(missing)] = np.nan
    run_length, recent, log_density, dropped = run(follow, values, hazard)
    assert dropped == 0.0
    before = 1.0
    for t in range(9):
        evidence, posterior = enumerated(values[: t + 1], hazard)
        np.testing.assert_allclose(recent[t], posterior[max(t - 2, 1) :].sum(), rtol=1e-9, atol=1e-14)
        assert posterior[t + 1 - run_length[t]] == pytest.approx(posterior.max(), rel=1e-9)
        if not np.isnan(values[t]):
            assert log_density[t] == pytest.approx(np.log(evidence / before), rel=1e-9, abs=1e-10)
        before = evidence
    assert np.flatnonzero(np.isnan(log_density)).tolist() == list(missing)


@pytest.mark.parametrize("cutoff", [0.0, 1e-8, 1e-4])
@pytest.mark.parametrize("within", [1, 20])
def test_kernel_and_twin_agree_on_long_series(cutoff, within):
    random = np.random.default_rng(2)
    values = random.normal(size=1200) * np.repeat([1.0, 3.0, 0.5], 400)
    values[700:720] = np.nan
    fast, plain = (run(follow, values, 0.01, cutoff, within) for follow in (follow_runs, follow_runs_plain))
    np.testing.assert_array_equal(fast[0], plain[0])
    for one, two in zip(fast[1:], plain[1:], strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-7, atol=1e-10)


def test_giving_up_improbable_starts_moves_no_probability_by_much():
    random = np.random.default_rng(3)
    values = random.normal(size=2000) * np.repeat([1.0, 2.5, 0.7, 1.0], 500)
    whole, cut = run(follow_runs, values, 1 / 250, 0.0), run(follow_runs, values, 1 / 250, 1e-8)
    np.testing.assert_allclose(cut[1], whole[1], atol=1e-4)
    np.testing.assert_allclose(cut[2], whole[2], atol=1e-3)
    assert (cut[0] == whole[0]).mean() > 0.999
    assert 0.0 < cut[3] < 1e-4
    assert whole[3] == 0.0


@both
@pytest.mark.parametrize("first", [1, 60, 199])
def test_no_later_row_reaches_an_earlier_one_not_even_in_its_last_bit(follow, first):
    values = np.random.default_rng(4).normal(size=200)
    spoilt = values.copy()
    spoilt[first:] = 1e6
    spoilt[first + 1 :: 4] = np.nan
    whole = run(follow, values, cutoff=1e-8)
    for other in (run(follow, spoilt, cutoff=1e-8), run(follow, values[:first], cutoff=1e-8)):
        for one, two in zip(whole[:3], other[:3], strict=True):
            assert one[:first].tobytes() == two[:first].tobytes()


@pytest.mark.parametrize(("shift", "factor", "most"), [(4.0, 1.0, 5), (0.0, 5.0, 25)], ids=["mean", "volatility"])
def test_a_planted_change_is_found_soon_after_it_and_dated_near_it(shift, factor, most):
    random = np.random.default_rng(5)
    values = np.concatenate((random.normal(size=200), shift + factor * random.normal(size=100)))
    found = online_change_points(values, NormalInverseGamma.of(values[:100]))
    assert (found.recent[50:200] < 0.5).all()
    alarm = 200 + int(np.argmax(found.recent[200:] > 0.5))
    assert found.recent[alarm] > 0.5
    assert alarm - 200 <= most
    assert abs(300 - found.run_length[-1] - 200) <= 5
    assert found.recent[-1] < 0.05


def test_white_noise_has_one_segment():
    values = np.random.default_rng(6).normal(size=1000)
    found = online_change_points(values, NormalInverseGamma.of(values[:250]))
    assert found.run_length[-1] == 1000
    assert (found.recent > 0.5).mean() < 0.01


def test_units_and_shifts_change_no_probability():
    values = np.random.default_rng(7).normal(size=300) * np.repeat([1.0, 3.0], 150)
    here = online_change_points(values, NormalInverseGamma.of(values[:100]))
    moved = 60_000.0 + 50.0 * values
    there = online_change_points(moved, NormalInverseGamma.of(moved[:100]))
    np.testing.assert_allclose(there.recent, here.recent, atol=1e-9)
    np.testing.assert_array_equal(there.run_length, here.run_length)
    np.testing.assert_allclose(there.log_density, here.log_density - np.log(50.0), atol=1e-8)


def test_the_first_row_is_no_change_and_a_constant_series_never_changes():
    found = online_change_points(np.full(50, 2.0), NormalInverseGamma(0.0, 1.0, 1.0, 1.0))
    assert found.recent[0] == 0.0
    assert found.run_length[-10:].tolist() == list(range(41, 51))
    assert np.isfinite(found.log_density).all()


def test_a_gap_makes_the_segment_older_and_teaches_nothing():
    values = np.random.default_rng(8).normal(size=100)
    values[40:60] = np.nan
    found = online_change_points(values, PRIOR)
    assert found.run_length[59] == 60
    assert np.isnan(found.log_density[40:60]).all()
    assert np.isfinite(found.recent).all()


def test_a_crash_beyond_all_scales_keeps_probabilities():
    values = np.random.default_rng(9).normal(size=60)
    values[30] = 1e140
    found = online_change_points(values, PRIOR)
    assert np.isfinite(found.log_density).all()
    assert ((found.recent >= 0.0) & (found.recent <= 1.0)).all()


def test_the_most_probable_start_is_never_given_up():
    values = np.random.default_rng(10).normal(size=3000)
    found = online_change_points(values, PRIOR, OnlineChangePointSettings(expected_rows=2.0, cutoff=1e-3))
    assert np.isfinite(found.log_density).all()


def test_the_prior_of_a_train_window_is_its_mean_and_variance():
    values = np.array([1.0, np.nan, 3.0, 8.0])
    prior = NormalInverseGamma.of(values)
    assert (prior.mean, prior.strength, prior.shape) == (4.0, 1.0, 1.0)
    assert prior.scale == pytest.approx(np.nanvar(values))


@pytest.mark.parametrize("values", [np.array([1.0]), np.full(9, 5.0), np.full(9, np.nan), np.empty(0)])
def test_a_window_that_tells_nothing_gives_no_prior(values):
    with pytest.raises(FitError, match="needs at least 2 train rows that differ, found"):
        NormalInverseGamma.of(values)


@pytest.mark.parametrize("values", [np.zeros((4, 2)), np.array([0.0, np.inf]), np.array([1e151])])
def test_what_is_no_column_of_numbers_is_refused(values):
    with pytest.raises(DataError, match="change points need one column"):
        online_change_points(values, PRIOR)


def test_no_rows_give_nothing():
    assert online_change_points(np.empty(0), PRIOR).recent.size == 0


@pytest.mark.parametrize("wrong", [{"expected_rows": 1.0}, {"within": 0}, {"cutoff": -1.0}, {"cutoff": 0.5}])
def test_settings_out_of_bounds_are_refused(wrong):
    with pytest.raises(UsageError):
        OnlineChangePointSettings(**wrong)


@pytest.mark.parametrize("wrong", [(np.nan, 1, 1, 1), (0, 0.0, 1, 1), (0, 1, -1, 1), (0, 1, 1, np.inf)])
def test_a_prior_out_of_its_domain_is_refused(wrong):
    with pytest.raises(UsageError, match="found"):
        NormalInverseGamma(*wrong)


def test_results_cannot_be_written_to():
    found = online_change_points(np.zeros(5), PRIOR)
    assert not any(column.flags.writeable for column in (found.run_length, found.recent, found.log_density))
