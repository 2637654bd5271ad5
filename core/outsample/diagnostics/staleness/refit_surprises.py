"""Surprise losses of a model that is refitted through the test window, each against the fit that was in service."""

from dataclasses import dataclass

import numpy as np

from outsample.diagnostics.staleness.vintages import VintageLosses
from outsample.inference import Estimation, Judged, breakdown_title
from outsample.inference.breakdown import NAME
from outsample.study.evaluate import contrast
from outsample.test_result import NotTested
from outsample.typing import Floats, frozen

__all__ = ["RefitSurprises", "refit_surprises"]


@dataclass(frozen=True, slots=True, eq=False)
class RefitSurprises:
    """What a breakdown test under refits is made of; n dates with a model in service and a loss.

    Parameters
    ----------
    surprise : (n,) array
        Loss, or contrast with the benchmark, of the vintage in service less its mean over that vintage's own train
        window.
    loss : (n,) array
        What the surprises are of.
    train_count : int
        Times that the first of these vintages was fitted to.
    spacing : int
        Times from one refit to the next.
    """

    surprise: Floats
    loss: Floats
    train_count: int
    spacing: int


def refit_surprises(vintages: VintageLosses, judged: Judged, scheme: Estimation) -> RefitSurprises | NotTested:
    """Return the surprise losses of the vintage in service at each date, in time order.

    Where every time has its own vintage that is the fresh one. Else a vintage serves until the next one: what is judged
    is a model that is refitted every `spacing`-th time, with all dates of the test window.

    Parameters
    ----------
    vintages : VintageLosses
    judged : Judged
        The contrast with the benchmark refitted before each time, or the loss itself.
    scheme : Estimation
        By which the vintages were placed.

    Returns
    -------
    RefitSurprises or NotTested
        The latter where in-sample means are not known, there is no such benchmark, or no date has all it takes.
    """
    title, inside = breakdown_title(judged, scheme), vintages.in_sample
    if inside is None:
        said = "needs the train losses of every vintage, found losses of dates alone; fit the vintages"
        return NotTested(NAME, title, f"A breakdown test under refits {said}")
    serving, loss = vintages.origins.serving(), vintages.served()
    level = inside.loss
    if judged is Judged.CONTRAST:
        if inside.benchmark is None:
            said = "needs a benchmark that can be refitted as well, found none; choose another model"
            return NotTested(NAME, title, f"A breakdown test of the contrast under refits {said}")
        loss = contrast(loss, inside.benchmark[vintages.origins.rows], vintages.is_ratio)
        level = inside.contrast
    surprise = np.where(serving >= 0, loss - level[serving], np.nan)
    known = np.flatnonzero(np.isfinite(surprise))
    if not known.size:
        said = f"needs dates with a fitted vintage and a loss, found none among {loss.size}; widen the test window"
        return NotTested(NAME, title, f"A breakdown test under refits {said}")
    count = int(inside.times[serving[known[0]]])
    return RefitSurprises(frozen(surprise[known]), frozen(loss[known]), count, vintages.origins.spacing)
