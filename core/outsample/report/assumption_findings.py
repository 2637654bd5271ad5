"""The tests of assumptions on one split, with the returns and the vols behind them."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from outsample.datasets import OptionQuotes, Prices
from outsample.diagnostics.assumptions import AssumptionSettings, AssumptionTable, assess_assumptions
from outsample.diagnostics.assumptions.case import Case
from outsample.diagnostics.assumptions.option_lives import option_lives
from outsample.errors import DataError
from outsample.report.analysis import Analysis
from outsample.report.table import Table, column, times
from outsample.typing import Floats, Integers

__all__ = [
    "AssumptionFindings",
    "VolsThroughTime",
    "find_assumptions",
    "normal_quantiles",
    "quantiles_table",
    "vols_table",
]


@dataclass(frozen=True, slots=True, eq=False)
class VolsThroughTime:
    """What at-the-money options said of the vol of their life, and what came; fractions a year.

    Parameters
    ----------
    time : (n,) int64 array
        UTC ns at which each option was quoted.
    implied, realised : (n,) array
    life_days : float
    """

    time: Integers
    implied: Floats
    realised: Floats
    life_days: float


@dataclass(frozen=True, eq=False)  # without slots: what is derived of it is kept by a weak reference
class AssumptionFindings:
    """What was taken for granted, and what the data say of it.

    Parameters
    ----------
    table : AssumptionTable
    train, test : (m,), (n,) array
        Returns over the standard deviation of the train window, its mean removed, ascending.
    vols : VolsThroughTime, optional
        None for data without options.
    """

    table: AssumptionTable
    train: Floats
    test: Floats
    vols: VolsThroughTime | None


def find_assumptions(analysis: Analysis, settings: AssumptionSettings | None = None) -> AssumptionFindings:
    """Test the assumptions of Black and Scholes on the split of an analysis.

    Raises
    ------
    DataError
        The data have no price history, or none that can be tested.
    """
    chosen, data = settings or AssumptionSettings(), analysis.data
    if not isinstance(data, OptionQuotes | Prices):
        raise DataError(f"assumptions need option quotes or prices, found {type(data).__name__}; load one of these")
    case = Case(data, analysis.split, chosen)
    mean, scale = case.train.mean, case.train.deviation
    sides = [np.sort(side.value - mean) / scale if scale > 0.0 else np.empty(0) for _, side in case.sides()]
    vols: VolsThroughTime | None = None
    if isinstance(data, OptionQuotes):
        lives = option_lives(data, chosen.life_days)
        implied, realised = np.sqrt(lives.implied), np.sqrt(lives.realised)
        vols = VolsThroughTime(lives.time, implied, realised, chosen.life_days)
    return AssumptionFindings(assess_assumptions(data, analysis.split, chosen), sides[0], sides[1], vols)


def normal_quantiles(count: int) -> Floats:
    """Return where `count` ascending values of a standard normal law are expected, by Blom's (i - 3/8) / (n + 1/4)."""
    return np.asarray(ndtri((np.arange(1, count + 1) - 0.375) / (count + 0.25)))


def quantiles_table(found: AssumptionFindings) -> Table:
    """Return standardised returns beside the quantiles of the normal law."""
    sides = (("train", found.train), ("test", found.test))
    names = np.concatenate([np.full(values.size, name) for name, values in sides])
    normal = np.concatenate([normal_quantiles(values.size) for _, values in sides])
    values = np.concatenate([found.train, found.test])
    parts = (column("window", names), column("normal [train sd]", normal, 3), column("return [train sd]", values, 3))
    return Table("return-quantiles", parts)


def vols_table(found: AssumptionFindings) -> Table:
    """Return implied vols and the vols that came over the lives of the options; without rows for prices."""
    vols = found.vols
    if vols is None:
        return Table("realised-implied", ())
    implied, realised = 100.0 * vols.implied, 100.0 * vols.realised
    columns = (column("implied vol [%]", implied, 2), column(f"realised over {vols.life_days:g} d [%]", realised, 2))
    return Table("realised-implied", (times("time", vols.time), *columns))
