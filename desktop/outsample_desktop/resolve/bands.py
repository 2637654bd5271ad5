"""The regimes of the days as stretches of one colour each, for the timeline and for charts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.prepared import prepared
from outsample.regimes import Regime
from outsample.report.analysis import Analysis
from outsample.typing import SECOND, Floats, Integers

__all__ = ["NO_BANDS", "Bands", "bands_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """Adjoining stretches of time, as columns: a thousand marked spans make as many, and all are looked at in a drag.

    Parameters
    ----------
    edge : (n + 1,) array
        UTC seconds, increasing; empty when n = 0.
    code : (n,) int8 array
        Codes of `Regime`.
    """

    edge: Floats
    code: Integers

    def __iter__(self) -> Iterator[tuple[float, float, Regime]]:
        """Give (start, stop, regime) of one after the other."""
        edge = self.edge.tolist()
        return zip(edge[:-1], edge[1:], map(Regime, self.code.tolist()), strict=True)


NO_BANDS: Final = Bands(np.empty(0), np.empty(0, np.int8))


@prepared
def bands_of(analysis: Analysis) -> Bands:
    """Return the stretches of an analysis; worked out once."""
    edge, code = analysis.regimes.runs()
    return Bands(edge / SECOND, code)
