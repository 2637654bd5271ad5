"""Which models are calibrated time by time, and under which losses; with the words for them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from outsample.calibration import CalibrationLoss, CalibrationSettings
from outsample.calibration.tape_shelf import NeedsTape
from outsample.catalog import MODELS
from outsample.formulas.fourier import TransformModel

__all__ = ["CALIBRATED", "LOSSES", "Calibrated", "LossText", "calibrated"]

_FALLBACK: Final = "heston"
# A quote, measured on the made market of four months (25,678 observations) on a 2-core machine.
_MICROSECONDS: Final = {"Merton": 57, "Kou": 84, "VarianceGamma": 204, "Heston": 60, "Bates": 166, "SVCJ": 629}
_UNKNOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A model of the catalogue that needs calibrations.

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
class LossText:
    """Words for a loss: as chosen, in a sentence, in the head of a column, and the unit of its residuals."""

    title: str
    brief: str
    short: str
    unit: str


def _calibrated() -> Iterator[Calibrated]:
    """Yield the first model of each kind: others on the same calibrations are variations of it."""
    known = set()
    for entry in MODELS:
        model = entry.build()
        if isinstance(model, NeedsTape) and model.kind not in known:
            known.add(model.kind)
            yield Calibrated(entry.name, entry.title, model.kind, model.calibration)


CALIBRATED: Final = tuple(_calibrated())
LOSSES: Final = {
    CalibrationLoss.VOL: LossText("Implied vol [vol pts]", "implied vol", "vol", "vol pts"),
    CalibrationLoss.VEGA_WEIGHTED: LossText("Price over vega [vol pts]", "price over vega", "vega", "vol pts"),
    CalibrationLoss.PRICE: LossText("Price [USD]", "price in USD", "USD", "USD"),
    CalibrationLoss.COIN: LossText("Price [coin]", "price in coin", "coin", "coin"),
    CalibrationLoss.RELATIVE: LossText("Price [% of premium]", "price in % of premium", "premium", "% of premium"),
    CalibrationLoss.HALF_SPREADS: LossText("Price [half-spreads]", "price in half-spreads", "spreads", "half-spreads"),
}


def calibrated(name: str) -> Calibrated:
    """Return the model of that name; Heston where none has it."""
    known = {one.name: one for one in CALIBRATED}
    return known.get(name, known[_FALLBACK])
