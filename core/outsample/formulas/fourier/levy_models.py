"""Parameters of the models with independent increments: Merton, Kou and variance gamma.

Vols are fractions a year (0.2 is 20 %), intensities per year. A constructor raises `UsageError` outside the domain
given for each field.
"""

from dataclasses import dataclass
from typing import ClassVar

from outsample.errors import UsageError
from outsample.formulas.fourier.exponent import GAMMA, KOU, MERTON
from outsample.formulas.fourier.parameters import InFieldOrder, check_range

__all__ = ["Kou", "Merton", "VarianceGamma"]


@dataclass(frozen=True, slots=True)
class Merton(InFieldOrder):
    """Constant vol and normal jumps of the log price.

    Parameters
    ----------
    vol : float
        Of the diffusion, above 0.
    jump_intensity : float
        lambda, jumps a year, at least 0.
    jump_mean : float
        Mean of the jump of the log price; the mean relative jump is ``exp(jump_mean + jump_deviation^2 / 2) - 1``.
    jump_deviation : float
        Its standard deviation, at least 0.

    References
    ----------
    Merton (1976), Journal of Financial Economics 3, 125-144, doi:10.1016/0304-405X(76)90022-2.
    """

    kind: ClassVar[int] = MERTON

    vol: float
    jump_intensity: float
    jump_mean: float
    jump_deviation: float

    def __post_init__(self) -> None:
        check_range(self, "vol", 0.0, open_below=True)
        check_range(self, "jump_intensity jump_deviation", 0.0)
        check_range(self, "jump_mean", float("-inf"))


@dataclass(frozen=True, slots=True)
class Kou(InFieldOrder):
    """Constant vol and jumps of the log price that are exponential on either side.

    Parameters
    ----------
    vol : float
        Of the diffusion, above 0.
    jump_intensity : float
        lambda, jumps a year, at least 0.
    up_probability : float
        p, share of the jumps that go up, between 0 and 1.
    up_rate : float
        eta_1, one over the mean jump up of the log price, above 1 or the forward would be infinite.
    down_rate : float
        eta_2, one over the mean jump down, above 0.

    References
    ----------
    Kou (2002), Management Science 48, 1086-1101, doi:10.1287/mnsc.48.8.1086.166.
    """

    kind: ClassVar[int] = KOU

    vol: float
    jump_intensity: float
    up_probability: float
    up_rate: float
    down_rate: float

    def __post_init__(self) -> None:
        check_range(self, "vol down_rate", 0.0, open_below=True)
        check_range(self, "jump_intensity", 0.0)
        check_range(self, "up_probability", 0.0, 1.0)
        check_range(self, "up_rate", 1.0, open_below=True)


@dataclass(frozen=True, slots=True)
class VarianceGamma(InFieldOrder):
    """Brownian motion with drift, run on a clock that is a gamma process with mean rate 1.

    Parameters
    ----------
    vol : float
        sigma, of the Brownian motion, above 0.
    drift : float
        theta, of the Brownian motion, a year of its clock; negative for a left skew.
    variance_rate : float
        nu, variance of the clock a year, in years, at least 0; at 0 the model is Black's.
        ``nu (theta + sigma^2 / 2)`` below 1, or the forward would be infinite.

    References
    ----------
    Madan, Carr and Chang (1998), European Finance Review 2, 79-105, doi:10.1023/A:1009703431535.
    """

    kind: ClassVar[int] = GAMMA

    vol: float
    drift: float
    variance_rate: float

    def __post_init__(self) -> None:
        check_range(self, "vol", 0.0, open_below=True)
        check_range(self, "drift", float("-inf"))
        check_range(self, "variance_rate", 0.0)
        share = self.variance_rate * (self.drift + 0.5 * self.vol * self.vol)
        if not share < 1.0:
            raise UsageError(
                "variance_rate (drift + vol^2 / 2) of VarianceGamma must be below 1 for a finite forward, "
                f"found {share:g}; lower one of them"
            )
