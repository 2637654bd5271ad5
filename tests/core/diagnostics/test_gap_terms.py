"""The parts of a gap: they close exactly, say what was planted, and are as sure as the data allow."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student

from outsample.diagnostics.gap import GapParts, Part, gap_parts
from outsample.diagnostics.gap.regime_means import FEWEST
from outsample.errors import UsageError
from outsample.test_result import NotTested

CALM, NORMAL, STRESSED, NEW = 0, 1, 2, 3


def by_loops(train, cv, train_regime, test, test_regime):
    """The four terms once more, from DEFINITIONS.md."""
    count = {r: (train_regime == r).sum() for r in set(train_regime.tolist())}
    share = {r: n / train.size for r, n in count.items()}
    now = {r: (test_regime == r).mean() for r in set(test_regime.tolist())}
    unseen = sum(p for r, p in now.items() if r not in share)
    l_cv = {r: math.fsum(cv[train_regime == r]) / n for r, n in count.items()}
    l_te = {r: math.fsum(test[test_regime == r]) / (test_regime == r).sum() for r in now}
    level = math.fsum(cv) / cv.size
    new = [r for r in now if r not in share]
    l_u = math.fsum(math.fsum(test[test_regime == r]) for r in new) / max(sum((test_regime == r).sum() for r in new), 1)
    return [
        level - math.fsum(train) / train.size,
        sum((now.get(r, 0.0) - share[r] * (1.0 - unseen)) * l_cv[r] for r in share),
        sum(now[r] * (l_te[r] - l_cv[r]) for r in share if r in now),
        unseen * (l_u - level),
    ]


def made(seed, m=60, n=40, codes=4):
    random = np.random.default_rng(seed)
    train_regime, test_regime = random.integers(0, codes - 1, m), random.integers(0, codes, n)
    train = random.gamma(2.0, 10.0 ** random.integers(-3, 4), m)
    return train, train * random.uniform(0.9, 1.5, m), train_regime, random.gamma(2.0, 3.0, n), test_regime


def terms_of(*columns, **more):
    found = gap_parts(*(np.asarray(one) for one in columns), **more)
    assert isinstance(found, GapParts)
    return found


def values(found):
    return [term.value for term in found.terms]


@given(st.integers(0, 10_000), st.integers(1, 80), st.integers(1, 80), st.integers(2, 6))
def test_the_parts_sum_to_the_gap(seed, m, n, codes):
    columns = made(seed, m, n, codes)
    found = terms_of(*columns)
    scale = max(np.abs(columns[1]).max(), np.abs(columns[3]).max())
    assert sum(values(found)) == pytest.approx(columns[3].mean() - columns[0].mean(), abs=1e-12 * scale)
    assert found.gap.estimate == pytest.approx(columns[3].mean() - columns[0].mean(), abs=1e-12 * scale)


@given(st.integers(0, 10_000), st.integers(1, 80), st.integers(1, 80), st.integers(2, 6))
def test_the_parts_are_those_of_the_definition(seed, m, n, codes):
    columns = made(seed, m, n, codes)
    scale = max(np.abs(columns[1]).max(), np.abs(columns[3]).max())
    np.testing.assert_allclose(values(terms_of(*columns)), by_loops(*columns), rtol=0.0, atol=1e-11 * scale)


@given(st.integers(0, 10_000))
def test_regimes_sum_to_the_terms(seed):
    found = terms_of(*made(seed))
    for part, name in ((Part.MIX, "mix"), (Part.WITHIN, "within"), (Part.UNSEEN, "unseen")):
        total = sum(getattr(one, name) for one in found.regimes)
        assert total == pytest.approx(found.term(part).value, rel=1e-9, abs=1e-9)
    assert sum(one.train_share for one in found.regimes) == pytest.approx(1.0)
    assert sum(one.test_share for one in found.regimes) == pytest.approx(1.0)


@given(st.integers(0, 10_000), st.floats(-50.0, 50.0), st.floats(0.01, 100.0))
def test_a_level_changes_no_part_and_a_unit_all_alike(seed, level, unit):
    columns = made(seed)
    moved = [unit * one + level if place in (0, 1, 3) else one for place, one in enumerate(columns)]
    before, after = terms_of(*columns), terms_of(*moved)
    scale = 1e-9 * unit * max(np.abs(columns[1]).max(), np.abs(columns[3]).max()) + 1e-9
    for one, other in zip(before.terms, after.terms, strict=True):
        assert other.value == pytest.approx(unit * one.value, abs=scale)
        assert other.standard_error == pytest.approx(unit * one.standard_error, abs=scale, nan_ok=True)


# --- What was planted is found ---------------------------------------------------------------------------------------


def noisy(level, regimes, seed, spread=0.1):
    return np.asarray(level)[regimes] + spread * np.random.default_rng(seed).normal(size=regimes.size)


def planted(train_regime, test_regime, train_level, test_level, optimism=0.0):
    cv = noisy(train_level, train_regime, 1)
    more = optimism * np.random.default_rng(5).uniform(0.5, 1.5, cv.size)
    return terms_of(cv - more, cv, train_regime, noisy(test_level, test_regime, 2), test_regime)


HALVES = np.repeat([CALM, STRESSED, CALM, STRESSED], 50)


def told(found):
    return [term.part for term in found.terms if term.is_distinguishable]


def test_more_of_a_bad_regime_is_mix_and_nothing_else():
    found = planted(HALVES, np.repeat([CALM, STRESSED], [20, 80]), [1.0, 0.0, 3.0], [1.0, 0.0, 3.0])
    assert told(found) == [Part.MIX]
    assert found.term(Part.MIX).value == pytest.approx(0.3 * (3.0 - 1.0), abs=0.03)
    assert not Part.MIX.is_of_the_model


def test_more_errors_under_the_same_conditions_are_within():
    found = planted(HALVES, np.repeat([CALM, STRESSED], 50), [1.0, 0.0, 3.0], [1.5, 0.0, 3.5])
    assert told(found) == [Part.WITHIN]
    assert found.term(Part.WITHIN).value == pytest.approx(0.5, abs=0.05)


def test_a_new_regime_is_unseen():
    found = planted(HALVES, np.repeat([CALM, STRESSED, NEW], 40), [1.0, 0.0, 3.0], [1.0, 0.0, 3.0, 9.0])
    assert told(found) == [Part.UNSEEN]
    assert found.term(Part.UNSEEN).value == pytest.approx((9.0 - 2.0) / 3.0, abs=0.05)
    assert found.term(Part.MIX).value == pytest.approx(0.0, abs=0.02)


def test_a_fit_that_is_too_good_is_optimism():
    found = planted(HALVES, np.repeat([CALM, STRESSED], 50), [1.0, 0.0, 3.0], [1.0, 0.0, 3.0], optimism=0.4)
    assert told(found) == [Part.OPTIMISM]
    assert found.term(Part.OPTIMISM).value == pytest.approx(0.4, abs=0.03)


def test_a_code_that_no_train_time_has_is_unseen_whatever_it_is_called():
    found = terms_of(np.ones(20), np.ones(20), np.full(20, CALM), np.full(10, 4.0), np.full(10, STRESSED))
    assert values(found) == [0.0, 0.0, 0.0, 3.0]


# --- How sure a part is ----------------------------------------------------------------------------------------------


def mean_and_error(values):
    """Mean, variance of it and degrees of freedom, the cosines written out."""
    n = values.size
    terms = max(1, math.floor(0.4 * n ** (2 / 3) + 1e-9))
    at = (np.arange(n) + 0.5) / n
    power = [(math.sqrt(2.0 / n) * (values @ np.cos(math.pi * j * at))) ** 2 for j in range(1, terms + 1)]
    return values.mean(), math.fsum(power) / terms / n, terms


def test_a_term_is_as_uncertain_as_the_means_of_its_regimes():
    cv, test = noisy([1.0, 0.0, 3.0], HALVES, 3), noisy([1.2, 0.0, 2.0], HALVES[:120], 4)
    now = HALVES[:120]
    before = HALVES
    within = terms_of(cv, cv, before, test, now).term(Part.WITHIN)
    pieces = []
    for code in (CALM, STRESSED):
        share = (now == code).mean()
        for series in (cv[before == code], test[now == code]):
            _, variance, dof = mean_and_error(series)
            pieces.append((share**2 * variance, dof))
    total = sum(one for one, _ in pieces)
    dof = total**2 / sum(one**2 / d for one, d in pieces)
    half = student.ppf(0.975, dof) * math.sqrt(total)
    assert within.standard_error == pytest.approx(math.sqrt(total), rel=1e-9)
    assert (within.low, within.high) == pytest.approx((within.value - half, within.value + half), rel=1e-9)


@pytest.mark.parametrize("count", [1, 2, FEWEST - 1, FEWEST])
def test_fewer_times_of_a_regime_than_say_how_uncertain_they_are_have_no_interval(count):
    now = np.r_[np.zeros(60, int), np.full(count, NEW)]
    cv, test = noisy([1.0], np.zeros(100, int), 1), noisy([1.0, 0, 0, 3.0], now, 2)
    found = terms_of(cv, cv, np.zeros(100, int), test, now)
    for part in (Part.OPTIMISM, Part.MIX, Part.WITHIN):  # in these the regime has no weight
        assert np.isfinite([found.term(part).low, found.term(part).high]).all()
    unseen = found.term(Part.UNSEEN)
    assert unseen.value > 0.0
    assert np.isfinite(unseen.high) == np.isfinite(unseen.standard_error) == (count >= FEWEST)
    assert not unseen.is_distinguishable or count >= FEWEST


@pytest.mark.parametrize("spread", [1.0, 5.0])
@pytest.mark.parametrize("count", [1, 3, 5, 9, 12])
def test_a_rare_rough_regime_is_not_told_from_chance_by_the_calm_of_the_others(count, spread):
    """Its mean is that of the others. By their variance 28 to 56 % of such terms at a spread of 5 were called sure."""
    random, sure = np.random.default_rng(2), []
    for _ in range(300):
        train, test, now = random.normal(size=84), random.normal(size=36), np.zeros(36, int)
        first = int(random.integers(0, 37 - count))
        now[first : first + count] = NEW
        test[now == NEW] *= spread
        sure.append(terms_of(train, train, np.zeros(84, int), test, now).term(Part.UNSEEN).is_distinguishable)
    assert np.mean(sure) < 0.1  # nominal .05; .065 was measured over 2,000 histories, .035 is for chance
    assert (np.mean(sure) > 0.0) == (count >= FEWEST)


def test_optimism_is_no_surer_than_its_blocks():
    """All times of a block share the parameters they are judged by."""
    random, fold = np.random.default_rng(1), np.repeat(np.arange(5), 40)
    more = np.array([0.1, 0.5, 0.2, 0.9, 0.3])[fold]
    train = random.gamma(2.0, 1.0, 200)
    columns = (train, train + more, np.zeros(200, int), train[:50], np.zeros(50, int))
    alone, blocked = terms_of(*columns).terms[0], terms_of(*columns, fold=fold).terms[0]
    half = student.ppf(0.975, 4) * np.std([0.1, 0.5, 0.2, 0.9, 0.3], ddof=1) / math.sqrt(5.0)
    assert blocked.value == alone.value == pytest.approx(0.4)
    assert blocked.standard_error >= alone.standard_error
    assert blocked.low <= 0.4 - half * (1.0 - 1e-9)
    assert blocked.high >= 0.4 + half * (1.0 - 1e-9)


# --- Bad input -------------------------------------------------------------------------------------------------------


def test_constant_losses_have_no_gap_and_no_doubt():
    found = terms_of(np.full(36, 0.1), np.full(36, 0.1), np.arange(36) % 3, np.full(39, 0.1), np.arange(39) % 3)
    assert told(found) == []
    assert np.abs(values(found)).max() < 1e-15
    assert [term.low for term in found.terms] == pytest.approx([0.0] * 4, abs=1e-15)


def test_times_without_a_loss_are_left_out_and_counted():
    columns = made(7)
    full = terms_of(*columns)
    train, cv, at, test, now = columns
    nan = np.array([np.nan, np.nan])
    found = terms_of(
        np.r_[train, nan, 5.0], np.r_[cv, 1.0, 1.0, np.nan], np.r_[at, 0, 0, 0], np.r_[nan, test], np.r_[3, 3, now]
    )
    assert values(found) == values(full)
    assert (found.times_train, found.times_test, found.left_out) == (60, 40, 5)


def test_a_test_window_of_unseen_times_alone_closes():
    found = terms_of(np.array([1.0, 2.0]), np.array([1.5, 2.5]), np.array([0, 1]), np.array([7.0]), np.array([3]))
    assert values(found) == pytest.approx([0.5, 0.0, 0.0, 5.0])
    assert found.gap.estimate == pytest.approx(5.5)


def test_one_time_a_window_has_terms_without_intervals():
    found = terms_of(np.array([1.0]), np.array([2.0]), np.array([0]), np.array([4.0]), np.array([0]))
    assert values(found) == [1.0, 0.0, 2.0, 0.0]
    assert math.isnan(found.term(Part.WITHIN).low)
    assert told(found) == []


@pytest.mark.parametrize(
    ("train", "test", "words"),
    [(np.full(3, np.nan), np.ones(2), "train"), (np.ones(3), np.full(2, np.nan), "test"), (np.ones(3), [], "test")],
)
def test_a_window_without_a_loss_is_not_tested(train, test, words):
    test = np.asarray(test, dtype=float)
    found = gap_parts(train, train, np.zeros(3, int), test, np.zeros(test.size, int))
    assert isinstance(found, NotTested)
    assert f"{words} time with a loss, found none among {train.size if words == 'train' else test.size}; widen" in (
        found.sentence
    )


def test_columns_of_different_length_are_refused():
    with pytest.raises(UsageError, match=r"of the train window must be of one length, found \[3, 2, 3\]"):
        gap_parts(np.ones(3), np.ones(2), np.zeros(3, int), np.ones(2), np.zeros(2, int))
