"""A model's implied vols on a grid of tenor and moneyness: a millisecond or ten for any number of quotes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from math import log
from typing import Final, Self

import numpy as np

from outsample.calibration.pooling.bicubic import bend, interpolate
from outsample.calibration.pooling.model_vols import LEAST_PRICE, TOLERANCE, vols_of_puts
from outsample.calibration.pooling.series_layout import series_layout
from outsample.datasets import ObservedQuotes, OptionQuotes
from outsample.formulas.black import black_vega
from outsample.formulas.fourier import TransformModel
from outsample.formulas.fourier.complex_functions import Complexes
from outsample.formulas.fourier.cosine import cosine_weights, weighted_puts
from outsample.formulas.fourier.exponent import exponents, exponents_and_slopes
from outsample.formulas.fourier.layout import Layout
from outsample.formulas.fourier.smooth_exponents import SeriesPoints
from outsample.formulas.fourier.tail_bounds import TailBounds
from outsample.formulas.fourier.tenor_cells import ANY_STRIKE
from outsample.prepared import prepared
from outsample.typing import DAY, YEAR, Floats, Integers, frozen

__all__ = ["EXACT", "PREVIEW", "ROUGH", "Fineness", "VolSurface", "tenor_range"]

STRETCH: Final = 6.0  # at-the-money standard deviations around which knots begin to spread
_KEPT: Final = 256  # samplings of anchors, up to 150 kB each; six models have some 90 on a history of 500 times
_MORE: Final = 2.3  # in logarithms, ten times: how much less a transform may have fallen than at the anchor
_ROOM: Final = 1.15  # of the ranges of an anchor: with none every eighth move of some models takes a search
_LEFT_OUT: Final = 100.0  # times the tolerance: how large Markov's bounds on what ranges leave out may be
_LENGTHS: Final = (1.0, 1.5)  # of the series of an anchor: what one move of a hundred outruns takes a search
_SHARE: Final = 0.1  # of the tolerance, for what exponents from points are off
EDGE: Final = 0.95  # of the stretched moneyness: 18 standard deviations

_Pricer = Callable[[Integers, Floats, bool], Floats]  # strikes of each tenor and whether with derivatives, to puts


@dataclass(frozen=True, slots=True)
class Fineness:
    """How finely a surface is sampled.

    Parameters
    ----------
    tenors, strikes : int
        Numbers of knots.
    tolerance : float
        Of the prices there, as a fraction of the forward plus the strike.
    least_price : float
        As of `vols_of_puts`.
    ratio : float
        Of the tenors from which the ranges of the transform are taken.
    most_terms : float
        Of a cosine series, on the mean over tenors, up to which a surface counts as quick.
    """

    tenors: int
    strikes: int
    tolerance: float
    least_price: float
    ratio: float
    most_terms: float


EXACT: Final = Fineness(48, 97, TOLERANCE, LEAST_PRICE, 1.3, 2_000.0)
ROUGH: Final = Fineness(20, 41, 1e-6, 1e-6, 1.8, 700.0)
PREVIEW: Final = Fineness(10, 25, 2e-7, 1e-6, 1.8, 1_000.0)


@dataclass(frozen=True, slots=True, eq=False)
class VolSurface:
    """Bicubic splines through vols at t tenors and n strikes; fields as of `interpolate`, and the ends of the tenors.

    Moneyness is measured in the model's own at-the-money standard deviations, so that the knots lie where the smile
    of the model bends, whatever its level.
    """

    tenors: tuple[float, float]
    first_log_tenor: float
    tenor_step: float
    deviation: Floats
    deviation_bend: Floats
    values: Floats
    bends: Floats

    @classmethod
    def of(
        cls, model: TransformModel, tenors: tuple[float, float], fineness: Fineness = EXACT, *, slopes: bool = False
    ) -> Self:
        """Price the knots.

        Parameters
        ----------
        model : TransformModel
        tenors : tuple of float
            Shortest and longest, years.
        fineness : Fineness
        slopes : bool
            Whether the derivatives of the vol to each parameter are wanted as further surfaces.
        """
        layout = _layout(model, tenors, fineness)
        return cls._priced(tenors, fineness, _pricer(model, layout, slopes), layout, slopes)

    @classmethod
    def quick(
        cls, model: TransformModel, tenors: tuple[float, float], fineness: Fineness = EXACT, *, slopes: bool = False
    ) -> Self | None:
        """Do what `of` does, or return None where the transform falls too slowly to lead a search through there."""
        layout = _layout(model, tenors, fineness)
        if not _is_quick(layout, fineness):
            return None
        return cls._priced(tenors, fineness, _pricer(model, layout, slopes), layout, slopes)

    @classmethod
    def beside(cls, model: TransformModel, near: TransformModel, tenors: tuple[float, float]) -> Self | None:
        """Do what `quick` does for a preview, with the ranges and terms of parameters nearby, which are kept.

        To find them takes as long as all the rest. Where the transform falls more slowly, the series get longer; where
        that is not enough, or the ranges leave out too much, they are found anew.
        """
        anchor = type(near), tuple(near.parameters.tolist()), tenors
        for length in _LENGTHS:
            one = _kept_sampling(*anchor, length)
            if one is None or np.any(one.bounds.beyond(model) > log(_LEFT_OUT * PREVIEW.tolerance)):
                break
            found = one.exponents(model)
            if np.all(found.real[one.layout.ends] <= one.fallen + _MORE):
                return cls._priced(tenors, PREVIEW, _series(found, one.layout), one.layout, False)
        return cls.quick(model, tenors, PREVIEW)

    @staticmethod
    def prepare(near: TransformModel, tenors: tuple[float, float]) -> None:
        """Find what `beside` needs to know of an anchor, a millisecond or two, before it is asked for in a hurry."""
        _kept_sampling(type(near), tuple(near.parameters.tolist()), tenors, _LENGTHS[0])

    @classmethod
    def _priced(
        cls, tenors: tuple[float, float], fineness: Fineness, price: _Pricer, layout: Layout, slopes: bool
    ) -> Self:
        years, count, strikes = layout.tenors, layout.tenors.size, fineness.strikes
        step = _tenor_step(tenors, count)
        money = np.zeros(count)
        deviation = vols_of_puts(price(layout.starts, money, False)[0], money, years, fineness.least_price)[0]
        log_strike = (_knots(strikes) * (deviation * np.sqrt(years))[:, np.newaxis]).ravel()
        every_year = np.repeat(years, strikes)
        puts = price(strikes * layout.starts, log_strike, slopes)
        vols, share = vols_of_puts(puts[0], log_strike, every_year, fineness.least_price)
        surfaces = [vols]
        if slopes:
            surfaces += list(puts[1:] * (share / black_vega(np.exp(log_strike), every_year, vols)))
        nodes = np.stack(surfaces).reshape(-1, count, strikes)
        across = bend(np.ascontiguousarray(nodes.reshape(-1, strikes).T), 2.0 * EDGE / (strikes - 1))
        both = np.stack([nodes, across.T.reshape(nodes.shape)])
        values = np.ascontiguousarray(both.transpose(2, 0, 1, 3))
        bends = bend(values.reshape(count, -1), step).reshape(values.shape)
        deviation_bend = bend(deviation[:, np.newaxis], step)[:, 0]
        return cls(tenors, float(np.log(tenors[0])), step, deviation, deviation_bend, values, bends)

    def at(self, seen: ObservedQuotes, slices: Integers | None = None) -> Floats:
        """Return the surfaces at the observations of some slices, one after the other, (r, q); of all by default."""
        chosen = np.arange(seen.slice_tenor.size) if slices is None else slices
        count = int(np.sum(seen.slice_start[chosen + 1] - seen.slice_start[chosen]))
        out = np.empty((self.values.shape[2], count))
        interpolate(
            seen.log_moneyness,
            seen.slice_start,
            seen.slice_tenor,
            chosen,
            self.first_log_tenor,
            self.tenor_step,
            self.deviation,
            self.deviation_bend,
            STRETCH,
            EDGE,
            self.values,
            self.bends,
            out,
        )
        return frozen(out)


@prepared
def tenor_range(data: OptionQuotes) -> tuple[float, float]:
    """Return the shortest and the longest tenor that an observation may have, in years.

    From the clock and the expiries alone: what is quoted later must not move the grid.
    """
    years = (data.expiry - data.time) / YEAR
    possible = years[years >= data.filters.shortest_tenor_days * (DAY / YEAR)]
    possible = possible[possible > 0.0]
    return (float(possible.min()), float(possible.max())) if possible.size else (1.0, 1.0)


@cache
def _knots(strikes: int) -> Floats:
    """Return the (n,) moneyness of the knots, in standard deviations."""
    y = np.linspace(-EDGE, EDGE, strikes)
    return frozen(STRETCH * y / np.sqrt(1.0 - y * y))


def _tenor_step(tenors: tuple[float, float], count: int) -> float:
    """Return the distance of the knots in ln T."""
    return max(float(np.log(tenors[1]) - np.log(tenors[0])), 1e-6) / (count - 1)


def _layout(model: TransformModel, tenors: tuple[float, float], fineness: Fineness) -> Layout:
    """Return how one strike at each tenor of the knots is priced."""
    count = fineness.tenors
    years = np.exp(np.log(tenors[0]) + _tenor_step(tenors, count) * np.arange(count))
    return series_layout(model, years, np.arange(count + 1), fineness.ratio, fineness.tolerance)


@dataclass(frozen=True, slots=True, eq=False)
class _Sampling:
    """How the transform of parameters near an anchor is sampled.

    Parameters
    ----------
    layout : Layout
    points : SeriesPoints, optional
        From which it is known at every node; it is worked out there without them, and where they do not serve.
    fallen : (m,) array
        Logarithm of the size of the anchor's own transform where each of its own series ends.
    bounds : TailBounds
        On what is beyond the ranges.
    """

    layout: Layout
    points: SeriesPoints | None
    fallen: Floats
    bounds: TailBounds

    def exponents(self, model: TransformModel) -> Complexes:
        """Return the exponents at the nodes."""
        found = None if self.points is None else self.points.exponents(model, PREVIEW.tolerance)
        if found is not None:
            return found
        return exponents(model.kind, model.parameters, self.layout.nodes, self.layout.years)


@lru_cache(_KEPT)
def _kept_layout(
    kind: type[TransformModel], values: tuple[float, ...], tenors: tuple[float, float]
) -> tuple[Layout, Floats] | None:
    """Return what an anchor is priced with, and how far its transform has fallen; None where a tenor has no series."""
    model = kind(*values)
    layout = _layout(model, tenors, PREVIEW)
    if not layout.terms.all():
        return None
    layout = layout.stretched(_ROOM, 1.0)
    sampled = layout.nodes[layout.ends], layout.years[layout.ends]
    return layout, np.asarray(exponents(model.kind, model.parameters, *sampled).real, dtype=np.float64)


@lru_cache(_KEPT)
def _kept_sampling(
    kind: type[TransformModel], values: tuple[float, ...], tenors: tuple[float, float], length: float
) -> _Sampling | None:
    """Return what is priced with near an anchor, with so many times its cosines; None where that is not quick."""
    found = _kept_layout(kind, values, tenors)
    if found is None:
        return None
    layout, model = found[0].stretched(1.0, length), kind(*values)
    if not _is_quick(layout, PREVIEW):
        return None
    points = SeriesPoints.fewest(model, layout, _SHARE * PREVIEW.tolerance)
    return _Sampling(layout, points, found[1], TailBounds.of(model, layout, ANY_STRIKE))


def _is_quick(layout: Layout, fineness: Fineness) -> bool:
    is_priced = np.all((layout.terms > 0) | layout.is_mixture)
    return bool(is_priced and np.mean(layout.terms) <= fineness.most_terms)


def _pricer(model: TransformModel, layout: Layout, slopes: bool) -> _Pricer:
    """Return what prices puts of the layout's tenors, with derivatives on request; a transform is sampled once."""
    if not layout.terms.all():
        return lambda starts, log_strike, wanted: replace(layout, starts=starts).puts(model, log_strike, wanted)[0]
    sampled = (model.kind, model.parameters, layout.nodes, layout.years)
    if not slopes:
        return _series(exponents(*sampled), layout)
    found, derivatives = exponents_and_slopes(*sampled)
    return _series(found, layout, derivatives)


def _series(found: Complexes, layout: Layout, slopes: Complexes | None = None) -> _Pricer:
    """Return what prices puts by the series of a layout."""
    shape = layout.low, layout.high, layout.terms
    weights = cosine_weights(found, np.empty((0, found.size), np.complex128) if slopes is None else slopes, *shape)

    def price(starts: Integers, log_strike: Floats, wanted: bool) -> Floats:
        return weighted_puts(weights if wanted else weights[:1], *shape, starts, log_strike)

    return price
