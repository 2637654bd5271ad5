"""American options at each time alone: only the quotes of the time are priced, at the vols that are needed."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.calibration.enough_quotes import QUOTES_PER_PARAMETER
from outsample.calibration.judged_scores import quotes_of
from outsample.calibration.levenberg_marquardt import StopReason
from outsample.calibration.paths import TimeFit
from outsample.calibration.window_estimate import ParameterBox
from outsample.datasets import OptionQuotes, Settlement
from outsample.errors import FitError
from outsample.models.early_exercise.search import least_squares
from outsample.models.early_exercise.vol_lattice import (
    HIGHEST,
    LOWEST,
    POINTS,
    cubic,
    place_of,
    products_of,
    shown_vols,
)
from outsample.typing import Floats, frozen

__all__ = ["BOX", "AmericanTimes", "refuse_coins"]

BOX: Final = ParameterBox("American", ("vol",), ("a year",), frozen(np.array([LOWEST])), frozen(np.array([HIGHEST])))
NEARLY: Final = 1e-9  # of the logarithm of a strike that went through a percentage and back


@dataclass(frozen=True, slots=True)
class AmericanTimes:
    """Fits of each time; those of `outsample.calibration.paths.TimeFits`.

    Parameters
    ----------
    rate : float
    """

    rate: float

    @property
    def box(self) -> ParameterBox:
        """The vol."""
        return BOX

    def find(self, data: OptionQuotes, time: int) -> TimeFit | None:
        """Price the quotes of a time at the vols of the lattice that are needed; None where ten have no spot."""
        refuse_coins(data)
        known: dict[int, Floats] = {}
        seen = data.observed
        rows, slices = quotes_of(seen, slice(time, time + 1)), slice(*seen.time_slice[time : time + 2].tolist())
        start = frozen(seen.slice_start[slices.start : slices.stop + 1] - rows.start)
        quotes, vol = (seen.log_moneyness[rows], seen.is_call[rows], start), seen.implied_vol[rows]

        def shown(first: int) -> Floats:
            for place in range(first, first + POINTS):
                if place not in known:
                    known[place] = shown_vols(data, self.rate, place, slices, *quotes)
            return np.stack([known[first + i] for i in range(POINTS)])

        def sums(first: int) -> Floats:
            return np.asarray(products_of(shown(first), vol, np.zeros(vol.size, np.int64), 1)[0])

        found = least_squares(sums, float(vol.mean()))
        if sums(found.first)[-1] < QUOTES_PER_PARAMETER:
            return None
        weights, slopes = cubic(found.first, found.vol)
        columns, reason = shown(found.first), StopReason.CONVERGED if found.is_settled else StopReason.STEPS
        return TimeFit(np.array([found.vol]), reason, weights @ columns, (slopes @ columns)[np.newaxis])

    def smile(self, values: Floats, log_moneyness: Floats, data: OptionQuotes, slice_index: int) -> Floats:
        """Return the European vols of American prices: calls from the first quoted call on; NaN without a spot."""
        seen, vol = data.observed, float(values[0])
        rows = slice(int(seen.slice_start[slice_index]), int(seen.slice_start[slice_index + 1]))
        quoted = seen.log_moneyness[rows][seen.is_call[rows]]
        is_call = log_moneyness >= quoted.min(initial=np.inf) - NEARLY
        options = (frozen(np.array(log_moneyness)), frozen(is_call), frozen(np.array([0, log_moneyness.size])))
        first, slices = place_of(vol), slice(slice_index, slice_index + 1)
        columns = [shown_vols(data, self.rate, first + i, slices, *options) for i in range(POINTS)]
        return np.asarray(cubic(first, vol)[0] @ np.stack(columns))


def refuse_coins(data: OptionQuotes) -> None:
    """Refuse premiums in coin: what is priced here is paid in the quote currency.

    Raises
    ------
    FitError
        They are.
    """
    if data.settlement is Settlement.INVERSE:
        raise FitError(
            "American options need premiums in the quote currency, found inverse settlement; choose a European model"
        )
