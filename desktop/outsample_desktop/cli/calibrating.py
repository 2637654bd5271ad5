"""`outsample calibrate`: fits of every time of a history, kept where the window and `evaluate` find them."""

from argparse import Namespace

import numpy as np

from outsample.calibration.tape import STATUSES, CalibrationTape, build_tape
from outsample.calibration.tape_shelf import NeedsTape, find_tape, keep_tape
from outsample.calibration.tape_store import tape_path
from outsample.catalog import Entry, entry
from outsample.datasets import OptionQuotes
from outsample.errors import UsageError
from outsample_desktop.cli.arguments import parse
from outsample_desktop.cli.progress import Progress
from outsample_desktop.cli.request import question

__all__ = ["calibrate"]


def calibrate(arguments: Namespace) -> int:
    """Build what is not there yet, keep it, and say how it went."""
    asked = question(_as_evaluation(arguments))
    models = [_calibrated(entry(name)) for name in asked.state.models]
    data = asked.data
    assert isinstance(data, OptionQuotes)  # or its models would have been refused
    for name, model in zip(asked.state.models, models, strict=True):
        kind, settings = model.kind, model.calibration
        tape = find_tape(data, kind, settings)
        if tape is None:
            with Progress() as progress:
                tape = build_tape(data, kind, settings, progress)
            keep_tape(data, tape)
        print(f"{name}: {_summary(tape)}")
        print(f"  {tape_path(data, kind, settings)}")
    return 0


def _as_evaluation(arguments: Namespace) -> Namespace:
    """Return the evaluation that would need these calibrations: the same data, seen alike, and nothing else said."""
    typed = ["evaluate", arguments.data]
    options = {"--target": arguments.target, "--max-spread": arguments.max_spread, "--min-tenor": arguments.min_tenor}
    for option, text in options.items():
        typed += [] if text is None else [f"{option}={text}"]
    for text in arguments.model:
        typed += [f"--model={text}"]
    return parse(typed)


def _calibrated(found: Entry) -> NeedsTape:
    model = found.build()
    if not isinstance(model, NeedsTape):
        raise UsageError(
            f"calibrate needs a model that is fitted time by time, found {found.name}, which is not; "
            "leave it out, `outsample evaluate` fits it by itself"
        )
    return model


def _summary(tape: CalibrationTape) -> str:
    ends = np.bincount(tape.status, minlength=len(STATUSES))
    how = [f"{count} {status.name.lower().replace('_', ' ')}" for status, count in zip(STATUSES, ends, strict=True)]
    errors = tape.root_mean_square[tape.is_used]
    usual = f"; residuals {np.median(errors):.3g} in the median" if errors.size else ""
    return f"{tape.times.size} times, {', '.join(text for text, count in zip(how, ends, strict=True) if count)}{usual}"
