"""Exponential, logarithm and Mills ratio, as compiled into a loop, against 50 digits."""

import math

import numpy as np
import pytest

from outsample.compiled import kernel
from outsample.formulas.elementary import exp_of_negative, log_of_positive
from outsample.formulas.mills import mills, mills_slope

ROUNDING = 2.0**-52


@kernel
def exponentials(x):
    out = np.empty(x.size)
    for i in range(x.size):
        out[i] = exp_of_negative(x[i])
    return out


@kernel
def logarithms(x):
    out = np.empty(x.size)
    for i in range(x.size):
        out[i] = log_of_positive(x[i])
    return out


@kernel
def mills_ratios(x):
    out = np.empty((2, x.size))
    for i in range(x.size):
        out[0, i] = mills(x[i])
        out[1, i] = mills_slope(x[i])
    return out


def relative_error(found, exact):
    return max(abs(float(f / e - 1)) if e else abs(float(f)) for f, e in zip(found.tolist(), exact, strict=True))


def test_the_exponential():
    from mpmath import exp, mp

    x = -np.r_[0.0, np.geomspace(1e-20, 707.9, 2000), np.linspace(0.0, 707.9, 2000)]
    with mp.workdps(50):
        assert relative_error(exponentials(x), [exp(value) for value in x.tolist()]) < 2 * ROUNDING
    assert exponentials(np.array([-708.5, -1e300, -math.inf])).tolist() == [0.0, 0.0, 0.0]


def test_the_logarithm():
    from mpmath import log, mp

    draw = np.random.default_rng(3)
    near_one = 1.0 + np.r_[-1.0, 1.0][:, np.newaxis] * np.geomspace(2.3e-16, 0.4, 1000)
    x = np.r_[1.0, near_one.ravel(), np.geomspace(2.3e-308, 1.7e308, 1000), draw.uniform(0.6, 1.6, 1000)]
    with mp.workdps(50):
        assert relative_error(logarithms(x), [log(value) for value in x.tolist()]) < 2 * ROUNDING


@pytest.mark.parametrize("row", [0, 1], ids=["ratio", "slope"])
def test_the_mills_ratio_and_its_slope(row):
    from mpmath import erfc, exp, mp, mpf, pi, sqrt

    def exact(value):
        z = mpf(value)
        ratio = sqrt(pi / 2) * erfc(z / sqrt(2)) * exp(z * z / 2)
        return 1 - z * ratio if row else ratio

    z = np.r_[0.0, np.geomspace(1e-12, 1e3, 1000), np.linspace(0.0, 40.0, 2000)]
    with mp.workdps(50):
        assert relative_error(mills_ratios(z)[row], [exact(value) for value in z.tolist()]) < 7 * ROUNDING


def test_the_mills_ratio_far_out_is_its_asymptote():
    far = np.geomspace(1e8, 1e12, 50)
    assert mills_ratios(far)[0] == pytest.approx(1.0 / far, rel=1e-14)
    assert mills_ratios(far)[1] == pytest.approx(1.0 / far**2, rel=1e-14)
    assert np.isfinite(mills_ratios(np.array([1e300, math.inf]))).all()
