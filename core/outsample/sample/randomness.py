"""One stream of random numbers per concern, so that a change to one leaves the others as they were."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from outsample.typing import Floats

__all__ = ["Streams", "autoregressive"]


@dataclass(frozen=True, slots=True)
class Streams:
    """Independent children of one seed."""

    path: np.random.Generator
    clock: np.random.Generator
    surface: np.random.Generator
    quoting: np.random.Generator
    faults: np.random.Generator

    @classmethod
    def of(cls, seed: int) -> Self:
        """Return the streams of a seed; new concerns are appended, never inserted."""
        return cls(*(np.random.Generator(np.random.PCG64(child)) for child in np.random.SeedSequence(seed).spawn(5)))


def autoregressive(shocks: Floats, persistence: Floats | float, first: Floats | float = 0.0) -> Floats:
    """Return ``y[i] = persistence * y[i - 1] + shocks[i]`` along the first axis, with ``y[-1] = first``."""
    values, state = np.empty_like(shocks), first
    for i, shock in enumerate(shocks):
        state = persistence * state + shock
        values[i] = state
    return values
