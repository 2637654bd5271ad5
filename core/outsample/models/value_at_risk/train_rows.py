"""The rows a VaR model is fitted on."""

from outsample.datasets import Prices
from outsample.errors import FitError
from outsample.windows import Window

__all__ = ["train_rows"]


def train_rows(data: Prices, train: Window, needed: int, model: str) -> slice:
    """Return the observations of `train`.

    Raises
    ------
    FitError
        They are fewer than `needed`.
    """
    rows = train.rows(data.times)
    count = rows.stop - rows.start
    if count < needed:
        raise FitError(f"{model} needs {needed} observations in the train window, found {count}; widen the window")
    return rows
