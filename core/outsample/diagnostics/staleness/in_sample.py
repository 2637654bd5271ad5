"""What every vintage lost over the times it was fitted to: what its losses afterwards are held against.

The benchmark of a model that is refitted is refitted as well, strictly before each time, at train times too: the frozen
surface becomes the last one before it. Fitted once for each train window the frozen surface would be carried back over
all of that window, a weak rival there and a strong one just after it, so that every refitted model would seem to break
down. Refitted before each time it has no in-sample side, and its loss at a time does not depend on the vintage.
"""

import math
from dataclasses import dataclass

import numpy as np

from outsample.diagnostics.headline import mean_of
from outsample.diagnostics.study_losses import loss_of
from outsample.model import Dataset, RefitSchedule, can_refit
from outsample.study import Study
from outsample.study.evaluate import contrast, refit_schedule
from outsample.typing import Floats, Integers, frozen

__all__ = ["InSample", "means_over_train", "refitted_benchmark"]


@dataclass(frozen=True, slots=True, eq=False)
class InSample:
    """Mean losses of o vintages over their own train windows.

    Parameters
    ----------
    loss : (o,) array
        NaN where a vintage has none.
    contrast : (o,) array
        With the refitted benchmark; NaN where there is none.
    times : (o,) int array
        Train times with a loss.
    benchmark : (m,) array, optional
        Loss per time of the benchmark refitted strictly before each, over all times of the study; NaN where it has
        none. None for a model without a benchmark, or with one that cannot be refitted.
    """

    loss: Floats
    contrast: Floats
    times: Integers
    benchmark: Floats | None

    @classmethod
    def of(cls, means: Floats, benchmark: Floats | None) -> "InSample":
        """Build from (o, 3) rows of `means_over_train`."""
        loss, contrasts, times = (frozen(column.copy()) for column in means.T)
        return cls(loss, contrasts, frozen(times.astype(np.int64)), benchmark)


def means_over_train(series: Floats, start: int, benchmark: Floats | None, is_ratio: bool) -> tuple[float, float, int]:
    """Return mean loss, mean contrast with the benchmark and times with a loss of one vintage.

    Parameters
    ----------
    series : (t,) array
        Its losses at the times of its train window.
    start : int
        The first of these times.
    benchmark : (m,) array, optional
        As of `InSample`.
    is_ratio : bool
        Contrasts are log ratios, else differences.
    """
    rows = slice(0, series.size)
    loss, count = mean_of(series, rows)
    if benchmark is None:
        return loss, math.nan, count
    against = contrast(series, benchmark[start : start + series.size], is_ratio)
    return loss, mean_of(against, rows)[0], count


def refitted_benchmark(study: Study, data: Dataset) -> Floats | None:
    """Return the (m,) loss per time of the study's benchmark refitted strictly before each; None where it cannot be."""
    benchmark = study.contender.benchmark
    if benchmark is None or not can_refit(benchmark):
        return None
    schedule = refit_schedule(study.split, study.settings.scheme, data.times)
    whole = RefitSchedule(schedule.start, schedule.length)
    return loss_of(study, data, benchmark.predict_refitted(data, whole).values)
