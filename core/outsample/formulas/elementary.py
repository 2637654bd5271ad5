"""Exponential and logarithm that LLVM can vectorise: no call, no branch, arithmetic and bit patterns only.

The C library's functions are calls, and a call stops a loop from being vectorised. Both kernels are within
two units in the last place (tests compare with mpmath).
"""

import math
from typing import Final

import numpy as np

from outsample.formulas.inlined import fused, inlined, polynomial

__all__ = ["exp_of_negative", "log_of_positive"]

LOG2_E: Final = 1.4426950408889634
# ln 2 in two parts; the low bits of the first are zero, so its product with an exponent is exact (fdlibm e_exp.c).
LN2_HIGH: Final = 6.93147180369123816490e-01
LN2_LOW: Final = 1.90821492927058770002e-10
# Adding 1.5 * 2**52 rounds to an integer, which then sits in the low bits of the sum.
ROUNDER: Final = 6755399441055744.0
SMALLEST_EXPONENT: Final = -708.0  # exp(-708) = 3e-308, the last normal number
INVERSE_FACTORIALS: Final = tuple(1.0 / math.factorial(k) for k in range(13, -1, -1))
INVERSE_ODD_NUMBERS: Final = tuple(1.0 / (2 * k + 1) for k in range(10, -1, -1))
MANTISSA: Final = 0x000F_FFFF_FFFF_FFFF
ONE: Final = 0x3FF0_0000_0000_0000
SQRT_2: Final = math.sqrt(2.0)


@inlined
def exp_of_negative(x: float) -> float:
    """Return ``exp(x)`` for ``x <= 0``; 0 below -708 and for NaN."""
    inside = x if x > SMALLEST_EXPONENT else SMALLEST_EXPONENT
    shifted = fused(inside, LOG2_E, ROUNDER)
    n = shifted - ROUNDER
    r = fused(-n, LN2_LOW, fused(-n, LN2_HIGH, inside))
    power = np.int64((np.float64(shifted).view(np.int64) << 52) + ONE).view(np.float64)
    return polynomial(INVERSE_FACTORIALS, r) * power if x > SMALLEST_EXPONENT else 0.0


@inlined
def log_of_positive(x: float) -> float:
    """Return ``ln(x)`` for a normal positive ``x``; anything else gives a meaningless finite number."""
    bits = np.float64(x).view(np.int64)
    exponent = np.float64((bits >> 52) - 1023)
    mantissa = np.int64((bits & MANTISSA) | ONE).view(np.float64)
    high = mantissa > SQRT_2
    mantissa = 0.5 * mantissa if high else mantissa
    exponent = exponent + 1.0 if high else exponent
    f = (mantissa - 1.0) / (mantissa + 1.0)
    remainder = fused(exponent, LN2_LOW, 2.0 * f * polynomial(INVERSE_ODD_NUMBERS, f * f))
    return fused(exponent, LN2_HIGH, remainder)
