"""Corrado and Su's prices under a Gram-Charlier density, in the form that keeps the forward.

The log return over a tenor has the variance ``T L(T)`` of `outsample.models.parametric_smile.term_structure`, and

    skewness = g (T / T*)^-q,   excess kurtosis = h (T / T*)^(-2 q),   T* = 30 days.

At q of one half both fall as those of a sum of independent returns do, at 0 they are the same for every tenor. Prices
are those of `outsample.formulas.expansions`; a vol is found by inverting them, which takes longer than a frame for all
quotes of a long history, so that a preview reads them off the nodes of the lattice.

Where the expansion is no density its prices may leave their bounds. At intrinsic value and below the vol is taken for
the least one, which it tends to as the price falls. At the upper bound and above, and without a positive mean, there is
none, since vols grow beyond all numbers towards that bound: such quotes are refused and counted.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.datasets import OptionQuotes
from outsample.formulas.expansions import is_gram_charlier_density
from outsample.formulas.implied_vol_kernel import implied_vol_loop
from outsample.formulas.inlined import inlined
from outsample.model import HalfLossTerms, Parameter, Prediction
from outsample.models.parametric_smile import term_structure
from outsample.models.parametric_smile.arbitrage import TENORS, arbitrage_of
from outsample.models.parametric_smile.estimate import LEAST_VARIANCE, Estimate, Shape, estimate, half_loss_terms
from outsample.models.parametric_smile.lattice import NODE_MONEYNESS, NODE_TENOR, at_quotes
from outsample.models.parametric_smile.paths import ShapeFits
from outsample.models.parametric_smile.term_structure import mean_variance
from outsample.scores import Functional
from outsample.typing import Floats, frozen
from outsample.windows import Window

__all__ = ["CORRADO_SU_SHAPE", "CorradoSu", "CorradoSuFit"]

REFERENCE: Final = 30.0 / 365.0  # years
LEAST_VOL: Final = math.sqrt(LEAST_VARIANCE)
MOVE: Final = 1e-5  # of deviation, skewness and kurtosis, for derivatives of a smooth price
SQRT_2: Final = math.sqrt(2.0)
INVERSE_SQRT_2PI: Final = 1.0 / math.sqrt(2.0 * math.pi)


@inlined
def _price(strike: float, is_call: bool, deviation: float, skewness: float, excess: float) -> float:
    """Return the price over the forward, as `outsample.formulas.expansions.corrado_su_price`; NaN without a mean."""
    scale = 1.0 + skewness * deviation**3 / 6.0 + excess * deviation**4 / 24.0
    if not scale > 0.0:
        return math.nan
    ratio = strike * scale
    d = 0.5 * deviation - math.log(ratio) / deviation
    density = INVERSE_SQRT_2PI * math.exp(-0.5 * d * d)
    sign = 1.0 if is_call else -1.0
    tail = sign * 0.5 * math.erfc(-sign * d / SQRT_2)
    other = sign * 0.5 * math.erfc(-sign * (d - deviation) / SQRT_2)
    third = (2.0 * deviation - d) * density + deviation**2 * tail
    fourth = (d * d - 1.0 - 3.0 * deviation * (d - deviation)) * density + deviation**3 * tail
    correction = deviation * (skewness * third / 6.0 + excess * fourth / 24.0)
    return (tail - ratio * other + correction) / scale


@kernel
def corrado_su_vols(values: Floats, moneyness: Floats, tenor: Floats) -> tuple[Floats, Floats]:
    """Return vols, and the (3, n) deviation, skewness and excess kurtosis of each.

    Never below one vol point; NaN where there is no price below its upper bound.
    """
    size = moneyness.size
    strike, price, is_call = np.empty(size), np.empty(size), np.empty(size, np.bool_)
    moments = np.empty((3, size))
    for i in range(size):
        level = mean_variance(values[0], values[1], values[2], tenor[i])[0]
        share = math.exp(-values[5] * math.log(tenor[i] / REFERENCE))
        moments[0, i] = math.sqrt(level * tenor[i])
        moments[1, i], moments[2, i] = values[3] * share, values[4] * share * share
        strike[i] = math.exp(moneyness[i] * math.sqrt(tenor[i]))
        is_call[i] = moneyness[i] >= 0.0
        price[i] = _price(strike[i], is_call[i], moments[0, i], moments[1, i], moments[2, i])
    vols = implied_vol_loop(price, strike, tenor, is_call)
    for i in range(size):
        is_priced = price[i] < (1.0 if is_call[i] else strike[i])
        vols[i] = (vols[i] if vols[i] > LEAST_VOL else LEAST_VOL) if is_priced else math.nan
    return vols, moments


@kernel
def corrado_su_surface(values: Floats, moneyness: Floats, tenor: Floats) -> tuple[Floats, Floats]:
    """Return vols and their derivatives, as `Shape.surface`."""
    vols, moments = corrado_su_vols(values, moneyness, tenor)
    gradient, move, slopes = np.zeros((6, moneyness.size)), np.zeros(3), np.empty(3)
    for i in range(moneyness.size):
        if not vols[i] > LEAST_VOL:
            continue
        root = math.sqrt(tenor[i])
        strike, is_call = math.exp(moneyness[i] * root), moneyness[i] >= 0.0
        s, g, h = moments[0, i], moments[1, i], moments[2, i]
        for a in range(3):
            move[:] = 0.0
            move[a] = MOVE * s if a == 0 else MOVE
            up = _price(strike, is_call, s + move[0], g + move[1], h + move[2])
            down = _price(strike, is_call, s - move[0], g - move[1], h - move[2])
            slopes[a] = (up - down) / (2.0 * move[a])
        d = 0.5 * vols[i] * root - moneyness[i] / vols[i]
        slopes /= INVERSE_SQRT_2PI * math.exp(-0.5 * d * d) * root
        level, by_short, by_long, by_speed = mean_variance(values[0], values[1], values[2], tenor[i])
        by_level, log_ratio = slopes[0] * 0.5 * s / level, math.log(tenor[i] / REFERENCE)
        share = math.exp(-values[5] * log_ratio)
        gradient[0, i], gradient[1, i], gradient[2, i] = by_level * by_short, by_level * by_long, by_level * by_speed
        gradient[3, i], gradient[4, i] = slopes[1] * share, slopes[2] * share * share
        gradient[5, i] = -log_ratio * (slopes[1] * g + 2.0 * slopes[2] * h)
    return vols, gradient


def _start(vol: float) -> Floats:
    return np.array([vol**2, vol**2, 4.0, 0.0, 0.5, 0.0])


CORRADO_SU_SHAPE: Final = Shape(
    title="Corrado-Su",
    names=(
        *term_structure.NAMES,
        *("skewness at 30 days g", "excess kurtosis at 30 days h", "exponent q of skewness, half of kurtosis"),
    ),
    units=(*term_structure.UNITS, "", "", ""),
    low=np.array([*term_structure.LOW, -4.0, -1.0, -0.5]),
    high=np.array([*term_structure.HIGH, 4.0, 20.0, 1.0]),
    start=_start,
    surface=corrado_su_surface,
)


@dataclass(frozen=True, slots=True)
class CorradoSu:
    """Corrado-Su in the martingale form, fitted to the train window by the squared error of implied vol."""

    @property
    def each_time(self) -> ShapeFits:
        """How it is fitted to the quotes of a time alone."""
        return ShapeFits(CORRADO_SU_SHAPE)

    def fit(self, data: OptionQuotes, train: Window) -> "CorradoSuFit":
        """Fit by least squares on the train window, and predict by inverting prices."""
        return CorradoSuFit(estimate(data, train, CORRADO_SU_SHAPE), False)

    def preview(self, data: OptionQuotes, train: Window) -> "CorradoSuFit":
        """Fit alike, and predict by vols between the nodes of the lattice."""
        return CorradoSuFit(estimate(data, train, CORRADO_SU_SHAPE), True)


@dataclass(frozen=True, slots=True)
class CorradoSuFit:
    """Corrado-Su with its parameters.

    Parameters
    ----------
    found : Estimate
        In the order of `CORRADO_SU_SHAPE`.
    is_preview : bool
        Predict by the nodes of the lattice.
    """

    found: Estimate
    is_preview: bool

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The estimates, for how many tenors the expansion is no density, and how much arbitrage there is."""
        values = np.array(self.found.values)
        share = (TENORS / REFERENCE) ** -values[5]
        is_density = is_gram_charlier_density(values[3] * share, 3.0 + values[4] * share**2)
        told = Parameter("expansion negative somewhere, 1 d to 1 y", 100.0 * float(np.mean(~is_density)), "% of tenors")
        return (*self.found.parameters(CORRADO_SU_SHAPE), told, *arbitrage_of(CORRADO_SU_SHAPE, values))

    def predict(self, data: OptionQuotes) -> Prediction:
        """Predict the vol of every observation: one vol point where its price is none, NaN where it is no price."""
        values, seen = np.array(self.found.values), data.observed
        if self.is_preview:
            nodes = corrado_su_vols(values, NODE_MONEYNESS, NODE_TENOR)[0]
            vols = at_quotes(nodes, seen)
        else:
            vols = frozen(corrado_su_vols(values, seen.log_moneyness / np.sqrt(seen.tenor), seen.tenor)[0])
        return Prediction(vols, Functional.MEAN, is_whole=bool(np.isfinite(vols).all()))

    def half_loss_terms(self, data: OptionQuotes, train: Window, share: Floats) -> HalfLossTerms:
        """Return how the fit, and the loss that judges it, hang on each train time."""
        return half_loss_terms(data, train, CORRADO_SU_SHAPE, self.found, share)
