"""Black's formula under a Gaussian short rate: one asset vol, and a correlation that tilts its term structure.

    vol(T)^2 = sigma^2 + 2 rho sigma eta (integral of B) / T + eta^2 (integral of B^2) / T,   B(t) = (1 - exp(-a t)) / a

as `outsample.formulas.stochastic_rates.gaussian_rate_vol` has it. Speed a and vol eta of the rate are hyper-parameters:
no quote of the options here speaks of the rate alone, and on tenors of months eta and rho are one number.

Reference: Rabinovitch (1989), J. Financial and Quantitative Analysis 24, 447-457.
"""

from dataclasses import dataclass, field
from typing import Annotated, Final

import numpy as np

from outsample.calibration.tape_pooling import QUOTES_PER_PARAMETER, Sandwich
from outsample.datasets import OptionQuotes
from outsample.errors import FitError
from outsample.formulas.stochastic_rates import BILL_SPEED, BILL_VOL, gaussian_rate_vol
from outsample.model import Parameter, Prediction, RefitSchedule
from outsample.models.stochastic_rates.search import find_term_structures
from outsample.models.stochastic_rates.tenor_sums import COUNT, NODE_TENOR, NODES, sums_by_tenor
from outsample.named_parameters import check_parameters
from outsample.prepared import prepared
from outsample.scores import Functional
from outsample.typing import Bounds, Floats, Label, Unit, frozen
from outsample.windows import Window

__all__ = ["Rabinovitch", "RabinovitchFit"]

LOW: Final = frozen(np.array([0.001, -1.0]))  # of sigma and rho
HIGH: Final = frozen(np.array([4.0, 1.0]))
NEEDED: Final = QUOTES_PER_PARAMETER * LOW.size


@dataclass(frozen=True, slots=True)
class Rabinovitch:
    """Black on the forward with a Vasicek or Hull-White rate, fitted by the squared error of implied vol.

    Parameters
    ----------
    rate_speed : float
        At which the short rate reverts; at 0 it is a random walk.
    rate_vol : float
        Standard deviation of the rate over a year, were it not to revert: 0.02 is two percentage points.

    Raises
    ------
    UsageError
        A value is no number or out of its bounds.
    """

    rate_speed: Annotated[
        float, Label("Reversion speed of the rate", "rate reverts at {}"), Unit("a year"), Bounds(0.0, 10.0)
    ] = BILL_SPEED
    rate_vol: Annotated[float, Label("Vol of the rate", "rate vol {}"), Unit("rate per √year"), Bounds(0.0, 0.1)] = (
        BILL_VOL
    )

    def __post_init__(self) -> None:
        check_parameters(self)

    def fit(self, data: OptionQuotes, train: Window) -> "RabinovitchFit":
        """Fit vol and correlation to all quotes of the train window, each with weight one.

        Raises
        ------
        FitError
            Fewer than ten quotes a parameter in the window.
        """
        sums, rows = sums_by_tenor(data), train.rows(data.times)
        total = sums.total(rows)
        if total[COUNT] < NEEDED:
            raise FitError(
                f"Black with stochastic rates needs {NEEDED} usable quotes in the train window, "
                f"found {total[COUNT]:.0f}; widen the window"
            )
        values = find_term_structures(total[np.newaxis], *self._terms(), LOW, HIGH)[0]
        is_held = (values <= LOW) | (values >= HIGH)
        vol, slopes = self._at_nodes(values)
        curve = (slopes * total[:NODES]) @ slopes.T
        of_times = np.diff(sums.sums[rows.start : rows.stop + 1], axis=0)
        scores = (of_times[:, :NODES] * vol - of_times[:, NODES:COUNT]) @ slopes.T
        is_free = ~is_held & (np.diag(curve) > 0.0)  # without a vol of the rate the correlation does nothing
        errors = Sandwich.of_scores(curve, scores, is_free).standard_errors
        sigma, rho = values.tolist()
        return RabinovitchFit(self, sigma, rho, tuple(errors.tolist()), tuple(is_held.tolist()))

    def predict_refitted(self, data: OptionQuotes, schedule: RefitSchedule) -> Prediction:
        """Predict with parameters refitted strictly before each time; NaN where that is fewer than 20 quotes."""
        return Prediction(_refitted(data, self, schedule.windows()), Functional.MEAN)

    def vol(self, tenor: Floats, sigma: Floats, rho: Floats) -> Floats:
        """Return the vol of the forward; all arguments broadcast."""
        return gaussian_rate_vol(tenor, sigma, self.rate_speed, self.rate_vol, rho)

    def _terms(self) -> tuple[Floats, Floats]:
        """Return ``eta (integral of B) / T`` and ``eta^2 (integral of B^2) / T`` at the nodes, (n,) each."""
        alone = self.vol(NODE_TENOR, np.array(0.0), np.array(0.0)) ** 2
        together = self.vol(NODE_TENOR, np.array(1.0), np.array(1.0)) ** 2
        return 0.5 * (together - 1.0 - alone), alone

    def _at_nodes(self, values: Floats) -> tuple[Floats, Floats]:
        """Return the (n,) vols at the nodes and their derivatives to sigma and rho, (2, n)."""
        sigma, rho = values
        cross, _ = self._terms()
        vol = self.vol(NODE_TENOR, sigma, rho)
        return vol, np.stack([(sigma + rho * cross) / vol, sigma * cross / vol])


@dataclass(frozen=True, slots=True)
class RabinovitchFit:
    """One vol and one correlation for every time.

    Parameters
    ----------
    model : Rabinovitch
    sigma : float
        Vol of the asset, fraction a year.
    rho : float
        Correlation of asset and short rate.
    standard_errors : tuple of float
        Of the two, clustered by time; NaN at a bound and where the window does not determine them.
    at_bound : tuple of bool
    """

    model: Rabinovitch
    sigma: float
    rho: float
    standard_errors: tuple[float, ...] = field(compare=False)
    at_bound: tuple[bool, ...] = field(compare=False)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The estimates, the two numbers of the rate that were given, and what the rate does in a year."""
        year = float(self.model.vol(np.array(1.0), np.array(self.sigma), np.array(self.rho)))
        errors, held = self.standard_errors, self.at_bound
        return (
            Parameter("vol of the asset σ", self.sigma, "a year", errors[0], held[0]),
            Parameter("correlation with the rate ρ", self.rho, "", errors[1], held[1]),
            Parameter("reversion speed of the rate, given", self.model.rate_speed, "a year"),
            Parameter("vol of the rate, given", self.model.rate_vol, "rate per √year"),
            Parameter("what the rate does to the vol of one year", 100.0 * (year - self.sigma), "vol pts"),
        )

    def predict(self, data: OptionQuotes) -> Prediction:
        """Predict the vol of the tenor of every observation."""
        seen = data.observed
        vols = self.model.vol(seen.slice_tenor, np.array(self.sigma), np.array(self.rho))
        return Prediction(frozen(np.repeat(vols, np.diff(seen.slice_start))), Functional.MEAN, is_whole=True)


@prepared
def _refitted(data: OptionQuotes, model: Rabinovitch, windows: tuple[int, int]) -> Floats:
    start, length = windows
    seen, sums, index = data.observed, sums_by_tenor(data).sums, np.arange(data.times.size)
    first = np.maximum(index - length, 0) if length else np.minimum(np.searchsorted(data.times, start), index)
    totals = sums[index] - sums[first]
    enough = totals[:, COUNT] >= NEEDED
    values = np.full((index.size, LOW.size), np.nan)
    values[enough] = find_term_structures(totals[enough], *model._terms(), LOW, HIGH)
    sigma, rho = values[seen.slice_time].T
    return frozen(np.repeat(model.vol(seen.slice_tenor, sigma, rho), np.diff(seen.slice_start)))
