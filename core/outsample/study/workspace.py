"""What one data set remembers between two evaluations, so that a drag recomputes only what its boundary touched."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeVar

import numpy as np

from outsample.model import Dataset, Prediction
from outsample.scores import ErrorUnit, Functional, Score
from outsample.study.losses import Losses, Observations, observe, tabulate
from outsample.typing import Bools, Floats

__all__ = ["Mask", "Predicted", "Workspace"]

_SPARE: Final = 2  # entries a kind beyond those of the last comparison, for models switched off and on

Value = TypeVar("Value")


@dataclass(frozen=True, eq=False)
class Predicted:
    """A remembered prediction.

    Parameters
    ----------
    key : hashable
        Identity: the fitted model, or what it was refitted with.
    prediction : Prediction
    """

    key: Hashable
    prediction: Prediction

    @cached_property
    def finite(self) -> Bools | None:
        """(k,) where there is a prediction; None where there is one everywhere. Refits are never asked."""
        if self.prediction.is_whole:
            return None
        values = self.prediction.values
        if self.prediction.functional is Functional.VARIANCE:
            finite = np.isfinite(values) & (values > 0.0)  # no score can judge a variance of nothing
            return None if finite.all() else finite
        is_whole = bool(np.isfinite(values.sum()))  # a sum is finite only if every term is: one cheap pass
        return None if is_whole else np.isfinite(values)

    @cached_property
    def refused(self) -> int:
        """Number of observations without a prediction, counted once and not at every move."""
        return 0 if self.finite is None else int(np.count_nonzero(~self.finite))


@dataclass(frozen=True, eq=False, slots=True)
class Mask:
    """Observations that every compared prediction covers; None means all.

    Parameters
    ----------
    key : hashable
        Two masks of one data set with the same key are the same.
    values : (k,) bool array, optional
    left_out : int
        Number of observations that some compared prediction does not cover.
    """

    key: Hashable
    values: Bools | None
    left_out: int

    @classmethod
    def common(cls, predictions: Iterable[Predicted]) -> "Mask":
        """Return the intersection; predictions without a gap do not enter its identity."""
        gaps = {entry.key: entry for entry in predictions if entry.finite is not None}
        if len(gaps) == 1:  # the usual case, in every move of a drag: nothing to intersect or count
            only = next(iter(gaps.values()))
            return cls(frozenset(gaps), only.finite, only.refused)
        values: Bools | None = None
        for entry in gaps.values():
            values = entry.finite if values is None or entry.finite is None else values & entry.finite
        return cls(frozenset(gaps), values, 0 if values is None else int(np.count_nonzero(~values)))


class Workspace:
    """Bounded caches of predictions and losses of one data set; safe to share between threads.

    Parameters
    ----------
    data : Dataset
    """

    def __init__(self, data: Dataset) -> None:
        self.data = data
        self.kept = _SPARE
        self._lock = threading.Lock()
        self._kinds: dict[str, OrderedDict[Hashable, Any]] = {}

    def make_room(self, predictions: int) -> None:
        """Hold as many entries a kind as one comparison of so many predictions needs, and few more.

        What a drag leaves behind is never asked for again, and memory that is kept is memory that has to be
        fetched anew at every move.
        """
        self.kept = predictions + _SPARE

    def predicted(self, key: Hashable, predict: Callable[[], Prediction]) -> Predicted:
        """Return the prediction whose identity is `key`, made by `predict` if it is not remembered."""
        return self._remembered("predictions", key, lambda: Predicted(key, predict()))

    def observations(self, unit: ErrorUnit, stride: int, mask: Mask, first: int = 0) -> Observations:
        """Return what predictions are compared with, from the time of index `first` on."""
        key = (unit, stride, mask.key, first)
        return self._remembered("observations", key, lambda: observe(self.data, unit, stride, mask.values, first))

    def losses(
        self,
        predicted: Iterable[Predicted],
        score: Score,
        stride: int,
        mask: Mask,
        weights: Floats | None,
        first: int = 0,
    ) -> dict[Hashable, Losses]:
        """Return the losses of predictions by their identity, from a time on, averaged under a composition, or raw."""
        seen = self.observations(score.unit, stride, mask, first)
        fresh: list[Losses] = []

        def of(one: Predicted) -> Losses:
            def build() -> Losses:
                values = np.asarray(one.prediction.values[seen.rows], dtype=np.float64)
                fresh.append(Losses.of(score, seen, self.data, values))
                return fresh[-1]

            return self._remembered("losses", (one.key, score, stride, mask.key, first), build)

        found = {one.key: of(one) for one in predicted}
        tabulate(fresh, weights)
        return found

    def _remembered(self, kind: str, key: Hashable, build: Callable[[], Value]) -> Value:
        with self._lock:
            entries = self._kinds.setdefault(kind, OrderedDict())
            if key in entries:
                entries.move_to_end(key)
                found: Value = entries[key]
                return found
        value = build()
        with self._lock:
            found = entries.setdefault(key, value)
            while len(entries) > self.kept:
                entries.popitem(last=False)
        return found
