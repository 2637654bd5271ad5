"""What the workspace, the caches and the worker processes rely on."""

import hashlib
import pickle
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from outsample.conformance.subject import ConformanceError, Subject, parameter_bits, require, same_bits
from outsample.errors import FitError
from outsample.scores import Functional
from outsample.study import Failure, FailureReason, evaluate
from outsample.windows import Split, Window

__all__ = [
    "fit_can_be_repeated",
    "fit_leaves_everything_as_it_was",
    "pickles_are_faithful",
    "predictions_suit_the_scores",
    "too_short_a_window_is_refused",
]


def fit_can_be_repeated(subject: Subject) -> None:
    """Two fits on one window are equal, share their hash (caches go by it), and predict the same bits.

    Raises
    ------
    ConformanceError
        They differ, or the fitted model has no hash.
    """
    one, other = subject.fitted(), subject.fitted()
    require(parameter_bits(one) == parameter_bits(other), subject, "a repeated fit must give the same parameters")
    require(one == other, subject, "two fits on one window must be equal: caches go by equality")
    try:
        same = hash(one) == hash(other)
    except TypeError as error:
        same = False
        require(same, subject, f"the fitted model must be hashable for the caches, found: {error}")
    require(same, subject, "two fits on one window must share their hash: caches go by it")
    first = subject.values(one)
    require(same_bits(first, subject.values(other)), subject, "a repeated fit must predict the same bits")
    shown = one.predict(subject.data).values
    if shown.flags.writeable:
        shown[:] = -1.0  # a caller's own scribbling
    require(same_bits(first, subject.values(one)), subject, "writing into a prediction must not alter the next one")


def fit_leaves_everything_as_it_was(subject: Subject) -> None:
    """Neither fitting nor predicting changes the model, the fitted model or a byte of the data; arrays are read-only.

    Raises
    ------
    ConformanceError
        Something changed, or a column of the data can be written to.
    """
    open_arrays = [name for name, array in _arrays(subject.data) if array.flags.writeable]
    require(not open_arrays, subject, f"columns of the data must be read-only, found {', '.join(open_arrays)}")
    before, fingerprint, model = _digest(subject.data), subject.data.fingerprint, pickle.dumps(subject.model)
    fitted = subject.fitted()
    kept = parameter_bits(fitted)
    fitted.predict(subject.data)
    require(_digest(subject.data) == before, subject, "fit and predict must not write into the data, but it changed")
    require(subject.data.fingerprint == fingerprint, subject, "fit and predict must not change the fingerprint")
    require(pickle.dumps(subject.model) == model, subject, "fit must return the parameters, not keep them in the model")
    require(parameter_bits(fitted) == kept, subject, "predict must not change the fitted model, but its parameters did")


def pickles_are_faithful(subject: Subject) -> None:
    """Model and fitted model survive a pickle: equal, and with the same predictions to the bit.

    Raises
    ------
    ConformanceError
        They come back different.
    """
    fitted = subject.fitted()
    model_back, fitted_back = pickle.loads(pickle.dumps(subject.model)), pickle.loads(pickle.dumps(fitted))
    require(model_back == subject.model, subject, "a pickled model must come back equal")
    require(fitted_back == fitted, subject, "a pickled fitted model must come back equal")
    require(
        parameter_bits(fitted_back) == parameter_bits(fitted),
        subject,
        "a pickled fitted model must come back with the same parameters",
    )
    sound = subject.values(fitted)
    require(same_bits(sound, subject.values(fitted_back)), subject, "a pickled fitted model must predict the same bits")
    refit = model_back.fit(subject.data, subject.train)
    require(same_bits(sound, subject.values(refit)), subject, "a pickled model must fit and predict the same bits")


def too_short_a_window_is_refused(subject: Subject) -> None:
    """Demand that a window without rows is refused by a `FitError`, which `evaluate` turns into a Failure.

    A window of one or two times may be enough for a model; nothing but a `FitError` may come of it if it is not.

    Raises
    ------
    ConformanceError
        The model fits on nothing, raises something else, or its Failure does not say what to do.
    """
    times = subject.data.times
    begin = int(times[0])
    for count in range(3):
        refused = _refuses(subject, Window(begin, int(times[count])), count)
        require(
            refused or count > 0, subject, "a train window without rows must be refused by a FitError, but is fitted"
        )
    split = Split(Window(begin, begin), subject.train)
    answer = evaluate(subject.model, subject.data, split, subject.scores[0])
    require(isinstance(answer, Failure), subject, "evaluate must answer a window without rows by a Failure")
    if isinstance(answer, Failure):
        said = answer.reason is FailureReason.CANNOT_FIT and bool(answer.message) and bool(answer.cure)
        require(said, subject, f"a Failure must say what is needed, what was found and a cure, found: {answer}")


def _refuses(subject: Subject, window: Window, count: int) -> bool:
    try:
        subject.model.fit(subject.data, window)
    except FitError:
        return True
    except Exception as error:
        kind = type(error).__name__
        raise ConformanceError(
            f"{subject.name}: a window of {count} times must be refused by a FitError, found {kind}: {error}"
        ) from error
    return False


def predictions_suit_the_scores(subject: Subject) -> None:
    """Demand one float per observation, of the functional and level that every stated score judges; not all missing.

    Raises
    ------
    ConformanceError
        The shape, type, functional or level is another.
    """
    found = subject.fitted().predict(subject.data)
    count = subject.data.time_index.size
    require(
        found.values.shape == (count,) and found.values.dtype == np.float64,
        subject,
        f"predictions must be {count} float64, one per observation, found {found.values.shape} {found.values.dtype}",
    )
    require(bool(np.isfinite(found.values).any()), subject, "at least one observation must be predicted, found none")
    require(not np.isinf(found.values).any(), subject, "a missing prediction is NaN, found infinite ones")
    judged = found.values > 0.0 if found.functional is Functional.VARIANCE else np.isfinite(found.values)
    is_true = not found.is_whole or bool(judged.all())
    require(is_true, subject, "a prediction that says it is whole must have no NaN, nor a variance of 0, found some")
    require(bool(subject.scores), subject, "at least one score must be stated, found none")
    for score in subject.scores:
        require(
            (found.functional, found.level) == (score.functional, score.level),
            subject,
            f"{score.name} judges {score.functional.value} at {score.level}, "
            f"but the prediction is {found.functional.value} at {found.level}",
        )


def _arrays(thing: Any, path: str = "") -> list[tuple[str, np.ndarray[Any, Any]]]:
    """Return every array in a dataclass and in what it has cached, with its name."""
    found = []
    names = {field.name for field in fields(thing)} | set(getattr(thing, "__dict__", {}))
    for name in sorted(names):
        value = getattr(thing, name)
        if isinstance(value, np.ndarray):
            found.append((path + name, value))
        elif is_dataclass(value) and not isinstance(value, type):
            found.extend(_arrays(value, f"{path}{name}."))
    return found


def _digest(data: Any) -> str:
    digest = hashlib.sha256()
    for field in fields(data):
        value = getattr(data, field.name)
        if isinstance(value, np.ndarray):
            digest.update(np.ascontiguousarray(value).data)
    return digest.hexdigest()
