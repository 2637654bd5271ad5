"""A linear regression as data and model, one observation a time: what is planted in it is known."""

from dataclasses import dataclass

import numpy as np

from outsample.errors import FitError
from outsample.model import Prediction
from outsample.scores import ErrorUnit, Functional, SquaredError
from outsample.study import evaluate
from outsample.typing import DAY
from outsample.windows import default_split


@dataclass(frozen=True, eq=False)
class Regression:
    """A target with its regressors; knows how to leave times out."""

    times: np.ndarray
    x: np.ndarray
    y: np.ndarray

    n_cells, fingerprint = 1, "regression"

    @property
    def time_index(self):
        return np.arange(self.times.size, dtype=np.int32)

    @property
    def cell(self):
        return np.zeros(self.times.size, dtype=np.int16)

    def realised(self, domain):
        return self.y.copy()

    def express(self, prediction, domain, observations=slice(None)):
        return prediction

    def scale(self, unit):
        return np.ones(self.y.size)

    def only_times(self, keep):
        return Regression(self.times[keep], self.x[keep], self.y[keep])


@dataclass(frozen=True)
class Squares:
    """Least squares on all columns, rows without a target left out."""

    def fit(self, data, train):
        rows = train.rows(data.times)
        x, y = data.x[rows], data.y[rows]
        known = np.isfinite(y)
        if np.count_nonzero(known) <= x.shape[1]:
            raise FitError("least squares need more rows than columns; widen the window")
        return Line(tuple(np.linalg.lstsq(x[known], y[known])[0].tolist()))


@dataclass(frozen=True)
class Perfect:
    """A benchmark without a loss: contrasts with it are the losses themselves."""

    parameters = ()

    def fit(self, data, train):
        return self

    def predict(self, data):
        return Prediction(data.y.copy(), Functional.MEAN)


@dataclass(frozen=True)
class Zero(Perfect):
    """A benchmark that knows nothing."""

    def predict(self, data):
        return Prediction(np.zeros(data.y.size), Functional.MEAN)


@dataclass(frozen=True)
class Line:
    """The fitted slopes."""

    slopes: tuple
    parameters = ()

    def predict(self, data):
        return Prediction(data.x @ np.array(self.slopes), Functional.MEAN)


def regression(columns, days=300, seed=1):
    """Return a target that no column has anything to do with."""
    random = np.random.default_rng(seed)
    return Regression(DAY * np.arange(days), random.normal(size=(days, columns)), random.normal(size=days))


def squares_of(data, purge=0, share=0.7, benchmark=None):
    """Return the study of least squares."""
    split, score = default_split(data.times, purge, share), SquaredError(ErrorUnit.RETURN_PERCENT)
    return evaluate(Squares(), data, split, score, benchmark)
