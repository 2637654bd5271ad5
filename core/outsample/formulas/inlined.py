"""Scalar building blocks of a compiled loop: always inlined, since one remaining call stops LLVM vectorising.

They are not cached on their own; the machine code of the loop that contains them is (see `outsample.compiled`).
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import outsample.compiled  # noqa: F401  (it sets the cache folder, which must be known before numba is imported)

import numba  # isort: skip
from numba.extending import intrinsic, register_jitable  # isort: skip

__all__ = ["fused", "inlined", "polynomial"]

Function = TypeVar("Function", bound=Callable[..., Any])


def inlined(function: Function) -> Function:
    """Let kernels call scalar `function`; it is compiled into each of them."""
    return register_jitable(forceinline=True, error_model="numpy")(function)


def _fused(_context: Any, a: Any, b: Any, c: Any) -> Any:
    """Emit ``a * b + c`` rounded once: one instruction, the same bits on every machine and in every lane.

    `fastmath` would fuse where it likes, and a quote's last bit would depend on its place in the array.
    """
    float64 = numba.types.float64
    return float64(float64, float64, float64), lambda _, builder, __, arguments: builder.fma(*arguments)


fused = cast(Callable[[float, float, float], float], intrinsic(_fused))


@inlined
def polynomial(coefficients: tuple[float, ...], x: float) -> float:
    """Return the polynomial in `x` with `coefficients`, highest power first, even and odd powers side by side.

    Give 2 to 16 of them: LLVM does not unroll a longer loop, and a loop within a loop is not vectorised.
    """
    square = x * x
    first, second = coefficients[0], coefficients[1]
    for coefficient in coefficients[2::2]:
        first = fused(first, square, coefficient)
    for coefficient in coefficients[3::2]:
        second = fused(second, square, coefficient)
    return fused(first, x, second) if len(coefficients) % 2 == 0 else fused(second, x, first)
