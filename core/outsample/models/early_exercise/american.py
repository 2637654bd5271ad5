"""American options at one vol, judged by the European implied vol that their premiums are quoted as.

The quotes of a data set are inverted on the forward, undiscounted, as if they were European. So the predicted vol v is
that of

    Black(F, K, T, v) = American(vol, S, K, T, r, q),   q = r - ln(F / S) / T

and comes out below `vol` by what discounting takes, above that by what early exercise is worth.

Reference: Andersen, Lake and Offengenden (2016), J. Computational Finance 20(1), 39-87, doi:10.21314/JCF.2016.312.
"""

from dataclasses import dataclass, field
from typing import Annotated, Final

import numpy as np

from outsample.calibration.enough_quotes import QUOTES_PER_PARAMETER
from outsample.calibration.window_estimate import Estimate
from outsample.datasets import OptionQuotes
from outsample.errors import FitError
from outsample.model import Parameter, Prediction
from outsample.models.early_exercise.search import Least, least_between, least_squares, parts
from outsample.models.early_exercise.times import BOX, AmericanTimes, refuse_coins
from outsample.models.early_exercise.vol_lattice import (
    HIGHEST,
    LOWEST,
    POINTS,
    RATIO,
    cubic,
    products,
    table,
    vol_of_place,
)
from outsample.named_parameters import check_parameters
from outsample.prepared import prepared
from outsample.scores import Functional
from outsample.typing import Bounds, Label, Unit, frozen
from outsample.windows import Window

__all__ = ["American", "AmericanFit"]

BEYOND: Final = RATIO**2  # a preview's vol from the outer ones of its tables: p99 .02 vol points off at a vol of .5


@dataclass(frozen=True, slots=True)
class American:
    """One vol for American options on a spot, fitted by the squared error of implied vol.

    Parameters
    ----------
    rate : float
        Continuously compounded; the yield of the underlying follows from its forward.

    Raises
    ------
    UsageError
        The rate is no number or out of its bounds.
    """

    rate: Annotated[float, Label("Interest rate", "rate {}"), Unit("a year"), Bounds(0.0, 0.5)] = 0.04

    def __post_init__(self) -> None:
        check_parameters(self)

    @property
    def each_time(self) -> AmericanTimes:
        """How it is fitted to the quotes of a time alone."""
        return AmericanTimes(self.rate)

    def fit(self, data: OptionQuotes, train: Window) -> "AmericanFit":
        """Fit the vol to all quotes of the train window that have a spot, each with weight one.

        Raises
        ------
        FitError
            The quotes are settled in coin, or fewer than ten in the window have a spot and a price.
        """
        refuse_coins(data)
        rows = train.rows(data.times)
        count, total = data.observed.vol_sums.total(rows).tolist()
        mean = total / count if count else LOWEST
        found = least_squares(lambda first: products(data, self.rate, first).total(rows), mean)
        fitted = self._fitted(data, rows, found)
        _laid_out(data, self.rate)[:] = [found.first]
        return fitted

    def preview(self, data: OptionQuotes, train: Window) -> "AmericanFit":
        """Fit and predict by the tables of the last fit, up to 21 percent beyond their vols; without such, as `fit`.

        Another table takes half a second. What is found depends on which fit was the last one.

        Raises
        ------
        FitError
            As `fit`.
        """
        rows = train.rows(data.times)
        for first in _laid_out(data, self.rate):
            low, high = vol_of_place(first) / BEYOND, vol_of_place(first + POINTS - 1) * BEYOND
            sums = products(data, self.rate, first).total(rows)
            found = least_between(sums, first, vol_of_place(first + 1), low, high)
            if max(low, LOWEST) < found.vol < min(high, HIGHEST):
                return self._fitted(data, rows, found)
        return self.fit(data, train)

    def _fitted(self, data: OptionQuotes, rows: slice, found: Least) -> "AmericanFit":
        """Return a vol that was found, with what it is worth."""
        known, (count, _) = products(data, self.rate, found.first), data.observed.vol_sums.total(rows).tolist()
        priced = known.total(rows)[-1]
        if priced < QUOTES_PER_PARAMETER:
            raise FitError(
                f"American options need {QUOTES_PER_PARAMETER} usable quotes with a spot in the train window, "
                f"found {priced:.0f} of {count:.0f}; widen the window, or import the spot index with the quotes"
            )
        weights, slopes = cubic(found.first, found.vol)
        gram, right = parts(np.diff(known.sums[rows.start : rows.stop + 1], axis=0))
        curve, scores = np.array([[slopes @ gram.sum(axis=0) @ slopes]]), (gram @ weights - right) @ slopes
        estimate = Estimate.of_scores(BOX, np.array([found.vol]), curve, scores[:, np.newaxis])
        return AmericanFit(self, estimate, found.first, 100.0 * (1.0 - priced / count))


@dataclass(frozen=True, slots=True)
class AmericanFit:
    """One vol for every time.

    Parameters
    ----------
    model : American
    found : Estimate
        The vol, fraction a year.
    first : int
        Of the four places of the lattice that its predictions are read between.
    left_out : float
        Share of the train quotes without a spot, or without a European vol for their American price, in percent.
    """

    model: American
    found: Estimate
    first: int
    left_out: float = field(compare=False)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The vol, the rate that was given, and the share of quotes that the fit had to leave out."""
        return (
            *self.found.parameters(BOX),
            Parameter("interest rate, given", self.model.rate, "a year"),
            Parameter("train quotes without a spot or a price", self.left_out, "%"),
        )

    def predict(self, data: OptionQuotes) -> Prediction:
        """Predict the European vol of the American price of every observation; NaN without a spot."""
        weights, _ = cubic(self.first, self.found.values[0])
        vols = np.zeros(data.observed.size)
        for i, weight in enumerate(weights.tolist()):
            vols += weight * table(data, self.model.rate, self.first + i)
        return Prediction(frozen(vols), Functional.MEAN, is_whole=bool(np.isfinite(vols).all()))


@prepared
def _laid_out(data: OptionQuotes, rate: float) -> list[int]:
    """Return the first place of the last fit, to be changed by the next; empty before there was one."""
    del data, rate
    return []
