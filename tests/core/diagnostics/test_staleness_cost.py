"""The cost of waiting, against plain loops, simulated schedules and planted truth."""

import numpy as np
import pytest

from outsample.diagnostics.staleness import recalibration_cost
from outsample.errors import UsageError
from outsample.test_result import NotTested
from outsample.typing import DAY

from .staleness_cases import decaying, noise, paired, vintages_of


def test_the_cost_of_waiting_is_the_mean_of_what_waiting_does():
    data = paired(decaying(10.0, 0.5, seed=4))
    found, used = recalibration_cost(data), data.dates >= 20
    ages, values = np.r_[0.0, data.age[used]], np.r_[0.0, data.mean[used]]
    assert found.days.tolist() == list(range(1, int(data.age[used].max()) + 2))
    for days, cost in zip(found.days, found.cost, strict=True):
        assert cost == pytest.approx(np.mean([np.interp(a, ages, values) for a in range(days)]), rel=1e-9, abs=1e-12)
    assert found.cost[0] == 0.0
    assert (found.low <= found.cost).all()
    assert (found.cost <= found.high).all()


def test_the_cost_is_that_of_a_simulated_schedule():
    # 0 noise: a model refitted every K days pays the mean of S over ages 0 to K - 1
    found = recalibration_cost(paired(decaying(10.0, 0.5, scale=0.0)))
    for wait in (1, 5, 14, 100):
        paid = np.mean([0.5 * (1.0 - 2.0 ** (-(day % wait) / 10.0)) for day in range(wait * 7)])
        assert found.cost[wait - 1] == pytest.approx(paid, abs=2e-3)


def test_with_four_times_a_day_a_daily_refit_is_paid_for_too():
    times = np.arange(4 * 120) * (DAY // 4)
    lost = 0.02  # a day
    found = recalibration_cost(paired(vintages_of(lambda age, o, t: np.exp(lost * np.maximum(age, 0.0)), times)))
    for wait in (1, 2, 5):
        schedule = [(step % (4 * wait)) / 4.0 for step in range(4 * wait * 10)]
        assert found.cost[wait - 1] == pytest.approx(lost * np.mean(schedule), rel=0.02)
    assert found.cost[0] > 0.0


def test_the_band_covers_the_true_cost():
    covered = 0
    for seed in range(40):
        found = recalibration_cost(paired(decaying(10.0, 0.5, seed=seed, count=120)))
        truth = np.mean([0.5 * (1.0 - 2.0 ** (-a / 10.0)) for a in range(30)])
        covered += found.low[29] <= truth <= found.high[29]
    assert covered >= 34


@pytest.mark.parametrize("refit_cost", [0.0, 0.1, 0.5, 3.0])
def test_the_cheapest_interval_is_the_least_total(refit_cost):
    found = recalibration_cost(paired(decaying(10.0, 0.5, scale=0.0)))
    best = found.cheapest(refit_cost)
    totals = [found.cost[k - 1] + refit_cost / k for k in found.days]
    assert best.cost == pytest.approx(min(totals), rel=1e-12)
    assert best.days == 1 + int(np.argmin(totals))
    assert best.is_longest == (best.days == found.days[-1])


def test_a_refit_that_costs_much_is_put_off_as_long_as_the_data_can_tell():
    best = recalibration_cost(paired(decaying(10.0, 0.5, scale=0.0))).cheapest(1e6)
    assert best.is_longest


def test_where_waiting_costs_nothing_one_waits():
    assert recalibration_cost(paired(vintages_of(lambda age, o, t: 2.0 + t))).cheapest(0.0).is_longest


@pytest.mark.parametrize("refit_cost", [-1.0, np.nan, np.inf])
def test_a_refit_cannot_cost_less_than_nothing(refit_cost):
    with pytest.raises(UsageError, match="a refit costs 0 or more"):
        recalibration_cost(paired(vintages_of(noise(), count=60))).cheapest(refit_cost)


def test_too_few_dates_for_a_cost_are_said():
    found = recalibration_cost(paired(vintages_of(noise(), count=15)))
    assert isinstance(found, NotTested)
    assert found.sentence.startswith("the cost of waiting needs an age of a day or more with 20 dates")
