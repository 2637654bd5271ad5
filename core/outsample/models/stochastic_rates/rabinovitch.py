"""Black's formula under a Gaussian short rate: one asset vol, and a correlation that tilts its term structure.

    vol(T)^2 = sigma^2 + 2 rho sigma eta (integral of B) / T + eta^2 (integral of B^2) / T,   B(t) = (1 - exp(-a t)) / a

as `outsample.formulas.stochastic_rates.gaussian_rate_vol` has it. Speed a and vol eta of the rate are hyper-parameters:
no quote of the options here speaks of the rate alone, and on tenors of months eta and rho are one number.

Reference: Rabinovitch (1989), J. Financial and Quantitative Analysis 24, 447-457.
"""

from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np

from outsample.calibration.enough_quotes import QUOTES_PER_PARAMETER, require_quotes
from outsample.calibration.judged_scores import quotes_of
from outsample.calibration.levenberg_marquardt import StopReason
from outsample.calibration.paths import TimeFit
from outsample.calibration.window_estimate import Estimate, ParameterBox
from outsample.datasets import OptionQuotes
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

BOX: Final = ParameterBox(
    title="Black with stochastic rates",
    names=("vol of the asset σ", "correlation with the rate ρ"),
    units=("a year", ""),
    low=frozen(np.array([0.001, -1.0])),
    high=frozen(np.array([4.0, 1.0])),
)


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

    @property
    def each_time(self) -> "RabinovitchTimes":
        """How it is fitted to the quotes of a time alone."""
        return RabinovitchTimes(self)

    def fit(self, data: OptionQuotes, train: Window) -> "RabinovitchFit":
        """Fit vol and correlation to all quotes of the train window, each with weight one.

        Raises
        ------
        FitError
            Fewer than ten quotes a parameter in the window.
        """
        sums, rows = sums_by_tenor(data), train.rows(data.times)
        total = sums.total(rows)
        require_quotes(BOX.title, total[COUNT], len(BOX.names))
        values = find_term_structures(total[np.newaxis], *self.terms(), BOX.low, BOX.high)[0][0]
        vol, slopes = self.curve(values, NODE_TENOR)
        hessian = (slopes * total[:NODES]) @ slopes.T
        of_times = np.diff(sums.sums[rows.start : rows.stop + 1], axis=0)
        scores = (of_times[:, :NODES] * vol - of_times[:, NODES:COUNT]) @ slopes.T
        return RabinovitchFit(self, Estimate.of_scores(BOX, values, hessian, scores))

    def predict_refitted(self, data: OptionQuotes, schedule: RefitSchedule) -> Prediction:
        """Predict with parameters refitted strictly before each time; NaN where that is fewer than 20 quotes."""
        return Prediction(_refitted(data, self, schedule.windows()), Functional.MEAN)

    def vol(self, tenor: Floats, sigma: Floats, rho: Floats) -> Floats:
        """Return the vol of the forward; all arguments broadcast."""
        return gaussian_rate_vol(tenor, sigma, self.rate_speed, self.rate_vol, rho)

    def terms(self, tenor: Floats = NODE_TENOR) -> tuple[Floats, Floats]:
        """Return ``eta (integral of B) / T`` and ``eta^2 (integral of B^2) / T``, (n,) each."""
        alone = self.vol(tenor, np.array(0.0), np.array(0.0)) ** 2
        together = self.vol(tenor, np.array(1.0), np.array(1.0)) ** 2
        return 0.5 * (together - 1.0 - alone), alone

    def curve(self, values: Floats, tenor: Floats) -> tuple[Floats, Floats]:
        """Return the (n,) vols at tenors and their derivatives to sigma and rho, (2, n)."""
        sigma, rho = values
        cross, _ = self.terms(tenor)
        vol = self.vol(tenor, sigma, rho)
        return vol, np.stack([(sigma + rho * cross) / vol, sigma * cross / vol])


@dataclass(frozen=True, slots=True)
class RabinovitchFit:
    """One vol and one correlation for every time.

    Parameters
    ----------
    model : Rabinovitch
    found : Estimate
        Vol of the asset, fraction a year, and its correlation with the short rate.
    """

    model: Rabinovitch
    found: Estimate

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The estimates, the two numbers of the rate that were given, and what the rate does in a year."""
        sigma, rho = self.found.values
        year = float(self.model.vol(np.array(1.0), np.array(sigma), np.array(rho)))
        return (
            *self.found.parameters(BOX),
            Parameter("reversion speed of the rate, given", self.model.rate_speed, "a year"),
            Parameter("vol of the rate, given", self.model.rate_vol, "rate per √year"),
            Parameter("what the rate does to the vol of one year", 100.0 * (year - sigma), "vol pts"),
        )

    def predict(self, data: OptionQuotes) -> Prediction:
        """Predict the vol of the tenor of every observation."""
        seen = data.observed
        vols = self.model.vol(seen.slice_tenor, *np.array(self.found.values))
        return Prediction(frozen(np.repeat(vols, np.diff(seen.slice_start))), Functional.MEAN, is_whole=True)


@dataclass(frozen=True, slots=True)
class RabinovitchTimes:
    """Fits of each time; those of `outsample.calibration.paths.TimeFits`.

    Parameters
    ----------
    model : Rabinovitch
    """

    model: Rabinovitch

    @property
    def box(self) -> ParameterBox:
        """Vol and correlation."""
        return BOX

    def find(self, data: OptionQuotes, time: int) -> TimeFit:
        """Search the sums over the tenors of a time."""
        total = sums_by_tenor(data).total(slice(time, time + 1))
        (values,), (is_settled,) = find_term_structures(total[np.newaxis], *self.model.terms(), BOX.low, BOX.high)
        vols, slopes = self.model.curve(values, data.observed.tenor[quotes_of(data.observed, slice(time, time + 1))])
        return TimeFit(values, StopReason.CONVERGED if is_settled else StopReason.STEPS, vols, slopes)

    def smile(self, values: Floats, log_moneyness: Floats, data: OptionQuotes, slice_index: int) -> Floats:
        """Return the vol of the tenor at every strike."""
        return np.full(log_moneyness.size, self.model.vol(data.observed.slice_tenor[slice_index], *values))


@prepared
def _refitted(data: OptionQuotes, model: Rabinovitch, windows: tuple[int, int]) -> Floats:
    start, length = windows
    seen, sums, index = data.observed, sums_by_tenor(data).sums, np.arange(data.times.size)
    first = np.maximum(index - length, 0) if length else np.minimum(np.searchsorted(data.times, start), index)
    totals = sums[index] - sums[first]
    enough = totals[:, COUNT] >= QUOTES_PER_PARAMETER * len(BOX.names)
    values = np.full((index.size, len(BOX.names)), np.nan)
    values[enough] = find_term_structures(totals[enough], *model.terms(), BOX.low, BOX.high)[0]
    sigma, rho = values[seen.slice_time].T
    return frozen(np.repeat(model.vol(seen.slice_tenor, sigma, rho), np.diff(seen.slice_start)))
