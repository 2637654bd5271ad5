"""SVI, SABR and SSVI: recovery, scipy's fits of the same quotes, bounds, and what arbitrage they leave."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outsample.calibration import CalibrationStatus, ChainQuotes, ErrorKind
from outsample.calibration.sabr_fit import fit_sabr
from outsample.calibration.ssvi_fit import fit_ssvi, ssvi_variance
from outsample.calibration.svi_fit import fit_svi, svi_variance
from outsample.errors import FitError, UsageError
from outsample.formulas.sabr import sabr_vol
from outsample.formulas.ssvi import bounded_power_law_phi, ssvi_total_variance
from outsample.formulas.svi import lee_bound_holds, svi_total_variance
from outsample.formulas.svi_arbitrage import butterfly_arbitrage, calendar_arbitrage
from outsample.formulas.svi_parameters import RawSvi
from outsample.io import open_files

VOGT = RawSvi(-0.041, 0.1331, 0.306, 0.3586, 0.4153)


def slice_of(log_moneyness, vol, tenor=1.0):
    return ChainQuotes.of_vols(np.exp(log_moneyness), tenor, log_moneyness > 0.0, vol)


def of_svi(svi, log_moneyness, tenor=1.0):
    return slice_of(log_moneyness, np.sqrt(svi_total_variance(log_moneyness, svi) / tenor), tenor)


def fields(svi):
    return [float(value) for value in (svi.a, svi.b, svi.rho, svi.m, svi.sigma)]


# --- SVI ------------------------------------------------------------------------------------------------------------


def test_vogts_slice_is_found_again_with_its_arbitrage():
    found = fit_svi(of_svi(VOGT, np.linspace(-1.5, 1.5, 31)))
    assert fields(found.svi) == pytest.approx(fields(VOGT), abs=1e-9)
    assert found.fit.status is CalibrationStatus.CONVERGED
    assert found.fit.error_kind is ErrorKind.BY_QUOTE
    assert found.at_the_money_error == pytest.approx(0.0, abs=1e-9)
    # Reference: g is negative for k in [.6424, 1.2569].
    assert found.butterflies() == pytest.approx(np.array([[0.6424, 1.2569]]), abs=1e-4)
    assert found.has_quoted_butterflies()
    assert not fit_svi(of_svi(VOGT, np.linspace(-0.6, 0.6, 31))).has_quoted_butterflies()


@settings(max_examples=20)
@given(
    level=st.floats(0.0, 0.1),
    put=st.floats(0.05, 1.5),
    call=st.floats(0.05, 1.5),
    shift=st.floats(-0.2, 0.2),
    sigma=st.floats(0.05, 0.5),
    tenor=st.floats(0.02, 2.0),
)
def test_any_slice_inside_lees_bound_is_found_again(level, put, call, shift, sigma, tenor):
    b, rho = 0.5 * (put + call), (call - put) / (put + call)
    svi = RawSvi(level + 0.01 - b * sigma * math.sqrt(1.0 - rho**2), b, rho, shift, sigma)
    k = np.linspace(-0.8, 0.8, 25)
    found = fit_svi(of_svi(svi, k, tenor))
    assert found.fit.root_mean_square < 1e-4
    vol = np.sqrt(svi_total_variance(k, found.svi) / tenor)
    assert vol == pytest.approx(np.sqrt(svi_total_variance(k, svi) / tenor), abs=1e-4)


def test_derivatives_of_the_searched_form_and_its_raw_form():
    k, values = np.linspace(-1.0, 1.0, 21), np.array([0.02, 0.3, 0.2, 0.1, 0.25])
    total, gradient = svi_variance(values, k)
    least, put, call, m, sigma = values
    raw = RawSvi(least - sigma * math.sqrt(put * call), 0.5 * (put + call), (call - put) / (put + call), m, sigma)
    assert total == pytest.approx(svi_total_variance(k, raw), rel=1e-13)
    assert total.min() >= least
    for i in range(5):
        move = np.zeros(5)
        move[i] = 1e-6
        slope = (svi_variance(values + move, k)[0] - svi_variance(values - move, k)[0]) / 2e-6
        assert gradient[:, i] == pytest.approx(slope, abs=1e-8)


def weighted_cost(vol, chain):
    """Return the sum of squares by its definition: vol points, weighted by vega over the mean vega."""
    return float(np.sum(chain.vega / chain.vega.mean() * (100.0 * (vol - chain.implied_vol)) ** 2))


@pytest.mark.parametrize("seed", range(6))
def test_no_worse_than_scipy_from_thirty_starts(seed):
    from scipy.optimize import least_squares

    random = np.random.default_rng(seed)
    tenor, k = 0.1, np.sort(random.uniform(-0.15, 0.15, 14))  # within 15 % of the forward, where minima degenerate
    clean = np.sqrt(svi_total_variance(k, RawSvi(0.001, 0.05, -0.4, 0.01, 0.08)) / tenor)
    chain = slice_of(k, clean + 0.002 * random.normal(size=14), tenor)
    found = fit_svi(chain)
    vol = np.sqrt(svi_total_variance(k, found.svi) / tenor)
    assert found.fit.sum_of_squares == pytest.approx(weighted_cost(vol, chain), rel=1e-9)
    reach = k[-1] - k[0]
    low = np.array([1e-7, 1e-6, 1e-6, k[0] - 0.5 * reach, 0.01 * reach])
    high = np.array([0.1, 2.0, 2.0, k[-1] + 0.5 * reach, 2.0 * reach])
    scale = np.sqrt(chain.vega / chain.vega.mean()) * 100.0

    def residual(values):
        return scale * (np.sqrt(svi_variance(values, k)[0] / tenor) - chain.implied_vol)

    starts = random.uniform(low, [0.01, 0.3, 0.3, high[3], high[4]], (30, 5))
    best = min(2.0 * least_squares(residual, start, bounds=(low, high), x_scale=high).cost for start in starts)
    assert found.fit.sum_of_squares <= 1.01 * best  # of ends within 1 % the one off its bounds is taken
    assert abs(found.at_the_money_error) < 1.0


def test_wings_steeper_than_any_law_permits_end_at_lees_bound():
    k = np.linspace(-0.5, 0.5, 21)
    found = fit_svi(slice_of(k, np.sqrt(0.02 + 3.0 * np.abs(k))))
    assert found.fit.status is CalibrationStatus.AT_BOUND
    wings = [found.fit.names.index(name) for name in ("put_wing", "call_wing")]
    assert found.fit.at_bound[wings].all()
    assert lee_bound_holds(found.svi)
    assert np.isnan(found.fit.standard_errors[wings]).all()


def test_a_wrong_quote_moves_a_robust_slice_less():
    k = np.linspace(-1.0, 1.0, 21)
    vol = np.sqrt(svi_total_variance(k, VOGT))
    vol[10] += 0.2
    spoilt = slice_of(k, vol)
    clean = np.sqrt(svi_total_variance(k, VOGT))
    errors = [
        np.abs(np.sqrt(svi_total_variance(k, fit_svi(spoilt, huber).svi)) - clean).max() for huber in (None, 0.05)
    ]
    assert errors[1] < 0.1 * errors[0]


@pytest.mark.parametrize("low", [-0.5, 0.1])
def test_at_the_money_is_unknown_where_all_strikes_lie_on_one_side(low):
    found = fit_svi(of_svi(VOGT, np.linspace(low, low + 0.4, 9)))
    assert math.isnan(found.at_the_money_error)
    assert found.quoted == pytest.approx([low, low + 0.4])


# --- SABR -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("beta", [0.0, 0.5, 1.0])
@pytest.mark.parametrize(
    ("tenor", "alpha", "rho", "nu"), [(0.25, 0.6, -0.15, 1.8), (2.0, 0.2, -0.6, 0.5), (0.01, 0.7, 0.3, 9.0)]
)
def test_sabr_is_found_again(beta, tenor, alpha, rho, nu):
    k = np.linspace(-2.0, 2.0, 15) * alpha * math.sqrt(tenor)
    forward = 60_000.0
    scaled = alpha * forward ** (1.0 - beta)
    vol = sabr_vol(forward, forward * np.exp(k), tenor, scaled, beta, rho, nu)
    chain = ChainQuotes.of_vols(np.exp(k), tenor, k > 0.0, vol, forward=forward)
    found = fit_sabr(chain, beta)
    assert [found.level, found.rho, found.nu] == pytest.approx([alpha, rho, nu], rel=1e-6)
    assert found.alpha == pytest.approx(scaled, rel=1e-6)
    assert found.fit.status is CalibrationStatus.CONVERGED


@pytest.mark.parametrize("seed", range(4))
def test_sabr_is_no_worse_than_scipys_fit(seed):
    from scipy.optimize import least_squares

    random = np.random.default_rng(seed)
    k = np.linspace(-0.5, 0.5, 15)
    vol = sabr_vol(1.0, np.exp(k), 0.25, 0.6, 1.0, -0.3, 1.5) + 0.005 * random.normal(size=15)
    chain = slice_of(k, vol, 0.25)
    found = fit_sabr(chain)
    scale = np.sqrt(chain.vega / chain.vega.mean()) * 100.0

    def residual(values):
        return scale * (
            sabr_vol(1.0, chain.strike_ratio, 0.25, values[0], 1.0, values[1], values[2]) - chain.implied_vol
        )

    other = least_squares(residual, [0.5, 0.0, 1.0], bounds=([0.01, -0.99, 0.01], [3.0, 0.99, 9.0]), xtol=1e-12)
    assert found.fit.values == pytest.approx(other.x, rel=1e-4)
    assert found.fit.sum_of_squares == pytest.approx(2.0 * other.cost, rel=1e-8)


@pytest.mark.parametrize("beta", [-0.1, 1.1, math.nan])
def test_a_beta_that_is_none_is_refused(beta):
    with pytest.raises(UsageError, match="beta of SABR must be a number from 0 to 1, found"):
        fit_sabr(of_svi(VOGT, np.linspace(-0.5, 0.5, 9)), beta)


# --- Slices ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fit", "name", "needed"), [(fit_svi, "SVI", 5), (fit_sabr, "SABR", 3)])
def test_a_slice_is_one_tenor_with_strikes_enough(fit, name, needed):
    strike = np.exp(np.linspace(-0.2, 0.2, needed - 1))
    with pytest.raises(FitError, match=f"^{name} needs at least {needed} strikes of one tenor, .* found {needed - 1};"):
        fit(ChainQuotes.of_vols(strike, 0.5, strike > 1.0, 0.3))
    twice = ChainQuotes.of_vols(np.tile(strike, 2), np.repeat([0.5, 1.0], needed - 1), False, 0.3)
    with pytest.raises(FitError, match=f"^{name} is fitted to one tenor at a time, found 2; split the chain by tenor$"):
        fit(twice)
    assert [one.slice_tenor.tolist() for one in twice.by_tenor()] == [[0.5], [1.0]]


# --- SSVI -----------------------------------------------------------------------------------------------------------


TENORS, THETA = np.array([0.02, 0.1, 0.5, 1.0, 2.0]), np.array([0.01, 0.04, 0.16, 0.3, 0.5])


def surface(rho, eta, gamma, noise=0.0, theta=THETA, seed=0):
    tenor = np.repeat(TENORS, 11)
    k = np.tile(np.linspace(-0.6, 0.6, 11), TENORS.size) * np.sqrt(tenor)
    level = np.repeat(theta, 11)
    total = ssvi_total_variance(k, level, rho, bounded_power_law_phi(level, eta, gamma))
    vol = np.sqrt(total / tenor) + noise * np.random.default_rng(seed).normal(size=k.size)
    return ChainQuotes.of_vols(np.exp(k), tenor, k > 0.0, vol)


@pytest.mark.parametrize(("rho", "eta", "gamma"), [(-0.3, 1.1, 0.4), (0.5, 0.6, 0.2), (-0.7, 0.9, 0.3)])
def test_ssvi_is_found_again(rho, eta, gamma):
    found = fit_ssvi(surface(rho, eta, gamma))
    assert [found.rho, found.eta, found.gamma] == pytest.approx([rho, eta, gamma], rel=1e-6)
    assert found.theta == pytest.approx(THETA, rel=1e-8)
    assert found.tenor.tolist() == TENORS.tolist()
    assert found.fit.status is CalibrationStatus.CONVERGED
    assert found.fit.names[-3:] == ("rho", "eta_share", "gamma")


def is_free_of_arbitrage(found):
    slices = [found.slice(i) for i in range(found.tenor.size)]
    gaps = [calendar_arbitrage(near, far).size for near, far in zip(slices[:-1], slices[1:], strict=True)]
    return sum(gaps) + sum(butterfly_arbitrage(one).size for one in slices) == 0


@pytest.mark.parametrize("seed", range(5))
def test_ssvi_has_no_arbitrage_even_where_the_quotes_have(seed):
    # Noise of 3 points, and a third tenor whose total variance lies below the second's.
    found = fit_ssvi(surface(-0.6, 1.8, 0.5, 0.03, np.array([0.01, 0.08, 0.06, 0.3, 0.5]), seed))
    assert (np.diff(found.theta) >= 0.0).all()
    assert is_free_of_arbitrage(found)
    assert found.fit.at_bound[2]
    assert found.eta * (1.0 + abs(found.rho)) <= 2.0 + 1e-12


def test_the_sum_of_squares_of_ssvi_by_its_definition():
    chain = surface(-0.3, 1.1, 0.4, 0.01)
    found = fit_ssvi(chain)
    k = np.log(chain.strike_ratio)
    vols = [
        np.sqrt(svi_total_variance(k[rows], found.slice(i)) / chain.tenor[rows]) for i, rows in enumerate(chain.slices)
    ]
    assert found.fit.sum_of_squares == pytest.approx(weighted_cost(np.concatenate(vols), chain), rel=1e-9)


@pytest.mark.parametrize("rho", [-0.4, 0.4])
def test_derivatives_of_ssvi(rho):
    chain = surface(-0.3, 1.1, 0.4)
    k, place = np.log(chain.strike_ratio), np.repeat(np.arange(5), 11)
    values = np.array([*np.diff(THETA, prepend=0.0), rho, 0.6, 0.3])
    gradient = ssvi_variance(values, k, place)[1]
    for i in range(values.size):
        move = np.zeros(values.size)
        move[i] = 1e-7
        slope = (ssvi_variance(values + move, k, place)[0] - ssvi_variance(values - move, k, place)[0]) / 2e-7
        assert gradient[:, i] == pytest.approx(slope, rel=1e-5, abs=1e-7)


def test_a_surface_of_fewer_quotes_than_parameters_is_refused():
    strike = np.array([0.9, 1.1, 1.0])
    chain = ChainQuotes.of_vols(strike, np.array([0.1, 0.1, 0.5]), False, 0.3)
    with pytest.raises(FitError, match="^SSVI needs at least 5 quotes, one for each of 2 tenors .*, found 3; relax"):
        fit_ssvi(chain)


# --- Real days ------------------------------------------------------------------------------------------------------


@pytest.mark.data
def test_real_days_end_with_a_status(real_data):
    data = open_files(real_data("deribit_btc_2026/btc_daily_20251230_20260430.parquet")).dataset
    for day in range(3):
        chain = ChainQuotes.at(data, day)
        surface_found = fit_ssvi(chain)
        assert is_free_of_arbitrage(surface_found)
        slices = chain.by_tenor()
        found = [(fit_svi(one), fit_sabr(one)) for one in slices if one.size >= 5]
        assert len(found) == len(slices)
        fits = [surface_found.fit, *(one.fit for pair in found for one in pair)]
        assert all(one.status is not CalibrationStatus.FAILED and np.isfinite(one.values).all() for one in fits)
        assert all(one.root_mean_square < 3.0 for one in fits)
        assert all(abs(svi.at_the_money_error) < 2.0 for svi, _ in found)
        assert not any(svi.has_quoted_butterflies() for svi, _ in found)
