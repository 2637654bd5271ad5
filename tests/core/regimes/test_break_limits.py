"""P-values of the break tests: published critical values, simulation, closed forms, and the far tail."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import chdtrc

from outsample.regimes.breaks import average_p_value, exponential_p_value, supremum_p_value
from outsample.regimes.breaks.f_limits import _weights
from outsample.regimes.breaks.fluctuation_tests import _half_window_excess, _line_crossing

ALL = pytest.mark.parametrize("law", [supremum_p_value, average_p_value, exponential_p_value])


@pytest.mark.parametrize(
    ("coefficients", "published"),
    [  # Andrews 2003, doi:10.1111/1468-0262.00405, per coefficient, as in Stock and Watson's table of the QLR statistic
        (1, (7.12, 8.68, 12.16)),
        (2, (5.00, 5.86, 7.78)),
        (3, (4.09, 4.71, 6.02)),
        (4, (3.59, 4.09, 5.12)),
        (5, (3.26, 3.66, 4.53)),
        (6, (3.02, 3.37, 4.12)),
    ],
)
def test_the_supremum_has_andrews_critical_values_for_every_number_of_coefficients(coefficients, published):
    # simulated on a grid, whose largest value is a little below that of the continuous path
    higher = 0.25 if coefficients == 1 else 0.1
    for p_value, value in zip((0.10, 0.05, 0.01), published, strict=True):
        assert supremum_p_value(coefficients * value, coefficients, 0.15) > p_value
        assert supremum_p_value(coefficients * (value + higher), coefficients, 0.15) < p_value


@pytest.mark.parametrize(
    ("coefficients", "trim", "simulated"),
    [  # in Wald scale, by a simulation on a grid
        (1, 0.15, (7.02, 8.64, 12.46)),
        (2, 0.15, (9.96, 11.80, 15.65)),
        (1, 0.10, (7.48, 9.09, 12.75)),
        (2, 0.10, (10.51, 12.30, 16.16)),
    ],
)
def test_the_supremum_depends_on_coefficients_and_trimming_as_simulated(coefficients, trim, simulated):
    # at 10 % the grid, of about 1,000 steps, lowers it by more than the error of the simulation
    for p_value, value, error in zip((0.10, 0.05, 0.01), simulated, (0.30, 0.25, 0.25), strict=True):
        assert supremum_p_value(value - error, coefficients, trim) > p_value
        assert supremum_p_value(value + error, coefficients, trim) < p_value


@pytest.mark.parametrize("coefficients", [1, 3])
@pytest.mark.parametrize("trim", [0.05, 0.25])
def test_simulated_quantiles_have_their_p_values(coefficients, trim):
    random, steps, paths = np.random.default_rng(coefficients), 1000, 4000
    share = np.arange(1, steps) / steps
    inside = (share >= trim) & (share <= 1.0 - trim)
    square = np.zeros((paths, int(inside.sum())))
    for _ in range(coefficients):
        walk = np.cumsum(random.normal(size=(paths, steps)), axis=1) / np.sqrt(steps)
        bridge = walk[:, :-1] - share * walk[:, -1:]
        square += bridge[:, inside] ** 2 / (share * (1.0 - share))[inside]
    exponential = np.log(np.exp(0.5 * square).mean(axis=1))
    for law, found, grid in (
        (supremum_p_value, square.max(axis=1), 1.35),  # a continuous path goes further
        (average_p_value, square.mean(axis=1), 1.0),
        (exponential_p_value, exponential, 1.0),
    ):
        for p_value in (0.5, 0.1, 0.02):
            reached = law(float(np.quantile(found, 1.0 - p_value)), coefficients, trim)
            error = 3.0 * np.sqrt(p_value * (1.0 - p_value) / paths) + 0.05 * p_value
            assert p_value - error <= reached <= grid * p_value + error


def test_without_room_for_a_search_the_supremum_is_one_chi_square():
    for coefficients, statistic in ((1, 3.0), (3, 9.0), (6, 11.0)):
        found = supremum_p_value(statistic, coefficients, 0.5 - 1e-9)
        assert found == pytest.approx(chdtrc(coefficients, statistic), abs=3e-3)


@pytest.mark.parametrize("coefficients", [1, 2, 6])
def test_the_expansion_of_the_tail_meets_the_numerical_law(coefficients):
    def slope(low):
        return np.log(supremum_p_value(low, coefficients, 0.15) / supremum_p_value(low + 1.0, coefficients, 0.15))

    slopes = [slope(low) for low in np.arange(28.0, 60.0)]
    assert max(np.abs(np.diff(slopes))) < 0.05  # the switch from one to the other is nowhere to be seen


@pytest.mark.parametrize("statistic", [4.0, 9.0, 60.0])
def test_an_average_of_two_coefficients_is_a_sum_of_exponentials(statistic):
    weight = np.sort(_weights(0.15))[::-1]
    expected = sum(
        np.exp(-0.5 * statistic / one) / np.prod(1.0 - np.delete(weight, i) / one) for i, one in enumerate(weight[:6])
    )
    assert average_p_value(statistic, 2, 0.15) == pytest.approx(expected, rel=1e-8)


def test_the_weights_of_an_average_are_a_share_each():
    assert _weights(0.15).sum() == pytest.approx(1.0, rel=1e-12)


def test_simulated_tails_are_the_same_with_any_seed(monkeypatch):
    found = []
    for seed in (1, 2, 3, 4):
        monkeypatch.setattr("outsample.regimes.breaks.f_limits._SEED", seed)
        exponential_p_value.cache_clear()
        found.append([exponential_p_value(statistic, 1, 0.15) for statistic in (1.0, 30.0)])
    exponential_p_value.cache_clear()
    assert (np.std(found, axis=0) < 0.15 * np.mean(found, axis=0)).all()
    assert (np.diff(np.log(np.mean(found, axis=0))) < 0.0).all()


@ALL
def test_ends_are_one_and_zero_and_larger_is_rarer(law):
    assert law(0.0, 2, 0.15) == 1.0
    assert law(np.inf, 2, 0.15) == 0.0
    found = [law(statistic, 2, 0.15) for statistic in (0.05, 0.5, 3.0, 9.0, 20.0, 45.0, 400.0)]
    assert found[0] > 0.97
    assert (np.diff(found) < 0.0).all()
    assert found[-1] > 0.0


@ALL
def test_more_coefficients_make_the_same_value_less_rare(law):
    found = [law(8.0, coefficients, 0.15) for coefficients in (1, 2, 4, 6)]
    assert (np.diff(found) > 0.0).all()


def test_cusum_lines_are_crossed_with_the_published_chances():
    # Brown, Durbin and Evans 1975: 1.143, 0.948 and 0.850 at 1, 5 and 10 %
    np.testing.assert_allclose([_line_crossing(a) for a in (1.143, 0.948, 0.850)], [0.01, 0.05, 0.10], atol=5e-4)


@given(st.floats(0.0, 6.0))
def test_every_chance_is_one_and_falls(height):
    for chance in (_line_crossing, _half_window_excess):
        assert 0.0 <= chance(height + 0.01) <= chance(height) + 1e-12 <= 1.0 + 1e-12
    assert _line_crossing(0.0) == _half_window_excess(0.0) == 1.0


@pytest.mark.parametrize("height", [0.3, 0.6, 1.0])
def test_low_lines_are_crossed_as_often_as_simulated(height):
    random, steps, paths = np.random.default_rng(9), 2000, 3000
    walk = np.cumsum(random.normal(size=(paths, steps)), axis=1) / np.sqrt(steps)
    share = np.arange(1, steps + 1) / steps
    # a discrete path meets a border as a continuous one does that is further out by 0.5826 of a step
    border = height * (1.0 + 2.0 * share) - 0.5826 / np.sqrt(steps)
    assert _line_crossing(height) == pytest.approx((np.abs(walk) > border).any(axis=1).mean(), abs=0.03)


@pytest.mark.parametrize("height", [0.7, 1.0, 1.5])
def test_half_window_sums_exceed_a_height_as_often_as_simulated(height):
    random, steps, paths = np.random.default_rng(10), 2000, 3000
    walk = np.cumsum(random.normal(size=(paths, steps)), axis=1) / np.sqrt(steps)
    bridge = np.column_stack((np.zeros(paths), walk - walk[:, -1:] * np.arange(1, steps + 1) / steps))
    sums = np.abs(bridge[:, steps // 2 :] - bridge[:, : steps // 2 + 1]).max(axis=1)
    shift = 0.5826 * np.sqrt(2.0 / steps)
    assert _half_window_excess(height) == pytest.approx((sums > height - shift).mean(), abs=0.03)
