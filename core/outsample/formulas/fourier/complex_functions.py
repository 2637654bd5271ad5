"""Complex functions of the exponents, in real arithmetic and accurate where the usual forms cancel.

Each is compiled into the kernel that calls it.
"""

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from outsample.formulas.inlined import inlined

__all__ = [
    "Complexes",
    "exponential",
    "log_1p",
    "log_1p_over",
    "mean_decay",
    "quotient",
    "slope_of_log_1p_over",
    "slope_of_mean_decay",
    "square_root",
]

Complexes = NDArray[np.complexfloating[Any, Any]]

SMALL: Final = 1e-2  # below it the series of nine terms is exact to rounding


@inlined
def quotient(a: complex, b: complex) -> complex:
    """Return ``a / b`` without the branches that would keep ``|b|`` above 1e154 from overflowing."""
    scale = 1.0 / (b.real * b.real + b.imag * b.imag)
    return complex((a.real * b.real + a.imag * b.imag) * scale, (a.imag * b.real - a.real * b.imag) * scale)


@inlined
def square_root(a: complex) -> complex:
    """Return the root whose real part is not negative."""
    modulus = math.sqrt(a.real * a.real + a.imag * a.imag)
    larger = math.sqrt(0.5 * (modulus + abs(a.real)))
    smaller = 0.5 * a.imag / larger if larger > 0.0 else 0.0
    return complex(larger, smaller) if a.real >= 0.0 else complex(abs(smaller), math.copysign(larger, a.imag))


@inlined
def exponential(a: complex) -> complex:
    """Return ``exp(a)``."""
    size = math.exp(a.real)
    return complex(size * math.cos(a.imag), size * math.sin(a.imag))


@inlined
def mean_decay(a: complex) -> complex:
    """Return ``(1 - exp(-a)) / a``, the mean of ``exp(-a t)`` over t in [0, 1], for ``Re a >= 0``."""
    if abs(a.real) + abs(a.imag) < SMALL:
        total = 1.0 + 0.0j
        for n in range(9, 1, -1):
            total = 1.0 - a * total / n
        return total
    shrunk = math.expm1(-a.real)
    size, sine, cosine = 1.0 + shrunk, math.sin(0.5 * a.imag), math.cos(0.5 * a.imag)
    return quotient(complex(2.0 * size * sine * sine - shrunk, 2.0 * size * sine * cosine), a)


@inlined
def slope_of_mean_decay(a: complex, value: complex) -> complex:
    """Return the derivative of `mean_decay`, given its value: ``(exp(-a) - value) / a``."""
    if abs(a.real) + abs(a.imag) < SMALL:
        total = 1.0 + 0.0j
        for n in range(8, 0, -1):
            total = 1.0 - a * total * ((n + 1.0) / (n * (n + 2.0)))
        return -0.5 * total
    return quotient(1.0 - a * value - value, a)


@inlined
def log_1p(a: complex) -> complex:
    """Return ``ln(1 + a)``, the principal value."""
    square = a.real * (2.0 + a.real) + a.imag * a.imag
    return complex(0.5 * math.log1p(square), math.atan2(a.imag, 1.0 + a.real))


@inlined
def log_1p_over(scale: complex, a: complex) -> complex:
    """Return ``ln(1 + scale a) / scale``, which is `a` at ``scale = 0``."""
    x = scale * a
    if abs(x.real) + abs(x.imag) < SMALL:
        total = 1.0 / 9.0 + 0.0j
        for n in range(8, 0, -1):
            total = 1.0 / n - x * total
        return a * total
    return quotient(log_1p(x), scale)


@inlined
def slope_of_log_1p_over(scale: complex, a: complex, value: complex) -> complex:
    """Return the derivative of `log_1p_over` to `scale`, given its value: ``(a / (1 + scale a) - value) / scale``."""
    x = scale * a
    if abs(x.real) + abs(x.imag) < SMALL:
        total = 9.0 / 10.0 + 0.0j
        for n in range(8, 0, -1):
            total = n / (n + 1.0) - x * total
        return -a * a * total
    return quotient(quotient(a, 1.0 + x) - value, scale)
