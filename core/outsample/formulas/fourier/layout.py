"""How the puts of each tenor are priced: where a cosine series begins and ends, or that an integral is needed."""

import math
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from outsample.formulas.fourier.complex_functions import Complexes
from outsample.formulas.fourier.cosine import TERMS_AT_A_TIME, cosine_nodes, cosine_puts
from outsample.formulas.fourier.exponent import exponents, exponents_and_slopes
from outsample.formulas.fourier.parameters import TransformModel
from outsample.formulas.fourier.quadrature import lewis_puts
from outsample.formulas.fourier.truncation import cosine_range, decay_frequency
from outsample.typing import Floats, Integers, frozen

__all__ = ["MOST_TERMS", "Layout"]

MOST_TERMS: Final = 16_384  # 2 ms; an integral takes longer up to there, unless the transform hardly falls at all


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Where and how finely a model's transform is sampled.

    Parameters
    ----------
    tenors : (m,) array
        Years, rising.
    starts : (m + 1,) int array
        Where the strikes of each tenor begin, and their number.
    low, high : (m,) array
        Range of the cosine series.
    terms : (m,) int array
        Its number of terms; 0 where an integral is used.
    end : (m,) array
        Where the integral ends; 0 where none is used, infinite where it would have no end: the price is NaN then.
    tolerance : float
        Of the price, as a fraction of the forward plus the strike.
    nodes, years : (sum of terms,) array
        Where the cosine series sample the transform, and of which tenor.
    """

    tenors: Floats
    starts: Integers
    low: Floats
    high: Floats
    terms: Integers
    end: Floats
    tolerance: float
    nodes: Complexes
    years: Floats

    @classmethod
    def of(cls, model: TransformModel, tenors: Floats, starts: Integers, log_strike: Floats, tolerance: float) -> Self:
        """Choose for a model: a series if `MOST_TERMS` suffice for the tolerance, otherwise an integral.

        Parameters
        ----------
        model, tenors, starts, tolerance
            As above.
        log_strike : (n,) array
            ``ln(K / F)``, tenor by tenor.
        """
        top = _highest(log_strike, starts)
        low, high = cosine_range(model.kind, model.parameters, tenors, tolerance, top)
        frequency = decay_frequency(model.kind, model.parameters, tenors, 0.0, tolerance)
        with np.errstate(invalid="ignore"):
            count = np.ceil(frequency * (high - low) / (math.pi * TERMS_AT_A_TIME))
        has_series = TERMS_AT_A_TIME * count <= MOST_TERMS
        terms = TERMS_AT_A_TIME * np.where(has_series, count, 0.0).astype(np.int64)
        end = np.zeros(tenors.size)
        end[~has_series] = decay_frequency(model.kind, model.parameters, tenors[~has_series], 0.5, tolerance)
        nodes, years = cosine_nodes(low, high, terms), np.repeat(tenors, terms)
        for column in (tenors, starts, low, high, terms, end, nodes, years):
            frozen(column)
        return cls(tenors, starts, low, high, terms, end, tolerance, nodes, years)

    def serves(self, model: TransformModel, log_strike: Floats, tolerance: float) -> bool:
        """Return whether the layout prices another model to a tolerance."""
        kind, parameters, top = model.kind, model.parameters, _highest(log_strike, self.starts)
        low, high = cosine_range(kind, parameters, self.tenors, tolerance, top)
        sampled = self.terms * math.pi / (self.high - self.low)
        frequency = decay_frequency(kind, parameters, self.tenors, 0.0, tolerance)
        end = decay_frequency(kind, parameters, self.tenors, 0.5, tolerance)
        has_room = (self.low <= low) & (high <= self.high) & (frequency <= sampled)
        return bool(np.all(np.where(self.terms > 0, has_room, end <= self.end)))

    def puts(self, model: TransformModel, log_strike: Floats, has_slopes: bool) -> tuple[Floats, Floats]:
        """Return put prices over the forward, and errors.

        Parameters
        ----------
        model, log_strike
            As above.
        has_slopes : bool
            Whether derivatives to the parameters are wanted.

        Returns
        -------
        puts : (1, n) or (1 + p, n) array
            Prices, and a row for each parameter.
        errors : (n,) array
            As a fraction of the forward plus the strike.
        """
        if has_slopes:
            found, slopes = exponents_and_slopes(model.kind, model.parameters, self.nodes, self.years)
        else:
            found = exponents(model.kind, model.parameters, self.nodes, self.years)
            slopes = np.empty((0, found.size), np.complex128)
        out = cosine_puts(found, slopes, self.low, self.high, self.terms, self.starts, log_strike)
        error = np.full(log_strike.size, self.tolerance)
        for i in np.flatnonzero(self.terms == 0):
            rows, tenor, end = slice(self.starts[i], self.starts[i + 1]), float(self.tenors[i]), float(self.end[i])
            error[rows] = math.nan
            if math.isfinite(end):
                out[:, rows], gap = lewis_puts(
                    model.kind, model.parameters, tenor, end, self.tolerance, log_strike[rows], has_slopes
                )
                error[rows] = self.tolerance + gap
        return out, error


def _highest(log_strike: Floats, starts: Integers) -> Floats:
    """Return the highest strike of each tenor, at least 0."""
    return np.maximum(np.maximum.reduceat(log_strike, starts[:-1]), 0.0) if log_strike.size else log_strike
