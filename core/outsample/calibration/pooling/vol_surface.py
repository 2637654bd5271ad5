"""A model's implied vols on a grid of tenor and moneyness: milliseconds for any number of quotes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np

from outsample.calibration.pooling.bicubic import bend, interpolate
from outsample.calibration.pooling.model_vols import TOLERANCE, vols_of_puts
from outsample.calibration.pooling.series_layout import series_layout
from outsample.datasets import ObservedQuotes, OptionQuotes
from outsample.formulas.black import black_vega
from outsample.formulas.fourier import TransformModel
from outsample.formulas.fourier.cosine import cosine_puts
from outsample.formulas.fourier.exponent import GAMMA, exponents, exponents_and_slopes
from outsample.prepared import prepared
from outsample.typing import DAY, YEAR, Floats, Integers, frozen

__all__ = ["VolSurface", "is_quick", "tenor_range"]

TENORS: Final = 48
STRIKES: Final = 97
STRETCH: Final = 6.0  # at-the-money standard deviations around which knots begin to spread
EDGE: Final = 0.95  # of the stretched moneyness: 18 standard deviations
RATIO: Final = 1.3  # of the tenors from which ranges are taken
MOST_TERMS: Final = 2_000  # of a cosine series, on the mean over tenors: 50 ms for a grid with its slopes
TRIED: Final = 8  # tenors


@dataclass(frozen=True, slots=True, eq=False)
class VolSurface:
    """Bicubic splines through vols at t tenors and n strikes; fields as of `interpolate`.

    Moneyness is measured in the model's own at-the-money standard deviations, so that the knots lie where the smile
    of the model bends, whatever its level.
    """

    first_log_tenor: float
    tenor_step: float
    deviation: Floats
    deviation_bend: Floats
    values: Floats
    bends: Floats

    @classmethod
    def of(cls, model: TransformModel, tenors: tuple[float, float], *, slopes: bool = False) -> Self:
        """Price the knots.

        Parameters
        ----------
        model : TransformModel
        tenors : tuple of float
            Shortest and longest, years.
        slopes : bool
            Whether the derivatives of the vol to each parameter are wanted as further surfaces.
        """
        ends = np.log(np.array(tenors))
        step = max(float(ends[1] - ends[0]), 1e-6) / (TENORS - 1)
        years = np.exp(ends[0] + step * np.arange(TENORS))
        price = _pricer(model, years, slopes)
        money = np.zeros(TENORS)
        deviation = vols_of_puts(price(np.arange(TENORS + 1), money, False)[0], money, years)[0]
        y = np.linspace(-EDGE, EDGE, STRIKES)
        x = STRETCH * y / np.sqrt(1.0 - y * y)
        log_strike = (x * (deviation * np.sqrt(years))[:, np.newaxis]).ravel()
        starts, every_year = STRIKES * np.arange(TENORS + 1), np.repeat(years, STRIKES)
        puts = price(starts, log_strike, slopes)
        vols, share = vols_of_puts(puts[0], log_strike, every_year)
        surfaces = [vols]
        if slopes:
            surfaces += list(puts[1:] * (share / black_vega(np.exp(log_strike), every_year, vols)))
        nodes = np.stack(surfaces).reshape(-1, TENORS, STRIKES)
        across = bend(np.ascontiguousarray(nodes.reshape(-1, STRIKES).T), 2.0 * EDGE / (STRIKES - 1))
        both = np.stack([nodes, across.T.reshape(nodes.shape)])
        values = np.ascontiguousarray(both.transpose(2, 0, 1, 3))
        bends = bend(values.reshape(TENORS, -1), step).reshape(values.shape)
        return cls(float(ends[0]), step, deviation, bend(deviation[:, np.newaxis], step)[:, 0], values, bends)

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


def is_quick(model: TransformModel, tenors: tuple[float, float]) -> bool:
    """Return whether the transform falls fast enough for a search to be led through these parameters.

    Variance gamma always may: its short tenors need integrals by nature, which take a tenth of a second a grid.
    """
    years = np.geomspace(*tenors, TRIED)
    terms = series_layout(model, years, np.arange(TRIED + 1), RATIO, TOLERANCE).terms
    return model.kind == GAMMA or bool(np.all(terms > 0) and np.mean(terms) <= MOST_TERMS)


@prepared
def tenor_range(data: OptionQuotes) -> tuple[float, float]:
    """Return the shortest and the longest tenor that an observation may have, in years.

    From the clock and the expiries alone: what is quoted later must not move the grid.
    """
    years = (data.expiry - data.time) / YEAR
    possible = years[years >= data.filters.shortest_tenor_days * (DAY / YEAR)]
    possible = possible[possible > 0.0]
    return (float(possible.min()), float(possible.max())) if possible.size else (1.0, 1.0)


def _pricer(model: TransformModel, years: Floats, slopes: bool) -> Callable[[Integers, Floats, bool], Floats]:
    """Return what prices puts of these tenors, with derivatives on request; the transform is sampled once."""
    layout = series_layout(model, years, np.arange(years.size + 1), RATIO, TOLERANCE)
    if not layout.terms.all():
        return lambda starts, log_strike, wanted: replace(layout, starts=starts).puts(model, log_strike, wanted)[0]
    sampled = (model.kind, model.parameters, layout.nodes, layout.years)
    none = np.empty((0, layout.nodes.size), np.complex128)
    found, derivatives = exponents_and_slopes(*sampled) if slopes else (exponents(*sampled), none)

    def price(starts: Integers, log_strike: Floats, wanted: bool) -> Floats:
        shape = (layout.low, layout.high, layout.terms, starts)
        return cosine_puts(found, derivatives if wanted else none, *shape, log_strike)

    return price
