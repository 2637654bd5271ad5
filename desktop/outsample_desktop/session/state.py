"""The state of the application as one frozen value: what the user wants to see, never how it looks.

Undo is a list of these; a case file, a picture and a table carry one as text.
"""

import json
from dataclasses import asdict, dataclass, field, fields, replace
from enum import Enum, StrEnum
from typing import Any, Final, Self

from outsample.calibration.loss import CalibrationLoss
from outsample.case_parameters import CaseParameters
from outsample.datasets import Axis, Target
from outsample.errors import DataError, UsageError
from outsample.regimes import DrawnRegime, RegimeMethod
from outsample.study import Composition
from outsample.windows import Handle, Scheme, Split, Window, iso, parse_time

__all__ = ["FORMAT", "Measure", "Room", "Side", "State", "Theme"]

FORMAT: Final = 1


class Side(Enum):
    """Which window the error surface shows."""

    TRAIN = "train"
    TEST = "test"
    DIFFERENCE = "difference"


class Measure(Enum):
    """What a cell of the error surface shows."""

    LOSS = "loss"
    BIAS = "bias"


class Theme(Enum):
    """Colours of the window."""

    DARK = "dark"
    LIGHT = "light"


class Room(StrEnum):
    """What is shown under the timeline."""

    OVERVIEW = "overview"
    REGIMES = "regimes"
    DECAY = "decay"
    CALIBRATION = "calibration"
    ASSUMPTIONS = "assumptions"


@dataclass(frozen=True, slots=True)
class State:
    """What is on screen.

    Parameters
    ----------
    source : str
        File the data came from; empty for none, ``sample:`` or ``sp500:`` for the built-in data.
    fingerprint : str
        SHA-256 of the data, hex; empty until it is known.
    split : Split, optional
        None until data are open.
    scheme : Scheme
    score : str
        Name of the score in the catalogue.
    composition : Composition
    axis : Axis
    target : Target
    models : tuple of str
        Models that are switched on, in catalogue order.
    active : str
        Model whose verdict, surface and decay band are shown.
    side : Side
    measure : Measure
    relative : bool
        Decay relative to the benchmark, rather than raw.
    cell : int, optional
        Brushed cell of the error surface.
    cursor : int, optional
        Time of the slices, UTC nanoseconds; None follows the test end.
    handle : Handle
        Handle that the keyboard moves.
    parameters : CaseParameters
        House defaults that the user may change: filters, limits, regimes.
    book : str
        File of the user's positions; empty for none.
    book_sha256 : str
        SHA-256 of that file, hex, as it was when it was opened.
    room : Room
    calibration_model : str
        Model whose calibrations the calibration room shows.
    calibration_loss, compared_loss : CalibrationLoss
        What those calibrations made small, and what the ones beside them did; None compares with nothing.
    theme : Theme
    dragging : bool
        A boundary is held: repricing losses are previewed. Never saved.
    """

    source: str = ""
    fingerprint: str = ""
    split: Split | None = None
    scheme: Scheme = Scheme.ANCHORED
    score: str = "squared-vol-points"
    composition: Composition = Composition.TRAIN
    axis: Axis = Axis.MONEYNESS
    target: Target = Target.MID
    models: tuple[str, ...] = ()
    active: str = ""
    side: Side = Side.TEST
    measure: Measure = Measure.LOSS
    relative: bool = True
    cell: int | None = None
    cursor: int | None = None
    handle: Handle = Handle.TRAIN_END
    parameters: CaseParameters = field(default_factory=CaseParameters)
    book: str = ""
    book_sha256: str = ""
    room: Room = Room.OVERVIEW
    calibration_model: str = "heston"
    calibration_loss: CalibrationLoss = CalibrationLoss.VOL
    compared_loss: CalibrationLoss | None = None
    theme: Theme = Theme.DARK
    dragging: bool = False

    @property
    def penalty(self) -> float:
        """Multiplier of the change-point penalty."""
        return self.parameters.regimes.multiplier

    @property
    def regime_method(self) -> RegimeMethod:
        """What finds the regimes."""
        return self.parameters.regimes.method

    @property
    def regime_states(self) -> int:
        """How many states a model of regimes has."""
        return self.parameters.regimes.states

    @property
    def drawn(self) -> tuple[DrawnRegime, ...]:
        """Spans whose regime the user has marked."""
        return self.parameters.regimes.drawn

    def to_json(self) -> str:
        """Return the state as text, times in ISO-8601 UTC; `from_json` gives it back unchanged."""
        bare = replace(self, dragging=False, split=None, parameters=CaseParameters())
        plain = {name: _plain(value) for name, value in asdict(bare).items()}
        del plain["dragging"]
        plain["parameters"] = self.parameters.to_plain()
        plain["split"] = None if self.split is None else _split_to_json(self.split)
        return json.dumps({"format": FORMAT, **plain}, indent=2, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> tuple[Self, tuple[str, ...]]:
        """Return the state and the names of keys that this version does not know.

        Raises
        ------
        DataError
            The text is not a case, or one of its values is out of range.
        """
        try:
            read = json.loads(text)
        except json.JSONDecodeError as error:
            raise DataError(
                f"a case must be JSON text, found {error.msg} at line {error.lineno}; restore it"
            ) from error
        if not isinstance(read, dict) or "format" not in read:
            raise DataError("a case must be a JSON object with a format number, found none; open a case file")
        if read["format"] != FORMAT:
            raise DataError(f"this version reads case format {FORMAT}, found {read['format']}; update Outsample")
        read, unknown = _with_parameters(read)
        known = {field.name for field in fields(cls)} - {"dragging"}
        unknown = tuple(sorted({*unknown, *(set(read) - known - {"format"})}))
        values = {name: _typed(name, read[name]) for name in known & set(read)}
        return cls(**values), unknown


_ENUMS: Final[dict[str, type[Enum]]] = {
    "scheme": Scheme,
    "composition": Composition,
    "axis": Axis,
    "target": Target,
    "side": Side,
    "measure": Measure,
    "handle": Handle,
    "room": Room,
    "theme": Theme,
}
_LOSSES: Final = ("calibration_loss", "compared_loss")


def _plain(value: object) -> object:
    if isinstance(value, CalibrationLoss):
        return value.name.lower()  # its value is a sentence for people
    if isinstance(value, Enum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


def _split_to_json(split: Split) -> dict[str, Any]:
    train, test = ([iso(window.start), iso(window.stop)] for window in (split.train, split.test))
    return {"train": train, "test": test, "purge_ns": split.purge}


def _with_parameters(read: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what was read with its parameters as such, and the names of those that this version does not know.

    Cases written before there were parameters have a ``penalty`` of their own, and nothing else to change.
    """
    if "parameters" not in read and "penalty" in read:
        read = {**read, "parameters": {"regimes": {"multiplier": read["penalty"]}}}
        del read["penalty"]
    try:
        parameters, unknown = CaseParameters.from_plain(read.get("parameters", {}))
    except UsageError as error:
        raise DataError(str(error)) from error
    return {**read, "parameters": parameters}, unknown


def _typed(name: str, value: Any) -> Any:
    try:
        if name in _ENUMS:
            return _ENUMS[name](value)
        if name in _LOSSES:
            return None if value is None and name == "compared_loss" else CalibrationLoss[str(value).upper()]
        if name == "split":
            return None if value is None else _split_from_json(value)
        if name == "models":
            return tuple(str(model) for model in value)
        return value
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, UsageError) as error:
        raise DataError(f"the case holds {value!r} for {name}, which this version does not know; remove it") from error


def _split_from_json(read: dict[str, Any]) -> Split:
    train, test = (Window(parse_time(read[side][0]), parse_time(read[side][1])) for side in ("train", "test"))
    return Split(train, test, int(read["purge_ns"]))
