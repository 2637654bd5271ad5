"""Which models the calibration room shows, and under which losses; with the words for them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np

from outsample.calibration import CalibrationLoss, CalibrationSettings, bounds_of, parameter_names, ranges_of
from outsample.calibration.paths import FitsTimes
from outsample.calibration.tape_shelf import NeedsTape
from outsample.catalog import MODELS
from outsample.datasets import OptionQuotes
from outsample.formulas.fourier import TransformModel, fourier_price
from outsample.formulas.implied_vol import implied_vol
from outsample.models.transform import HestonState
from outsample.typing import Floats

__all__ = [
    "CALIBRATED",
    "FAMILIES",
    "LOSSES",
    "SMILES",
    "STATES",
    "AnyFamily",
    "Calibrated",
    "Family",
    "FittedSmile",
    "FollowedState",
    "LossText",
    "family_of",
]

_FALLBACK: Final = "heston"
# A quote, measured on the made market of four months (25,678 observations) on a 2-core machine.
_MICROSECONDS: Final = {
    "Merton": 57,
    "Kou": 84,
    "VarianceGamma": 204,
    "Heston": 60,
    "HestonHullWhite": 85,
    "Bates": 166,
    "SVCJ": 629,
}
_UNKNOWN: Final = 200
_ACCURATE: Final = 1e-8  # of the forward plus the strike: far below what a picture shows


class Family(Protocol):
    """A model of the catalogue whose parameters are shown through time: what they mean, and the smile they give."""

    @property
    def name(self) -> str:
        """Of the catalogue."""

    @property
    def title(self) -> str:
        """Of the catalogue."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the p parameters, in words."""

    @property
    def units(self) -> tuple[str, ...]:
        """Of the parameters; empty for a pure number."""

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """(p,) lower and upper bounds, inclusive."""

    @property
    def moving(self) -> tuple[int, ...]:
        """Places of the parameters that every time has of its own; the others are those of the train window."""

    @property
    def noise(self) -> int | None:
        """Place of the parameter beside which a broken Feller condition is noted; None where there is none."""

    def feller_ratios(self, values: Floats) -> Floats:
        """Return (m,) ``2 kappa theta / sigma^2`` of (m, p) parameters; NaN where there is no such condition."""

    def vols(self, values: Floats, strike: Floats, data: OptionQuotes, slice_index: int) -> Floats:
        """Return the (n,) vols of a slice, in vol points, at strikes as multiples of the forward."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A model of the catalogue that needs calibrations; a `Family`.

    Parameters
    ----------
    name, title : str
    kind : type
        Its parameters as the pricing formulas take them.
    settings : CalibrationSettings
        Those of the model as the catalogue has it.
    """

    name: str
    title: str
    kind: type[TransformModel]
    settings: CalibrationSettings

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names in words."""
        return tuple(one.replace("_", " ") for one in parameter_names(self.kind))

    @property
    def units(self) -> tuple[str, ...]:
        """Of the parameters."""
        return tuple(one.unit for one in ranges_of(self.kind))

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """(p,) lower and upper bounds."""
        return bounds_of(self.kind)

    @property
    def moving(self) -> tuple[int, ...]:
        """All of them."""
        return tuple(range(len(self.parameters)))

    @property
    def noise(self) -> int | None:
        """Place of the vol of vol; None for a model without a variance of its own."""
        names = parameter_names(self.kind)
        return names.index("vol_of_vol") if "vol_of_vol" in names else None

    def feller_ratios(self, values: Floats) -> Floats:
        """Return ``2 kappa theta / sigma^2``."""
        if self.noise is None:
            return np.full(len(values), np.nan)
        names = parameter_names(self.kind)
        speed, level, noise = (
            values[:, names.index(one)] for one in ("mean_reversion", "long_run_variance", "vol_of_vol")
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(2.0 * speed * level / noise**2)

    def vols(self, values: Floats, strike: Floats, data: OptionQuotes, slice_index: int) -> Floats:
        """Return vols by pricing and inverting."""
        tenor, is_call = np.full(strike.size, data.observed.slice_tenor[slice_index]), strike >= 1.0
        price = fourier_price(self.kind(*values.tolist()), strike, tenor, is_call, _ACCURATE)
        return np.asarray(100.0 * implied_vol(price, strike, tenor, is_call))

    def expected(self, quotes: int) -> str:
        """Return in words how long so many quotes may take: whole fives of seconds, or minutes."""
        seconds = 1.0 + 1e-6 * _MICROSECONDS.get(self.kind.__name__, _UNKNOWN) * quotes
        if seconds > 90.0:
            return f"about {seconds / 60.0:.0f} minutes"
        return f"about {5 * max(1, round(seconds / 5.0))} seconds"

    def under(self, loss: CalibrationLoss) -> CalibrationSettings:
        """Return its settings under a loss."""
        return replace(self.settings, loss=loss)


@dataclass(frozen=True, slots=True)
class FittedSmile:
    """A model of the catalogue that is fitted to implied vol, each time within milliseconds; a `Family`.

    Parameters
    ----------
    name, title : str
    model : FitsTimes
    """

    name: str
    title: str
    model: FitsTimes

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names in words."""
        return self.model.each_time.box.names

    @property
    def units(self) -> tuple[str, ...]:
        """Of the parameters."""
        return self.model.each_time.box.units

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """(p,) lower and upper bounds."""
        box = self.model.each_time.box
        return box.low, box.high

    @property
    def moving(self) -> tuple[int, ...]:
        """All of them."""
        return tuple(range(len(self.parameters)))

    @property
    def noise(self) -> int | None:
        """Return None: none of these models has a variance that could reach 0."""
        return None

    def feller_ratios(self, values: Floats) -> Floats:
        """Return NaN."""
        return np.full(len(values), np.nan)

    def vols(self, values: Floats, strike: Floats, data: OptionQuotes, slice_index: int) -> Floats:
        """Return vols as the model predicts them."""
        return 100.0 * self.model.each_time.smile(values, np.log(strike), data, slice_index)


@dataclass(frozen=True, slots=True)
class FollowedState:
    """A model of the catalogue whose variance follows the market under the structure of a train window; a `Family`.

    Parameters
    ----------
    name, title : str
    calibrated : Calibrated
        Whose calibrations its structure is made of, and whose parameters it has.
    """

    name: str
    title: str
    calibrated: Calibrated

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names in words."""
        return self.calibrated.parameters

    @property
    def units(self) -> tuple[str, ...]:
        """Of the parameters."""
        return self.calibrated.units

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """(p,) lower and upper bounds."""
        return self.calibrated.bounds

    @property
    def moving(self) -> tuple[int, ...]:
        """The initial variance."""
        return (0,)

    @property
    def noise(self) -> int | None:
        """Place of the vol of vol."""
        return self.calibrated.noise

    def feller_ratios(self, values: Floats) -> Floats:
        """Return ``2 kappa theta / sigma^2``."""
        return self.calibrated.feller_ratios(values)

    def vols(self, values: Floats, strike: Floats, data: OptionQuotes, slice_index: int) -> Floats:
        """Return vols by pricing and inverting."""
        return self.calibrated.vols(values, strike, data, slice_index)


AnyFamily = Calibrated | FittedSmile | FollowedState


@dataclass(frozen=True, slots=True)
class LossText:
    """Words for a loss: as chosen, in a sentence, in the head of a column, and the unit of its residuals."""

    title: str
    brief: str
    short: str
    unit: str


def _families() -> Iterator[AnyFamily]:
    """Yield the first model of each kind, and what follows a state on its calibrations; others are variations of it."""
    known: dict[type[TransformModel], Calibrated] = {}
    for entry in MODELS:
        model = entry.build()
        if isinstance(model, NeedsTape) and model.kind not in known:
            known[model.kind] = Calibrated(entry.name, entry.title, model.kind, model.calibration)
            yield known[model.kind]
        elif isinstance(model, HestonState):
            yield FollowedState(entry.name, entry.title, known[model.kind])
        elif isinstance(model, FitsTimes):
            yield FittedSmile(entry.name, entry.title, model)


FAMILIES: Final = tuple(_families())
CALIBRATED: Final = tuple(one for one in FAMILIES if isinstance(one, Calibrated))
SMILES: Final = tuple(one for one in FAMILIES if isinstance(one, FittedSmile))
STATES: Final = tuple(one for one in FAMILIES if isinstance(one, FollowedState))
LOSSES: Final = {
    CalibrationLoss.VOL: LossText("Implied vol [vol pts]", "implied vol", "vol", "vol pts"),
    CalibrationLoss.VEGA_WEIGHTED: LossText("Price over vega [vol pts]", "price over vega", "vega", "vol pts"),
    CalibrationLoss.PRICE: LossText("Price [USD]", "price in USD", "USD", "USD"),
    CalibrationLoss.COIN: LossText("Price [coin]", "price in coin", "coin", "coin"),
    CalibrationLoss.RELATIVE: LossText("Price [% of premium]", "price in % of premium", "premium", "% of premium"),
    CalibrationLoss.HALF_SPREADS: LossText("Price [half-spreads]", "price in half-spreads", "spreads", "half-spreads"),
}


def family_of(name: str) -> AnyFamily:
    """Return the model of that name; Heston where the room shows none of it."""
    known = {one.name: one for one in FAMILIES}
    return known.get(name, known[_FALLBACK])
