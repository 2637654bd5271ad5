"""What a calibration says about itself: bounds, ridge, condition, standard errors, status, and what it refuses."""

import numpy as np
import pytest

from outsample.calibration import (
    CalibrationLoss,
    CalibrationSettings,
    CalibrationStatus,
    ChainQuotes,
    ErrorKind,
    bounds_of,
    calibrate,
    parameter_names,
    ranges_of,
)
from outsample.calibration.bounds import RANGES, sizes_around
from outsample.calibration.normal_equations import NormalEquations, normal_equations
from outsample.calibration.residuals import ChainResiduals
from outsample.calibration.uncertainty import uncertainty_of
from outsample.errors import FitError, UsageError
from outsample.formulas.fourier import Bates, Heston, Merton, VarianceGamma

TRUTH = Heston(0.05, 2.0, 0.08, 0.6, -0.6)
PLAIN = CalibrationSettings()


def flat(count=9, tenors=(0.1, 0.5, 1.0), vol=0.3):
    """Return a chain without smile."""
    strike, tenor = np.tile(np.linspace(0.85, 1.15, count), len(tenors)), np.repeat(tenors, count)
    return ChainQuotes.of_vols(strike, tenor, strike > 1.0, vol)


def test_every_model_has_a_range_for_each_of_its_fields():
    for kind, ranges in RANGES.items():
        assert len(ranges) == len(parameter_names(kind))
        assert all(one.low < one.high and one.size > 0.0 and 0.0 < one.first <= one.last for one in ranges)
        kind(*[0.5 * (max(one.low, -0.1) + min(one.high, 1.2)) for one in ranges])


def test_a_model_without_bounds_is_refused():
    with pytest.raises(UsageError, match="needs a model with bounds, found int; choose one of Heston"):
        ranges_of(int)


def test_a_parameter_on_its_bound_is_flagged_and_has_no_standard_error(chain_of):
    found = calibrate(Heston, chain_of(Heston(0.2, 80.0, 0.08, 3.0, -0.6)), PLAIN)
    speed = parameter_names(Heston).index("mean_reversion")
    assert found.at_bound.tolist() == [i == speed for i in range(5)]
    assert found.values[speed] == bounds_of(Heston)[1][speed] == 50.0
    assert found.status is CalibrationStatus.AT_BOUND
    assert found.gradient[speed] < 0.0  # it would rise if it could
    assert np.isnan(found.standard_errors).tolist() == found.at_bound.tolist()
    assert np.isnan(found.correlation[speed]).all()
    free = ~found.at_bound
    assert np.diag(found.correlation)[free] == pytest.approx(1.0)
    assert np.abs(found.gradient[free]) == pytest.approx(0.0, abs=1e-2 * found.sum_of_squares)


def test_a_start_outside_the_bounds_is_brought_inside(chain_of):
    found = calibrate(Heston, chain_of(TRUTH), PLAIN, Heston(0.05, 300.0, 0.08, 0.6, -0.6))
    assert found.values == pytest.approx(TRUTH.parameters, rel=1e-6)


@pytest.mark.parametrize("loss", [CalibrationLoss.VOL, CalibrationLoss.COIN])
def test_a_ridge_pulls_to_the_previous_parameters(chain_of, loss):
    previous, chain, away = Heston(0.06, 1.0, 0.1, 1.0, -0.2), chain_of(TRUTH), []
    sizes = sizes_around(Heston, previous.parameters)
    for ridge in (0.0, 1.0, 1e3, 1e8):
        found = calibrate(Heston, chain, CalibrationSettings(loss, ridge=ridge), TRUTH, previous)
        away.append(float(np.sum(((found.values - previous.parameters) / sizes) ** 2)))
        # At the least of sum + penalty the halves of their derivatives cancel.
        penalty = ridge * loss.of_one_point(chain) * (found.values - previous.parameters) / sizes**2
        scale = np.sqrt(np.diag(found.hessian)) * np.sqrt(loss.of_one_point(chain))
        assert (found.gradient + penalty) / scale == pytest.approx(np.zeros(5), abs=5e-3)
    assert sorted(away, reverse=True) == away
    assert away[-1] < 1e-6 < away[1]


def test_a_ridge_without_previous_parameters_is_none(chain_of):
    chain = chain_of(TRUTH)
    found = [calibrate(Heston, chain, CalibrationSettings(ridge=ridge), TRUTH).values.tolist() for ridge in (0.0, 1e6)]
    assert found[0] == found[1]


def test_a_flat_surface_does_not_tell_jumps_apart():
    found = calibrate(Merton, flat(), PLAIN)
    assert found.status is CalibrationStatus.ILL_CONDITIONED
    assert found.condition_number > 1e8
    assert np.isfinite(found.values).all()
    assert found.root_mean_square < 1e-3


def test_a_search_cut_short_says_so(chain_of):
    found = calibrate(Heston, chain_of(TRUTH), CalibrationSettings(most_iterations=2), Heston(0.3, 9.0, 0.3, 3.0, 0.5))
    assert found.status is CalibrationStatus.ITERATION_LIMIT
    assert found.evaluations <= 8
    assert np.isfinite(found.values).all()


def test_a_chain_that_cannot_be_priced_fails_with_finite_values(monkeypatch):
    def never(self, _kind, values, _plan):
        return NormalEquations.impossible(self.chain.size, values.size)

    monkeypatch.setattr(ChainResiduals, "evaluate", never)
    found = calibrate(Heston, flat(), PLAIN)
    assert found.status is CalibrationStatus.FAILED
    assert np.isfinite(found.values).all()
    assert np.isfinite(found.hessian).all()
    assert np.isfinite(found.gradient).all()
    assert found.sum_of_squares == np.inf


def test_a_start_that_cannot_be_priced_gives_way_to_own_starts(monkeypatch, chain_of):
    start, evaluate = Heston(0.3, 9.0, 0.3, 3.0, 0.5), ChainResiduals.evaluate

    def not_there(self, kind, values, plan):
        if values.tolist() == start.parameters.tolist():
            return NormalEquations.impossible(self.chain.size, values.size)
        return evaluate(self, kind, values, plan)

    monkeypatch.setattr(ChainResiduals, "evaluate", not_there)
    assert calibrate(Heston, chain_of(TRUTH), PLAIN, start).values == pytest.approx(TRUTH.parameters, rel=1e-6)


@pytest.mark.parametrize("kind", [Heston, Merton, VarianceGamma])
def test_options_of_a_minute_end_with_a_status(kind):
    strike = np.exp(np.linspace(-0.004, 0.004, 5))
    found = calibrate(kind, ChainQuotes.of_vols(strike, 2e-6, strike > 1.0, 3.0), CalibrationSettings(starts=2))
    assert found.status is not CalibrationStatus.FAILED
    assert np.isfinite(found.values).all()


def test_feller_is_asked_only_of_models_with_a_variance(chain_of):
    assert calibrate(Merton, chain_of(Merton(0.2, 1.0, -0.1, 0.12)), PLAIN).feller is None
    assert calibrate(Heston, chain_of(Heston(0.08, 3.0, 0.1, 0.25, -0.8)), PLAIN).feller is True
    assert calibrate(Heston, chain_of(Heston(0.08, 1.0, 0.1, 0.9, -0.8)), PLAIN).feller is False


def test_one_slice_of_as_many_quotes_as_parameters_ends_with_a_status():
    found = calibrate(Heston, flat(5, (0.5,)), PLAIN)
    assert found.count == 5
    assert np.isfinite(found.values).all()
    assert found.error_kind is ErrorKind.BY_QUOTE


@pytest.mark.parametrize("count", [1, 4])
def test_fewer_quotes_than_parameters_are_refused(count):
    strike = np.linspace(0.9, 1.1, count)
    cure = "choose another time, relax the filters or choose a smaller model"
    needed = "a calibration of Heston needs at least 5 quotes, one for each parameter"
    with pytest.raises(FitError, match=f"^{needed}, found {count}; {cure}$"):
        calibrate(Heston, ChainQuotes.of_vols(strike, 0.5, strike > 1.0, 0.3), PLAIN)


@pytest.mark.parametrize("name", ["start", "previous"])
def test_a_model_of_another_kind_is_refused(chain_of, name):
    other = Bates(*TRUTH.parameters.tolist(), 1.0, -0.1, 0.1)
    with pytest.raises(UsageError, match="must be of the kind Heston that is fitted, found Bates"):
        calibrate(Heston, chain_of(TRUTH), PLAIN, **{name: other})


@pytest.mark.parametrize("slices", [2, 12])
def test_standard_errors_of_a_line_are_those_of_statsmodels(slices):
    import statsmodels.api as sm

    random = np.random.default_rng(5)
    design, groups = random.normal(size=(60, 3)), np.repeat(np.arange(slices), 60 // slices)
    target = design @ [1.0, 2.0, 3.0] + random.normal(size=60) + random.normal(size=slices)[groups]
    values = np.linalg.lstsq(design, target, rcond=None)[0]
    at = normal_equations(design @ values - target, np.ones(60), design, np.inf)
    starts = np.arange(0, 61, 60 // slices)
    found = uncertainty_of(at, starts, np.full(3, True), np.zeros(3))
    by_slice = {"cov_type": "cluster", "cov_kwds": {"groups": groups}} if slices > 3 else {"cov_type": "nonrobust"}
    expected = sm.OLS(target, design).fit(**by_slice)
    assert found.error_kind is (ErrorKind.BY_SLICE if slices > 3 else ErrorKind.BY_QUOTE)
    assert found.standard_errors == pytest.approx(expected.bse, rel=1e-9)
    covariance = expected.cov_params()
    assert found.correlation == pytest.approx(covariance / np.outer(expected.bse, expected.bse), rel=1e-9)
    scaled = design / np.linalg.norm(design, axis=0)
    assert found.condition_number == pytest.approx(np.linalg.cond(scaled) ** 2, rel=1e-9)


def test_the_condition_number_does_not_know_units():
    random = np.random.default_rng(6)
    design, scale = random.normal(size=(20, 2)), np.array([1e-6, 1e6])
    both = [normal_equations(np.ones(20), np.ones(20), one, np.inf) for one in (design, design * scale)]
    starts, free = np.arange(0, 21, 4), np.full(2, True)
    found = [uncertainty_of(one, starts, free, np.zeros(2)) for one in both]
    assert found[0].condition_number == pytest.approx(found[1].condition_number, rel=1e-9)
    assert found[0].standard_errors == pytest.approx(found[1].standard_errors * scale, rel=1e-9)
