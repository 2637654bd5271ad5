"""What counts as unseen: seldom where nothing changed, nearly always where it did, and never by later days."""

import numpy as np
import pytest

from outsample.regimes import DailyVolatility, Regime, RegimeMethod, RegimeSettings, regime_track
from outsample.regimes.hidden_markov import fit_hidden_markov
from outsample.regimes.jump_model import JumpModelSettings, fit_jump_model
from outsample.regimes.simulated_days import settled, simulated_days
from outsample.regimes.state_rows import volatility_features
from outsample.regimes.unseen_limits import density_limit, distance_limit
from outsample.typing import DAY
from outsample.windows import Window

LATER = 60
VOLATILITY = np.array([0.3, 0.9]) / np.sqrt(365)


def turns(seed, known, later=None, is_student=False):
    """Return daily returns of two states that take turns of 15 to 45 days; the last 60 have volatility `later`.

    Gaussian given the state, or Student's t of 5 degrees of freedom.
    """
    random = np.random.default_rng(seed)
    stays = random.integers(15, 46, size=known // 15 + 8)
    state = np.repeat((np.arange(stays.size) + random.integers(2)) % 2, stays)[random.integers(45) :][: known + LATER]
    sigma = VOLATILITY[state]
    if later is not None:
        sigma[known:] = later
    size = known + LATER
    return sigma * (np.sqrt(0.6) * random.standard_t(5, size=size) if is_student else random.normal(size=size))


def daily_of(returns):
    close = 100.0 * np.exp(np.concatenate(([0.0], returns.cumsum())))
    return DailyVolatility.of((19_000 + np.arange(close.size)) * DAY, close)


def unseen_days(returns, known, method):
    """Return which days after the known ones are unseen."""
    window = Window(19_000 * DAY, (19_000 + known) * DAY)
    return regime_track(daily_of(returns), window, RegimeSettings(method=method)).label[known:] == Regime.UNSEEN


@pytest.mark.parametrize(("method", "most"), [(RegimeMethod.GAUSSIAN_STATES, 0.012), (RegimeMethod.JUMP_MODEL, 0.02)])
def test_few_days_are_unseen_on_a_short_history_where_nothing_changed(method, most):
    shares = [unseen_days(turns(seed, 90), 90, method).mean() for seed in range(100)]
    assert 0.0 < np.mean(shares) < most  # .5 % is meant


@pytest.mark.parametrize("known", [122, 500])
def test_a_volatility_three_times_any_known_one_is_unseen_on_most_days_after_three(known):
    found = [unseen_days(turns(seed, known, 3.0 * VOLATILITY[1]), known, RegimeMethod.JUMP_MODEL) for seed in range(20)]
    shares = np.mean(np.array(found)[:, 3:30], axis=1)
    assert shares.mean() > 0.8
    assert np.mean(shares > 0.5) >= 0.9


def test_no_later_day_moves_a_limit():
    returns = turns(1, 200)
    other = np.append(returns[:200], 5.0 * returns[200:][::-1])
    fits = (
        fit_hidden_markov(100.0 * returns[:200]),
        fit_jump_model(volatility_features(daily_of(returns))[:200], JumpModelSettings(2, 10.0)),
    )
    for limit, fit in zip((density_limit, distance_limit), fits, strict=True):
        assert limit(daily_of(returns), fit) == pytest.approx(limit(daily_of(other), fit), rel=1e-9)


def test_a_limit_is_never_nearer_than_that_of_the_known_days():
    for seed in range(10):
        daily = daily_of(turns(seed, 150))
        hidden = fit_hidden_markov(100.0 * daily.log_return[:150])
        jumping = fit_jump_model(volatility_features(daily)[:150], JumpModelSettings(2, 10.0))
        assert density_limit(daily, hidden) <= hidden.filtered(100.0 * daily.log_return[:150]).log_density.min()
        assert distance_limit(daily, jumping) >= np.nanmax(jumping.distance(volatility_features(daily)[:150]))


def test_simulated_days_have_the_volatilities_of_the_states_and_stay_as_long():
    state = np.resize(np.repeat([0, 1], 50), 20_000)
    returns = np.array([0.01, 0.08])[state] * np.resize([1.0, -1.0], state.size)
    found = simulated_days(returns, state)
    is_high = np.abs(found) > 0.03
    np.testing.assert_allclose(np.abs(found[~is_high]), 0.01, rtol=0.1)
    np.testing.assert_allclose(np.abs(found[is_high]), 0.08, rtol=0.1)
    changes = np.diff(is_high.reshape(-1, 100), axis=1).mean()
    assert changes == pytest.approx(0.02, rel=0.15)
    assert found.tobytes() == simulated_days(returns, state).tobytes()


@pytest.mark.parametrize("days", [60, 4_000])
def test_a_path_scatters_by_its_own_days_and_by_how_little_is_known(days):
    returns = np.random.default_rng(3).normal(size=days)
    paths = settled(simulated_days(returns, np.zeros(days, dtype=np.int64)))
    found = np.log(np.sqrt(np.square(paths).mean(axis=1))).std()
    kurtosis = (returns**4).mean() / (returns**2).mean() ** 2
    expected = np.sqrt((kurtosis - 1.0) / 4.0 * (1.0 / paths.shape[1] + 1.0 / days))  # of ln of a root mean square
    assert found == pytest.approx(expected, rel=0.2)


@pytest.mark.slow
@pytest.mark.parametrize("known", [90, 122, 250, 500, 1000])
@pytest.mark.parametrize("is_student", [False, True], ids=["gaussian", "student"])
@pytest.mark.parametrize("method", [method for method in RegimeMethod if method is not RegimeMethod.CHANGE_POINTS])
def test_how_often_a_day_is_unseen_on_histories_of_any_length(method, is_student, known, record_property):
    same = [unseen_days(turns(seed, known, None, is_student), known, method).mean() for seed in range(200)]
    later = 3.0 * VOLATILITY[1]
    wild = [unseen_days(turns(seed, known, later, is_student), known, method)[3:30].mean() for seed in range(50)]
    calm, tails = np.mean(same), "Student" if is_student else "Gaussian"
    shares = f"{100 * calm:.2f} % of days unchanged, {100 * np.mean(wild):.0f} % of three times as volatile ones"
    record_property(f"{method}, {tails}, {known} days", shares)
    assert calm < (0.02 if is_student else 0.0125)
    assert np.mean(wild) > (0.65 if method is RegimeMethod.JUMP_MODEL else 0.1)
