"""One characteristic function for all models: the exponent of the transform, chosen by the kind of model."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from outsample.compiled import kernel
from outsample.formulas.fourier.complex_functions import Complexes
from outsample.formulas.fourier.levy_exponent import (
    gamma_exponent_and_slopes,
    kou_exponent_and_slopes,
    merton_exponent_and_slopes,
)
from outsample.formulas.fourier.variance_exponent import (
    variance_exponent,
    variance_exponent_and_slopes,
)
from outsample.formulas.stochastic_rates import BILL_SPEED, BILL_VOL, gaussian_rate_variance
from outsample.typing import Floats

__all__ = [
    "GAMMA",
    "HULL_WHITE",
    "KOU",
    "MERTON",
    "SQUARE_ROOT",
    "VARIANCE",
    "exponents",
    "exponents_and_slopes",
]

VARIANCE: Final = 0  # Heston, Bates, SVCJ: the number of parameters tells which
MERTON: Final = 1
KOU: Final = 2
GAMMA: Final = 3
HULL_WHITE: Final = 4  # Heston, and a rate whose two numbers are given
SQUARE_ROOT: Final = (VARIANCE, HULL_WHITE)


def exponents_and_slopes(kind: int, parameters: Floats, z: Complexes, tenor: Floats) -> tuple[Complexes, Complexes]:
    """Return ``ln E[(S_T / F)^z]`` and its derivatives to the parameters.

    Parameters
    ----------
    kind : int
        One of the constants of this module.
    parameters : (p,) array
        The fields of the model, in their order.
    z : (n,) complex array
        With real parts between 0 and 1, or wherever else the moment is finite.
    tenor : (n,) array
        Years, above 0.

    Returns
    -------
    exponents : (n,) complex array
    slopes : (p, n) complex array
    """
    if kind != HULL_WHITE:
        return slopes_loop(kind, *_read_only(parameters, z, tenor))
    found, slopes = slopes_loop(VARIANCE, *_read_only(parameters, z, tenor))
    return found + _rate_exponents(z, tenor), slopes  # the rate knows nothing of the parameters


def exponents(kind: int, parameters: Floats, z: Complexes, tenor: Floats) -> Complexes:
    """Return ``ln E[(S_T / F)^z]``, (n,) complex; parameters as in `exponents_and_slopes`."""
    if kind not in SQUARE_ROOT:  # their derivatives cost next to nothing
        return exponents_and_slopes(kind, parameters, z, tenor)[0]
    found = variance_loop(*_read_only(parameters, z, tenor))
    return found + _rate_exponents(z, tenor) if kind == HULL_WHITE else found


def _rate_exponents(z: Complexes, tenor: Floats) -> Complexes:
    """Return ``(z^2 - z) / 2`` times the variance that a Gaussian rate adds to the log forward by each tenor."""
    first = np.flatnonzero(np.diff(tenor, prepend=-1.0))  # tenors come in runs, and a variance is dear
    variance = gaussian_rate_variance(tenor[first], BILL_SPEED, BILL_VOL)
    return np.asarray(np.repeat(0.5 * variance, np.diff(first, append=tenor.size)) * (z * z - z))


def _read_only(*arrays: NDArray[Any]) -> list[NDArray[Any]]:
    """Return views of one and the same type, for which the kernels are compiled once."""
    views = [array.view() for array in arrays]
    for view in views:
        view.flags.writeable = False
    return views


@kernel
def slopes_loop(kind: int, parameters: Floats, z: Complexes, tenor: Floats) -> tuple[Complexes, Complexes]:
    """Do what `exponents_and_slopes` says."""
    found, slopes = np.empty(z.size, np.complex128), np.empty((parameters.size, z.size), np.complex128)
    for k in range(z.size):
        if kind == VARIANCE:
            found[k] = variance_exponent_and_slopes(parameters, z[k], tenor[k], slopes, k)
        elif kind == MERTON:
            found[k] = merton_exponent_and_slopes(parameters, z[k], tenor[k], slopes, k)
        elif kind == KOU:
            found[k] = kou_exponent_and_slopes(parameters, z[k], tenor[k], slopes, k)
        else:
            found[k] = gamma_exponent_and_slopes(parameters, z[k], tenor[k], slopes, k)
    return found, slopes


@kernel
def variance_loop(parameters: Floats, z: Complexes, tenor: Floats) -> Complexes:
    """Do what `exponents` says for the kind `VARIANCE`."""
    found = np.empty(z.size, np.complex128)
    for k in range(z.size):
        found[k] = variance_exponent(parameters, z[k], tenor[k])
    return found
