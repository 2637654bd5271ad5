"""Parameters of the models with stochastic variance: Heston, Bates, SVCJ, and Heston with Hull-White rates.

Variances are per year (0.04 is a vol of 20 %), rates and intensities per year, the others pure numbers. A constructor
raises `UsageError` outside the domain given for each field.
"""

from dataclasses import dataclass
from typing import ClassVar

from outsample.errors import UsageError
from outsample.formulas.fourier.exponent import HULL_WHITE, VARIANCE
from outsample.formulas.fourier.parameters import InFieldOrder, check_range, feller_ratio

__all__ = ["SVCJ", "Bates", "Heston", "HestonHullWhite"]


class _SquareRootVariance(InFieldOrder):
    """What they share."""

    __slots__ = ()

    @property
    def feller_ratio(self) -> float:
        """``2 kappa theta / sigma^2``; from 1 on the variance never reaches 0."""
        _, mean_reversion, long_run_variance, vol_of_vol = self.parameters[:4].tolist()
        return feller_ratio(mean_reversion, long_run_variance, vol_of_vol)


@dataclass(frozen=True, slots=True)
class Heston(_SquareRootVariance):
    """Square-root variance: ``dF / F = sqrt(v) dW``, ``dv = kappa (theta - v) dt + sigma sqrt(v) dZ``.

    Parameters
    ----------
    initial_variance : float
        v at the start, above 0.
    mean_reversion : float
        kappa, a year, above 0.
    long_run_variance : float
        theta, at least 0.
    vol_of_vol : float
        sigma, at least 0; at 0 the variance is deterministic.
    correlation : float
        rho of W and Z, between -1 and 1.

    References
    ----------
    Heston (1993), Review of Financial Studies 6, 327-343, doi:10.1093/rfs/6.2.327.
    """

    kind: ClassVar[int] = VARIANCE

    initial_variance: float
    mean_reversion: float
    long_run_variance: float
    vol_of_vol: float
    correlation: float

    def __post_init__(self) -> None:
        _check_variance(self)


@dataclass(frozen=True, slots=True)
class HestonHullWhite(_SquareRootVariance):
    """Heston and an independent Gaussian short rate, of which nothing is left to choose.

    Under the bond of the expiry as numeraire the log forward is the sum of Heston's and of an independent normal, with
    the variance that a rate of speed `BILL_SPEED` and vol `BILL_VOL` of `outsample.formulas.stochastic_rates` adds.
    Any other speed and vol are priced, option by option, by `outsample.formulas.heston_hull_white`.

    Parameters
    ----------
    initial_variance, mean_reversion, long_run_variance, vol_of_vol, correlation : float
        As in `Heston`; the variance is that of the forward less what the rate adds to it.

    References
    ----------
    Grzelak and Oosterlee (2011), SIAM J. Financial Mathematics 2, 255-286, doi:10.1137/090756119.
    """

    kind: ClassVar[int] = HULL_WHITE

    initial_variance: float
    mean_reversion: float
    long_run_variance: float
    vol_of_vol: float
    correlation: float

    def __post_init__(self) -> None:
        _check_variance(self)


@dataclass(frozen=True, slots=True)
class Bates(_SquareRootVariance):
    """Heston and independent jumps of the log price, normal.

    Parameters
    ----------
    initial_variance, mean_reversion, long_run_variance, vol_of_vol, correlation : float
        As in `Heston`.
    jump_intensity : float
        lambda, jumps a year, at least 0.
    jump_mean : float
        Mean of the jump of the log price; the mean relative jump is ``exp(jump_mean + jump_deviation^2 / 2) - 1``.
    jump_deviation : float
        Its standard deviation, at least 0.

    References
    ----------
    Bates (1996), Review of Financial Studies 9, 69-107, doi:10.1093/rfs/9.1.69.
    """

    kind: ClassVar[int] = VARIANCE

    initial_variance: float
    mean_reversion: float
    long_run_variance: float
    vol_of_vol: float
    correlation: float
    jump_intensity: float
    jump_mean: float
    jump_deviation: float

    def __post_init__(self) -> None:
        _check_variance(self)
        _check_jumps(self)


@dataclass(frozen=True, slots=True)
class SVCJ(_SquareRootVariance):
    """Stochastic variance with correlated jumps: price and variance jump together.

    Parameters
    ----------
    initial_variance, mean_reversion, long_run_variance, vol_of_vol, correlation : float
        As in `Heston`.
    jump_intensity : float
        lambda, joint jumps a year, at least 0.
    jump_mean : float
        Mean of the jump of the log price that goes with a variance jump of 0.
    jump_deviation : float
        Standard deviation of the jump of the log price given the jump of the variance, at least 0.
    variance_jump_mean : float
        mu_v, mean of the exponential jump of the variance, at least 0.
    jump_correlation : float
        rho_J, by how much the mean jump of the log price rises per unit of the variance jump; mu_v rho_J below 1.
        The mean relative jump is ``exp(jump_mean + jump_deviation^2 / 2) / (1 - mu_v rho_J) - 1``.

    References
    ----------
    Duffie, Pan and Singleton (2000), Econometrica 68, 1343-1376, doi:10.1111/1468-0262.00164.
    """

    kind: ClassVar[int] = VARIANCE

    initial_variance: float
    mean_reversion: float
    long_run_variance: float
    vol_of_vol: float
    correlation: float
    jump_intensity: float
    jump_mean: float
    jump_deviation: float
    variance_jump_mean: float
    jump_correlation: float

    def __post_init__(self) -> None:
        _check_variance(self)
        _check_jumps(self)
        check_range(self, "variance_jump_mean", 0.0)
        check_range(self, "jump_correlation", float("-inf"))
        coupling = self.variance_jump_mean * self.jump_correlation
        if not coupling < 1.0:
            raise UsageError(
                "variance_jump_mean times jump_correlation of SVCJ must be below 1 for a finite forward, "
                f"found {coupling:g}; lower one of them"
            )


def _check_variance(model: Heston | HestonHullWhite | Bates | SVCJ) -> None:
    check_range(model, "initial_variance mean_reversion", 0.0, open_below=True)
    check_range(model, "long_run_variance vol_of_vol", 0.0)
    check_range(model, "correlation", -1.0, 1.0)


def _check_jumps(model: Bates | SVCJ) -> None:
    check_range(model, "jump_intensity jump_deviation", 0.0)
    check_range(model, "jump_mean", float("-inf"))
