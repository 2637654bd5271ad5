"""Prices of the six models: limits, bounds, symmetries, 20-digit integrals and QuantLib."""

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from outsample.formulas import black_price
from outsample.formulas.fourier import SVCJ, Bates, Heston, Kou, Merton, VarianceGamma, fourier_price
from outsample.formulas.fourier.exponent import exponents

NAMES = ["heston", "bates", "svcj", "merton", "kou", "gamma"]
every_name = pytest.mark.parametrize("name", NAMES)
seeds, markets = st.integers(0, 2**32), st.sampled_from(["crypto", "equity", "wild"])
few = settings(max_examples=25)


def both_kinds(model, strike, tenor, tolerance=1e-12):
    """Return calls and puts of these strikes."""
    kinds = np.array([[True], [False]])
    return fourier_price(model, strike, np.array(tenor), kinds, tolerance)


@every_name
@few
@given(seed=seeds, market=markets)
def test_parity_bounds_and_the_shape_in_strike(draw, name, seed, market):
    random = np.random.default_rng(seed)
    model, tenor = draw(name, market, random)
    strike = np.exp(np.linspace(-1.5, 1.5, 31))
    call, put = both_kinds(model, strike, tenor)
    rounding = 3e-12 * (1.0 + strike)
    assert (np.abs(call - put - (1.0 - strike)) <= 4e-16 * (1.0 + strike)).all()
    assert ((np.maximum(1.0 - strike, 0.0) <= call) & (call <= 1.0)).all()
    assert ((np.maximum(strike - 1.0, 0.0) <= put) & (put <= strike)).all()
    slope = np.diff(call) / np.diff(strike)
    assert ((slope >= -1.0 - 1e-9) & (slope <= 1e-9)).all()  # a digital option is worth 0 to 1
    weight = np.diff(strike)[1:] / (strike[2:] - strike[:-2])
    chord = weight * call[:-2] + (1.0 - weight) * call[2:]
    assert (call[1:-1] <= chord + rounding[1:-1]).all()  # and a butterfly is worth something


@every_name
@few
@given(seed=seeds, market=markets, factor=st.floats(0.01, 100.0))
def test_a_year_is_only_a_unit(draw, name, seed, market, factor):
    """Time counted in another unit: all rates change, no price does."""
    random = np.random.default_rng(seed)
    model, tenor = draw(name, market, random)
    rates = {
        "initial_variance": 1.0,
        "mean_reversion": 1.0,
        "long_run_variance": 1.0,
        "vol_of_vol": 1.0,
        "jump_intensity": 1.0,
        "variance_jump_mean": 1.0,
        "jump_correlation": -1.0,
        "vol": 0.5,
        "drift": 1.0,
        "variance_rate": -1.0,
    }
    powers = {one: rates.get(one, 0.0) for one in model.__slots__}
    other = replace(model, **{one: getattr(model, one) / factor**power for one, power in powers.items()})
    strike = np.exp(random.uniform(-0.5, 0.5, 5))
    price = fourier_price(model, strike, np.array(tenor), np.array(False), 1e-10)
    again = fourier_price(other, strike, np.array(tenor * factor), np.array(False), 1e-10)
    assert again == pytest.approx(price, abs=3e-10 * (1.0 + strike.max()))


def in_the_other_numeraire(model):
    """Return the law of ``F / S_T`` with ``S_T`` as numeraire, of the same class."""
    if isinstance(model, Merton):
        growth = math.exp(model.jump_mean + 0.5 * model.jump_deviation**2)
        mean = -model.jump_mean - model.jump_deviation**2
        return replace(model, jump_intensity=model.jump_intensity * growth, jump_mean=mean)
    if isinstance(model, Kou):
        up, down = model.up_rate, model.down_rate
        rise, fall = model.up_probability * up / (up - 1.0), (1.0 - model.up_probability) * down / (down + 1.0)
        intensity, share = model.jump_intensity * (rise + fall), fall / (rise + fall)
        return Kou(model.vol, intensity, share, down + 1.0, up - 1.0)
    if isinstance(model, VarianceGamma):
        share = 1.0 - model.variance_rate * (model.drift + 0.5 * model.vol**2)
        vol = model.vol / math.sqrt(share)
        return VarianceGamma(vol, -(model.drift + model.vol**2) / share, model.variance_rate)
    speed = model.mean_reversion - model.correlation * model.vol_of_vol
    level = model.mean_reversion * model.long_run_variance / speed
    mirrored = {"mean_reversion": speed, "long_run_variance": level, "correlation": -model.correlation}
    if isinstance(model, Bates):
        growth = math.exp(model.jump_mean + 0.5 * model.jump_deviation**2)
        mirrored["jump_intensity"] = model.jump_intensity * growth
        mirrored["jump_mean"] = -model.jump_mean - model.jump_deviation**2
    if isinstance(model, SVCJ):
        share = 1.0 - model.variance_jump_mean * model.jump_correlation
        growth = math.exp(model.jump_mean + 0.5 * model.jump_deviation**2) / share
        mirrored["jump_intensity"] = model.jump_intensity * growth
        mirrored["jump_mean"] = -model.jump_mean - model.jump_deviation**2
        mirrored["variance_jump_mean"] = model.variance_jump_mean / share
        mirrored["jump_correlation"] = -model.jump_correlation
    return replace(model, **mirrored)


@every_name
@few
@given(seed=seeds, market=markets)
def test_a_call_in_one_numeraire_is_a_put_in_the_other(draw, name, seed, market):
    """Fails unless the forward is a martingale, whose mass under the new measure is 1."""
    random = np.random.default_rng(seed)
    model, tenor = draw(name, market, random)
    if name in ("heston", "bates", "svcj"):
        assume(model.mean_reversion > model.correlation * model.vol_of_vol)
    strike = np.exp(random.uniform(-0.6, 0.6, 5))
    call, _ = both_kinds(model, strike, tenor)
    _, put = both_kinds(in_the_other_numeraire(model), 1.0 / strike, tenor)
    assert call == pytest.approx(strike * put, abs=1e-11)


@every_name
@few
@given(seed=seeds, market=markets)
def test_an_option_is_worth_more_later(draw, name, seed, market):
    random = np.random.default_rng(seed)
    model, tenor = draw(name, market, random)
    strike = np.exp(random.uniform(-0.6, 0.6, 5))
    tenors = tenor * np.array([[1.0], [1.1], [2.0]])
    price = fourier_price(model, strike, tenors, np.array(True))
    assert (np.diff(price, axis=0) >= -3e-12 * (1.0 + strike)).all()


STRIKES = np.exp(np.linspace(-0.8, 0.8, 17))


@pytest.mark.parametrize("tenor", [1.0 / 365.0, 0.2, 3.0])
def test_without_jumps_or_vol_of_vol_every_model_is_blacks(tenor):
    kinds = np.array([[True], [False]])
    expected = black_price(STRIKES, np.array(tenor), np.array(0.5), kinds)
    limits = [
        Heston(0.25, 2.0, 0.25, 0.0, -0.5),
        Bates(0.25, 2.0, 0.25, 0.0, 0.0, 0.0, -0.1, 0.2),
        SVCJ(0.25, 2.0, 0.25, 0.0, 0.0, 0.0, -0.1, 0.2, 0.3, -0.2),
        SVCJ(0.25, 2.0, 0.25, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 0.5),
        Merton(0.5, 0.0, -0.1, 0.2),
        Merton(0.5, 3.0, 0.0, 0.0),
        Kou(0.5, 0.0, 0.3, 10.0, 5.0),
        VarianceGamma(0.5, -0.2, 0.0),
    ]
    for model in limits:
        found = both_kinds(model, STRIKES, tenor, 1e-13)
        assert found == pytest.approx(expected, abs=3e-14), model
    nearly = both_kinds(Heston(0.25, 2.0, 0.25, 1e-9, 0.9), STRIKES, tenor)
    assert nearly == pytest.approx(expected, abs=1e-9)


def test_a_deterministic_variance_counts_through_its_mean():
    start, speed, mean, tenor = 0.09, 1.5, 0.36, np.array([0.05, 0.7, 4.0])
    total = mean * tenor + (start - mean) * -np.expm1(-speed * tenor) / speed
    found = fourier_price(Heston(start, speed, mean, 0.0, 0.7), STRIKES[:, np.newaxis], tenor, np.array(True), 1e-13)
    vol = np.sqrt(total / tenor)
    expected = black_price(STRIKES[:, np.newaxis], tenor, vol, np.array(True))
    assert found == pytest.approx(expected, abs=3e-14)


@every_name
@few
@given(seed=seeds, market=markets)
def test_the_shortest_and_the_longest_tenor(draw, name, seed, market):
    model, _ = draw(name, market, np.random.default_rng(seed))
    strike = np.exp(np.linspace(-0.5, 0.5, 5))
    soon = both_kinds(model, strike, 1e-6)
    intrinsic = np.maximum([1.0 - strike, strike - 1.0], 0.0)
    assert soon == pytest.approx(intrinsic, abs=2e-3)
    assert (soon >= intrinsic).all()
    late = both_kinds(model, strike, 1e5)
    assert np.isfinite(late).all()
    half = exponents(model.kind, model.parameters, np.array([0.5 + 0.0j]), np.array([1e5]))[0].real
    # |phi(1/2 + iu)| <= phi(1/2) in Lewis's integral: as the law moves to 0, a call becomes the forward
    assert (late[0] >= 1.0 - np.exp(half) * np.sqrt(strike) - 1e-9).all()


def test_mertons_model_is_a_poisson_mixture_of_blacks():
    random = np.random.default_rng(6)
    for _ in range(40):
        vol, intensity, tenor = random.uniform(0.1, 1.0), random.uniform(0.0, 30.0), 10.0 ** random.uniform(-2.5, 0.5)
        mean, deviation = random.normal(0.0, 0.1), random.uniform(0.0, 0.3)
        growth, jumps = math.exp(mean + 0.5 * deviation**2), np.arange(400)[:, np.newaxis]
        forward = np.exp(-intensity * tenor * (growth - 1.0) + jumps * math.log(growth))
        variance = vol**2 + jumps * deviation**2 / tenor
        log_weight = np.array(
            [-intensity * tenor + n * math.log(max(intensity * tenor, 1e-300)) - math.lgamma(n + 1) for n in range(400)]
        )
        put = forward * black_price(STRIKES / forward, np.array(tenor), np.sqrt(variance), np.array(False))
        expected = np.exp(log_weight) @ put
        found = fourier_price(Merton(vol, intensity, mean, deviation), STRIKES, np.array(tenor), np.array(False))
        assert found == pytest.approx(expected, abs=2e-12)


# The sets that break ranges taken from cumulants, those of coins, and long equity tenors with a heavy left tail.
HOSTILE = [
    ((0.16, 1.0, 0.16, 2.0, -0.8), 0.02),
    ((0.16, 1.0, 0.16, 2.0, -0.8), 10.0),
    ((0.25, 3.0, 1.0, 4.0, -0.9), 1.0 / 365.0),
    ((1.0, 8.0, 0.3, 3.5, 0.5), 7.0 / 365.0),
    ((0.5, 1.0, 0.6, 4.0, 0.3), 1.0),
    ((0.04, 0.5, 0.04, 1.0, -0.9), 15.0),
    ((0.005, 2.0, 0.05, 0.5, -0.7), 0.1),
]


@pytest.mark.parametrize(("parameters", "tenor"), HOSTILE)
@pytest.mark.parametrize(
    "jumps", [(), (4.0, -0.06, 0.1), (4.0, -0.06, 0.1, 0.2, -0.3)], ids=["heston", "bates", "svcj"]
)
def test_hostile_sets_against_20_digits(parameters, tenor, jumps):
    from mpmath import exp, log, mp, mpc, mpf, pi, quad, sqrt

    start, speed, mean, vol, correlation = map(mpf, parameters)
    intensity, jump_mean, deviation, size, coupling = map(mpf, [*jumps, 0.0, 0.0, 0.0, 0.0, 0.0][:5])
    growth = exp(jump_mean + deviation**2 / 2) / (1 - size * coupling)

    @cache  # the strikes share their nodes
    def transform(z):
        beta = speed - correlation * vol * z
        root = sqrt(beta**2 - vol**2 * (z * z - z))
        ratio, decay = (beta - root) / (beta + root), exp(-root * tenor)
        level = (beta - root) / vol**2
        constant = level * tenor - 2 / vol**2 * log((1 - ratio * decay) / (1 - ratio))
        found = start * level * (1 - decay) / (1 - ratio * decay) + speed * mean * constant
        if intensity == 0:
            return exp(found)
        # integral of 1 / (c - mu D): partial fractions in exp(-d t)
        c = 1 - size * coupling * z
        a, b = c - size * level, ratio * c - size * level
        time = tenor / a + (b - ratio * a) / (a * b * root) * log((a - b * decay) / (a - b))
        found += intensity * (exp(jump_mean * z + deviation**2 * z * z / 2) * time - tenor * (1 + z * (growth - 1)))
        return exp(found)

    strike = np.exp(np.array([-0.3, 0.0, 0.2]) * min(1.0, 4.0 * math.sqrt(tenor)))
    expected = []
    with mp.workdps(20):
        for one in strike.tolist():
            x = log(mpf(one))
            pieces = [0, *(mpf(2) ** power for power in range(-1, 12))]

            def integrand(u, x=x):
                z = mpc(0.5, u)
                return (transform(z) * exp((1 - z) * x) / (z * (1 - z))).real

            expected.append(float(mpf(one) - quad(integrand, pieces, maxdegree=6) / pi))
    model = {0: Heston, 3: Bates, 5: SVCJ}[len(jumps)](*parameters, *jumps)
    found = fourier_price(model, strike, np.array(tenor), np.array(False))
    assert found == pytest.approx(expected, abs=2e-12)


@pytest.mark.parametrize("market", ["crypto", "equity"])
def test_quantlib_agrees_on_heston_and_bates(draw, market):
    import QuantLib as ql  # noqa: N813

    random, today = np.random.default_rng(13), ql.Date(15, 1, 2026)
    ql.Settings.instance().evaluationDate = today
    day_count, spot = ql.Actual365Fixed(), ql.QuoteHandle(ql.SimpleQuote(1.0))
    flat = ql.YieldTermStructureHandle(ql.FlatForward(today, 0.0, day_count))
    for i in range(30):
        model, tenor = draw(["heston", "bates"][i % 2], market, random)
        days = max(3, round(365 * tenor))
        start, speed, mean, vol, correlation, *jumps = model.parameters.tolist()
        if jumps:
            process = ql.BatesProcess(flat, flat, spot, start, speed, mean, vol, correlation, *jumps)
            engine = ql.BatesEngine(ql.BatesModel(process), 1e-12, 1_000_000)
        else:
            process = ql.HestonProcess(flat, flat, spot, start, speed, mean, vol, correlation)
            engine = ql.AnalyticHestonEngine(ql.HestonModel(process), 1e-12, 1_000_000)
        strike = np.exp(random.uniform(-1.0, 1.0, 4) * math.sqrt(start * days / 365.0))
        found = fourier_price(model, strike, np.array(days / 365.0), np.array(True))
        for one, price in zip(strike.tolist(), found, strict=True):
            option = ql.VanillaOption(ql.PlainVanillaPayoff(ql.Option.Call, one), ql.EuropeanExercise(today + days))
            option.setPricingEngine(engine)
            assert price == pytest.approx(option.NPV(), abs=1e-9), (model, days, one)


def test_quantlib_agrees_on_variance_gamma(draw):
    import QuantLib as ql  # noqa: N813

    random, today = np.random.default_rng(17), ql.Date(15, 1, 2026)
    ql.Settings.instance().evaluationDate = today
    spot = ql.QuoteHandle(ql.SimpleQuote(1.0))
    flat = ql.YieldTermStructureHandle(ql.FlatForward(today, 0.0, ql.Actual365Fixed()))
    for _ in range(30):
        model = VarianceGamma(random.uniform(0.1, 0.6), random.normal(0.0, 0.15), random.uniform(0.05, 0.3))
        days = int(random.integers(120, 900))
        process = ql.VarianceGammaProcess(spot, flat, flat, model.vol, model.variance_rate, model.drift)
        strike = np.exp(random.uniform(-0.3, 0.3, 4))
        found = fourier_price(model, strike, np.array(days / 365.0), np.array(True))
        for one, price in zip(strike.tolist(), found, strict=True):
            option = ql.VanillaOption(ql.PlainVanillaPayoff(ql.Option.Call, one), ql.EuropeanExercise(today + days))
            option.setPricingEngine(ql.VarianceGammaEngine(process))
            assert price == pytest.approx(option.NPV(), abs=1e-6), (model, days, one)
