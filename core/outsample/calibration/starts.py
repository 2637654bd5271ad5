"""Where a search begins that is given no start: points spread over the first guesses, scaled by the chain's level."""

import math
from typing import Final

import numpy as np

from outsample.calibration.bounds import Measure, ParameterRange, bounds_of, ranges_of
from outsample.calibration.quotes import ChainQuotes
from outsample.errors import UsageError
from outsample.formulas.fourier import TransformModel
from outsample.typing import Floats

__all__ = ["starting_values"]

# Of the Kronecker sequence of Roberts (2018), "The unreasonable effectiveness of quasirandom sequences": its steps are
# powers of one over the root of x^(d + 1) = x + 1, found by iterating x = (1 + x)^(1 / (d + 1)).
ROOT_STEPS: Final = 40


def starting_values(kind: type[TransformModel], chain: ChainQuotes, count: int) -> Floats:
    """Return at most `count` points, (c, p), inside bounds and domain; always the same, the first in the middle."""
    ranges, level = ranges_of(kind), _levels(chain)
    root: float = 1.5
    for _ in range(ROOT_STEPS):
        root = math.exp(math.log1p(root) / (len(ranges) + 1.0))
    steps = root ** -np.arange(1.0, len(ranges) + 1.0)
    shares = np.mod(0.5 + np.arange(count)[:, np.newaxis] * steps, 1.0)
    points = [[_guess(one, u, level) for one, u in zip(ranges, row, strict=True)] for row in shares.tolist()]
    inside = np.clip(np.array(points), *bounds_of(kind))
    return np.asarray(inside[[_is_in_domain(kind, row) for row in inside.tolist()]])


def _is_in_domain(kind: type[TransformModel], values: list[float]) -> bool:
    try:
        kind(*values)
    except UsageError:
        return False
    return True


def _guess(one: ParameterRange, share: float, level: dict[Measure, float]) -> float:
    multiple = one.first * math.exp(share * math.log(one.last / one.first))
    if one.measure is Measure.UP_SHARE:
        return 0.5 * (1.0 + level[Measure.SIGN] * multiple)
    return multiple * level[one.measure]


def _levels(chain: ChainQuotes) -> dict[Measure, float]:
    vols = chain.at_the_money
    vol, sign = float(np.median(vols)), _sign_of_skew(chain, vols)
    return {
        Measure.ONE: 1.0,
        Measure.VOL: vol,
        Measure.INVERSE_VOL: 1.0 / vol,
        Measure.SHORT_VARIANCE: float(vols[0] ** 2),
        Measure.LONG_VARIANCE: float(vols[-1] ** 2),
        Measure.VARIANCE: vol**2,
        Measure.SIGN: sign,
        Measure.SIGNED_VOL: sign * vol,
        Measure.SIGNED_VARIANCE: sign * vol**2,
    }


def _sign_of_skew(chain: ChainQuotes, vols: Floats) -> float:
    """Return -1 where low strikes have the higher vols, else 1."""
    excess = chain.implied_vol - np.repeat(vols, np.diff(chain.slice_start))
    return math.copysign(1.0, float(np.dot(np.log(chain.strike_ratio) / np.sqrt(chain.tenor), excess)))
