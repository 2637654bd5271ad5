"""Least squares in implied vol for smiles with a closed form: one result, one search, for SVI, SABR and SSVI.

Residuals are in vol points times the root of the quote's vega over the mean vega: far wings, where a tick of the price
is many points, count little.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.calibration.judgement import judged
from outsample.calibration.levenberg_marquardt import Minimum, Ridge, minimise
from outsample.calibration.loss import POINT
from outsample.calibration.normal_equations import NormalEquations, normal_equations
from outsample.calibration.quotes import ChainQuotes
from outsample.calibration.result import Fit
from outsample.errors import FitError, UsageError
from outsample.typing import Floats

__all__ = ["SmileFit", "SmileSearch", "one_tenor"]

SAME: Final = 1.01  # ends whose sums are this close fit alike; the one off its bounds is taken
COARSE_TOLERANCE, TOLERANCE = 1e-3, 1e-10  # relative decrease that is not worth a step
COARSE_STEPS, MOST_STEPS = 8, 100
REFINED: Final = 2


@dataclass(frozen=True, eq=False, kw_only=True)
class SmileFit(Fit):
    """What a fit found, besides the smile itself; its residuals are vega-weighted vol points."""


@dataclass(frozen=True, slots=True, eq=False)
class SmileSearch:
    """A smile's total variance as a function of parameters in a box.

    Parameters
    ----------
    chain : ChainQuotes
    names : tuple of str
    low, high : (p,) array
    variance : callable
        From (p,) values to total variance (n,) and its derivatives (n, p); NaN where the smile does not exist.
    threshold : float
        Of Huber, in vega-weighted vol points; infinite for plain squares.

    Raises
    ------
    UsageError
        The threshold is not above 0.
    """

    chain: ChainQuotes
    names: tuple[str, ...]
    low: Floats
    high: Floats
    variance: Callable[[Floats], tuple[Floats, Floats]]
    threshold: float

    def __post_init__(self) -> None:
        if not self.threshold > 0.0:  # NaN is not
            raise UsageError(
                f"huber must be a number above 0 or None, found {self.threshold}; None counts all by squares"
            )

    def evaluate(self, values: Floats) -> NormalEquations:
        """Return the normal equations of the residuals."""
        chain = self.chain
        total, gradient = self.variance(values)
        with np.errstate(invalid="ignore", divide="ignore"):
            vol = np.sqrt(total / chain.tenor)
            scale = np.sqrt(chain.vega / np.mean(chain.vega)) / POINT
            return normal_equations(
                scale * (vol - chain.implied_vol), scale / (2.0 * vol * chain.tenor), gradient, self.threshold
            )

    def fit(self, starts: Iterable[Floats]) -> SmileFit:
        """Return the best end of searches from several starts: all of them coarsely, the best two to the end."""
        coarse = [self._end(start, COARSE_TOLERANCE, COARSE_STEPS) for start in starts]
        spent = sum(end.evaluations for end in coarse)
        coarse.sort(key=lambda end: end.at.total)
        ends = [self._end(end.values, TOLERANCE, MOST_STEPS) for end in coarse[:REFINED]]
        least = min(end.at.total for end in ends)
        alike = [end for end in ends if end.at.total <= SAME * least]
        found = min(alike, key=lambda end: (self._bounds_met(end), end.at.total))
        judgement = judged(found, self.low, self.high, self.chain.slice_start, Ridge.none(found.values.size))
        return SmileFit(
            names=self.names,
            values=found.values,
            standard_errors=judgement.known.standard_errors,
            error_kind=judgement.known.error_kind,
            hessian=found.at.hessian,
            gradient=found.at.gradient,
            sum_of_squares=found.at.total,
            count=self.chain.size,
            status=judgement.status,
            at_bound=judgement.at_bound,
            condition_number=judgement.known.condition_number,
            correlation=judgement.known.correlation,
            evaluations=spent + sum(end.evaluations for end in ends),
        )

    def _end(self, start: Floats, tolerance: float, most_steps: int) -> Minimum:
        inside = np.clip(start, self.low, self.high)
        return minimise(self.evaluate, inside, self.low, self.high, tolerance=tolerance, most_steps=most_steps)

    def _bounds_met(self, end: Minimum) -> int:
        return int(np.count_nonzero((end.values <= self.low) | (end.values >= self.high)))


def one_tenor(chain: ChainQuotes, smile: str, needed: int) -> float:
    """Return the tenor of a slice, in years.

    Raises
    ------
    FitError
        The chain has several tenors, or fewer strikes than `needed`.
    """
    tenors = chain.slice_tenor
    if tenors.size != 1:
        raise FitError(f"{smile} is fitted to one tenor at a time, found {tenors.size}; split the chain by tenor")
    strikes = np.unique(chain.strike_ratio).size
    if strikes < needed:
        raise FitError(
            f"{smile} needs at least {needed} strikes of one tenor, one for each parameter, found {strikes}; "
            "choose another tenor or relax the filters"
        )
    return float(tenors[0])
