"""Parameter sets of every kind of market, drawn by a seed."""

from collections.abc import Callable

import numpy as np
import pytest

from outsample.formulas.fourier import SVCJ, Bates, Heston, Kou, Merton, TransformModel, VarianceGamma

Draw = Callable[[str, str, np.random.Generator], tuple[TransformModel, float]]


def variance_like(market: str, random: np.random.Generator) -> tuple[list[float], float]:
    """Return Heston parameters and a tenor in years."""
    if market == "crypto":
        ranges = [(0.25, 1.0), (0.5, 10.0), (0.25, 1.0), (1.0, 4.0), (-0.9, 0.5)]
        return [random.uniform(*one) for one in ranges], 10.0 ** random.uniform(np.log10(1 / 365), 0.0)
    if market == "equity":
        ranges = [(0.01, 0.1), (0.5, 8.0), (0.01, 0.1), (0.2, 1.2), (-0.95, -0.2)]
        return [random.uniform(*one) for one in ranges], 10.0 ** random.uniform(-2.0, 1.0)
    powers = [(-3.0, 0.3), (-1.5, 1.3), (-3.0, 0.3), (-2.0, 0.8)]
    values = [10.0 ** random.uniform(*one) for one in powers]
    return [*values, random.uniform(-0.999, 0.999)], 10.0 ** random.uniform(-3.0, 1.5)


def drawn(name: str, market: str, random: np.random.Generator) -> tuple[TransformModel, float]:
    """Return a model and a tenor in years."""
    variance, tenor = variance_like(market, random)
    vol, jumps = variance[0] ** 0.5, [random.uniform(0.0, 20.0), 0.1 * random.normal(), random.uniform(0.01, 0.3)]
    match name:
        case "heston":
            return Heston(*variance), tenor
        case "bates":
            return Bates(*variance, *jumps), tenor
        case "svcj":
            return SVCJ(*variance, *jumps, 10.0 ** random.uniform(-3.0, -0.5), random.uniform(-1.0, 1.0)), tenor
        case "merton":
            return Merton(vol, *jumps), tenor
        case "kou":
            rates = random.uniform(2.0, 50.0), random.uniform(1.0, 50.0)
            return Kou(vol, jumps[0], random.uniform(), *rates), tenor
        case _:
            drift, rate = 0.2 * random.normal(), 10.0 ** random.uniform(-2.0, 0.0)
            growth = drift + 0.5 * vol * vol
            return VarianceGamma(vol, drift, min(rate, 0.9 / growth) if growth > 0.0 else rate), tenor


@pytest.fixture(scope="session")
def draw() -> Draw:
    """Return a function from (model, market, generator) to a model and a tenor."""
    return drawn
