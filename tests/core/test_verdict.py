"""The verdict sheet: one rule decides, and says with which numbers."""

from dataclasses import fields
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.diagnostics import Headline
from outsample.errors import UsageError
from outsample.scores import ErrorUnit
from outsample.verdict import MINIMUM_EFFECTIVE, Limit, Limits, Status, judge

NAN = float("nan")
LIMIT = Limit(log(1.25))


def line(**changes):
    values = {field.name: 0.0 for field in fields(Headline)}
    values |= {
        "model": "m",
        "benchmark": "b",
        "unit": "vol pts",
        "is_ratio": True,
        "ratio_power": 0.5,
        "hatched": False,
    }
    values |= {"effective_train": 100.0, "effective_test": 50.0, "minimum_detectable": 0.1}
    return Headline(**(values | changes))


E = LIMIT.value
TABLE = [
    ("clear pass", {"lower_bound": -0.2, "upper_bound": 0.1}, Status.PASS),
    ("clear fail", {"lower_bound": 0.3, "upper_bound": 0.5}, Status.FAIL),
    ("in between", {"lower_bound": 0.1, "upper_bound": 0.3}, Status.WATCH),
    ("upper bound on the limit", {"lower_bound": 0.0, "upper_bound": E}, Status.WATCH),
    ("lower bound on the limit", {"lower_bound": E, "upper_bound": 0.5}, Status.WATCH),
    ("both on the limit", {"lower_bound": E, "upper_bound": E}, Status.WATCH),
    ("upper bound just below", {"lower_bound": 0.0, "upper_bound": E * (1 - 1e-12)}, Status.PASS),
    ("lower bound just above", {"lower_bound": E * (1 + 1e-12), "upper_bound": 0.5}, Status.FAIL),
    ("train too short", {"effective_train": 19.99, "upper_bound": -9.0}, Status.NOT_ENOUGH_DATA),
    ("test too short", {"effective_test": 19.99, "lower_bound": 9.0, "upper_bound": 9.0}, Status.NOT_ENOUGH_DATA),
    ("exactly enough", {"effective_train": 20.0, "effective_test": 20.0, "upper_bound": 0.1}, Status.PASS),
    ("train unknown", {"effective_train": NAN, "upper_bound": 0.1, "minimum_detectable": NAN}, Status.NOT_ENOUGH_DATA),
    ("test unknown", {"effective_test": NAN, "upper_bound": 0.1, "minimum_detectable": NAN}, Status.NOT_ENOUGH_DATA),
    ("nothing at all", {"effective_train": 0.0, "effective_test": 0.0}, Status.NOT_ENOUGH_DATA),
    ("no power", {"minimum_detectable": 2 * E * (1 + 1e-12), "upper_bound": 0.1}, Status.NOT_ENOUGH_DATA),
    ("just enough power", {"minimum_detectable": 2 * E, "upper_bound": 0.1}, Status.PASS),
    ("power unknown", {"minimum_detectable": NAN, "upper_bound": 0.1}, Status.NOT_ENOUGH_DATA),
    ("no power and a clear fail", {"minimum_detectable": 9.0, "lower_bound": 9.0}, Status.NOT_ENOUGH_DATA),
    ("bounds unknown", {"lower_bound": NAN, "upper_bound": NAN}, Status.WATCH),
    ("a benchmark", {"benchmark": "", "effective_train": 0.0}, Status.BENCHMARK),
]


@pytest.mark.parametrize(("name", "changes", "status"), TABLE, ids=[row[0] for row in TABLE])
def test_the_rule_table(name, changes, status):
    verdict = judge(line(**changes), LIMIT)
    assert verdict.status is status
    assert verdict.rule
    assert verdict.limit is LIMIT


@given(*[st.floats(allow_nan=True, allow_infinity=True) for _ in range(5)], st.booleans(), st.floats(0.0, 1e6))
def test_no_numbers_make_the_judge_raise_and_a_pass_is_never_by_default(train, test, power, low, high, ratio, limit):
    found = line(
        effective_train=train,
        effective_test=test,
        minimum_detectable=power,
        lower_bound=low,
        upper_bound=high,
        is_ratio=ratio,
    )
    verdict = judge(found, Limit(limit))
    assert verdict.rule
    if verdict.status is Status.PASS:
        assert high < limit
    if verdict.status is Status.FAIL:
        assert low > limit
    if verdict.status in (Status.PASS, Status.FAIL, Status.WATCH):
        assert power <= 2 * limit
        assert min(x for x in (train, test)) >= MINIMUM_EFFECTIVE or train != train or test != test


def test_an_unknown_effective_number_is_never_enough():
    for name in ("effective_train", "effective_test"):
        assert judge(line(**{name: NAN}, upper_bound=-1.0), LIMIT).status is Status.NOT_ENOUGH_DATA


def test_the_rule_names_the_shorter_window():
    assert judge(line(effective_train=5.0, effective_test=9.0), LIMIT).rule.startswith("train holds 5.0 effective")
    assert judge(line(effective_train=9.0, effective_test=5.0), LIMIT).rule.startswith("test holds 5.0 effective")


def test_ratios_are_shown_as_ratios_of_what_is_shown():
    rule = judge(line(lower_bound=0.0, upper_bound=0.1), LIMIT).rule
    assert rule == "upper 95 % bound 1.05× is below the limit 1.12×"
    of_means = judge(line(lower_bound=0.0, upper_bound=0.1, ratio_power=1.0), LIMIT).rule
    assert of_means == "upper 95 % bound 1.11× is below the limit 1.25×"


def test_differences_are_shown_with_sign_and_unit():
    found = line(is_ratio=False, unit="nats", lower_bound=-0.02, upper_bound=0.01)
    assert judge(found, Limit(0.05)).rule == "upper 95 % bound +0.01 nats is below the limit +0.05 nats"
    assert (
        "−0.02 nats" in judge(line(is_ratio=False, unit="nats", lower_bound=-0.02, upper_bound=0.07), Limit(0.05)).rule
    )


def test_a_ratio_beyond_reading_is_said_to_be_one():
    rule = judge(line(minimum_detectable=5_000.0), LIMIT).rule
    assert rule == "the smallest effect detectable with 80 % power is more than 1,000,000×, twice the limit is 1.25×"


def test_headroom_is_limit_less_upper_bound():
    assert judge(line(upper_bound=0.1), LIMIT).headroom == pytest.approx(LIMIT.value - 0.1)
    assert judge(line(upper_bound=0.5), LIMIT).headroom < 0


def test_the_caveat_tells_what_is_not_accounted_for():
    assert "looks" in judge(line(), LIMIT).caveat
    assert "fitted by squared-vol-points" in judge(line(), LIMIT, "squared-vol-points").caveat


@pytest.mark.parametrize("status", [Status.PASS, Status.FAIL, Status.WATCH, Status.NOT_ENOUGH_DATA])
def test_a_limit_that_was_chosen_is_said_to_be_yours(status):
    bounds = {Status.PASS: (-0.2, 0.1), Status.FAIL: (0.5, 0.6), Status.WATCH: (0.1, 0.5)}.get(status, (0.0, 0.0))
    power = 9.0 if status is Status.NOT_ENOUGH_DATA else 0.1
    found = line(lower_bound=bounds[0], upper_bound=bounds[1], minimum_detectable=power)
    house, chosen = judge(found, LIMIT), judge(found, Limit(LIMIT.value, "ln 1.25", is_chosen=True))
    assert house.status is chosen.status is status
    assert "the limit" in house.rule
    assert chosen.rule == house.rule.replace("the limit", "your limit")


OPTION_UNITS = [unit for unit in ErrorUnit if unit not in (ErrorUnit.NATS, ErrorUnit.RETURN_PERCENT)]


def test_house_limits_and_their_origin():
    house = Limits()
    for unit in OPTION_UNITS:
        assert house.of(unit, NAN) == Limit(log(1.25), "ln 1.25")
    assert house.of(ErrorUnit.NATS, NAN).value == 0.05
    assert house.of(ErrorUnit.RETURN_PERCENT, -0.3).value == pytest.approx(0.03)
    assert {house.of(unit, 1.0).origin.partition(",")[0] for unit in ErrorUnit} == {"house default"}


def test_a_chosen_limit_is_the_one_of_its_unit_and_says_so():
    chosen = Limits(loss_ratio=1.5, qlike_nats=0.2, pinball_share=0.25)
    assert {chosen.of(unit, NAN) for unit in OPTION_UNITS} == {Limit(log(1.5), "ln 1.5", is_chosen=True)}
    assert chosen.of(ErrorUnit.NATS, NAN).value == 0.2
    assert chosen.of(ErrorUnit.RETURN_PERCENT, -0.4).value == pytest.approx(0.1)
    assert chosen.of(ErrorUnit.NATS, NAN).origin == "set by you, 0.2 nats"
    assert chosen.of(ErrorUnit.RETURN_PERCENT, 1.0).origin == "set by you, 0.25 of the benchmark's train loss"


def test_a_limit_for_one_unit_leaves_the_others_at_the_house_default():
    chosen = Limits(loss_ratio=3.0)
    assert chosen.of(ErrorUnit.NATS, NAN) == Limits().of(ErrorUnit.NATS, NAN)
    assert chosen.of(ErrorUnit.RETURN_PERCENT, 0.7) == Limits().of(ErrorUnit.RETURN_PERCENT, 0.7)


@pytest.mark.parametrize(
    "limits", [{"loss_ratio": 1.0}, {"loss_ratio": NAN}, {"qlike_nats": 0.0}, {"pinball_share": -1}]
)
def test_a_limit_that_tolerates_nothing_or_is_no_number_is_refused(limits):
    with pytest.raises(UsageError, match="limit of .* must be a number from"):
        Limits(**limits)
