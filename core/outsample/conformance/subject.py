"""What is put to the test, and how two results are compared: by their bits, so that NaN equals itself."""

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from outsample.conformance.corruption import Corruption
from outsample.errors import OutsampleError
from outsample.model import Fitted, Model
from outsample.scores import Score
from outsample.typing import Floats
from outsample.windows import Window

__all__ = ["ConformanceError", "Subject", "parameter_bits", "require", "same_bits"]


class ConformanceError(OutsampleError):
    """A model breaks a rule that the numbers on screen rely on."""


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A model with what it is tried on.

    Parameters
    ----------
    name : str
        Opens every sentence.
    model : Model
    data : Dataset
        With rows before, in and after the train window.
    train : Window
        At least 20 times, and enough for the model; data must go on after it.
    scores : tuple of Score
        Every score that is said to be consistent for the model's predictions.
    corruption : Corruption
        How data sets of this kind are spoilt: `OPTION_QUOTES`, `PRICES` or one's own.
    """

    name: str
    model: Model[Any]
    data: Any
    train: Window
    scores: tuple[Score, ...]
    corruption: Corruption[Any]

    def fitted(self) -> Fitted[Any]:
        """Fit on the train window of the sound data."""
        return self.model.fit(self.data, self.train)

    def values(self, fitted: Fitted[Any]) -> Floats:
        """Return a copy of the predicted values on the sound data."""
        return fitted.predict(self.data).values.copy()


def require(condition: bool, subject: Subject, sentence: str) -> None:
    """Raise a `ConformanceError` about `subject` unless `condition` holds."""
    if not condition:
        raise ConformanceError(f"{subject.name}: {sentence}")


def same_bits(left: Floats, right: Floats) -> bool:
    """Whether two arrays of float64 agree in every bit."""
    return left.shape == right.shape and left.tobytes() == right.tobytes()


def parameter_bits(fitted: Fitted[Any]) -> tuple[tuple[str, bytes, str, bytes, bool], ...]:
    """Return the parameters with floats as bytes."""
    return tuple(
        (one.name, struct.pack("<d", one.value), one.unit, struct.pack("<d", one.standard_error), bool(one.at_bound))
        for one in fitted.parameters
    )


def observations_until(data: Any, time: int) -> int:
    """Return how many observations lie at or before `time`."""
    return int(np.searchsorted(data.time_index, np.searchsorted(data.times, time, side="right")))
