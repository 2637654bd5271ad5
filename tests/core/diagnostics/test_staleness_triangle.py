"""The split of the triangle into age and calendar, against dummies in one dense least squares and planted truth."""

import numpy as np
import pytest
from scipy.stats import t as student

from outsample.diagnostics.staleness import AgePeriod, split_triangle
from outsample.errors import UsageError
from outsample.test_result import NotTested
from outsample.typing import DAY

from .staleness_cases import vintages_of


def split(vintages):
    found = split_triangle(vintages)
    assert isinstance(found, AgePeriod), found
    return found


def bucket_of(days):
    return np.where(days < 14, np.floor(days), 14 + np.floor((days - 14) / 7)).astype(int)


def cells_of(vintages):
    """Return y, bucket and date of every pair, by loops."""
    rows = []
    for o in range(vintages.origins.count):
        for t, time in enumerate(vintages.date_times):
            loss = vintages.loss[o, t]
            if np.isfinite(loss) and (loss > 0.0 or not vintages.is_ratio):
                days = (time - vintages.origins.in_service[o]) / DAY
                rows.append((np.log(loss) if vintages.is_ratio else loss, bucket_of(days), t))
    y, bucket, date = zip(*rows, strict=True)
    return np.array(y), np.array(bucket), np.array(date)


def by_dummies(y, bucket, date):
    """Return f, g, mu and the residuals of a regression on one dummy an age and one a date."""
    buckets, dates = np.unique(bucket), np.unique(date)
    design = np.zeros((y.size, buckets.size - 1 + dates.size))
    for column, one in enumerate(buckets[1:]):
        design[bucket == one, column] = 1.0
    for column, one in enumerate(dates):
        design[date == one, buckets.size - 1 + column] = 1.0
    solved = np.linalg.lstsq(design, y, rcond=None)[0]
    age, level = np.r_[0.0, solved[: buckets.size - 1]], solved[buckets.size - 1 :]
    return age, level - level.mean(), level.mean(), y - design @ solved, design


def noisy(seed=0, count=50):
    random = np.random.default_rng(seed)
    table, shock = random.normal(size=(count, count)), random.normal(size=count)
    return lambda age, o, t: np.exp(0.3 * table[o, t] + shock[t] + 0.05 * np.sqrt(np.maximum(age, 0.0)))


def gappy(age, o, t):
    values = noisy()(age, o, t)
    values[10:14, 20:30] = np.nan
    values[:, 33] = np.nan
    values[3, 7] = 0.0
    return values


CASES = {
    "daily": (noisy(), {"count": 50}),
    "every fourth a vintage": (noisy(), {"count": 50, "most_origins": 13}),
    "irregular": (noisy(), {"test_times": np.unique(np.random.default_rng(2).integers(0, 600, 50)) * DAY // 12}),
    "with gaps": (gappy, {"count": 50}),
    "differences": (noisy(), {"count": 50, "is_ratio": False}),
}


@pytest.mark.parametrize("case", CASES)
def test_the_split_is_the_regression_on_dummies(case):
    loss, options = CASES[case]
    vintages = vintages_of(loss, **options)
    found, (y, bucket, date) = split(vintages), cells_of(vintages)
    age, shock, level, rest, _ = by_dummies(y, bucket, date)
    assert found.n == y.size
    assert found.dropped == 0
    np.testing.assert_array_equal(bucket_of(found.start), np.unique(bucket))
    np.testing.assert_array_equal(found.date_times, vintages.date_times[np.unique(date)])
    np.testing.assert_allclose(found.by_age, age, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found.by_date, shock, rtol=1e-9, atol=1e-9)
    assert found.level == pytest.approx(level, rel=1e-9)
    centred = y - y.mean()
    total = centred @ centred
    assert found.share_rest == pytest.approx(rest @ rest / total, rel=1e-9)
    assert found.share_age == pytest.approx(age[np.searchsorted(np.unique(bucket), bucket)] @ centred / total, abs=1e-9)
    assert found.share_age + found.share_date + found.share_rest == pytest.approx(1.0, abs=1e-12)


def test_the_band_is_the_sandwich_with_a_cluster_a_date():
    vintages = vintages_of(noisy(), count=50)
    found, (y, bucket, date) = split(vintages), cells_of(vintages)
    *_, rest, design = by_dummies(y, bucket, date)
    dates, terms = 50, int(0.4 * 50 ** (2 / 3))
    scores = np.stack([(design * rest[:, None])[date == t].sum(axis=0) for t in range(dates)])
    middle = np.zeros((design.shape[1],) * 2)
    for j in range(1, terms + 1):
        wave = scores.T @ (np.sqrt(2 / dates) * np.cos(np.pi * j * (np.arange(dates) + 0.5) / dates))
        middle += dates / terms * np.outer(wave, wave)
    bread = np.linalg.inv(design.T @ design)
    ages = found.by_age.size - 1
    expected = student.ppf(0.975, terms) * np.sqrt(np.diag(bread @ middle @ bread)[:ages])
    np.testing.assert_allclose((found.high - found.by_age)[1:], expected, rtol=1e-8)
    np.testing.assert_allclose((found.by_age - found.low)[1:], expected, rtol=1e-8)
    assert found.low[0] == found.high[0] == found.by_age[0] == 0.0


@pytest.mark.parametrize("options", [{}, {"most_origins": 10}, {"is_ratio": False}])
def test_planted_age_and_calendar_are_found_exactly(options):
    random = np.random.default_rng(8)
    decay, shock = np.r_[0.0, random.normal(size=29)], random.normal(size=80)
    loss = np.asarray if options.get("is_ratio") is False else np.exp
    vintages = vintages_of(
        lambda age, o, t: loss(2.0 + decay[bucket_of(np.maximum(age, 0.0))] + shock[t]), count=80, **options
    )
    found = split(vintages)
    np.testing.assert_allclose(found.by_age, decay[: found.by_age.size], atol=1e-10)
    np.testing.assert_allclose(found.by_date, shock - shock.mean(), atol=1e-10)
    assert found.level == pytest.approx(2.0 + shock.mean())
    assert found.share_rest == pytest.approx(0.0, abs=1e-10)
    assert found.unit == "vol pts"
    assert found.is_ratio == (loss is np.exp)


def test_a_shock_of_the_calendar_is_not_taken_for_decay():
    # losses double over the second half of the test window: the raw curve rises, the purified one does not
    vintages = vintages_of(lambda age, o, t: np.exp(np.where(t >= 50, np.log(2.0), 0.0) + 0.0 * age), count=100)
    found = split(vintages)
    np.testing.assert_allclose(found.by_age, 0.0, atol=1e-10)
    assert found.share_date == pytest.approx(1.0, abs=1e-9)
    raw = np.nanmean(np.where(np.isfinite(vintages.loss[:1]), np.log(vintages.loss[:1]), np.nan).reshape(2, 50), axis=1)
    assert raw[1] - raw[0] == pytest.approx(np.log(2.0))


def test_the_band_covers_planted_decay():
    random, covered, ages = np.random.default_rng(3), 0, 0
    for _ in range(60):
        table, shock = random.normal(size=(60, 60)), 2.0 * random.normal(size=60)
        found = split(
            vintages_of(lambda age, o, t, a=table, b=shock: np.exp(a[o, t] + b[t] + 0.02 * np.floor(age)), count=60)
        )
        truth = 0.02 * found.start[:14]
        covered += np.count_nonzero((found.low[:14] <= truth + 1e-12) & (truth - 1e-12 <= found.high[:14]))
        ages += 14
    assert 0.9 < covered / ages <= 1.0


def test_the_table_holds_means_by_vintage_and_age():
    vintages = vintages_of(gappy, count=50)
    found = split(vintages)
    for o in range(0, 50, 7):
        for b in range(found.start.size):
            days = (vintages.date_times - vintages.origins.in_service[o]) / DAY
            inside = (days >= found.start[b]) & (days < found.stop[b]) & np.isfinite(vintages.loss[o])
            values = vintages.loss[o, inside]
            values = values[values > 0.0]
            if values.size:
                assert found.table[o, b] == pytest.approx(np.log(values).mean(), rel=1e-9)
            else:
                assert np.isnan(found.table[o, b])


def test_ages_without_a_common_date_are_dropped_and_counted():
    # dates 0 to 9 see ages 0 to 9; from day 200 on ages start at 190, with no age in common
    def loss(age, o, t):
        values = np.array(noisy(count=30)(age, o, t))
        values[20:, :] = np.nan
        return values

    vintages = vintages_of(loss, test_times=np.r_[0:20, 200:210] * DAY)
    found = split(vintages)
    assert found.dropped == 20 * 10
    assert found.n == 20 * 21 // 2
    assert found.start.tolist() == [*range(15)]
    assert np.isfinite(found.by_age).all()


def test_ages_can_be_cut_otherwise():
    vintages = vintages_of(noisy(), count=50)
    found = split_triangle(vintages, np.r_[0.0:51.0])
    y, _, date = cells_of(vintages)
    rows, columns = np.nonzero(np.isfinite(vintages.loss))
    age, *_ = by_dummies(y, columns - rows, date)
    np.testing.assert_allclose(found.by_age, age, rtol=1e-9, atol=1e-9)
    with pytest.raises(UsageError, match="edges of ages must rise from 0 to beyond 49 days"):
        split_triangle(vintages, np.r_[0.0:50.0])


def test_one_vintage_cannot_be_split():
    found = split_triangle(vintages_of(noisy(), count=50, most_origins=1))
    assert isinstance(found, NotTested)
    assert found.sentence == (
        "a split into age and calendar needs two ages that can be compared at a date, "
        "found none among 1 vintages on 50 dates; widen the test window"
    )


@pytest.mark.parametrize("is_ratio", [True, False])
def test_constant_losses_cannot_be_split(is_ratio):
    found = split_triangle(vintages_of(lambda age, o, t: 3.0, count=30, is_ratio=is_ratio))
    assert isinstance(found, NotTested)
    assert found.sentence.endswith("needs losses that vary, found constant ones; choose another model or loss")


def test_losses_of_zero_have_no_logarithm_and_cannot_be_split():
    assert isinstance(split_triangle(vintages_of(lambda age, o, t: 0.0, count=30)), NotTested)
