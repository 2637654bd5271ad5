"""The three ways to write one SVI slice: raw, natural, and the jump wings that a desk reads off it.

Conversions assume the domain of `outsample.formulas.svi`; outside it they give NaN or a slice that is outside too.

Reference: Gatheral and Jacquier (2014), Quantitative Finance 14, 59-71, doi:10.1080/14697688.2013.819986, section 3.
"""

from dataclasses import dataclass

import numpy as np

from outsample.typing import Floats

__all__ = ["JumpWings", "NaturalSvi", "RawSvi", "Value"]

Value = float | Floats


@dataclass(frozen=True, slots=True, eq=False)
class RawSvi:
    """The five raw parameters; numbers for one slice, or arrays that broadcast with the log-moneyness.

    Parameters
    ----------
    a : number or array
        Level of total variance.
    b : number or array
        Angle between the wings, total variance per unit of log-moneyness.
    rho : number or array
        Rotation.
    m : number or array
        Shift, in log-moneyness.
    sigma : number or array
        Smoothness of the vertex, in log-moneyness.
    """

    a: Value
    b: Value
    rho: Value
    m: Value
    sigma: Value

    def to_natural(self) -> "NaturalSvi":
        """Return the same slice by its natural parameters."""
        root = _root(self.rho)
        omega = 2.0 * self.b * self.sigma / root
        return NaturalSvi(
            self.a - 0.5 * omega * root**2, self.m + self.rho * self.sigma / root, self.rho, omega, root / self.sigma
        )

    def to_jump_wings(self, tenor: Value) -> "JumpWings":
        """Return the same slice by what a desk reads off it at `tenor` (years, above 0)."""
        distance = np.hypot(self.m, self.sigma)
        total = self.a + self.b * (distance - self.rho * self.m)
        with np.errstate(invalid="ignore", divide="ignore"):
            scale = self.b / np.sqrt(total)
            return JumpWings(
                tenor,
                total / tenor,
                0.5 * scale * (self.rho - self.m / distance),
                scale * (1.0 - self.rho),
                scale * (1.0 + self.rho),
                (self.a + self.b * self.sigma * _root(self.rho)) / tenor,
            )


@dataclass(frozen=True, slots=True, eq=False)
class NaturalSvi:
    """The five natural parameters; numbers for one slice, or arrays.

    ``w = delta + omega / 2 (1 + zeta rho (k - mu) + sqrt((zeta (k - mu) + rho)^2 + 1 - rho^2))``. An SSVI slice is the
    one with ``delta = mu = 0``, ``omega = theta`` and ``zeta = phi(theta)``.
    """

    delta: Value
    mu: Value
    rho: Value
    omega: Value
    zeta: Value

    def to_raw(self) -> RawSvi:
        """Return the same slice by its raw parameters."""
        root = _root(self.rho)
        return RawSvi(
            self.delta + 0.5 * self.omega * root**2,
            0.5 * self.omega * self.zeta,
            self.rho,
            self.mu - self.rho / self.zeta,
            root / self.zeta,
        )


@dataclass(frozen=True, slots=True, eq=False)
class JumpWings:
    """What a desk reads off a slice.

    Parameters
    ----------
    tenor : number or array
        Years, above 0.
    variance : number or array
        At-the-money variance, ``w(0) / T``.
    skew : number or array
        At-the-money skew, ``d sqrt(w) / dk`` at 0.
    put_wing, call_wing : number or array
        Slopes of the wings, ``b (1 - rho) / sqrt(w(0))`` and ``b (1 + rho) / sqrt(w(0))``.
    least_variance : number or array
        The smallest w over T.
    """

    tenor: Value
    variance: Value
    skew: Value
    put_wing: Value
    call_wing: Value
    least_variance: Value

    def to_raw(self) -> RawSvi:
        """Return the same slice by its raw parameters; NaN where w is least at the money, which leaves sigma open.

        With ``rho = sin x`` and ``m / sqrt(m^2 + sigma^2) = sin y`` the distance from money to minimum is
        ``w(0) - min w = b sqrt(m^2 + sigma^2) (1 - cos(x - y))``; no sign has to be told apart.
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            root = np.sqrt(self.variance * self.tenor)
            b = 0.5 * root * (self.put_wing + self.call_wing)
            rho = 1.0 - self.put_wing * root / b
            tilt = rho - 2.0 * self.skew * root / b
            half = 0.5 * (np.arcsin(rho) - np.arcsin(tilt))
            radius = (self.variance - self.least_variance) * self.tenor / (2.0 * b * np.sin(half) ** 2)
            sigma = radius * np.sqrt(1.0 - tilt**2)
            return RawSvi(self.least_variance * self.tenor - b * sigma * _root(rho), b, rho, radius * tilt, sigma)


def _root(rho: Value) -> Value:
    """Return ``sqrt(1 - rho^2)``."""
    with np.errstate(invalid="ignore"):
        root: Value = np.sqrt((1.0 - rho) * (1.0 + rho))
    return root
