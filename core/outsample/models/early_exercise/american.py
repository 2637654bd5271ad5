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

from outsample.calibration.tape_pooling import QUOTES_PER_PARAMETER, Sandwich
from outsample.cumulative import Cumulative
from outsample.datasets import OptionQuotes, Settlement
from outsample.errors import FitError
from outsample.model import Parameter, Prediction
from outsample.models.early_exercise.vol_lattice import (
    HIGHEST,
    LOWEST,
    POINTS,
    cubic,
    place_of,
    products,
    table,
    vol_of_place,
)
from outsample.named_parameters import check_parameters
from outsample.prepared import prepared
from outsample.scores import Functional
from outsample.typing import Bounds, Floats, Label, Unit, frozen
from outsample.windows import Window

__all__ = ["American", "AmericanFit"]

MOST_STEPS: Final = 60
SETTLED: Final = 1e-12  # relative step


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

    def fit(self, data: OptionQuotes, train: Window) -> "AmericanFit":
        """Fit the vol to all quotes of the train window that have a spot, each with weight one.

        Raises
        ------
        FitError
            The quotes are settled in coin, or fewer than ten in the window have a spot and a price.
        """
        if data.settlement is Settlement.INVERSE:
            raise FitError(
                "American options need premiums in the quote currency, found inverse settlement; "
                "choose a European model"
            )
        rows = train.rows(data.times)
        count, total = _quoted(data).total(rows).tolist()
        first = place_of(total / count if count else LOWEST)
        sums = products(data, self.rate, first)
        priced = float(sums.total(rows)[-1])
        if priced < QUOTES_PER_PARAMETER:
            raise FitError(
                f"American options need {QUOTES_PER_PARAMETER} usable quotes with a spot in the train window, "
                f"found {priced:.0f} of {count:.0f}; widen the window, or import the spot index with the quotes"
            )
        first, vol = self._least(data, rows, first)
        weights, slopes = cubic(first, vol)
        of_times = np.diff(products(data, self.rate, first).sums[rows.start : rows.stop + 1], axis=0)
        gram, right = _parts(of_times)
        scores = (gram @ weights - right) @ slopes
        at_bound = vol in (LOWEST, HIGHEST)
        curve = np.array([[slopes @ gram.sum(axis=0) @ slopes]])
        error = Sandwich.of_scores(curve, scores[:, np.newaxis], np.array([not at_bound])).standard_errors[0]
        return AmericanFit(self, vol, float(error), at_bound, 100.0 * (1.0 - priced / count))

    def _least(self, data: OptionQuotes, rows: slice, first: int) -> tuple[int, float]:
        """Return the vol of the least sum of squares, and the first of the four places it was found between."""
        vol = vol_of_place(first + 1)
        for _ in range(MOST_STEPS):  # as often as the search leads to other places, which it hardly does
            gram, right = _parts(products(data, self.rate, first).total(rows)[np.newaxis])
            vol = _least_between(gram[0], right[0], first, vol)
            nearer = place_of(vol)
            if nearer == first:
                break
            first += 1 if nearer > first else -1
        return first, vol


@dataclass(frozen=True, slots=True)
class AmericanFit:
    """One vol for every time.

    Parameters
    ----------
    model : American
    vol : float
        Fraction a year.
    standard_error : float
        Clustered by time; NaN at a bound.
    at_bound : bool
    left_out : float
        Share of the train quotes without a spot, or without a European vol for their American price, in percent.
    """

    model: American
    vol: float
    standard_error: float = field(compare=False)
    at_bound: bool = field(compare=False)
    left_out: float = field(compare=False)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The vol, the rate that was given, and the share of quotes that the fit had to leave out."""
        return (
            Parameter("vol", self.vol, "a year", self.standard_error, self.at_bound),
            Parameter("interest rate, given", self.model.rate, "a year"),
            Parameter("train quotes without a spot or a price", self.left_out, "%"),
        )

    def predict(self, data: OptionQuotes) -> Prediction:
        """Predict the European vol of the American price of every observation; NaN without a spot."""
        first = place_of(self.vol)
        weights, _ = cubic(first, self.vol)
        vols = np.zeros(data.observed.size)
        for i, weight in enumerate(weights.tolist()):
            vols += weight * table(data, self.model.rate, first + i)
        return Prediction(frozen(vols), Functional.MEAN, is_whole=bool(np.isfinite(vols).all()))


def _least_between(gram: Floats, right: Floats, first: int, vol: float) -> float:
    """Return the vol of the least sum of squares by Gauss-Newton steps, no further than the four places reach."""
    low, high = vol_of_place(first), min(vol_of_place(first + POINTS - 1), HIGHEST)
    for _ in range(MOST_STEPS):
        weights, slopes = cubic(first, vol)
        curve = float(slopes @ gram @ slopes)
        step = -float(slopes @ (gram @ weights - right)) / curve if curve > 0.0 else 0.0
        moved = min(max(vol + step, low), high)
        is_still = abs(moved - vol) <= SETTLED * vol
        vol = moved
        if is_still:
            break
    return vol


def _parts(sums: Floats) -> tuple[Floats, Floats]:
    """Return (t, 4, 4) G and (t, 4) g of rows of `products`."""
    square = POINTS * POINTS
    return sums[:, :square].reshape(-1, POINTS, POINTS), sums[:, square : square + POINTS]


@prepared
def _quoted(data: OptionQuotes) -> Cumulative:
    """Return prefix sums over the times of the number of quotes and their implied vols."""
    seen = data.observed
    columns = [np.bincount(seen.time_index, weights=w, minlength=data.times.size) for w in (None, seen.implied_vol)]
    return Cumulative.of(np.column_stack(columns), centred=False)
