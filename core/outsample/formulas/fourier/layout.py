"""How the puts of each tenor are priced: by a cosine series and on what range, by an integral, or over a clock."""

import math
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np

from outsample.formulas.fourier.complex_functions import Complexes
from outsample.formulas.fourier.cosine import TERMS_AT_A_TIME, cosine_nodes, cosine_puts
from outsample.formulas.fourier.exponent import GAMMA, exponents, exponents_and_slopes
from outsample.formulas.fourier.gamma_mixture import has_mixture, mixture_puts
from outsample.formulas.fourier.parameters import TransformModel
from outsample.formulas.fourier.quadrature import lewis_puts
from outsample.formulas.fourier.truncation import cosine_range, decay_frequency
from outsample.typing import Bools, Floats, Integers, frozen

__all__ = ["MOST_TERMS", "Layout", "are_mixtures"]

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
        Its number of terms; 0 where none is used.
    end : (m,) array
        Where the integral ends; 0 where none is used, infinite where it would have no end: the price is NaN then.
        Where there is neither a series nor an integral, the price is a mean over the gamma clock.
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
        """Choose for a model: a mean over its clock if it has one, a series of `MOST_TERMS`, otherwise an integral.

        Parameters
        ----------
        model, tenors, starts, tolerance
            As above.
        log_strike : (n,) array
            ``ln(K / F)``, tenor by tenor.
        """
        is_mixture = are_mixtures(model, tenors, tolerance)
        if is_mixture.all():
            return cls.of_mixtures(tenors, starts, tolerance)
        top = _highest(log_strike, starts)
        low, high = cosine_range(model.kind, model.parameters, tenors, tolerance, top)
        frequency = decay_frequency(model.kind, model.parameters, tenors, 0.0, tolerance)
        with np.errstate(invalid="ignore"):
            count = np.ceil(frequency * (high - low) / (math.pi * TERMS_AT_A_TIME))
        has_series = (TERMS_AT_A_TIME * count <= MOST_TERMS) & ~is_mixture
        terms = TERMS_AT_A_TIME * np.where(has_series, count, 0.0).astype(np.int64)
        end, rest = np.zeros(tenors.size), ~has_series & ~is_mixture
        end[rest] = decay_frequency(model.kind, model.parameters, tenors[rest], 0.5, tolerance)
        nodes, years = cosine_nodes(low, high, terms), np.repeat(tenors, terms)
        for column in (tenors, starts, low, high, terms, end, nodes, years):
            frozen(column)
        return cls(tenors, starts, low, high, terms, end, tolerance, nodes, years)

    @classmethod
    def of_mixtures(cls, tenors: Floats, starts: Integers, tolerance: float) -> Self:
        """Return a layout without any series or integral."""
        none, nothing = frozen(np.zeros(tenors.size)), frozen(np.empty(0))
        terms, nodes = frozen(np.zeros(tenors.size, np.int64)), frozen(np.empty(0, np.complex128))
        return cls(frozen(tenors), frozen(starts), none, none, terms, none, tolerance, nodes, nothing)

    @property
    def is_mixture(self) -> Bools:
        """(m,) whether a tenor is priced as a mean over the gamma clock."""
        return np.asarray((self.terms == 0) & (self.end == 0.0))

    @property
    def ends(self) -> Integers:
        """(m,) places of the last node of each series, where all tenors have one."""
        return np.asarray(np.cumsum(self.terms) - 1)

    def serves(self, model: TransformModel, log_strike: Floats, tolerance: float) -> bool:
        """Return whether the layout prices another model to a tolerance."""
        is_mixture = self.is_mixture
        if is_mixture.any() and not are_mixtures(model, self.tenors[is_mixture], tolerance).all():
            return False
        if is_mixture.all():
            return True
        kind, parameters, top = model.kind, model.parameters, _highest(log_strike, self.starts)
        low, high = cosine_range(kind, parameters, self.tenors, tolerance, top)
        sampled = self.terms * math.pi / (self.high - self.low)
        frequency = decay_frequency(kind, parameters, self.tenors, 0.0, tolerance)
        end = decay_frequency(kind, parameters, self.tenors, 0.5, tolerance)
        has_room = (self.low <= low) & (high <= self.high) & (frequency <= sampled)
        return bool(np.all(np.where(self.terms > 0, has_room, (end <= self.end) | is_mixture)))

    def stretched(self, room: float, length: float) -> Self:
        """Return the layout, all of series, for a density that spreads further and a transform that falls later.

        Parameters
        ----------
        room, length : float
            How many times as wide the ranges are, and how many times as high the frequencies reach.
        """
        low, high = frozen(room * self.low), frozen(room * self.high)
        terms = frozen(TERMS_AT_A_TIME * np.ceil(room * length * self.terms / TERMS_AT_A_TIME).astype(np.int64))
        nodes, years = frozen(cosine_nodes(low, high, terms)), frozen(np.repeat(self.tenors, terms))
        return replace(self, low=low, high=high, terms=terms, nodes=nodes, years=years)

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
        out = self._series(model, log_strike, has_slopes)
        error = np.full(log_strike.size, self.tolerance)
        is_mixture = self.is_mixture
        if is_mixture.any():
            # Read-only views, for which the kernel is compiled once.
            tenors, starts, strikes = (
                frozen(self.tenors.view()),
                frozen(self.starts.view()),
                frozen(log_strike.view()),
            )
            mixture_puts(model.parameters, tenors, starts, strikes, self.tolerance, has_slopes, is_mixture, out)
        for i in np.flatnonzero(self.end > 0.0):
            rows, tenor, end = slice(self.starts[i], self.starts[i + 1]), float(self.tenors[i]), float(self.end[i])
            error[rows] = math.nan
            if math.isfinite(end):
                out[:, rows], gap = lewis_puts(
                    model.kind, model.parameters, tenor, end, self.tolerance, log_strike[rows], has_slopes
                )
                error[rows] = self.tolerance + gap
        return out, error

    def _series(self, model: TransformModel, log_strike: Floats, has_slopes: bool) -> Floats:
        """Return the rows of `puts`, NaN where there is no series."""
        if not self.nodes.size:
            return np.full((1 + (model.parameters.size if has_slopes else 0), log_strike.size), math.nan)
        if has_slopes:
            found, slopes = exponents_and_slopes(model.kind, model.parameters, self.nodes, self.years)
        else:
            found = exponents(model.kind, model.parameters, self.nodes, self.years)
            slopes = np.empty((0, found.size), np.complex128)
        return cosine_puts(found, slopes, self.low, self.high, self.terms, self.starts, log_strike)


def are_mixtures(model: TransformModel, tenors: Floats, tolerance: float) -> Bools:
    """Return (m,) whether a tenor is best priced as a mean over the clock of variance gamma."""
    if model.kind != GAMMA:
        return np.zeros(tenors.size, dtype=np.bool_)
    return has_mixture(model.parameters, tenors, tolerance)


def _highest(log_strike: Floats, starts: Integers) -> Floats:
    """Return the highest strike of each tenor, at least 0."""
    return np.maximum(np.maximum.reduceat(log_strike, starts[:-1]), 0.0) if log_strike.size else log_strike
