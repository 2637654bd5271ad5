"""No peeking: neither the fit nor a prediction may depend on what was not known yet."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from outsample.conformance.subject import Subject, observations_until, parameter_bits, require, same_bits
from outsample.errors import UsageError
from outsample.model import Prediction, RefitSchedule, can_refit
from outsample.windows import MINIMUM_TIMES, iso

__all__ = ["fit_sees_no_later_row", "prediction_sees_no_later_row"]

_CUTS: Final = (0.3, 0.55, 0.8)  # shares of the times after which rows are spoilt


def fit_sees_no_later_row(subject: Subject) -> None:
    """Rows from the train end on, whatever they hold, leave the fit as it is, bit for bit.

    Raises
    ------
    ConformanceError
        Parameters, or predictions of the fitted model on the sound data, differ in a bit.
    """
    sound = subject.fitted()
    for kind, spoil in (*_kinds(subject), ("repriced", subject.corruption.repriced)):
        spoilt = subject.model.fit(spoil(subject.data, subject.train.stop), subject.train)
        require(
            parameter_bits(sound) == parameter_bits(spoilt),
            subject,
            f"parameters must not depend on rows from the train end on, but differ when those are {kind}",
        )
        require(
            same_bits(subject.values(sound), subject.values(spoilt)),
            subject,
            f"the fit must not depend on rows from the train end on, but predicts otherwise when those are {kind}",
        )


def prediction_sees_no_later_row(subject: Subject) -> None:
    """Rows after t leave the predictions up to t as they are; prices at t leave the prediction for t as it is.

    A model that can be refitted is held to the same, refit by refit. No t lies among the first 20 times, the shortest
    train window: prefix sums may be centred by a constant of those, which moves refits inside them by a rounding.

    Raises
    ------
    ConformanceError
        A prediction differs in a bit.
    """
    data, times = subject.data, subject.data.times
    predictors = tuple(_predictors(subject))
    sound = [predict(data).values for _, predict in predictors]
    for share in _CUTS:
        at = max(MINIMUM_TIMES, int(share * times.size))
        cut, after = int(times[at]), int(times[at + 1])
        until = observations_until(data, cut)
        repriced = subject.corruption.repriced(data, cut)
        if observations_until(repriced, cut) != until:
            raise UsageError("`repriced` must leave the observations as they are, but their number differs; mend it")
        spoilt = [
            (spoil(data, after), f"later rows, but differ when those are {kind}") for kind, spoil in _kinds(subject)
        ]
        spoilt.append((repriced, "the prices of that time, but differ when those do"))
        for other, what in spoilt:
            for (name, predict), expected in zip(predictors, sound, strict=True):
                require(
                    same_bits(expected[:until], predict(other).values[:until]),
                    subject,
                    f"{name} up to {iso(cut)} must not depend on {what}",
                )


def _kinds(subject: Subject) -> Iterator[tuple[str, Callable[[Any, int], Any]]]:
    yield "garbled", subject.corruption.garbled
    yield "shuffled", subject.corruption.shuffled


def _predictors(subject: Subject) -> Iterator[tuple[str, Callable[[Any], Prediction]]]:
    yield "predictions", subject.fitted().predict
    model, train = subject.model, subject.train
    if can_refit(model):
        rows = train.rows(subject.data.times)
        for schedule in (RefitSchedule(train.start), RefitSchedule(train.start, rows.stop - rows.start)):
            yield "refitted predictions", partial(model.predict_refitted, schedule=schedule)
