"""No peeking: neither the fit nor a prediction may depend on what was not known yet."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from outsample.conformance.subject import Subject, observations_until, parameter_bits, require, same_bits
from outsample.errors import UsageError
from outsample.model import Prediction, RefitSchedule, Refits
from outsample.windows import iso

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
    for kind, spoil in _kinds(subject, "garbled", "shuffled", "repriced"):
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

    A model that can be refitted is held to the same, refit by refit.

    Raises
    ------
    ConformanceError
        A prediction differs in a bit.
    """
    for what, predict in _predictors(subject):
        sound = predict(subject.data).values
        times = subject.data.times
        for share in _CUTS:
            at = int(share * times.size)
            cut, after = int(times[at]), int(times[at + 1])
            until = observations_until(subject.data, cut)
            for kind, spoil in _kinds(subject, "garbled", "shuffled"):
                found = predict(spoil(subject.data, after)).values
                require(
                    same_bits(sound[:until], found[:until]),
                    subject,
                    f"{what} up to {iso(cut)} must not depend on later rows, but differ when those are {kind}",
                )
            repriced = subject.corruption.repriced(subject.data, cut)
            if observations_until(repriced, cut) != until:
                raise UsageError("`repriced` must leave the observations as they are, but their number differs; mend it")
            require(
                same_bits(sound[:until], predict(repriced).values[:until]),
                subject,
                f"{what} at {iso(cut)} must not depend on the prices of that time, but differ when those do",
            )


def _kinds(subject: Subject, *names: str) -> Iterator[tuple[str, Callable[[Any, int], Any]]]:
    for name in names:
        yield name, getattr(subject.corruption, name)


def _predictors(subject: Subject) -> Iterator[tuple[str, Callable[[Any], Prediction]]]:
    yield "predictions", subject.fitted().predict
    model, train = subject.model, subject.train
    if isinstance(model, Refits):
        for schedule in (RefitSchedule(train.start), RefitSchedule(train.start, train.length)):
            yield "refitted predictions", lambda data, schedule=schedule: model.predict_refitted(data, schedule)
