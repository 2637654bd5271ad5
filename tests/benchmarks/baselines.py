"""What a desk has without this library: scalar Python loops, numpy and scipy over whole columns, QuantLib's objects.

Written plainly, one formula after the other; prices are undiscounted and over the forward, as everywhere.
"""

import cmath
import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import ndtr

QuantLib = pytest.importorskip("QuantLib", reason="no wheel of QuantLib for this Python")

# --- Black ----------------------------------------------------------------------------------------------------------


def black_in_python(strike, tenor, vol, is_call):
    """Price one option."""
    s = vol * math.sqrt(tenor)
    d = -math.log(strike) / s + 0.5 * s
    call = 0.5 * math.erfc(-d / math.sqrt(2.0)) - strike * 0.5 * math.erfc((s - d) / math.sqrt(2.0))
    return call if is_call else call - 1.0 + strike


def implied_vol_in_python(price, strike, tenor, is_call):
    """Invert one price by Brent's method."""
    return brentq(lambda vol: black_in_python(strike, tenor, vol, is_call) - price, 1e-4, 10.0, xtol=1e-12)


def black_in_numpy(strike, tenor, vol, is_call):
    """Price columns."""
    s = vol * np.sqrt(tenor)
    d = -np.log(strike) / s + 0.5 * s
    sign = np.where(is_call, 1.0, -1.0)
    return sign * (ndtr(sign * d) - strike * ndtr(sign * (d - s)))


def implied_vol_in_numpy(price, strike, tenor, is_call):
    """Invert columns by bisection: nothing else is sure for all quotes at once."""
    low, high = np.full(price.size, 1e-4), np.full(price.size, 10.0)
    for _ in range(45):
        middle = 0.5 * (low + high)
        is_high = black_in_numpy(strike, tenor, middle, is_call) > price
        low, high = np.where(is_high, low, middle), np.where(is_high, middle, high)
    return 0.5 * (low + high)


def quantlib_kinds(is_call):
    return [QuantLib.Option.Call if one else QuantLib.Option.Put for one in is_call.tolist()]


def black_by_quantlib(strike, tenor, vol, is_call):
    rows = zip(quantlib_kinds(is_call), strike.tolist(), (vol * np.sqrt(tenor)).tolist(), strict=True)
    return np.array([QuantLib.blackFormula(kind, k, 1.0, deviation) for kind, k, deviation in rows])


def implied_vol_by_quantlib(price, strike, tenor, is_call):
    rows = zip(quantlib_kinds(is_call), strike.tolist(), price.tolist(), np.sqrt(tenor).tolist(), strict=True)
    invert = QuantLib.blackFormulaImpliedStdDev
    return np.array([invert(kind, k, 1.0, p, 1.0, 0.0, 0.5 * root, 1e-10, 200) / root for kind, k, p, root in rows])


# --- Heston ---------------------------------------------------------------------------------------------------------


def heston_exponent(z, tenor, parameters, root=np.sqrt, exponential=np.exp, logarithm=np.log):
    """Return ``ln E[(S_T / F)^z]`` in the form without a branch cut (Albrecher et al. 2007)."""
    v, kappa, theta, sigma, rho = parameters
    b = kappa - rho * sigma * z
    d = root(b * b + sigma**2 * (z - z * z))
    g, e = (b - d) / (b + d), exponential(-d * tenor)
    share = kappa * theta / sigma**2 * ((b - d) * tenor - 2.0 * logarithm((1.0 - g * e) / (1.0 - g)))
    return share + v / sigma**2 * (b - d) * (1.0 - e) / (1.0 - g * e)


def heston_in_python(strike, tenor, is_call, parameters):
    """Price one option by Lewis's integral and scipy's quadrature."""
    x = math.log(strike)

    def integrand(u):
        z = complex(0.5, u)
        phi = cmath.exp(heston_exponent(z, tenor, parameters, cmath.sqrt, cmath.exp, cmath.log))
        return (cmath.exp(complex(0.0, -u * x)) * phi).real / (u * u + 0.25)

    call = 1.0 - math.sqrt(strike) / math.pi * quad(integrand, 0.0, math.inf, epsabs=1e-10, limit=500)[0]
    return call if is_call else call - 1.0 + strike


def heston_in_numpy(strike, tenor, is_call, parameters, terms=512):
    """Price columns by cosines (Fang and Oosterlee 2008), one matrix of strikes and terms a tenor."""
    out = np.empty(strike.size)
    v, kappa, theta = parameters[:3]
    for years in np.unique(tenor):
        rows = np.flatnonzero(tenor == years)
        total = theta * years + (v - theta) * -math.expm1(-kappa * years) / kappa
        half = 16.0 * math.sqrt(total)
        u = np.arange(terms) * math.pi / (2.0 * half)
        phi = np.exp(heston_exponent(1j * u, years, parameters))
        k = strike[rows]
        turn = np.exp(1j * u * half)
        put = _put_coefficients(u, half, np.log(k))
        weights = (phi * turn).real
        weights[0] *= 0.5
        puts = (put * weights).sum(axis=1) / half
        out[rows] = np.where(is_call[rows], puts + 1.0 - k, puts)
    return out


def _put_coefficients(u, half, x):
    """Integrate ``(exp(x) - exp(y)) cos(u (y + half))`` over y from -half to x, (strikes, terms)."""
    x, k = x[:, np.newaxis], np.exp(x)[:, np.newaxis]
    turn = u * (x + half)
    with np.errstate(invalid="ignore", divide="ignore"):
        flat = np.where(u > 0.0, np.sin(turn) / u, x + half)
    grown = (np.cos(turn) * k - math.exp(-half) + u * np.sin(turn) * k) / (1.0 + u * u)
    return k * flat - grown


def heston_by_quantlib(strike, tenor, is_call, parameters, nodes=144):
    """Price by QuantLib's analytic engine, one option after the other; tenors are whole days."""
    today = QuantLib.Date(1, 1, 2026)
    QuantLib.Settings.instance().evaluationDate = today
    flat = QuantLib.YieldTermStructureHandle(QuantLib.FlatForward(today, 0.0, QuantLib.Actual365Fixed()))
    spot = QuantLib.QuoteHandle(QuantLib.SimpleQuote(1.0))
    process = QuantLib.HestonProcess(flat, flat, spot, *parameters)
    engine = QuantLib.AnalyticHestonEngine(QuantLib.HestonModel(process), nodes)
    prices = []
    for kind, k, years in zip(quantlib_kinds(is_call), strike.tolist(), tenor.tolist(), strict=True):
        exercise = QuantLib.EuropeanExercise(today + max(round(365 * years), 1))
        option = QuantLib.VanillaOption(QuantLib.PlainVanillaPayoff(kind, k), exercise)
        option.setPricingEngine(engine)
        prices.append(option.NPV())
    return np.array(prices)
