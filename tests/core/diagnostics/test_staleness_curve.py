"""S(a), its bands, the half-life and the cost of waiting, against plain loops and planted truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import isotonic_regression
from scipy.stats import t as student

from outsample.diagnostics.decay import age_edges
from outsample.diagnostics.staleness import (
    Finding,
    HalfLife,
    half_life,
    paired_contrasts,
    staleness_curve,
)
from outsample.diagnostics.staleness.monotone import never_falling
from outsample.diagnostics.staleness.resampling import block_length, resampled_means
from outsample.errors import UsageError
from outsample.inference import LongRun
from outsample.test_result import NotTested
from outsample.typing import DAY, HOUR

from .staleness_cases import decaying, noise, paired, persistent, vintages_of


def contrasts_by_loops(vintages):
    """Return by date and bucket the lists of contrasts with the vintage whose service starts at the date."""
    times, service = vintages.date_times, vintages.origins.in_service
    found = {}
    for t, time in enumerate(times):
        fresh = [o for o in range(service.size) if vintages.origins.first_date[o] == t]
        if not fresh or not np.isfinite(vintages.loss[fresh[-1], t]):
            continue
        for o in range(fresh[-1]):
            days = (time - service[o]) / DAY
            bucket = int(days) if days < 14 else 14 + int((days - 14) // 7)
            loss, other = vintages.loss[o, t], vintages.loss[fresh[-1], t]
            value = np.log(loss / other) if vintages.is_ratio else loss - other
            if np.isfinite(value):
                found.setdefault(bucket, {}).setdefault(t, []).append((value, days))
    return found


IRREGULAR = np.unique(np.random.default_rng(4).integers(0, 60 * 24, 90)) * HOUR
CASES = {
    "daily": {"count": 60},
    "every third a vintage": {"count": 60, "most_origins": 20},
    "irregular": {"test_times": IRREGULAR},
    "with gaps of days": {"test_times": np.r_[0:20, 33:50, 70:90] * DAY},
    "purged": {"count": 60, "purge": 3 * DAY},
    "differences": {"count": 60, "is_ratio": False},
}


@pytest.mark.parametrize("case", CASES)
def test_every_number_of_the_curve_is_that_of_plain_loops(case):
    vintages = vintages_of(noise(count=100), **CASES[case])
    found, expected = paired(vintages), contrasts_by_loops(vintages)
    curve = staleness_curve(found)
    assert curve.start.tolist() == [b if b < 14 else 14 + 7 * (b - 14) for b in sorted(expected)]
    for place, bucket in enumerate(sorted(expected)):
        dates = expected[bucket]
        means = np.array([np.mean([value for value, _ in dates[t]]) for t in sorted(dates)])
        ages = [days for t in dates for _, days in dates[t]]
        assert curve.pairs[place] == len(ages)
        assert curve.dates[place] == means.size
        assert curve.age[place] == pytest.approx(np.mean(ages), rel=1e-12)
        assert curve.value[place] == pytest.approx(means.mean(), rel=1e-9, abs=1e-12)
        n = means.size
        if n < 3:
            assert np.isnan(curve.low[place])
            continue
        terms = max(1, int(0.4 * n ** (2 / 3) + 1e-9))
        waves = [
            np.sqrt(2 / n) * sum(means[i] * np.cos(np.pi * j * (i + 0.5) / n) for i in range(n))
            for j in range(1, terms + 1)
        ]
        error = np.sqrt(np.mean(np.square(waves)) / n)
        half = student.ppf(0.975, terms) * error
        assert curve.standard_error[place] == pytest.approx(error, rel=1e-9)
        assert curve.high[place] - curve.value[place] == pytest.approx(half, rel=1e-9)
        assert curve.value[place] - curve.low[place] == pytest.approx(half, rel=1e-9)
    assert found.undefined == 0


def test_a_shock_that_all_vintages_share_leaves_no_trace():
    quiet = paired(vintages_of(noise(), count=60))
    shaken = paired(vintages_of(lambda age, o, t: noise()(age, o, t) * (1.0 + 50.0 * (t > 30)), count=60))
    np.testing.assert_allclose(quiet.contrast, shaken.contrast, rtol=1e-9, atol=1e-12)


def test_the_simultaneous_band_is_the_wider_and_needs_twenty_dates():
    curve = staleness_curve(paired(vintages_of(noise(), count=60)))
    enough = curve.dates >= 20
    assert enough.any()
    assert not enough.all()
    assert (curve.high_all[enough] > curve.high[enough]).all()
    assert (curve.low_all[enough] < curve.low[enough]).all()
    assert np.isnan(curve.high_all[~enough]).all()
    assert np.isnan(curve.low_all[~enough]).all()


def test_the_same_seed_draws_the_same_band():
    data = paired(vintages_of(noise(), count=60))
    assert staleness_curve(data, seed=7).high_all.tobytes() == staleness_curve(data, seed=7).high_all.tobytes()
    assert staleness_curve(data, seed=7).high_all.tobytes() != staleness_curve(data, seed=8).high_all.tobytes()


def test_few_or_persistent_dates_are_hatched():
    curve = staleness_curve(paired(vintages_of(noise(count=200), count=200)))
    assert curve.hatched.tolist() == (curve.dates < 90).tolist()
    table = np.exp(persistent(np.random.default_rng(5), 200, 0.97, 0.97))
    assert staleness_curve(paired(vintages_of(lambda age, o, t: table[o, t]))).hatched[20:].all()


def test_what_cannot_be_compared_is_counted_and_left_out():
    def loss(age, o, t):
        values = noise()(age, o, t)
        values[10:20, 30:40] = np.nan
        values[5, 50:55] = 0.0
        values[45, 45] = np.nan
        return values

    vintages = vintages_of(loss, count=60)
    found = paired(vintages)
    expected = contrasts_by_loops(
        vintages_of(lambda age, o, t: np.where(loss(age, o, t) > 0, loss(age, o, t), np.nan), count=60)
    )
    assert found.contrast.shape[0] == 59  # without a fresh loss there is nothing to compare with
    assert found.undefined == 100 + 5
    for place, bucket in enumerate(sorted(expected)):
        values = [np.mean([value for value, _ in pairs]) for pairs in expected[bucket].values()]
        assert found.mean[place] == pytest.approx(np.mean(values), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("days", [0, 1])
def test_too_few_times_for_a_pair_are_said(days):
    found = paired_contrasts(
        vintages_of(noise(), count=1) if days == 0 else vintages_of(noise(), most_origins=1, count=5)
    )
    assert isinstance(found, NotTested)
    assert found.sentence.startswith("staleness needs dates at which an older vintage and a fresh one both have a loss")
    assert found.sentence.endswith("widen the test window")


def test_ages_have_a_bucket_a_day_to_day_fourteen_and_one_a_week_after():
    for last in (0.0, 0.9, 1.0, 13.9, 14.0, 20.9, 21.0, 300.0):
        edges = age_edges(last)
        assert edges[-2] <= last < edges[-1]
        assert set(np.diff(edges[:15])) == {1.0}
        assert set(np.diff(edges[14:])) <= {7.0}


@pytest.mark.parametrize("count", [2, 60])
def test_many_combinations_of_ages_are_as_sure_as_one(count):
    data = paired(vintages_of(noise(), count=count))
    weights = np.random.default_rng(1).normal(size=(5, data.age.size))
    errors, freedom = data.standard_errors(weights)
    for row, error in zip(weights, errors, strict=True):
        run = data.combined(row)
        assert run.mean == pytest.approx(row @ data.mean, rel=1e-9, abs=1e-12)
        np.testing.assert_allclose(error, run.standard_error, rtol=1e-9)
        assert freedom == run.dof


def test_one_age_alone_is_combined_to_its_own_mean_over_all_dates():
    # every date has a pair of age 1 but the first, which moves nothing: the error is that of the dates there are
    data = paired(vintages_of(noise(count=200), count=200))
    run, own = data.combined(np.eye(data.age.size)[0]), data.of_age(0)
    assert run.mean == pytest.approx(own.mean)
    assert run.standard_error == pytest.approx(own.standard_error, rel=0.05)


def test_ages_can_be_cut_otherwise():
    found = paired(vintages_of(noise(), count=60))
    whole = paired_contrasts(vintages_of(noise(), count=60), np.array([0.0, 14.0, 60.0]))
    assert whole.pairs.tolist() == [found.pairs[:13].sum(), found.pairs[13:].sum()]
    assert whole.stop.tolist() == [14.0, 60.0]


@pytest.mark.parametrize("edges", [[0.0], [1.0, 60.0], [0.0, 30.0, 30.0, 60.0], [0.0, 59.0], [0.0, np.nan, 60.0]])
def test_edges_that_do_not_hold_every_age_are_refused(edges):
    with pytest.raises(UsageError, match="edges of ages must rise from 0 to beyond 59 days"):
        paired_contrasts(vintages_of(noise(), count=60), np.array(edges))


# --- Resampling and the rising curve --------------------------------------------------------------------------------


def test_resampled_means_are_those_of_the_blocks_drawn():
    random = np.random.default_rng(2)
    contrast = random.normal(size=(11, 3))
    contrast[4:6, 1] = np.nan
    found = resampled_means(contrast, 4, draws=50, seed=9)
    starts = np.random.default_rng(9).integers(0, 11, (50, 3))
    for draw in range(50):
        rows = np.concatenate([(start + np.arange(4)) % 11 for start in starts[draw]])[:11]
        np.testing.assert_allclose(found[draw], np.nanmean(contrast[rows], axis=0), rtol=1e-12, atol=1e-14)


def test_blocks_grow_with_persistence_and_stay_below_a_third():
    lengths = [block_length(LongRun(0.0, 1.0, 1.0, 10, 300, 100.0, rho)) for rho in (0.0, 0.3, 0.6, 0.9)]
    # Patton, Politis and White (2009): 2 G^2 / D^(1/3) n^(1/3) with the moments of an AR(1), by sums over lags
    lags = np.arange(1, 4000)
    for rho, length in zip((0.3, 0.6, 0.9), lengths[1:], strict=True):
        moment, spectrum = 2 * (lags * rho**lags).sum(), 1 + 2 * (rho**lags).sum()
        assert length == np.ceil((2 * moment**2 / (4 / 3 * spectrum**2) * 300) ** (1 / 3))
    assert lengths[0] == 1
    assert block_length(LongRun(0.0, 1.0, 1.0, 2, 30, 1.0, 0.99)) == 10
    assert block_length(LongRun(0.0, 0.0, np.nan, 0, 2, 0.0, np.nan)) == 1


@given(arrays(np.float64, st.integers(1, 30), elements=st.floats(-10, 10, width=32)), st.integers(0, 2**32 - 1))
def test_the_rising_curve_is_the_isotonic_regression_of_scipy(values, seed):
    weights = np.random.default_rng(seed).uniform(0.1, 5.0, values.size)
    expected = isotonic_regression(values, weights=weights).x
    np.testing.assert_allclose(never_falling(values, weights), expected, rtol=1e-10, atol=1e-10)


# --- Half-life ------------------------------------------------------------------------------------------------------


def fitted(vintages):
    data = paired(vintages)
    found = half_life(data, staleness_curve(data))
    assert isinstance(found, HalfLife), found
    return found


@pytest.mark.parametrize("is_ratio", [True, False])
@pytest.mark.parametrize(("tau", "plateau"), [(3.0, 0.4), (10.0, 0.5), (30.0, 1.2)])
def test_a_planted_half_life_is_found_exactly_without_noise(tau, plateau, is_ratio):
    # buckets of a week average over ages, and fits by their mean age are a little off for that
    found = fitted(decaying(tau, plateau, scale=0.0, is_ratio=is_ratio))
    assert found.finding is Finding.MEASURED
    assert found.days == pytest.approx(tau, rel=0.03)
    assert found.plateau == pytest.approx(plateau, rel=0.01)
    assert found.unit == ("log ratio" if is_ratio else "vol pts")


@pytest.mark.parametrize(("tau", "plateau"), [(5.0, 0.5), (20.0, 0.6)])
def test_a_planted_half_life_lies_in_its_interval(tau, plateau):
    results = [fitted(decaying(tau, plateau, seed=seed)) for seed in range(12)]
    assert all(found.finding is Finding.MEASURED for found in results)
    assert sum(found.low <= tau <= found.high for found in results) >= 9
    assert sum(found.plateau_low <= plateau <= found.plateau_high for found in results) >= 9
    assert np.median([found.days for found in results]) == pytest.approx(tau, rel=0.25)
    assert all(found.low <= found.days <= found.high for found in results)
    assert all(f"a half-life of {found.days:.3g} days fits" in found.sentence for found in results)


def test_the_fit_minimises_the_weighted_squares():
    data = paired(decaying(12.0, 0.4, seed=3))
    curve = staleness_curve(data)
    found = half_life(data, curve)
    used = curve.dates >= 20
    variance = np.array([data.of_age(b).long_run_variance for b in np.flatnonzero(used)])
    weights = curve.dates[used] / isotonic_regression(variance, weights=curve.dates[used]).x

    def squares(tau, plateau):
        return (weights * (curve.value[used] - plateau * (1.0 - 2.0 ** (-curve.age[used] / tau))) ** 2).sum()

    least = squares(found.days, found.plateau)
    for factor in (0.5, 0.9, 1.1, 2.0):
        assert squares(found.days, factor * found.plateau) > least
        assert squares(factor * found.days, found.plateau) > least
        shape = 1.0 - 2.0 ** (-curve.age[used] / (factor * found.days))
        best = (weights * shape * curve.value[used]).sum() / (weights * shape**2).sum()
        assert squares(factor * found.days, best) > least
    np.testing.assert_allclose(found.fitted, found.plateau * (1.0 - 2.0 ** (-curve.age / found.days)), rtol=1e-9)
    assert found.is_rising
    assert (np.diff(found.rising[used]) >= 0.0).all()


def test_a_model_that_does_not_decay_is_not_said_to():
    found = fitted(decaying(10.0, 0.0, seed=1))
    assert found.finding is Finding.NO_MEASURABLE_DECAY
    assert found.sentence.startswith(
        "no measurable decay over ages up to 178 days on 200 dates: at the longest of them aged"
    )
    assert np.isnan([found.days, found.low, found.high]).all()
    assert found.bound <= 0.0


def test_a_model_that_improves_with_age_does_not_decay():
    found = fitted(decaying(10.0, -0.5, seed=1))
    assert found.finding is Finding.NO_MEASURABLE_DECAY
    assert (found.fitted == 0.0).all()


def test_decay_without_an_end_in_sight_is_longer_than_what_was_seen():
    found = fitted(decaying(50_000.0, 600.0, seed=2))
    assert found.finding is Finding.LONGER_THAN
    assert found.days == np.inf
    assert found.high == np.inf
    assert "longer than" in found.sentence


def test_a_curve_that_rises_and_falls_is_not_rising():
    table = persistent(np.random.default_rng(0), 200, scale=0.02)
    hump = vintages_of(lambda age, o, t: np.exp(table[o, t] + 1.5 * np.exp(-(((age - 20.0) / 15.0) ** 2))))
    assert not fitted(hump).is_rising


def test_vintages_that_never_differ_have_no_measurable_decay_and_no_nan():
    data = paired(vintages_of(lambda age, o, t: 2.0 + t))
    curve = staleness_curve(data)
    assert (curve.value == 0.0).all()
    found = half_life(data, curve)
    assert found.finding is Finding.NO_MEASURABLE_DECAY
    assert (found.plateau, found.bound, found.detectable) == (0.0, 0.0, 0.0)
    assert found.sentence.endswith("vintages of every age lose exactly what a fresh one does")
    assert found.is_rising


def test_too_few_dates_for_a_half_life_are_said():
    data = paired(vintages_of(noise(), count=21))
    found = half_life(data, staleness_curve(data))
    assert isinstance(found, NotTested)
    assert found.sentence == "a half-life needs 3 ages of 20 dates, found 1; widen the test window"


@pytest.mark.parametrize("seed", range(4))
def test_growth_without_an_end_in_sight_has_no_half_life(seed):
    table = persistent(np.random.default_rng(seed), 144, scale=0.1)
    grown = vintages_of(lambda age, o, t: np.exp(table[o, t] + 0.02 * np.maximum(age, 0.0)), count=144)
    found = fitted(grown)
    assert found.finding is not Finding.MEASURED
    assert "in the long run" not in found.sentence
